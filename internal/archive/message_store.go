package archive

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/page"
)

// Message is one that was kept. Text is personal data, and "" for other kinds.
type Message struct {
	ID       string
	Seq      int64
	At       time.Time
	Staff    string // "" when a customer speaks in a room
	External string // "" when a member speaks in a room
	Room     string
	Kind     string
	Inbound  bool
	Text     string
}

const selectMessages = `SELECT msgid, seq, at, staff, external, room, kind, inbound, body FROM archive_message
	WHERE corp = $1 AND external = $2 AND (at, seq) < ($3, $4) ORDER BY at DESC, seq DESC LIMIT $5`

// place is where a list stopped.
type place struct {
	At  int64 `json:"a"`
	Seq int64 `json:"s"`
}

// Messages pages through what a customer and staff said to each other, the newest first.
func (s *Service) Messages(ctx context.Context, corpID, external, cursor string, limit int) (page.Page[Message], error) {
	const end = 1<<63 - 1
	after := place{end, end}
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Message]{}, err
	}
	limit = page.Limit(limit)
	var items []Message
	err := s.DB.Each(ctx, selectMessages, []any{corpID, external, after.At, after.Seq, limit + 1}, func(rows *sql.Rows) error {
		var m Message
		var at int64
		var body []byte
		if err := rows.Scan(&m.ID, &m.Seq, &at, &m.Staff, &m.External, &m.Room, &m.Kind, &m.Inbound, &body); err != nil {
			return err
		}
		plain, err := s.Box.Open(nil, body, scope(corpID, m.ID))
		if err != nil {
			return fmt.Errorf("open message: %w", err)
		}
		m.At, m.Text = time.UnixMilli(at).UTC(), gjson.GetBytes(plain, "text.content").String()
		items = append(items, m)
		return nil
	})
	if err != nil {
		return page.Page[Message]{}, err
	}
	return page.Cut(items, limit, func(m Message) place { return place{m.At.UnixMilli(), m.Seq} }), nil
}
