package staff

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const memberColumns = `corp, user_id, sealed, departments, leads, direct_leaders, status, follow, left_at, told_at`

// row is a member as stored: with the time of the newest callback.
type row struct {
	Member
	told int64
}

// words is what is sealed of a member.
type words struct {
	Name     string `json:"n,omitempty"`
	Alias    string `json:"a,omitempty"`
	Position string `json:"p,omitempty"`
}

const sealScope = "staff"

func (s *Service) scan(rows *sql.Rows) (row, error) {
	var r row
	var sealed []byte
	var departments, leads, leaders string
	var left int64
	err := rows.Scan(&r.Corp, &r.UserID, &sealed, &departments, &leads, &leaders, &r.Status, &r.Follow, &left, &r.told)
	if err != nil {
		return r, err
	}
	plain, err := s.Box.Open(nil, sealed, sealScope)
	if err != nil {
		return r, fmt.Errorf("open member %s: %w", r.UserID, err)
	}
	var w words
	err = errors.Join(
		json.Unmarshal(plain, &w), json.Unmarshal([]byte(departments), &r.Departments),
		json.Unmarshal([]byte(leads), &r.Leader), json.Unmarshal([]byte(leaders), &r.DirectLeaders),
	)
	if err != nil {
		return r, fmt.Errorf("read member %s: %w", r.UserID, err)
	}
	r.Name, r.Alias, r.Position = w.Name, w.Alias, w.Position
	if left != 0 {
		r.Left = time.UnixMilli(left).UTC()
	}
	return r, nil
}

func (s *Service) rows(ctx context.Context, text string, args ...any) ([]row, error) {
	var out []row
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		r, err := s.scan(rows)
		out = append(out, r)
		return err
	})
	return out, err
}

const selectMember = `SELECT ` + memberColumns + ` FROM staff WHERE corp = $1 AND user_id = $2`

func (s *Service) row(ctx context.Context, corp, user string) (r row, ok bool, err error) {
	rows, err := s.rows(ctx, selectMember, corp, user)
	if err != nil || len(rows) == 0 {
		return row{Member: Member{Corp: corp, UserID: user}}, false, err
	}
	return rows[0], true, nil
}

// Get is one member, also one who left.
func (s *Service) Get(ctx context.Context, corp, user string) (Member, error) {
	r, ok, err := s.row(ctx, corp, user)
	if err != nil {
		return Member{}, err
	}
	if !ok {
		return Member{}, fault.New(fault.NotFound, "staff_not_found", "the corp has no member %q", user)
	}
	return r.Member, nil
}

const selectMembers = `SELECT ` + memberColumns + ` FROM staff WHERE corp = $1 AND user_id > $2 ORDER BY user_id LIMIT $3`

// each visits the members of a corp after a user id, by user id.
func (s *Service) each(ctx context.Context, corp, after string, visit func(r row) (more bool)) error {
	const step = page.MaxLimit
	for {
		rows, err := s.rows(ctx, selectMembers, corp, after, step)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if !visit(r) {
				return nil
			}
			after = r.UserID
		}
		if len(rows) < step {
			return nil
		}
	}
}

const selectDepartments = `SELECT corp, id, parent, name, rank, leaders, told_at, gone FROM department WHERE corp = $1 ORDER BY id`

// part is a department as stored.
type part struct {
	Department
	told int64
	gone bool
}

func (s *Service) parts(ctx context.Context, corp string) (map[int64]part, error) {
	out := map[int64]part{}
	err := s.DB.Each(ctx, selectDepartments, []any{corp}, func(rows *sql.Rows) error {
		var p part
		var leaders string
		if err := rows.Scan(&p.Corp, &p.ID, &p.Parent, &p.Name, &p.Order, &leaders, &p.told, &p.gone); err != nil {
			return err
		}
		out[p.ID] = p
		if err := json.Unmarshal([]byte(leaders), &p.Leaders); err != nil {
			return err
		}
		out[p.ID] = p
		return nil
	})
	return out, err
}

const selectFollows = `SELECT user_id FROM staff WHERE corp = $1 AND follow AND left_at = 0 ORDER BY user_id`

// Follows lists those who may have customers, by user id.
func (s *Service) Follows(ctx context.Context, corp string) ([]string, error) {
	var out []string
	err := s.DB.Each(ctx, selectFollows, []any{corp}, func(rows *sql.Rows) error {
		var user string
		err := rows.Scan(&user)
		out = append(out, user)
		return err
	})
	return out, err
}

var (
	staffColumns      = []string{"corp", "user_id", "sealed", "departments", "leads", "direct_leaders", "status", "follow", "left_at", "told_at"}
	departmentColumns = []string{"corp", "id", "parent", "name", "rank", "leaders", "told_at", "gone"}
)

const (
	keepMember = `ON CONFLICT (corp, user_id) DO UPDATE SET sealed = excluded.sealed, departments = excluded.departments,
		leads = excluded.leads, direct_leaders = excluded.direct_leaders, status = excluded.status, follow = excluded.follow,
		left_at = excluded.left_at, told_at = excluded.told_at`
	keepDepartment = `ON CONFLICT (corp, id) DO UPDATE SET parent = excluded.parent, name = excluded.name, rank = excluded.rank,
		leaders = excluded.leaders, told_at = excluded.told_at, gone = excluded.gone`
)

func (s *Service) save(ctx context.Context, rows []row) error {
	args := make([]any, 0, len(rows)*len(staffColumns))
	for _, r := range rows {
		plain := list(words{r.Name, r.Alias, r.Position})
		var left int64
		if !r.Left.IsZero() {
			left = r.Left.UnixMilli()
		}
		args = append(args, r.Corp, r.UserID, s.Box.Seal(nil, []byte(plain), sealScope), list(r.Departments), list(r.Leader),
			list(r.DirectLeaders), r.Status, r.Follow, left, r.told)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		return s.DB.InsertMany(ctx, "staff", staffColumns, args, keepMember)
	})
}

func (s *Service) saveParts(ctx context.Context, parts []part) error {
	args := make([]any, 0, len(parts)*len(departmentColumns))
	for _, p := range parts {
		args = append(args, p.Corp, p.ID, p.Parent, p.Name, p.Order, list(p.Leaders), p.told, p.gone)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		return s.DB.InsertMany(ctx, "department", departmentColumns, args, keepDepartment)
	})
}

// list is v as JSON; an absent list is written as null, which reads back as absent.
func list(v any) string {
	raw, _ := json.Marshal(v) // numbers and texts always marshal
	return string(raw)
}

const deleteMember = `DELETE FROM staff WHERE corp = $1 AND user_id = $2`

func (s *Service) remove(ctx context.Context, corp, user string) error {
	_, err := s.DB.Exec(ctx, deleteMember, corp, user)
	return err
}
