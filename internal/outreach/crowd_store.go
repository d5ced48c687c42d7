package outreach

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

const selectAllConsents = `SELECT ord, channel, given, at FROM consent`

// Crowd is what the policy says of everybody, for who counts many people at once.
type Crowd struct {
	Yes, No map[string]*roaring.Bitmap // roots by channel: whose newest word is so
}

// Crowd reads the newest words of all customers on channels.
func (s *Service) Crowd(ctx context.Context, channels []string) (Crowd, error) {
	type place struct {
		root    uint32
		channel int
	}
	heard := map[place]*word{}
	var rows []consent
	err := s.DB.Each(ctx, selectAllConsents, nil, func(r *sql.Rows) error {
		var c consent
		err := r.Scan(&c.ord, &c.channel, &c.given, &c.at)
		rows = append(rows, c)
		return err
	})
	if err != nil {
		return Crowd{}, fmt.Errorf("read consents: %w", err)
	}
	for some := range slices.Chunk(rows, surveyChunk) {
		s.Timeline.RLock()
		for _, c := range some {
			root := s.Timeline.Root(c.ord)
			for i, channel := range channels {
				if c.channel != anyChannel && c.channel != strings.ToLower(channel) {
					continue
				}
				at := place{root, i}
				if heard[at] == nil {
					heard[at] = &word{}
				}
				heard[at].hear(c.given, c.at)
			}
		}
		s.Timeline.RUnlock()
	}
	out := Crowd{Yes: map[string]*roaring.Bitmap{}, No: map[string]*roaring.Bitmap{}}
	for _, channel := range channels {
		out.Yes[channel], out.No[channel] = roaring.New(), roaring.New()
	}
	for at, w := range heard {
		if w.given {
			out.Yes[channels[at.channel]].Add(at.root)
		} else {
			out.No[channels[at.channel]].Add(at.root)
		}
	}
	return out, nil
}

// Allowed are those of a set whom consent permits to be written to on a channel.
func (s *Service) Allowed(c Crowd, channel string, set *roaring.Bitmap) *roaring.Bitmap {
	if s.Policy().allows(channel, false, false) {
		return roaring.AndNot(set, c.No[channel])
	}
	return roaring.And(set, c.Yes[channel])
}

const selectSentOf = `SELECT ord, COUNT(*) FROM delivery
	WHERE dispatched_at >= $1 AND channel = $2 AND (endpoint = $3 OR (endpoint >= $4 AND endpoint < $5))
	AND (state || '' IN ('attempting', 'handed', 'unknown') OR (state || '' = 'accepted' AND settled_at >= $6))
	GROUP BY ord`

// Full are the roots of all customers who have had what a quota gives them, and those whom
// the platform calls full at a moment.
func (s *Service) Full(ctx context.Context, channel string, q QuotaRule, at time.Time) (*roaring.Bitmap, error) {
	had := map[uint32]int{}
	add := func(ord uint32, n int) {
		s.Timeline.RLock()
		defer s.Timeline.RUnlock()
		had[s.Timeline.Root(ord)] += n
	}
	args := []any{q.Since.Add(-openFor).UnixMilli(), channel, q.Account, q.Account + "/", q.Account + "0", q.Since.UnixMilli()}
	err := s.DB.Each(ctx, selectSentOf, args, func(rows *sql.Rows) error {
		var ord uint32
		var n int
		err := rows.Scan(&ord, &n)
		add(ord, n)
		return err
	})
	if err == nil {
		err = s.DB.Each(ctx, selectFull, []any{channel, q.Account, 0, int64(1) << 32, at.UnixMilli()}, func(rows *sql.Rows) error {
			var ord uint32
			err := rows.Scan(&ord)
			add(ord, q.Limit)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read who is full: %w", err)
	}
	out := roaring.New()
	for root, n := range had {
		if n >= q.Limit {
			out.Add(root)
		}
	}
	return out, nil
}
