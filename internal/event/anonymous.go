package event

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"yutang/internal/fault"
)

// What stays of the properties of an event whose customer was erased: what counts and what
// reports break down by, none of it the person's own words. Everything else goes.
var (
	keptNumbers = names("revenue", "total", "subtotal", "value", "amount", "price", "quantity", "tax", "shipping", "discount",
		"refund_amount", "count", "version", "late", "fixed")
	keptLabels = names("currency", "product_id", "sku", "category", "channel", "playbook", "step", "delivery", "task",
		"staff", "corp", "chat", "code", "code_name", "code_id", "state", "reason", "how", "result", "way", "campaign",
		"utm_source", "utm_medium", "utm_campaign")
)

// maxLabel is the longest label that is kept, in bytes.
const maxLabel = 64

func names(all ...string) map[string]bool {
	out := make(map[string]bool, len(all))
	for _, n := range all {
		out[n] = true
	}
	return out
}

// erasedMark begins the message id of an anonymous event: the rest is its keyed fingerprint.
const erasedMark = "erased:"

func (l *Log) erasedID(messageID string) string {
	if strings.HasPrefix(messageID, erasedMark) {
		return messageID
	}
	blind := l.box.Blind("event/message", messageID)
	return erasedMark + hex.EncodeToString(blind[:])
}

// Same says whether two events are the same message. A stored one may be anonymous: its id
// is a fingerprint then, so that a repetition does not bring back who was erased.
func (l *Log) Same(stored, ev *Event) bool {
	if stored.SourceID != ev.SourceID {
		return false
	}
	return stored.MessageID == ev.MessageID ||
		strings.HasPrefix(stored.MessageID, erasedMark) && stored.MessageID == l.erasedID(ev.MessageID)
}

// Anonymise rewrites stored events so that they say what happened, when and for how much, but
// nothing of whom. Writer only, inside a transaction; derived state is loaded again after it.
func (l *Log) Anonymise(ctx context.Context, seqs []uint64) error {
	return l.rewrite(ctx, seqs, func(ev *Event) {
		ev.MessageID = l.erasedID(ev.MessageID)
		ev.Identities, ev.Alias, ev.Context, ev.Traits, ev.Tags = nil, nil, nil, nil, nil
		ev.Props = anonymousProps(ev.Props)
	})
}

// Strip takes identities out of stored events that are somebody else's, and members of
// properties and context in which one stands. As Anonymise.
func (l *Log) Strip(ctx context.Context, seqs []uint64, gone []Identity) error {
	var marks []string
	for _, i := range gone {
		if mark := strings.TrimPrefix(i.Value, "+86"); len(mark) >= leastMark {
			marks = append(marks, mark)
		}
	}
	return l.rewrite(ctx, seqs, func(ev *Event) {
		ev.Props, ev.Context = without(ev.Props, marks), without(ev.Context, marks)
		ev.Identities = slices.DeleteFunc(ev.Identities, func(i Identity) bool { return slices.Contains(gone, i) })
		if ev.Alias != nil && slices.Contains(gone, *ev.Alias) {
			ev.Alias = nil
		}
	})
}

func (l *Log) rewrite(ctx context.Context, seqs []uint64, change func(ev *Event)) error {
	for chunk := range slices.Chunk(seqs, readChunk) {
		evs, err := l.Read(ctx, chunk)
		if err != nil {
			return err
		}
		for _, ev := range evs {
			change(ev)
			if err := l.replaceBody(ctx, ev.Seq, l.box.Seal(nil, appendBody(nil, ev), scope)); err != nil {
				return fmt.Errorf("rewrite event %d: %w", ev.Seq, err)
			}
		}
	}
	return nil
}

// anonymousProps keeps what is neither personal nor free text; nil if that is nothing.
func anonymousProps(props []byte) json.RawMessage {
	out := []byte{'{'}
	gjson.ParseBytes(props).ForEach(func(k, v gjson.Result) bool {
		number := v.Type == gjson.Number || v.IsBool()
		amount := v.Type == gjson.String && isAmount(v.Str)
		label := v.Type == gjson.String && len(v.Str) <= maxLabel && utf8.ValidString(v.Str)
		if keptNumbers[k.Str] && (number || amount) || keptLabels[k.Str] && (number || label) {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(append(gjson.AppendJSONString(out, k.Str), ':'), bytes.TrimSpace([]byte(v.Raw))...)
		}
		return true
	})
	if len(out) == 1 {
		return nil
	}
	return append(out, '}')
}

// isAmount says whether a text is a number with at most 15 places, as money comes in texts.
func isAmount(text string) bool {
	return text != "" && len(text) <= 16 && strings.Trim(text, "0123456789.-") == ""
}

// errNoEvent is a rewrite of what is not stored.
func errNoEvent(seq uint64) error {
	return fault.New(fault.NotFound, "event_not_found", "there is no event %d", seq)
}

// leastMark is the shortest value that is looked for in texts: shorter ones stand in many by chance.
const leastMark = 5

// without is a JSON object less the scalars that hold a mark; nil if nothing is left.
func without(object json.RawMessage, marks []string) json.RawMessage {
	text := string(object)
	if !slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(text, m) }) {
		return object
	}
	out := appendWithout(nil, gjson.ParseBytes(object), marks)
	if len(out) <= len("{}") {
		return nil
	}
	return out
}

func appendWithout(out []byte, v gjson.Result, marks []string) []byte {
	open, end := byte('{'), byte('}')
	if v.IsArray() {
		open, end = '[', ']'
	}
	out = append(out, open)
	start := len(out)
	v.ForEach(func(k, x gjson.Result) bool {
		nested := x.IsObject() || x.IsArray()
		if !nested && slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(x.String(), m) }) {
			return true
		}
		if len(out) > start {
			out = append(out, ',')
		}
		if open == '{' {
			out = append(gjson.AppendJSONString(out, k.Str), ':')
		}
		if nested {
			out = appendWithout(out, x, marks)
		} else {
			out = append(out, x.Raw...)
		}
		return true
	})
	return append(out, end)
}
