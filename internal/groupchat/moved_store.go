package groupchat

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"yutang/internal/db"
)

// movedDays are the platform's days whose moves a list of groups counts, today included.
const movedDays = 7

// movedChunk is how many groups one query counts.
const movedChunk = 50

var selectMoved = `SELECT chat, SUM(CASE WHEN joined_at >= $2 THEN 1 ELSE 0 END), SUM(CASE WHEN left_at >= $2 THEN 1 ELSE 0 END)
	FROM group_member WHERE corp = $1 AND chat IN (` + db.Marks(3, movedChunk) + `) AND kind = 2 AND (joined_at >= $2 OR left_at >= $2) GROUP BY chat`

// Moves are how many customers joined and left a group since a moment.
type Moves struct {
	Since        time.Time
	Joined, Left int
}

// Moved counts who joined and left groups in the last seven days; the answer has the order
// of the groups.
func (s *Service) Moved(ctx context.Context, groups []Group) ([]Moves, error) {
	y, m, d := s.Clock.Now().In(platformZone).Date()
	since := time.Date(y, m, d+1-movedDays, 0, 0, 0, 0, platformZone).UTC()
	out, place := make([]Moves, len(groups)), map[[2]string]int{}
	chats := map[string][]string{}
	for i, g := range groups {
		out[i].Since, place[[2]string{g.Corp, g.Chat}] = since, i
		chats[g.Corp] = append(chats[g.Corp], g.Chat)
	}
	for corp, all := range chats {
		for some := range slices.Chunk(all, movedChunk) {
			err := s.countMoved(ctx, corp, some, since, func(chat string, joined, left int) {
				i := place[[2]string{corp, chat}]
				out[i].Joined, out[i].Left = joined, left
			})
			if err != nil {
				return nil, fmt.Errorf("count the moves of %d groups: %w", len(groups), err)
			}
		}
	}
	return out, nil
}

func (s *Service) countMoved(ctx context.Context, corp string, chats []string, since time.Time, visit func(chat string, joined, left int)) error {
	args := []any{corp, ms(since)}
	for i := range movedChunk {
		args = append(args, chats[min(i, len(chats)-1)])
	}
	return s.DB.Each(ctx, selectMoved, args, func(rows *sql.Rows) error {
		var chat string
		var joined, left int
		err := rows.Scan(&chat, &joined, &left)
		visit(chat, joined, left)
		return err
	})
}
