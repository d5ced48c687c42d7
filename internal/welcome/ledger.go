package welcome

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"yutang/internal/event"
)

// Entry is what became of one greeting.
type Entry struct {
	ID          string
	Corp        string
	UserID      string
	External    string
	Source      string // SourceCode, SourceRule or SourceDefault
	Origin      string // id of the live code or rule
	CodeHash    string // keyed
	Outcome     Outcome
	Reason      string
	Code        int // the platform's last answer, 0 none or ok
	Fallback    bool
	Attachments int
	Attempts    int
	Received    time.Time
	Latency     time.Duration // from the callback to the first call, negative without one
	Settled     time.Time
}

func (s *Service) entry(g *greet, c choice, r result) *Entry {
	hash := s.Box.Blind("welcome_code", g.corp+"\x00"+g.code)
	return &Entry{
		ID: "wls_" + hex.EncodeToString(g.id[:]), Corp: g.corp, UserID: g.user, External: g.external,
		Source: c.source, Origin: c.origin, CodeHash: hex.EncodeToString(hash[:]),
		Outcome: r.outcome, Reason: r.reason, Code: r.code, Fallback: r.fallback && r.outcome == Sent, Attachments: r.attachments,
		Attempts: r.attempts, Received: g.received, Latency: r.latency, Settled: s.Clock.Now(),
	}
}

// settle keeps what became of a greeting for the ledger.
func (s *Service) settle(g *greet, c choice, r result) {
	e := s.entry(g, c, r)
	s.ledger.add(e)
	s.Observe(*e)
}

// ledger gathers entries until they are written.
type ledger struct {
	mu      sync.Mutex
	waiting []*Entry
	wake    chan struct{}
	writing sync.Mutex
}

const (
	flushEvery = 200 * time.Millisecond
	flushRest  = 5 * time.Second // after a failure
	flushMost  = 1000            // entries written together
	maxWaiting = 200_000         // entries held while they cannot be written
)

func (l *ledger) add(e *Entry) {
	l.mu.Lock()
	full := len(l.waiting) >= maxWaiting
	if !full {
		l.waiting = append(l.waiting, e)
	}
	l.mu.Unlock()
	if full {
		slog.Error("a ledger entry of the welcome lane was lost: nothing can be written", "corp", e.Corp, "outcome", e.Outcome)
	}
	l.knock()
}

// knock wakes the writer.
func (l *ledger) knock() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *ledger) take(most int) []*Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(most, len(l.waiting))
	out := l.waiting[:n:n]
	l.waiting = l.waiting[n:]
	return out
}

func (l *ledger) giveBack(some []*Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(some, l.waiting...)
}

// record writes the ledger in the background, some entries at a time.
func (s *Service) record(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.ledger.wake:
		}
		wait := flushEvery
		if err := s.Flush(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("the welcome ledger could not be written; it is tried again", "err", err)
			wait = flushRest
			s.ledger.knock()
		}
		if s.Clock.WaitUntil(ctx, s.Clock.Now().Add(wait)) != nil {
			return
		}
	}
}

// Flush writes what waits: first the events, which deduplicate, then the rows.
func (s *Service) Flush(ctx context.Context) error {
	s.ledger.writing.Lock()
	defer s.ledger.writing.Unlock()
	for {
		some := s.ledger.take(flushMost)
		if len(some) == 0 {
			return nil
		}
		if err := s.tell(ctx, some); err != nil {
			s.ledger.giveBack(some)
			return err
		}
	}
}

func (s *Service) tell(ctx context.Context, some []*Entry) error {
	evs := make([]*event.Event, len(some))
	for i, e := range some {
		evs[i] = s.event(e)
	}
	if _, err := s.Submit.SubmitEvents(ctx, evs); err != nil {
		return err
	}
	return s.insertEntries(ctx, some)
}

// event tells the customer's timeline. Its message id makes a repeat harmless.
func (s *Service) event(e *Entry) *event.Event {
	name := event.MessageDelivered
	if e.Outcome != Sent {
		name = event.MessageFailed
	}
	props := map[string]any{
		"channel": "welcome", "delivery": e.ID, "corp": e.Corp, "staff": e.UserID, "source": e.Source,
		"attachments": e.Attachments, "fallback": e.Fallback,
	}
	if e.Source == SourceCode {
		props["code"] = e.Origin
	}
	if e.Reason != "" {
		props["reason"] = e.Reason
	}
	raw, err := json.Marshal(props)
	if err != nil {
		panic(err) // texts, numbers and flags marshal
	}
	return &event.Event{
		SourceID: s.Source, MessageID: e.ID + "/" + string(e.Outcome), Name: name, At: e.Settled, ReceivedAt: s.Clock.Now(),
		Identities: []event.Identity{{Type: "external_userid:" + e.Corp, Value: e.External}}, Props: raw,
	}
}

// remember marks the greetings of the last moments as taken, so that a start does not
// repeat them.
func (s *Service) remember(ctx context.Context) error {
	now := s.Clock.Now()
	ids, err := s.selectYoung(ctx, now.Add(-keepRecent))
	if err != nil {
		return err
	}
	for _, text := range ids {
		var id [16]byte
		if n, err := hex.Decode(id[:], []byte(text[len("wls_"):])); err == nil && n == len(id) {
			s.recent.add(id, now)
		}
	}
	return nil
}
