package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/moment"
)

type momentDetail struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Content     content.Content `json:"content"`
	Visible     moment.Range    `json:"visible"`
	State       string          `json:"state"`
	Reason      string          `json:"reason"`
	Invalid     moment.Range    `json:"invalid"`
	ScheduledAt time.Time       `json:"scheduled_at"`
	PublishedAt time.Time       `json:"published_at"`
	WatchUntil  time.Time       `json:"watch_until"`
}

func (m momentDetail) at() string { return "/moments/" + segment(m.ID) }

func showMoments(v *visit) error {
	var p listed[momentDetail]
	if err := v.get("/moments", v.ofCorp("state"), &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("名称", "Name")}, {Name: v.Say("文字", "Text"), Wide: true}, {Name: v.Say("计划", "Planned"), N: true}, {Name: v.Say("状态", "State")}},
		Empty: v.Say("还没有朋友圈任务。", "No moments yet."),
	}
	for _, m := range p.Items {
		t.add(cell{Text: m.Name, Href: m.at()}, cell{Text: brief(m.Content.Text), Faint: true}, v.time(m.ScheduledAt), v.state("state", m.State))
	}
	d := desk{Title: v.Say("朋友圈", "Moments"), Lead: v.Say("员工在手机上确认后发表，客户每月可看到的次数由企业微信限制。", "Published once a member confirms on the phone."), Sections: []section{{Table: t.paged(v.r, p.Next)}}}
	if v.Who.Can(access.OutreachWrite) {
		d.Actions = []action{{Name: v.Say("新建朋友圈", "New moment"), Href: "/moments/new", Primary: true}}
	}
	return v.show(d)
}

type momentStaff struct {
	Staff     string `json:"staff"`
	Published bool   `json:"published"`
	Likes     int    `json:"likes"`
	Comments  int    `json:"comments"`
}

func showMoment(v *visit) error {
	var m momentDetail
	if err := v.get("/moments/"+segment(v.id()), nil, &m); err != nil {
		return err
	}
	var p listed[momentStaff]
	if err := v.get("/moments/"+segment(v.id())+"/staff", v.page(), &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{Head: []head{{Name: v.Say("员工", "Staff")}, {Name: v.Say("发表", "Published")}, {Name: v.Say("点赞", "Likes"), N: true}, {Name: v.Say("评论", "Comments"), N: true}}, Empty: v.Say("还没有派给员工。", "Nobody was asked yet.")}
	for _, x := range p.Items {
		state := cell{Text: v.Say("未发表", "not yet"), Chip: "chip live"}
		if x.Published {
			state = cell{Text: v.Say("已发表", "published"), Chip: "chip good"}
		}
		t.add(v.staffCell(staff, x.Staff), state, text(strconv.Itoa(x.Likes)), text(strconv.Itoa(x.Comments)))
	}
	d := desk{Crumb: link{Name: v.Say("朋友圈", "Moments"), Href: "/moments"}, Title: m.Name, Chips: []chip{{Text: v.Name("state", m.State), Class: chipClass(m.State)}}, Actions: v.momentActions(m)}
	if m.Reason != "" {
		d.Problem = v.Name("reason", m.Reason)
	}
	if n := len(m.Invalid.Staff) + len(m.Invalid.Departments) + len(m.Invalid.Tags); n > 0 {
		d.Problem = v.Sayf("企业微信去掉了 %d 个无效的员工、部门或标签。", "WeCom left out %d staff, departments or tags.", n)
	}
	d.Sections = []section{
		{Title: v.Say("员工进度", "Progress of staff"), Table: t.paged(v.r, p.Next)},
		{Title: v.Say("内容", "Content"), Half: true, Chat: v.bubble(v.Say("客户看到", "Customers see"), m.Content)},
		{Title: v.Say("设置", "Settings"), Half: true, Facts: []fact{
			{Name: v.Say("由谁发表", "By"), Value: text(v.everybody(v.namesText(m.Visible.Staff, staff)))},
			{Name: v.Say("客户标签", "Customers' tags"), Value: text(v.everybody(join(m.Visible.Tags)))},
			{Name: v.Say("计划时间", "Planned for"), Value: v.time(m.ScheduledAt)},
			{Name: v.Say("发表时间", "Published"), Value: v.time(m.PublishedAt)},
		}},
	}
	return v.show(d)
}

func (v *visit) everybody(names string) string {
	if names == "" {
		return v.Say("全部", "everybody")
	}
	return names
}

func (v *visit) momentActions(m momentDetail) []action {
	if !v.Who.Can(access.OutreachWrite) {
		return nil
	}
	switch m.State {
	case "draft":
		ask := v.Say("会立即派给员工发表。", "Staff are asked to publish at once.")
		if !m.ScheduledAt.IsZero() {
			ask = v.Sayf("将在 %s 派给员工发表。", "Staff are asked to publish at %s.", v.Stamp(m.ScheduledAt))
		}
		return []action{
			{Name: v.Say("安排发表", "Schedule"), Post: m.at() + "/schedule", Primary: true, Ask: ask},
			{Name: v.Say("修改", "Change"), Href: m.at() + "/edit"},
			{Name: v.Say("删除", "Delete"), Post: m.at() + "/delete", Danger: true, Ask: v.Say("删除这份草稿？", "Delete this draft?")},
		}
	case "done", "failed", "stopped":
		return nil
	}
	return []action{{Name: v.Say("停止", "Stop"), Post: m.at() + "/stop", Danger: true, Ask: v.Say("未发表的会收回。", "What nobody has published is taken back.")}}
}

func newMoment(v *visit) error { return v.momentDesk(momentDetail{}, nil) }

func editMoment(v *visit) error {
	var m momentDetail
	if err := v.get("/moments/"+segment(v.id()), nil, &m); err != nil {
		return err
	}
	return v.momentDesk(m, nil)
}

func (v *visit) momentDesk(m momentDetail, wrong error) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	files, err := v.assets()
	if err != nil {
		return err
	}
	departments, err := v.departments(m.Visible.Departments)
	if err != nil {
		return err
	}
	tags, err := v.corpTags(m.Visible.Tags)
	if err != nil {
		return err
	}
	f := &form{Action: "/moments/new", Submit: v.Say("保存", "Save"), Cancel: "/moments"}
	d := desk{Crumb: link{Name: v.Say("朋友圈", "Moments"), Href: "/moments"}, Title: v.Say("新建朋友圈", "New moment")}
	if m.ID != "" {
		f.Action, f.Cancel, d.Title = m.at()+"/edit", m.at(), m.Name
	}
	f.Fields = []field{
		{Name: "name", Label: v.Say("名称（内部）", "Name (internal)"), Value: m.Name, Required: true, Max: 100},
		{Name: "scheduled_at", Kind: "datetime", Label: v.Say("发表时间（空为立即）", "When (empty: at once)"), Value: v.local(m.ScheduledAt)},
	}
	f.Fields = append(f.Fields, v.contentFields(m.Content, files, "content.", "/content", maxAttached)...)
	f.Fields = append(f.Fields,
		field{Name: "staff", Pointer: "/visible/staff", Kind: "people", Label: v.Say("由谁发表（空为全部）", "By (empty: everybody)"), Options: chosen(staff.followers(), m.Visible.Staff)},
		field{Name: "departments", Pointer: "/visible/departments", Kind: "people", Label: v.Say("或整个部门", "Or departments"), Options: departments},
		field{Name: "tags", Pointer: "/visible/tags", Kind: "people", Label: v.Say("只给有这些标签的客户（空为全部）", "Only customers with these tags (empty: all)"), Options: tags},
	)
	d.Sections = []section{{Form: f}}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

// corpTags are the tags at the platform as choices, by the platform's id.
func (v *visit) corpTags(on []string) (out []option, err error) {
	list, err := allIfAllowed[definedTag](v.caller, "/tags/defined", url.Values{"corp": {v.Corp}})
	for _, t := range list {
		if t.Remote != "" {
			out = append(out, option{Value: t.Remote, Label: t.Label})
		}
	}
	return chosen(out, on), err
}

func saveMoment(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	m := momentDetail{
		ID: v.id(), Name: trimmed(q, "name"), Content: contentFrom(q, "content.", maxAttached), ScheduledAt: v.moment(q.Get("scheduled_at")),
		Visible: moment.Range{Staff: q["staff"], Departments: whole(q["departments"]), Tags: q["tags"]},
	}
	if q.Get("more") != "" {
		return v.momentDesk(m, nil)
	}
	body := map[string]any{"corp": v.Corp, "name": m.Name, "content": m.Content, "visible": m.Visible}
	if !m.ScheduledAt.IsZero() {
		body["scheduled_at"] = m.ScheduledAt
	}
	made := momentDetail{ID: m.ID}
	if m.ID != "" {
		err = v.send(http.MethodPut, "/moments/"+segment(m.ID), body, nil)
	} else {
		err = v.send(http.MethodPost, "/moments", body, &made)
	}
	if err != nil {
		return v.momentDesk(m, err)
	}
	return back(v.w, v.r, made.at(), "saved")
}

func steerMoment(v *visit) error {
	at, here := "/moments/"+segment(v.id()), "/moments/"+segment(v.id())
	if do := v.r.PathValue("do"); do != "delete" {
		return v.did(v.send(http.MethodPost, at+"/"+segment(do), nil, nil), here, do)
	}
	if err := v.send(http.MethodDelete, at, nil, nil); err != nil {
		return v.did(err, here, "")
	}
	return back(v.w, v.r, "/moments", "deleted")
}
