package flow

import (
	"time"

	"yutang/internal/event"
)

// Subject is who goes through a flow.
type Subject struct {
	Kind Kind   // "" is a customer
	Ord  uint32 // customers: the record it was started for
	Name string // staff: CORP/USERID; groups: CORP/CHATID; brand: ""
}

// Run is where a subject stands in a flow: plain data that a World keeps.
type Run struct {
	ID       string
	Playbook string
	Version  int
	Subject  Subject
	Key      string // value of the definition's key, "" none
	Seq      uint64 // event that started it, 0 none
	Started  int64  // when that happened, ms
	Holdout  bool   // walks through, and nothing is done; set before Start, or by a holdout step

	Step  int     // index of the step it waits in; len(steps) when it has ended
	Since int64   // when it came there, ms
	Due   int64   // when to look again, ms; 0 only when it has ended
	End   Outcome // "" while it goes on

	// Results are those of the run's tasks that were done, by step id; nil none. The
	// machine replaces the map and never writes into it.
	Results map[string]string
}

// Outcome says how a step, or a run, ended. Steps with ways note CASE, ARM and so on as
// detail.
type Outcome string

// The outcomes.
const (
	Entered  Outcome = "entered"   // it waits in the step
	Done     Outcome = "done"      // the step has done its work, or the run its steps
	Planned  Outcome = "planned"   // a touch or a task was handed over; its ledger tells the rest
	Took     Outcome = "took"      // a branch or a split took the way in detail
	Met      Outcome = "met"       // what was waited for happened
	TimedOut Outcome = "timed_out" // it did not
	HeldOut  Outcome = "held_out"  // the subject is in a control group: nothing was done
	Failed   Outcome = "failed"    // detail says why; the run goes on
	Goal     Outcome = "goal"      // the run ended by its goal
	Exited   Outcome = "exited"    // the run ended by an exit; detail says which
	Moved    Outcome = "moved"     // a new version took the run over
	Stopped  Outcome = "stopped"   // the playbook or somebody ended the run
)

// Entry is one line of a run's history. A step is noted once when it is over. One that
// waits is also noted when the run comes to it: entered, or for a task planned. The run as
// a whole is noted entered, moved, and once when it ends.
type Entry struct {
	Step    int // index; -1 the run as a whole
	At      int64
	Outcome Outcome
	Detail  string // the way taken, the variant, the reason
}

// Result is what came of an act.
type Result struct {
	Outcome Outcome
	Detail  string
}

// World is what a flow runs in: the live road, a test run, or a replay. Its times are ms.
type World interface {
	Now() int64
	// Zone is the zone of the run's subject; brand asks for the brand's.
	Zone(r *Run, brand bool) *time.Location
	// Match evaluates rule i of the flow for the run's customer now. next is when the
	// answer could change by itself, rule.Never if it cannot.
	Match(r *Run, i int) (match bool, next int64, err error)
	// Member says whether the run's customer is in an audience now.
	Member(r *Run, audience string) bool
	// Trigger is the scalar properties of the event that started the run.
	Trigger(r *Run) ([]event.Prop, error)
	// Cluster is the owner's userid or department of the run's customer, "" none.
	Cluster(r *Run, by string) string
	// Assigned is the arm that the run's customer has had before, "" none: it stays theirs
	// whatever a merge does to the draw.
	Assigned(r *Run, experiment string) string
	// Perform does what step i says, which is also r.Step: send, task, post, update, coupon, start, stop and
	// webhook. variant is the arm drawn, "" none. It is not called for held-out runs.
	Perform(r *Run, i int, variant string) (Result, error)
	// Expose notes that the customer was assigned to an arm of an experiment, by step
	// r.Step. Flow.Share tells the arm's planned share.
	Expose(r *Run, experiment, arm, cluster string)
	// Note keeps the history.
	Note(r *Run, e Entry)
}

// Signal is something that may wake a run, or end it.
//
// At says when it happened. What happened before the run started concerns it not; what
// happened before a time-out that nobody has acted on yet still counts.
type Signal struct {
	At       int64  // ms; 0 is now
	Event    string // name, "" none
	Props    []event.Prop
	Audience string // whose membership of the customer changed, "" none
	Entered  bool
	Task     string // id of the task step whose task of this run was done, "" none
	Result   string // of the task
}
