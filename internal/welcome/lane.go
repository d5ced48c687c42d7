package welcome

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"yutang/internal/content"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
)

// greet is one new contact to be told something.
type greet struct {
	id       [16]byte
	corp     string
	user     string
	external string
	state    string
	code     string
	received time.Time
}

// OnNotice takes a notice that is on disk and was received at the moment given. Those
// without a welcome code are not its business. It never blocks.
func (s *Service) OnNotice(_ context.Context, n notice.Notice, received time.Time) {
	if n.Event != notice.ExternalContact || n.WelcomeCode == "" || n.UserID == "" || n.ExternalUserID == "" {
		return
	}
	g := &greet{
		corp: n.Corp, user: n.UserID, external: n.ExternalUserID, state: n.State, code: n.WelcomeCode, received: received,
		id: s.Box.Blind("welcome_sent", n.Corp+"\x00"+n.UserID+"\x00"+n.ExternalUserID+"\x00"+n.WelcomeCode),
	}
	if !s.recent.add(g.id, s.Clock.Now()) {
		return
	}
	select {
	case s.queue <- g:
	default:
		s.miss(g, "overload")
	}
}

// miss records a greeting that is not even tried.
func (s *Service) miss(g *greet, reason string) {
	c, ok := s.choose(g.corp, g.user, g.state)
	if ok {
		s.settle(g, c, result{outcome: Missed, reason: reason, latency: -1})
	}
}

// work greets one contact after the other until ctx ends. What waits then is left to the
// next start.
func (s *Service) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			s.leave()
			return
		case g := <-s.queue:
			s.greet(ctx, g)
		}
	}
}

func (s *Service) leave() {
	for {
		select {
		case g := <-s.queue:
			s.miss(g, reasonStopped)
		default:
			return
		}
	}
}

func (s *Service) greet(ctx context.Context, g *greet) {
	if s.Clock.Now().Sub(g.received) >= Window {
		s.miss(g, "late")
		return
	}
	c, ok := s.choose(g.corp, g.user, g.state)
	if !ok {
		return
	}
	client, err := s.Client(ctx, g.corp)
	if err != nil {
		s.settle(g, c, result{outcome: Failed, reason: "no_client", latency: -1})
		return
	}
	what := c.greeting.At(s.Clock.Now().In(s.Zone()))
	m := s.message(ctx, client, g, c, what)
	r := s.send(ctx, client, g, m)
	s.settle(g, c, r)
	if r.stale {
		s.renew(ctx, g.corp, what)
	}
}

// message is what will be sent, with what to fall back on.
type message struct {
	text        string
	attachments []wecom.Attachment
	alone       string // the text when the attachments are refused
	short       bool   // attachments are missing already
}

// message puts text and attachments together from memory. Only a text that names the
// customer waits for the platform, and not long.
func (s *Service) message(ctx context.Context, client *wecom.Client, g *greet, c choice, what content.Content) message {
	n := names{staff: s.book.Load().person(g.corp, g.user).Name}
	if asks(what.Text) || what.Text == "" && asks(c.greeting.Fallback) {
		n.customer = nameOf(ctx, client, g.external)
	}
	ready, missing := s.Content.Now(g.corp, what, use)
	m := message{text: render(what.Text, n), attachments: ready, short: missing > 0}
	if m.alone = m.text; m.alone == "" {
		m.alone = render(c.greeting.Fallback, n)
	}
	if len(ready) == 0 {
		m.text = m.alone
	}
	return m
}

// nameWait is how long a greeting waits for the customer's name.
const nameWait = time.Second

// nameOf asks for a customer's name; "" when there is no quick answer.
func nameOf(ctx context.Context, client *wecom.Client, external string) string {
	ctx, cancel := context.WithTimeout(ctx, nameWait)
	defer cancel()
	c, err := client.ExternalContactGet(ctx, external, "")
	if err != nil {
		return ""
	}
	return c.ExternalContact.Name
}

func random() float64 { return rand.Float64() }

// recent remembers which greetings were taken, for at least keepRecent.
type recent struct {
	mu       sync.Mutex
	now, old map[[16]byte]bool
	since    time.Time
}

const keepRecent = time.Minute

// add says whether the greeting is new.
func (r *recent) add(id [16]byte, at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil || at.Sub(r.since) >= keepRecent {
		r.old, r.now, r.since = r.now, map[[16]byte]bool{}, at
	}
	if r.now[id] || r.old[id] {
		return false
	}
	r.now[id] = true
	return true
}
