package task

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"yutang/internal/wecom"
)

// address is the staff page of a card, or of all tasks of a member, in a corp; "" if nobody has
// said where staff reach us. The message's id makes each body different, so that the platform
// drops repeats of one message only.
func address(public, corp, card, message string) string {
	if public == "" {
		return ""
	}
	page := "/staff/tasks"
	if card != "" {
		page += "/" + card
	}
	return strings.TrimSuffix(public, "/") + page + "?" + url.Values{"corp": {corp}, "m": {message}}.Encode()
}

// bodyOf writes the message about tasks of a card.
func (s *Service) bodyOf(ctx context.Context, c Card, m Message, list []Task, now time.Time) (wecom.AppMessage, error) {
	title := c.Title
	switch m.Kind {
	case More:
		title = "新增：" + title
	case Remind:
		title = "快到期：" + title
	}
	var due time.Time
	for _, t := range list {
		end := t.Deadline
		if m.Kind != Remind && !t.fixed {
			end = now.Add(deadlineOf(t.Spec))
		}
		if due.IsZero() || end.Before(due) {
			due = end
		}
	}
	lines := []string{s.amount(m.Kind, list)}
	if !due.IsZero() {
		lines = append(lines, "截止时间："+s.moment(due, now))
	}
	return s.appMessage(ctx, c.Corp, m, title, lines, c.ID, "去完成")
}

// amount says how much there is to do.
func (s *Service) amount(kind string, list []Task) string {
	customers := 0
	for _, t := range list {
		if t.Ord != 0 {
			customers++
		}
	}
	switch {
	case customers == 0 && len(list) == 1:
		return "1 项任务"
	case customers == 0:
		return fmt.Sprintf("%d 项任务", len(list))
	case kind == Remind:
		return fmt.Sprintf("还有 %d 位客户待跟进", customers)
	case kind == More:
		return fmt.Sprintf("又有 %d 位客户待跟进", customers)
	}
	return fmt.Sprintf("%d 位客户待跟进", customers)
}

// moment is a time as staff say it: without the date when it is today.
func (s *Service) moment(t, now time.Time) string {
	zone := s.Zone()
	local := t.In(zone)
	switch s.day(t) {
	case s.day(now):
		return "今天 " + local.Format("15:04")
	case s.day(now.Add(24 * time.Hour)):
		return "明天 " + local.Format("15:04")
	}
	return local.Format("1月2日 15:04")
}

// appMessage is a card with a button when there is an address, else plain text.
func (s *Service) appMessage(ctx context.Context, corp string, m Message, title string, lines []string, card, button string) (wecom.AppMessage, error) {
	out := wecom.AppMessage{ToUser: m.Staff, EnableDuplicateCheck: 1, DuplicateCheckInterval: int(dedupe.Seconds())}
	c, err := s.Corps.Get(ctx, corp)
	if err != nil {
		return out, err
	}
	if to := address(c.Settings.PublicURL, corp, card, m.ID); to != "" {
		out.MsgType = "textcard"
		out.TextCard = &wecom.TextCard{Title: cut(title, margin), Description: cut(strings.Join(lines, "\n"), most), URL: to, BtnTxt: button}
		return out, nil
	}
	out.MsgType = "text"
	out.Text = &wecom.TextContent{Content: cut(strings.Join(append([]string{title}, lines...), "\n"), 2000) + "\n（" + m.ID[len(m.ID)-6:] + "）"}
	return out, nil
}

// cut shortens a text to at most n bytes of whole characters.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	n -= len("…")
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n] + "…"
}
