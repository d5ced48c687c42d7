package contact

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/page"
)

const (
	selectOfExternal = `SELECT ` + contactFields + ` FROM contact WHERE corp = $1 AND external = $2 ORDER BY user_id`
	selectOfLeaf     = `SELECT ` + contactFields + ` FROM contact WHERE leaf = $1 ORDER BY corp, user_id, external`
)

// OfExternal lists the relations of an external contact, ended ones too, by staff.
func (s *Service) OfExternal(ctx context.Context, corp, external string) ([]Contact, error) {
	return contacts(s.rows(ctx, selectOfExternal, corp, external))
}

// OfLeaves lists the relations of these customer records, ended ones too.
func (s *Service) OfLeaves(ctx context.Context, leaves []uint32) ([]Contact, error) {
	var out []Contact
	for _, leaf := range leaves {
		more, err := contacts(s.rows(ctx, selectOfLeaf, leaf))
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

func contacts(rows []row, err error) ([]Contact, error) {
	out := make([]Contact, len(rows))
	for i, r := range rows {
		out[i] = r.Contact
	}
	return out, err
}

// Get is the relation of two.
func (s *Service) Get(ctx context.Context, corp, user, external string) (c Contact, found bool, err error) {
	r, err := s.load(ctx, corp, user, external)
	return r.Contact, r.State != "", err
}

// Living in a Filter means the states in which the two can talk: active and half.
const Living State = "living"

// Filter narrows a list; zero fields do not. User needs Corp, unless Leaves are given: the
// records of one customer.
type Filter struct {
	Corp   string
	User   string
	State  State
	Leaves []uint32
	Cursor string
	Limit  int
}

// place is where a list stopped.
type place struct {
	Corp     string `json:"c"`
	User     string `json:"u"`
	External string `json:"e"`
}

func placeOf(c Contact) place { return place{c.Corp, c.User, c.External} }

const (
	inState = `($4 = '' OR state = $4 OR ($4 = 'living' AND state IN ('active', 'half')))`

	selectAfter = `SELECT ` + contactFields + ` FROM contact
		WHERE (corp, user_id, external) > ($1, $2, $3) AND ` + inState + ` ORDER BY corp, user_id, external LIMIT $5`
	selectCorpAfter = `SELECT ` + contactFields + ` FROM contact
		WHERE corp = $1 AND (user_id, external) > ($2, $3) AND ` + inState + ` ORDER BY corp, user_id, external LIMIT $5`
	selectStaffAfter = `SELECT ` + contactFields + ` FROM contact
		WHERE corp = $1 AND user_id = $2 AND external > $3 AND ` + inState + ` ORDER BY corp, user_id, external LIMIT $5`
)

// OfStaff pages through the relations of a member by external contact, ended ones too.
func (s *Service) OfStaff(ctx context.Context, corp, user, cursor string, limit int) (page.Page[Contact], error) {
	return s.List(ctx, Filter{Corp: corp, User: user, Cursor: cursor, Limit: limit})
}

// List pages through relations by corp, staff and external contact.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Contact], error) {
	var after place
	if _, err := page.After(f.Cursor, &after); err != nil {
		return page.Page[Contact]{}, err
	}
	limit := page.Limit(f.Limit)
	items, err := s.collect(ctx, f, after, limit+1)
	if err != nil {
		return page.Page[Contact]{}, err
	}
	return page.Cut(items, limit, placeOf), nil
}

// collect reads the first n after a place that the filter keeps.
func (s *Service) collect(ctx context.Context, f Filter, after place, n int) ([]Contact, error) {
	switch {
	case f.Leaves != nil:
		return s.ofCustomer(ctx, f, after, n)
	case f.Corp != "" && f.User != "":
		return contacts(s.rows(ctx, selectStaffAfter, f.Corp, f.User, after.External, string(f.State), n))
	case f.User != "":
		return nil, fault.BadField("/corp", "say which corp's member: user ids are of a corp")
	case f.Corp != "":
		return contacts(s.rows(ctx, selectCorpAfter, f.Corp, after.User, after.External, string(f.State), n))
	}
	return contacts(s.rows(ctx, selectAfter, after.Corp, after.User, after.External, string(f.State), n))
}

func (s *Service) ofCustomer(ctx context.Context, f Filter, after place, n int) ([]Contact, error) {
	all, err := s.OfLeaves(ctx, f.Leaves)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c Contact) bool { return !f.keeps(c) || comparePlaces(placeOf(c), after) <= 0 })
	slices.SortFunc(all, func(a, b Contact) int { return comparePlaces(placeOf(a), placeOf(b)) })
	return all[:min(n, len(all))], nil
}

func comparePlaces(a, b place) int {
	return slices.Compare([]string{a.Corp, a.User, a.External}, []string{b.Corp, b.User, b.External})
}

// is says whether a relation in state c is one of those meant by a filter's state.
func (s State) is(c State) bool {
	return s == "" || s == c || (s == Living && c.Alive())
}

func (f Filter) keeps(c Contact) bool {
	return (f.Corp == "" || c.Corp == f.Corp) && (f.User == "" || c.User == f.User) && f.State.is(c.State)
}

const selectRoster = `SELECT external, state, digest FROM contact WHERE corp = $1 AND user_id = $2`

// Roster reads what we hold of a member's relations.
func (s *Service) Roster(ctx context.Context, corp, user string) (*Roster, error) {
	r := &Roster{corp: corp, user: user, rows: map[string]brief{}}
	err := s.DB.Each(ctx, selectRoster, []any{corp, user}, func(rows *sql.Rows) error {
		var external string
		var b brief
		err := rows.Scan(&external, &b.state, &b.digest)
		r.rows[external] = b
		return err
	})
	return r, err
}

const selectScan = `SELECT leaf, user_id, external, added_at FROM contact WHERE corp = $1 AND state = 'active' ORDER BY leaf`

// Scan visits the active relations of a corp, ordered by customer record, with Leaf, User,
// External, State and AddedAt only.
func (s *Service) Scan(ctx context.Context, corp string, visit func(c Contact) error) error {
	return s.DB.Each(ctx, selectScan, []any{corp}, func(rows *sql.Rows) error {
		c := Contact{Corp: corp, State: Active}
		var added int64
		if err := rows.Scan(&c.Leaf, &c.User, &c.External, &added); err != nil {
			return err
		}
		c.AddedAt = db.Moment(added)
		return visit(c)
	})
}

const selectLately = `SELECT DISTINCT user_id FROM contact WHERE corp = $1 AND changed_at >= $2 ORDER BY user_id`

// Lately lists the members of a corp whose relations changed since a moment.
func (s *Service) Lately(ctx context.Context, corp string, since time.Time) ([]string, error) {
	var out []string
	err := s.DB.Each(ctx, selectLately, []any{corp, since.UnixMilli()}, func(rows *sql.Rows) error {
		var user string
		err := rows.Scan(&user)
		out = append(out, user)
		return err
	})
	return out, err
}

const (
	selectAlive = `SELECT external FROM contact WHERE corp = $1 AND user_id = $2 AND ended_at = 0`
	// The digest goes, so that the refresh writes the row and tells the customers' records.
	updateUser = `UPDATE contact SET user_id = $3, digest = $4 WHERE corp = $1 AND user_id = $2
		AND NOT EXISTS (SELECT 1 FROM contact AS taken WHERE taken.corp = $1 AND taken.user_id = $3 AND taken.external = contact.external)`
)

// Rename follows a member who got another user id.
func (s *Service) Rename(ctx context.Context, corp, from, to string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		var externals []string
		err := s.DB.Each(ctx, selectAlive, []any{corp, from}, func(rows *sql.Rows) error {
			var external string
			err := rows.Scan(&external)
			externals = append(externals, external)
			return err
		})
		if err != nil {
			return err
		}
		for _, external := range externals {
			if err := s.Refresh(ctx, corp, external, "", time.Time{}); err != nil {
				return err
			}
		}
		_, err = s.DB.Exec(ctx, updateUser, corp, from, to, []byte{})
		return err
	})
}
