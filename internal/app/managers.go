package app

import (
	"context"
	"strings"

	"yutang/internal/corp"
	"yutang/internal/wecom"
)

// managers are the members whom an operator has named to hear of what goes wrong, corp by
// corp.
type managers struct{ corps *corp.Service }

// Corps are those that have any.
func (m managers) Corps(ctx context.Context) (ids []string, err error) {
	list, err := m.corps.List(ctx)
	for _, c := range list {
		if len(c.Settings.Managers) > 0 {
			ids = append(ids, c.ID)
		}
	}
	return ids, err
}

// Tell sends them a text by the corp's app.
func (m managers) Tell(ctx context.Context, corpID, text string) error {
	c, err := m.corps.Get(ctx, corpID)
	if err != nil || len(c.Settings.Managers) == 0 {
		return err
	}
	client, err := m.corps.Client(ctx, corpID)
	if err != nil {
		return err
	}
	_, err = client.MessageSend(ctx, wecom.AppMessage{
		ToUser: strings.Join(c.Settings.Managers, "|"), MsgType: "text", EnableDuplicateCheck: 1, DuplicateCheckInterval: 14400,
		Text: &wecom.TextContent{Content: text},
	})
	return err
}
