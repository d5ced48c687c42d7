// Package reach tells how many of a set of customers can be written to, by channel, and why
// the others cannot. It is what an operator sees beside the count of an audience while the
// rule is being written.
//
// Each customer of the set is counted once for a channel, under the first of these that
// holds: no address there, held out, consent is missing, the platform's quota is used up,
// reachable. Quiet hours, caps and rank are not looked at: they are about a moment and a
// touch, see package budget.
//
// The set itself is counted exactly and as of now. Who has an address, what was consented to
// and who is full is at most half a minute old.
package reach

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/clock"
	"yutang/internal/outreach"
)

// Account is a corp whose quota limits what one customer may get now.
type Account struct {
	Corp  string
	Limit int
	Since time.Time
}

// Channel is a way to customers. Identity is the type that carries its address; "" is a
// contact of staff.
type Channel struct {
	Name     string
	Identity string
}

// Config is what the counts stand on.
type Config struct {
	Clock    clock.Clock
	Ledger   *outreach.Service
	Select   func(ctx context.Context, rule json.RawMessage, at time.Time) (*roaring.Bitmap, error)
	Carriers func(typ string) *roaring.Bitmap
	Accounts func(ctx context.Context, at time.Time) ([]Account, error)
	Channels []Channel
}

// Service counts. Safe for concurrent use.
type Service struct {
	Config
	mu    sync.Mutex // held while everybody is looked at: others wait for that
	known *crowd
}

// crowd is what is known of everybody.
type crowd struct {
	at     time.Time
	has    map[string]*roaring.Bitmap // by channel
	spoken outreach.Crowd
	full   *roaring.Bitmap // in all accounts
}

// New makes a service.
func New(cfg Config) *Service { return &Service{Config: cfg} }

// Split is a set by one channel.
type Split struct {
	Channel   string
	Address   int // have one there
	HeldOut   int // of those
	NoConsent int // of the rest
	Full      int // of the rest
	Reachable int
}

// Answer is a set by all channels.
type Answer struct {
	Count       int
	Splits      []Split
	Reachable   int // by one channel at least
	HeldOut     int // of all
	Unreachable int // no channel has an address
	Took        time.Duration
}

// fresh is how long what is known of everybody is good for.
const fresh = 30 * time.Second

// contactRule is who is a contact of somebody.
const contactRule = `{"trait":"contacts","op":"gte","value":1}`

// Rule splits who matches a rule now.
func (s *Service) Rule(ctx context.Context, rule json.RawMessage) (Answer, error) {
	return s.Of(ctx, func(ctx context.Context) (*roaring.Bitmap, error) { return s.Select(ctx, rule, time.Time{}) })
}

// Of splits a set of roots that find finds. The time it takes counts.
func (s *Service) Of(ctx context.Context, find func(ctx context.Context) (*roaring.Bitmap, error)) (Answer, error) {
	started := s.Clock.Now()
	set, err := find(ctx)
	if err != nil {
		return Answer{}, err
	}
	c, err := s.crowd(ctx)
	if err != nil {
		return Answer{}, err
	}
	out := s.split(c, set)
	out.Took = s.Clock.Now().Sub(started)
	return out, nil
}

func (s *Service) split(c *crowd, set *roaring.Bitmap) Answer {
	held := s.heldOut(set)
	out := Answer{Count: int(set.GetCardinality()), HeldOut: int(held.GetCardinality())}
	reached, addressed := roaring.New(), roaring.New()
	for _, ch := range s.Channels {
		has := roaring.And(set, c.has[ch.Name])
		free := roaring.AndNot(has, held)
		allowed := s.Ledger.Allowed(c.spoken, ch.Name, free)
		reachable := allowed
		if ch.Identity == "" {
			reachable = roaring.AndNot(allowed, c.full)
		}
		addressed.Or(has)
		reached.Or(reachable)
		n := func(b *roaring.Bitmap) int { return int(b.GetCardinality()) }
		out.Splits = append(out.Splits, Split{
			Channel: ch.Name, Address: n(has), HeldOut: n(has) - n(free), NoConsent: n(free) - n(allowed),
			Full: n(allowed) - n(reachable), Reachable: n(reachable),
		})
	}
	out.Reachable, out.Unreachable = int(reached.GetCardinality()), out.Count-int(addressed.GetCardinality())
	return out
}

func (s *Service) heldOut(set *roaring.Bitmap) *roaring.Bitmap {
	out := roaring.New()
	policy := s.Ledger.Policy()
	if policy.Holdout == 0 {
		return out
	}
	var found []uint32
	set.Iterate(func(root uint32) bool {
		if policy.HeldOut(root) {
			found = append(found, root)
		}
		return true
	})
	out.AddMany(found)
	return out
}

// crowd looks at everybody, unless that was done lately.
func (s *Service) crowd(ctx context.Context) (*crowd, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Clock.Now()
	if c := s.known; c != nil && now.Sub(c.at) < fresh && !now.Before(c.at) {
		return c, nil
	}
	c := &crowd{at: now, has: map[string]*roaring.Bitmap{}}
	names := make([]string, len(s.Channels))
	var err error
	for i, ch := range s.Channels {
		names[i] = ch.Name
		if ch.Identity != "" {
			c.has[ch.Name] = s.Carriers(ch.Identity)
		} else if c.has[ch.Name], err = s.Select(ctx, json.RawMessage(contactRule), time.Time{}); err != nil {
			return nil, fmt.Errorf("find contacts: %w", err)
		}
	}
	if c.spoken, err = s.Ledger.Crowd(ctx, names); err != nil {
		return nil, err
	}
	if c.full, err = s.full(ctx, now); err != nil {
		return nil, err
	}
	s.known = c
	return c, nil
}

// full is who has used up the quotas of all corps. With several corps a customer may be a
// contact of one only; then the count is too kind.
func (s *Service) full(ctx context.Context, now time.Time) (*roaring.Bitmap, error) {
	accounts, err := s.Accounts(ctx, now)
	if err != nil {
		return nil, err
	}
	var out *roaring.Bitmap
	for _, a := range accounts {
		one, err := s.Ledger.Full(ctx, outreach.WeComMass, outreach.QuotaRule{Account: a.Corp, Limit: a.Limit, Since: a.Since}, now)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = one
		} else {
			out.And(one)
		}
	}
	if out == nil {
		out = roaring.New()
	}
	return out, nil
}
