package contact

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"yutang/internal/db"
	"yutang/internal/event"
)

// Person is what the platform tells of an external contact.
type Person struct {
	Name    string
	UnionID string
	Gender  int // 0 unknown, 1 male, 2 female
	Type    int // 1 WeChat, 2 WeCom
}

// Seen is a relation as the platform describes it.
type Seen struct {
	User, External string
	AddedAt        time.Time
	AddWay         int
	State          string // of the contact way or link it came through
	Tags           []string
	Remark         string
	Description    string
	Company        string
	Mobiles        []string
	Person         Person
}

// digest is a keyed fingerprint of all that the platform says about a relation.
func (s *Service) digest(external string, seen *Seen) []byte {
	copied := *seen
	copied.User, copied.Tags = "", slices.Sorted(slices.Values(seen.Tags))
	copied.External, copied.AddedAt = external, seen.AddedAt.UTC()
	blind := s.Box.Blind("contact", text(copied))
	return blind[:]
}

// IdentityOf is the identity by which an external contact of a corp is known.
func IdentityOf(corp, external string) event.Identity {
	return event.Identity{Type: "external_userid:" + corp, Value: external}
}

// person is what changes for a customer as a whole.
type person struct {
	told
	details *Person
	users   []string // active staff
	active  int
	channel string // became known after the addition
	known   int    // relations that were ever active, before this work
	tell    bool
}

// meet works out what each customer's record is to be told.
func (w *work) meet(ctx context.Context) error {
	byExternal := map[string]*person{}
	for _, c := range w.changes {
		p := byExternal[c.external]
		if p == nil {
			var err error
			if p, err = w.person(ctx, c.external); err != nil {
				return err
			}
			byExternal[c.external] = p
			w.people = append(w.people, p)
		}
		if c.seen != nil {
			p.details = &c.seen.Person
		}
		if c.filled && c.after.Channel != c.before.Channel && c.before.Channel == "" && len(c.steps) == 0 {
			p.channel = c.after.Channel
		}
	}
	for _, p := range w.people {
		w.weighPerson(p)
	}
	return nil
}

// person loads one customer with the relations as this work leaves them.
func (w *work) person(ctx context.Context, external string) (*person, error) {
	t, ok := w.known.people[external]
	if !ok {
		t = told{corp: w.corp, external: external}
	}
	var all []holder
	for _, r := range w.known.relations[external] {
		all = append(all, r.holder())
	}
	for _, leaf := range w.others(t.leaf) {
		more, err := w.holders(ctx, leaf)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	p := &person{told: t}
	for _, h := range all {
		if h.external == external && h.corp == w.corp && h.count > 0 {
			p.known++
		}
	}
	for _, c := range w.changes {
		if c.external == external {
			all = slices.DeleteFunc(all, func(h holder) bool { return h.corp == w.corp && h.external == external && h.user == c.user })
			all = append(all, holder{w.corp, c.user, external, c.after.State, c.after.Count})
		}
	}
	for _, h := range all {
		if h.state == Active {
			p.users = append(p.users, h.user)
			p.active++
		}
	}
	slices.Sort(p.users)
	p.users = slices.Compact(p.users)
	return p, nil
}

// others are the other records of the person whom leaf belongs to.
func (s *Service) others(leaf uint32) []uint32 {
	if leaf == 0 {
		return nil
	}
	leaves, err := s.Timeline.Records(leaf)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(leaves, func(l uint32) bool { return l == leaf })
}

// weighPerson decides whether the record is told anything, and counts the drift.
func (w *work) weighPerson(p *person) {
	holders := w.Box.Blind("contact_holders", text(p.users)+strconv.Itoa(p.active))
	if !bytes.Equal(holders[:], p.holders) {
		p.tell, p.holders = true, holders[:]
	}
	if p.details != nil {
		details := w.Box.Blind("contact_person", text(*p.details))
		if !bytes.Equal(details[:], p.told.details) {
			if len(p.told.details) > 0 {
				w.drift[DriftPerson]++
			}
			p.tell, p.told.details = true, details[:]
		} else {
			p.details = nil
		}
	}
	if p.tell = p.tell || p.channel != ""; p.tell {
		p.version++
	}
}

// submit sends everything down the road and learns the customers' records.
func (w *work) submit(ctx context.Context) error {
	var evs []*event.Event
	for _, p := range w.people {
		if p.tell {
			evs = append(evs, w.identified(p))
		}
	}
	for _, c := range w.changes {
		evs = append(evs, w.events(c)...)
	}
	if len(evs) > 0 {
		if _, err := w.Submit.SubmitEvents(ctx, evs); err != nil {
			return fmt.Errorf("submit contact events: %w", err)
		}
	}
	w.learnLeaves()
	return nil
}

func (w *work) learnLeaves() {
	leaves := map[string]uint32{}
	w.Timeline.RLock()
	for _, p := range w.people {
		if leaf, ok := w.Identity.LookupLeaf(IdentityOf(w.corp, p.external)); ok {
			p.leaf = leaf
		}
		leaves[p.external] = p.leaf
	}
	w.Timeline.RUnlock()
	for _, c := range w.changes {
		c.after.Leaf = leaves[c.external]
	}
}

// identified tells a customer's record what is known of the person now. It goes before
// the events of the relation, so that who acts on those sees it.
func (w *work) identified(p *person) *event.Event {
	set := func(name string, v any) event.TraitOp {
		raw, _ := json.Marshal(v) // texts and numbers always marshal
		return event.TraitOp{Action: event.TraitSet, Name: name, Value: raw}
	}
	users := p.users
	if users == nil {
		users = []string{}
	}
	ev := w.event(event.Identified, fmt.Sprintf("person:%s:%s:%d:%x", w.corp, p.external, p.version, digestOf(p)), p.external, w.now)
	ev.Traits = append(ev.Traits, set("staff", users), set("contacts", p.active))
	if p.channel != "" {
		once := set("channel", p.channel)
		once.Action = event.TraitSetOnce
		ev.Traits = append(ev.Traits, once)
	}
	if d := p.details; d != nil {
		if d.UnionID != "" {
			ev.Identities = append(ev.Identities, event.Identity{Type: "unionid", Value: d.UnionID})
		}
		if d.Name != "" {
			ev.Traits = append(ev.Traits, set("name", d.Name))
		}
		if gender := genders[d.Gender]; gender != "" {
			ev.Traits = append(ev.Traits, set("gender", gender))
		}
		if kind := accountKinds[d.Type]; kind != "" {
			ev.Traits = append(ev.Traits, set("external_type", kind))
		}
	}
	return ev
}

// digestOf makes the message id differ when what is told differs.
func digestOf(p *person) []byte {
	out := slices.Concat(p.told.details[:min(len(p.told.details), 4)], p.holders[:min(len(p.holders), 4)])
	return append(out, byte(len(p.channel)))
}

var (
	genders      = map[int]string{1: "male", 2: "female"}
	accountKinds = map[int]string{1: "wechat", 2: "wecom"}
)

func (w *work) event(name, message, external string, at time.Time) *event.Event {
	return &event.Event{
		SourceID: w.Source, MessageID: message, Name: name, At: at, ReceivedAt: w.now,
		Identities: []event.Identity{IdentityOf(w.corp, external)},
	}
}

// reasons says why a relation ended.
var reasons = map[mark]string{markDeleted: "staff", markTransferred: "transfer", markGone: "unknown"}

var eventNames = map[Kind]string{
	Added: event.ContactAdded, HalfAdded: event.ContactHalfAdded, WasLost: event.ContactLost,
	WasDeleted: event.ContactDeleted, WasTransferred: event.ContactDeleted,
}

// events are the news of one relation, each at its own time.
func (w *work) events(c *change) []*event.Event {
	var out []*event.Event
	for _, f := range c.steps {
		kind := kindOf[f.mark]
		ev := w.event(eventNames[kind], fmt.Sprintf("contact:%s:%s:%s:%s:%d", w.corp, c.user, c.external, kind, f.at), c.external, db.Moment(f.at))
		props := w.props(c)
		if reason := reasons[f.mark]; reason != "" {
			props["reason"] = reason
		}
		if kind == Added {
			props["first"] = w.first(c)
		}
		if !f.mark.ends() && c.after.Channel != "" {
			raw, _ := json.Marshal(c.after.Channel)
			ev.Traits = []event.TraitOp{{Action: event.TraitSetOnce, Name: "channel", Value: raw}}
		}
		ev.Props = json.RawMessage(text(props))
		out = append(out, ev)
	}
	if c.edited && len(c.steps) == 0 {
		at := w.editTime(c)
		id := fmt.Sprintf("contact:%s:%s:%s:%s:%x", w.corp, c.user, c.external, Edited, append(c.before.digest[:8:8], c.after.digest[:8]...))
		ev := w.event(event.ContactEdited, fmt.Sprintf("%s:%d", id, c.before.ChangedAt.UnixMilli()), c.external, at)
		ev.Props = json.RawMessage(text(w.props(c)))
		out = append(out, ev)
	}
	return out
}

func (w *work) props(c *change) map[string]any {
	props := map[string]any{"corp": w.corp, "staff": c.user, "origin": c.origin}
	for name, v := range map[string]string{
		"channel": c.after.Channel, "code": c.after.CodeID, "code_name": c.after.CodeName, "state": c.after.Code, "add_way": WayName(c.after.AddWay),
	} {
		if v != "" {
			props[name] = v
		}
	}
	return props
}

// first says that the customer had no contact in this corp before.
func (w *work) first(c *change) bool {
	for _, p := range w.people {
		if p.external == c.external {
			return p.known == 0
		}
	}
	return false
}
