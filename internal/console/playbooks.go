package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"yutang/internal/access"
	"yutang/internal/flow"
)

// book is a playbook as the API shows it.
type book struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	State      string          `json:"state"`
	Version    int             `json:"version"`
	Definition json.RawMessage `json:"definition"`
	UpdatedAt  time.Time       `json:"updated_at"`
	Review     *struct {
		State string `json:"state"`
		Note  string `json:"note"`
	} `json:"review"`
	Counts *struct{ Runs, Live, Goal int } `json:"counts"`
}

func (b book) at() string { return "/playbooks/" + segment(b.ID) }

// subject is who goes through a playbook.
func (b book) subject() string {
	var d struct {
		Subject string `json:"subject"`
	}
	if json.Unmarshal(b.Definition, &d) != nil || d.Subject == "" {
		return string(flow.Customers)
	}
	return d.Subject
}

// bookNumbers are the deliveries of a playbook.
type bookNumbers struct {
	Runs       int          `json:"runs"`
	Holdout    int          `json:"holdout"`
	Deliveries []stateCount `json:"deliveries"`
}

// reached counts what arrived, or is with a person who passes it on.
func (n bookNumbers) reached() (total int) {
	for _, d := range n.Deliveries {
		if d.State == "accepted" || d.State == "handed" {
			total += d.Count
		}
	}
	return total
}

func (v *visit) book(id string) (b book, err error) {
	err = v.get("/playbooks/"+segment(id), nil, &b)
	return b, err
}

func showBooks(v *visit) error {
	var p listed[book]
	if err := v.get("/playbooks", v.page(), &p); err != nil {
		return err
	}
	t := &table{
		Head: []head{
			{Name: v.Say("旅程", "Playbook")}, {Name: v.Say("对象", "Who"), Wide: true}, {Name: v.Say("状态", "State")}, {Name: v.Say("进入", "Entered"), N: true},
			{Name: v.Say("进行中", "Live"), N: true}, {Name: v.Say("达成目标", "Reached goal"), N: true}, {Name: v.Say("目标率", "Goal rate"), N: true}, {Name: v.Say("触达", "Touches"), N: true},
		},
		Empty: v.Say("还没有旅程。从 SOP 库安装一个，或新建。", "No playbooks yet. Install one from the library, or write one."),
	}
	for _, b := range p.Items {
		row, err := v.bookRow(b)
		if err != nil {
			return err
		}
		t.add(row...)
	}
	d := desk{
		Title: v.Say("SOP 旅程", "Playbooks"), Sections: []section{{Table: t.paged(v.r, p.Next)}},
		Lead: v.Say("每个旅程说明：发生了什么、对谁、按什么节奏做什么，直到达成目标。点数字看是哪些客户。", "A playbook says what happens to whom after what, step by step, until the goal. Every number leads to the people."),
	}
	if v.Who.Can(access.PlaybooksWrite) {
		d.Actions = []action{{Name: v.Say("从 SOP 库安装", "Install from the library"), Href: "/sop", Primary: true}, {Name: v.Say("新建旅程", "New playbook"), Href: "/playbooks/new"}}
	}
	return v.show(d)
}

func (v *visit) bookRow(b book) ([]cell, error) {
	state := v.state("book", b.State)
	if b.Review != nil && b.Review.State == "in_review" {
		state.Note = v.Say("新版待审批", "a draft waits for approval")
	}
	row := []cell{{Text: b.Name, Href: b.at(), Note: v.bookVersion(b)}, text(v.Name("subject", b.subject())), state}
	if b.Counts == nil {
		return append(row, text("–"), text("–"), text("–"), text("–"), text("–")), nil
	}
	var n bookNumbers
	if err := v.get("/playbooks/"+segment(b.ID)+"/numbers", nil, &n); err != nil {
		return nil, err
	}
	ended := b.Counts.Runs - b.Counts.Live
	return append(row,
		num(b.Counts.Runs, v.behind(b.ID, 0, "", "entered", "")), num(b.Counts.Live, b.at()+"/runs?live=1"), num(b.Counts.Goal, v.behind(b.ID, 0, "", "goal", "")),
		text(percentOf(b.Counts.Goal, ended)), num(n.reached(), query(b.at()+"/people", "reached", "1"))), nil
}

func (v *visit) bookVersion(b book) string {
	if b.Version == 0 {
		return ""
	}
	return "v" + strconv.Itoa(b.Version)
}

// percentOf is n of all with one digit, a dash of nothing.
func percentOf(n, all int) string {
	if all <= 0 {
		return "–"
	}
	return percent(float64(n) / float64(all))
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', 1, 64) + "%" }

// behind is the page of who is behind an outcome.
func (v *visit) behind(book string, version int, step, outcome, detail string) string {
	return query("/playbooks/"+segment(book)+"/people", "version", positive(version), "step", step, "outcome", outcome, "detail", detail)
}

// bookReport is what happened in a playbook.
type bookReport struct {
	Runs     int          `json:"runs"`
	Live     int          `json:"live"`
	Holdout  int          `json:"holdout"`
	Goal     int          `json:"goal"`
	Exited   int          `json:"exited"`
	Done     int          `json:"done"`
	Stopped  int          `json:"stopped"`
	GoalRate float64      `json:"goal_rate"`
	Refused  []outcome    `json:"refused"`
	Steps    []stepReport `json:"steps"`
}

type outcome struct {
	Outcome string `json:"outcome"`
	Detail  string `json:"detail"`
	Count   int    `json:"count"`
}

type stepReport struct {
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	Kind       string       `json:"kind"`
	Gone       bool         `json:"gone"`
	Entered    int          `json:"entered"`
	Waiting    int          `json:"waiting"`
	Outcomes   []outcome    `json:"outcomes"`
	Deliveries []stateCount `json:"deliveries"`
}

type bookVersionOf struct {
	Version     int             `json:"version"`
	Definition  json.RawMessage `json:"definition"`
	PublishedAt time.Time       `json:"published_at"`
	PublishedBy string          `json:"published_by"`
}

func (v *visit) bookVersions(id string) ([]bookVersionOf, error) {
	var p listed[bookVersionOf]
	err := v.get("/playbooks/"+segment(id)+"/versions", nil, &p)
	return p.Items, err
}

func showBook(v *visit) error {
	b, err := v.book(v.id())
	if err != nil {
		return err
	}
	versions, err := v.bookVersions(b.ID)
	if err != nil {
		return err
	}
	shown, def := b.Version, b.Definition
	if v.asked("draft") != "" {
		shown = 0
	}
	if n, err := strconv.Atoi(v.asked("version")); err == nil {
		shown = n
	}
	for _, x := range versions {
		if x.Version == shown {
			def = x.Definition
		}
	}
	d := desk{Crumb: link{Name: v.Say("SOP 旅程", "Playbooks"), Href: "/playbooks"}, Title: b.Name, Chips: v.bookChips(b), Actions: v.bookActions(b), Tabs: v.bookTabs(b, "")}
	var doc flow.Definition
	if err := json.Unmarshal(def, &doc); err != nil {
		return err
	}
	d.Lead = doc.Description
	q := url.Values{}
	if v.asked("version") != "" {
		q.Set("version", v.asked("version"))
	}
	var rep bookReport
	if b.Version > 0 {
		if err := v.get("/playbooks/"+segment(b.ID)+"/report", q, &rep); err != nil {
			return err
		}
		d.Sections = append(d.Sections, section{Figures: v.bookFigures(b, rep)})
	}
	if b.Review != nil && b.Review.Note != "" {
		d.Sections = append(d.Sections, section{Title: v.Say("审批意见", "Review"), Empty: b.Review.Note})
	}
	d.Sections = append(d.Sections, section{Title: v.flowTitle(b, shown, versions), Note: v.flowNote(rep, shown), Flow: v.flow(b, doc, rep)})
	return v.show(d)
}

func (v *visit) flowTitle(b book, shown int, versions []bookVersionOf) string {
	if shown == 0 {
		return v.Say("步骤（草稿）", "Steps (draft)")
	}
	for _, x := range versions {
		if x.Version == shown {
			return v.Sayf("步骤（第 %d 版，%s 发布）", "Steps (version %d, published %s)", shown, v.Clock(x.PublishedAt))
		}
	}
	return v.Say("步骤", "Steps")
}

func (v *visit) flowNote(r bookReport, shown int) string {
	if shown == 0 {
		return v.Say("草稿还没有数据。发布后每一步会显示人数。", "A draft has no numbers. They appear once it is published.")
	}
	return v.Say("每个数字都能点开看是哪些客户。", "Every number leads to the customers behind it.")
}

func (v *visit) bookChips(b book) []chip {
	out := []chip{v.stateChip("book", b.State)}
	if b.Version > 0 {
		out = append(out, chip{Text: v.bookVersion(b)})
	}
	if b.Review != nil {
		out = append(out, chip{Text: v.Name("review", b.Review.State), Class: chipClass(b.Review.State)})
	}
	return append(out, chip{Text: v.Name("subject", b.subject())})
}

func (v *visit) bookTabs(b book, at string) []link {
	return []link{
		{Name: v.Say("流程与数据", "Steps and numbers"), Href: b.at(), Current: at == ""},
		{Name: v.Say("参与者", "Runs"), Href: b.at() + "/runs", Current: at == "runs"},
		{Name: v.Say("单人测试", "Test run"), Href: v.ifMay(access.PlaybooksWrite, b.at()+"/test"), Current: at == "test"},
		{Name: v.Say("历史回放", "Replay"), Href: b.at() + "/replay", Current: at == "replay"},
		{Name: v.Say("版本与对比", "Versions"), Href: b.at() + "/versions", Current: at == "versions"},
	}
}

func (v *visit) bookActions(b book) (out []action) {
	if b.Review != nil && b.Review.State == "in_review" && v.Who.Can(access.PlaybooksApprove) {
		out = append(out, action{Name: v.Say("批准", "Approve"), Post: b.at() + "/approve", Primary: true}, action{Name: v.Say("退回", "Reject"), Post: b.at() + "/reject", Ask: v.Say("退回这份草稿？", "Give this draft back?")})
	}
	if !v.Who.Can(access.PlaybooksWrite) || b.State == "ended" {
		return out
	}
	out = append(out, action{Name: v.Say("修改", "Edit"), Href: b.at() + "/edit"}, action{Name: v.Say("发布…", "Publish…"), Href: b.at() + "/publish", Primary: b.Version == 0})
	switch b.State {
	case "published":
		out = append(out, action{Name: v.Say("暂停", "Pause"), Post: b.at() + "/pause", Ask: v.Say("暂停后不再有人进入，等待中的计时停止，已排的消息先不发。", "Nobody enters, time stands still for who waits, and planned touches wait.")})
	case "paused":
		out = append(out, action{Name: v.Say("继续", "Resume"), Post: b.at() + "/resume", Primary: true})
	}
	if b.Version > 0 {
		out = append(out, action{Name: v.Say("结束", "End"), Post: b.at() + "/end", Danger: true, Ask: v.Say("结束后不能再启用：进行中的全部停止，未发的消息取消。", "It cannot be begun again: runs stop and planned touches are suppressed.")})
	}
	return out
}

func (v *visit) bookFigures(b book, r bookReport) []figure {
	of := func(outcome string, n int) string {
		if n == 0 {
			return ""
		}
		return v.behind(b.ID, 0, "", outcome, "")
	}
	live := ""
	if r.Live > 0 {
		live = b.at() + "/runs?live=1"
	}
	refused := 0
	for _, x := range r.Refused {
		refused += x.Count
	}
	return []figure{
		{Name: v.Say("进入", "Entered"), Value: number(r.Runs), Href: of("entered", r.Runs), Note: v.Sayf("其中对照组 %s", "%s in the control group", number(r.Holdout))},
		{Name: v.Say("进行中", "Live"), Value: number(r.Live), Href: live, Note: v.Sayf("未能进入 %s", "%s were refused", number(refused))},
		{Name: v.Say("达成目标", "Reached the goal"), Value: number(r.Goal), Href: of("goal", r.Goal), Note: v.Say("目标率 ", "goal rate ") + percent(r.GoalRate)},
		{Name: v.Say("走完全程", "Walked to the end"), Value: number(r.Done), Href: of("done", r.Done), Note: v.Sayf("中途退出 %s，被停止 %s", "%s left by an exit, %s were stopped", number(r.Exited), number(r.Stopped))},
	}
}

func steerBook(v *visit) error {
	do, at := v.r.PathValue("do"), "/playbooks/"+segment(v.id())
	return v.did(v.send(http.MethodPost, at+"/"+segment(do), nil, nil), at, do)
}

func judgeBook(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	at := "/playbooks/" + segment(v.id())
	if v.r.URL.Path == at+"/approve" {
		return v.did(v.send(http.MethodPost, at+"/approve", nil, nil), at, "approve")
	}
	return v.did(v.send(http.MethodPost, at+"/reject", map[string]string{"note": trimmed(q, "note")}, nil), at, "reject")
}
