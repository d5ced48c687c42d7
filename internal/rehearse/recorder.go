package rehearse

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/rule"
)

// Why is one thing that was asked: a case of a branch, or what a step waits for.
type Why struct {
	Case   string            `json:"case"`
	Result bool              `json:"result"`
	Rule   *rule.Explanation `json:"rule,omitempty" doc:"the rule's parts with what was found"`
	Text   string            `json:"text,omitempty" doc:"of what is no rule"`
}

type bitmap = roaring.Bitmap

func newBitmap() *bitmap { return roaring.New() }

var escape = strings.NewReplacer("~", "~0", "/", "~1").Replace

func join(list []string) string { return strings.Join(list, ", ") }

// recorder writes a trial down.
type recorder struct {
	*script
	assume  map[string]string
	trial   *Trial
	looks   []look         // messages and tasks to compose afterwards
	members map[int]string // who would get the task of a step
}

// look is a message or a task as the walk left it.
type look struct {
	at      int // in Trial.Steps
	step    int // of the flow
	variant string
}

func (r *recorder) refused(string) {}

func (r *recorder) began(_ *walker, p *passage) { r.trial.Holdout = p.Holdout }

func (r *recorder) ended(w *walker, p *passage) {
	r.trial.Ended, r.trial.Outcome, r.trial.Holdout = moment(w.now), string(p.End), p.Holdout
}

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// noted opens a step when the run comes there, and closes it when it goes on.
func (r *recorder) noted(w *walker, p *passage, e flow.Entry) {
	if e.Step < 0 {
		r.whole(w, e)
		return
	}
	if p.at == e.Step {
		s := &r.trial.Steps[len(r.trial.Steps)-1]
		s.Left, s.Outcome = moment(e.At), string(e.Outcome)
		if e.Detail != "" {
			s.Detail = e.Detail
		}
		s.Why = append(s.Why, r.reasons(w, e)...)
		return
	}
	p.at = e.Step
	op := r.Steps[e.Step]
	s := TrialStep{
		Step: op.Step.ID, Kind: op.Kind, Name: op.Step.Name, At: moment(e.At), Left: moment(e.At), Outcome: string(e.Outcome), Detail: e.Detail,
		Does: does(op),
	}
	_, s.Assumed = r.assume[op.Step.ID]
	s.Why = r.reasons(w, e)
	r.trial.Steps = append(r.trial.Steps, s)
	if (op.Kind == flow.KindSend || op.Kind == flow.KindTask) && e.Outcome == flow.Planned {
		r.looks = append(r.looks, look{len(r.trial.Steps) - 1, e.Step, e.Detail})
	}
}

// whole notes how the run ended when its goal or an exit ended it.
func (r *recorder) whole(w *walker, e flow.Entry) {
	if e.Outcome != flow.Goal && e.Outcome != flow.Exited {
		return
	}
	r.trial.Detail = e.Detail
	kind, ptr := flow.KindGoal, "/goal"
	if e.Outcome == flow.Exited && e.Detail != flow.AtStart {
		kind, ptr = flow.KindExit, e.Detail
	}
	r.trial.Steps = append(r.trial.Steps, TrialStep{
		Kind: kind, At: moment(e.At), Left: moment(e.At), Outcome: string(e.Outcome), Detail: e.Detail, Why: r.asked(w, ptr+"/rule", ""),
	})
}

// does is what a step without a message or a task says.
func does(op *flow.Op) any {
	switch op.Kind {
	case flow.KindUpdate:
		return op.Step.Update
	case flow.KindCoupon:
		return op.Step.Coupon
	case flow.KindStart:
		return op.Step.Start
	case flow.KindStop:
		return op.Step.Stop
	case flow.KindWebhook:
		return op.Step.Webhook.Endpoint
	}
	return nil
}

// reasons explains what a branch took, and what a wait saw.
func (r *recorder) reasons(w *walker, e flow.Entry) (out []Why) {
	op := r.Steps[e.Step]
	if _, assumed := r.assume[op.Step.ID]; assumed {
		return nil
	}
	switch op.Kind {
	case flow.KindWaitFor:
		return r.asked(w, op.Pointer+"/wait_for/rule", "")
	case flow.KindBranch:
		for i, k := range op.Step.Branch.Cases {
			if len(k.Rule) > 0 {
				out = append(out, r.asked(w, op.Pointer+"/branch/cases/"+strconv.Itoa(i)+"/rule", k.Name)...)
			} else {
				out = append(out, Why{Case: k.Name, Result: k.Name == e.Detail, Text: "conditions on the event that started the run"})
			}
			if k.Name == e.Detail {
				break
			}
		}
	case flow.KindSplit:
		if by := op.Step.Split.By; by != "" {
			return []Why{{Case: e.Detail, Result: true, Text: "drawn for the " + by + " " + w.Cluster(nil, by)}}
		}
		return []Why{{Case: e.Detail, Result: true, Text: "drawn for the customer"}}
	}
	return out
}

// asked explains the rule at a pointer of the document, if there is one.
func (r *recorder) asked(w *walker, ptr, name string) []Why {
	i := slices.IndexFunc(r.Rules, func(x flow.Rule) bool { return x.Pointer == ptr })
	if i < 0 {
		return nil
	}
	why := w.rules[i].Explain(w.root, w.now)
	return []Why{{Case: name, Result: why.Result, Rule: why}}
}

func (r *recorder) planned(*walker, *touch) bool { return true }

func (r *recorder) dispatched(w *walker, t *touch, a outreach.Answer) {
	for _, l := range r.looks {
		if l.step != t.step {
			continue
		}
		s := &r.trial.Steps[l.at]
		s.Message = &MessageLook{
			Channel: t.send.Channel, Endpoint: t.send.Endpoint, Variant: t.variant, Refuse: string(a.Refuse), Detail: a.Detail, Quiet: t.shifted,
			Transactional: t.send.Transactional,
		}
		if a.Refuse == "" {
			s.Message.SentAt = moment(w.now)
		}
	}
}

// tasked answers a task as the caller says.
func (r *recorder) tasked(w *walker, p *passage, i int, _ string) {
	op := r.Steps[i]
	if result := r.assume[op.Step.ID]; slices.Contains(op.Step.Task.Results, result) {
		w.answers = append(w.answers, answer{p, flow.Signal{Task: op.Step.ID, Result: result}})
	}
	r.members[i] = w.assignee(op.Step.Task)
}
