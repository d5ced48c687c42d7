package moment

import (
	"crypto/sha256"
	"encoding/hex"

	"yutang/internal/content"
	"yutang/internal/wecom"
)

// markOf is the fingerprint by which a moment is found in the platform's list: its text and
// the kinds of its attachments. Ids of files change on the way.
func markOf(text string, kinds []string) string {
	h := sha256.New()
	h.Write([]byte(text))
	for _, kind := range kinds {
		h.Write([]byte{0})
		h.Write([]byte(kind))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func markOfContent(c content.Content) string {
	kinds := make([]string, len(c.Attachments))
	for i, a := range c.Attachments {
		kinds[i] = a.Kind
	}
	return markOf(c.Text, kinds)
}

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
	return markOf(m.Text.Content, kinds)
}
