// Package flow owns what a playbook says and how somebody goes through it: the definition,
// its checks, and the machine that takes a run from step to step.
//
// A definition is a tree: a step may have ways (a branch, a split, a wait with a time-out),
// each with steps of its own, and all ways join again behind it. So a run only goes forward
// and always ends. The machine knows neither storage nor clock: it asks a World, and the
// same machine carries live runs, a test run with a simulated clock and a replay on
// history.
//
//	Start ──▶ walks ──comes to a wait──▶ waits ──Due, signal or rule──▶ walks ─┐
//	            ▲ │                        │                                   │
//	            │ └── no more steps ──▶ done                                   │
//	            │                          ├── the goal happens ──▶ goal       │
//	            │                          ├── an exit happens ───▶ exited     │
//	            │                          └── Finish ──▶ stopped, moved ...   │
//	            └──────────────────────────────────────────────────────────────┘
//
// Promises. A transition is a function of the run, the world's answers and the time: the
// same again gives the same acts and history. It works on a copy, so an error leaves the
// run as it was. A run waits with a Due, or has ended. Each step is done at most once.
// Nothing times out before its time. When several things could move a run at once, the
// order is: goal, exits as written, what the step waits for, its time-out. A run that is
// held out takes the same way and does nothing.
package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/event"
	"yutang/internal/rule"
	"yutang/internal/template"
)

// The kinds of step, as the document names them.
const (
	KindSend      = "send"
	KindTask      = "task"
	KindPost      = "post"
	KindWait      = "wait"
	KindWaitUntil = "wait_until"
	KindWaitFor   = "wait_for"
	KindBranch    = "branch"
	KindSplit     = "split"
	KindHoldout   = "holdout"
	KindUpdate    = "update"
	KindCoupon    = "coupon"
	KindStart     = "start"
	KindStop      = "stop"
	KindWebhook   = "webhook"
	KindGoal      = "goal"
	KindExit      = "exit"
)

// Flow is a checked definition, ready to run. It does not change and is safe for
// concurrent use. In Definition the defaults are filled in.
type Flow struct {
	Definition Definition
	Steps      []*Op         // the tree, each step before those inside it
	Rules      []Rule        // World.Match names them by index
	Events     []string      // names that waits, goal and exits listen to, sorted
	Where      rule.Where    // of the trigger
	Only       int           // the trigger's rule in Rules: who matches it starts; -1 everybody does
	Late       time.Duration // how late a run may still start
	Again      time.Duration // Reentry as a duration, 0 if it is a word

	goal  *cond
	exits []*cond
	index map[string]int
}

// Rule is a rule on the customer with its place in the document.
type Rule struct {
	*rule.Rule
	Pointer string
}

// Op is a step in its place. Index is its place in Flow.Steps.
type Op struct {
	Step    *Step
	Index   int
	Pointer string // JSON pointer in the document
	Kind    string
	Next    int // what comes after it and all that is inside it; len(Steps) is the end
	Ways    []Way
	Within  time.Duration // wait: how long; wait_for and task: until the time-out; send and coupon: until it expires

	Content  *template.Content   // send, post and webhook, nil with a material or variants
	Contents []*template.Content // of a send's variants, in order; nil for a material
	Title    *template.Text      // task
	Script   *template.Text      // task, nil without
	Scripts  []*template.Text    // of a task's variants

	cond  *cond        // wait_for
	cases []*cond      // branch: Rule or Where
	until *until       // wait_until
	arms  []Assignment // split, holdout, and variants
}

// Way is a list of steps inside a step. First is its first step, or what comes after the
// outer step if it is empty. Ways are named after the case or arm, or "else"; those of
// wait_for are "met" and "timed_out".
type Way struct {
	Name  string
	First int
}

// Assignment is an arm with its planned share.
type Assignment struct {
	Arm     string
	Percent float64
}

// Names of ways and arms that the document does not name.
const (
	WayElse      = "else"
	ArmControl   = "control"
	ArmTreatment = "treatment"
)

// cond is a condition, compiled.
type cond struct {
	*Condition
	pointer string
	rule    int // in Flow.Rules, -1 none
	where   rule.Where
}

// Index finds a step by its id.
func (f *Flow) Index(stepID string) (int, bool) {
	i, ok := f.index[stepID]
	return i, ok
}

// Waits says whether runs rest in the step.
func (op *Op) Waits() bool {
	switch op.Kind {
	case KindWait, KindWaitUntil, KindWaitFor:
		return true
	case KindTask:
		return op.Step.Task.Wait
	}
	return false
}

// Acts says whether the step does something through World.Perform.
func (op *Op) Acts() bool {
	return slices.Contains([]string{KindSend, KindTask, KindPost, KindUpdate, KindCoupon, KindStart, KindStop, KindWebhook}, op.Kind)
}

// Arms are the arms that the step assigns, in order, nil if it is no experiment.
func (op *Op) Arms() []Assignment { return op.arms }

// Variant is the place of a variant of this name, -1 if there is none.
func (op *Op) Variant(name string) int {
	return slices.IndexFunc(op.arms, func(a Assignment) bool { return a.Arm == name })
}

// Experiment is the name under which step i assigns arms in a playbook; with i = -1 that
// of the definition's own holdout.
func (f *Flow) Experiment(playbook string, i int) string {
	if i < 0 {
		return named(f.Definition.Experiment, playbook)
	}
	s := f.Steps[i].Step
	own := ""
	switch f.Steps[i].Kind {
	case KindSend:
		own = s.Send.Experiment
	case KindTask:
		own = s.Task.Experiment
	case KindSplit:
		own = s.Split.Experiment
	case KindHoldout:
		own = s.Holdout.Experiment
	}
	return named(own, playbook+"/"+s.ID)
}

func named(own, other string) string {
	if own != "" {
		return own
	}
	return other
}

// Share is the planned share of an arm of step i in percent, 0 for none of its arms; with
// i = -1 of the definition's own holdout.
func (f *Flow) Share(i int, arm string) float64 {
	arms := holdoutArms(f.Definition.Holdout)
	if i >= 0 {
		arms = f.Steps[i].arms
	}
	for _, a := range arms {
		if a.Arm == arm {
			return a.Percent
		}
	}
	return 0
}

func holdoutArms(percent float64) []Assignment {
	return []Assignment{{ArmControl, percent}, {ArmTreatment, 100 - percent}}
}

// KeyOf is the run's key in the properties of an event, ok false if there is none. Numbers
// and texts that read the same are the same key.
func (f *Flow) KeyOf(props []event.Prop) (key string, ok bool) {
	for _, p := range props {
		if p.Key == f.Definition.Key && f.Definition.Key != "" {
			return keyText(p.Value)
		}
	}
	return "", false
}

// MaxKey bounds a run's key, in bytes.
const MaxKey = 200

// IsKey says whether a text can be a run's key: what databases store and index.
func IsKey(text string) bool {
	return text != "" && len(text) <= MaxKey && utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

func keyText(v event.Value) (string, bool) {
	switch v.Kind {
	case event.String:
		return v.Str, IsKey(v.Str)
	case event.Number:
		return v.Num.String(), true
	case event.Bool:
		return strconv.FormatBool(v.Num != 0), true
	}
	return "", false
}

// PerCustomer is how many runs of one customer may go on at once, 0 unlimited.
func (f *Flow) PerCustomer() int {
	if n := f.Definition.Limit.PerCustomer; n > 0 || f.Definition.Key != "" {
		return n
	}
	return 1
}

// String is the flow for a person who debugs.
func (f *Flow) String() string {
	return fmt.Sprintf("%s: %d steps, %d rules", f.Definition.Name, len(f.Steps), len(f.Rules))
}
