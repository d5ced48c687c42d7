package contenthttp

import (
	"context"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/fault"
)

type mediaOutput struct {
	Body struct {
		MediaID string `json:"media_id" doc:"for sendChatMessage of the JS-SDK; good for some hours at least"`
	}
}

// media has an asset at the platform, for a member who sends it in a chat.
func (h *handlers) media(ctx context.Context, in *idInput) (*mediaOutput, error) {
	p, _ := access.From(ctx)
	if p.Staff == nil {
		return nil, fault.New(fault.Forbidden, "not_staff", "only members of staff send in chats")
	}
	a, err := h.content.Asset(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	one := content.Content{Attachments: []content.Attachment{{Kind: a.Kind, Asset: a.ID}}}
	_, ready, err := h.content.Ready(ctx, p.Staff.Corp, one, content.MassSend)
	if err != nil {
		return nil, err
	}
	out := &mediaOutput{}
	for _, r := range ready {
		switch {
		case r.Image != nil:
			out.Body.MediaID = r.Image.MediaID
		case r.Video != nil:
			out.Body.MediaID = r.Video.MediaID
		case r.File != nil:
			out.Body.MediaID = r.File.MediaID
		}
	}
	if out.Body.MediaID == "" {
		return nil, fault.New(fault.Precondition, "not_sendable", "chats take images, videos and files")
	}
	return out, nil
}
