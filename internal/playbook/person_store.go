package playbook

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/page"
)

// Contact is something that was sent to a customer or asked of staff for them, or was not,
// and why. It is a row of the ledger (Delivery), or a step that left none there (Run).
type Contact struct {
	At       time.Time
	ID       string // of the delivery, or RUN/STEP
	Playbook string
	Version  int
	Run      string
	Step     string
	Channel  string // "" no message: a task, a coupon, a post
	State    string // of the delivery, or the outcome of the step
	Reason   string
	Detail   string
	SentAt   time.Time // zero: not, or not yet
}

// The most that one customer's history shows.
const (
	maxContactRuns = 500
	maxContacts    = page.MaxLimit
)

// Contacts is what reached a customer and what did not, over all their records, the newest
// first: of their newest 500 runs and 1,000 deliveries.
func (s *Service) Contacts(ctx context.Context, customer uint32, cursor string, limit int) (out page.Page[Contact], err error) {
	var after struct {
		At int64  `json:"a"`
		ID string `json:"i"`
	}
	paged, err := page.After(cursor, &after)
	if err != nil {
		return out, err
	}
	all, err := s.sent(ctx, customer)
	if err != nil {
		return out, err
	}
	acts, err := s.acts(ctx, customer)
	if err != nil {
		return out, err
	}
	all = append(all, acts...)
	slices.SortFunc(all, func(a, b Contact) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID))
	})
	if paged {
		all = slices.DeleteFunc(all, func(c Contact) bool {
			at := c.At.UnixMilli()
			return at > after.At || at == after.At && c.ID >= after.ID
		})
	}
	limit = page.Limit(limit)
	return page.Cut(all[:min(len(all), limit+1)], limit, func(c Contact) any {
		after.At, after.ID = c.At.UnixMilli(), c.ID
		return after
	}), nil
}

// sent is a customer's rows of the ledger.
func (s *Service) sent(ctx context.Context, customer uint32) (out []Contact, err error) {
	list, err := s.Outreach.List(ctx, outreach.Filter{Customer: customer, Limit: maxContacts})
	if err != nil {
		return nil, err
	}
	for _, d := range list.Items {
		out = append(out, Contact{
			At: d.PlannedAt, ID: d.ID, Playbook: d.Playbook, Version: d.Version, Run: d.Run, Step: d.Step, Channel: d.Channel,
			State: string(d.State), Reason: string(d.Reason), Detail: d.Detail, SentAt: d.DispatchedAt,
		})
	}
	return out, nil
}

// acts is what steps did for a customer beside messages.
func (s *Service) acts(ctx context.Context, customer uint32) ([]Contact, error) {
	runs, err := s.Runs(ctx, RunFilter{Customer: customer, Limit: maxContactRuns})
	if err != nil || len(runs.Items) == 0 {
		return nil, err
	}
	of := map[int64]Run{}
	places := make([]string, 0, len(runs.Items))
	for _, r := range runs.Items {
		of[r.num] = r
		places = append(places, strconv.FormatInt(r.num, 10))
	}
	text := `SELECT h.run, h.at, c.version, c.step, c.outcome, c.detail FROM playbook_step h JOIN playbook_cell c ON c.num = h.num / 68719476736
		WHERE h.run IN (` + strings.Join(places, ", ") + `) AND c.step <> ''`
	var out []Contact
	rows, err := s.DB.Query(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("read steps of a customer: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		c, kind, err := s.act(ctx, rows, of)
		if err != nil {
			return nil, err
		}
		if kind {
			out = append(out, c)
		}
	}
	return out, rows.Err()
}

// act reads one step, and says whether it acted without leaving a row in the ledger.
func (s *Service) act(ctx context.Context, rows *sql.Rows, of map[int64]Run) (c Contact, acts bool, err error) {
	var run, at int64
	if err := rows.Scan(&run, &at, &c.Version, &c.Step, &c.State, &c.Detail); err != nil {
		return c, false, err
	}
	r := of[run]
	c.At, c.Playbook, c.Run, c.ID = moment(at), r.Playbook, r.ID, r.ID+"/"+c.Step
	p, err := s.plan(ctx, r.Playbook, c.Version)
	if err != nil {
		return c, false, err
	}
	i, ok := p.Index(c.Step)
	if !ok || !p.Steps[i].Acts() {
		return c, false, nil
	}
	switch outcome := flow.Outcome(c.State); outcome {
	case flow.Failed:
		return c, true, nil
	case flow.HeldOut:
		return c, p.Steps[i].Kind != flow.KindSend, nil
	case flow.Planned, flow.Done:
		switch p.Steps[i].Kind {
		case flow.KindTask, flow.KindCoupon, flow.KindPost:
			return c, true, nil
		}
	}
	return c, false, nil
}
