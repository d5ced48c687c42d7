package playbook

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/outreach"
)

// maxDepth is how many playbooks may set each other off within one transaction.
const maxDepth = 8

// Why an act failed: details of history.
const (
	tooDeep     = "chain_too_long" // playbooks set each other off without end
	noPlaybook  = "playbook_not_published"
	noRoom      = "not_available" // nothing here does such steps
	notCustomer = "not_a_customer"
)

func failed(why string) (flow.Result, error) {
	return flow.Result{Outcome: flow.Failed, Detail: why}, nil
}

// Perform does what a step says. Everything it makes has an id made of the run and the
// step, and is written with the batch.
func (w *world) Perform(r *flow.Run, i int, variant string) (flow.Result, error) {
	op := w.edition.Steps[i]
	customers := r.Subject.Kind == "" || r.Subject.Kind == flow.Customers
	switch op.Kind {
	case flow.KindTask:
		return w.task(r, op, variant)
	case flow.KindPost:
		return w.post(r, op)
	case flow.KindSend, flow.KindWebhook, flow.KindUpdate, flow.KindCoupon, flow.KindStart, flow.KindStop:
		if !customers {
			return failed(notCustomer)
		}
	}
	switch op.Kind {
	case flow.KindSend, flow.KindWebhook:
		w.s.Outreach.Plan(w.touch(r, op))
		return flow.Result{Outcome: flow.Planned, Detail: variant}, nil
	case flow.KindUpdate:
		return w.update(r, op)
	case flow.KindCoupon:
		return w.coupon(r, op)
	case flow.KindStart, flow.KindStop:
		return w.other(r, op)
	}
	return failed(noRoom)
}

// touchExpiry is how long a webhook step may take to reach its endpoint.
const touchExpiry = 24 * time.Hour

// touch is what a send or webhook step wants sent.
func (w *world) touch(r *flow.Run, op *flow.Op) outreach.Touch {
	now := moment(w.s.now)
	t := outreach.Touch{
		Playbook: r.Playbook, Version: w.edition.version, Run: r.ID, Step: op.Step.ID, Occurrence: 1, Ord: r.Subject.Ord,
		TriggerSeq: r.Seq, TriggerAt: moment(r.Started), Due: now, ExpiresAt: now.Add(op.Within), Priority: w.edition.Definition.Priority,
	}
	if op.Kind == flow.KindWebhook {
		t.Channel, t.Endpoint, t.Transactional, t.ExpiresAt = "webhook", op.Step.Webhook.Endpoint, true, now.Add(touchExpiry)
		return t
	}
	t.Channel, t.Endpoint, t.Transactional = op.Step.Send.Channel, op.Step.Send.Endpoint, op.Step.Send.Transactional
	if w.s.Value != nil && !t.Transactional {
		t.Value = w.s.Value(r.Playbook, op.Step.ID, w.root)
	}
	return t
}

// stamp is a short text that is the same for the same run and step.
func stamp(run, step string) string {
	sum := sha256.Sum256([]byte(run + "/" + step))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}

func (w *world) task(r *flow.Run, op *flow.Op, variant string) (flow.Result, error) {
	if w.s.Tasks == nil {
		return failed(noRoom)
	}
	w.s.Tasks.Plan(TaskOrder{
		ID: "tsk_" + stamp(r.ID, op.Step.ID), Playbook: r.Playbook, Name: w.edition.Definition.Name, Version: w.edition.version,
		Run: r.ID, Step: op.Step.ID, Variant: variant, Ord: r.Subject.Ord, Subject: r.Subject, Spec: *op.Step.Task,
		Priority: w.edition.Definition.Priority, At: moment(w.s.now), TriggerSeq: r.Seq,
	})
	return flow.Result{Outcome: flow.Planned, Detail: variant}, nil
}

func (w *world) post(r *flow.Run, op *flow.Op) (flow.Result, error) {
	if w.s.Posts == nil {
		return failed(noRoom)
	}
	w.s.Posts.Plan(PostOrder{
		ID: "pst_" + stamp(r.ID, op.Step.ID), Playbook: r.Playbook, Name: w.edition.Definition.Name, Version: w.edition.version,
		Run: r.ID, Step: op.Step.ID, Subject: r.Subject, Spec: *op.Step.Post, At: moment(w.s.now),
	})
	return flow.Result{Outcome: flow.Planned}, nil
}

// emit sends an event of the run's customer down the road, after the one that is handled
// now.
func (w *world) emit(r *flow.Run, op *flow.Op, part string, ev *event.Event, props map[string]any) error {
	props["playbook"], props["step"] = r.Playbook, op.Step.ID
	raw, err := json.Marshal(props)
	if err != nil {
		return err
	}
	ev.SourceID, ev.MessageID, ev.Ord = w.s.source, r.ID+"/"+op.Step.ID+part, r.Subject.Ord
	ev.At, ev.ReceivedAt, ev.Props = moment(w.s.now), moment(w.s.now), raw
	w.s.emitted = append(w.s.emitted, ev)
	w.s.depths[ev] = w.depth + 1
	return nil
}

// update changes the customer, by an event for traits and one for tags put on or taken off.
func (w *world) update(r *flow.Run, op *flow.Op) (flow.Result, error) {
	if w.depth >= maxDepth {
		return failed(tooDeep)
	}
	u := op.Step.Update
	var ops []event.TraitOp
	for _, name := range slices.Sorted(maps.Keys(u.Set)) {
		ops = append(ops, event.TraitOp{Action: event.TraitSet, Name: name, Value: u.Set[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(u.SetOnce)) {
		ops = append(ops, event.TraitOp{Action: event.TraitSetOnce, Name: name, Value: u.SetOnce[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(u.Increase)) {
		ops = append(ops, event.TraitOp{Action: event.TraitIncrement, Name: name, Value: json.RawMessage(u.Increase[name])})
	}
	for _, name := range u.Unset {
		ops = append(ops, event.TraitOp{Action: event.TraitUnset, Name: name})
	}
	for _, kind := range slices.Sorted(maps.Keys(u.Stage)) {
		if level := w.s.Customers.Level(kind); !reached(level, w.root, u.Stage[kind]) {
			value, _ := json.Marshal(u.Stage[kind])
			ops = append(ops, event.TraitOp{Action: event.TraitSet, Name: StageTrait + kind, Value: value})
		}
	}
	if len(ops) > 0 {
		if err := w.emit(r, op, "", &event.Event{Name: event.Identified, Traits: ops}, map[string]any{}); err != nil {
			return flow.Result{}, err
		}
	}
	if err := w.tag(r, op, event.TagAdded, "/tag", u.Tag); err != nil {
		return flow.Result{}, err
	}
	return flow.Result{Outcome: flow.Done}, w.tag(r, op, event.TagRemoved, "/untag", u.Untag)
}

func (w *world) tag(r *flow.Run, op *flow.Op, name, part string, tags []string) error {
	if len(tags) == 0 {
		return nil
	}
	ev := &event.Event{Name: name}
	for _, t := range tags {
		ev.Tags = append(ev.Tags, event.TagOp{Tag: t, Remove: name == event.TagRemoved})
	}
	return w.emit(r, op, part, ev, map[string]any{"tags": tags})
}

// StageTrait begins the names of the traits by which update steps lift customers to a
// stage: rules of stages may read them.
const StageTrait = "stage."

// reached says whether a customer is at a level already, or above it.
func reached(level *customer.LevelColumn, root uint32, name string) bool {
	at := slices.Index(level.Names(), name)
	return at >= 0 && level.Of(root) >= at
}

// coupon issues one: the mall hears of it by the event.
func (w *world) coupon(r *flow.Run, op *flow.Op) (flow.Result, error) {
	switch {
	case w.depth >= maxDepth:
		return failed(tooDeep)
	case w.s.Box == nil:
		return failed(noRoom)
	}
	code := couponCode(w.s.Box.Blind("coupon", r.ID+"/"+op.Step.ID))
	props := map[string]any{
		"coupon": code, "template": op.Step.Coupon.Template,
		"expires_at": moment(w.s.now).Add(op.Within).Format(time.RFC3339),
	}
	if op.Within == 0 {
		delete(props, "expires_at")
	}
	return flow.Result{Outcome: flow.Done}, w.emit(r, op, "", &event.Event{Name: event.CouponIssued}, props)
}

// couponCode is sixteen letters and digits that nobody guesses: 80 bits of a keyed
// fingerprint.
func couponCode(key [16]byte) string { return base32.StdEncoding.EncodeToString(key[:10]) }

// want is a step's wish that another playbook begins or ends for its customer. It is
// granted when the run at hand has come to rest.
type want struct {
	book  *book
	stop  bool
	root  uint32
	leaf  uint32
	seq   uint64
	at    int64
	by    string
	depth int
}

func (w *world) other(r *flow.Run, op *flow.Op) (flow.Result, error) {
	named, stop := op.Step.Start, false
	if named == nil {
		named, stop = op.Step.Stop, true
	}
	b := w.s.bookNamed(named.Playbook)
	switch {
	case b == nil || !stop && b.state != Published:
		return failed(noPlaybook)
	case !stop && w.depth >= maxDepth:
		return failed(tooDeep)
	}
	w.s.wants = append(w.s.wants, want{
		book: b, stop: stop, root: w.root, leaf: r.Subject.Ord, seq: r.Seq, at: w.s.now, by: r.Playbook, depth: w.depth + 1,
	})
	return flow.Result{Outcome: flow.Done, Detail: b.id}, nil
}

// bookNamed finds a playbook by id, or by the name of its published version.
func (s *Service) bookNamed(name string) *book {
	if b := s.books[name]; b != nil {
		return b
	}
	var found *book
	for _, b := range s.books {
		e := b.current()
		if e != nil && e.Definition.Name == name && b.state != Ended && (found == nil || b.num < found.num) {
			found = b
		}
	}
	return found
}
