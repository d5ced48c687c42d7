package outreach

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"yutang/internal/fault"
)

const (
	selectConsents = `SELECT ord, channel, given, at FROM consent WHERE ord >= $1 AND ord <= $2`
	selectTaken    = `SELECT ord, channel, playbook, COALESCE(SUM(CASE WHEN dispatched_at >= $1 AND dispatched_at < $2 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN dispatched_at >= $3 AND dispatched_at < $4 THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN dispatched_at >= $5 AND dispatched_at < $6 THEN 1 ELSE 0 END), 0)
		FROM delivery WHERE ord >= $7 AND ord <= $8 AND dispatched_at >= $9 AND dispatched_at < $10 AND NOT transactional
		GROUP BY ord, channel, playbook`
	selectRivals = `SELECT ord, id, run, playbook, version, channel, priority, value, due, expires_at FROM delivery
		WHERE ord >= $1 AND ord <= $2 AND dispatched_at = 0 AND state || '' = 'planned' AND NOT transactional AND due < $3`
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
	for i, p := range people {
		out[i].root = p.root
		for _, leaf := range p.leaves {
			of[leaf] = append(of[leaf], i)
		}
	}
	ranges := spansOf(of)
	if !q.Transactional {
		words, err := s.learnConsent(ctx, ranges, of)
		if err != nil {
			return nil, err
		}
		for i := range out {
			out[i].given, out[i].known = words.on(i, q.Channel)
		}
		if policy := s.Policy(); policy.Cap.limits(q.caps()) {
			if err := s.learnTaken(ctx, q, people, out); err != nil {
				return nil, err
			}
			if err := s.learnRivals(ctx, q, people, ranges, of, words, out); err != nil {
				return nil, err
			}
		}
	}
	if q.Quota.Limit == 0 {
		return out, nil
	}
	return out, s.learnQuota(ctx, q, ranges, of, out)
}

// words are the newest words of people on channels.
type words map[said]*word

type said struct {
	person  int
	channel string
}

// on is what a person has said about a channel or about all of them.
func (w words) on(person int, channel string) (given, known bool) {
	var newest word
	for _, ch := range []string{strings.ToLower(channel), anyChannel} {
		if x := w[said{person, ch}]; x != nil {
			newest.hear(x.given, x.at)
		}
	}
	return newest.given, newest.known
}

func (s *Service) learnConsent(ctx context.Context, ranges []span, of map[uint32][]int) (words, error) {
	out := words{}
	for _, r := range ranges {
		err := s.DB.Each(ctx, selectConsents, []any{int64(r.from), int64(r.to)}, func(rows *sql.Rows) error {
			var ord uint32
			var channel string
			var given bool
			var at int64
			if err := rows.Scan(&ord, &channel, &given, &at); err != nil {
				return err
			}
			for _, i := range of[ord] {
				k := said{i, channel}
				if out[k] == nil {
					out[k] = &word{}
				}
				out[k].hear(given, at)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// learnTaken reads the touches dispatched in the windows that hold q.At. People whose windows
// are the same are read together.
func (s *Service) learnTaken(ctx context.Context, q Screen, people []Person, out []facts) error {
	policy := s.Policy()
	alike := map[[windows + 1][2]int64]map[uint32][]int{}
	for i, p := range people {
		var key [windows + 1][2]int64
		for w := range windows {
			start, end := w.bounds(q.At, p.Zone)
			key[w] = [2]int64{start.UnixMilli(), end.UnixMilli()}
		}
		key[windows] = [2]int64{policy.since(q.caps(), q.At, p.Zone).UnixMilli(), key[Day][1]}
		if alike[key] == nil {
			alike[key] = map[uint32][]int{}
		}
		for _, leaf := range p.leaves {
			alike[key][leaf] = append(alike[key][leaf], i)
		}
	}
	for key, of := range alike {
		for _, r := range spansOf(of) {
			args := []any{key[Day][0], key[Day][1], key[Week][0], key[Week][1], key[Month][0], key[Month][1], int64(r.from), int64(r.to), key[windows][0], key[windows][1]}
			err := s.DB.Each(ctx, selectTaken, args, func(rows *sql.Rows) error {
				var ord uint32
				var t Taken
				var n [windows]int
				if err := rows.Scan(&ord, &t.Channel, &t.Playbook, &n[Day], &n[Week], &n[Month]); err != nil {
					return err
				}
				for _, i := range of[ord] {
					in := WindowsOf(q.At, people[i].Zone)
					for w := range windows {
						if t.Window, t.Number, t.N = w, in[w], n[w]; t.N > 0 {
							out[i].taken = append(out[i].taken, t)
						}
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// rivalsUntil is how far ahead other planned touches are looked for: over the longest window.
const rivalsUntil = 32 * 24 * time.Hour

// learnRivals reads the other planned touches of people.
func (s *Service) learnRivals(ctx context.Context, q Screen, people []Person, ranges []span, of map[uint32][]int, said words, out []facts) error {
	policy, terms := s.Policy(), s.termsCache(ctx)
	for _, r := range ranges {
		args := []any{int64(r.from), int64(r.to), q.At.Add(rivalsUntil).UnixMilli()}
		err := s.DB.Each(ctx, selectRivals, args, func(rows *sql.Rows) error {
			var x Rival
			var run string
			if err := rows.Scan(&x.Ord, &x.ID, &run, &x.Playbook, &x.Version, &x.Channel, &x.Priority, &x.Value, &x.Due, &x.Expires); err != nil {
				return err
			}
			for _, i := range of[x.Ord] {
				if x.ID == people[i].delivery || run == q.Run {
					continue
				}
				given, known := said.on(i, x.Channel)
				x.Given = policy.allows(x.Channel, given, known)
				out[i].rivals = append(out[i].rivals, x)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for i := range out {
		for k := range out[i].rivals {
			x := &out[i].rivals[k]
			t, err := terms(x.Playbook, x.Version)
			if err != nil {
				return err
			}
			x.Quiet, x.Caps = t.Quiet, t.Caps
		}
	}
	return nil
}

// termsCache asks for the terms of each playbook's version once.
func (s *Service) termsCache(ctx context.Context) func(playbook string, version int) (Terms, error) {
	type key struct {
		playbook string
		version  int
	}
	known := map[key]Terms{}
	return func(playbook string, version int) (Terms, error) {
		if s.terms == nil {
			return Terms{}, nil
		}
		k := key{playbook, version}
		t, ok := known[k]
		if !ok {
			var err error
			if t, err = s.terms(ctx, playbook, version); err != nil && !fault.Is(err, fault.NotFound) {
				return t, err
			}
			known[k] = t
		}
		return t, nil
	}
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
