package tag

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Observation is what the platform said of one contact: all its corp tags. At is when it
// was asked, taken before the call was made.
type Observation struct {
	Corp, User, External string
	Leaf                 uint32 // the customer's record
	Tags                 []string
	At                   time.Time
}

// recordOf is the customer record of an external contact, 0 if nobody is known by it.
func (s *Service) recordOf(corp, external string) uint32 {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	leaf, _ := s.Identity.LookupLeaf(identityOf(corp, external))
	return leaf
}

// settling is how long after a push an answer may still be one from before it.
const settling = 2 * time.Second

// Observe takes in the tags of one contact as the platform tells them.
func (s *Service) Observe(ctx context.Context, corp, user, external string, leaf uint32, tagIDs []string, at time.Time) error {
	return s.ObserveMany(ctx, []Observation{{corp, user, external, leaf, tagIDs, at}})
}

// perTx is how many observations share a transaction.
const perTx = 200

// ObserveMany takes in many contacts, such as a page of a pull. What has changed since the
// last
// time is the act of members: it becomes events on the customers. A contact that
// changes nothing costs a look-up. Repeating is harmless.
func (s *Service) ObserveMany(ctx context.Context, all []Observation) error {
	if err := s.explain(ctx, all); err != nil {
		slog.Warn("unknown tags stay unexplained until the next pull", "err", err)
	}
	for some := range slices.Chunk(all, perTx) {
		err := s.DB.InTx(ctx, func(ctx context.Context) error {
			same := map[pairKey]pair{}
			for _, o := range some {
				if err := s.observe(ctx, o, same); err != nil {
					return fmt.Errorf("tags of contact %s: %w", o.External, err)
				}
			}
			return s.savePairs(ctx, same)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Ended forgets the tags of a contact that is no more. The customer keeps theirs: the end
// of a contact is no act on tags.
func (s *Service) Ended(ctx context.Context, corp, user, external string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error { return s.forget(ctx, pairKey{corp, external, user}) })
}

// view is what one observation is held against.
type view struct {
	Observation
	now    pair
	seen   map[string]bool
	pushes map[string]push // by our tag id
	leaves []uint32
	others []pair // of the same customer
	read   bool   // others and leaves are filled
	out    []outgoing
	wants  []push
}

// observe takes in one contact. One that is as it was goes into same, to be saved at the
// end of the transaction.
func (s *Service) observe(ctx context.Context, o Observation, same map[pairKey]pair) error {
	key := pairKey{o.Corp, o.External, o.User}
	if o.Leaf == 0 {
		o.Leaf = s.recordOf(o.Corp, o.External)
	}
	now, err := s.pairOf(ctx, key)
	if err != nil || now.seenAt > ms(o.At) {
		return err
	}
	v := &view{Observation: o, now: now, seen: map[string]bool{}, pushes: map[string]push{}}
	for _, id := range o.Tags {
		v.seen[id] = true
	}
	if now.pushes > 0 {
		pushes, err := s.pushesOf(ctx, key)
		if err != nil {
			return err
		}
		for _, p := range pushes {
			v.pushes[p.Tag] = p
		}
	}
	if err := s.compare(ctx, v); err != nil {
		return err
	}
	if err := s.forgetSeen(ctx, v); err != nil {
		return err
	}
	next := pair{pairKey: key, leaf: o.Leaf, tags: v.seen, seenAt: ms(o.At)}
	if now.known && now.leaf == next.leaf && maps.Equal(now.tags, next.tags) && len(v.out)+len(v.wants) == 0 {
		same[key] = next
		return nil
	}
	delete(same, key)
	if err := s.savePair(ctx, next); err != nil {
		return err
	}
	if err := s.want(ctx, v.wants); err != nil {
		return err
	}
	return s.post(ctx, v.out, nil)
}

// compare goes through the tags that were there or are there now.
func (s *Service) compare(ctx context.Context, v *view) error {
	known := s.known.Load()
	ids := maps.Clone(v.seen)
	maps.Copy(ids, v.now.tags)
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		was, is := v.now.tags[id], v.seen[id]
		t := known.remote[remoteKey{v.Corp, id}]
		if t == nil {
			continue
		}
		p, pushed := v.pushes[t.ID]
		switch {
		case pushed && p.State == pending: // the push decides
		case pushed && p.State == done && ms(v.At) < p.DoneAt+settling.Milliseconds():
			v.keep(id, was)
		case was != is:
			if err := s.acted(ctx, v, t, is); err != nil {
				return err
			}
		case is && p.State != failed:
			if err := s.heal(ctx, v, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep makes the observation say of a tag what was known before.
func (v *view) keep(id string, on bool) {
	if on {
		v.seen[id] = true
	} else {
		delete(v.seen, id)
	}
}

// acted takes in what a member did. A rule tag is put back as its rule says. The customer
// has a tag while one of the active contacts has it.
func (s *Service) acted(ctx context.Context, v *view, t *Tag, on bool) error {
	if t.Audience != "" {
		if put := s.carriesNow(v.Leaf, t.Label); put != on {
			v.wants = append(v.wants, push{Corp: v.Corp, External: v.External, Member: v.User, Tag: t.ID, Put: put, At: s.Clock.Now().UnixMilli()})
		}
		return nil
	}
	elsewhere, err := s.elsewhere(ctx, v, t)
	if err != nil || elsewhere {
		return err
	}
	v.tell(t, on)
	return nil
}

// tell makes the event of a member's act.
func (v *view) tell(t *Tag, on bool) {
	v.out = append(v.out, outgoing{
		Message: fmt.Sprintf("%s%s/%s/%s/%s/%d/%t", here, v.Corp, v.User, v.External, t.ID, ms(v.At), on),
		Corp:    v.Corp, External: v.External, Member: v.User, Tag: t.ID, Put: on, At: ms(v.At), Why: "member",
	})
}

// elsewhere says whether another active contact of the customer has a tag of this label.
func (s *Service) elsewhere(ctx context.Context, v *view, t *Tag) (bool, error) {
	if err := s.readOthers(ctx, v); err != nil {
		return false, err
	}
	known := s.known.Load()
	for _, p := range v.others {
		for _, same := range known.label[t.Label] {
			if same.Corp != p.Corp || same.Remote == "" {
				continue
			}
			on, err := s.effective(ctx, p, same)
			if err != nil || on {
				return on, err
			}
		}
	}
	return false, nil
}

// effective is whether a contact has a tag once its push is through.
func (s *Service) effective(ctx context.Context, p pair, t *Tag) (bool, error) {
	pushes, err := s.pushesOf(ctx, p.pairKey)
	if err != nil {
		return false, err
	}
	for _, w := range pushes {
		if w.Tag == t.ID && w.State == pending {
			return w.Put, nil
		}
	}
	return p.tags[t.Remote], nil
}

// readOthers fills in the customer's other active contacts.
func (s *Service) readOthers(ctx context.Context, v *view) (err error) {
	if v.read || v.Leaf == 0 {
		return nil
	}
	if v.leaves, err = s.Timeline.Records(v.Leaf); err != nil {
		return err
	}
	all, err := s.pairsOf(ctx, v.leaves)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(p pair) bool { return p.pairKey == v.now.pairKey })
	if v.read = true; len(all) == 0 {
		return nil
	}
	active, err := s.Contacts(ctx, v.leaves)
	if err != nil {
		return err
	}
	for _, p := range all {
		if slices.ContainsFunc(active, func(a Pair) bool { return p.pairKey == pairKey{a.Corp, a.External, a.User} }) {
			v.others = append(v.others, p)
		}
	}
	return nil
}

// heal gives the customer a tag that a contact has had all along, when nothing says that it
// is about to be taken off: after a merge, or when the tag was explained late.
func (s *Service) heal(ctx context.Context, v *view, t *Tag) error {
	if v.Leaf == 0 || t.Audience != "" || s.carriesNow(v.Leaf, t.Label) {
		return nil
	}
	if err := s.readOthers(ctx, v); err != nil {
		return err
	}
	waits, err := s.onTheWay(ctx, v.leaves, []Pair{{Corp: v.Corp, External: v.External}})
	if err != nil || waits {
		return err
	}
	if waits, err = s.spreading(ctx, v.leaves, t.ID); err != nil || waits {
		return err
	}
	v.tell(t, true)
	return nil
}

// forgetSeen drops pushes that this observation comes after: from now on differences are
// acts of members again.
func (s *Service) forgetSeen(ctx context.Context, v *view) error {
	known := s.known.Load()
	for _, p := range v.pushes {
		over := p.State == done && ms(v.At) >= p.DoneAt+settling.Milliseconds()
		if t := known.tags[p.Tag]; t != nil && p.State == failed {
			over = v.seen[t.Remote] == p.Put
		}
		if over {
			if err := s.dropPush(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}
