package rule

import (
	"math"
	"slices"

	"yutang/internal/timeline"
)

// Never is the next change of an answer that time alone does not change.
const Never = math.MaxInt64

// Program is a rule bound to a World. It keeps memos of what it has learned about
// values, so one goroutine uses it at a time; Fork gives another goroutine its own.
// Compile, Fork, Eval and Explain are called under the timeline's read lock.
type Program struct {
	rule *Rule
	root code
	cols []*timeline.Column
	size sizes
	f    *frame
}

// code is a compiled node.
type code interface {
	// eval gives the result and the earliest later moment at which it could change.
	eval(f *frame) (bool, int64)
	explain(f *frame) *Explanation
}

// sizes says what a program's frame must hold.
type sizes struct {
	known []*timeline.Column // per check: the column it reads, nil for a trait
	steps int                // of the longest sequence
}

// frame is the state of one evaluation and what earlier ones learned.
type frame struct {
	root  timeline.Ord
	track *timeline.Track
	now   int64
	known []memory // per check
	tally tally    // the aggregate in the making
	seen  codeSet  // values counted by distinct
	seq   stage    // partial matches of a sequence
}

func newFrame(s sizes) *frame {
	f := &frame{known: make([]memory, len(s.known)), seq: newStage(s.steps)}
	for i, column := range s.known {
		f.known[i].column = column
	}
	return f
}

// Columns are what Subject.Track must hold, in this order.
func (p *Program) Columns() []*timeline.Column { return slices.Clone(p.cols) }

// Rule is what was compiled.
func (p *Program) Rule() *Rule { return p.rule }

// Fork gives the same program with memos of its own.
func (p *Program) Fork() *Program {
	q := *p
	q.f = newFrame(p.size)
	return &q
}

// Eval says whether the customer matches at now (ms), and the earliest moment after now
// at which that could change without anything new happening: Never if it cannot. Asked
// again at next, the answer may turn out not to have changed.
func (p *Program) Eval(s *Subject, now int64) (match bool, next int64) {
	p.f.set(s, now)
	return p.root.eval(p.f)
}

// nobody stands in for the track of a customer that has none.
var nobody timeline.Track

func (f *frame) set(s *Subject, now int64) {
	f.root, f.track, f.now = s.Root, s.Track, now
	if f.track == nil {
		f.track = &nobody
	}
	for i := range f.known {
		if m := &f.known[i]; m.column != nil {
			m.use(m.column.Dict)
		}
	}
}

// groupCode is "all", true unless some kid is false, or "any", false unless some kid is
// true.
type groupCode struct {
	ast     groupNode
	kids    []code // in the order of the rule
	quick   []code // the cheapest first
	neutral bool   // the result of no kids: true for "all"
}

// eval: while a kid decides, the whole stays as it is, so the next change is not before
// the last of the deciding kids' own. A kid that decides for ever ends the search.
func (c *groupCode) eval(f *frame) (bool, int64) {
	calm, until, decided := int64(Never), f.now, false
	for _, kid := range c.quick {
		result, next := kid.eval(f)
		switch {
		case result == c.neutral:
			calm = min(calm, next)
		case next == Never:
			return result, Never
		default:
			decided, until = true, max(until, next)
		}
	}
	if decided {
		return !c.neutral, until
	}
	return c.neutral, calm
}

type notCode struct {
	ast notNode
	kid code
}

func (c *notCode) eval(f *frame) (bool, int64) {
	result, next := c.kid.eval(f)
	return !result, next
}
