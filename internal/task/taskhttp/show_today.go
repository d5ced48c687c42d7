package taskhttp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"yutang/internal/task"
)

// today is the first page of a member.
type todayPage struct {
	Date    string
	Done    int
	Total   int
	Percent int
	Late    []pile
	Open    []pile
	Closed  []pile
	Queued  int
}

// pile is a card in the list.
type pile struct {
	task.Pile
	Href    string
	Amount  string
	Due     string
	Percent int
	Late    bool
}

func (p *pages) today(ctx context.Context, w http.ResponseWriter, r *http.Request, v *visit) error {
	found, err := p.Tasks.Today(ctx, v.Me.Corp, v.Me.User)
	if err != nil {
		return err
	}
	data := todayPage{Date: v.date(v.now), Done: found.Done, Total: found.Done, Queued: found.Queued}
	for _, c := range found.Cards {
		data.Total += c.Left()
		x := pile{Pile: c, Href: "/m/tasks/" + url.PathEscape(c.ID), Amount: v.left(c), Percent: 100 * c.Done / c.Total, Late: c.Overdue > 0}
		switch {
		case c.Left() == 0:
			data.Closed = append(data.Closed, x)
		case x.Late:
			x.Due = fmt.Sprintf(v.Say("%d 项已逾期", "%d overdue"), c.Overdue)
			data.Late = append(data.Late, x)
		default:
			x.Due = v.due(c.Next)
			data.Open = append(data.Open, x)
		}
	}
	if data.Total > 0 {
		data.Percent = 100 * data.Done / data.Total
	}
	p.render(w, r, v, http.StatusOK, "today", data)
	return nil
}

func (v *visit) left(c task.Pile) string {
	if c.Left() == 0 {
		return fmt.Sprintf(v.Say("%d 项已完成", "%d done"), c.Done)
	}
	if c.Done == 0 {
		return fmt.Sprintf(v.Say("%d 项待完成", "%d to do"), c.Left())
	}
	return fmt.Sprintf(v.Say("还剩 %d / %d 项", "%d of %d left"), c.Left(), c.Total)
}

var weekdays = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}

func (v *visit) date(t time.Time) string {
	local := t.In(v.p.Tasks.Zone())
	if v.Lang == "en" {
		return local.Format("Monday, 2 January")
	}
	return local.Format("1月2日 ") + weekdays[local.Weekday()]
}

// clock is a time near now.
func (v *visit) clock(t time.Time) string {
	zone := v.p.Tasks.Zone()
	local, today := t.In(zone), v.now.In(zone)
	switch days := int(midnight(local).Sub(midnight(today)).Round(24*time.Hour) / (24 * time.Hour)); days {
	case 0:
		return v.Say("今天 ", "today ") + local.Format("15:04")
	case 1:
		return v.Say("明天 ", "tomorrow ") + local.Format("15:04")
	case -1:
		return v.Say("昨天 ", "yesterday ") + local.Format("15:04")
	}
	return local.Format(v.Say("1月2日 15:04", "2 Jan 15:04"))
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

func (v *visit) due(t time.Time) string {
	return v.clock(t) + v.Say(" 截止", "")
}
