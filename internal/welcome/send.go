package welcome

import (
	"context"
	"time"

	"yutang/internal/content"
	"yutang/internal/wecom"
)

// Outcome says what became of a greeting.
type Outcome string

// The outcomes.
const (
	Sent   Outcome = "sent"
	Missed Outcome = "missed" // not in time, or somebody else greeted first
	Failed Outcome = "failed" // the platform refused
)

// reasonStopped marks what a stop of the program cut off; a start tries it again.
const reasonStopped = "stopped"

// result is how sending one greeting ended.
type result struct {
	outcome     Outcome
	reason      string
	code        int // the platform's last answer
	attempts    int
	attachments int
	fallback    bool
	stale       bool          // the platform does not know the media
	latency     time.Duration // from the callback to the first call, -1 without one
}

const (
	// callWait bounds one call, so that there is time for another.
	callWait   = 5 * time.Second
	pauseBusy  = 150 * time.Millisecond // while another app is sending
	pauseLeast = 200 * time.Millisecond
	pauseMost  = 2 * time.Second

	codeNoConsent = 41053 // the customer has not agreed to the archive yet
)

// attempt is one greeting from its first call to the last.
type attempt struct {
	*greet
	choice choice
	what   content.Content
	client *wecom.Client // nil: not begun
	message
	result
	unknown bool // a call before may have had its effect
	pause   time.Duration
}

// try calls the platform. While the window is open it comes back after a pause; meanwhile
// the worker is free for others.
func (s *Service) try(ctx context.Context, a *attempt) {
	end := a.received.Add(Window)
	for {
		now := s.Clock.Now()
		if a.attempts == 0 {
			a.latency = now.Sub(a.received)
		} else if !now.Before(end) {
			s.finish(a)
			return
		}
		err := call(ctx, a.client, a.greet.code, a.message, min(end.Sub(now), callWait))
		a.attempts++
		wait, again := a.judge(err)
		wait = s.jitter(max(wait, wecom.RetryAfter(err)))
		at := s.Clock.Now().Add(wait)
		switch {
		case !again || !at.Before(end):
			s.finish(a)
			return
		case wait > 0:
			s.working.Go(func() { s.later(ctx, a, at) })
			return
		}
	}
}

// later brings an attempt back.
func (s *Service) later(ctx context.Context, a *attempt, at time.Time) {
	if s.Clock.WaitUntil(ctx, at) == nil {
		select {
		case s.queue <- a:
			return
		case <-ctx.Done():
		}
	}
	a.end(Missed, reasonStopped)
	s.finish(a)
}

// call is not cut off by a stop: its outcome would be unknown.
func call(ctx context.Context, client *wecom.Client, code string, m message, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wait)
	defer cancel()
	msg := wecom.WelcomeMsg{WelcomeCode: code, Attachments: m.attachments}
	if m.text != "" {
		msg.Text = &wecom.TextContent{Content: m.text}
	}
	return client.SendWelcomeMsg(ctx, msg)
}

// jitter spreads a pause over 1 to 2 times its length.
func (s *Service) jitter(d time.Duration) time.Duration {
	return d + time.Duration(s.Jitter()*float64(d))
}

func (a *attempt) end(o Outcome, reason string) { a.outcome, a.reason = o, reason }

// judge reads an answer. When another call makes sense it says after how long; the result
// is then what holds if there is no time for one.
func (a *attempt) judge(err error) (wait time.Duration, again bool) {
	a.result.code = wecom.CodeOf(err)
	switch {
	case err == nil:
		a.delivered("")
	case a.result.code == wecom.CodeWelcomeSent && a.unknown:
		a.delivered("confirmed")
	case a.result.code == wecom.CodeWelcomeSent:
		a.end(Missed, "taken")
	case a.result.code == wecom.CodeBadWelcomeCode:
		a.end(Missed, "expired")
	case a.result.code == codeNoConsent:
		a.end(Missed, "no_consent")
	case a.result.code == wecom.CodeWelcomeBusy:
		a.end(Missed, "busy")
		return pauseBusy, true
	default:
		return a.trouble(err)
	}
	return 0, false
}

func (a *attempt) delivered(reason string) {
	a.end(Sent, reason)
	a.result.attachments = len(a.message.attachments)
}

// trouble reads an answer that is not about the code.
func (a *attempt) trouble(err error) (wait time.Duration, again bool) {
	switch class := wecom.ClassOf(err); class {
	case wecom.Retryable, wecom.Transport, wecom.NotSent, wecom.None:
		a.unknown = a.unknown || !wecom.Unsent(err)
		a.end(Missed, "no_answer")
		wait, a.pause = a.pause, min(2*a.pause, pauseMost)
		return wait, true
	case wecom.Business:
		return 0, a.bare()
	case wecom.Rate:
		a.end(Failed, "rate_limited")
	default:
		a.end(Failed, class.String())
	}
	return 0, false
}

// bare leaves the attachments away, once: one that is refused must not stop the text.
func (a *attempt) bare() bool {
	a.end(Failed, "refused")
	a.stale = a.stale || a.result.code == wecom.CodeBadMedia
	if len(a.message.attachments) == 0 {
		return false
	}
	a.message.attachments, a.text, a.fallback = nil, a.message.alone, true
	return a.text != ""
}
