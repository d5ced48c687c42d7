package groupchat

import (
	"context"
	"database/sql"

	"yutang/internal/page"
)

const statFields = `corp, owner, day, new_chats, chats, chats_alive, new_members, members, talkers, messages`

const (
	upsertStat = `INSERT INTO group_stat (` + statFields + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (corp, owner, day) DO UPDATE SET new_chats = excluded.new_chats, chats = excluded.chats, chats_alive = excluded.chats_alive,
			new_members = excluded.new_members, members = excluded.members, talkers = excluded.talkers, messages = excluded.messages`
	selectStats = `SELECT ` + statFields + ` FROM group_stat
		WHERE corp = $1 AND (owner = $2 OR $2 = '') AND day >= $3 AND day <= $4 AND (owner > $5 OR (owner = $5 AND day > $6))
		ORDER BY owner, day LIMIT $7`
)

func (s *Service) saveStat(ctx context.Context, t Stat) error {
	_, err := s.DB.Exec(ctx, upsertStat, t.Corp, t.Owner, t.Day, t.NewChats, t.Chats, t.ChatsAlive, t.NewMembers, t.Members, t.Talkers, t.Messages)
	return err
}

// StatFilter selects counts: of one owner, or "" of all, from day to day.
type StatFilter struct {
	Corp, Owner string
	From, To    string
	Cursor      string
	Limit       int
}

// Stats lists counts by owner and day.
func (s *Service) Stats(ctx context.Context, f StatFilter) (page.Page[Stat], error) {
	var after [2]string
	if _, err := page.After(f.Cursor, &after); err != nil {
		return page.Page[Stat]{}, err
	}
	limit := page.Limit(f.Limit)
	if f.To == "" {
		f.To = "9999"
	}
	var all []Stat
	args := []any{f.Corp, f.Owner, f.From, f.To, after[0], after[1], limit + 1}
	err := s.DB.Each(ctx, selectStats, args, func(rows *sql.Rows) error {
		var t Stat
		err := rows.Scan(&t.Corp, &t.Owner, &t.Day, &t.NewChats, &t.Chats, &t.ChatsAlive, &t.NewMembers, &t.Members, &t.Talkers, &t.Messages)
		all = append(all, t)
		return err
	})
	return page.Cut(all, limit, func(t Stat) [2]string { return [2]string{t.Owner, t.Day} }), err
}
