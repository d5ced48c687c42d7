package content

import (
	"crypto/sha256"
	"encoding/hex"
)

// Mark is the fingerprint by which a message is found again in the platform's lists; see
// the function Mark.
func (c Content) Mark() string {
	kinds := make([]string, len(c.Attachments))
	for i, a := range c.Attachments {
		kinds[i] = a.Kind
	}
	return Mark(c.Text, kinds)
}

// Mark fingerprints a message by its text and the kinds of its attachments, in order. Ids
// of files change on the way, so they do not count.
func Mark(text string, kinds []string) string {
	h := sha256.New()
	h.Write([]byte(text))
	for _, kind := range kinds {
		h.Write([]byte{0})
		h.Write([]byte(kind))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
