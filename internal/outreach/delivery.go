package outreach

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/event"
	"yutang/internal/id"
	"yutang/internal/job"
)

// State is where a delivery stands; see the package comment.
type State string

// The states.
const (
	Planned       State = "planned"
	Attempting    State = "attempting"
	StateAccepted State = "accepted"
	StateRejected State = "rejected"
	Suppressed    State = "suppressed"
	Expired       State = "expired"
	StateUnknown  State = "unknown"
	StateHanded   State = "handed" // the other side has it; a person or a carrier must confirm
)

// Reason says why a delivery is in its state.
type Reason string

// The reasons. "" needs none.
const (
	Capped          Reason = "capped"            // suppressed: enough touches in the day, week or month
	Outranked       Reason = "outranked"         // planned, suppressed: touches of better rank take what the cap leaves
	QuietHours      Reason = "quiet"             // planned: waits for the end of quiet hours
	NoConsent       Reason = "no_consent"        // suppressed
	Quota           Reason = "quota"             // the platform's quota is used up
	Holdout         Reason = "holdout"           // suppressed: the customer is in the control group
	Stale           Reason = "stale"             // suppressed: what it was based on is out of date
	NoAddress       Reason = "no_address"        // the customer cannot be reached on the channel
	MissingValue    Reason = "missing_value"     // suppressed: the template needs what is not known
	BadTemplate     Reason = "bad_template"      // suppressed: the template failed for this customer
	NoEndpoint      Reason = "no_endpoint"       // suppressed: the endpoint is gone or disabled
	PlaybookPaused  Reason = "playbook_paused"   // planned: waits until the playbook goes on
	PlaybookEnded   Reason = "playbook_ended"    // suppressed
	Retrying        Reason = "retrying"          // planned: surely not sent, tried again later
	GaveUp          Reason = "gave_up"           // rejected: no attempt left
	Interrupted     Reason = "interrupted"       // unknown: the program ended during the call
	NoAnswer        Reason = "no_answer"         // unknown: the request was written, no answer came
	Refused         Reason = "refused"           // rejected by the other side
	ServerError     Reason = "server_error"      // unknown: the other side failed while it had the request
	Unreachable     Reason = "unreachable"       // no connection
	RateLimited     Reason = "rate_limited"      // the other side asks to wait
	BlockedAddress  Reason = "blocked_address"   // rejected: the endpoint's address is not allowed
	ResolvedSent    Reason = "resolved_sent"     // accepted: a human found that it was sent
	ResolvedNotSent Reason = "resolved_not_sent" // rejected: a human found that it was not sent
	NoContact       Reason = "no_contact"        // suppressed, rejected: nobody of the staff has this customer as a contact
	OtherStaff      Reason = "other_staff"       // suppressed: only staff who are not asked have the customer
	StaffFull       Reason = "staff_full"        // planned, expired: the member had been asked to confirm enough that day
	StaffGone       Reason = "staff_gone"        // suppressed: whoever has the customer has left or may not contact customers
	Duplicate       Reason = "duplicate"         // rejected: the same message is on its way to the customer already
	Stopped         Reason = "stopped"           // suppressed, expired: a human stopped it
	Unconfirmed     Reason = "unconfirmed"       // expired: nobody confirmed in time
	NotReported     Reason = "not_reported"      // rejected: the platform's result leaves the customer out
	Account         Reason = "account"           // planned: the endpoint's account cannot send: credentials, rights, balance
	WindowClosed    Reason = "window_closed"     // rejected: the customer has not written lately, as the platform demands
)

// Touch is what a playbook wants sent.
type Touch struct {
	Playbook      string
	Version       int
	Run           string
	Step          string
	Occurrence    int    // from 1
	Ord           uint32 // the customer's record
	Channel       string
	Endpoint      string
	Transactional bool // exempt from consent, quiet hours and caps
	TriggerSeq    uint64
	TriggerAt     time.Time
	Due           time.Time
	ExpiresAt     time.Time
	Priority      int    // 1 to 100, the higher first; 0 is DefaultPriority
	Value         int64  // expected of it, in minor units of the brand's currency
	Suppress      Reason // not "": it is only recorded, as suppressed
	Detail        string // with Suppress: the rule that refused it
}

// DefaultPriority is the priority of a touch that says none.
const DefaultPriority = 50

// Delivery is one row of the ledger.
type Delivery struct {
	ID            string
	Playbook      string
	Version       int
	Run           string
	Step          string
	Occurrence    int
	Ord           uint32
	Channel       string
	Endpoint      string
	Transactional bool
	TriggerSeq    uint64
	TriggerAt     time.Time
	State         State
	Reason        Reason
	Detail        string
	Attempt       int // calls made so far
	PlannedAt     time.Time
	Due           time.Time
	ExpiresAt     time.Time
	DispatchedAt  time.Time // zero: never
	SettledAt     time.Time // zero: still open
	ProviderID    string
	Grouped       bool // travels with others; see PlanMany
	Priority      int
	Value         int64 // expected when it was planned, in minor units
}

// Plan records a touch with the batch that is on its way. It is written by Flush.
func (s *Service) Plan(t Touch) { s.pending = append(s.pending, t) }

// OnEvent notes consent given or withdrawn, under the record leaf.
func (s *Service) OnEvent(ev *event.Event, leaf uint32) {
	if ev.Name == event.ConsentGiven || ev.Name == event.ConsentWithdrawn {
		if c, ok := readConsent(ev, leaf); ok {
			s.news = append(s.news, c)
		}
	}
}

// Forget drops what was not flushed: the batch has failed.
func (s *Service) Forget() { s.pending, s.news = nil, nil }

// Flush writes planned touches with their jobs, and consents, in ctx's transaction.
func (s *Service) Flush(ctx context.Context) error {
	if len(s.news) > 0 {
		if err := s.saveConsents(ctx, s.news); err != nil {
			return fmt.Errorf("save consents: %w", err)
		}
		s.news = s.news[:0]
	}
	if len(s.pending) == 0 {
		return nil
	}
	if err := s.insert(ctx, s.pending); err != nil {
		return fmt.Errorf("plan touches: %w", err)
	}
	s.pending = s.pending[:0]
	return nil
}

// insert writes rows and jobs of touches. Its caller has a transaction.
func (s *Service) insert(ctx context.Context, touches []Touch) error {
	now := s.Clock.Now()
	rows := make([]any, 0, len(touches)*len(deliveryColumns))
	var jobs []job.Job
	for _, t := range touches {
		d := t.delivery(id.New("dlv"), now)
		if d.State == Planned {
			jobs = append(jobs, deliverJob(d))
		}
		rows = d.row(rows)
	}
	if err := s.DB.InsertMany(ctx, "delivery", deliveryColumns, rows, ""); err != nil {
		return err
	}
	if err := s.changed(ctx, int64(len(touches))); err != nil {
		return err
	}
	return s.Jobs.Put(ctx, jobs...)
}

// delivery is the row of a touch that is planned now.
func (t Touch) delivery(key string, now time.Time) Delivery {
	d := Delivery{
		ID: key, Playbook: t.Playbook, Version: t.Version, Run: t.Run, Step: t.Step, Occurrence: t.Occurrence,
		Ord: t.Ord, Channel: t.Channel, Endpoint: t.Endpoint, Transactional: t.Transactional,
		TriggerSeq: t.TriggerSeq, TriggerAt: t.TriggerAt, State: Planned, PlannedAt: now, Due: t.Due, ExpiresAt: t.ExpiresAt,
		Priority: t.Priority, Value: t.Value,
	}
	if d.Priority == 0 {
		d.Priority = DefaultPriority
	}
	if t.Suppress != "" {
		d.State, d.Reason, d.Detail, d.SettledAt = Suppressed, t.Suppress, t.Detail, now
	}
	return d
}

func deliverJob(d Delivery) job.Job {
	return job.Job{Kind: deliverKind, Key: d.ID, Queue: queueOf(d.Channel, d.Endpoint), Due: d.Due}
}

func queueOf(channel, endpoint string) string { return channel + "/" + endpoint }

// claim is the delivery in the eyes of the allocation.
func (d *Delivery) claim() *Claim {
	return &Claim{ID: d.ID, Channel: d.Channel, Playbook: d.Playbook, Priority: d.Priority, Value: d.Value, Due: ms(d.Due)}
}
