package channel

import (
	"context"
	"encoding/json"

	"yutang/internal/channel/sms"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/outreach"
)

// Test sends one message to an address of the operator's own, through an endpoint that may
// be disabled. It is not in the ledger, and no report of it is awaited.
func (s *Service) Test(ctx context.Context, endpoint, channel, to string, content json.RawMessage) (outreach.Outcome, error) {
	e, err := s.Get(ctx, endpoint)
	if err != nil {
		return outreach.Outcome{}, err
	}
	bad, err := s.CheckContent(ctx, channel, endpoint, content, "/message")
	if err != nil {
		return outreach.Outcome{}, err
	}
	if len(bad) > 0 {
		e := fault.New(fault.Invalid, "invalid_message", "%s", bad[0].Detail)
		e.Fields = bad
		return outreach.Outcome{}, e
	}
	kind, err := s.Address(ctx, channel, endpoint)
	if err != nil || kind == "" {
		return outreach.Outcome{}, fault.BadField("/channel", "is not a channel of the endpoint")
	}
	m := outreach.Message{
		ID: id.New("test"), OccurredAt: s.Clock.Now(), Channel: channel, Endpoint: endpoint, Content: content,
		Customer: outreach.Recipient{Identities: []event.Identity{{Type: kind, Value: to}}},
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if channel != SMS {
		return s.deliver(ctx, e, m, to), nil
	}
	var t Text
	if json.Unmarshal(content, &t) != nil {
		return unfit, nil
	}
	return s.vendors[e.Kind].Send(ctx, account(e), sms.Text{To: to, Ref: m.ID, Template: t.Template, Params: t.Params}), nil
}
