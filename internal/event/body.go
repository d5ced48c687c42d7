package event

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/fault"
	"yutang/internal/seal"
)

// scope binds sealed bodies to the event table.
const scope = "event"

// prepared is what the log needs of an event, computed before it reaches the writer.
type prepared struct {
	sealed  []byte
	dedupe  uint64
	scalars []Prop
}

// Prepare computes what does not need the writer: the sealed body, the fingerprint for
// deduplication and the scalar properties. Any goroutine, once per event, after which
// the event's content must not change.
func (l *Log) Prepare(ev *Event) {
	plain := appendBody(make([]byte, 0, 128+len(ev.Props)+len(ev.Context)), ev)
	ev.prep.sealed = l.box.Seal(make([]byte, 0, len(plain)+seal.Overhead), plain, scope)
	ev.prep.dedupe = Fingerprint(ev.SourceID, ev.MessageID)
	ev.prep.scalars = indexable(ev.Name, Scalars(nil, ev.Props))
}

// Scalars are the event's scalar properties that are not personal, as computed by Prepare.
func (ev *Event) Scalars() []Prop { return ev.prep.scalars }

// Fingerprint is 64 bits of (source, message id): FNV-1a with Murmur3's finaliser.
func Fingerprint(sourceID int64, messageID string) uint64 {
	h := uint64(14695981039346656037)
	for s := range 8 {
		h = (h ^ uint64(byte(sourceID>>(8*s)))) * 1099511628211
	}
	for i := range len(messageID) {
		h = (h ^ uint64(messageID[i])) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// appendBody writes the part of an event that is sealed, as compact JSON: m message id,
// i identities, p properties, c context, t trait and g tag changes, a alias, x clamped.
func appendBody(b []byte, ev *Event) []byte {
	b = gjson.AppendJSONString(append(b, `{"m":`...), ev.MessageID)
	b = append(b, `,"i":[`...)
	for i, id := range ev.Identities {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(gjson.AppendJSONString(append(b, '['), id.Type), ',')
		b = append(gjson.AppendJSONString(b, id.Value), ']')
	}
	b = append(b, ']')
	if len(ev.Props) > 0 {
		b = append(append(b, `,"p":`...), ev.Props...)
	}
	if len(ev.Context) > 0 {
		b = append(append(b, `,"c":`...), ev.Context...)
	}
	b = appendJSON(b, "t", ev.Traits, len(ev.Traits))
	b = appendJSON(b, "g", ev.Tags, len(ev.Tags))
	if ev.Alias != nil {
		b = appendJSON(b, "a", ev.Alias, 1)
	}
	if ev.Clamped {
		b = append(b, `,"x":true`...)
	}
	return append(b, '}')
}

func appendJSON(b []byte, key string, v any, n int) []byte {
	if n == 0 {
		return b
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic("event: " + key + " holds JSON that was not checked at intake: " + err.Error())
	}
	return append(append(strconv.AppendQuote(append(b, ','), key), ':'), raw...)
}

// row is a stored event as read from SQL.
type row struct {
	seq, ord, source, name, at, received int64
	body                                 []byte
}

// openRow gives the event of a stored row.
func (l *Log) openRow(r row) (*Event, error) {
	plain, err := l.box.Open(nil, r.body, scope)
	if err != nil {
		return nil, fmt.Errorf("open event %d: %w", r.seq, err)
	}
	name, ok := l.Name(uint16(r.name))
	if !ok {
		return nil, fmt.Errorf("open event %d: no event name has the number %d", r.seq, r.name)
	}
	ev := &Event{
		Seq: uint64(r.seq), Ord: uint32(r.ord), SourceID: r.source, Name: name,
		At: time.UnixMilli(r.at).UTC(), ReceivedAt: time.UnixMilli(r.received).UTC(),
	}
	if err := ev.readBody(plain); err != nil {
		return nil, fmt.Errorf("open event %d: %w", r.seq, err)
	}
	return ev, nil
}

func (ev *Event) readBody(plain []byte) (err error) {
	if !gjson.ValidBytes(plain) {
		return fault.New(fault.Internal, "damaged", "the body is not JSON")
	}
	gjson.ParseBytes(plain).ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "m":
			ev.MessageID = v.Str
		case "i":
			v.ForEach(func(_, id gjson.Result) bool {
				ev.Identities = append(ev.Identities, Identity{Type: id.Get("0").Str, Value: id.Get("1").Str})
				return true
			})
		case "p":
			ev.Props = json.RawMessage(v.Raw)
		case "c":
			ev.Context = json.RawMessage(v.Raw)
		case "t":
			err = json.Unmarshal([]byte(v.Raw), &ev.Traits)
		case "g":
			err = json.Unmarshal([]byte(v.Raw), &ev.Tags)
		case "a":
			err = json.Unmarshal([]byte(v.Raw), &ev.Alias)
		case "x":
			ev.Clamped = v.Bool()
		}
		return err == nil
	})
	return err
}

// rawProps finds the properties in an opened body.
func rawProps(plain []byte) []byte {
	p := gjson.GetBytes(plain, "p")
	return plain[p.Index : p.Index+len(p.Raw)]
}
