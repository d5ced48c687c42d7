package pipeline

import (
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/timeline"
)

// maxLevelRounds ends a chain of events of levels: a change that raises an event that leads
// to a change. What changes after that raises none; the level itself is right.
const maxLevelRounds = 8

// levels is what the road keeps to raise events of levels.
type levels struct {
	source int64 // 0: none are raised
	noted  []noted
}

// noted is a change of a level, and whose record its event goes to.
type noted struct {
	audience.LevelMove
	leaf uint32
}

// RaiseLevels lets changes of tiers and stages take the road as events of a source, in the
// transaction of what caused them. hears says whether anybody listens to an event; nil:
// nobody does. Before Start.
func (p *Pipeline) RaiseLevels(source int64, hears func(event string) bool) {
	if hears == nil {
		hears = func(string) bool { return false }
	}
	p.levels.source = source
	p.Audiences.NoteLevels(hears)
}

// noteLevels takes the changes of levels that handling ev led to, of those that time or a
// merge by hand led to if it is nil. Of its own customer they go to the record of ev, so
// that an unmerge takes both along, and are as old as ev: what is imported is no news.
func (p *Pipeline) noteLevels(ev *event.Event) (some bool) {
	moves := p.Audiences.TakeLevels()
	for _, m := range moves {
		n := noted{m, m.Root}
		if ev != nil {
			n.At = min(n.At, ev.At.UnixMilli())
		}
		if ev != nil && ev.Ord != 0 && p.Timeline.Root(ev.Ord) == m.Root {
			n.leaf = ev.Ord
		}
		p.levels.noted = append(p.levels.noted, n)
	}
	return len(moves) > 0
}

// levelEvents are the events of what was noted.
func (p *Pipeline) levelEvents(round int, now int64) (evs []*event.Event) {
	if round < maxLevelRounds {
		for _, n := range p.levels.noted {
			evs = append(evs, p.levelEvent(n, now))
		}
	}
	p.levels.noted = p.levels.noted[:0]
	return evs
}

// levelProps are the properties of an event of a level.
type levelProps struct {
	Kind      string `json:"kind"`
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
	Direction string `json:"direction"`
}

// levelEvent is the event of one change. Its message is named after the change, whose row
// the same transaction writes.
func (p *Pipeline) levelEvent(n noted, now int64) *event.Event {
	name, direction := event.StageChanged, event.Down
	if n.Kind == customer.Tier {
		name = event.TierChanged
	}
	if n.Up {
		direction = event.Up
	}
	props, err := json.Marshal(levelProps{n.Kind, n.From, n.To, direction})
	if err != nil {
		panic(fmt.Sprintf("pipeline: properties of %s: %v", name, err))
	}
	return &event.Event{
		SourceID: p.levels.source, MessageID: fmt.Sprintf("level/%d/%d", n.Row, n.At), Ord: n.leaf, Name: name,
		At: time.UnixMilli(n.At).UTC(), ReceivedAt: time.UnixMilli(now).UTC(), Props: props,
	}
}

// nameSeen tells who waits for an event name that is in the log for the first time.
func (p *Pipeline) nameSeen(name string) error {
	if event.Internal(name) {
		p.silence()
	}
	return p.Audiences.NameSeen(name)
}

// silence keeps internal events out of how active a customer was. The caller holds the
// write lock.
func (p *Pipeline) silence() {
	var ids []timeline.NameID
	for _, name := range event.InternalNames() {
		if id, ok := p.Log.NameID(name); ok {
			ids = append(ids, id)
		}
	}
	p.Timeline.Silence(ids...)
}
