package groupchat

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

// ms is t in ms since 1970, 0 for the zero time; at is the way back.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

const groupFields = `corp, chat, name, owner, status, version, size, externals, created_at, dismissed_at, pulled_at`

func scanGroup(rows *sql.Rows) (g Group, err error) {
	var created, dismissed, pulled int64
	err = rows.Scan(&g.Corp, &g.Chat, &g.Name, &g.Owner, &g.Status, &g.version, &g.Size, &g.Externals,
		&created, &dismissed, &pulled)
	g.CreatedAt, g.DismissedAt, g.PulledAt = at(created), at(dismissed), at(pulled)
	return g, err
}

const (
	selectGroup  = `SELECT ` + groupFields + ` FROM group_chat WHERE corp = $1 AND chat = $2`
	selectByChat = `SELECT ` + groupFields + ` FROM group_chat WHERE chat = $1 ORDER BY corp LIMIT 1`
	selectGroups = `SELECT ` + groupFields + ` FROM group_chat
		WHERE (corp = $1 OR $1 = '') AND (owner = $2 OR $2 = '') AND (dismissed_at = 0 OR $3) AND (corp > $4 OR (corp = $4 AND chat > $5))
		ORDER BY corp, chat LIMIT $6`
	selectChats = `SELECT chat FROM group_chat WHERE corp = $1 AND dismissed_at = 0 ORDER BY chat`
	upsertGroup = `INSERT INTO group_chat (` + groupFields + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (corp, chat) DO UPDATE SET name = excluded.name, owner = excluded.owner, status = excluded.status, version = excluded.version,
			size = excluded.size, externals = excluded.externals,
			created_at = excluded.created_at, dismissed_at = excluded.dismissed_at, pulled_at = excluded.pulled_at`
)

// find is a group as stored; ok is false if we do not know it.
func (s *Service) find(ctx context.Context, corp, chat string) (g Group, ok bool, err error) {
	err = s.DB.Each(ctx, selectGroup, []any{corp, chat}, func(rows *sql.Rows) error {
		ok = true
		g, err = scanGroup(rows)
		return err
	})
	if !ok {
		g.Corp, g.Chat = corp, chat
	}
	return g, ok, err
}

// Get is one group.
func (s *Service) Get(ctx context.Context, chat string) (g Group, err error) {
	ok := false
	err = s.DB.Each(ctx, selectByChat, []any{chat}, func(rows *sql.Rows) error {
		ok = true
		g, err = scanGroup(rows)
		return err
	})
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "group_not_found", "there is no group %q", chat)
	}
	return g, err
}

func (s *Service) save(ctx context.Context, g Group) error {
	_, err := s.DB.Exec(ctx, upsertGroup, g.Corp, g.Chat, g.Name, g.Owner, g.Status, g.version, g.Size, g.Externals, ms(g.CreatedAt), ms(g.DismissedAt), ms(g.PulledAt))
	return err
}

// chats lists the groups of a corp that exist as far as we know.
func (s *Service) chats(ctx context.Context, corp string) (out []string, err error) {
	err = s.DB.Each(ctx, selectChats, []any{corp}, func(rows *sql.Rows) error {
		var chat string
		err := rows.Scan(&chat)
		out = append(out, chat)
		return err
	})
	return out, err
}

// Filter narrows a list of groups; zero fields do not.
type Filter struct {
	Corp, Owner string
	Dismissed   bool // those too that are no more
	Cursor      string
	Limit       int
}

// List is the groups by id.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Group], error) {
	var after [2]string
	if _, err := page.After(f.Cursor, &after); err != nil {
		return page.Page[Group]{}, err
	}
	limit := page.Limit(f.Limit)
	var all []Group
	err := s.DB.Each(ctx, selectGroups, []any{f.Corp, f.Owner, f.Dismissed, after[0], after[1], limit + 1}, func(rows *sql.Rows) error {
		g, err := scanGroup(rows)
		all = append(all, g)
		return err
	})
	return page.Cut(all, limit, func(g Group) [2]string { return [2]string{g.Corp, g.Chat} }), err
}

const memberFields = `corp, chat, member, kind, leaf, scene, inviter, state, stays, joined_at, left_at, quit, sealed`

// sealScope binds sealed names to their table.
const sealScope = "group_member"

// names is what is sealed of a member.
type names struct {
	Name     string `json:"n,omitempty"`
	Nickname string `json:"k,omitempty"`
}

func (s *Service) scanMember(rows *sql.Rows) (m Member, err error) {
	var kind, leaf, joined, left int64
	var sealed []byte
	if err = rows.Scan(&m.Corp, &m.Chat, &m.ID, &kind, &leaf, &m.Scene, &m.Inviter, &m.State, &m.Stays, &joined, &left, &m.Quit, &sealed); err != nil {
		return m, err
	}
	m.External, m.Leaf, m.JoinedAt, m.LeftAt = kind == external, uint32(leaf), at(joined), at(left)
	plain, err := s.Box.Open(nil, sealed, sealScope)
	if err != nil {
		return m, fmt.Errorf("open names of a group member: %w", err)
	}
	var n names
	err = json.Unmarshal(plain, &n)
	m.Name, m.Nickname = n.Name, n.Nickname
	return m, err
}

const (
	selectAllMembers = `SELECT ` + memberFields + ` FROM group_member WHERE corp = $1 AND chat = $2`
	selectMembers    = `SELECT ` + memberFields + ` FROM group_member WHERE corp = $1 AND chat = $2 AND (left_at = 0 OR $3) AND member > $4 ORDER BY member LIMIT $5`
	selectGroupsOf   = `SELECT ` + memberFields + ` FROM group_member WHERE leaf = $1 ORDER BY corp, chat`
	upsertMember     = `INSERT INTO group_member (` + memberFields + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (corp, chat, member) DO UPDATE SET kind = excluded.kind, leaf = excluded.leaf, scene = excluded.scene, inviter = excluded.inviter,
			state = excluded.state, stays = excluded.stays, joined_at = excluded.joined_at, left_at = excluded.left_at, quit = excluded.quit,
			sealed = excluded.sealed`
	selectDuplicates = `SELECT member, MAX(leaf), COUNT(*) FROM group_member
		WHERE corp = $1 AND kind = 2 AND left_at = 0 AND member > $2 GROUP BY member HAVING COUNT(*) >= $3 ORDER BY member LIMIT $4`
	selectChatsOf = `SELECT m.chat, g.name FROM group_member m JOIN group_chat g ON g.corp = m.corp AND g.chat = m.chat
		WHERE m.corp = $1 AND m.member = $2 AND m.left_at = 0 ORDER BY m.chat`
)

// external is the kind of members who are not staff.
const external = 2

// stays reads the members of a group, past ones too, by id.
func (s *Service) stays(ctx context.Context, corp, chat string) (map[string]Member, error) {
	all := map[string]Member{}
	err := s.DB.Each(ctx, selectAllMembers, []any{corp, chat}, func(rows *sql.Rows) error {
		m, err := s.scanMember(rows)
		all[m.ID] = m
		return err
	})
	return all, err
}

func (s *Service) saveMember(ctx context.Context, m Member) error {
	plain, err := json.Marshal(names{m.Name, m.Nickname})
	if err != nil {
		return err
	}
	kind := 1
	if m.External {
		kind = external
	}
	_, err = s.DB.Exec(ctx, upsertMember, m.Corp, m.Chat, m.ID, kind, int64(m.Leaf), m.Scene, m.Inviter, m.State, m.Stays, ms(m.JoinedAt), ms(m.LeftAt),
		m.Quit, s.Box.Seal(nil, plain, sealScope))
	return err
}

// Members lists who is in a group, or with past those too who were.
func (s *Service) Members(ctx context.Context, g Group, past bool, cursor string, limit int) (page.Page[Member], error) {
	limit = page.Limit(limit)
	var after string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Member]{}, err
	}
	var all []Member
	err := s.DB.Each(ctx, selectMembers, []any{g.Corp, g.Chat, past, after, limit + 1}, func(rows *sql.Rows) error {
		m, err := s.scanMember(rows)
		all = append(all, m)
		return err
	})
	return page.Cut(all, limit, func(m Member) string { return m.ID }), err
}

// Of lists the stays of a customer's records in all groups.
func (s *Service) Of(ctx context.Context, leaves []uint32) (all []Member, err error) {
	for _, leaf := range leaves {
		err = s.DB.Each(ctx, selectGroupsOf, []any{int64(leaf)}, func(rows *sql.Rows) error {
			m, err := s.scanMember(rows)
			all = append(all, m)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Duplicate is an external contact who is in several groups of a corp.
type Duplicate struct {
	Corp   string
	ID     string // external_userid
	Leaf   uint32
	Groups []Place
}

// Place names a group.
type Place struct {
	Chat string
	Name string
}

// Duplicates lists who is in at least so many groups of a corp, by external_userid.
func (s *Service) Duplicates(ctx context.Context, corp string, least int, cursor string, limit int) (page.Page[Duplicate], error) {
	limit = page.Limit(limit)
	var after string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Duplicate]{}, err
	}
	var all []Duplicate
	err := s.DB.Each(ctx, selectDuplicates, []any{corp, after, max(least, 2), limit + 1}, func(rows *sql.Rows) error {
		d := Duplicate{Corp: corp}
		var leaf int64
		var n int
		err := rows.Scan(&d.ID, &leaf, &n)
		d.Leaf = uint32(leaf)
		all = append(all, d)
		return err
	})
	p := page.Cut(all, limit, func(d Duplicate) string { return d.ID })
	for i := 0; err == nil && i < len(p.Items); i++ {
		d := &p.Items[i]
		err = s.DB.Each(ctx, selectChatsOf, []any{corp, d.ID}, func(rows *sql.Rows) error {
			var where Place
			err := rows.Scan(&where.Chat, &where.Name)
			d.Groups = append(d.Groups, where)
			return err
		})
	}
	return p, err
}
