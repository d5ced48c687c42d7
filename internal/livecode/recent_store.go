package livecode

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"yutang/internal/db"
)

// recentDays are the days that a list of codes counts, today included.
const recentDays = 30

// recentChunk is how many codes one query counts.
const recentChunk = 50

var selectRecent = `SELECT code, COUNT(*), SUM(CASE WHEN ended_at > 0 THEN 1 ELSE 0 END) FROM livecode_arrival
	WHERE added_at >= $1 AND code IN (` + db.Marks(2, recentChunk) + `) GROUP BY code`

// Recent counts the arrivals of the last 30 days of codes at once, by code number. A code
// without any is absent.
func (s *Service) Recent(ctx context.Context, codes []Code) (map[int64]Tally, error) {
	since := dayOf(s.Clock.Now(), s.Zone()).add(1-recentDays).at(0, s.Zone())
	out := map[int64]Tally{}
	for some := range slices.Chunk(codes, recentChunk) {
		args := []any{ms(since)}
		for i := range recentChunk {
			args = append(args, some[min(i, len(some)-1)].Number)
		}
		err := s.DB.Each(ctx, selectRecent, args, func(rows *sql.Rows) error {
			var number int64
			var t Tally
			err := rows.Scan(&number, &t.Added, &t.Lost)
			out[number] = t
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("count the arrivals of %d live codes: %w", len(codes), err)
		}
	}
	return out, nil
}
