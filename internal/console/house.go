package console

import (
	"context"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/identity"
	"yutang/internal/money"
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
