// Package search finds customers by a filter, and things by words.
//
// A Filter is what a list of customers is narrowed by. All of it but the words (Q,
// Identity) is one rule of the rule language, so what a list shows can be counted, kept as
// an audience, exported or worked on by the same object. Find answers with the set; Page
// cuts a sorted page of it, 50 of a million in some tens of milliseconds, without an index
// of its own: it is one pass over what memory holds, and the lock is given up often.
//
// The pages of one list show one set: a later page does not look for the customers anew
// as long as the first is remembered (a minute). Sorting is by what was true when some page
// before was cut, so a customer who changes places meanwhile may show twice or not at all.
// The total is exact for the moment of the first page.
//
// Things asks the rooms of other objects, which tell it how (Source). It looks for a piece
// of a name whatever the case, and shows nothing that the caller may not read.
package search

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/identity"
	"yutang/internal/timeline"
)

// Config is what a search stands on. Select finds who matches a rule now; audience.Service
// does.
type Config struct {
	Customers *customer.Service
	Identity  *identity.Service
	Timeline  *timeline.Store
	Clock     clock.Clock
	Zone      func() *time.Location // the brand's
	Select    func(ctx context.Context, rule json.RawMessage, at time.Time) (*roaring.Bitmap, error)
	Sources   []Source // of things, in the order shown
}

// Service finds customers. Safe for concurrent use.
type Service struct {
	Config
	mu     sync.Mutex
	recent []remembered // newest last
}

// New makes a search.
func New(cfg Config) *Service { return &Service{Config: cfg} }

// Found is who a filter is about. Set belongs to the caller's reading: it is not changed.
type Found struct {
	Set  *roaring.Bitmap
	Rule json.RawMessage // the filter as one rule; nil if it asks for words or names customers

	mu    sync.Mutex // guards what pages of one order have found beyond their end
	sort  string
	ahead []place
	ended bool
}

// Find is who passes a filter now.
func (s *Service) Find(ctx context.Context, f Filter) (*Found, error) {
	raw, err := f.rule(s.Zone())
	if err != nil {
		return nil, err
	}
	found := &Found{Rule: raw}
	if f.wordless() && f.ruleless() {
		found.Set = s.everybody()
		return found, nil
	}
	if !f.wordless() {
		found.Rule = nil
		if found.Set, err = s.words(f); err != nil || found.Set.IsEmpty() || f.ruleless() {
			return found, err
		}
	}
	set, err := s.Select(ctx, raw, time.Time{})
	if err != nil {
		return nil, f.relocate(err)
	}
	if found.Set == nil {
		found.Set = set
	} else {
		found.Set.And(set)
	}
	return found, nil
}

// holdFor is how many customers are looked at under one hold of the lock.
const holdFor = 1 << 15

// everybody is all customers, each by the number of the survivor.
func (s *Service) everybody() *roaring.Bitmap {
	all := roaring.New()
	batch := make([]uint32, 0, holdFor)
	for first, more := uint32(1), true; more; first += holdFor {
		batch = batch[:0]
		s.Timeline.RLock()
		last := uint32(s.Timeline.Customers())
		for ord := first; ord <= last && ord < first+holdFor; ord++ {
			if s.Timeline.Root(ord) == ord {
				batch = append(batch, ord)
			}
		}
		s.Timeline.RUnlock()
		all.AddMany(batch)
		more = first+holdFor <= last
	}
	return all
}

// words is who is named, has the identity, and whose name, phone, identity or id the text is.
func (s *Service) words(f Filter) (*roaring.Bitmap, error) {
	out, err := s.chosen(f.Customers)
	if err != nil {
		return nil, err
	}
	if f.Identity != "" {
		who, err := ParseIdentity(f.Identity)
		if err != nil {
			return nil, err
		}
		has := s.owner(who)
		if out != nil {
			has.And(out)
		}
		out = has
	}
	if f.Q == "" {
		return out, nil
	}
	found := s.text(f.Q)
	if out != nil {
		found.And(out)
	}
	return found, nil
}

// chosen is the survivors of ids, nil of none. An id that nobody has is a fault.
func (s *Service) chosen(ids []string) (*roaring.Bitmap, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out := roaring.New()
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	for i, text := range ids {
		ord, err := id.ParseCustomer(text)
		if err != nil || ord == 0 || int(ord) > s.Timeline.Customers() {
			return nil, fault.BadField(fmt.Sprintf("/customers/%d", i), "there is no customer %q", text)
		}
		out.Add(s.Timeline.Root(ord))
	}
	return out, nil
}

// text tries ids and whole identities first, then names and phone tails.
func (s *Service) text(q string) *roaring.Bitmap {
	q = strings.TrimSpace(q)
	if ord, err := id.ParseCustomer(q); err == nil && ord > 0 {
		if leaves, err := s.Timeline.Records(ord); err == nil {
			s.Timeline.RLock()
			defer s.Timeline.RUnlock()
			return roaring.BitmapOf(s.Timeline.Root(leaves[0]))
		}
	}
	kinds := []string{"phone", "member_no", "user_id", "unionid"}
	if strings.Contains(q, "@") {
		kinds = []string{"email", "user_id"}
	}
	for _, kind := range kinds {
		if found := s.owner(event.Identity{Type: kind, Value: q}); !found.IsEmpty() {
			return found
		}
	}
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	return roaring.BitmapOf(s.Customers.Find(q, 0, s.Timeline.Customers())...)
}

func (s *Service) owner(who event.Identity) *roaring.Bitmap {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	out := roaring.New()
	if root, ok := s.Identity.Lookup(who); ok {
		out.Add(root)
	}
	return out
}

// scopedTypes are identities with an app or corp in the type: TYPE:APP:VALUE.
var scopedTypes = []string{"openid", "external_userid"}

// ParseIdentity reads TYPE:VALUE, such as phone:13812345678 or openid:wx123:oABC.
func ParseIdentity(text string) (event.Identity, error) {
	kind, value, ok := strings.Cut(text, ":")
	for _, scoped := range scopedTypes {
		if app, rest, two := strings.Cut(value, ":"); ok && two && kind == scoped {
			kind, value = kind+":"+app, rest
		}
	}
	if !ok || kind == "" || value == "" {
		return event.Identity{}, fault.BadField("identity", "wants TYPE:VALUE, such as phone:13812345678")
	}
	return event.Identity{Type: kind, Value: value}, nil
}
