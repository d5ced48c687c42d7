package handover

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"yutang/internal/contact"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/page"
	"yutang/internal/staff"
)

// Order asks for a transfer. Items empty means all that From has.
type Order struct {
	Corp    string
	Kind    Kind
	Object  Object
	From    string
	To      string
	Items   []string
	Message string
	By      string
}

// The platform's limits.
const (
	maxMessage   = 200 // letters
	perCall      = 100
	groupsPerDay = 300 // to one new owner
	timesPer     = 2   // transfers of one customer
	timesWindow  = 90 * 24 * time.Hour
	maxItems     = 100_000
)

// Validate names each fault with its JSON pointer.
func (o Order) Validate() error {
	var out []fault.Field
	bad := func(ptr, detail string) { out = append(out, fault.Field{Pointer: ptr, Detail: detail}) }
	if o.Kind != Active && o.Kind != Resigned {
		bad("/kind", "choose active (still works here) or resigned (has left)")
	}
	if o.Object != Customers && o.Object != Groups {
		bad("/object", "choose customer or group")
	}
	if o.From == "" {
		bad("/from", "name the member who hands over")
	}
	if o.To == "" || o.To == o.From {
		bad("/to", "name another member who takes over")
	}
	if utf8.RuneCountInString(o.Message) > maxMessage {
		bad("/message", "at most 200 letters")
	}
	if o.Message != "" && o.Object == Groups {
		bad("/message", "a group gets no message; leave it empty")
	}
	if len(o.Items) > maxItems {
		bad("/items", "at most 100000 in one transfer")
	}
	if len(out) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "invalid_transfer", Message: "the transfer cannot be made", Fields: out}
}

// Start makes a transfer and begins it. Customers that may not change hands now, and those
// who are not contacts of From, become failed items with the reason. audit, if not nil,
// runs in the same transaction with the transfer's id.
func (s *Service) Start(ctx context.Context, o Order, audit func(ctx context.Context, id string) error) (Transfer, error) {
	if err := o.Validate(); err != nil {
		return Transfer{}, err
	}
	if err := s.checkMembers(ctx, o); err != nil {
		return Transfer{}, err
	}
	items, err := s.items(ctx, o)
	if err != nil {
		return Transfer{}, err
	}
	if len(items) == 0 {
		return Transfer{}, fault.New(fault.Precondition, "nothing_to_transfer", "%s has nothing to hand over", o.From)
	}
	now := s.Clock.Now().Truncate(time.Millisecond)
	t := Transfer{
		ID: id.New("trf"), Corp: o.Corp, Kind: o.Kind, Object: o.Object, From: o.From, To: o.To, Message: o.Message,
		By: o.By, Created: now,
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.insert(ctx, t, items); err != nil {
			return err
		}
		if err := s.Jobs.Put(ctx, job.Job{Kind: transferJob, Key: t.ID, Queue: t.Corp, Due: now}); err != nil || audit == nil {
			return err
		}
		return audit(ctx, t.ID)
	})
	if err != nil {
		return Transfer{}, fmt.Errorf("start transfer: %w", err)
	}
	return s.Get(ctx, t.ID)
}

// checkMembers refuses what the platform would: one who left cannot hand over actively,
// one who is here has not resigned, and nobody who is gone can take over.
func (s *Service) checkMembers(ctx context.Context, o Order) error {
	to, err := s.Staff.Get(ctx, o.Corp, o.To)
	if err != nil {
		return onField(err, "/to", "no member has this userid; synchronise the directory if they are new")
	}
	if gone(to) {
		return fault.BadField("/to", "%s has left; choose somebody who works here", o.To)
	}
	from, err := s.Staff.Get(ctx, o.Corp, o.From)
	switch {
	case fault.Is(err, fault.NotFound) && o.Kind == Resigned:
		return nil // left before we knew them
	case err != nil:
		return onField(err, "/from", "no member has this userid")
	case o.Kind == Active && gone(from):
		return fault.BadField("/kind", "%s has left: use resigned", o.From)
	case o.Kind == Resigned && !gone(from):
		return fault.BadField("/kind", "%s still works here: use active", o.From)
	}
	return nil
}

func gone(m staff.Member) bool { return !m.Here() }

func onField(err error, ptr, detail string) error {
	if fault.Is(err, fault.NotFound) {
		return fault.BadField(ptr, "%s", detail)
	}
	return err
}

// items lists what is handed over, each planned or failed with its reason.
func (s *Service) items(ctx context.Context, o Order) ([]Item, error) {
	if o.Object == Groups {
		return s.groups(ctx, o)
	}
	have, err := s.contactsOf(ctx, o)
	if err != nil {
		return nil, err
	}
	wanted := o.Items
	if len(wanted) == 0 {
		for ext := range have {
			wanted = append(wanted, ext)
		}
	}
	items, seen := []Item{}, map[string]bool{}
	since := s.Clock.Now().Add(-timesWindow)
	for _, ext := range wanted {
		if seen[ext] {
			continue
		}
		seen[ext] = true
		item := Item{Item: ext, State: Planned}
		c, ok := have[ext]
		item.Leaf = c.Leaf
		if !ok {
			item.fail("not_contact", s.Clock.Now())
		} else if n, err := s.timesAsked(ctx, o.Corp, ext, since); err != nil {
			return nil, err
		} else if n >= timesPer {
			item.fail("twice_in_90_days", s.Clock.Now())
		}
		items = append(items, item)
	}
	return items, nil
}

func (i *Item) fail(reason string, at time.Time) { i.State, i.Reason, i.Settled = Failed, reason, at }

// contactsOf is the contacts of the handing member by external_userid.
func (s *Service) contactsOf(ctx context.Context, o Order) (map[string]contact.Contact, error) {
	out, cursor := map[string]contact.Contact{}, ""
	for {
		p, err := s.Contacts.OfStaff(ctx, o.Corp, o.From, cursor, page.MaxLimit)
		if err != nil {
			return nil, fmt.Errorf("list contacts of %s: %w", o.From, err)
		}
		for _, c := range p.Items {
			if c.State == contact.Active {
				out[c.External] = c
			}
		}
		if cursor = p.Next; cursor == "" {
			return out, nil
		}
	}
}

func (s *Service) groups(ctx context.Context, o Order) ([]Item, error) {
	chats := o.Items
	if len(chats) == 0 {
		var err error
		if chats, err = s.Groups(ctx, o.Corp, o.From); err != nil {
			return nil, fmt.Errorf("list groups of %s: %w", o.From, err)
		}
	}
	items, seen := []Item{}, map[string]bool{}
	for _, c := range chats {
		if !seen[c] {
			seen[c] = true
			items = append(items, Item{Item: c, State: Planned})
		}
	}
	return items, nil
}

// reasonOf names an error code of the platform, for programs and people.
func reasonOf(code int) string {
	if r, ok := reasons[code]; ok {
		return r
	}
	return "error_" + strconv.Itoa(code)
}

var reasons = map[int]string{
	40096: "unknown_customer",
	40097: "not_resigned",
	40098: "not_real_named",
	40099: "full",
	40100: "in_transfer",
	40128: "twice_in_90_days",
	40129: "in_transfer",
	40130: "same_person",
	40131: "not_contact",
	40143: "banned",
	84061: "not_contact",
	90500: "not_resigned",
	90501: "not_a_customer_group",
	90502: "resigned",
	90504: "unchanged",
	90507: "not_in_scope",
	90508: "no_customer_contact",
	90509: "not_a_customer_group",
}
