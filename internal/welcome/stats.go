package welcome

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// Stats sums up the greetings received in a span of time.
type Stats struct {
	Sent     int64
	Fallback int64            // of those sent: without some or all attachments
	Missed   map[string]int64 // by reason
	Failed   map[string]int64
	P50      time.Duration // from the callback to the first call
	P99      time.Duration
}

// Span says which greetings are summed up; User and Origin "" are all.
type Span struct {
	Corp   string
	User   string
	Origin string // id of a live code or rule
	From   time.Time
	To     time.Time // exclusive
}

// Stats sums up a span. It includes what is written: the last moments may be missing.
func (s *Service) Stats(ctx context.Context, span Span) (Stats, error) {
	out := Stats{Missed: map[string]int64{}, Failed: map[string]int64{}}
	h := histogram{}
	args := []any{span.Corp, span.From.UnixMilli(), span.To.UnixMilli(), span.User, span.Origin}
	err := s.DB.Each(ctx, countSome, args, func(rows *sql.Rows) error {
		var outcome Outcome
		var reason string
		var fallback bool
		var latency, n int64
		if err := rows.Scan(&outcome, &reason, &fallback, &latency, &n); err != nil {
			return err
		}
		if latency >= 0 {
			h[latency] += n
		}
		switch outcome {
		case Sent:
			out.Sent += n
			if fallback {
				out.Fallback += n
			}
		case Missed:
			out.Missed[reason] += n
		case Failed:
			out.Failed[reason] += n
		}
		return nil
	})
	out.P50, out.P99 = h.quantile(0.5), h.quantile(0.99)
	return out, err
}

// histogram counts by milliseconds.
type histogram map[int64]int64

func (h histogram) quantile(q float64) time.Duration {
	var total int64
	keys := make([]int64, 0, len(h))
	for ms, n := range h {
		keys = append(keys, ms)
		total += n
	}
	slices.Sort(keys)
	rank := int64(q * float64(total))
	for _, ms := range keys {
		if rank -= h[ms]; rank < 0 {
			return time.Duration(ms) * time.Millisecond
		}
	}
	return 0
}
