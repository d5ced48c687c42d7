// Package insight owns what all reports share: whom and which time they are about, the
// moment they are as of, and the way from any number to the people behind it. The reports
// themselves are its subpackages.
//
//	query ──▶ Report.Run ──▶ numbers, each with a cell ──▶ Report.People(query, cell) ──▶ customers
//
// Promises. A report changes nothing. All its numbers are as of one event of the log, which
// its answer names, and in one time zone, which it names too. It gives up the lock of
// derived state often, so that the road goes on while it runs. The people behind a number
// are found by the same code that counted them.
package insight

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/fault"
	"yutang/internal/page"
	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// Meta says what an answer is as of.
type Meta struct {
	AsOf     time.Time `json:"as_of"`    // nothing after it is counted
	Seq      uint64    `json:"seq"`      // the last event of the log that is counted
	Timezone string    `json:"timezone"` // of days, weeks and months
	TookMS   int64     `json:"took_ms"`
}

// Report is a kind of report. Queries and cells are JSON, as the API has them.
type Report interface {
	// Run answers a query.
	Run(ctx context.Context, query json.RawMessage) (any, error)
	// People are the roots of the customers behind one number of the answer. cell names it,
	// in the report's own words. Errors: invalid with the pointer below /cell.
	People(ctx context.Context, query, cell json.RawMessage) (*roaring.Bitmap, error)
}

// Base is what reports stand on.
type Base struct {
	Audiences *audience.Service
	Customers *customer.Service
	Timeline  *timeline.Store
	Clock     clock.Clock
	Zone      func() *time.Location // of the brand
	// EventKnown says whether an event of this name was ever seen.
	EventKnown func(name string) bool
}

// Desk is the reports by name. Register before use.
type Desk struct {
	mu      sync.RWMutex
	reports map[string]Report
}

// NewDesk makes an empty desk.
func NewDesk() *Desk { return &Desk{reports: map[string]Report{}} }

// Register adds a report under its name, such as "funnel".
func (d *Desk) Register(name string, r Report) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reports[name] = r
}

// Report is the report of a name. Errors: not_found.
func (d *Desk) Report(name string) (Report, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	r, ok := d.reports[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "report_not_found", "there is no report %q", name)
	}
	return r, nil
}

// Location is the zone that a query names, the brand's if it names none.
func (b *Base) Location(name, ptr string) (*time.Location, error) {
	if name == "" {
		return b.Zone(), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fault.BadField(ptr, "%q is no time zone; use a name such as \"Asia/Shanghai\"", name)
	}
	return zone, nil
}

// Moment reads RFC 3339 or a plain date, which is the start of that day in zone. "" is the
// zero time.
func Moment(text, ptr string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, err = time.ParseInLocation(time.DateOnly, text, zone)
	}
	if err != nil {
		return t, fault.BadField(ptr, "%q is no moment; write 2026-01-31 or 2026-01-31T09:00:00+08:00", text)
	}
	if y := t.Year(); y < firstYear || y > lastYear {
		return t, fault.BadField(ptr, "the year %d is out of reach; choose one of %d to %d", y, firstYear, lastYear)
	}
	return t, nil
}

// The years that reports can be about. Calendars count on from them, and stay writable.
const (
	firstYear = 1900
	lastYear  = 2199
)

// Span reads "from" and "to" of a query. A plain date as "to" is the end of that day. Empty
// ends are open: the zero time and now.
func (b *Base) Span(from, to string, zone *time.Location) (start, end time.Time, err error) {
	if start, err = Moment(from, "/from", zone); err != nil {
		return start, end, err
	}
	if end, err = Moment(to, "/to", zone); err != nil {
		return start, end, err
	}
	if _, plain := time.ParseInLocation(time.DateOnly, to, zone); to != "" && plain == nil {
		end = end.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	if to == "" {
		end = b.Clock.Now()
	}
	if !start.IsZero() && start.After(end) {
		return start, end, fault.BadField("/to", "the end %s is before the start %s", end.Format(time.RFC3339), start.Format(time.RFC3339))
	}
	return start, end, nil
}

// Read prepares a survey, and the Meta of its answer but for the time it takes.
func (b *Base) Read(ctx context.Context, v audience.Survey, zone *time.Location) (*audience.Reading, Meta, error) {
	r, err := b.Audiences.Read(ctx, v)
	if err != nil {
		return nil, Meta{}, err
	}
	return r, Meta{AsOf: r.At.UTC(), Seq: r.Seq, Timezone: zone.String()}, nil
}

// Unknown names the events of picks that nobody ever sent: worth a word beside a zero.
func (b *Base) Unknown(picks ...rule.Pick) (names []string) {
	for _, p := range picks {
		for _, name := range p.Names() {
			if !b.EventKnown(name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Gather joins the people that workers found.
func Gather[W any](workers []W, of func(*W) *roaring.Bitmap) *roaring.Bitmap {
	all := roaring.New()
	for i := range workers {
		if found := of(&workers[i]); found != nil {
			all.Or(found)
		}
	}
	return all
}

// Cut takes the page after cursor of rows that are in order of their roots.
func Cut[R any](rows []R, cursor string, limit int, root func(*R) uint32) (cut []R, next string, err error) {
	var after uint32
	if _, err := page.After(cursor, &after); err != nil {
		return nil, "", err
	}
	from := sort.Search(len(rows), func(i int) bool { return root(&rows[i]) > after })
	to := min(from+limit, len(rows))
	if to < len(rows) {
		next = page.Cursor(root(&rows[to-1]))
	}
	return rows[from:to], next, nil
}

// TooWide is the fault of a query that would need more than limit of something.
func TooWide(ptr, what string, n, limit int) error {
	return fault.BadField(ptr, "%s", fmt.Sprintf("%d %s are too many; at most %d", n, what, limit))
}
