package bench

import (
	"context"
	"time"

	"yutang/internal/db"
)

const selectBoth = `SELECT
	(SELECT COUNT(*) FROM event e JOIN event_name n ON n.id = e.name_id WHERE e.seq > $1 AND n.name = 'Coupon Claimed'),
	(SELECT COUNT(*) FROM delivery WHERE playbook = $2)`

// snapshots looks at the database from outside, again and again.
type snapshots struct {
	eye      *db.DB
	after    uint64 // the last event before
	playbook string
	taken    int
	torn     int // in which events and messages are not as many
	err      error
}

func (s *snapshots) watch(ctx context.Context) {
	for ctx.Err() == nil && s.err == nil {
		var events, messages int
		err := s.eye.Get(context.WithoutCancel(ctx), selectBoth, []any{int64(s.after), s.playbook}, &events, &messages)
		if s.err = err; err != nil {
			return
		}
		s.taken++
		if events != messages {
			s.torn++
		}
		time.Sleep(5 * time.Millisecond)
	}
}
