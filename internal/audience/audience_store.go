package audience

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/fault"
)

// record is an audience as stored.
type record struct {
	num                   int64
	id, name, description string
	rule                  string
	version               int
	createdAt, updatedAt  int64
	liveVersion           int
	liveRule              string
	liveSeq               int64
	base                  []byte
}

const recordCols = "num, id, name, description, rule, version, created_at, updated_at"

func (a *record) scan(scan func(...any) error) error {
	return scan(&a.num, &a.id, &a.name, &a.description, &a.rule, &a.version, &a.createdAt, &a.updatedAt)
}

func (s *Service) find(ctx context.Context, id string) (a record, err error) {
	err = s.db.Get(ctx, "SELECT "+recordCols+" FROM audience WHERE id = $1 AND deleted_at IS NULL", []any{id},
		&a.num, &a.id, &a.name, &a.description, &a.rule, &a.version, &a.createdAt, &a.updatedAt)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "audience_not_found", "there is no audience %q", id)
	}
	return a, err
}

func (s *Service) records(ctx context.Context) (out []record, err error) {
	err = s.db.Each(ctx, "SELECT "+recordCols+" FROM audience WHERE deleted_at IS NULL ORDER BY num", nil, func(r *sql.Rows) error {
		var a record
		if err := a.scan(r.Scan); err != nil {
			return err
		}
		out = append(out, a)
		return nil
	})
	return out, err
}

func (s *Service) insert(ctx context.Context, a *record, by string, at time.Time) error {
	err := s.db.Get(ctx, "SELECT COALESCE(MAX(num), 0) + 1 FROM audience", nil, &a.num)
	if err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, `INSERT INTO audience (num, id, name, description, rule, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.num, a.id, a.name, a.description, a.rule, a.version, at.UnixMilli(), at.UnixMilli())
	if err != nil {
		return err
	}
	return s.insertVersion(ctx, a, by, at)
}

func (s *Service) insertVersion(ctx context.Context, a *record, by string, at time.Time) error {
	_, err := s.db.Exec(ctx, `INSERT INTO audience_version (audience, version, rule, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5)`, a.num, a.version, a.rule, at.UnixMilli(), by)
	return err
}

func (s *Service) update(ctx context.Context, a record, newVersion bool, by string, at time.Time) error {
	_, err := s.db.Exec(ctx, `UPDATE audience SET name = $1, description = $2, rule = $3, version = $4, updated_at = $5
		WHERE id = $6`, a.name, a.description, a.rule, a.version, at.UnixMilli(), a.id)
	if err != nil || !newVersion {
		return err
	}
	return s.insertVersion(ctx, &a, by, at)
}

func (s *Service) markDeleted(ctx context.Context, id string, at time.Time) error {
	_, err := s.db.Exec(ctx, "UPDATE audience SET deleted_at = $1 WHERE id = $2", at.UnixMilli(), id)
	return err
}

func (s *Service) saveLive(ctx context.Context, a record, base *roaring.Bitmap, seq uint64, at int64) error {
	blob, err := base.ToBytes()
	if err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, `UPDATE audience_version SET live_at = $1, live_seq = $2, base = $3
		WHERE audience = $4 AND version = $5`, at, int64(seq), blob, a.num, a.version)
	return err
}

// unbuilt lists the audiences whose wanted version is not live yet.
func (s *Service) unbuilt(ctx context.Context) (ids []string, err error) {
	err = s.db.Each(ctx, `SELECT a.id FROM audience a JOIN audience_version v ON v.audience = a.num AND v.version = a.version
		WHERE a.deleted_at IS NULL AND v.live_at IS NULL ORDER BY a.num`, nil, func(r *sql.Rows) error {
		var id string
		if err := r.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	})
	return ids, err
}

// live lists the audiences in force with the base of their live version.
func (s *Service) live(ctx context.Context) (out []record, err error) {
	err = s.db.Each(ctx, `SELECT a.num, a.id, a.name, a.description, a.rule, a.version, a.created_at, a.updated_at,
			v.version, v.rule, v.live_seq, v.base
		FROM audience a JOIN audience_version v ON v.audience = a.num
		WHERE a.deleted_at IS NULL AND v.live_at IS NOT NULL
			AND v.version = (SELECT MAX(x.version) FROM audience_version x WHERE x.audience = a.num AND x.live_at IS NOT NULL)
		ORDER BY a.num`, nil, func(r *sql.Rows) error {
		var a record
		err := r.Scan(&a.num, &a.id, &a.name, &a.description, &a.rule, &a.version, &a.createdAt, &a.updatedAt,
			&a.liveVersion, &a.liveRule, &a.liveSeq, &a.base)
		out = append(out, a)
		return err
	})
	return out, err
}

func (a *record) members() (*roaring.Bitmap, error) {
	m := roaring.New()
	_, err := m.ReadFrom(bytes.NewReader(a.base))
	return m, err
}

// replay applies the transitions after seq to the members of the live versions.
func (s *Service) replay(ctx context.Context, after uint64, nums map[int64]*unit, since map[int64]uint64) error {
	err := s.db.Each(ctx, "SELECT seq, audience, version, ord, entered FROM transition WHERE seq > $1 ORDER BY seq",
		[]any{int64(after)}, func(r *sql.Rows) error {
			var seq, num, version, ord int64
			var entered bool
			if err := r.Scan(&seq, &num, &version, &ord, &entered); err != nil {
				return err
			}
			u := nums[num]
			if u == nil || int64(u.version) != version || uint64(seq) <= since[num] {
				return nil
			}
			if entered {
				u.members.Add(uint32(ord))
			} else {
				u.members.Remove(uint32(ord))
			}
			return nil
		})
	if err != nil {
		return err
	}
	return s.db.Get(ctx, "SELECT COALESCE(MAX(seq), 0) FROM transition", nil, &s.lastSeq)
}

var transitionCols = []string{"seq", "audience", "version", "ord", "entered", "at", "cause", "event_seq"}

// Flush writes the pending transitions inside ctx's transaction. Writer only.
func (s *Service) Flush(ctx context.Context) error {
	err := s.db.InsertMany(ctx, "transition", transitionCols, s.rows, "")
	clear(s.rows)
	s.rows = s.rows[:0]
	return err
}

// transitionsOf lists a customer's transitions in an audience up to at, newest first.
func (s *Service) transitionsOf(ctx context.Context, num int64, root uint32, until int64) (out []Transition, err error) {
	err = s.db.Each(ctx, `SELECT seq, version, entered, at, cause, event_seq FROM transition
		WHERE audience = $1 AND ord = $2 AND at <= $3 ORDER BY seq DESC LIMIT 20`, []any{num, int64(root), until},
		func(r *sql.Rows) error {
			t := Transition{Root: root}
			var cause int64
			if err := r.Scan(&t.Seq, &t.Version, &t.Entered, &t.At, &cause, &t.EventSeq); err != nil {
				return err
			}
			t.Cause = Cause(cause)
			out = append(out, t)
			return nil
		})
	return out, err
}

const selectMoves = `SELECT seq, version, ord, entered, at, cause, event_seq FROM transition
	WHERE audience = $1 AND seq < $2 AND (entered = $3 OR entered = $4) ORDER BY seq DESC LIMIT $5`

// movesOf lists an audience's transitions before a place of the log, newest first: those in
// and those out, or one kind of them.
func (s *Service) movesOf(ctx context.Context, num, before int64, in, out bool, limit int) (list []Transition, err error) {
	one, other := in, !out
	err = s.db.Each(ctx, selectMoves, []any{num, before, one, other, limit}, func(r *sql.Rows) error {
		var t Transition
		var cause int64
		err := r.Scan(&t.Seq, &t.Version, &t.Root, &t.Entered, &t.At, &cause, &t.EventSeq)
		t.Cause = Cause(cause)
		list = append(list, t)
		return err
	})
	return list, err
}

// baseAt is the base of the version that was in force at a moment, nil if there was none.
func (s *Service) baseAt(ctx context.Context, num, at int64, blob *[]byte) error {
	err := s.db.Get(ctx, `SELECT base FROM audience_version WHERE audience = $1 AND live_at <= $2
		ORDER BY version DESC LIMIT 1`, []any{num, at}, blob)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Version is one version of an audience's rule.
type Version struct {
	Version   int             `json:"version"`
	Rule      json.RawMessage `json:"rule"`
	CreatedAt time.Time       `json:"created_at"`
	CreatedBy string          `json:"created_by"`
	LiveAt    *time.Time      `json:"live_at,omitempty" doc:"when it went live; absent if it never did"`
}

// Versions lists the versions of an audience, newest first.
func (s *Service) Versions(ctx context.Context, id string) (out []Version, err error) {
	a, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	err = s.db.Each(ctx, `SELECT version, rule, created_at, created_by, live_at FROM audience_version
		WHERE audience = $1 ORDER BY version DESC`, []any{a.num}, func(r *sql.Rows) error {
		var v Version
		var rule string
		var created int64
		var live sql.NullInt64
		if err := r.Scan(&v.Version, &rule, &created, &v.CreatedBy, &live); err != nil {
			return err
		}
		v.Rule, v.CreatedAt = json.RawMessage(rule), time.UnixMilli(created).UTC()
		if live.Valid {
			at := time.UnixMilli(live.Int64).UTC()
			v.LiveAt = &at
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// liveSince says whether the version in force went live no later than a moment.
func (s *Service) liveSince(ctx context.Context, num, at int64) (bool, error) {
	var live sql.NullInt64
	err := s.db.Get(ctx, "SELECT MAX(live_at) FROM audience_version WHERE audience = $1", []any{num}, &live)
	return live.Valid && live.Int64 <= at, err
}

// changesSince visits an audience's transitions at or after a moment in order.
func (s *Service) changesSince(ctx context.Context, num, at int64, visit func(Transition) error) error {
	return s.db.Each(ctx, `SELECT seq, version, ord, entered, at, cause, event_seq FROM transition
		WHERE audience = $1 AND at >= $2 ORDER BY seq`, []any{num, at}, func(r *sql.Rows) error {
		var t Transition
		var cause int64
		if err := r.Scan(&t.Seq, &t.Version, &t.Root, &t.Entered, &t.At, &cause, &t.EventSeq); err != nil {
			return err
		}
		t.Cause = Cause(cause)
		return visit(t)
	})
}
