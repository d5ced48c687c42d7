package audience

import "container/heap"

// tick is the grain of timers: a timer fires at the first tick not before it is due.
const (
	tickMS   = 100
	tickZero = 1_577_836_800_000 // 2020-01-01: 32-bit ticks last until 2033 from here, then saturate
)

// ticks is the first tick not before ms; 0 is no tick.
func ticks(ms int64) uint32 {
	t := (ms - tickZero + tickMS - 1) / tickMS
	return uint32(min(max(t, 1), 1<<32-1))
}

// timer asks for an evaluation of unit for root at due.
type timer struct {
	due  int64 // ms since 1970
	unit uint32
	root uint32
}

// timers is a heap by due. It holds no pointers.
type timers []timer

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].due < t[j].due }
func (t timers) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)        { *t = append(*t, x.(timer)) }

// Pop removes the last element, as heap.Interface asks.
func (t *timers) Pop() any {
	old := *t
	x := old[len(old)-1]
	*t = old[:len(old)-1]
	return x
}

// add puts one timer in, without the allocation that heap.Push costs.
func (t *timers) add(x timer) {
	*t = append(*t, x)
	heap.Fix(t, len(*t)-1)
}

// next removes the earliest timer.
func (t *timers) next() timer {
	h := *t
	x := h[0]
	h[0] = h[len(h)-1]
	*t = h[:len(h)-1]
	if len(*t) > 1 {
		heap.Fix(t, 0)
	}
	return x
}

// addAll puts many timers in at once.
func (t *timers) addAll(xs []timer) {
	*t = append(*t, xs...)
	heap.Init(t)
}
