package tag

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/fault"
)

// Order asks for changes of one customer's tags, named by labels, tag ids of the corp, or
// our ids. With a User only that contact is told; without, all active contacts. At is when
// the cause happened, zero for now: an order repeated with the same At has no further effect.
type Order struct {
	Corp, User, External string
	Add, Remove          []string
	Why                  string
	At                   time.Time
}

// Put records the changes on the customer and has the platform told, both by jobs. It joins
// ctx's transaction. A name that no definition has is a plain tag of the customer.
func (s *Service) Put(ctx context.Context, o Order) error {
	if o.External == "" || o.Corp == "" {
		return fault.New(fault.Invalid, "tag_order", "an order of tags names a corp and an external contact")
	}
	if o.At.IsZero() {
		o.At = s.Clock.Now()
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, name := range o.Remove {
			if err := s.put(ctx, o, name, false); err != nil {
				return err
			}
		}
		for _, name := range o.Add {
			if err := s.put(ctx, o, name, true); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) put(ctx context.Context, o Order, name string, on bool) error {
	t := s.known.Load().find(o.Corp, name)
	out := outgoing{Corp: o.Corp, External: o.External, Member: o.User, Label: name, Put: on, At: ms(o.At), Why: o.Why}
	if t != nil {
		out.Tag, out.Label = t.ID, t.Label
	}
	prefix := wide
	if o.User != "" {
		prefix = here
	}
	out.Message = fmt.Sprintf("%sput/%s/%s/%s/%s/%d/%t", prefix, o.Corp, o.User, o.External, name, ms(o.At), on)
	if o.User == "" || t == nil || t.Remote == "" {
		return s.post(ctx, []outgoing{out}, nil)
	}
	p := push{Corp: o.Corp, External: o.External, Member: o.User, Tag: t.ID, Put: on, At: s.Clock.Now().UnixMilli()}
	if err := s.want(ctx, []push{p}); err != nil {
		return err
	}
	idle, err := s.pointless(ctx, o, t, on)
	if err != nil || idle {
		return err
	}
	return s.post(ctx, []outgoing{out}, nil)
}

// pointless says that an order about one contact changes nothing for the customer: they
// carry the tag already, or keep it for another contact's sake.
func (s *Service) pointless(ctx context.Context, o Order, t *Tag, on bool) (bool, error) {
	leaf := s.recordOf(o.Corp, o.External)
	if leaf == 0 {
		return false, nil
	}
	v := &view{Observation: Observation{Corp: o.Corp, User: o.User, External: o.External, Leaf: leaf}, now: pair{pairKey: pairKey{o.Corp, o.External, o.User}}}
	if err := s.readOthers(ctx, v); err != nil {
		return false, err
	}
	if !on {
		return s.elsewhere(ctx, v, t)
	}
	waits, err := s.onTheWay(ctx, v.leaves, []Pair{{Corp: o.Corp, External: o.External}})
	return !waits && s.carriesNow(leaf, t.Label), err
}
