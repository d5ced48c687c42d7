package posterhttp

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/library"
	"yutang/internal/poster"
	"yutang/internal/sidepanel"
)

type mineInput struct {
	ID       string `path:"id"`
	Customer string `query:"customer" maxLength:"64" doc:"external_userid of one of my customers, whose name texts may say"`
	Format   string `query:"format" enum:"png,jpeg" default:"jpeg"`
}

// order is the member's own poster, for one of their customers or for anybody.
func (h *handlers) order(ctx context.Context, in *mineInput) (v sidepanel.Viewer, o poster.Order, err error) {
	if v, err = h.Panel.Who(ctx); err != nil {
		return v, o, err
	}
	who, err := h.Library.Member(ctx, v.Corp, v.User)
	if err != nil {
		return v, o, err
	}
	m, err := h.Library.ForStaff(ctx, who, in.ID)
	if err != nil {
		return v, o, err
	}
	t, err := poster.Parse(m.Version.Body)
	if err != nil {
		return v, o, err
	}
	o = poster.Order{Template: t, Person: poster.Person{Corp: v.Corp, Staff: v.User}, Format: in.Format}
	if in.Customer != "" {
		c, err := h.Panel.Get(ctx, v, in.Customer)
		if err != nil {
			return v, o, err
		}
		o.Values = library.CustomerValues(c.Profile)
	}
	return v, o, nil
}

func (h *handlers) mine(ctx context.Context, in *mineInput) (*huma.StreamResponse, error) {
	_, o, err := h.order(ctx, in)
	if err != nil {
		return nil, err
	}
	return h.draw(ctx, o)
}

type mediaOutput struct {
	Body struct {
		MediaID string `json:"media_id" doc:"for sendChatMessage of the JS-SDK; good for three days"`
	}
}

// lend draws the member's own poster and has it at the platform, for a chat.
func (h *handlers) lend(ctx context.Context, in *mineInput) (*mediaOutput, error) {
	v, o, err := h.order(ctx, in)
	if err != nil {
		return nil, err
	}
	p, err := h.Posters.Render(ctx, o)
	if err != nil {
		return nil, err
	}
	out := &mediaOutput{}
	out.Body.MediaID, err = h.Content.Lend(ctx, v.Corp, "poster."+o.Format, p.Bytes)
	return out, err
}
