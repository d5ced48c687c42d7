package masssend

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/corp"
	"yutang/internal/experiment"
	"yutang/internal/id"
	"yutang/internal/outreach"
)

// Candidate is one customer of the target with what was decided. Staff and External are ""
// when nobody can be asked.
type Candidate struct {
	Ord       uint32
	Staff     string
	External  string
	Refuse    outreach.Reason // "" or QuietHours: they get it
	Due       time.Time       // not before; zero: at once
	Detail    string          // of the rule that refused them
	Relations int             // living contacts of the customer with staff who may be asked
	Arm       string          // of the send's experiment, "" none

	variant int
}

// Gets says whether the customer will get the message.
func (c Candidate) Gets() bool { return c.Refuse == "" || c.Refuse == outreach.QuietHours }

// chooseChunk is how many customers are screened together.
const chooseChunk = 5000

// position is how far choosing has come: all with a lower number are done. In the second
// part those follow who have no contact at all.
type position struct {
	rest bool
	ord  uint32
}

func (p position) String() string { return fmt.Sprintf("%t %d", p.rest, p.ord) }

func readPosition(text string) (p position, err error) {
	if text != "" {
		_, err = fmt.Sscanf(text, "%t %d", &p.rest, &p.ord)
	}
	return p, err
}

// choice is one pass over the target of a send.
type choice struct {
	s       *Service
	send    Send
	screen  outreach.Screen
	wanted  *roaring.Bitmap // roots; nil: all contacts
	asked   map[string]bool // see mayBeAsked
	reached *roaring.Bitmap // roots that have a contact
	arms    []experiment.Arm
	visit   func(batch []Candidate, next position) (more bool, err error)
	batch   []Candidate
}

// choose decides about everybody in the target from a position on, and calls visit with
// batches in order. visit ends it by returning more false.
func (s *Service) choose(ctx context.Context, x Send, when time.Time, from position, visit func(batch []Candidate, next position) (bool, error)) error {
	c := &choice{s: s, send: x, reached: roaring.New(), visit: visit, arms: x.arms()}
	var err error
	if c.screen, err = s.screenOf(ctx, x, when); err != nil {
		return err
	}
	c.screen.Holdout = 0 // drawn among those who would get it, so that both sides compare
	if c.asked, err = s.mayBeAsked(ctx, x); err != nil {
		return err
	}
	if c.wanted, err = s.targets(ctx, x.Target); err != nil {
		return err
	}
	if err = c.contacts(ctx, from); err == nil {
		err = c.others(ctx, from)
	}
	if err == errEnough { //nolint:errorlint // never wrapped
		return nil
	}
	return err
}

type enough struct{}

func (enough) Error() string { return "enough" }

var errEnough = enough{}

// screenOf is the policy that a send falls under.
func (s *Service) screenOf(ctx context.Context, x Send, when time.Time) (outreach.Screen, error) {
	c, err := s.Corp(ctx, x.Corp)
	if err != nil {
		return outreach.Screen{}, err
	}
	return screenFor(c.Settings.Quota, x, when), nil
}

func screenFor(rule corp.Quota, x Send, when time.Time) outreach.Screen {
	start, _, limit := period(rule, when)
	return outreach.Screen{
		Channel: outreach.WeComMass, Playbook: x.ID, Run: x.ID, At: when, Transactional: x.Options.Transactional,
		Holdout: x.Options.Holdout, Priority: x.Rank(), Quota: outreach.QuotaRule{Account: x.Corp, Limit: limit, Since: start},
	}
}

// mayBeAsked is the staff who may contact customers; true for those whom the target lets be
// asked.
func (s *Service) mayBeAsked(ctx context.Context, x Send) (map[string]bool, error) {
	follows, err := s.Follows(ctx, x.Corp)
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	out := make(map[string]bool, len(follows))
	for _, user := range follows {
		out[user] = len(x.Target.Staff) == 0 || slices.Contains(x.Target.Staff, user)
	}
	return out, nil
}

// targets is the customers meant, nil for all contacts.
func (s *Service) targets(ctx context.Context, t Target) (*roaring.Bitmap, error) {
	if t.Audience == "" && len(t.Customers) == 0 {
		return nil, nil //nolint:nilnil // no set is everybody
	}
	out := roaring.New()
	for _, public := range t.Customers {
		ord, err := id.ParseCustomer(public)
		if err != nil {
			return nil, err
		}
		if leaves, err := s.Timeline.Records(ord); err == nil {
			out.Add(s.root(leaves[0]))
		}
	}
	for after, more := uint32(0), t.Audience != ""; more; {
		roots, rest, err := s.Audiences.Members(ctx, t.Audience, after, 10_000)
		if err != nil {
			return nil, fmt.Errorf("members of %s: %w", t.Audience, err)
		}
		out.AddMany(roots)
		if more = rest && len(roots) > 0; more {
			after = roots[len(roots)-1]
		}
	}
	return out, nil
}

func (s *Service) root(ord uint32) uint32 {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	return s.Timeline.Root(ord)
}

// contacts decides about everybody who has a contact. A person with several records is
// decided at the lowest that has one.
func (c *choice) contacts(ctx context.Context, from position) error {
	var group []Relation
	flush := func() error {
		if len(group) == 0 {
			return nil
		}
		err := c.person(ctx, group, from)
		group = group[:0]
		return err
	}
	err := c.s.Relations.Scan(ctx, c.send.Corp, func(r Relation) error {
		if len(group) > 0 && group[0].Leaf != r.Leaf {
			if err := flush(); err != nil {
				return err
			}
		}
		group = append(group, r)
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err == nil && len(c.batch) > 0 {
		err = c.flush(ctx, position{ord: c.batch[len(c.batch)-1].Ord})
	}
	return err
}

func (c *choice) person(ctx context.Context, group []Relation, from position) error {
	leaf := group[0].Leaf
	c.s.Timeline.RLock()
	root := c.s.Timeline.Root(leaf)
	leaves := c.s.Timeline.Leaves(root)
	if len(leaves) > 1 {
		leaves = slices.Clone(leaves)
	}
	c.s.Timeline.RUnlock()
	if c.wanted != nil && !c.wanted.Contains(root) {
		return nil
	}
	if len(leaves) > 1 {
		all, err := c.s.Relations.OfLeaves(ctx, c.send.Corp, leaves)
		if err != nil {
			return err
		}
		if c.reached.Contains(root) || slices.ContainsFunc(all, func(r Relation) bool { return r.Leaf < leaf }) {
			c.reached.Add(root)
			return nil
		}
		group = all
	}
	if c.wanted == nil && !c.meant(group) {
		return nil
	}
	c.reached.Add(root)
	if from.rest || leaf <= from.ord {
		return nil
	}
	c.batch = append(c.batch, c.pick(leaf, group))
	if len(c.batch) >= chooseChunk {
		return c.flush(ctx, position{ord: leaf})
	}
	return nil
}

// meant says whether a customer of nobody's choosing is in the target: with staff named it
// is their contacts, else all.
func (c *choice) meant(group []Relation) bool {
	staff := c.send.Target.Staff
	return len(staff) == 0 || slices.ContainsFunc(group, func(r Relation) bool { return slices.Contains(staff, r.User) })
}

// pick finds who is asked: who last talked to the customer, else who added them last.
func (c *choice) pick(leaf uint32, group []Relation) Candidate {
	out := Candidate{Ord: leaf, Refuse: outreach.StaffGone}
	var best Relation
	for _, r := range group {
		if narrowed, here := c.asked[r.User]; !narrowed {
			if here {
				out.Refuse = outreach.OtherStaff
			}
			continue
		}
		out.Relations++
		if best.User == "" || newer(r, best) {
			best = r
		}
	}
	if best.User != "" {
		out.Ord, out.Staff, out.External, out.Refuse = leaf, best.User, best.External, ""
	}
	return out
}

func newer(a, b Relation) bool {
	if !a.LastAt.Equal(b.LastAt) {
		return a.LastAt.After(b.LastAt)
	}
	if !a.AddedAt.Equal(b.AddedAt) {
		return a.AddedAt.After(b.AddedAt)
	}
	return a.User < b.User
}

// others says of everybody else in the target that they have no contact.
func (c *choice) others(ctx context.Context, from position) error {
	if c.wanted == nil {
		return nil
	}
	it := roaring.AndNot(c.wanted, c.reached).Iterator()
	if from.rest {
		it.AdvanceIfNeeded(from.ord + 1)
	}
	for it.HasNext() {
		c.batch = append(c.batch, Candidate{Ord: it.Next(), Refuse: outreach.NoContact})
		if len(c.batch) >= chooseChunk || !it.HasNext() {
			if err := c.flush(ctx, position{rest: true, ord: c.batch[len(c.batch)-1].Ord}); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush asks the policy about the batch and hands it on.
func (c *choice) flush(ctx context.Context, next position) error {
	var people []outreach.Person
	var of []int
	for i, x := range c.batch {
		if x.Refuse == "" {
			people = append(people, outreach.Person{Ord: x.Ord, Zone: c.zone(x.Ord)})
			of = append(of, i)
		}
	}
	verdicts, err := c.s.Ledger.Screen(ctx, c.screen, people)
	if err != nil {
		return err
	}
	for k, v := range verdicts {
		x := &c.batch[of[k]]
		x.Refuse, x.Due, x.Detail = v.Refuse, v.Later, v.Detail
		c.assign(x)
	}
	more, err := c.visit(c.batch, next)
	c.batch = c.batch[:0]
	if err == nil && !more {
		return errEnough
	}
	return err
}

// assign draws the arm of a customer who would get the message.
func (c *choice) assign(x *Candidate) {
	if len(c.arms) == 0 || !x.Gets() {
		return
	}
	i := c.send.draw(c.arms, c.s.root(x.Ord))
	x.Arm = c.arms[i].Name
	switch {
	case i == 0:
		x.Refuse, x.Due = outreach.Holdout, time.Time{}
	case len(c.send.Variants) > 0:
		x.variant = i
	}
}

func (c *choice) zone(ord uint32) *time.Location {
	if c.s.ZoneOf == nil {
		return nil
	}
	return c.s.ZoneOf(c.s.root(ord))
}
