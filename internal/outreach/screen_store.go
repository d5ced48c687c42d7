package outreach

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

const (
	selectConsents = `SELECT ord, given, at FROM consent WHERE ord >= $1 AND ord <= $2 AND channel IN ($3, '*')`
	selectSents    = `SELECT ord, COUNT(*), COALESCE(SUM(CASE WHEN channel = $1 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN playbook = $2 THEN 1 ELSE 0 END), 0)
		FROM delivery WHERE ord >= $3 AND ord <= $4 AND dispatched_at >= $5 AND dispatched_at < $6 AND NOT transactional
		GROUP BY ord`
	selectUsed = `SELECT ord, COUNT(*) FROM delivery
		WHERE ord >= $1 AND ord <= $2 AND (dispatched_at = 0 OR dispatched_at >= $3)
		AND channel = $4 AND (endpoint = $5 OR (endpoint >= $6 AND endpoint < $7)) AND run <> $8
		AND (state || '' IN ('planned', 'attempting', 'handed', 'unknown') OR (state || '' = 'accepted' AND settled_at >= $9))
		GROUP BY ord`
	selectFull = `SELECT ord FROM quota_full WHERE channel = $1 AND account = $2 AND ord >= $3 AND ord <= $4 AND until > $5`
)

// openFor is how long a touch can stay open and still count against a quota.
const openFor = 60 * 24 * time.Hour

// learn reads what the policy must know of people.
func (s *Service) learn(ctx context.Context, q Screen, people []Person) ([]facts, error) {
	out := make([]facts, len(people)) // of maps a record to the places of its person
	of := map[uint32][]int{}
	days := map[[2]int64]map[uint32][]int{} // the same for people whose day begins and ends then
	for i, p := range people {
		start, end := calendarDay(q.At, p.Zone)
		day := [2]int64{start.UnixMilli(), end.UnixMilli()}
		if days[day] == nil {
			days[day] = map[uint32][]int{}
		}
		for _, leaf := range p.leaves {
			of[leaf], days[day][leaf] = append(of[leaf], i), append(days[day][leaf], i)
		}
	}
	ranges := spansOf(of)
	if !q.Transactional {
		if err := s.learnConsent(ctx, q, ranges, of, out); err != nil {
			return nil, err
		}
		for day, of := range days {
			if err := s.learnSent(ctx, q, day, of, out); err != nil {
				return nil, err
			}
		}
	}
	if q.Quota.Limit == 0 {
		return out, nil
	}
	return out, s.learnQuota(ctx, q, ranges, of, out)
}

func (s *Service) learnConsent(ctx context.Context, q Screen, ranges []span, of map[uint32][]int, out []facts) error {
	words := map[int]*word{}
	for _, r := range ranges {
		err := s.DB.Each(ctx, selectConsents, []any{int64(r.from), int64(r.to), strings.ToLower(q.Channel)}, func(rows *sql.Rows) error {
			var ord uint32
			var given bool
			var at int64
			if err := rows.Scan(&ord, &given, &at); err != nil {
				return err
			}
			for _, i := range of[ord] {
				if words[i] == nil {
					words[i] = &word{}
				}
				words[i].hear(given, at)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for i, w := range words {
		out[i].given, out[i].known = w.given, w.known
	}
	return nil
}

func (s *Service) learnSent(ctx context.Context, q Screen, day [2]int64, of map[uint32][]int, out []facts) error {
	for _, r := range spansOf(of) {
		args := []any{q.Channel, q.Playbook, int64(r.from), int64(r.to), day[0], day[1]}
		err := s.DB.Each(ctx, selectSents, args, func(rows *sql.Rows) error {
			var ord uint32
			var n sent
			if err := rows.Scan(&ord, &n.all, &n.channel, &n.playbook); err != nil {
				return err
			}
			for _, i := range of[ord] {
				was := out[i].sent
				out[i].sent = sent{was.all + n.all, was.channel + n.channel, was.playbook + n.playbook}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) learnQuota(ctx context.Context, q Screen, ranges []span, of map[uint32][]int, out []facts) error {
	account := q.Quota.Account
	for _, r := range ranges {
		args := []any{
			int64(r.from), int64(r.to), q.Quota.Since.Add(-openFor).UnixMilli(), q.Channel, account, account + "/", account + "0",
			q.Run, q.Quota.Since.UnixMilli(),
		}
		err := s.DB.Each(ctx, selectUsed, args, func(rows *sql.Rows) error {
			var ord uint32
			var n int
			if err := rows.Scan(&ord, &n); err != nil {
				return err
			}
			for _, i := range of[ord] {
				out[i].used += n
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = s.DB.Each(ctx, selectFull, []any{q.Channel, account, int64(r.from), int64(r.to), q.At.UnixMilli()}, func(rows *sql.Rows) error {
			var ord uint32
			if err := rows.Scan(&ord); err != nil {
				return err
			}
			for _, i := range of[ord] {
				out[i].full = true
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const upsertFull = `INSERT INTO quota_full (channel, account, ord, until) VALUES ($1, $2, $3, $4)
	ON CONFLICT (channel, account, ord) DO UPDATE SET until = excluded.until WHERE excluded.until > quota_full.until`

// MarkFull notes that the platform lets no more messages of the channel through to a
// customer until then.
func (s *Service) MarkFull(ctx context.Context, channel, account string, ord uint32, until time.Time) error {
	_, err := s.DB.Exec(ctx, upsertFull, channel, account, int64(ord), until.UnixMilli())
	return err
}
