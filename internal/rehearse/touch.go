package rehearse

import (
	"context"
	"slices"
	"strings"
	"time"

	"yutang/internal/flow"
	"yutang/internal/outreach"
)

// touch is one that would be sent.
type touch struct {
	run     *passage
	step    int
	variant string
	due     int64
	expires int64
	shifted bool // it waited for the end of quiet hours
	send    *flow.Send
}

// plan notes a touch. It is judged when its moment is over, after everything else of that
// moment.
func (w *walker) plan(p *passage, i int, variant string) {
	op := w.Steps[i]
	t := &touch{run: p, step: i, variant: variant, due: w.now, expires: w.now + op.Within.Milliseconds(), send: op.Step.Send}
	if w.watch.planned(w, t) {
		w.touches = append(w.touches, t)
	}
}

// dispatch judges the touches that are due. One that falls into quiet hours comes again.
func (w *walker) dispatch() {
	for _, t := range w.touches {
		if t.due > w.now {
			continue
		}
		a := w.judge(t)
		if a.Refuse == outreach.QuietHours && a.Until.UnixMilli() < t.expires {
			t.due, t.shifted = a.Until.UnixMilli(), true
			continue
		}
		if a.Refuse == outreach.QuietHours {
			a.Refuse = expired
		}
		t.due = -1
		if a.Refuse == "" {
			w.take(t)
		}
		w.watch.dispatched(w, t, a)
	}
	w.touches = slices.DeleteFunc(w.touches, func(t *touch) bool { return t.due < 0 })
}

// expired is why a touch was not sent whose quiet hours ended too late.
const expired outreach.Reason = "expired"

// judge asks the policy about a touch now.
func (w *walker) judge(t *touch) outreach.Answer {
	if w.root != 0 && !w.known.reachable(w.leaves, t.send.Channel, t.send.Endpoint) {
		return outreach.Answer{Refuse: outreach.NoAddress}
	}
	at := time.UnixMilli(w.now).UTC()
	q := outreach.Question{
		Claim: outreach.Claim{
			Channel: t.send.Channel, Playbook: w.id, Priority: w.Definition.Priority, Due: t.due,
			Caps: outreach.PlaybookCap{w.Definition.Cap.PerDay, w.Definition.Cap.PerWeek, w.Definition.Cap.PerMonth},
		},
		At: at, Zone: w.zone, Quiet: w.Definition.Quiet, Transactional: t.send.Transactional, Root: w.root,
	}
	q.Given, q.Known = w.known.consented(w.leaves, t.send.Channel)
	q.Taken = w.taken(outreach.WindowsOf(at, w.zone))
	if account, p, ok := w.quota(t, at); ok {
		q.Claim.Quota = outreach.QuotaClaim{Account: account, Period: int32(p.From.Unix() / 86400), Limit: p.Limit}
	}
	return w.policy.Answer(q)
}

// quota is the platform's quota that a touch falls under. A period is asked for once.
func (w *walker) quota(t *touch, at time.Time) (account string, p Period, ok bool) {
	if w.svc.Quota == nil {
		return "", p, false
	}
	key := [2]string{t.send.Channel, t.send.Endpoint}
	q, known := w.quotas[key]
	if !known || q.ok && (at.Before(q.From) || !at.Before(q.To)) {
		q.account, q.Period, q.ok = w.svc.Quota(context.Background(), key[0], key[1], at)
		w.quotas[key] = q
	}
	return q.account, q.Period, q.ok
}

// quotaOf is the quota of an endpoint in the period last asked for.
type quotaOf struct {
	Period
	account string
	ok      bool
}

// take counts a touch against caps and quotas.
func (w *walker) take(t *touch) {
	at := time.UnixMilli(w.now).UTC()
	if !t.send.Transactional {
		w.count(at, t.send.Channel, w.id)
	}
	if account, p, ok := w.quota(t, at); ok {
		w.sent = append(w.sent, outreach.Taken{Account: account, Number: int32(p.From.Unix() / 86400), N: 1})
	}
}

func (w *walker) count(at time.Time, channel, playbook string) {
	in := outreach.WindowsOf(at, w.zone)
	for _, window := range []outreach.Window{outreach.Day, outreach.Week, outreach.Month} {
		w.sent = append(w.sent, outreach.Taken{Window: window, Number: in[window], Channel: channel, Playbook: playbook, N: 1})
	}
}

// taken are the places used in the windows that matter: what was sent here, and in truth
// by others up to now.
func (w *walker) taken(in outreach.Windows) (out []outreach.Taken) {
	for _, t := range w.sent {
		if t.Account != "" || in[t.Window] == t.Number {
			out = append(out, t)
		}
	}
	for _, leaf := range w.leaves {
		for _, x := range w.known.others[leaf] {
			if x.at > w.now {
				continue
			}
			then := outreach.WindowsOf(time.UnixMilli(x.at), w.zone)
			for _, window := range []outreach.Window{outreach.Day, outreach.Week, outreach.Month} {
				if then[window] == in[window] {
					out = append(out, outreach.Taken{Window: window, Number: in[window], Channel: x.channel, Playbook: x.playbook, N: 1})
				}
			}
		}
	}
	return out
}

// assignee is who would get a task, as CORP/USERID, "" nobody.
func (w *walker) assignee(t *flow.Task) string {
	if w.subject.Kind == flow.Staff {
		return w.subject.Name
	}
	o, ok := w.known.owner(w.leaves)
	switch t.Assign {
	case "", "owner":
	case "leader":
		o.User = w.known.teams[o][1]
	default:
		o, ok = Owner{t.Corp, t.Assign}, true
	}
	if !ok || o.User == "" {
		return ""
	}
	return strings.TrimPrefix(o.Corp+"/"+o.User, "/")
}
