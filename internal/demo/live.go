package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yutang/internal/importer/importcli"
)

const (
	defaultRate  = 4
	reportEvery  = 10 * time.Second
	maxPatience  = 30 * time.Second
	firstRetry   = 500 * time.Millisecond
	sendDeadline = 15 * time.Second
)

// live sends the activity to the running server and reports what moves.
type live struct {
	d         Deps
	act       *activity
	audiences map[string]string // name to id
	before    map[string]int
	client    *http.Client
	sent      int
	reported  time.Time
}

func newLive(d Deps, p *people) *live {
	if d.Rate <= 0 {
		d.Rate = defaultRate
	}
	run := strconv.FormatInt(d.Clock.Now().UnixMilli(), 36)
	return &live{
		d: d, act: newActivity(p, d.Seed, run), before: map[string]int{},
		client: &http.Client{Timeout: sendDeadline}, reported: d.Clock.Now(),
	}
}

// run lives until ctx ends.
func (l *live) run(ctx context.Context) error {
	if err := l.report(ctx); err != nil {
		return err
	}
	at := l.d.Clock.Now()
	for {
		now := l.d.Clock.Now()
		m, gap := l.act.next(now, l.d.Rate)
		if err := l.deliver(ctx, m); err != nil {
			return fmt.Errorf("send event: %w", err)
		}
		if now.Sub(l.reported) >= reportEvery {
			l.reported = now
			if err := l.report(ctx); err != nil {
				return err
			}
		}
		if at = at.Add(gap); at.Before(now) {
			at = now // the server was away: what was missed is not made up for
		}
		if err := l.d.Clock.WaitUntil(ctx, at); err != nil {
			return err
		}
	}
}

// deliver sends until the server takes the events. A refusal of the events themselves is an
// error: the demo is wrong then.
func (l *live) deliver(ctx context.Context, ms ...message) error {
	body, err := json.Marshal(map[string]any{"batch": ms})
	if err != nil {
		return err
	}
	for wait := firstRetry; ; wait = min(2*wait, maxPatience) {
		again, err := l.post(ctx, body)
		if err == nil {
			l.sent++
			return nil
		}
		if !again {
			return err
		}
		if err := l.d.Clock.WaitUntil(ctx, l.d.Clock.Now().Add(wait)); err != nil {
			return err
		}
	}
}

// post sends once and says whether another try may help.
func (l *live) post(ctx context.Context, body []byte) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.d.URL+"/v1/batch", bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(l.d.WriteKey, "")
	res, err := l.client.Do(req)
	if err != nil {
		return true, err
	}
	text, readErr := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if err := errors.Join(readErr, res.Body.Close()); err != nil {
		return true, err
	}
	if res.StatusCode == http.StatusOK {
		return false, nil
	}
	busy := res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= http.StatusInternalServerError
	return busy, fmt.Errorf("the server answered %d: %s", res.StatusCode, bytes.TrimSpace(text))
}

// report prints what was sent and which audiences moved since the last report.
func (l *live) report(ctx context.Context) error {
	var moves []string
	for _, name := range sortedNames(l.audiences) {
		n, err := l.d.Audiences.Count(ctx, l.audiences[name])
		if err != nil {
			return fmt.Errorf("count audience %s: %w", name, err)
		}
		if was, known := l.before[name]; known && was != n {
			moves = append(moves, fmt.Sprintf("%s %s (%+d)", name, importcli.Grouped(int64(n)), n-was))
		}
		l.before[name] = n
	}
	if l.sent > 0 {
		fmt.Fprintf(l.d.Out, "live: %s events, %s orders  %s\n", importcli.Grouped(int64(l.sent)), importcli.Grouped(int64(l.act.orders)), strings.Join(moves, "  "))
	}
	return nil
}
