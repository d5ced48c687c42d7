package identity

import (
	"context"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/seal"
)

// candidate is one identity of the event being resolved.
type candidate struct {
	who     event.Identity
	key     seal.Blind
	policy  *TypePolicy
	leaf    uint32 // its owner; 0 if it is unknown
	waiting bool   // unknown, and no customer found yet that it could be attached to
}

// refusal is a link not made, before it is known who the event belongs to.
type refusal struct {
	cand   int
	other  uint32
	reason Reason
	over   *TypePolicy
}

// scratch is kept between events so that resolving allocates nothing.
type scratch struct {
	cands    []candidate
	refusals []refusal
	tally    map[uint16][2]int
}

// walk is the way through the identities of one event, strongest first.
type walk struct {
	*Service
	ev       *event.Event
	explicit bool   // the event says that its identities are one person
	day      int    // the event's day
	root     uint32 // the customer found so far, 0 none
	leaf     uint32 // owner of the strongest identity
	out      Resolution
}

// Resolve says who ev belongs to and learns what ev tells about its identities:
//
//   - The strongest identity decides; unknown ones are attached to its customer within the
//     limits; weaker ones that belong to others bring those in where the policy allows.
//   - What may not be linked stays where it is and is recorded as a conflict, once.
//   - If a stronger identity is new and cannot belong to the customer of a weaker one, it
//     starts a customer of its own.
//
// An event without identities belongs to the record that ev.Ord names, if any. The write
// lock is held, by the one writer. Memory only; see Flush.
func (s *Service) Resolve(_ context.Context, ev *event.Event) (Resolution, error) {
	if !prepared(ev) {
		s.Prepare(ev)
	}
	if len(ev.Keys) == 0 {
		return s.named(ev)
	}
	if leaf := s.soleOwner(ev.Keys); leaf != 0 {
		return Resolution{Leaf: leaf, Root: s.tl.Root(leaf)}, nil
	}
	w := walk{Service: s, ev: ev, explicit: ev.Alias != nil, day: dayOf(ev.At)}
	s.line(ev)
	for i := range s.scratch.cands {
		w.take(i)
	}
	w.settle()
	return w.out, nil
}

// named resolves an event that carries a customer's number instead of identities.
func (s *Service) named(ev *event.Event) (Resolution, error) {
	if ev.Ord == 0 {
		return Resolution{}, nil
	}
	if ev.Ord > s.forest.len() {
		return Resolution{}, fault.New(fault.NotFound, "customer_not_found", "there is no customer %d", ev.Ord)
	}
	return Resolution{Leaf: ev.Ord, Root: s.tl.Root(ev.Ord)}, nil
}

// soleOwner is the leaf that owns all keys, 0 if one is unknown or another's.
func (s *Service) soleOwner(keys [][16]byte) uint32 {
	leaf := s.index.owner(shorten(keys[0]))
	for _, key := range keys[1:] {
		if s.index.owner(shorten(key)) != leaf {
			return 0
		}
	}
	return leaf
}

// line puts the event's identities into the scratch, strongest first.
func (s *Service) line(ev *event.Event) {
	st := s.settings.Load()
	s.types.use(st)
	s.scratch.refusals = s.scratch.refusals[:0]
	line := s.scratch.cands[:0]
	for i, key := range ev.Keys {
		c := candidate{key: key, leaf: s.index.owner(shorten(key))}
		if i < len(ev.Identities) {
			c.who = ev.Identities[i]
		} else {
			c.who = *ev.Alias
		}
		c.policy = st.policy(c.who.Type)
		at := len(line)
		line = append(line, c)
		for ; at > 0 && line[at-1].policy.Priority > c.policy.Priority; at-- {
			line[at] = line[at-1]
		}
		line[at] = c
	}
	s.scratch.cands = line
}

func (w *walk) take(i int) {
	c := &w.scratch.cands[i]
	switch {
	case c.leaf != 0 && w.root != 0:
		w.join(i, c)
	case c.leaf != 0:
		w.begin(i, c)
	case w.root != 0:
		w.attach(i, c)
	case w.full(0, c.policy, c.who.Type, 1+w.countWaiting(c.who.Type)):
		w.refuse(i, 0, limitReason(c.policy), c.policy)
	default:
		c.waiting = true
	}
}

// begin makes the customer of the first known identity the event's, unless the stronger
// identities that wait cannot belong there.
func (w *walk) begin(i int, c *candidate) {
	root := w.tl.Root(c.leaf)
	for k := range w.scratch.cands[:i] {
		if s := &w.scratch.cands[k]; s.waiting && w.full(root, s.policy, s.who.Type, w.countWaiting(s.who.Type)) {
			w.refuse(i, root, limitReason(s.policy), s.policy)
			return
		}
	}
	w.root, w.leaf = root, c.leaf
	w.attachWaiting()
}

func (w *walk) attachWaiting() {
	for k := range w.scratch.cands {
		if c := &w.scratch.cands[k]; c.waiting {
			c.waiting = false
			w.own(c)
		}
	}
}

func (w *walk) countWaiting(typ string) (n int) {
	for k := range w.scratch.cands {
		if c := &w.scratch.cands[k]; c.waiting && c.who.Type == typ {
			n++
		}
	}
	return n
}

func (w *walk) attach(i int, c *candidate) {
	if w.full(w.root, c.policy, c.who.Type, 1) {
		w.refuse(i, 0, limitReason(c.policy), c.policy)
		return
	}
	w.own(c)
}

// join brings the owner of c into the event's customer, if that is allowed.
func (w *walk) join(i int, c *candidate) {
	other := w.tl.Root(c.leaf)
	if other == w.root {
		return
	}
	if reason, over := w.mayJoin(w.root, other, c.policy); reason != "" {
		w.refuse(i, other, reason, over)
		return
	}
	keep, gone, via := w.root, other, w.leaf
	if w.outranks(other, w.root) {
		keep, gone, via = other, w.root, c.leaf
	}
	row := mergeRow{kept: keep, gone: gone, via: via, typ: c.who.Type, seq: w.ev.Seq}
	w.out.Merged = append(w.out.Merged, w.link(row))
	w.root = keep
}

func (w *walk) refuse(i int, other uint32, reason Reason, over *TypePolicy) {
	w.scratch.refusals = append(w.scratch.refusals, refusal{i, other, reason, over})
}

// settle makes a customer if none was found, and records what was refused.
func (w *walk) settle() {
	if w.root == 0 && w.countAllWaiting() > 0 {
		w.leaf = w.create()
		w.root = w.leaf
		w.out.Created = true
		w.attachWaiting()
	}
	w.out.Leaf, w.out.Root = w.leaf, w.root
	for _, r := range w.scratch.refusals {
		w.record(r)
	}
}

func (w *walk) countAllWaiting() (n int) {
	for k := range w.scratch.cands {
		if w.scratch.cands[k].waiting {
			n++
		}
	}
	return n
}

// own gives an unknown identity to the leaf of the event.
func (w *walk) own(c *candidate) {
	typ := w.types.number(c.who.Type)
	if typ == 0 {
		w.drops.add(w.types.under, c.who.Type, tooMany)
		return
	}
	at := w.ev.At
	if at.IsZero() {
		at = w.clock.Now()
	}
	w.insert(record{key: shorten(c.key), leaf: w.leaf, typ: typ, day: uint16(dayOf(at))})
	w.pending.identities = append(w.pending.identities, identityRow{
		who: c.who, blind: c.key, leaf: w.leaf, firstSeen: at.UnixMilli(),
	})
	w.dirty.Add(w.leaf)
	w.out.Linked = append(w.out.Linked, c.who)
	c.leaf = w.leaf
}

// insert puts a record into the index and into its leaf's chain.
func (s *Service) insert(r record) {
	n := &s.forest.nodes[r.leaf]
	r.next = n.first
	n.first = s.index.add(r)
}

// create makes a customer record.
func (s *Service) create() uint32 {
	ord := s.forest.len() + 1
	s.forest.grow(ord)
	s.tl.Grow(ord)
	s.pending.customers = append(s.pending.customers, customerRow{ord, s.clock.Now().UnixMilli()})
	s.dirty.Add(ord)
	return ord
}

// dayOf counts days since 1970, within what a record holds.
func dayOf(t time.Time) int {
	return int(max(0, min(t.Unix()/86400, 1<<16-1)))
}
