package wecom

import (
	"encoding/json"
	"time"
)

const slots = 60

// window counts calls over a sliding span. It keeps one count for each sixtieth of the span
// and lets a slot go only when all of it is over, so no span of that length ever holds more
// than limit calls.
type window struct {
	span    time.Duration
	limit   int
	count   [slots + 1]int
	total   int
	last    int64 // number of the newest slot
	unsaved int   // calls since the counts were last stored
}

func newWindow(span time.Duration, limit int) *window { return &window{span: span, limit: limit} }

func (w *window) width() int64 { return int64(w.span) / slots }

// roll drops what is over at now. A clock set back a little frees nothing; after one set
// back by more than the span everything counts as just called.
func (w *window) roll(now time.Time) {
	slot := now.UnixNano() / w.width()
	if slot < w.last-slots {
		w.count = [slots + 1]int{}
		w.count[slot%(slots+1)] = w.total
		w.last = slot
	}
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
	w.unsaved++
}

// due says that the counts should be stored: what a crash may forget stays below a tenth of
// the published limit, which with the part that is used is less than the whole.
func (w *window) due() bool { return w.unsaved >= max(1, w.limit/8) }

// counts is how a window is stored.
type counts struct {
	Last  int64            `json:"last"`
	Count [slots + 1]int64 `json:"count"`
}

func (w *window) store() ([]byte, error) {
	c := counts{Last: w.last}
	for i, n := range w.count {
		c.Count[i] = int64(n)
	}
	return json.Marshal(c)
}

// restore adds stored counts to a window that has none.
func (w *window) restore(raw []byte) error {
	var c counts
	if err := json.Unmarshal(raw, &c); err != nil {
		return err
	}
	w.last, w.total = c.Last, 0
	for i, n := range c.Count {
		w.count[i] = int(n)
		w.total += int(n)
	}
	return nil
}
