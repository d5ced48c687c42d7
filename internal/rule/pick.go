package rule

import (
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/timeline"
)

// Pick selects events by name and properties outside a rule, for reports:
// {"event": E, "where": [P...]} as in "did". It does not change.
type Pick struct{ sel selection }

// ParsePick checks the selection at the pointer ptr of the caller's document. It may hold
// the keys named by more, which are the caller's. faults is empty if it is right.
func ParsePick(raw []byte, ptr string, zone *time.Location, more ...string) (Pick, []fault.Field) {
	p := &parser{zone: zone}
	o, ok := p.object(ptr, gjson.ParseBytes(raw), `{"event":"Order Completed"}`)
	if !ok {
		return Pick{}, p.faults
	}
	p.only(o, append([]string{"event", "where"}, more...)...)
	pick := Pick{p.selection(o)}
	if len(p.faults) > 0 {
		return Pick{}, p.faults
	}
	return pick, nil
}

// PickOf selects the events with one of these names; "*" is any event.
func PickOf(names ...string) Pick {
	if len(names) == 1 && names[0] == "*" {
		return Pick{selection{any: true}}
	}
	return Pick{selection{names: names}}
}

// Names are the events selected, none for any event.
func (p Pick) Names() []string { return slices.Clone(p.sel.names) }

// Props are the properties that the selection reads.
func (p Pick) Props() (out []string) {
	for _, w := range p.sel.where {
		out = append(out, w.name)
	}
	return out
}

// Picker answers for one customer's events at a time. One goroutine uses it at a time;
// Fork gives another its own. All of it is called under the timeline's read lock.
type Picker struct {
	picks []selector
	reads []int // places of the properties read
	cols  []*timeline.Column
	size  sizes
	f     *frame
}

// CompilePicks binds selections to w, with properties that are read beside them.
func CompilePicks(w World, picks []Pick, reads []string) *Picker {
	c := &compiler{world: w, index: map[*timeline.Column]int{}}
	p := &Picker{}
	for _, pick := range picks {
		p.picks = append(p.picks, c.selector(pick.sel))
	}
	for _, prop := range reads {
		_, at := c.column(prop)
		p.reads = append(p.reads, at)
	}
	p.cols, p.size, p.f = c.cols, c.size, newFrame(c.size)
	return p
}

// Columns are what the track given to On must hold, in this order.
func (p *Picker) Columns() []*timeline.Column { return p.cols }

// Fork gives the same picker with memos of its own.
func (p *Picker) Fork() *Picker {
	q := *p
	q.f = newFrame(p.size)
	return &q
}

// On turns to a customer's events. now is what within_last counts from, in ms.
func (p *Picker) On(s *Subject, now int64) { p.f.set(s, now) }

// Match says whether event i passes selection k.
func (p *Picker) Match(k, i int) bool { return p.picks[k].match(p.f, i) }

// Value is property k of those read, of event i.
func (p *Picker) Value(k, i int) event.Value {
	at := p.reads[k]
	return p.cols[at].Dict.Value(p.f.track.Codes[at].At(i))
}

// Code is the place of that value in its column's dictionary, 0 if it is missing.
func (p *Picker) Code(k, i int) uint32 { return p.f.track.Codes[p.reads[k]].At(i) }

// Masks tells for every event name, by its number, which of the picks select it by name:
// bit k for pick k. At most 32 picks. The properties are still to be asked for by Match.
func (p *Picker) Masks(names int) []uint32 {
	out := make([]uint32, names+1)
	for id := range out {
		for k := range p.picks {
			if p.picks[k].selects(timeline.NameID(id)) {
				out[id] |= 1 << k
			}
		}
	}
	return out
}

// Plain is the picks that ask for no properties: bit k for pick k.
func (p *Picker) Plain() (mask uint32) {
	for k := range p.picks {
		if len(p.picks[k].where) == 0 {
			mask |= 1 << k
		}
	}
	return mask
}
