package rehearse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/customer"
	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

// facts are what is known of everybody besides their events, as of now. They are read once
// for a replay. All maps go by customer record.
type facts struct {
	policy    outreach.Policy
	consent   map[string]map[uint32]word // by channel, with what was said of all channels
	addresses map[string]*roaring.Bitmap // by identity type: who has one
	needs     map[[2]string]string       // channel and endpoint → identity type
	others    map[uint32][]sent          // touches that were sent in truth
	owners    map[uint32]owned
	teams     map[Owner][2]string // department, leader
	orders    map[uint32][]order
}

// word is the newest word of a record on a channel.
type word struct {
	given bool
	at    int64
}

// sent is a touch that was dispatched.
type sent struct {
	at       int64
	channel  string
	playbook string
}

// owned is an owner; the higher number is the newer contact.
type owned struct {
	Owner
	n int
}

type order struct {
	at  int64
	net int64
}

// scope is what a rehearsal needs to know.
type scope struct {
	from, to time.Time
	playbook string // its own real touches do not count beside the simulated ones
	only     *roaring.Bitmap
}

// learn reads what a flow needs.
func (s *Service) learn(ctx context.Context, f *flow.Flow, c scope) (*facts, error) {
	k := &facts{
		policy: s.Outreach.Policy(), consent: map[string]map[uint32]word{}, addresses: map[string]*roaring.Bitmap{},
		needs: map[[2]string]string{}, others: map[uint32][]sent{}, owners: map[uint32]owned{}, teams: map[Owner][2]string{},
		orders: map[uint32][]order{},
	}
	for _, op := range f.Steps {
		if op.Kind == flow.KindSend {
			if err := s.learnChannel(ctx, k, op.Step.Send.Channel, op.Step.Send.Endpoint); err != nil {
				return nil, err
			}
		}
	}
	since := c.from.AddDate(0, -1, -1) // caps look back a month
	if err := s.dispatched(ctx, since, c, k.others); err != nil {
		return nil, fmt.Errorf("read what was sent: %w", err)
	}
	if err := s.learnOwners(ctx, k, f); err != nil {
		return nil, err
	}
	err := s.Customers.Ledger(ctx, func(o customer.Order) error {
		if o.Record != 0 && !o.Void && !o.At.Before(c.from) {
			k.orders[o.Record] = append(k.orders[o.Record], order{o.At.UnixMilli(), o.Net})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	return k, nil
}

// learnOwners reads who has whom as a contact, if the flow needs it.
func (s *Service) learnOwners(ctx context.Context, k *facts, f *flow.Flow) error {
	if s.Owners == nil || !needsOwner(f) {
		return nil
	}
	n := 0
	err := s.Owners(ctx, func(leaf uint32, o Owner) error {
		k.owners[leaf] = owned{o, n}
		n++
		if _, known := k.teams[o]; known || s.Team == nil {
			return nil
		}
		department, leader, err := s.Team(ctx, o)
		k.teams[o] = [2]string{department, leader}
		return err
	})
	if err != nil {
		return fmt.Errorf("read owners: %w", err)
	}
	return nil
}

// learnChannel reads consent and addresses of a channel.
func (s *Service) learnChannel(ctx context.Context, k *facts, channel, endpoint string) error {
	if k.consent[channel] == nil {
		words, err := s.words(ctx, strings.ToLower(channel))
		if err != nil {
			return fmt.Errorf("read consent: %w", err)
		}
		k.consent[channel] = words
	}
	if s.Address == nil {
		return nil
	}
	identity, err := s.Address(ctx, channel, endpoint)
	if err != nil {
		return fmt.Errorf("look for the address of %s %s: %w", channel, endpoint, err)
	}
	k.needs[[2]string{channel, endpoint}] = identity
	if identity == "" || k.addresses[identity] != nil {
		return nil
	}
	set, err := s.holders(ctx, identity)
	if err != nil {
		return fmt.Errorf("read who has a %s: %w", identity, err)
	}
	k.addresses[identity] = set
	return nil
}

func needsOwner(f *flow.Flow) bool {
	for _, op := range f.Steps {
		if op.Kind == flow.KindTask || op.Kind == flow.KindSplit && op.Step.Split.By != "" {
			return true
		}
	}
	return false
}

// consented is the newest word of a person on a channel.
func (k *facts) consented(leaves []timeline.Ord, channel string) (given, known bool) {
	var at int64
	for _, leaf := range leaves {
		w, ok := k.consent[channel][leaf]
		if !ok {
			continue
		}
		given, known, at = newest(given, known, at, w)
	}
	return given, known
}

// newest takes in a word. Of two words at one moment the careful one counts.
func newest(given, known bool, at int64, w word) (bool, bool, int64) {
	switch {
	case !known || w.at > at:
		return w.given, true, w.at
	case w.at == at:
		return given && w.given, true, at
	}
	return given, known, at
}

// reachable says whether a person has the address that a channel writes to.
func (k *facts) reachable(leaves []timeline.Ord, channel, endpoint string) bool {
	identity := k.needs[[2]string{channel, endpoint}]
	if identity == "" {
		return true
	}
	for _, leaf := range leaves {
		if k.addresses[identity].Contains(leaf) {
			return true
		}
	}
	return false
}

// owner is who has a person as a contact: the newest over all records.
func (k *facts) owner(leaves []timeline.Ord) (o Owner, ok bool) {
	newest := -1
	for _, leaf := range leaves {
		if found, has := k.owners[leaf]; has && found.n > newest {
			o, ok, newest = found.Owner, true, found.n
		}
	}
	return o, ok
}
