package welcome

import (
	"context"
	"log/slog"
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
	agent    int64 // of the app that was called back; 0 unknown
	received time.Time
}

// OnNotice takes a notice that is on disk and was received at the moment given. Those
// without a welcome code are not its business. It never blocks.
func (s *Service) OnNotice(_ context.Context, n notice.Notice, received time.Time) {
	if n.Event != notice.ExternalContact || n.WelcomeCode == "" || n.UserID == "" || n.ExternalUserID == "" {
		return
	}
	g := &greet{
		corp: n.Corp, user: n.UserID, external: n.ExternalUserID, state: n.State, code: n.WelcomeCode, agent: n.Agent, received: received,
		id: s.Box.Blind("welcome_sent", n.Corp+"\x00"+n.UserID+"\x00"+n.ExternalUserID+"\x00"+n.WelcomeCode),
	}
	if !s.recent.add(g.id, s.Clock.Now()) {
		return
	}
	select {
	case s.queue <- &attempt{greet: g}:
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

// work takes one attempt after the other until ctx ends. What waits then is left to the
// next start.
func (s *Service) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-s.queue:
			if a.client != nil || s.begin(ctx, a) {
				s.try(ctx, a)
			}
		}
	}
}

// leave records what waits when the lane has stopped.
func (s *Service) leave() {
	for {
		select {
		case a := <-s.queue:
			if a.client == nil {
				s.miss(a.greet, reasonStopped)
				continue
			}
			a.end(Missed, reasonStopped)
			s.finish(a)
		default:
			return
		}
	}
}

// begin decides what is said. It is false when there is nothing to try.
func (s *Service) begin(ctx context.Context, a *attempt) bool {
	g := a.greet
	if s.Clock.Now().Sub(g.received) >= Window {
		s.miss(g, "late")
		return false
	}
	c, ok := s.choose(g.corp, g.user, g.state)
	if !ok {
		return false
	}
	client, err := s.Client(ctx, g.corp)
	if err != nil {
		s.settle(g, c, result{outcome: Failed, reason: "no_client", latency: -1})
		return false
	}
	if g.agent != 0 && client.AgentID() != 0 && g.agent != client.AgentID() {
		return false // the code is good for that app only, and ours has its own
	}
	a.client, a.choice, a.what = client, c, c.greeting.At(s.Clock.Now().In(s.Zone()))
	a.message = s.message(ctx, client, g, c, a.what)
	a.result, a.pause = result{fallback: a.short, latency: -1}, pauseLeast
	if a.text == "" && len(a.message.attachments) == 0 {
		a.end(Failed, "media_missing")
		s.finish(a)
		return false
	}
	return true
}

// finish records how it ended, and has media made anew that the platform did not know.
func (s *Service) finish(a *attempt) {
	s.settle(a.greet, a.choice, a.result)
	if !a.stale {
		return
	}
	if err := s.Content.Stale(context.Background(), a.corp, a.what, use); err != nil {
		slog.Warn("stale media could not be renewed", "corp", a.corp, "err", err)
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
