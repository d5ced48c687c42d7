package budget

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const selectTouched = `SELECT ord, playbook, step, settled_at FROM delivery
	WHERE state = 'accepted' AND NOT transactional AND settled_at >= $1 ORDER BY id DESC LIMIT $2`

// readTouches reads the touches accepted since a moment, under the records they reached.
func (s *Service) readTouches(ctx context.Context, since time.Time) (*past, error) {
	p := &past{}
	index := map[Cell]int32{}
	err := s.DB.Each(ctx, selectTouched, []any{since.UnixMilli(), maxTouches}, func(rows *sql.Rows) error {
		var t touched
		c := Cell{Level: 2}
		if err := rows.Scan(&t.root, &c.Playbook, &c.Step, &t.at); err != nil {
			return err
		}
		c.Playbook = kin(c.Playbook)
		i, ok := index[c]
		if !ok {
			i = int32(len(p.steps))
			index[c] = i
			p.steps = append(p.steps, c)
		}
		t.step = i
		p.touches = append(p.touches, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read accepted touches: %w", err)
	}
	return p, nil
}
