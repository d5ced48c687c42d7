package sidepanelhttp

import (
	"cmp"
	"context"

	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/sidepanel"
	"yutang/internal/wecom"
)

// Member is one whose customers I may see.
type Member struct {
	Staff string `json:"staff"`
	Name  string `json:"name"`
}

type meOutput struct {
	Body struct {
		Corp     string   `json:"corp"`
		Staff    string   `json:"staff" doc:"userid"`
		Name     string   `json:"name"`
		Leads    bool     `json:"leads" doc:"whether I see customers of others, too"`
		Under    []string `json:"under" doc:"whose customers I may see, myself included"`
		Team     []Member `json:"team" doc:"those of them who are in the corp still; empty unless I lead"`
		Zone     string   `json:"zone" doc:"of the brand"`
		Currency string   `json:"currency" doc:"of the brand"`
	}
}

func (h *handlers) me(ctx context.Context, _ *httpapi.None) (*meOutput, error) {
	v, err := h.Panel.Who(ctx)
	if err != nil {
		return nil, err
	}
	out := &meOutput{}
	out.Body.Corp, out.Body.Staff, out.Body.Name = v.Corp, v.User, v.Name
	out.Body.Leads, out.Body.Under = v.Leads(), v.Reach
	brand, err := h.Panel.Access.Brand(ctx)
	if err != nil {
		return nil, err
	}
	out.Body.Zone, out.Body.Currency = brand.Location().String(), brand.Currency
	out.Body.Team, err = h.team(ctx, v)
	return out, err
}

// team is who of the members led is still in the corp, the viewer among them.
func (h *handlers) team(ctx context.Context, v sidepanel.Viewer) ([]Member, error) {
	out := []Member{}
	if !v.Leads() {
		return out, nil
	}
	for _, user := range v.Reach {
		m, err := h.Panel.Staff.Get(ctx, v.Corp, user)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil && m.Here() {
			out = append(out, Member{user, cmp.Or(m.Name, user)})
		}
	}
	return out, nil
}

type signInput struct {
	URL string `query:"url" required:"true" maxLength:"2048" doc:"the page's address; what follows # does not count"`
}

// Signature is what a page passes to the JS-SDK.
type Signature struct {
	Timestamp int64  `json:"timestamp"`
	Nonce     string `json:"nonce"`
	Signature string `json:"signature"`
}

func wireSignature(s wecom.Signature) Signature {
	return Signature{Timestamp: s.Timestamp, Nonce: s.Nonce, Signature: s.Signature}
}

type signOutput struct {
	Body struct {
		CorpID  string    `json:"corp_id"`
		AgentID int64     `json:"agent_id"`
		Config  Signature `json:"config" doc:"for wx.config"`
		Agent   Signature `json:"agent_config" doc:"for wx.agentConfig"`
	}
}

func (h *handlers) sign(ctx context.Context, in *signInput) (*signOutput, error) {
	v, err := h.Panel.Who(ctx)
	if err != nil {
		return nil, err
	}
	s, err := h.Panel.Sign(ctx, v, httpapi.Request(ctx).Host, in.URL)
	if err != nil {
		return nil, err
	}
	out := &signOutput{}
	out.Body.CorpID, out.Body.AgentID = s.Agent.CorpID, s.Agent.AgentID
	out.Body.Config, out.Body.Agent = wireSignature(s.Config), wireSignature(s.Agent)
	return out, nil
}

// TagGroup is a group of tags that a member may put.
type TagGroup struct {
	Name string `json:"name"`
	Tags []Tag  `json:"tags"`
}

// Tag is one of them. Label names it in orders.
type Tag struct {
	Label string `json:"label"`
	Name  string `json:"name"`
}

type groupsOutput struct {
	Body struct {
		Items []TagGroup `json:"items"`
	}
}

func (h *handlers) groups(ctx context.Context, _ *httpapi.None) (*groupsOutput, error) {
	v, err := h.Panel.Who(ctx)
	if err != nil {
		return nil, err
	}
	groups, tags := h.Panel.Groups(v)
	out := &groupsOutput{}
	out.Body.Items = []TagGroup{}
	for _, g := range groups {
		wire := TagGroup{Name: g.Name}
		for _, t := range tags[g.ID] {
			wire.Tags = append(wire.Tags, Tag{Label: t.Label, Name: t.Name})
		}
		out.Body.Items = append(out.Body.Items, wire)
	}
	return out, nil
}
