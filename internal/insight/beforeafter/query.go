package beforeafter

import (
	"encoding/json"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/insight"
)

// Query asks what joining changed for those who joined in a span of time.
type Query struct {
	From      string `json:"from,omitempty"` // of joining; default a year before To
	To        string `json:"to,omitempty"`   // default now
	Timezone  string `json:"timezone,omitempty"`
	Audience  string `json:"audience,omitempty"`
	PreDays   int    `json:"pre_days,omitempty"`  // default 90
	PostDays  int    `json:"post_days,omitempty"` // default 90
	Bootstrap int    `json:"bootstrap,omitempty"` // samples for the intervals; default 400
	Seed      uint64 `json:"seed,omitempty"`      // of the samples; default 1
}

const (
	maxDays    = 730
	maxSamples = 2000
	maxWeeks   = 110
	dayMS      = 24 * 60 * 60 * 1000
)

// plan is a checked query.
type plan struct {
	Query
	zone      *time.Location
	from, to  int64
	weeks     []int64 // bounds of the weeks of joining
	pre, post int64   // ms
}

func parse(raw json.RawMessage, b *insight.Base) (*plan, error) {
	p := &plan{}
	if err := insight.Decode(raw, &p.Query); err != nil {
		return nil, err
	}
	for _, d := range []struct {
		n     *int
		usual int
		most  int
		ptr   string
	}{{&p.PreDays, 90, maxDays, "/pre_days"}, {&p.PostDays, 90, maxDays, "/post_days"}, {&p.Bootstrap, 400, maxSamples, "/bootstrap"}} {
		if *d.n == 0 {
			*d.n = d.usual
		}
		if *d.n < 1 || *d.n > d.most {
			return nil, fault.BadField(d.ptr, "is 1 to %d", d.most)
		}
	}
	p.Seed = max(p.Seed, 1)
	p.pre, p.post = int64(p.PreDays)*dayMS, int64(p.PostDays)*dayMS
	var err error
	if p.zone, err = b.Location(p.Timezone, "/timezone"); err != nil {
		return nil, err
	}
	from, to, err := b.Span(p.From, p.To, p.zone)
	if err != nil {
		return nil, err
	}
	if from.IsZero() {
		from = to.AddDate(-1, 0, 0)
	}
	weeks, err := insight.NewCalendar(insight.Week, p.zone, "")
	if err != nil {
		return nil, err
	}
	if p.weeks = weeks.Between(from, to, maxWeeks); p.weeks == nil {
		return nil, fault.BadField("/from", "at most %d weeks of joining can be looked at", maxWeeks)
	}
	p.from, p.to = from.UnixMilli(), to.UnixMilli()
	return p, nil
}

// group names the customers behind a number.
type group string

// The groups. Those who joined are matched or else not, for one of three reasons.
const (
	joiners  group = "joiners"
	matched  group = "matched"
	tooNew   group = "new"      // not known for the days before joining
	tooLate  group = "recent"   // not seen for the days after joining yet
	alone    group = "alone"    // nobody like them who had not joined
	compared group = "compared" // not joined, and like somebody who did
)

var groups = []group{joiners, matched, tooNew, tooLate, alone, compared}

type cell struct {
	Group group `json:"group"`
}

func parseCell(raw json.RawMessage) (c cell, err error) {
	if err := insight.DecodeCell(raw, &c); err != nil {
		return c, err
	}
	if !slices.Contains(groups, c.Group) {
		return c, fault.BadField("/cell/group", "is one of %v", groups)
	}
	return c, nil
}
