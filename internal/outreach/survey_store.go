package outreach

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// Standing is what is known of one person at a moment, for whoever plans ahead.
type Standing struct {
	HeldOut bool    // in the brand's own control group
	Taken   []Taken // in the day, week and month that hold the moment, and of quotas

	person int
	words  words
	policy *Policy
}

// Allows says whether consent permits touches on a channel.
func (s Standing) Allows(channel string) bool {
	given, known := s.words.on(s.person, channel)
	return s.policy.allows(channel, given, known)
}

// AccountQuota is a platform's quota with the number of its period, as claims name it.
type AccountQuota struct {
	QuotaRule
	Channel string
	Period  int32
}

// surveyChunk is how many people are looked up together.
const surveyChunk = 20_000

// Survey tells where people stand at a moment, in their order: who may be reached, and what
// was sent to them. It takes the timeline's lock; planned touches are not counted.
func (s *Service) Survey(ctx context.Context, at time.Time, quotas []AccountQuota, people []Person) ([]Standing, error) {
	out := make([]Standing, 0, len(people))
	for chunk := range slices.Chunk(people, surveyChunk) {
		s.gather(chunk)
		part, err := s.survey(ctx, at, quotas, chunk)
		if err != nil {
			return nil, fmt.Errorf("survey %d people: %w", len(people), err)
		}
		out = append(out, part...)
	}
	return out, nil
}

func (s *Service) survey(ctx context.Context, at time.Time, quotas []AccountQuota, people []Person) ([]Standing, error) {
	policy := s.policy.Load()
	of := map[uint32][]int{}
	known := make([]facts, len(people))
	for i, p := range people {
		for _, leaf := range p.leaves {
			of[leaf] = append(of[leaf], i)
		}
	}
	ranges := spansOf(of)
	words, err := s.learnConsent(ctx, ranges, of)
	if err == nil {
		whole := Screen{At: at, PerWeek: 1, PerMonth: 1} // so that every window is read
		err = s.learnTaken(ctx, whole, people, known)
	}
	if err != nil {
		return nil, err
	}
	out := make([]Standing, len(people))
	for i, p := range people {
		out[i] = Standing{HeldOut: policy.HeldOut(p.root), Taken: known[i].taken, person: i, words: words, policy: policy}
	}
	for _, q := range quotas {
		if err := s.surveyQuota(ctx, q, at, ranges, of, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const selectQuotaSent = `SELECT ord, COUNT(*) FROM delivery
	WHERE ord >= $1 AND ord <= $2 AND dispatched_at >= $3
	AND channel = $4 AND (endpoint = $5 OR (endpoint >= $6 AND endpoint < $7))
	AND (state || '' IN ('attempting', 'handed', 'unknown') OR (state || '' = 'accepted' AND settled_at >= $8))
	GROUP BY ord`

// surveyQuota counts what has gone of a quota; a customer whom the platform calls full has
// had all of it.
func (s *Service) surveyQuota(ctx context.Context, q AccountQuota, at time.Time, ranges []span, of map[uint32][]int, out []Standing) error {
	add := func(ord uint32, n int) {
		for _, i := range of[ord] {
			out[i].Taken = append(out[i].Taken, Taken{Account: q.Account, Number: q.Period, N: n})
		}
	}
	for _, r := range ranges {
		args := []any{
			int64(r.from), int64(r.to), q.Since.Add(-openFor).UnixMilli(), q.Channel, q.Account, q.Account + "/", q.Account + "0", q.Since.UnixMilli(),
		}
		err := s.DB.Each(ctx, selectQuotaSent, args, func(rows *sql.Rows) error {
			var ord uint32
			var n int
			err := rows.Scan(&ord, &n)
			add(ord, n)
			return err
		})
		if err != nil {
			return err
		}
		err = s.DB.Each(ctx, selectFull, []any{q.Channel, q.Account, int64(r.from), int64(r.to), at.UnixMilli()}, func(rows *sql.Rows) error {
			var ord uint32
			err := rows.Scan(&ord)
			add(ord, q.Limit)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const selectPlanned = `SELECT ` + deliveryFields + ` FROM delivery WHERE state = 'planned' AND due < $1`

// Planned visits every touch that is planned to go before a moment, in no order.
func (s *Service) Planned(ctx context.Context, before time.Time, visit func(Delivery) error) error {
	err := s.DB.Each(ctx, selectPlanned, []any{before.UnixMilli()}, func(rows *sql.Rows) error {
		var d Delivery
		if err := d.scan(rows.Scan); err != nil {
			return err
		}
		return visit(d)
	})
	if err != nil {
		return fmt.Errorf("read planned touches: %w", err)
	}
	return nil
}

// Reached is one touch that was accepted.
type Reached struct {
	Ord            uint32
	Playbook, Step string
	At             int64 // ms
}

const selectReached = `SELECT ord, playbook, step, settled_at FROM delivery
	WHERE state = 'accepted' AND NOT transactional AND settled_at >= $1 ORDER BY id DESC LIMIT $2`

// Reached visits touches that were accepted since a moment, transactional ones apart, the
// newest first and at most limit.
func (s *Service) Reached(ctx context.Context, since time.Time, limit int, visit func(Reached)) error {
	err := s.DB.Each(ctx, selectReached, []any{since.UnixMilli(), limit}, func(rows *sql.Rows) error {
		var x Reached
		err := rows.Scan(&x.Ord, &x.Playbook, &x.Step, &x.At)
		visit(x)
		return err
	})
	if err != nil {
		return fmt.Errorf("read accepted touches: %w", err)
	}
	return nil
}
