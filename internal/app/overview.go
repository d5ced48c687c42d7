package app

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/experiment"
	"yutang/internal/handover"
	"yutang/internal/insight/board"
	"yutang/internal/library"
	"yutang/internal/money"
	"yutang/internal/overview"
	"yutang/internal/page"
	"yutang/internal/playbook"
	"yutang/internal/reconcile"
	"yutang/internal/system"
	"yutang/internal/task"
)

// buildOverview makes the first page. All other rooms are there already.
func (a *App) buildOverview() {
	a.overview = overview.New(overview.Config{
		Clock: a.Clock, Money: a.shownMoney, Lifts: a.shownLifts, Plan: a.shownPlan,
		Askers: []overview.Asker{
			{Name: "system", Needs: access.SystemRead, Ask: a.systemMatters},
			{Name: "tasks", Needs: access.TasksRead, Ask: a.taskMatters},
			{Name: "sending", Needs: access.OutreachRead, Ask: a.sendingMatters},
			{Name: "playbooks", Needs: access.PlaybooksRead, Ask: a.playbookMatters},
			{Name: "content", Needs: access.ContentRead, Ask: a.contentMatters},
			{Name: "losses", Needs: access.HandoverRead, Ask: a.lossMatters},
			{Name: "sync", Needs: access.WeComRead, Ask: a.syncMatters},
			{Name: "quota", Needs: access.CodesRead, Ask: a.quotaMatters},
		},
	})
}

// shownMoney reads the numbers of two boards over the last 30 days and those before.
func (a *App) shownMoney(ctx context.Context) (*overview.Money, error) {
	out := &overview.Money{}
	for _, b := range []struct {
		name string
		ids  map[string]string // of the board's numbers: what they are called here
	}{
		{"channel", map[string]string{"net_revenue": "net_revenue", "orders": "orders", "new_contacts": "new_contacts", "losses": "losses", "spend": "spend"}},
		{"unit", map[string]string{"profit_to_cac": "ltv_to_cac", "cac": "cac"}},
	} {
		query, err := json.Marshal(board.Query{Board: b.name, Period: "day", Compare: "previous", Top: 1})
		if err != nil {
			return nil, err
		}
		r, err := a.reports.Report("boards")
		if err != nil {
			return nil, err
		}
		answer, err := r.Run(ctx, query)
		if err != nil {
			return nil, err
		}
		got := answer.(board.Answer)
		out.From, out.To, out.Currency = got.From, got.To, got.Currency
		for _, v := range got.Numbers {
			if id := b.ids[v.ID]; id != "" {
				out.Numbers = append(out.Numbers, overview.Number{
					ID: id, Unit: string(v.Unit), Value: v.Value, Before: v.Before, Series: v.Series, Reason: v.Reason,
				})
			}
		}
	}
	return out, nil
}

// maxLifts is how many experiments the first page looks at, the newest.
const maxLifts = 20

func (a *App) shownLifts(ctx context.Context) (out []overview.Lift, err error) {
	p, err := a.experiments.List(ctx, "", maxLifts)
	if err != nil {
		return nil, err
	}
	for _, info := range p.Items {
		if info.StartedAt == nil {
			continue
		}
		r, err := a.experiments.Results(ctx, info.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, liftsOf(info, r)...)
	}
	own := func(l overview.Lift) int {
		if strings.HasPrefix(l.Name, experiment.Global) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(x, y overview.Lift) int { return cmp.Compare(own(x), own(y)) })
	return out, nil
}

// liftsOf is what the arms of an experiment have brought, in major units. A sum without an
// interval is noise and not shown.
func liftsOf(info experiment.Info, r experiment.Result) (out []overview.Lift) {
	unit := 1 / float64(money.Scale(r.Currency))
	for _, c := range r.Comparisons {
		if i := c.In(unit).Incremental; i != nil && i.Low != nil && i.High != nil {
			out = append(out, overview.Lift{
				Experiment: info.ID, Name: info.Name, Kind: string(info.Kind), Arm: c.Arm, Amount: i.Amount, Low: i.Low, High: i.High,
			})
		}
	}
	return out
}

// shownPlan is the newest plan whose days hold today.
func (a *App) shownPlan(ctx context.Context) (*overview.Plan, error) {
	all, err := a.plans.List(ctx, "", page.DefaultLimit)
	if err != nil {
		return nil, err
	}
	today := a.Clock.Now().In(brandZone{a.access}.Zone()).Format(time.DateOnly)
	for _, p := range all.Items {
		if s := p.Revision.Scenario; s.From > today || s.To < today {
			continue
		}
		got, err := a.plans.Progress(ctx, p.ID, 0)
		if err != nil {
			return nil, err
		}
		out := &overview.Plan{ID: p.ID, Name: p.Name, From: got.From, To: got.To, Elapsed: got.Elapsed}
		for _, n := range got.Nodes {
			if n.Channel == "" {
				out.Goals = append(out.Goals, overview.Goal{
					Name: n.Name, Unit: n.Unit, Planned: n.Planned, PlannedNow: n.PlannedNow, Actual: n.Actual, Gap: n.Gap, Behind: n.Alarm,
				})
			}
		}
		return out, nil
	}
	return nil, nil //nolint:nilnil // no plan runs
}

// systemMatters are the checks of the system that are not well.
func (a *App) systemMatters(ctx context.Context) (out []overview.Matter, _ error) {
	for _, c := range a.system.Report(ctx).Checks {
		if c.State == system.OK {
			continue
		}
		m := overview.Matter{Key: c.Remedy, Level: overview.Warn, Link: "system", Count: 1, Detail: c.Detail}
		if c.State == system.Bad {
			m.Level = overview.Bad
		}
		for _, of := range []string{"failed", "dead", "unknown"} {
			if n, ok := c.Facts[of].(int); ok && n > 0 {
				m.Count = n
			}
		}
		switch c.Key {
		case "corps":
			m.Link = "wecom"
		case "outbox":
			m.Link = "deliveries"
		}
		out = append(out, m)
	}
	return out, nil
}

// countLimit is how far things that need attention are counted.
const countLimit = 200

// counted is a matter if there is anything.
func counted(n int, more bool, m overview.Matter) []overview.Matter {
	if n == 0 {
		return nil
	}
	m.Count, m.More = n, more
	return []overview.Matter{m}
}

func (a *App) taskMatters(ctx context.Context) ([]overview.Matter, error) {
	late, err := a.tasks.List(ctx, task.Filter{State: task.Overdue, Limit: countLimit})
	if err != nil {
		return nil, err
	}
	nobodys, err := a.tasks.List(ctx, task.Filter{State: task.Unassigned, Limit: countLimit})
	return append(
		counted(len(late.Items), late.Next != "", overview.Matter{Key: "tasks_overdue", Level: overview.Warn, Link: "tasks"}),
		counted(len(nobodys.Items), nobodys.Next != "", overview.Matter{Key: "tasks_unassigned", Level: overview.Warn, Link: "tasks"})...,
	), err
}

func (a *App) sendingMatters(context.Context) ([]overview.Matter, error) {
	hold, held := a.outreach.Held()
	if !held {
		return nil, nil
	}
	return []overview.Matter{{Key: "sending_held", Level: overview.Bad, Link: "budget", Count: 1, Detail: hold.Reason}}, nil
}

func (a *App) playbookMatters(ctx context.Context) ([]overview.Matter, error) {
	asked, paused := 0, 0
	p, err := a.playbooks.List(ctx, "", countLimit)
	for _, b := range p.Items {
		if b.Review == playbook.ReviewAsked {
			asked++
		}
		if b.State == playbook.Paused {
			paused++
		}
	}
	return append(
		counted(asked, false, overview.Matter{Key: "playbooks_to_approve", Level: overview.Warn, Link: "playbooks"}),
		counted(paused, false, overview.Matter{Key: "playbooks_paused", Level: overview.Note, Link: "playbooks"})...,
	), err
}

func (a *App) contentMatters(ctx context.Context) (out []overview.Matter, err error) {
	n, more := 0, false
	for _, space := range []library.Space{library.Materials, library.Scripts} {
		p, err := a.library.List(ctx, library.Filter{Space: space, Folder: "*", State: library.Review, Limit: countLimit})
		if err != nil {
			return nil, err
		}
		n, more = n+len(p.Items), more || p.Next != ""
	}
	return counted(n, more, overview.Matter{Key: "content_to_approve", Level: overview.Warn, Link: "materials"}), nil
}

// lossMatters are the customers who deleted a member of staff since yesterday.
func (a *App) lossMatters(ctx context.Context) ([]overview.Matter, error) {
	p, err := a.handover.Losses(ctx, handover.LossFilter{Limit: countLimit})
	n, since := 0, a.Clock.Now().Add(-24*time.Hour)
	for _, l := range p.Items {
		if l.At.After(since) && l.Returned.IsZero() {
			n++
		}
	}
	return counted(n, n == countLimit, overview.Matter{Key: "losses_lately", Level: overview.Note, Link: "losses"}), err
}

// syncMatters is what the last complete pull of each corp found different.
func (a *App) syncMatters(ctx context.Context) ([]overview.Matter, error) {
	ids, err := a.corpIDs(ctx)
	if err != nil {
		return nil, err
	}
	drift := 0
	for _, id := range ids {
		p, err := a.sync.List(ctx, id, "", page.DefaultLimit)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(p.Items, func(r reconcile.Record) bool { return r.Full && r.State == reconcile.Done })
		if i < 0 {
			continue
		}
		for _, k := range p.Items[i].Kinds {
			for _, n := range k.Drift {
				drift += n
			}
		}
	}
	none := counted(0, false, overview.Matter{})
	if len(ids) == 0 {
		none = []overview.Matter{{Key: "connect_corp", Level: overview.Warn, Link: "wecom", Count: 1}}
	}
	return append(none, counted(drift, false, overview.Matter{Key: "sync_drift", Level: overview.Note, Link: "wecom"})...), nil
}

// quotaMatters are the allowances of acquisition links that run low.
func (a *App) quotaMatters(ctx context.Context) (out []overview.Matter, _ error) {
	ids, err := a.corpIDs(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		q, err := a.links.Quota(ctx, id)
		if err != nil {
			return nil, err
		}
		if q.Alarm != "" {
			out = append(out, overview.Matter{Key: "quota_" + string(q.Alarm), Level: overview.Warn, Link: "links", Count: int(q.Balance), Detail: id})
		}
		if _, held := a.tags.Quota(id); held > 0 {
			out = append(out, overview.Matter{Key: "tags_held", Level: overview.Note, Link: "tags", Count: held, Detail: id})
		}
	}
	return out, nil
}
