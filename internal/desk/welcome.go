package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"yutang/internal/corp"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

// WelcomeState says what became of a greeting.
type WelcomeState string

// The states.
const (
	WelcomeWaiting WelcomeState = "waiting"
	WelcomeCalling WelcomeState = "calling"
	WelcomeSent    WelcomeState = "sent"
	WelcomeLate    WelcomeState = "late"    // the code expired before a call could be made
	WelcomeRefused WelcomeState = "refused" // see the reason
	WelcomeFailed  WelcomeState = "failed"  // taken, and not delivered after all
	WelcomeUnknown WelcomeState = "unknown" // called, and the answer never came
)

// Welcome is a greeting of somebody who entered an account.
type Welcome struct {
	ID        string // of the message that told of it
	Corp      string
	Account   string
	External  string
	EnteredAt time.Time
	State     WelcomeState
	Reason    string
	SettledAt time.Time // zero: not yet

	text, code, sentAs string
}

const (
	codeLife    = 20 * time.Second // of a welcome code
	welcomeRest = time.Second      // before another try

	codeUsed = 40029 // the code is used or has expired
)

// sentAs names a greeting to the platform, which takes a message of one name once.
func sentAs(corpID, id string) string {
	sum := sha256.Sum256([]byte(corpID + "/" + id))
	return "w" + hex.EncodeToString(sum[:15])
}

// greet is a job: it sends one greeting. The code works once, so a repeat after a crash
// cannot greet twice.
func (s *Service) greet(ctx context.Context, j job.Job) error {
	corpID, _ := ofLane(j.Queue)
	w, err := s.greeting(ctx, corpID, j.Key[len(corpID)+1:])
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || !w.SettledAt.IsZero() {
		return err
	}
	if !s.Clock.Now().Before(w.EnteredAt.Add(codeLife)) {
		if w.State == WelcomeCalling {
			return s.settle(ctx, w, WelcomeUnknown, w.Reason)
		}
		return s.settle(ctx, w, WelcomeLate, w.Reason)
	}
	again := w.State == WelcomeCalling
	if err := s.saveWelcome(ctx, w, WelcomeCalling, w.Reason); err != nil {
		return err
	}
	client, err := s.Corps.ClientOf(ctx, corpID, corp.Desk)
	if err != nil {
		return s.settle(ctx, w, WelcomeRefused, "no_client")
	}
	_, err = client.KfSendMsgOnEvent(ctx, wecom.KfOutgoing{
		Code: w.code, MsgID: w.sentAs, MsgType: "text", Text: &wecom.TextContent{Content: w.text},
	})
	return s.greeted(ctx, w, err, again)
}

// greeted judges the platform's answer. again says that an earlier call may have had effect.
func (s *Service) greeted(ctx context.Context, w Welcome, err error, again bool) error {
	switch class := wecom.ClassOf(err); {
	case err == nil:
		return s.settle(ctx, w, WelcomeSent, "")
	case ctx.Err() != nil:
		return err
	case wecom.Is(err, codeUsed) && again:
		return s.settle(ctx, w, WelcomeUnknown, "interrupted")
	case class == wecom.Transport || class == wecom.Retryable || class == wecom.NotSent || class == wecom.Auth:
		return s.greetLater(ctx, w, err, again)
	case wecom.Is(err, codeUsed):
		return s.settle(ctx, w, WelcomeRefused, "code_expired_or_used")
	case class == wecom.None:
		return err
	}
	return s.settle(ctx, w, WelcomeRefused, err.Error())
}

// greetLater has another try. It is waiting again if no call can have had effect.
func (s *Service) greetLater(ctx context.Context, w Welcome, err error, again bool) error {
	state := WelcomeCalling
	if wecom.Unsent(err) && !again {
		state = WelcomeWaiting
	}
	if err := s.saveWelcome(ctx, w, state, err.Error()); err != nil {
		return err
	}
	return &job.Later{At: s.Clock.Now().Add(welcomeRest), Reason: err.Error()}
}

// settle tells the customer's timeline, then the row.
func (s *Service) settle(ctx context.Context, w Welcome, state WelcomeState, reason string) error {
	now := s.Clock.Now()
	name := map[WelcomeState]string{WelcomeSent: event.MessageDelivered, WelcomeRefused: event.MessageFailed}[state]
	if name != "" {
		p := props{Kind: "welcome", Message: w.sentAs}
		if state == WelcomeRefused {
			p.Reason = "refused"
		}
		ev := s.told(w.Corp, w.Account, w.External, w.ID+"/welcome", name, p, now, now)
		if err := s.submit(ctx, []*event.Event{ev}); err != nil {
			return err
		}
	}
	return s.saveSettled(ctx, w, state, reason, now)
}
