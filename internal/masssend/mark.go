package masssend

import (
	"yutang/internal/content"
	"yutang/internal/wecom"
)

// markOfListed is the mark of a message as the platform lists it.
func markOfListed(m wecom.GroupMsg) string {
	kinds := make([]string, len(m.Attachments))
	for i, a := range m.Attachments {
		kinds[i] = a.MsgType
	}
	return content.Mark(m.Text.Content, kinds)
}
