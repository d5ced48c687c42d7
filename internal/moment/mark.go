package moment

import (
	"yutang/internal/content"
	"yutang/internal/wecom"
)

// markOfListed is the mark of a moment as the platform lists it.
func markOfListed(m wecom.Moment) string {
	var kinds []string
	for range m.Image {
		kinds = append(kinds, content.KindImage)
	}
	if m.Video != nil && m.Video.MediaID != "" {
		kinds = append(kinds, content.KindVideo)
	}
	if m.Link != nil && m.Link.URL != "" {
		kinds = append(kinds, content.KindLink)
	}
	return content.Mark(m.Text.Content, kinds)
}
