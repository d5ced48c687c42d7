package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"yutang/internal/event"
)

// plain makes the event of a row that stands for itself, or names its problem.
func (b *binding) plain(it *item) *event.Event {
	ev := &event.Event{Identities: b.who(it.cells)}
	if ev.At, it.problem = b.when(it.cells); it.problem.bad() {
		return nil
	}
	if b.kind == Customers {
		return b.customer(ev, it)
	}
	name := b.fields["event"]
	if ev.Name = name.text(it.cells); ev.Name == "" || len(ev.Name) > 200 {
		it.problem = problem{name.spec.Column, "has no event name of at most 200 bytes"}
		return nil
	}
	if ev.Traits, it.problem = b.traitOps(it.cells); it.problem.bad() {
		return nil
	}
	props, p := b.appendProps([]byte{'{'}, it.cells)
	if it.problem = p; p.bad() {
		return nil
	}
	ev.Props = append(props, '}')
	if id, mapped := b.fields["message_id"]; mapped {
		ev.MessageID = id.text(it.cells)
	}
	if ev.MessageID == "" {
		ev.MessageID = "event:" + digest(ev)
	}
	return ev
}

// customer makes an Identified event of a row.
func (b *binding) customer(ev *event.Event, it *item) *event.Event {
	ev.Name = event.Identified
	if len(ev.Identities) == 0 {
		it.problem = problem{b.identities[0].spec.Column, "identifies no customer"}
		return nil
	}
	if ev.Traits, it.problem = b.traitOps(it.cells); it.problem.bad() {
		return nil
	}
	for _, tag := range b.tags(it.cells) {
		ev.Tags = append(ev.Tags, event.TagOp{Tag: tag})
	}
	ev.MessageID = "customer:" + digest(ev)
	if ev.At.IsZero() {
		ev.At = b.clockNow
	}
	return ev
}

// tags splits the tags field at commas, semicolons and bars of both widths.
func (b *binding) tags(cells []string) []string {
	c, mapped := b.fields["tags"]
	if !mapped {
		return nil
	}
	var out []string
	for _, tag := range strings.FieldsFunc(c.text(cells), func(r rune) bool { return strings.ContainsRune(",;|，；、", r) }) {
		if tag = strings.TrimSpace(tag); tag != "" && !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	return out
}

// digest names a row by what it says, not by how it is written: the same row in a file
// with other columns or another encoding has the same digest.
func digest(ev *event.Event) string {
	h := sha256.New()
	part := func(texts ...string) {
		for _, s := range texts {
			h.Write([]byte(strconv.Itoa(len(s))))
			h.Write([]byte{':'})
			h.Write([]byte(s))
		}
	}
	at := ""
	if !ev.At.IsZero() {
		at = strconv.FormatInt(ev.At.UnixMilli(), 10)
	}
	part(ev.Name, at, string(ev.Props))
	for _, id := range ev.Identities {
		part("id", id.Type, id.Value)
	}
	for _, t := range ev.Traits {
		part("trait", t.Name, string(t.Value))
	}
	for _, t := range ev.Tags {
		part("tag", t.Tag)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
