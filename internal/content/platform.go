package content

import (
	"bytes"
	"context"
	"fmt"

	"yutang/internal/wecom"
)

// Lend has a picture that is no asset at the platform, to be sent once. Nothing keeps it
// here, and the platform forgets it after three days.
func (s *Service) Lend(ctx context.Context, corp, name string, raw []byte) (mediaID string, err error) {
	client, err := s.Client(ctx, corp)
	if err != nil {
		return "", err
	}
	m, err := client.UploadMedia(ctx, wecom.MediaImage, name, bytes.NewReader(raw))
	if err != nil {
		return "", fmt.Errorf("upload a picture: %w", err)
	}
	return m.MediaID, nil
}

// send uploads an asset and gives the platform's name for it.
func (s *Service) send(ctx context.Context, c *wecom.Client, way upload, a Asset) (string, error) {
	raw, err := s.bytes(a)
	if err != nil {
		return "", err
	}
	body := bytes.NewReader(raw)
	var m wecom.Media
	switch way {
	case upPicture:
		return c.UploadImage(ctx, a.Name, body)
	case upImage:
		m, err = c.UploadMedia(ctx, wecom.MediaImage, a.Name, body)
	case upVideo:
		m, err = c.UploadMedia(ctx, wecom.MediaVideo, a.Name, body)
	case upFile:
		m, err = c.UploadMedia(ctx, wecom.MediaFile, a.Name, body)
	case upMomentImage:
		m, err = c.UploadAttachment(ctx, wecom.MediaImage, wecom.ForMoment, a.Name, body)
	case upMomentVideo:
		m, err = c.UploadAttachment(ctx, wecom.MediaVideo, wecom.ForMoment, a.Name, body)
	default:
		return "", fmt.Errorf("there is no way to upload %q", way)
	}
	return m.MediaID, err
}

// forPlatform is the attachment as the platform wants it. id is what it calls the asset.
func (a Attachment) forPlatform(use Use, id string) wecom.Attachment {
	switch a.Kind {
	case KindImage:
		return wecom.ImageAttachment(id)
	case KindVideo:
		return wecom.VideoAttachment(id)
	case KindFile:
		return wecom.FileAttachment(id)
	case KindMiniProgram:
		return wecom.MiniProgramAttachment(wecom.MiniProgContent{Title: a.Title, PicMediaID: id, AppID: a.AppID, Page: a.Page})
	}
	link := wecom.LinkContent{Title: a.Title, Desc: a.Description, URL: a.URL}
	if use == Moment {
		link.Desc, link.MediaID = "", id
	} else {
		link.PicURL = id
	}
	return wecom.LinkAttachment(link)
}
