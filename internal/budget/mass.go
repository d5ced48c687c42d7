package budget

import (
	"context"
	"time"

	"yutang/internal/masssend"
	"yutang/internal/outreach"
)

// MassSends foresees the mass sends that are scheduled, and knows the corps' quotas.
type MassSends struct{ Sends *masssend.Service }

// Forecast visits everybody in the targets of the sends that are scheduled.
func (m MassSends) Forecast(ctx context.Context, until time.Time, visit func(Touch) error) error {
	return m.Sends.Upcoming(ctx, until, func(x masssend.Send, c masssend.Candidate) error {
		t := Touch{
			ID: x.ID + "/" + c.Staff, Ord: c.Ord, Playbook: x.ID, Name: x.Name, Version: 1, Step: "send",
			Channel: outreach.WeComMass, Endpoint: x.Corp + "/" + c.Staff, Priority: x.Rank(), Unvalued: true,
			Transactional: x.Options.Transactional, Due: x.ScheduledAt, Expires: x.Deadline,
		}
		switch c.Refuse {
		case "", outreach.QuietHours, outreach.Capped, outreach.Outranked, outreach.Quota: // the plan finds out itself
		default:
			t.Refuse = c.Refuse
		}
		return visit(t)
	})
}

// Quota is the corp's.
func (m MassSends) Quota(ctx context.Context, _, corp string, at time.Time) (Quota, error) {
	rule, limit, start, end, err := m.Sends.Quota(ctx, corp, at)
	return Quota{Account: corp, Rule: rule, Limit: limit, Start: start, End: end}, err
}
