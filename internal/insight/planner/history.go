package planner

import (
	"maps"
	"time"

	"yutang/internal/insight"
)

// history is how a plan's past is cut: into windows as long as the plan, the last of which
// ends where the history does, and cohorts that had a whole window to convert.
type history struct {
	p          *span
	from, to   int64
	horizon    int   // days
	length     int64 // ms, of a window
	windows    int
	start      int64 // of the first window
	workers    []tally
	book       *insight.Book
	orders     orderFacts
	weekMS     int64
	weeks      int
	cohortLast int64 // who came later had no whole window
}

// orderFacts are about the orders of the history, of known customers and of nobody.
type orderFacts struct {
	n          int
	sum, sumSq float64 // of net, minor units
	weekday    [7]int64
	count      [7]int
}

// tally is what one worker counts.
type tally struct {
	customers, buyers, prospects, loyal int
	windowBuyers, windowOrders          int
	earlier, returned                   int // buyers before a window, of them who bought in it
	known, bought                       int // prospects before a window, of them who bought in it
	cohort, moved                       [stages - 1]int
	referrers, referrals                int
	touches, tasks                      int
	contacts                            int
	contactDays, taskDays               map[uint64]struct{}
	channels                            map[string]*channelTally
	_                                   [64]byte
}

// channelTally is a channel's adds.
type channelTally struct {
	adds, cohort, bought int
	weeks                map[int]int
}

func newHistory(p *span) *history {
	h := &history{p: p, from: p.learnFrom.UnixMilli(), to: p.learn.UnixMilli(), weekMS: 7 * dayMS}
	whole := int((h.to - h.from) / dayMS)
	h.horizon = max(1, min(p.days, whole/2))
	h.length = int64(h.horizon) * dayMS
	h.windows = max(1, min(maxWindows, int((h.to-h.from)/h.length)))
	h.start = h.to - int64(h.windows)*h.length
	h.cohortLast = h.to - h.length
	h.weeks = int((h.to - h.from + h.weekMS - 1) / h.weekMS)
	return h
}

const dayMS = int64(24 * time.Hour / time.Millisecond)

func (h *history) begin(workers int, book *insight.Book) {
	h.book = book
	h.workers = make([]tally, workers)
	for i := range h.workers {
		h.workers[i] = tally{contactDays: map[uint64]struct{}{}, taskDays: map[uint64]struct{}{}, channels: map[string]*channelTally{}}
	}
	book.Each(func(x insight.Purchase) {
		if x.At < h.from || x.At >= h.to || x.Void {
			return
		}
		h.orders.n++
		h.orders.sum += float64(x.Net)
		h.orders.sumSq += float64(x.Net) * float64(x.Net)
		day := time.UnixMilli(x.At).In(h.p.zone).Weekday()
		h.orders.weekday[day] += x.Net
		h.orders.count[day]++
	})
}

// see counts one customer.
func (h *history) see(worker int, c *journey) {
	t := &h.workers[worker]
	if c.first > h.to {
		return
	}
	t.customers++
	if len(c.orders) > 0 && c.orders[0].At < h.to {
		t.buyers++
	} else {
		t.prospects++
	}
	if c.stage[stageLoyal] < h.to {
		t.loyal++
	}
	h.seeWindows(t, c)
	h.seeStages(t, c)
	h.seeAdd(t, c)
	for _, x := range c.acts {
		if x.at < h.start || x.at >= h.to {
			continue
		}
		switch x.kind {
		case actTouch:
			t.touches++
		case actTask:
			t.tasks++
			t.taskDays[memberDay(x.staff, x.at)] = struct{}{}
		case actContact:
			t.contacts++
			t.contactDays[memberDay(x.staff, x.at)] = struct{}{}
		}
	}
}

// memberDay names a day of a member of staff.
func memberDay(staff uint32, at int64) uint64 { return uint64(staff)<<32 | uint64(uint32(at/dayMS)) }

func (h *history) seeWindows(t *tally, c *journey) {
	for k := range h.windows {
		from := h.start + int64(k)*h.length
		to := from + h.length
		before, inside := 0, 0
		for _, x := range c.orders {
			if x.At < from {
				before++
			} else if x.At < to {
				inside++
			}
		}
		bought := 0
		if inside > 0 {
			bought = 1
			t.windowBuyers++
			t.windowOrders += inside
		}
		switch {
		case before > 0:
			t.earlier++
			t.returned += bought
		case c.first < from:
			t.known++
			t.bought += bought
		}
	}
}

// seeStages counts who entered a stage early enough, and of them who went on in time.
func (h *history) seeStages(t *tally, c *journey) {
	for s := range stages - 1 {
		at := c.stage[s]
		if at < h.from || at > h.cohortLast {
			continue
		}
		t.cohort[s]++
		if c.stage[s+1] <= at+h.length {
			t.moved[s]++
		}
	}
	n := 0
	for _, at := range c.referrals {
		if at >= h.start && at < h.to {
			n++
		}
	}
	if n > 0 {
		t.referrers++
		t.referrals += n
	}
}

// seeAdd counts the first time a customer was added.
func (h *history) seeAdd(t *tally, c *journey) {
	if c.added < h.from || c.added >= h.to {
		return
	}
	x := t.channels[c.channel]
	if x == nil {
		if len(t.channels) == maxChannels {
			c.channel = otherChannels
		}
		if x = t.channels[c.channel]; x == nil {
			x = &channelTally{weeks: map[int]int{}}
			t.channels[c.channel] = x
		}
	}
	x.adds++
	x.weeks[int((h.to-1-c.added)/h.weekMS)]++
	if c.added > h.cohortLast || len(c.orders) > 0 && c.orders[0].At < c.added {
		return
	}
	x.cohort++
	if len(c.orders) > 0 && c.orders[0].At <= c.added+h.length {
		x.bought++
	}
}

const (
	maxChannels   = 10_000
	shownChannels = 20
	otherChannels = "(other)"
)

// sum joins the workers.
func (h *history) sum() (t tally) {
	t.contactDays, t.taskDays, t.channels = map[uint64]struct{}{}, map[uint64]struct{}{}, map[string]*channelTally{}
	for i := range h.workers {
		w := &h.workers[i]
		t.customers, t.buyers, t.prospects, t.loyal = t.customers+w.customers, t.buyers+w.buyers, t.prospects+w.prospects, t.loyal+w.loyal
		t.windowBuyers, t.windowOrders = t.windowBuyers+w.windowBuyers, t.windowOrders+w.windowOrders
		t.earlier, t.returned, t.known, t.bought = t.earlier+w.earlier, t.returned+w.returned, t.known+w.known, t.bought+w.bought
		t.referrers, t.referrals = t.referrers+w.referrers, t.referrals+w.referrals
		t.touches, t.tasks, t.contacts = t.touches+w.touches, t.tasks+w.tasks, t.contacts+w.contacts
		for s := range t.cohort {
			t.cohort[s] += w.cohort[s]
			t.moved[s] += w.moved[s]
		}
		maps.Copy(t.contactDays, w.contactDays)
		maps.Copy(t.taskDays, w.taskDays)
		for name, c := range w.channels {
			t.channel(name).join(c)
		}
	}
	return t
}

func (t *tally) channel(name string) *channelTally {
	c := t.channels[name]
	if c == nil {
		c = &channelTally{weeks: map[int]int{}}
		t.channels[name] = c
	}
	return c
}

func (c *channelTally) join(d *channelTally) {
	c.adds, c.cohort, c.bought = c.adds+d.adds, c.cohort+d.cohort, c.bought+d.bought
	for week, n := range d.weeks {
		c.weeks[week] += n
	}
}
