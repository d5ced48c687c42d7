package tag

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
)

// Message ids of our own events begin with one of these. Here: the platform knows it
// already, or a push of its own was put. Name: a definition has changed, and the platform
// with it. Wide: all contacts of the customer are to follow.
const (
	here   = "tag.here/"
	naming = "tag.name/"
	wide   = "tag.wide/"
)

// Renamed is the event of a customer whose tag got another name: no act on the customer.
const Renamed = "Tag Renamed"

// outgoing is one event on its way to the road. Either Leaf or Corp and External name the
// customer, and either Tag or Label the tag.
type outgoing struct {
	Message                string
	Corp, External, Member string
	Leaf                   uint32
	Tag, Label             string
	Put                    bool
	At                     int64 // ms
	Why                    string
}

// spread asks that the contacts of a customer follow the customer's state of a tag.
type spread struct {
	Leaf uint32
	Tag  string
	At   int64
}

// OnEvent notes that an event has changed tags that the platform must hear of. Writer only.
func (s *Service) OnEvent(_ context.Context, ev *event.Event, _, leaf uint32) error {
	if len(ev.Tags) == 0 || ev.SourceID == s.Source && (strings.HasPrefix(ev.MessageID, here) || strings.HasPrefix(ev.MessageID, naming)) {
		return nil
	}
	known, now := s.known.Load(), s.Clock.Now().UnixMilli()
	for _, op := range ev.Tags {
		for _, t := range known.label[op.Tag] {
			if t.Remote != "" {
				s.spreads = append(s.spreads, spread{leaf, t.ID, now})
			}
		}
	}
	return nil
}

// OnTransition gives who enters an audience its rule tags and takes them from who leaves.
// Writer only.
func (s *Service) OnTransition(_ context.Context, audience string, entered bool, _, leaf uint32, at int64, seq uint64) error {
	for _, t := range s.known.Load().audience[audience] {
		s.transitions = append(s.transitions, outgoing{
			Message: fmt.Sprintf("%srule/%s/%d/%d/%d/%t", wide, t.ID, leaf, at, seq, entered),
			Leaf:    leaf, Tag: t.ID, Put: entered, At: at, Why: "audience " + audience,
		})
	}
	return nil
}

// Flush writes what OnEvent and OnTransition noted, in the batch's transaction.
func (s *Service) Flush(ctx context.Context) error {
	if len(s.transitions) == 0 && len(s.spreads) == 0 {
		return nil
	}
	if err := s.post(ctx, s.transitions, s.spreads); err != nil {
		return fmt.Errorf("save tag changes: %w", err)
	}
	s.transitions, s.spreads = s.transitions[:0], s.spreads[:0]
	return nil
}

// Load reads the definitions and forgets what was not flushed.
func (s *Service) Load(ctx context.Context) error {
	s.transitions, s.spreads = nil, nil
	return s.reload(ctx)
}

// atOnce is how many events or spreads are worked on together.
const atOnce = 500

// step moves some of what waits: events to the road first, then customers' states to their
// contacts.
func (s *Service) step(ctx context.Context) (more bool, err error) {
	out, err := s.selectOutbox(ctx, atOnce)
	if err != nil {
		return false, fmt.Errorf("read tag events: %w", err)
	}
	if len(out) > 0 {
		return true, s.drain(ctx, out)
	}
	some, err := s.selectSpreads(ctx, atOnce)
	if err != nil || len(some) == 0 {
		return false, err
	}
	return true, s.expand(ctx, some)
}

// drain submits events and takes them out of the outbox. Where the customer's record
// decides otherwise, since a newer act stands in it, the contacts are to follow that.
func (s *Service) drain(ctx context.Context, out []outgoing) error {
	if err := s.submit(ctx, out); err != nil {
		return fmt.Errorf("submit tag events: %w", err)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.deleteOutbox(ctx, out); err != nil {
			return err
		}
		return s.post(ctx, nil, s.overruled(out))
	})
}

// overruled lists the tags for which the record of a customer does not say what the newest
// of out said.
func (s *Service) overruled(out []outgoing) (spreads []spread) {
	type place struct {
		leaf uint32
		tag  string
	}
	newest := map[place]outgoing{}
	known, now := s.known.Load(), s.Clock.Now().UnixMilli()
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	for _, o := range out {
		if strings.HasPrefix(o.Message, here) && o.Tag != "" {
			newest[place{s.leafOf(o), o.Tag}] = o
		}
	}
	for p, o := range newest {
		if t := known.tags[p.tag]; t != nil && p.leaf != 0 && s.carries(p.leaf, t.Label) != o.Put {
			spreads = append(spreads, spread{p.leaf, p.tag, now})
		}
	}
	return spreads
}

// leafOf is the record that an event is about, 0 if nobody is known by it. A lock is held.
func (s *Service) leafOf(o outgoing) uint32 {
	if o.Leaf != 0 {
		return o.Leaf
	}
	leaf, _ := s.Identity.LookupLeaf(identityOf(o.Corp, o.External))
	return leaf
}

// carries says whether the customer of a record has a label. A lock is held.
func (s *Service) carries(leaf uint32, label string) bool {
	set, ok := s.Customers.HasTag(label)
	return ok && set.Contains(s.Timeline.Root(leaf))
}

func identityOf(corp, external string) event.Identity {
	return event.Identity{Type: "external_userid:" + corp, Value: external}
}

// submit sends events down the road. If one of them is refused as invalid they go one by
// one, and that one is given up.
func (s *Service) submit(ctx context.Context, out []outgoing) error {
	var evs []*event.Event
	for _, o := range out {
		if ev := s.event(o); ev != nil {
			evs = append(evs, ev)
		}
	}
	if len(evs) == 0 {
		return nil
	}
	_, err := s.Submit.SubmitEvents(ctx, evs)
	if !fault.Is(err, fault.Invalid) || len(evs) == 1 {
		return giveUp(err)
	}
	for _, ev := range evs {
		if _, err := s.Submit.SubmitEvents(ctx, []*event.Event{ev}); giveUp(err) != nil {
			return err
		}
	}
	return nil
}

// giveUp is err, but nil for what will never be accepted.
func giveUp(err error) error {
	if fault.Is(err, fault.Invalid) {
		slog.Warn("a tag event was refused and is given up", "err", err)
		return nil
	}
	return err
}

// event is what o says, nil if its tag exists no more.
func (s *Service) event(o outgoing) *event.Event {
	props := map[string]string{}
	if o.Tag != "" {
		t := s.known.Load().tags[o.Tag]
		if t == nil {
			return nil
		}
		o.Label, props["tag_id"] = t.Label, t.ID
	}
	props["tag"] = o.Label
	for name, v := range map[string]string{"corp": o.Corp, "staff": o.Member, "why": o.Why} {
		if v != "" {
			props[name] = v
		}
	}
	ev := &event.Event{
		SourceID: s.Source, MessageID: o.Message, Name: event.TagRemoved, Ord: o.Leaf,
		At: time.UnixMilli(o.At).UTC(), ReceivedAt: s.Clock.Now(), Tags: []event.TagOp{{Tag: o.Label, Remove: !o.Put}},
	}
	if o.Put {
		ev.Name = event.TagAdded
	}
	if o.External != "" {
		ev.Ord, ev.Identities = 0, []event.Identity{identityOf(o.Corp, o.External)}
	}
	ev.Props, _ = json.Marshal(props)
	return ev
}

// expand turns spreads into pushes to each active contact. A spread waits while events of
// the same customer are on their way to the road.
func (s *Service) expand(ctx context.Context, some []spread) error {
	known, now := s.known.Load(), s.Clock.Now()
	type work struct {
		spread
		tag    *Tag
		leaves []uint32
		pairs  []Pair
	}
	var all []work
	for _, sp := range some {
		w := work{spread: sp, tag: known.tags[sp.Tag]}
		if w.tag != nil && w.tag.Remote != "" {
			var err error
			if w.leaves, w.pairs, err = s.contacts(ctx, sp.Leaf, w.tag.Corp); err != nil {
				return err
			}
		}
		all = append(all, w)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		var pushes []push
		for _, w := range all {
			waits, err := s.onTheWay(ctx, w.leaves, w.pairs)
			if err != nil {
				return err
			}
			if waits {
				continue
			}
			if len(w.pairs) > 0 {
				put := s.carriesNow(w.Leaf, w.tag.Label)
				for _, p := range w.pairs {
					pushes = append(pushes, push{Corp: p.Corp, External: p.External, Member: p.User, Tag: w.Tag, Put: put, At: now.UnixMilli()})
				}
			}
			if err := s.deleteSpread(ctx, w.spread); err != nil {
				return err
			}
		}
		return s.want(ctx, pushes)
	})
}

func (s *Service) carriesNow(leaf uint32, label string) bool {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	return s.carries(leaf, label)
}

// contacts are all records of the customer of leaf, and their active contacts in corp.
func (s *Service) contacts(ctx context.Context, leaf uint32, corp string) ([]uint32, []Pair, error) {
	leaves, err := s.Timeline.Records(leaf)
	if err != nil {
		return nil, nil, err
	}
	pairs, err := s.Contacts(ctx, leaves)
	if err != nil {
		return nil, nil, fmt.Errorf("contacts of customer %d: %w", leaf, err)
	}
	return leaves, slices.DeleteFunc(pairs, func(p Pair) bool { return p.Corp != corp }), nil
}
