package console

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/identity"
	"yutang/internal/money"
	"yutang/internal/page"
	"yutang/internal/timeline"
)

// How much the pages show of what goes on.
const (
	shownTransitions = 12
	shownFeed        = 12
	shownTimeline    = 50
)

// House is Rooms over the real ones. Playbooks and Deliveries may be nil.
type House struct {
	Log        *event.Log
	Timeline   *timeline.Store
	Identity   *identity.Service
	Customers  *customer.Service
	Audiences  *audience.Service
	Playbooks  func(ctx context.Context) ([]Playbook, error)
	Deliveries func(ctx context.Context) ([]Count, error)
}

// Numbers reads every room once.
func (h *House) Numbers(ctx context.Context) (n Numbers, err error) {
	n.Events, n.Customers = int64(h.Log.Last()), h.people()
	h.Timeline.RLock()
	orders := h.Customers.BrandOrders()
	h.Timeline.RUnlock()
	n.Orders, n.NetRevenue = int64(orders.Count), money.Amount{Minor: orders.Net, Currency: orders.Currency}
	names, err := h.audiences(ctx, &n)
	if err != nil {
		return n, err
	}
	for _, t := range h.Audiences.Recent(shownTransitions) {
		n.Transitions = append(n.Transitions, Transition{
			At:         time.UnixMilli(t.At).UTC(),
			Customer:   id.Customer(t.Root),
			AudienceID: t.Audience,
			Audience:   names[t.Audience],
			Entered:    t.Entered,
			Cause:      t.Cause.String(),
		})
	}
	if n.Feed, err = h.feed(ctx); err != nil {
		return n, err
	}
	if h.Playbooks != nil {
		if n.Playbooks, err = h.Playbooks(ctx); err != nil {
			return n, err
		}
	}
	if h.Deliveries != nil {
		n.Deliveries, err = h.Deliveries(ctx)
	}
	return n, err
}

// people counts roots, letting the writer in between: with a million customers one pass
// takes milliseconds.
func (h *House) people() (n int64) {
	const step = 100_000
	for from, more := timeline.Ord(1), true; more; from += step {
		h.Timeline.RLock()
		last := timeline.Ord(h.Timeline.Customers())
		for ord := from; ord <= last && ord < from+step; ord++ {
			if h.Timeline.Root(ord) == ord {
				n++
			}
		}
		more = from+step <= last
		h.Timeline.RUnlock()
	}
	return n
}

// audiences fills in the list and the watermark, and gives the names by id.
func (h *House) audiences(ctx context.Context, n *Numbers) (map[string]string, error) {
	all, err := h.Audiences.List(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(all))
	for _, a := range all {
		names[a.ID] = a.Name
		n.Audiences = append(n.Audiences, audienceLine(a))
		if n.Watermark.IsZero() || a.CompleteTo.Before(n.Watermark) {
			n.Watermark = a.CompleteTo
		}
	}
	return names, nil
}

func audienceLine(a audience.Audience) Audience {
	return Audience{ID: a.ID, Name: a.Name, State: string(a.State), Progress: a.Progress, Count: a.Count, Entered: -1}
}

// feed is the end of the log. A place that is numbered but not committed yet leaves it
// empty for this second.
func (h *House) feed(ctx context.Context) ([]Event, error) {
	var seqs []uint64
	for seq := h.Log.Last(); seq > 0 && len(seqs) < shownFeed; seq-- {
		seqs = append(seqs, seq)
	}
	out, err := h.events(ctx, seqs)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return out, err
}

func (h *House) events(ctx context.Context, seqs []uint64) ([]Event, error) {
	evs, err := h.Log.Read(ctx, seqs)
	if err != nil {
		return nil, err
	}
	sources := map[int64]string{}
	for _, s := range h.Log.Sources() {
		sources[s.ID] = s.Name
	}
	out := make([]Event, len(evs))
	for i, ev := range evs {
		out[i] = Event{At: ev.At, Name: ev.Name, Source: sources[ev.SourceID], Detail: detail(ev)}
		if root := h.root(ev.Ord); root != 0 {
			out[i].Customer = id.Customer(root)
		}
	}
	return out, nil
}

func (h *House) root(ord uint32) uint32 {
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	return h.Timeline.Root(ord)
}

// detail says how much money an event was about, or which category: nothing personal.
func detail(ev *event.Event) string {
	for _, name := range []string{"revenue", "total", "refund", "value"} {
		r := gjson.GetBytes(ev.Props, name)
		if !r.Exists() {
			continue
		}
		a, err := money.Parse(r.String(), gjson.GetBytes(ev.Props, "currency").String())
		if err == nil {
			return exact(a)
		}
	}
	if c := gjson.GetBytes(ev.Props, "category"); c.Type == gjson.String && len(c.Str) <= 60 {
		return c.Str
	}
	return ""
}

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
