package customerhttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/access"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/page"
	"yutang/internal/timeline"
)

// Event is one event of a customer.
type Event struct {
	Seq        uint64          `json:"seq" doc:"place in the event log"`
	Name       string          `json:"name"`
	At         time.Time       `json:"at"`
	ReceivedAt time.Time       `json:"received_at"`
	Clamped    bool            `json:"clamped,omitempty" doc:"the sender's time was not believable; at is the time of receipt"`
	Customer   string          `json:"customer" doc:"the record it was noted under: another id if that was merged later"`
	Properties json.RawMessage `json:"properties,omitempty"`
	Context    json.RawMessage `json:"context,omitempty"`
	Traits     []TraitChange   `json:"traits,omitempty"`
	Tags       []TagChange     `json:"tags,omitempty"`
}

// TraitChange is what an event did to a trait.
type TraitChange struct {
	Action string          `json:"action" enum:"set,set_once,increment,append,unset"`
	Name   string          `json:"name"`
	Value  json.RawMessage `json:"value,omitempty"`
}

// TagChange is what an event did to a tag.
type TagChange struct {
	Tag     string `json:"tag"`
	Removed bool   `json:"removed,omitempty"`
}

type pageInput struct {
	httpapi.PageQuery
	ID string `path:"id"`
}

func (h *handlers) events(ctx context.Context, in *pageInput) (*httpapi.List[Event], error) {
	root, err := h.find(in.ID)
	if err != nil {
		return nil, err
	}
	last := timeline.Newest
	if _, err := page.After(in.Cursor, &last); err != nil {
		return nil, err
	}
	limit := page.Limit(in.Limit)
	places := h.Timeline.Before(root, last, limit+1)
	out := page.Page[*event.Event]{}
	if len(places) > limit {
		places = places[:limit]
		out.Next = page.Cursor(places[limit-1])
	}
	seqs := make([]uint64, len(places))
	for i, p := range places {
		seqs[i] = uint64(p.Seq)
	}
	if out.Items, err = h.Log.Read(ctx, seqs); err != nil {
		return nil, err
	}
	open := access.Can(ctx, access.CustomersUnmask)
	return httpapi.Listed(out, func(ev *event.Event) Event { return wireEvent(ev, open) }), nil
}

func wireEvent(ev *event.Event, open bool) Event {
	out := Event{
		Seq: ev.Seq, Name: ev.Name, At: ev.At.UTC(), ReceivedAt: ev.ReceivedAt.UTC(), Customer: id.Customer(ev.Ord),
		Clamped: ev.Clamped, Properties: ev.Props, Context: ev.Context,
	}
	for _, op := range ev.Traits {
		value := op.Value
		if !open {
			value = customer.MaskValue(op.Name, value)
		}
		out.Traits = append(out.Traits, TraitChange{string(op.Action), op.Name, value})
	}
	for _, op := range ev.Tags {
		out.Tags = append(out.Tags, TagChange{op.Tag, op.Remove})
	}
	if !open {
		out.Properties, out.Context = customer.MaskObject(ev.Name, out.Properties), customer.MaskObject("", out.Context)
	}
	return out
}
