package masssend

import (
	"time"

	"yutang/internal/content"
)

// State is where a send stands; see the package comment.
type State string

// The states.
const (
	Draft      State = "draft"
	Scheduled  State = "scheduled"
	Collecting State = "collecting"
	Preparing  State = "preparing"
	Waiting    State = "waiting"
	Done       State = "done"
	Stopped    State = "stopped"
)

// Open says whether more will happen to the send by itself.
func (s State) Open() bool {
	return s == Scheduled || s == Collecting || s == Preparing || s == Waiting
}

// The kinds of chat.
const (
	Single = "single" // to customers
	Group  = "group"  // to customer groups
)

// Target says who is to get a message: an audience, customers by number, or all contacts.
// Staff narrows who may be asked to send; for groups, whose groups get it.
type Target struct {
	Audience  string   `json:"audience,omitempty"`
	Customers []string `json:"customers,omitempty"` // public ids
	Staff     []string `json:"staff,omitempty"`     // userids
	Chats     []string `json:"chats,omitempty"`     // groups by chat_id; none: all of Staff
}

// Options are how a message is sent. The zero value is usable.
type Options struct {
	Holdout       float64 `json:"holdout_percent,omitempty" minimum:"0" maximum:"90" doc:"share of customers who are not reached, to compare with"`
	Transactional bool    `json:"transactional,omitempty" doc:"exempt from consent, quiet hours and caps; not from the platform's quota"`
	CanFinish     bool    `json:"finish_late,omitempty" doc:"staff may still confirm after the deadline; otherwise it is taken back there"`
	Remind        []int   `json:"remind_after_minutes,omitempty" doc:"when staff who have not confirmed are reminded; at most 3 in 24 hours"`
	AllowSelect   bool    `json:"allow_select,omitempty" doc:"staff may leave customers out"`
}

// Send is one message to many.
type Send struct {
	ID          string
	Corp        string
	Name        string
	Chat        string
	Target      Target
	Content     content.Content
	Variants    []Variant // instead of Content; none: everybody gets Content
	Options     Options
	Priority    int
	State       State
	Reason      string
	ScheduledAt time.Time
	Deadline    time.Time
	CreatedBy   string
	CreatedAt   time.Time
	StartedAt   time.Time
	EndedAt     time.Time

	mark     string
	chosenTo string
	pool     string
}

// CallState is where a call stands; see the package comment.
type CallState string

// The states of a call.
const (
	CallPlanned    CallState = "planned"
	CallAttempting CallState = "attempting"
	CallUnknown    CallState = "unknown"
	CallHanded     CallState = "handed"
	CallDone       CallState = "done"
	CallDropped    CallState = "dropped"
)

// Call is one request to one member to send to some customers or groups.
type Call struct {
	Send        string
	N           int
	Staff       string
	Size        int
	State       CallState
	Reason      string
	Attempt     int
	Due         time.Time
	AttemptedAt time.Time
	MsgID       string
	HandedAt    time.Time
	ConfirmedAt time.Time
	CancelledAt time.Time
	EndedAt     time.Time
	Accepted    int
	Rejected    int
	Expired     int
	Reminded    []time.Time
	Variant     int // which message, from 1; 0: the send's own

	groups          bool // goes to groups, not to customers
	corp, mark      string
	fromOrd, toOrd  uint32
	firstID, lastID string
	looked          int
}

// maxPerCall is how many customers or groups the platform takes in one call.
const maxPerCall = 10_000
