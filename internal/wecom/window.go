package wecom

import "time"

const slots = 60

// window counts calls over a sliding span. It keeps one count for each sixtieth of the span
// and lets a slot go only when all of it is over, so no span of that length ever holds more
// than limit calls.
type window struct {
	span  time.Duration
	limit int
	count [slots + 1]int
	total int
	last  int64 // number of the newest slot
}

func newWindow(span time.Duration, limit int) *window { return &window{span: span, limit: limit} }

func (w *window) width() int64 { return int64(w.span) / slots }

// roll drops what is over at now. A clock set back keeps the newest slot.
func (w *window) roll(now time.Time) {
	slot := now.UnixNano() / w.width()
	if slot <= w.last {
		return
	}
	for i := max(w.last+1, slot-slots); i <= slot; i++ {
		p := &w.count[i%(slots+1)]
		w.total -= *p
		*p = 0
	}
	w.last = slot
}

// free is the earliest moment from now on at which one more call is allowed.
func (w *window) free(now time.Time) time.Time {
	w.roll(now)
	if w.total < w.limit {
		return now
	}
	left := w.total
	for i := w.last - slots; i <= w.last; i++ {
		left -= w.count[(i+slots+1)%(slots+1)]
		if left < w.limit {
			return time.Unix(0, (i+slots+1)*w.width()).UTC()
		}
	}
	return now.Add(w.span)
}

// take counts a call at now.
func (w *window) take(now time.Time) {
	w.roll(now)
	w.count[w.last%(slots+1)]++
	w.total++
}
