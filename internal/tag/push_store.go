package tag

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"yutang/internal/job"
)

// push is one tag of one contact that the platform is to be told of.
type push struct {
	Corp, External, Member string
	Tag                    string
	Put                    bool
	At                     int64 // when it was wanted, ms
	State                  string
	DoneAt                 int64
	Reason                 string
}

const (
	pending = "pending"
	done    = "done"
	failed  = "failed"
)

// pairKey names a contact.
type pairKey struct {
	Corp     string `json:"c"`
	External string `json:"e"`
	Member   string `json:"m"`
}

func (p push) key() pairKey { return pairKey{p.Corp, p.External, p.Member} }

const upsertPush = `INSERT INTO tag_push (corp, external, member, tag, put, at, state, done_at, reason)
	VALUES ($1, $2, $3, $4, $5, $6, 'pending', 0, '')
	ON CONFLICT (corp, external, member, tag) DO UPDATE SET put = excluded.put, state = 'pending', reason = '',
		at = CASE WHEN tag_push.at >= excluded.at THEN tag_push.at + 1 ELSE excluded.at END`

// want notes pushes and a job for each contact, in ctx's transaction. The contact is known
// from then on, so that other contacts' changes can be held against what it will have.
func (s *Service) want(ctx context.Context, pushes []push) error {
	var jobs []job.Job
	var last pairKey
	for _, p := range pushes {
		if _, err := s.DB.Exec(ctx, upsertPush, p.Corp, p.External, p.Member, p.Tag, p.Put, p.At); err != nil {
			return err
		}
		if p.key() != last {
			last = p.key()
			jobs = append(jobs, s.pushJob(last))
			if _, err := s.DB.Exec(ctx, insertPair, p.Corp, p.External, p.Member, int64(s.recordOf(p.Corp, p.External))); err != nil {
				return err
			}
		}
	}
	return s.Jobs.Put(ctx, dedupe(jobs)...)
}

// dedupe keeps the first job of each key.
func dedupe(jobs []job.Job) []job.Job {
	seen := map[string]bool{}
	return slices.DeleteFunc(jobs, func(j job.Job) bool {
		again := seen[j.Key]
		seen[j.Key] = true
		return again
	})
}

func (s *Service) pushJob(k pairKey) job.Job {
	payload, _ := json.Marshal(k)
	return job.Job{Kind: pushKind, Queue: k.Corp, Key: k.Corp + "/" + k.External + "/" + k.Member, Payload: payload, Due: s.Clock.Now()}
}

const selectPushes = `SELECT tag, put, at, state, done_at, reason FROM tag_push WHERE corp = $1 AND external = $2 AND member = $3 ORDER BY tag`

// pushesOf lists all pushes of a contact.
func (s *Service) pushesOf(ctx context.Context, k pairKey) (out []push, err error) {
	err = s.DB.Each(ctx, selectPushes, []any{k.Corp, k.External, k.Member}, func(rows *sql.Rows) error {
		p := push{Corp: k.Corp, External: k.External, Member: k.Member}
		err := rows.Scan(&p.Tag, &p.Put, &p.At, &p.State, &p.DoneAt, &p.Reason)
		out = append(out, p)
		return err
	})
	return out, err
}

const (
	updateDone   = `UPDATE tag_push SET state = 'done', done_at = $1, reason = '' WHERE corp = $2 AND external = $3 AND member = $4 AND tag = $5 AND at = $6`
	updateFailed = `UPDATE tag_push SET state = 'failed', done_at = $1, reason = $2
		WHERE corp = $3 AND external = $4 AND member = $5 AND tag = $6 AND at = $7`
	deleteOnePush  = `DELETE FROM tag_push WHERE corp = $1 AND external = $2 AND member = $3 AND tag = $4`
	deletePairPush = `DELETE FROM tag_push WHERE corp = $1 AND external = $2 AND member = $3`
	countPending   = `SELECT COUNT(*) FROM tag_push WHERE corp = $1 AND external = $2 AND member = $3 AND state = 'pending'`
	deletePair     = `DELETE FROM tag_pair WHERE corp = $1 AND external = $2 AND member = $3`
	selectPair     = `SELECT leaf, tags, seen_at, (SELECT COUNT(*) FROM tag_push p WHERE p.corp = t.corp AND p.external = t.external AND p.member = t.member)
		FROM tag_pair t WHERE t.corp = $1 AND t.external = $2 AND t.member = $3`
	insertPair = `INSERT INTO tag_pair (corp, external, member, leaf, tags, seen_at) VALUES ($1, $2, $3, $4, '', 0)
		ON CONFLICT (corp, external, member) DO NOTHING`
	selectLeafPairs = `SELECT corp, external, member, tags FROM tag_pair WHERE leaf = $1`
	upsertPair      = `INSERT INTO tag_pair (corp, external, member, leaf, tags, seen_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (corp, external, member) DO UPDATE SET leaf = excluded.leaf, tags = excluded.tags, seen_at = excluded.seen_at`
)

// confirm notes that the platform knows of p. It says nothing of a push that was wanted
// meanwhile.
func (s *Service) confirm(ctx context.Context, p push, now int64) error {
	_, err := s.DB.Exec(ctx, updateDone, now, p.Corp, p.External, p.Member, p.Tag, p.At)
	return err
}

func (s *Service) refuse(ctx context.Context, p push, reason string) error {
	_, err := s.DB.Exec(ctx, updateFailed, s.Clock.Now().UnixMilli(), reason, p.Corp, p.External, p.Member, p.Tag, p.At)
	return err
}

func (s *Service) dropPush(ctx context.Context, p push) error {
	_, err := s.DB.Exec(ctx, deleteOnePush, p.Corp, p.External, p.Member, p.Tag)
	return err
}

// forget drops all that is known of a contact's tags.
func (s *Service) forget(ctx context.Context, k pairKey) error {
	for _, text := range []string{deletePairPush, deletePair} {
		if _, err := s.DB.Exec(ctx, text, k.Corp, k.External, k.Member); err != nil {
			return err
		}
	}
	return nil
}

// pair is what the platform said last of a contact.
type pair struct {
	pairKey
	leaf   uint32
	tags   map[string]bool // by the platform's id
	seenAt int64
	known  bool // a row exists; without one there is no push either
	pushes int
}

func (s *Service) pairOf(ctx context.Context, k pairKey) (pair, error) {
	p := pair{pairKey: k, tags: map[string]bool{}}
	err := s.DB.Each(ctx, selectPair, []any{k.Corp, k.External, k.Member}, func(rows *sql.Rows) error {
		var leaf int64
		var tags string
		err := rows.Scan(&leaf, &tags, &p.seenAt, &p.pushes)
		p.leaf, p.tags, p.known = uint32(leaf), split(tags), true
		return err
	})
	return p, err
}

// pairsOf lists what the platform said last of all contacts of some records.
func (s *Service) pairsOf(ctx context.Context, leaves []uint32) (out []pair, err error) {
	for _, leaf := range leaves {
		err = s.DB.Each(ctx, selectLeafPairs, []any{int64(leaf)}, func(rows *sql.Rows) error {
			p := pair{leaf: leaf, known: true}
			var tags string
			err := rows.Scan(&p.Corp, &p.External, &p.Member, &tags)
			p.tags = split(tags)
			out = append(out, p)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) savePair(ctx context.Context, p pair) error {
	_, err := s.DB.Exec(ctx, upsertPair, p.Corp, p.External, p.Member, int64(p.leaf), join(p.tags), p.seenAt)
	return err
}

// savePairs is savePair for contacts whose tags are as before.
func (s *Service) savePairs(ctx context.Context, all map[pairKey]pair) error {
	if len(all) == 0 {
		return nil
	}
	args := make([]any, 0, 6*len(all))
	for _, p := range all {
		args = append(args, p.Corp, p.External, p.Member, int64(p.leaf), join(p.tags), p.seenAt)
	}
	return s.DB.InsertMany(ctx, "tag_pair", []string{"corp", "external", "member", "leaf", "tags", "seen_at"}, args,
		"ON CONFLICT (corp, external, member) DO UPDATE SET seen_at = excluded.seen_at")
}

func split(tags string) map[string]bool {
	out := map[string]bool{}
	for _, id := range strings.Fields(tags) {
		out[id] = true
	}
	return out
}

func join(tags map[string]bool) string {
	ids := make([]string, 0, len(tags))
	for id, on := range tags {
		if on {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}
