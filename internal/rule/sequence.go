package rule

// sequenceCode looks for the steps in order. Events of one moment may stand in any
// order, but each fills one step.
type sequenceCode struct {
	ast    sequenceNode
	steps  []selector
	span   int64         // the most between first and last step, ms; 0 is any
	window int64         // all steps are younger than this, ms; 0 is any age
	timed  [][]propCheck // per step: its checks that change with time; nil if no step has any
}

// stage holds the partial matches of one evaluation. start[k] is the latest moment at
// which a match of the first k steps begins, among those that could still be completed:
// a later start is never worse, so one per k is enough.
type stage struct {
	start []int64
	owner []int    // per event of a moment: the step it fills, or -1
	tried []uint32 // per event of a moment: the last search that tried it
	mark  uint32
}

const noStart = always

func newStage(steps int) stage { return stage{start: make([]int64, steps+1)} }

func (c *sequenceCode) eval(f *frame) (bool, int64) {
	first := c.first(f)
	start, next := c.search(f, first)
	if c.timed != nil {
		next = min(next, c.change(f, first))
	}
	return start != noStart, next
}

// first is the oldest event young enough.
func (c *sequenceCode) first(f *frame) int {
	if c.window == 0 {
		return 0
	}
	return upper(f.track.At, f.now-c.window)
}

// search gives the latest start of a full match that lies before now, noStart if there
// is none, and the moment after now at which there stops or starts to be one.
func (c *sequenceCode) search(f *frame, first int) (start, next int64) {
	at, n := f.track.At, len(c.steps)
	begin := f.seq.start[:n+1]
	for k := range begin {
		begin[k] = noStart
	}
	start, next = noStart, Never
	for i, end := first, 0; i < len(at); i = end {
		for end = i + 1; end < len(at) && at[end] == at[i]; end++ {
		}
		if at[i] > f.now && start != noStart && at[i] > start+c.window {
			break
		}
		before := begin[n]
		c.extend(f, i, end)
		switch {
		case begin[n] == before:
		case at[i] <= f.now || start != noStart:
			start = begin[n]
			if c.window == 0 {
				return start, Never
			}
		case c.window == 0 || begin[n] > at[i]-c.window:
			return noStart, at[i]
		}
	}
	if start != noStart {
		next = start + c.window
	}
	return start, next
}

// extend lets the events [i, end) of one moment continue every partial match. Longer
// ones go first, so that none is continued twice by the same events.
func (c *sequenceCode) extend(f *frame, i, end int) {
	begin, at := f.seq.start, f.track.At[i]
	for k := len(c.steps) - 1; k >= 0; k-- {
		start := begin[k]
		if k == 0 {
			start = at
		}
		if start == noStart || (c.span > 0 && at-start > c.span) {
			continue
		}
		if end == i+1 {
			if c.steps[k].match(f, i) {
				begin[k+1] = max(begin[k+1], start)
			}
			continue
		}
		for m := range c.fill(f, k, i, end) {
			begin[k+m+1] = max(begin[k+m+1], start)
		}
	}
}

// fill is how many steps from step k the events [i, end) can fill, each event one step.
// It grows a bipartite matching step by step, moving earlier choices where it must.
func (c *sequenceCode) fill(f *frame, k, i, end int) int {
	q := &f.seq
	q.owner = grown(q.owner, end-i-1, 0)
	q.tried = grown(q.tried, end-i-1, 0)
	for e := range end - i {
		q.owner[e] = -1
	}
	filled := 0
	for step := k; step < len(c.steps); step++ {
		if q.mark++; q.mark == 0 {
			clear(q.tried)
			q.mark = 1
		}
		if !c.seat(f, step, i, end) {
			break
		}
		filled++
	}
	return filled
}

// seat finds an event for step, asking its holder to move if it is taken.
func (c *sequenceCode) seat(f *frame, step, i, end int) bool {
	q := &f.seq
	for e := range end - i {
		if q.tried[e] == q.mark || !c.steps[step].match(f, i+e) {
			continue
		}
		q.tried[e] = q.mark
		if q.owner[e] < 0 || c.seat(f, q.owner[e], i, end) {
			q.owner[e] = step
			return true
		}
	}
	return false
}

// change is the first moment at which a check of some step changes its answer.
func (c *sequenceCode) change(f *frame, first int) int64 {
	next := int64(Never)
	for i := first; i < f.track.Len(); i++ {
		for k := range c.steps {
			if c.steps[k].named(f, i) {
				next = min(next, changes(f, c.timed[k], i))
			}
		}
	}
	return next
}
