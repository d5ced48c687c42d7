package audience

import (
	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/customer"
	"yutang/internal/event"
)

// LevelMove is a change of a tier or stage that something made happen.
type LevelMove struct {
	Row      int64 // of the history of levels
	Kind     string
	Root     uint32
	From, To string // "" none
	Up       bool
	At       int64  // ms: of the evaluation, or the moment the timer was due
	EventSeq uint64 // the event that was being handled, 0 if none
}

// levelMoves are the changes noted until somebody takes them.
type levelMoves struct {
	hears   func(event string) bool // nil: nothing is noted
	noted   []LevelMove
	carried map[string]int // during a merge: the levels of who is gone
	placing int            // how many changes of the rules of levels are under way
	named   bool           // the rule of a live audience or level names event.StageChanged
}

func (m *levelMoves) forget() { m.noted, m.carried, m.placing = nil, nil, 0 }

func (m *levelMoves) carry(levels map[string]int) { m.carried = levels }

// NoteLevels begins to note changes of levels that events and time cause, for TakeLevels.
// Tiers are noted always; stages, which move with every other event of a new customer,
// while hears says that somebody listens to event.StageChanged, or a rule of an audience
// names it. Before the first event.
func (e *Engine) NoteLevels(hears func(event string) bool) { e.levels.hears = hears }

// TakeLevels hands over what was noted since it was last called. Writer only.
func (e *Engine) TakeLevels() []LevelMove {
	noted := e.levels.noted
	e.levels.noted = nil
	return noted
}

// placeQuietly lets changed rules of levels place these customers without a move.
func (e *Engine) placeQuietly(astray []timer) {
	if e.levels.placing == 0 {
		return
	}
	for _, t := range astray {
		if u := e.bySer[t.unit]; u != nil {
			if u.placed == nil {
				u.placed = roaring.New()
			}
			u.placed.Add(t.root)
		}
	}
}

// Merging notes at which levels somebody is whom Merged will take out. Before levels are
// regrouped. Writer only.
func (e *Engine) Merging(gone uint32) {
	levels := map[string]int{}
	for _, kind := range customer.LevelKinds() {
		levels[kind] = e.customers.Level(kind).Of(gone)
	}
	e.levels.carry(levels)
}

// noteLevel notes a change that was just recorded, unless it tells nothing: it repairs
// (merge, edit, changed rules of levels), a new customer arrives where everybody starts, or
// one of the two that a merge made one was at this level before.
func (e *Engine) noteLevel(u *unit, t Transition, was, now int) {
	m := &e.levels
	if m.hears == nil || m.placing > 0 || (t.Cause != ByEvent && t.Cause != ByTime) {
		return
	}
	if u.id != customer.Tier && (was == customer.NoLevel && now == 0 || !e.stagesHeard()) {
		return
	}
	if gone, ok := m.carried[u.id]; ok {
		if was = max(was, gone); was == now || gone == now {
			return
		}
	}
	names := u.level.Names()
	name := func(level int) string {
		if level < 0 {
			return ""
		}
		return names[level]
	}
	m.noted = append(m.noted, LevelMove{
		Row: e.customers.LastMove(), Kind: u.id, Root: t.Root, From: name(was), To: name(now), Up: now > was, At: t.At, EventSeq: t.EventSeq,
	})
}

// stagesHeard says whether a move between stages is worth an event.
func (e *Engine) stagesHeard() bool {
	return e.levels.named || e.levels.hears(event.StageChanged)
}
