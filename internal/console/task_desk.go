package console

import (
	"net/http"
	"net/url"
	"strconv"
)

// showHandOver gives all that a member has to do to another.
func showTaskHandOver(v *visit) error { return v.handOverDesk(url.Values{}, nil) }

func (v *visit) handOverDesk(q url.Values, wrong error) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	f := &form{Action: "/tasks/hand-over", Submit: v.Say("全部转交", "Hand all over"), Cancel: "/tasks", Fields: []field{
		{Name: "from", Kind: "select", Label: v.Say("谁的任务", "Whose tasks"), Options: v.memberOptions(staff, q.Get("from")), Required: true},
		{Name: "to", Kind: "select", Label: v.Say("转给谁", "To whom"), Options: v.memberOptions(staff, q.Get("to")), Required: true},
	}}
	d := desk{Crumb: link{Name: v.Say("员工任务", "Staff tasks"), Href: "/tasks"}, Title: v.Say("批量转交任务", "Hand tasks over"), Sections: []section{{
		Note: v.Say("把一位员工还没做完的任务全部交给另一位，例如请假时。历史会保留。", "All that a member has still to do goes to another, with its history."), Form: f,
	}}}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func handOverTasks(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	body := map[string]string{"corp": v.Corp, "from": trimmed(q, "from"), "to": trimmed(q, "to")}
	if err := v.send(http.MethodPost, "/tasks/hand-over", body, nil); err != nil {
		return v.handOverDesk(q, err)
	}
	return back(v.w, v.r, "/tasks", "handed")
}

type taskSettings struct {
	Group    string `json:"group"`
	Window   int    `json:"window_minutes"`
	Gather   int    `json:"gather_minutes"`
	Cards    int    `json:"cards_per_day"`
	Tasks    int    `json:"tasks_per_day"`
	Quiet    *hours `json:"quiet_hours,omitempty"`
	Undo     int    `json:"undo_minutes"`
	HandOver bool   `json:"hand_over_with_customer"`
}

type hours struct {
	From string `json:"from"`
	To   string `json:"to"`
}

func showTaskSettings(v *visit) error {
	var s taskSettings
	if err := v.get("/tasks/settings", nil, &s); err != nil {
		return err
	}
	quiet := v.Say("没有", "none")
	if s.Quiet != nil {
		quiet = s.Quiet.From + "–" + s.Quiet.To
	}
	facts := []fact{
		{Name: v.Say("一张卡片装什么", "What one card holds"), Value: text(v.Name("taskgroup", s.Group))},
		{Name: v.Say("攒多久再通知", "Gathered for"), Value: text(v.Sayf("%d 分钟", "%d minutes", s.Gather))},
		{Name: v.Say("每人每天最多卡片", "Cards a member and day"), Value: text(strconv.Itoa(s.Cards))},
		{Name: v.Say("每人每天最多任务", "Tasks a member and day"), Value: text(strconv.Itoa(s.Tasks))},
		{Name: v.Say("不打扰员工", "Quiet hours of staff"), Value: text(quiet)},
		{Name: v.Say("做完可撤回", "May be undone for"), Value: text(v.Sayf("%d 分钟", "%d minutes", s.Undo))},
		{Name: v.Say("客户换人时任务跟着走", "Tasks go with the customer"), Value: text(v.yes(s.HandOver))},
	}
	return v.show(desk{Title: v.Say("员工任务", "Staff tasks"), Tabs: v.taskTabs("settings"), Sections: []section{{Title: v.Say("怎样通知员工", "How staff are told"), Facts: facts}}})
}
