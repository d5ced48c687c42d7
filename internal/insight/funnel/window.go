package funnel

import (
	"cmp"
	"math/bits"
	"slices"
)

// entry is one condition that one event meets, as ClickHouse's windowFunnel lists them.
type entry struct {
	at   int64
	step int // -1: none, kept where strict order asks for it
	hit  int
}

// clickHouse answers as ClickHouse's windowFunnel (24.8) does: its documentation and the
// cases of its own tests, which are in testdata, are the source. Unlike the other modes it
// lets one event fill several steps, unless strict_once is asked for.
func (w *walker) clickHouse(hits []hit) attempt {
	if w.p.modes["strict_once"] {
		return w.strictOnce(hits)
	}
	m, n := w.p.modes, w.p.steps()
	dedupe, order, reentry, increase := m["strict_deduplication"], m["strict_order"], m["allow_reentry"], m["strict_increase"]
	w.entries = listed(w.entries[:0], hits, order)
	entries, best := w.entries, w.best
	for k := range best {
		best[k].level = 0 // nobody stands there
	}
	begun := false
scan:
	for i, e := range entries {
		switch {
		case e.step < 0:
			if begun {
				break scan
			}
		case e.step == 0:
			if n > 1 && best[1].level > 0 && order && !reentry {
				break scan // back at the beginning
			}
			best[0].begin(&hits[e.hit])
			begun = true
		case dedupe && best[e.step].level > 0:
			return best[max(entries[i-1].step, 0)]
		case order && begun && best[e.step-1].level == 0:
			if !reentry {
				break scan
			}
		case best[e.step-1].level > 0:
			from := &best[e.step-1]
			if e.at > from.start+w.p.window || increase && from.times[e.step-1] >= e.at {
				continue
			}
			best[e.step].follow(from, &hits[e.hit])
			if e.step == n-1 {
				return best[e.step]
			}
		}
	}
	return highest(best)
}

func highest(best []attempt) attempt {
	for k := len(best) - 1; k >= 0; k-- {
		if best[k].level > 0 {
			return best[k]
		}
	}
	return attempt{}
}

// listed appends the entries of all events to out, by time and then by step.
func listed(out []entry, hits []hit, all bool) []entry {
	for i, h := range hits {
		if h.steps == 0 && all {
			out = append(out, entry{h.at, -1, i})
		}
		for rest := h.steps; rest != 0; rest &= rest - 1 {
			out = append(out, entry{h.at, bits.TrailingZeros32(rest), i})
		}
	}
	order := func(a, b entry) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.step, b.step)) }
	if !slices.IsSortedFunc(out, order) {
		slices.SortStableFunc(out, order)
	}
	return out
}

// level is who stands at a level of strict_once: the latest start among those who came
// there before now, and among those who came there at this very time.
type level struct {
	before, now attempt
	at          int64 // of now
}

// latest is the attempt that may go on at a time.
func (l *level) latest(at int64, increase bool) *attempt {
	if l.now.level > 0 && l.at < at {
		if l.before.level == 0 || l.now.start >= l.before.start {
			l.before = l.now
		}
		l.now.level = 0
	}
	if l.now.level > 0 && !increase && (l.before.level == 0 || l.now.start >= l.before.start) {
		return &l.now
	}
	return &l.before
}

// strictOnce uses each event for one step at most.
func (w *walker) strictOnce(hits []hit) (longest attempt) {
	n, increase, dedupe := w.p.steps(), w.p.modes["strict_increase"], w.p.modes["strict_deduplication"]
	for i := range w.once {
		w.once[i] = level{}
	}
	for _, h := range hits {
		if h.steps == 0 {
			if w.p.modes["strict_order"] && longest.level > 0 {
				break
			}
			continue
		}
		moved := false
		for k := n - 1; k > 0; k-- {
			if h.steps&(1<<k) == 0 {
				continue
			}
			from := w.once[k-1].latest(h.at, increase)
			if from.level == 0 || h.at-from.start > w.p.window {
				continue
			}
			if dedupe && w.once[k].before.level+w.once[k].now.level > 0 && h.steps&(1<<(k-1)) == 0 {
				return longest
			}
			a := *from
			a.level, a.times[k], a.events[k] = k+1, h.at, h.event
			w.once[k].latest(h.at, increase)
			w.once[k].now, w.once[k].at, moved = a, h.at, true
			if a.level > longest.level {
				longest = a
			}
		}
		if h.steps&1 != 0 {
			if moved && w.p.modes["strict_order"] && !w.p.modes["allow_reentry"] {
				continue
			}
			a := attempt{level: 1, start: h.at}
			a.times[0], a.events[0] = h.at, h.event
			w.once[0].latest(h.at, increase)
			w.once[0].now, w.once[0].at = a, h.at
			if longest.level == 0 {
				longest = a
			}
		}
		if longest.level == n {
			break
		}
	}
	return longest
}
