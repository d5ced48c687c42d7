package masssend

import (
	"crypto/sha256"
	"encoding/hex"

	"yutang/internal/content"
	"yutang/internal/wecom"
)

// markOf is the fingerprint by which a message is found in the platform's list: its text
// and the kinds of its attachments, in order. Ids of files change on the way, so they do
// not count.
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

func markOfListed(m wecom.GroupMsg) string {
	kinds := make([]string, len(m.Attachments))
	for i, a := range m.Attachments {
		kinds[i] = a.MsgType
	}
	return markOf(m.Text.Content, kinds)
}
