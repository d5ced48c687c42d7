package library

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/content"
	"yutang/internal/fault"
	"yutang/internal/template"
)

// maxBody bounds what a version says.
const maxBody = 64 << 10

// attached is the attachment that a kind consists of.
var attached = map[Kind]string{
	Image: content.KindImage, Video: content.KindVideo, File: content.KindFile, LinkCard: content.KindLink,
	Article: content.KindLink, MiniProgram: content.KindMiniProgram,
}

// checkBody holds what a version says against its kind and gives the files that it names.
func (s *Service) checkBody(ctx context.Context, kind Kind, raw json.RawMessage) (assets []string, err error) {
	if len(raw) > maxBody {
		return nil, fault.BadField("/body", "has %d bytes of at most %d", len(raw), maxBody)
	}
	if kind == Poster {
		return s.checkPoster(ctx, raw)
	}
	c, err := content.Parse(raw)
	if err != nil {
		return nil, under(err, "/body")
	}
	if err := shape(kind, c); err != nil {
		return nil, err
	}
	if _, faults := template.Parse(raw, "/body", false); len(faults) > 0 {
		e := fault.New(fault.Invalid, "invalid", "%s", faults[0].Detail)
		e.Fields = faults
		return nil, e
	}
	return c.Assets(), s.Content.Check(ctx, c, content.MassSend, "/body")
}

// checkPoster lets the poster room read a template and finds the pictures in it.
func (s *Service) checkPoster(ctx context.Context, raw json.RawMessage) (assets []string, err error) {
	if s.Poster == nil {
		return nil, fault.BadField("/kind", "posters are not drawn here")
	}
	if err := s.Poster(raw); err != nil {
		return nil, under(err, "/body")
	}
	for i, asset := range gjson.GetBytes(raw, "layers.#.asset").Array() {
		if asset.Str == "" {
			continue
		}
		a, err := s.Content.Asset(ctx, asset.Str)
		if fault.Is(err, fault.NotFound) || err == nil && a.Kind != content.AssetImage {
			return nil, fault.BadField(fmt.Sprintf("/body/layers/%d/asset", i), "%q is no image", asset.Str)
		}
		if err != nil {
			return nil, err
		}
		assets = append(assets, asset.Str)
	}
	return assets, nil
}

// shape refuses what is not of the kind.
func shape(kind Kind, c content.Content) error {
	want, single := attached[kind]
	switch {
	case (kind == Text || kind == Script) && (len(c.Attachments) > 0 || strings.TrimSpace(c.Text) == ""):
		return fault.BadField("/body", "a %s has a text and nothing else; choose message for both", kind)
	case single && (c.Text != "" || len(c.Attachments) != 1 || c.Attachments[0].Kind != want):
		return fault.BadField("/body", "a material of kind %s has one attachment of kind %s and no text; choose message for more", kind, want)
	}
	return nil
}

// under puts a prefix before the pointers of an error of input.
func under(err error, prefix string) error {
	e, ok := err.(*fault.Error) //nolint:errorlint // made just before, not wrapped
	if !ok {
		return err
	}
	moved := *e
	moved.Fields = nil
	for _, f := range e.Fields {
		if !strings.HasPrefix(f.Pointer, prefix) {
			f.Pointer = prefix + f.Pointer
		}
		moved.Fields = append(moved.Fields, f)
	}
	return &moved
}

// words are all texts of a body, for the search.
func words(raw json.RawMessage) string {
	var out bytes.Buffer
	var walk func(v gjson.Result)
	walk = func(v gjson.Result) {
		if !v.IsObject() && !v.IsArray() {
			return
		}
		v.ForEach(func(key, member gjson.Result) bool {
			switch {
			case member.Type != gjson.String:
				walk(member)
			case key.Str == "text" || key.Str == "title" || key.Str == "description" || key.Str == "url":
				out.WriteString(member.Str + "\n")
			}
			return true
		})
	}
	walk(gjson.ParseBytes(raw))
	return out.String()
}

// searchText is what a search looks into.
func searchText(m Material, body json.RawMessage) string {
	return strings.ToLower(m.Name + "\n" + strings.Join(m.Tags, "\n") + "\n" + words(body))
}
