package playbook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"
)

// address finds web addresses in running text. Chinese punctuation ends one.
var address = regexp.MustCompile("https?://[^\\s\"'<>`{}|\\\\^\\x{3000}-\\x{303f}\\x{4e00}-\\x{9fff}\\x{ff00}-\\x{ffef}]+")

// shorten puts short links in the place of the web addresses in a content.
func (s *Service) shorten(ctx context.Context, l *letter, content json.RawMessage) (json.RawMessage, error) {
	var out bytes.Buffer
	last := 0
	known := map[string]string{}
	var failed error
	var walk func(v gjson.Result)
	walk = func(v gjson.Result) {
		if v.Type == gjson.String && strings.Contains(v.Str, "://") {
			out.Write(content[last:v.Index])
			out.Write(gjson.AppendJSONString(nil, address.ReplaceAllStringFunc(v.Str, func(url string) string {
				short, err := s.shortened(ctx, l, url, known)
				if err != nil {
					failed = err
				}
				return short
			})))
			last = v.Index + len(v.Raw)
			return
		}
		if v.IsObject() || v.IsArray() {
			v.ForEach(func(_, member gjson.Result) bool { walk(member); return failed == nil })
		}
	}
	walk(gjson.ParseBytes(content))
	out.Write(content[last:])
	if failed != nil {
		return nil, fmt.Errorf("shorten links of %s: %w", l.message.ID, failed)
	}
	return out.Bytes(), nil
}

func (s *Service) shortened(ctx context.Context, l *letter, url string, known map[string]string) (string, error) {
	plain := strings.TrimRight(url, ".,;:!?)")
	rest := url[len(plain):]
	if short := known[plain]; short != "" {
		return short + rest, nil
	}
	short, err := s.Shorten(ctx, LinkOrder{
		URL: plain, Ord: l.ord, Playbook: l.message.Playbook.ID, Step: l.op.Step.ID, Run: l.run, Delivery: l.message.ID,
	})
	known[plain] = short
	return short + rest, err
}
