package privacy

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yutang/internal/db"
)

// moreExternals adds the ids at the platform that relations know and no identity does.
func (s *Service) moreExternals(ctx context.Context, p person) ([]string, error) {
	out := slices.Clone(p.externals)
	for _, text := range []string{
		"SELECT external FROM contact WHERE leaf = $1",
		"SELECT external FROM contact_person WHERE leaf = $1",
		"SELECT member FROM group_member WHERE leaf = $1 AND kind = 2",
	} {
		for _, leaf := range p.leaves {
			err := s.DB.Each(ctx, text, []any{int64(leaf)}, func(rows *sql.Rows) error {
				var external string
				err := rows.Scan(&external)
				out = append(out, external)
				return err
			})
			if err != nil {
				return nil, fmt.Errorf("read contacts of customer %d: %w", p.root, err)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// keys are the values of a holding's key for a person.
func (h holding) keys(p person) []any {
	var out []any
	if h.by == byExternal {
		for _, external := range p.externals {
			out = append(out, external)
		}
		return out
	}
	for _, leaf := range p.leaves {
		out = append(out, int64(leaf))
	}
	return out
}

// count counts the rows of a person by room.
func (s *Service) count(ctx context.Context, p person) (map[string]int, error) {
	out := map[string]int{}
	for _, h := range holdings {
		if h.quiet {
			continue
		}
		for _, key := range h.keys(p) {
			var n int
			if err := s.DB.Get(ctx, "SELECT COUNT(*) FROM "+h.table+" WHERE "+h.where, []any{key}, &n); err != nil {
				return nil, fmt.Errorf("count %s: %w", h.table, err)
			}
			if n > 0 {
				out[h.room] += n
			}
		}
	}
	return out, nil
}

// words are what the acts of an erasure name.
type words struct {
	token string
	now   int64
}

// act does to the rows of a person what the inventory says.
func (s *Service) act(ctx context.Context, p person, w words) error {
	leaves := make([]string, len(p.leaves))
	for i, leaf := range p.leaves {
		leaves[i] = strconv.FormatUint(uint64(leaf), 10)
	}
	all := strings.NewReplacer(":leaves", strings.Join(leaves, ", "))
	for _, h := range holdings {
		for i, key := range h.keys(p) {
			for _, text := range h.acts {
				text = all.Replace(text)
				blank := s.Box.Seal(nil, []byte(h.blank[0]), h.blank[1])
				text, args := bind(text, key, map[string]any{
					":token": w.token + strconv.Itoa(i), ":now": w.now, ":empty": []byte{}, ":blank": blank,
				})
				if _, err := s.DB.Exec(ctx, text, args...); err != nil {
					return fmt.Errorf("erase from %s: %w", h.table, err)
				}
			}
		}
	}
	return nil
}

// bind numbers the named values of a text behind $1.
func bind(text string, key any, named map[string]any) (string, []any) {
	args := []any{key}
	for _, name := range []string{":token", ":now", ":empty", ":blank"} {
		if strings.Contains(text, name) {
			args = append(args, named[name])
			text = strings.ReplaceAll(text, name, "$"+strconv.Itoa(len(args)))
		}
	}
	if !strings.Contains(text, "$1") {
		args, text = args[1:], renumber(text, len(args))
	}
	return text, args
}

// renumber moves $2 and so on down by one.
func renumber(text string, n int) string {
	for i := 2; i <= n; i++ {
		text = strings.ReplaceAll(text, "$"+strconv.Itoa(i), "$"+strconv.Itoa(i-1))
	}
	return text
}

// rows reads what a holding has of a person, every column, sealed ones opened: whatever a
// table will hold later is in the export too.
func (s *Service) rows(ctx context.Context, h holding, p person) ([]map[string]any, error) {
	var out []map[string]any
	for _, key := range h.keys(p) {
		err := s.DB.Each(ctx, "SELECT * FROM "+h.table+" WHERE "+h.where, []any{key}, func(rows *sql.Rows) error {
			names, err := rows.Columns()
			if err != nil {
				return err
			}
			values, into := make([]any, len(names)), make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			row := make(map[string]any, len(names))
			for i, name := range names {
				row[name] = values[i]
			}
			out = append(out, row)
			return s.openRow(h, row)
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", h.table, err)
		}
	}
	return out, nil
}

// openRow opens the sealed columns of a row and gives other bytes a form that JSON has.
func (s *Service) openRow(h holding, row map[string]any) error {
	for name, value := range row {
		raw, isBytes := value.([]byte)
		scope, sealed := h.open[name]
		switch {
		case !isBytes:
		case !sealed:
			row[name] = base64.StdEncoding.EncodeToString(raw)
		case len(raw) == 0:
			row[name] = nil
		default:
			plain, err := s.Box.Open(nil, raw, fill(scope, row))
			if err != nil {
				return fmt.Errorf("open %s of %s: %w", name, h.table, err)
			}
			if row[name] = string(plain); json.Valid(plain) {
				row[name] = json.RawMessage(plain)
			}
		}
	}
	return nil
}

// fill puts the values of a row into the holes of a scope.
func fill(scope string, row map[string]any) string {
	for name, value := range row {
		if text, ok := value.(string); ok {
			scope = strings.ReplaceAll(scope, "{"+name+"}", text)
		}
	}
	return scope
}

// scrub has SQLite overwrite what is deleted, or stop that.
func (s *Service) scrub(ctx context.Context, on bool) error {
	if s.DB.Dialect() != db.SQLite {
		return nil
	}
	text := "PRAGMA secure_delete = OFF"
	if on {
		text = "PRAGMA secure_delete = ON"
	}
	_, err := s.DB.Exec(ctx, text)
	return err
}

const selectNoted = `SELECT user_id, sealed FROM contact WHERE leaf = $1 ORDER BY corp, user_id`

// noted reads what staff wrote down of a person.
func (s *Service) noted(ctx context.Context, p person) ([]Noted, error) {
	out := []Noted{}
	for _, leaf := range p.leaves {
		err := s.DB.Each(ctx, selectNoted, []any{int64(leaf)}, func(rows *sql.Rows) error {
			var n Noted
			var sealed []byte
			if err := rows.Scan(&n.Staff, &sealed); err != nil {
				return err
			}
			plain, err := s.Box.Open(nil, sealed, "contact")
			if err != nil {
				return err
			}
			var w struct {
				Remark      string   `json:"r"`
				Description string   `json:"d"`
				Company     string   `json:"c"`
				Mobiles     []string `json:"m"`
			}
			err = json.Unmarshal(plain, &w)
			n.Remark, n.Description, n.Company, n.Mobiles = w.Remark, w.Description, w.Company, w.Mobiles
			out = append(out, n)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read contacts: %w", err)
		}
	}
	return out, nil
}
