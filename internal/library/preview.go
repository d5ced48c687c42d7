package library

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/tidwall/gjson"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/customer"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/id"
	"yutang/internal/template"
)

// Try asks how a content looks for a customer.
type Try struct {
	Content  json.RawMessage // an object; every text in it is a template
	Use      content.Use     // "" another channel: no limits are known
	Customer string          // public id, "" nobody in particular
	Missing  string          // "empty" (default) or "skip", as of a send
	More     map[string]any  // further values, such as event and staff
}

// Outcomes of a preview.
const (
	Sent    = "sent"
	Skipped = "skipped" // a value is missing and the send asks for none to be
	Broken  = "broken"  // a template cannot be rendered for this customer
)

// Preview is how a content looks.
type Preview struct {
	Content   json.RawMessage
	Outcome   string
	Variables []Variable
	Lengths   []content.Length
	Problems  []fault.Field // why the platform would refuse it
	Masked    bool          // personal values are hidden from who asks
}

// Preview renders a content for a customer without sending it.
func (s *Service) Preview(ctx context.Context, t Try) (Preview, error) {
	out := Preview{Masked: !access.Can(ctx, access.CustomersUnmask)}
	if t.Missing != "" && t.Missing != "empty" && t.Missing != "skip" {
		return out, fault.BadField("/missing", "must be empty or skip")
	}
	c, faults := template.Parse(t.Content, "/content", t.Missing == "skip")
	if len(faults) > 0 {
		e := fault.New(fault.Invalid, "invalid", "the content is not made of templates")
		e.Fields = faults
		return out, e
	}
	profile, err := s.profile(ctx, t.Customer)
	if err != nil {
		return out, err
	}
	if out.Masked {
		profile = customer.Mask(profile)
	}
	bind := flow.Bindings(profile, nil, t.More)
	out.Variables = variables(texts(t.Content), bind)
	out.Content, err = c.Render(bind)
	switch {
	case errors.Is(err, template.ErrMissing):
		out.Outcome = Skipped
		return out, nil
	case err != nil:
		out.Outcome, out.Problems = Broken, []fault.Field{{Pointer: "/content", Detail: err.Error()}}
		return out, nil
	}
	out.Outcome = Sent
	return out, s.measure(ctx, t.Use, &out)
}

// measure holds a rendered content against the limits of a use.
func (s *Service) measure(ctx context.Context, use content.Use, out *Preview) error {
	c, err := content.Parse(out.Content)
	if err != nil {
		if use != "" {
			return under(err, "/content")
		}
		return nil
	}
	out.Lengths = c.Lengths(use)
	if use == "" {
		return nil
	}
	err = s.Content.Check(ctx, c, use)
	var e *fault.Error
	if errors.As(err, &e) && e.Kind == fault.Invalid {
		out.Problems = e.Fields
		return nil
	}
	return err
}

// profile is a customer as they are now, or nobody.
func (s *Service) profile(ctx context.Context, public string) (customer.Profile, error) {
	if public == "" {
		return customer.Profile{}, nil
	}
	ord, err := id.ParseCustomer(public)
	if err != nil {
		return customer.Profile{}, err
	}
	if _, err := s.Timeline.Records(ord); err != nil {
		return customer.Profile{}, err
	}
	s.Timeline.RLock()
	root := s.Timeline.Root(ord)
	s.Timeline.RUnlock()
	return s.Customers.Profile(ctx, root)
}

// RenderScript makes the words of a script for a customer whom staff see as profile.
func RenderScript(text string, profile customer.Profile, more map[string]any) (string, []Variable, error) {
	t, err := template.ParseText(text, false)
	if err != nil {
		return "", nil, err
	}
	bind := flow.Bindings(profile, nil, more)
	out, err := t.Render(bind)
	return out, variables([]string{text}, bind), err
}

// texts are the texts of a JSON object in order.
func texts(raw json.RawMessage) []string {
	var out []string
	var walk func(v gjson.Result)
	walk = func(v gjson.Result) {
		if v.Type == gjson.String && !slices.Contains(out, v.Str) {
			out = append(out, v.Str)
		}
		if v.IsObject() || v.IsArray() {
			v.ForEach(func(_, member gjson.Result) bool { walk(member); return true })
		}
	}
	walk(gjson.ParseBytes(raw))
	return out
}
