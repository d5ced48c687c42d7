package channel

import (
	"context"
	"encoding/json"
	netmail "net/mail"
	"slices"

	"yutang/internal/channel/mail"
	"yutang/internal/channel/sms"
	"yutang/internal/channel/wechat"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/outreach"
)

// sender sends over the channels that cannot be asked afterwards.
type sender struct{ *Service }

// texter sends SMS, and can ask the provider what became of one.
type texter struct{ *Service }

var (
	_ outreach.Sender     = sender{}
	_ outreach.Reconciler = texter{}
)

// Send sends one message.
func (s sender) Send(ctx context.Context, m outreach.Message) (outreach.Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	e, to, o := s.prepare(ctx, m)
	if o != nil {
		return *o, nil
	}
	return s.deliver(ctx, e, m, to), nil
}

// prepare finds the endpoint and the address of a message, or why it is not sent.
func (s *Service) prepare(ctx context.Context, m outreach.Message) (e Endpoint, to string, o *outreach.Outcome) {
	e, err := s.Get(ctx, m.Endpoint)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && (e.Disabled || !slices.Contains(serves[e.Kind], m.Channel)):
		return e, "", &outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.NoEndpoint}
	case err != nil: // nothing was sent
		return e, "", &outreach.Outcome{Verdict: outreach.Again, Reason: outreach.NoEndpoint, Detail: "the endpoint cannot be read"}
	}
	if to = addressOf(e, m.Channel, m.Customer.Identities); to == "" {
		return e, "", &outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.NoAddress}
	}
	return e, to, nil
}

// addressOf is the newest identity that the channel can write to. Identities are in order
// of age.
func addressOf(e Endpoint, channel string, all []event.Identity) string {
	want := map[string]string{SMS: "phone", Email: "email"}[channel]
	if want == "" {
		want = "openid:" + e.Settings.AppID
	}
	for _, i := range slices.Backward(all) {
		if i.Type == want {
			return i.Value
		}
	}
	return ""
}

var unfit = outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.BadTemplate, Detail: "the message does not fit the channel"}

// deliver makes the call of a channel without reports.
func (s *Service) deliver(ctx context.Context, e Endpoint, m outreach.Message, to string) outreach.Outcome {
	app := wechat.Account{AppID: e.Settings.AppID, Secret: e.Secret, BaseURL: e.Settings.BaseURL}
	switch m.Channel {
	case Email:
		return s.post(ctx, e, m, to)
	case WeChatTemplate:
		var t wechat.Template
		if json.Unmarshal(m.Content, &t) != nil {
			return unfit
		}
		return s.wechat.SendTemplate(ctx, app, to, m.ID, t)
	case WeChatService:
		var t wechat.Service
		if json.Unmarshal(m.Content, &t) != nil {
			return unfit
		}
		return s.wechat.SendService(ctx, app, to, t)
	case MiniSubscribe:
		var t wechat.Subscribe
		if json.Unmarshal(m.Content, &t) != nil {
			return unfit
		}
		return s.wechat.SendSubscribe(ctx, app, to, t)
	}
	return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.NoEndpoint}
}

// Letter is the content of a message over e-mail.
type Letter struct {
	Subject string `json:"subject"`
	Text    string `json:"text,omitempty"`
	HTML    string `json:"html,omitempty"`
}

func (s *Service) post(ctx context.Context, e Endpoint, m outreach.Message, to string) outreach.Outcome {
	var l Letter
	if json.Unmarshal(m.Content, &l) != nil {
		return unfit
	}
	to, err := mail.Address(to)
	if err != nil {
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.NoAddress}
	}
	c := e.Settings
	return s.mail.Send(ctx, mail.Account{
		Host: c.Host, Port: c.Port, Security: c.Security, User: c.User, Password: e.Secret,
		From: netmail.Address{Name: c.FromName, Address: c.From}, ReplyTo: c.ReplyTo,
	}, mail.Letter{
		To: to, Subject: l.Subject, Text: l.Text, HTML: l.HTML, Ref: m.ID, Unsubscribe: s.unsubscribeURL(e, m.ID), At: s.Clock.Now(),
	})
}

// Text is the content of a message over SMS: never free text.
type Text struct {
	Template string     `json:"template"`
	Params   sms.Params `json:"params"`
}

func account(e Endpoint) sms.Account {
	c := e.Settings
	return sms.Account{KeyID: c.KeyID, Secret: e.Secret, Sign: c.Sign, AppID: c.AppID, Region: c.Region, BaseURL: c.BaseURL}
}

// Send sends one SMS. The time is on disk before the call, so that the message can be
// found if no answer comes.
func (s texter) Send(ctx context.Context, m outreach.Message) (outreach.Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	e, to, o := s.prepare(ctx, m)
	if o != nil {
		return *o, nil
	}
	var t Text
	if json.Unmarshal(m.Content, &t) != nil || t.Template == "" {
		return unfit, nil
	}
	if err := s.open(ctx, m.ID, e.ID); err != nil { // nothing was sent
		return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.Interrupted, Detail: "the call could not be noted"}, nil
	}
	out := s.vendors[e.Kind].Send(ctx, account(e), sms.Text{To: to, Ref: m.ID, Template: t.Template, Params: t.Params})
	if out.Verdict != outreach.Accepted {
		return out, nil
	}
	if out.ProviderID != "" {
		if err := s.name(context.WithoutCancel(ctx), m.ID, out.ProviderID); err != nil {
			out.Detail += "; its number was not kept"
		}
	}
	return s.taken(e, out), nil
}

// taken is what acceptance by the provider means: the end, or the wait for the carrier.
func (s *Service) taken(e Endpoint, o outreach.Outcome) outreach.Outcome {
	if e.Settings.Reports {
		o.Verdict = outreach.Handed
	}
	return o
}

// Reconcile asks the provider about a message whose call brought no answer. A message that
// the provider does not know yet stays unknown.
func (s texter) Reconcile(ctx context.Context, m outreach.Message) (outreach.Outcome, error) {
	e, r, found, err := s.ask(ctx, m)
	if err != nil {
		return outreach.Outcome{}, err
	}
	if !found {
		return outreach.Outcome{Detail: "the provider does not know the message"}, nil
	}
	switch r.State {
	case sms.Delivered:
		return outreach.Outcome{Verdict: outreach.Accepted, Detail: r.Code, ProviderID: r.ProviderID}, nil
	case sms.Failed:
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.Refused, Detail: r.Code, ProviderID: r.ProviderID}, nil
	}
	return s.taken(e, outreach.Outcome{Verdict: outreach.Accepted, ProviderID: r.ProviderID}), nil
}

// ask has the provider look for a message.
func (s *Service) ask(ctx context.Context, m outreach.Message) (e Endpoint, r sms.Report, found bool, err error) {
	if e, err = s.Get(ctx, m.Endpoint); err != nil {
		return e, r, false, err
	}
	c, err := s.called(ctx, m.ID)
	if fault.Is(err, fault.NotFound) { // it was never called
		return e, r, false, nil
	}
	to := addressOf(e, SMS, m.Customer.Identities)
	if err != nil || to == "" || s.vendors[e.Kind] == nil {
		return e, r, false, err
	}
	r, found, err = s.vendors[e.Kind].Ask(ctx, account(e), sms.Query{To: to, Ref: m.ID, ProviderID: c.providerID, At: c.at})
	return e, r, found, err
}
