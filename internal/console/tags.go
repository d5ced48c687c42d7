package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"yutang/internal/access"
)

type definedTag struct {
	ID        string `json:"id"`
	Corp      string `json:"corp"`
	Group     string `json:"group"`
	Remote    string `json:"remote"`
	Name      string `json:"name"`
	Label     string `json:"label"`
	Held      string `json:"held"`
	Audience  string `json:"audience"`
	Customers int    `json:"customers"`
}

type tagGroup struct {
	ID   string       `json:"id"`
	Name string       `json:"name"`
	Tags []definedTag `json:"tags"`
}

func (v *visit) tagTabs(current string) []link {
	return []link{
		{Name: v.Say("标签", "Tags"), Href: "/tags", Current: current == "tags"},
		{Name: v.Say("推送到企微", "Pushes"), Href: "/tags/pushes", Current: current == "pushes"},
		{Name: v.Say("批量打标", "In bulk"), Href: "/tags/bulk", Current: current == "bulk"},
	}
}

func showTags(v *visit) error { return v.tagsDesk(nil, nil) }

// tagsDesk shows the groups with their tags; posted and wrong are of a try to add some.
func (v *visit) tagsDesk(posted url.Values, wrong error) error {
	groups, err := all[tagGroup](v.caller, "/tags/groups", url.Values{"corp": {v.Corp}})
	if err != nil {
		return err
	}
	inner, err := all[definedTag](v.caller, "/tags/defined", url.Values{"internal": {"true"}})
	if err != nil {
		return err
	}
	figures, err := v.tagFigures()
	if err != nil {
		return err
	}
	d := desk{Title: v.Say("标签", "Tags"), Tabs: v.tagTabs("tags"), Sections: []section{figures}}
	var f *form
	if v.Who.Can(access.TagsWrite) {
		d.Actions = []action{{Name: v.Say("从企微拉取", "Pull from WeCom"), Post: "/tags/pull"}}
		f = v.tagForm(posted)
		d.Sections = append(d.Sections, section{Title: v.Say("新建标签", "New tags"), Form: f})
	}
	for _, g := range groups {
		d.Sections = append(d.Sections, section{Title: g.Name, Table: v.tagTable(g.Tags)})
	}
	if len(inner) > 0 {
		d.Sections = append(d.Sections, section{Title: v.Say("内部标签", "Internal tags"), Note: v.Say("只在本系统，不推到企业微信。", "Only here, not at WeCom."), Table: v.tagTable(inner)})
	}
	if len(groups) == 0 && len(inner) == 0 {
		d.Sections = append(d.Sections, section{Empty: v.Say("还没有标签。新建，或从企业微信拉取。", "No tags. Make some, or pull them from WeCom.")})
	}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func (v *visit) tagForm(q url.Values) *form {
	where := []option{{Value: "corp", Label: v.Say("企业微信标签", "At WeCom too")}, {Value: "", Label: v.Say("内部标签", "Internal"), On: q != nil && q.Get("where") == ""}}
	return &form{Action: "/tags", Submit: v.Say("新建", "Make"), Fields: []field{
		{Name: "where", Pointer: "/corp", Kind: "select", Label: v.Say("位置", "Where"), Options: where},
		{Name: "group", Label: v.Say("标签组", "Group"), Value: q.Get("group"), Max: 30, Place: v.Say("如：意向", "such as: interest")},
		{Name: "names", Label: v.Say("标签（逗号分隔）", "Tags (by comma)"), Value: q.Get("names"), Required: true, Place: v.Say("高, 中, 低", "high, low")},
	}}
}

func (v *visit) tagFigures() (section, error) {
	var q struct{ Used, Max, Held int }
	if err := v.get("/tags/quota", url.Values{"corp": {v.Corp}}, &q); err != nil {
		return section{}, err
	}
	var counts map[string]int64
	if err := v.get("/tags/pushes/counts", url.Values{"corp": {v.Corp}}, &counts); err != nil {
		return section{}, err
	}
	return section{Figures: []figure{
		{Name: v.Say("企微标签额度", "Quota at WeCom"), Value: number(q.Used) + " / " + number(q.Max), Note: v.Sayf("%d 个在等待空位", "%d wait for room", q.Held)},
		{Name: v.Say("待推送", "To be pushed"), Value: number(counts["pending"]), Href: query("/tags/pushes", "state", "pending")},
		{Name: v.Say("已推送", "Pushed"), Value: number(counts["done"]), Href: query("/tags/pushes", "state", "done")},
		{Name: v.Say("推送失败", "Failed"), Value: number(counts["failed"]), Href: query("/tags/pushes", "state", "failed")},
	}}, nil
}

func (v *visit) tagTable(tags []definedTag) *table {
	t := &table{Head: []head{{Name: v.Say("标签", "Tag")}, {Name: v.Say("客户", "Customers"), N: true}, {Name: v.Say("状态", "State")}}, Empty: v.Say("这个组没有标签。", "No tags in this group.")}
	for _, x := range tags {
		t.add(cell{Text: x.Name, Href: "/tags/" + segment(x.ID)}, num(x.Customers, "/tags/"+segment(x.ID)+"#customers"), v.tagState(x))
	}
	return t
}

func (v *visit) tagState(x definedTag) cell {
	switch {
	case x.Held != "":
		return cell{Text: v.Say("等待空位", "waits for room"), Chip: "chip paused"}
	case x.Audience != "":
		return cell{Text: v.Say("规则标签", "rule tag"), Chip: "chip live"}
	case x.Corp != "" && x.Remote != "":
		return cell{Text: v.Say("与企微同步", "at WeCom"), Chip: "chip good"}
	case x.Corp != "":
		return cell{Text: v.Say("正在创建", "being made"), Chip: "chip live"}
	}
	return cell{Text: v.Say("内部", "internal"), Chip: "chip"}
}

func addTags(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	names := lines(q.Get("names"))
	if names == nil {
		names = []string{}
	}
	body := map[string]any{"group": trimmed(q, "group"), "names": names}
	if q.Get("where") != "" {
		body["corp"] = v.Corp
	}
	if err := v.send(http.MethodPost, "/tags", body, nil); err != nil {
		return v.tagsDesk(q, err)
	}
	return back(v.w, v.r, "/tags", "saved")
}

func pullTags(v *visit) error {
	return v.did(v.send(http.MethodPost, "/tags/pull", map[string]any{"corp": v.Corp}, nil), "/tags", "pulled")
}

func showTag(v *visit) error {
	var x definedTag
	if err := v.get("/tags/"+segment(v.id()), nil, &x); err != nil {
		return err
	}
	at := "/tags/" + segment(x.ID)
	state := v.tagState(x)
	d := desk{Crumb: link{Name: v.Say("标签", "Tags"), Href: "/tags"}, Title: x.Label, Chips: []chip{{Text: state.Text, Class: state.Chip}}}
	if v.Who.Can(access.TagsWrite) {
		if x.Held != "" {
			d.Actions = append(d.Actions, action{Name: v.Say("创建到企微", "Make it at WeCom"), Post: at + "/promote"})
		}
		d.Actions = append(d.Actions, action{Name: v.Say("删除", "Delete"), Danger: true, Post: at + "/delete", Ask: v.Sayf("会从 %s 位客户身上取下，也从企业微信删除。", "It comes off %s customers, and at WeCom too.", number(x.Customers))})
		d.Sections = append(d.Sections, section{Title: v.Say("改名", "Rename"), Form: &form{Action: at + "/rename", Submit: v.Say("改名", "Rename"), Inline: true, Fields: []field{{Name: "name", Label: v.Say("名称", "Name"), Value: x.Name, Required: true, Max: 30}}}})
	}
	people := section{ID: "customers", Title: v.Sayf("%s 位客户", "%s customers", number(x.Customers))}
	if v.Who.Can(access.CustomersRead) {
		t, err := v.customersTable(url.Values{"tag": {x.Label}})
		if err != nil {
			return err
		}
		people.Table = t
	}
	d.Sections = append(d.Sections, people)
	return v.show(d)
}

type customerLine struct {
	ID        string         `json:"id"`
	Traits    map[string]any `json:"traits"`
	Tags      []string       `json:"tags"`
	Tier      string         `json:"tier"`
	Lifecycle struct {
		AIPL string `json:"aipl"`
	} `json:"lifecycle"`
	LastSeen time.Time `json:"last_seen"`
}

// customersTable lists customers of a query of the API.
func (v *visit) customersTable(q url.Values) (*table, error) {
	q.Set("cursor", v.asked("cursor"))
	if q.Get("cursor") == "" {
		q.Del("cursor")
	}
	var p listed[customerLine]
	if err := v.get("/customers", q, &p); err != nil {
		return nil, err
	}
	t := &table{Head: []head{{Name: v.T("customer")}, {Name: v.T("person")}, {Name: v.T("stage")}, {Name: v.T("tags"), Wide: true}, {Name: v.T("last_seen"), N: true}}, Empty: v.Say("没有客户。", "No customers.")}
	for _, c := range p.Items {
		name, _ := c.Traits["name"].(string)
		t.add(v.customerCell(c.ID, ""), text(name), text(v.Name("aipl", c.Lifecycle.AIPL)), cell{Text: brief(join(c.Tags)), Faint: true}, v.time(c.LastSeen))
	}
	return t.paged(v.r, p.Next), nil
}

func renameTag(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	at := "/tags/" + segment(v.id())
	return v.did(v.send(http.MethodPatch, at, map[string]any{"name": trimmed(q, "name")}, nil), at, "saved")
}

func deleteTag(v *visit) error {
	return v.did(v.send(http.MethodDelete, "/tags/"+segment(v.id()), nil, nil), "/tags", "deleted")
}

func promoteTag(v *visit) error {
	at := "/tags/" + segment(v.id())
	return v.did(v.send(http.MethodPost, at+"/promote", nil, nil), at, "saved")
}

type tagPush struct {
	Staff    string    `json:"staff"`
	External string    `json:"external_userid"`
	Tag      string    `json:"tag"`
	Put      bool      `json:"put"`
	State    string    `json:"state"`
	Reason   string    `json:"reason"`
	WantedAt time.Time `json:"wanted_at"`
}

func showPushes(v *visit) error {
	state := v.asked("state")
	if state == "" {
		state = "failed"
	}
	q := v.page("state")
	q.Set("state", state)
	var p listed[tagPush]
	if err := v.get("/tags/pushes", q, &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	defined, err := all[definedTag](v.caller, "/tags/defined", url.Values{"corp": {v.Corp}})
	if err != nil {
		return err
	}
	labels := map[string]string{}
	for _, x := range defined {
		labels[x.ID] = x.Label
	}
	t := &table{
		Head:  []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("员工", "Staff")}, {Name: v.Say("标签", "Tag")}, {Name: v.Say("状态", "State")}, {Name: v.Say("原因", "Reason"), Wide: true}, {Name: v.Say("时间", "Time"), N: true, Wide: true}},
		Empty: v.Say("没有这样的推送。", "No such push."),
	}
	for _, x := range p.Items {
		label, sign := labels[x.Tag], "+ "
		if label == "" {
			label = x.Tag
		}
		if !x.Put {
			sign = "− "
		}
		t.add(v.externalCell(x.External), v.staffCell(staff, x.Staff), cell{Text: sign + label, Href: "/tags/" + segment(x.Tag)}, v.state("push", x.State), cell{Text: v.Name("pushreason", x.Reason), Faint: true}, v.time(x.WantedAt))
	}
	figures, err := v.tagFigures()
	if err != nil {
		return err
	}
	d := desk{Title: v.Say("推送到企业微信", "Pushes to WeCom"), Tabs: v.tagTabs("pushes"), Sections: []section{figures, {Title: v.Name("push", state), Table: t.paged(v.r, p.Next)}}}
	if v.Who.Can(access.TagsWrite) && state == "failed" && len(p.Items) > 0 {
		d.Actions = []action{{Name: v.Say("全部重试", "Retry all"), Post: "/tags/pushes/retry", Primary: true}}
	}
	return v.show(d)
}

func retryPushes(v *visit) error {
	return v.did(v.send(http.MethodPost, "/tags/pushes/retry", map[string]any{"corp": v.Corp}, nil), "/tags/pushes", "retried")
}

type tagBulk struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	Source    string    `json:"source"`
	Add       []string  `json:"add"`
	Remove    []string  `json:"remove"`
	Total     int       `json:"total"`
	Done      int       `json:"done"`
	Changed   int       `json:"changed"`
	Failed    int       `json:"failed"`
	State     string    `json:"state"`
	CreatedAt time.Time `json:"created_at"`
}

func showBulks(v *visit) error { return v.bulkDesk(nil, nil) }

func (v *visit) bulkDesk(posted url.Values, wrong error) error {
	var p listed[tagBulk]
	if err := v.get("/tags/bulk", v.page(), &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("时间", "Time")}, {Name: v.Say("操作", "Operation")}, {Name: v.Say("进度", "Progress"), N: true}, {Name: v.Say("改变", "Changed"), N: true}, {Name: v.Say("失败", "Failed"), N: true}, {Name: v.Say("状态", "State")}},
		Empty: v.Say("还没有批量操作。", "Nothing was done in bulk yet."),
	}
	d := desk{Title: v.Say("批量打标", "Tags in bulk"), Tabs: v.tagTabs("bulk")}
	for _, b := range p.Items {
		at := "/tags/bulk/" + segment(b.ID)
		t.add(cell{Text: v.Stamp(b.CreatedAt), Href: at}, v.bulkWhat(b), text(number(b.Done)+" / "+number(b.Total)), num(b.Changed, at), num(b.Failed, at+"#failures"), v.state("state", b.State))
		if b.State == "running" {
			d.Reload = 3
		}
	}
	d.Sections = []section{{Title: v.Say("历次操作", "Operations"), Table: t.paged(v.r, p.Next)}}
	if !v.Who.Can(access.TagsWrite) {
		return v.show(d)
	}
	audiences, err := v.audienceOptions(posted.Get("audience"))
	if err != nil {
		return err
	}
	f := &form{Action: "/tags/bulk", Submit: v.Say("开始", "Begin"), Fields: []field{
		{Name: "audience", Kind: "select", Label: v.Say("人群的现有成员", "Members of an audience now"), Options: audiences},
		{Name: "customers", Kind: "area", Label: v.Say("或客户编号", "Or customers"), Value: posted.Get("customers"), Place: "c42, c43", Help: v.Say("逗号或换行分隔，最多 10,000 个。", "By comma or line, at most 10,000.")},
		{Name: "add", Label: v.Say("打上", "Put on"), Value: posted.Get("add"), Place: v.Say("意向/高", "group/name")},
		{Name: "remove", Label: v.Say("取下", "Take off"), Value: posted.Get("remove")},
	}}
	d.Reload = 0
	d.Sections = append([]section{{Title: v.Say("新的批量操作", "New operation"), Form: f}}, d.Sections...)
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func (v *visit) bulkWhat(b tagBulk) cell {
	what := v.Name("bulk", b.Kind)
	for _, a := range b.Add {
		what += " +" + a
	}
	for _, r := range b.Remove {
		what += " −" + r
	}
	return cell{Text: what, Note: b.Source}
}

func beginBulk(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	body := map[string]any{}
	for name, list := range map[string][]string{"customers": words(q.Get("customers")), "add": lines(q.Get("add")), "remove": lines(q.Get("remove"))} {
		if len(list) > 0 {
			body[name] = list
		}
	}
	if a := trimmed(q, "audience"); a != "" {
		body["audience"] = a
	}
	var b tagBulk
	if err := v.send(http.MethodPost, "/tags/bulk", body, &b); err != nil {
		return v.bulkDesk(q, err)
	}
	return back(v.w, v.r, "/tags/bulk/"+segment(b.ID), "begun")
}

func showBulk(v *visit) error {
	var b tagBulk
	if err := v.get("/tags/bulk/"+segment(v.id()), nil, &b); err != nil {
		return err
	}
	var p listed[struct{ Customer, Reason string }]
	if err := v.get("/tags/bulk/"+segment(v.id())+"/failures", v.page(), &p); err != nil {
		return err
	}
	what := v.bulkWhat(b)
	d := desk{
		Crumb: link{Name: v.Say("批量打标", "In bulk"), Href: "/tags/bulk"}, Title: what.Text, Chips: []chip{{Text: v.Name("state", b.State), Class: chipClass(b.State)}},
		Lead: v.Say("人群：", "Who: ") + b.Source, Reload: reloadWhile(b.State),
	}
	if v.Who.Can(access.TagsWrite) {
		at := "/tags/bulk/" + segment(b.ID)
		switch b.State {
		case "running":
			d.Actions = []action{{Name: v.Say("暂停", "Pause"), Post: at + "/pause"}}
		case "paused":
			d.Actions = []action{{Name: v.Say("继续", "Go on"), Post: at + "/resume", Primary: true}}
		}
	}
	t := &table{Head: []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("原因", "Reason")}}, Empty: v.Say("没有失败。", "None failed.")}
	for _, x := range p.Items {
		t.add(v.customerCell(x.Customer, ""), text(v.Name("pushreason", x.Reason)))
	}
	d.Sections = []section{
		{Figures: []figure{
			{Name: v.Say("进度", "Progress"), Value: number(b.Done) + " / " + number(b.Total), Note: strconv.Itoa(int(share(int64(b.Done), int64(b.Total)))) + "%"},
			{Name: v.Say("改变", "Changed"), Value: number(b.Changed)},
			{Name: v.Say("失败", "Failed"), Value: number(b.Failed), Href: "#failures"},
		}},
		{ID: "failures", Title: v.Say("失败的客户", "Who failed"), Table: t.paged(v.r, p.Next)},
	}
	return v.show(d)
}

func steerBulk(v *visit) error {
	at := "/tags/bulk/" + segment(v.id())
	return v.did(v.send(http.MethodPost, at+"/"+segment(v.r.PathValue("do")), nil, nil), at, "saved")
}
