package desk

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
)

// Figure counts what happened at an account, or what one servicer did there. What a customer
// writes before the first answer counts as one question, from its first message on; a
// session that ends leaves it unanswered.
type Figure struct {
	Account  string
	Servicer string // "" is the account as a whole

	Entered     int // of accounts only
	Received    int // messages of customers; of accounts only
	Replied     int // messages of servicers
	Sessions    int // taken or reopened
	Transferred int // sessions that went on to another servicer; a servicer's are those that came
	Ended       int

	Answered   int           // questions
	Unanswered int           // the session ended first
	Open       int           // still waiting
	Median     time.Duration // to the first answer; 0 without any
}

const selectTalk = `SELECT account, external, at, servicer, origin, kind, step FROM desk_message
	WHERE corp = $1 AND at >= $2 AND at < $3 AND external <> '' ORDER BY account, external, at, seq`

// Figures counts what happened in [from, to), by account and servicer.
func (s *Service) Figures(ctx context.Context, corpID string, from, to time.Time) ([]Figure, error) {
	t := &tally{figures: map[who]*count{}}
	err := s.DB.Each(ctx, selectTalk, []any{corpID, from.UnixMilli(), to.UnixMilli()}, func(rows *sql.Rows) error {
		var it item
		var at int64
		if err := rows.Scan(&it.account, &it.external, &at, &it.servicer, &it.origin, &it.kind, &it.step); err != nil {
			return err
		}
		it.at = time.UnixMilli(at)
		t.see(it)
		return nil
	})
	return t.list(), err
}

type who struct{ account, servicer string }

// count is a figure under way.
type count struct {
	Figure
	waits []time.Duration
}

// tally counts items, which come by account, customer and time.
type tally struct {
	figures map[who]*count

	account, external string
	serving           string    // who has the session, as far as is known
	asked             time.Time // when the question that waits began
}

// of gives the figures of the account, and of the servicer too unless that is "".
func (t *tally) of(servicer string) []*count {
	keys := []who{{t.account, ""}}
	if servicer != "" {
		keys = append(keys, who{t.account, servicer})
	}
	out := make([]*count, len(keys))
	for i, k := range keys {
		if t.figures[k] == nil {
			t.figures[k] = &count{Figure: Figure{Account: k.account, Servicer: k.servicer}}
		}
		out[i] = t.figures[k]
	}
	return out
}

func (t *tally) see(it item) {
	if it.account != t.account || it.external != t.external {
		t.leave()
		t.account, t.external, t.serving = it.account, it.external, ""
	}
	if it.said() {
		t.say(it)
		return
	}
	t.step(it)
}

func (t *tally) say(it item) {
	switch it.origin {
	case FromCustomer:
		t.of("")[0].Received++
		if t.asked.IsZero() {
			t.asked = it.at
		}
	case FromServicer:
		for _, c := range t.of(it.servicer) {
			c.Replied++
			if !t.asked.IsZero() {
				c.Answered++
				c.waits = append(c.waits, it.at.Sub(t.asked))
			}
		}
		t.serving, t.asked = it.servicer, time.Time{}
	}
}

func (t *tally) step(it item) {
	for i, c := range t.of(it.servicer) {
		switch it.step {
		case Entered:
			if i == 0 {
				c.Entered++
			}
		case Taken, Reopened:
			c.Sessions++
		case Transferred:
			c.Transferred++
		case Ended:
			c.Ended++
			if !t.asked.IsZero() {
				c.Unanswered++
			}
		}
	}
	switch it.step {
	case Taken, Reopened, Transferred:
		t.serving = it.servicer
	case Ended:
		t.serving, t.asked = "", time.Time{}
	}
}

// leave ends what is known of one customer at an account.
func (t *tally) leave() {
	if t.asked.IsZero() {
		return
	}
	for _, c := range t.of(t.serving) {
		c.Open++
	}
	t.asked = time.Time{}
}

func (t *tally) list() []Figure {
	t.leave()
	out := make([]Figure, 0, len(t.figures))
	for _, c := range t.figures {
		c.Median = median(c.waits)
		out = append(out, c.Figure)
	}
	slices.SortFunc(out, func(a, b Figure) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Servicer, b.Servicer))
	})
	return out
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	n := len(d)
	if n%2 == 1 {
		return d[n/2]
	}
	return (d[n/2-1] + d[n/2]) / 2
}
