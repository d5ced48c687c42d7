package playbook

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
)

// StartOrder asks for a run of one customer. ID is the caller's own name for it: asking
// twice with the same one is asking once.
type StartOrder struct {
	Customer uint32
	Key      string
	Props    json.RawMessage // what steps can read as the properties of the event
	ID       string
}

// Start begins a run by the event Playbook Requested, which takes the road like any other.
// The fault precondition tells why no run began.
func (s *Service) Start(ctx context.Context, playbook string, o StartOrder) (Run, error) {
	ev, err := s.request(ctx, playbook, o)
	if err != nil {
		return Run{}, err
	}
	if _, err := s.road.SubmitEvents(ctx, []*event.Event{ev}); err != nil {
		return Run{}, err
	}
	r, err := s.runOf(ctx, playbook, o.ID)
	if fault.Is(err, fault.NotFound) {
		return Run{}, fault.New(fault.Precondition, "not_started", "no run began: the customer had or has one that excludes it, a limit is reached, or the key is missing")
	}
	if err != nil {
		return Run{}, err
	}
	records, err := s.Timeline.Records(o.Customer)
	if err == nil && !slices.Contains(records, r.Ord) {
		err = fault.New(fault.Conflict, "id_taken", "the id %q started a run of another customer; give each run an id of its own", o.ID)
	}
	return r, err
}

// maxStartID bounds the id of an order.
const maxStartID = 200

func (s *Service) request(ctx context.Context, playbook string, o StartOrder) (*event.Event, error) {
	b, err := s.Get(ctx, playbook)
	switch {
	case err != nil:
		return nil, err
	case s.road == nil:
		return nil, fault.New(fault.Unavailable, "no_road", "runs cannot be started here")
	case b.State != Published:
		return nil, wrongState(b, "started")
	case o.ID == "" || len(o.ID) > maxStartID || strings.ContainsRune(o.ID, 0):
		return nil, fault.BadField("/id", "give the run an id of 1 to %d bytes, so that asking twice starts one", maxStartID)
	}
	p, err := s.plan(ctx, b.ID, b.Version)
	if err != nil {
		return nil, err
	}
	if kind := p.Definition.Subject; kind != "" && kind != flow.Customers {
		return nil, fault.New(fault.Precondition, "not_a_customer", "the subjects of this playbook are %ss; its schedule starts it", kind)
	}
	if err := checkKey(p.Definition.Key, o.Key); err != nil {
		return nil, err
	}
	if _, err := s.Timeline.Records(o.Customer); err != nil {
		return nil, err
	}
	props, err := o.props(b.ID, p.Definition.Key)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(props)
	now := s.Clock.Now()
	return &event.Event{
		SourceID: s.source, MessageID: "start/" + b.ID + "/" + o.ID, Name: Requested, Ord: o.Customer, At: now, ReceivedAt: now, Props: raw,
	}, err
}

func checkKey(name, key string) error {
	switch {
	case name != "" && key == "":
		return fault.BadField("/key", "the playbook has one run for each %s: say which", name)
	case key != "" && !flow.IsKey(key):
		return fault.BadField("/key", "is a text of 1 to %d bytes without control characters", flow.MaxKey)
	}
	return nil
}

// props are the properties of the event: the caller's, the key under its name, and what
// the road needs.
func (o StartOrder) props(playbook, key string) (map[string]json.RawMessage, error) {
	props := map[string]json.RawMessage{}
	if len(o.Props) > 0 {
		if err := json.Unmarshal(o.Props, &props); err != nil {
			return nil, fault.BadField("/properties", "must be an object")
		}
	}
	if props == nil { // null
		props = map[string]json.RawMessage{}
	}
	if key != "" && props[key] == nil {
		props[key], _ = json.Marshal(o.Key)
	}
	for name, value := range map[string]string{"playbook": playbook, "request": o.ID, "key": o.Key} {
		if value != "" {
			props[name], _ = json.Marshal(value)
		}
	}
	return props, nil
}

// requested begins the run that an event asks for.
func (s *Service) requested(ctx context.Context, ev *event.Event, t told) error {
	b := s.books[gjson.GetBytes(ev.Props, "playbook").Str]
	if b == nil || b.state != Published {
		return nil
	}
	o := t.order(b.current())
	o.key, o.origin = gjson.GetBytes(ev.Props, "key").Str, gjson.GetBytes(ev.Props, "request").Str
	if o.edition.Definition.Key == "" {
		o.key = ""
	}
	_, _, err := s.begin(ctx, o)
	return err
}

// TaskSettled tells a run that staff have answered a task of one of its steps. On the
// writer.
func (s *Service) TaskSettled(ctx context.Context, run, step, result string) error {
	r, err := s.GetRun(ctx, run)
	if err != nil {
		return err
	}
	if s.books[r.Playbook] == nil {
		return nil
	}
	s.tick()
	s.epoch++
	for _, at := range s.slab.of(nil, []uint32{r.Ord}) {
		if s.slab.slots[at].num != r.num {
			continue
		}
		err := s.step(ctx, at, 0, func(e *edition, fr *flow.Run) error {
			_, err := e.Signal(&s.world, fr, flow.Signal{Task: step, Result: result})
			return err
		})
		if err != nil {
			return err
		}
		return s.grant(ctx)
	}
	return nil
}

// StopRun ends a run that goes on. by names who did it.
func (s *Service) StopRun(ctx context.Context, run, by string) (Run, error) {
	err := s.do(ctx, func(ctx context.Context) error {
		r, err := s.GetRun(ctx, run)
		if err != nil {
			return err
		}
		s.tick()
		for _, at := range s.slab.of(nil, []uint32{r.Ord}) {
			if s.slab.slots[at].num == r.num {
				return s.stop(ctx, at, by)
			}
		}
		return fault.New(fault.Precondition, "run_ended", "run %s has ended already", run)
	})
	if err != nil {
		return Run{}, err
	}
	return s.GetRun(ctx, run)
}
