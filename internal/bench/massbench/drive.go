package massbench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yutang/internal/content"
	"yutang/internal/id"
	"yutang/internal/masssend"
	"yutang/internal/wecomsim"
)

// faults strike the calls of the first send.
var faults = []wecomsim.Fault{
	{Path: "/externalcontact/add_msg_template", Drop: "before", Probability: 0.05},
	{Path: "/externalcontact/add_msg_template", Drop: "after", Probability: 0.10},
	{Path: "/externalcontact/add_msg_template", Code: -1, Probability: 0.05},
	{Path: "/externalcontact/add_msg_template", Code: -1, Effect: true, Probability: 0.05},
	{Path: "/externalcontact/add_msg_template", Code: 45033, Probability: 0.05},
	{Path: "/externalcontact/add_msg_template", LatencyMS: 50, Probability: 0.50},
	{Path: "/externalcontact/get_groupmsg_list_v2", Code: 41063, Probability: 0.10},
	{Path: "/externalcontact/get_groupmsg_list_v2", Drop: "after", Probability: 0.05},
	{Path: "/externalcontact/get_groupmsg_task", Code: 41063, Probability: 0.10},
	{Path: "/externalcontact/get_groupmsg_task", Drop: "before", Probability: 0.03},
	{Path: "/externalcontact/get_groupmsg_send_result", Code: -1, Probability: 0.05},
	{Path: "/externalcontact/get_groupmsg_send_result", Drop: "after", Probability: 0.03},
}

const inTime = 15 * time.Minute

// sends makes the three sends of a trial.
func (t *trial) sends(ctx context.Context) error {
	if err := t.ownMessages(); err != nil {
		return err
	}
	for _, f := range faults {
		if err := t.sim.Inject(f); err != nil {
			return err
		}
	}
	t.cfg.Log("%s; the first send begins", t)
	if err := t.send(ctx, "first", masssend.Target{}, true); err != nil {
		return err
	}
	t.sim.ClearFaults()
	var some masssend.Target
	for ord := 1; ord < len(t.names) && len(some.Customers) < 5000; ord += max(1, len(t.names)/5000) {
		some.Customers = append(some.Customers, id.Customer(uint32(ord)))
	}
	t.cfg.Log("the second send, on the same day")
	if err := t.send(ctx, "second", some, false); err != nil {
		return err
	}
	if err := t.sim.Advance(t.untilMorning()); err != nil {
		return err
	}
	t.cfg.Log("the third send, a day later")
	return t.send(ctx, "third", some, false)
}

// untilMorning is how long it is until the trial's hour of the next day.
func (t *trial) untilMorning() time.Duration {
	now := t.clock.Now()
	next := morning
	for !next.After(now) {
		next = next.Add(24 * time.Hour)
	}
	return next.Sub(now)
}

// ownMessages lets every tenth member send something of their own to some customers, who
// are full for today then. Nobody tells us.
func (t *trial) ownMessages() error {
	list := map[string][]string{}
	for i, r := range t.book {
		if i%50 == 0 {
			list[r.User] = append(list[r.User], r.External)
		}
	}
	for i := 0; i < len(t.staff); i += 10 {
		if len(list[t.staff[i]]) == 0 {
			continue
		}
		if _, err := t.sim.SendOwnMass(wecomsim.OwnMassSend{UserID: t.staff[i], Text: "hello", Customers: list[t.staff[i]]}); err != nil {
			return err
		}
	}
	return nil
}

// send makes one message, lets the staff confirm, and waits for its end.
func (t *trial) send(ctx context.Context, name string, target masssend.Target, crash bool) error {
	began := time.Now()
	x, err := t.mass.Create(ctx, masssend.Wish{
		Corp: t.corpID, Name: name, Chat: masssend.Single, Target: target, Content: content.Content{Text: "the " + name + " message"},
		Deadline: t.clock.Now().Add(3 * time.Hour), By: "trial",
	})
	if err != nil {
		return err
	}
	t.ids = append(t.ids, x.ID)
	if _, err := t.mass.Schedule(ctx, x.ID); err != nil {
		return err
	}
	if crash {
		if err := t.crashes(ctx, x.ID); err != nil {
			return fmt.Errorf("restart: %w", err)
		}
	}
	confirmed, made := false, time.Time{}
	for start := t.clock.Now(); ; {
		if err := t.settle(ctx); err != nil {
			return err
		}
		calls, err := t.calls(ctx, x.ID)
		if err != nil {
			return err
		}
		t.watch(calls)
		if x, err = t.mass.Get(ctx, x.ID); err != nil {
			return err
		}
		open := count(calls, masssend.CallPlanned, masssend.CallAttempting, masssend.CallUnknown)
		switch {
		case x.State == masssend.Done:
			t.verdict.Calls += len(calls)
			t.tell(ctx, x.ID, calls)
			return nil
		case t.clock.Now().Sub(start) > 48*time.Hour:
			return errors.New("the send does not come to its end")
		case x.State == masssend.Waiting && open == 0 && !confirmed:
			if made.IsZero() {
				made = time.Now()
				t.verdict.Prepared = max(t.verdict.Prepared, made.Sub(began))
			}
			confirmed = true
			if err := t.confirm(); err != nil {
				return err
			}
			t.cfg.Log("all calls are made after %s; the staff confirm", time.Since(began).Round(time.Second))
		}
		step := 10 * time.Second
		if confirmed {
			step = 5 * time.Minute
		}
		if err := t.sim.Advance(step); err != nil {
			return err
		}
	}
}

// crashes ends the program while it prepares, and again while calls are under way.
func (t *trial) crashes(ctx context.Context, send string) error {
	preparing := func(x masssend.Send, _ []masssend.Call) bool { return x.State == masssend.Preparing }
	calling := func(_ masssend.Send, calls []masssend.Call) bool {
		return count(calls, masssend.CallHanded) >= len(calls)/3 && count(calls, masssend.CallAttempting) > 1
	}
	for _, now := range []func(masssend.Send, []masssend.Call) bool{preparing, calling} {
		for rounds := 0; ; rounds++ {
			x, err := t.mass.Get(ctx, send)
			if err != nil {
				return err
			}
			calls, err := t.calls(ctx, send)
			if err != nil {
				return err
			}
			t.watch(calls)
			if now(x, calls) {
				if err := t.crash(ctx); err != nil {
					return err
				}
				t.cfg.Log("crashed while %s with %d calls under way, and started again", x.State, count(calls, masssend.CallAttempting))
				break
			}
			if x.State == masssend.Waiting && count(calls, masssend.CallPlanned, masssend.CallAttempting) == 0 {
				return nil // too late
			}
			if rounds%200 == 199 {
				if err := t.sim.Advance(10 * time.Second); err != nil {
					return err
				}
			}
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}

// tell logs how a send ended.
func (t *trial) tell(ctx context.Context, send string, calls []masssend.Call) {
	counts, err := t.ledger.Counts(ctx, send)
	if err != nil {
		t.cfg.Log("counts of %s: %v", send, err)
	}
	for _, c := range counts {
		t.cfg.Log("  %d %s %s", c.Count, c.State, c.Reason)
	}
	if n := count(calls, masssend.CallDropped); n > 0 {
		t.cfg.Log("  %d of %d calls dropped, the last for %q", n, len(calls), calls[len(calls)-1].Reason)
	}
}

// confirm has all staff but every twentieth press send.
func (t *trial) confirm() error {
	for i, user := range t.staff {
		if i%20 == 19 {
			continue
		}
		for _, m := range t.sim.MassTasks(user) {
			if _, err := t.sim.ConfirmMassSend(user, m.MsgID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *trial) calls(ctx context.Context, send string) (all []masssend.Call, err error) {
	for cursor := ""; ; {
		found, err := t.mass.Calls(ctx, send, cursor, 1000)
		if err != nil {
			return nil, err
		}
		all = append(all, found.Items...)
		if cursor = found.Next; cursor == "" {
			return all, nil
		}
	}
}

func count(calls []masssend.Call, states ...masssend.CallState) (n int) {
	for _, c := range calls {
		for _, s := range states {
			if c.State == s {
				n++
			}
		}
	}
	return n
}

// watch notes attempts without an answer, and when they are settled.
func (t *trial) watch(calls []masssend.Call) {
	now := t.clock.Now()
	for _, c := range calls {
		key := fmt.Sprintf("%s/%d/%d", c.Send, c.N, c.Attempt)
		if c.State == masssend.CallUnknown {
			if _, ok := t.unknowns[key]; !ok {
				t.unknowns[key] = c.AttemptedAt
				t.verdict.Unknown++
			}
			continue
		}
		if since, ok := t.unknowns[key]; ok && !since.IsZero() {
			if now.Sub(since) <= inTime {
				t.verdict.Settled++
			}
			t.unknowns[key] = time.Time{}
		}
	}
}

const busyJobs = `SELECT COUNT(*) FROM job WHERE NOT dead AND (due <= $1 OR leased_until > 0)`

// settle waits until nothing is left to do at this moment, or whatever is waits for the
// clock.
func (t *trial) settle(ctx context.Context) error {
	quiet := 0
	for range 2000 {
		var n int
		if err := t.db.Get(ctx, busyJobs, []any{t.clock.Now().UnixMilli()}, &n); err != nil {
			return err
		}
		if n == 0 {
			if quiet++; quiet > 1 {
				return nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}
