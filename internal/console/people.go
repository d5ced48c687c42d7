package console

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/customer"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/money"
	"yutang/internal/page"
	"yutang/internal/timeline"
)

// Members reads one page of members with an outline of each.
func (h *House) Members(ctx context.Context, audienceID, cursor string, limit int) (Members, error) {
	var after uint32
	if _, err := page.After(cursor, &after); err != nil {
		return Members{}, err
	}
	a, err := h.Audiences.Get(ctx, audienceID)
	if err != nil {
		return Members{}, err
	}
	roots, more, err := h.Audiences.Members(ctx, audienceID, after, limit)
	if err != nil {
		return Members{}, err
	}
	out := Members{Audience: audienceLine(a)}
	for _, root := range roots {
		p, err := h.Customers.Profile(ctx, root)
		if err != nil {
			return Members{}, err
		}
		out.Items = append(out.Items, Member{
			ID:       p.ID,
			Name:     personName(p),
			AIPL:     p.Lifecycle.AIPL,
			Tier:     p.Tier,
			Orders:   int64(p.Orders.Count),
			Net:      money.Amount{Minor: p.Orders.Net, Currency: p.Orders.Currency},
			LastSeen: p.LastSeen,
		})
	}
	if more {
		out.Next = page.Cursor(roots[len(roots)-1])
	}
	return out, nil
}

// Customer reads one customer; an id that was merged away shows the survivor.
func (h *House) Customer(ctx context.Context, public string) (Customer, error) {
	ord, err := id.ParseCustomer(public)
	if err != nil {
		return Customer{}, err
	}
	root, seqs := h.last(ord)
	if root == 0 {
		return Customer{}, fault.New(fault.NotFound, "customer_not_found", "no customer has the id %q", public)
	}
	p, err := h.Customers.Profile(ctx, root)
	if err != nil {
		return Customer{}, err
	}
	out := outline(p)
	if out.Timeline, err = h.events(ctx, seqs); err != nil {
		return Customer{}, err
	}
	owned, err := h.Identity.Identities(ctx, root)
	if err != nil {
		return Customer{}, err
	}
	for _, o := range owned {
		out.Identities = append(out.Identities, Pair{Name: o.Type, Value: customer.MaskIdentity(o.Type, o.Value)})
	}
	return out, nil
}

// last finds the survivor of a number and the places of its latest events, newest first.
func (h *House) last(ord uint32) (root uint32, seqs []uint64) {
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	if int(ord) > h.Timeline.Customers() {
		return 0, nil
	}
	root = h.Timeline.Root(ord)
	var t timeline.Track
	h.Timeline.Read(root, nil, &t)
	for i := t.Len() - 1; i >= 0 && len(seqs) < shownTimeline; i-- {
		seqs = append(seqs, uint64(t.Seq[i]))
	}
	return root, seqs
}

func outline(p customer.Profile) Customer {
	out := Customer{
		ID:        p.ID,
		Name:      personName(p),
		Tags:      p.Tags,
		AIPL:      p.Lifecycle.AIPL,
		AARRR:     p.Lifecycle.AARRR,
		Tier:      p.Tier,
		FirstSeen: p.FirstSeen,
		LastSeen:  p.LastSeen,
		Orders:    int64(p.Orders.Count),
		Net:       money.Amount{Minor: p.Orders.Net, Currency: p.Orders.Currency},
	}
	if p.Orders.LastAt != 0 {
		out.LastOrder = time.UnixMilli(p.Orders.LastAt).UTC()
	}
	for name, value := range customer.MaskTraits(p.Traits) {
		out.Traits = append(out.Traits, Pair{Name: name, Value: plain(value)})
	}
	slices.SortFunc(out.Traits, func(a, b Pair) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// personName is the masked name of a profile, "" if it has none.
func personName(p customer.Profile) string {
	for _, name := range []string{"name", "姓名", "nickname", "昵称"} {
		if value, ok := p.Traits[name]; ok {
			return plain(customer.MaskValue(name, value))
		}
	}
	return ""
}

// plain writes a JSON value for people: strings without quotes.
func plain(value json.RawMessage) string { return gjson.ParseBytes(value).String() }
