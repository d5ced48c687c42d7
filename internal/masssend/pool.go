package masssend

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/content"
	"yutang/internal/corp"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/outreach"
)

// PoolWindow is how long touches of a playbook's step with the same content collect before
// staff are asked. It begins with the first.
const PoolWindow = 30 * time.Minute

// leastDeadline is how long staff have at least to confirm what a pool collected.
const leastDeadline = 6 * time.Hour

// pool is the sender of the channel wecom_mass. A touch that it takes is handed: it is one
// recipient of a collecting send, which becomes calls when its window ends. Endpoints are
// corps. It deduplicates by delivery.
type pool Service

// Send puts a touch into its pool.
func (p *pool) Send(ctx context.Context, m outreach.Message) (outreach.Outcome, error) {
	s := (*Service)(p)
	if o, found, err := p.collected(ctx, m.ID); err != nil || found {
		return o, err
	}
	reject := func(why outreach.Reason, detail string) (outreach.Outcome, error) {
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: why, Detail: detail}, nil
	}
	k, err := s.Corp(ctx, m.Endpoint)
	if fault.Is(err, fault.NotFound) {
		return reject(outreach.NoEndpoint, "the corp is not connected")
	}
	if err != nil {
		return again(err)
	}
	c, err := content.Parse(m.Content)
	if err == nil {
		err = s.Contents.Check(ctx, c, content.MassSend)
	}
	if fault.Is(err, fault.Invalid) {
		return reject(outreach.BadTemplate, err.Error())
	}
	if err != nil {
		return again(err)
	}
	root, err := id.ParseCustomer(m.Customer.ID)
	if err != nil {
		return reject(outreach.NoContact, "no such customer")
	}
	asked, why, err := s.whomToAsk(ctx, k, root)
	if err != nil {
		return again(err)
	}
	if why != "" {
		return reject(why, "")
	}
	return p.collect(ctx, m, k.ID, c, asked)
}

// again says that nothing was taken, so that the touch may be tried again.
func again(err error) (outreach.Outcome, error) {
	return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.Unreachable, Detail: fault.KindOf(err).String()}, nil
}

// whomToAsk finds the member for one customer, or why nobody can be asked.
func (s *Service) whomToAsk(ctx context.Context, k corp.Corp, root uint32) (Candidate, outreach.Reason, error) {
	s.Timeline.RLock()
	leaves := slices.Clone(s.Timeline.Leaves(s.Timeline.Root(root)))
	s.Timeline.RUnlock()
	all, err := s.Relations.OfLeaves(ctx, k.ID, leaves)
	if err != nil || len(all) == 0 {
		return Candidate{}, outreach.NoContact, err
	}
	x := Send{Corp: k.ID, Options: Options{Transactional: true}} // the ledger has asked the rest of the policy
	asked, err := s.mayBeAsked(ctx, x)
	if err != nil {
		return Candidate{}, "", err
	}
	c := (&choice{s: s, asked: asked}).pick(slices.Min(leaves), all)
	if c.Refuse != "" {
		return c, c.Refuse, nil
	}
	screen := screenFor(k.Settings.Quota, x, s.Clock.Now())
	screen.Quota.Limit++ // the touch itself is counted
	verdicts, err := s.Ledger.Screen(ctx, screen, []outreach.Person{{Ord: c.Ord}})
	if err != nil {
		return c, "", err
	}
	return c, verdicts[0].Refuse, nil
}

const (
	selectPool      = `SELECT id FROM masssend WHERE pool = $1 AND pool <> '' AND state = 'collecting' ORDER BY id LIMIT 1`
	selectCollected = `SELECT send FROM masssend_recipient WHERE delivery = $1 AND delivery <> ''`
	selectInPool    = `SELECT COUNT(*) FROM masssend_recipient WHERE send = $1 AND ord = $2`
)

// collect adds the touch to the pool that collects, or opens one.
func (p *pool) collect(ctx context.Context, m outreach.Message, corpID string, c content.Content, to Candidate) (out outreach.Outcome, err error) {
	s := (*Service)(p)
	key := strings.Join([]string{corpID, m.Playbook.ID, fmt.Sprint(m.Playbook.Version), m.Playbook.Step, c.Mark()}, "|")
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		send := ""
		err := s.DB.Get(ctx, selectPool, []any{key}, &send)
		if fault.Is(err, fault.NotFound) {
			send, err = s.openPool(ctx, key, m, corpID, c)
		}
		if err != nil {
			return err
		}
		var n int
		if err := s.DB.Get(ctx, selectInPool, []any{send, int64(to.Ord)}, &n); err != nil {
			return err
		}
		if n > 0 {
			out = outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.Duplicate}
			return nil
		}
		out = outreach.Outcome{Verdict: outreach.Handed, ProviderID: send}
		return s.insertRecipients(ctx, send, []recipient{{ord: to.Ord, staff: to.Staff, external: to.External, delivery: m.ID}})
	})
	if err != nil {
		return outreach.Outcome{}, fmt.Errorf("collect %s: %w", m.ID, err)
	}
	return out, nil
}

// openPool makes the send that collects for a step, in ctx's transaction.
func (s *Service) openPool(ctx context.Context, key string, m outreach.Message, corpID string, c content.Content) (string, error) {
	now := s.Clock.Now()
	flush := now.Add(PoolWindow)
	x := Send{
		ID: id.New("ms"), Corp: corpID, Name: cut(m.Playbook.Name+" / "+m.Playbook.Step, maxName), Chat: Single, Content: c, State: Collecting,
		ScheduledAt: flush, Deadline: maxTime(m.ExpiresAt, flush.Add(leastDeadline)), CreatedBy: m.Playbook.ID, CreatedAt: now,
		mark: c.Mark(), pool: key, chosenTo: preparedAll,
	}
	if err := s.insertSend(ctx, x); err != nil {
		return "", err
	}
	if err := s.Contents.Keep(ctx, keeper(x.ID, 0), x.Corp, c, content.MassSend); err != nil {
		return "", err
	}
	return x.ID, s.Jobs.Put(ctx, job.Job{Kind: prepareKind, Key: x.ID, Queue: x.Corp, Due: flush})
}

// cut shortens text to at most n characters.
func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}

// collected says whether a touch is in a pool already.
func (p *pool) collected(ctx context.Context, delivery string) (out outreach.Outcome, found bool, err error) {
	err = p.DB.Each(ctx, selectCollected, []any{delivery}, func(rows *sql.Rows) error {
		out.Verdict, found = outreach.Handed, true
		return rows.Scan(&out.ProviderID)
	})
	return out, found, err
}

// Reconcile finds out whether a touch was taken before the program ended.
func (p *pool) Reconcile(ctx context.Context, m outreach.Message) (outreach.Outcome, error) {
	o, found, err := p.collected(ctx, m.ID)
	if err == nil && !found {
		o = outreach.Outcome{Verdict: outreach.Again, Reason: outreach.Interrupted}
	}
	return o, err
}
