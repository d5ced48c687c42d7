package handover

import (
	"context"
	"encoding/json"
	"fmt"

	"yutang/internal/event"
)

// submit records what became of customers. The message id is the transfer's with the
// customer and the word, so a repeat has no effect.
func (s *Service) submit(ctx context.Context, t Transfer, items []Item, name, reason string) error {
	if t.Object == Groups || len(items) == 0 {
		return nil
	}
	now := s.Clock.Now()
	props := map[string]string{"corp": t.Corp, "from": t.From, "to": t.To, "kind": string(t.Kind)}
	if reason != "" {
		props["reason"] = reason
	}
	raw, err := json.Marshal(props)
	if err != nil {
		return fmt.Errorf("record transfer %s: %w", t.ID, err)
	}
	evs := make([]*event.Event, len(items))
	for n, i := range items {
		evs[n] = &event.Event{
			SourceID: s.Source, MessageID: t.ID + "/" + i.Item + "/" + name, Name: name, At: now, ReceivedAt: now,
			Identities: []event.Identity{{Type: "external_userid:" + t.Corp, Value: i.Item}}, Props: raw,
		}
	}
	if _, err := s.Submit.SubmitEvents(ctx, evs); err != nil {
		return fmt.Errorf("record transfer %s: %w", t.ID, err)
	}
	return nil
}
