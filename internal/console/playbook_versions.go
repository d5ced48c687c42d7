package console

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"yutang/internal/access"
	"yutang/internal/flow"
)

// showBookVersions lists what was published and compares two of them, or one with the
// draft.
func showBookVersions(v *visit) error {
	b, err := v.book(v.id())
	if err != nil {
		return err
	}
	versions, err := v.bookVersions(b.ID)
	if err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("版本", "Version")}, {Name: v.Say("发布时间", "Published")}, {Name: v.Say("改动", "Changes"), N: true}, {}},
		Empty: v.Say("还没有发布过。", "Nothing was published yet."),
	}
	defs := map[string]json.RawMessage{"draft": b.Definition, "0": json.RawMessage(`{}`)}
	for _, x := range versions {
		defs[strconv.Itoa(x.Version)] = x.Definition
	}
	for _, x := range versions {
		name, was := strconv.Itoa(x.Version), strconv.Itoa(x.Version-1)
		changes := len(flow.Diff(defs[was], x.Definition))
		diff := query(b.at()+"/versions", "from", was, "to", name)
		t.add(cell{Text: "v" + name, Href: query(b.at(), "version", name)}, text(v.Stamp(x.PublishedAt)), num(changes, diff), cell{Text: v.Say("与草稿对比", "against the draft"), Href: query(b.at()+"/versions", "from", name, "to", "draft")})
	}
	from, to := v.asked("from"), v.asked("to")
	if from == "" || defs[from] == nil {
		from = strconv.Itoa(b.Version)
	}
	if to == "" || defs[to] == nil {
		to = "draft"
	}
	return v.show(desk{
		Crumb: link{Name: v.Say("SOP 旅程", "Playbooks"), Href: "/playbooks"}, Title: b.Name, Chips: v.bookChips(b), Actions: v.bookActions(b), Tabs: v.bookTabs(b, "versions"),
		Sections: []section{{Title: v.Say("发布过的版本", "Published versions"), Table: t}, v.diffSection(from, to, flow.Diff(defs[from], defs[to]))},
	})
}

func (v *visit) diffSection(from, to string, changes []flow.Change) section {
	called := func(name string) string {
		if name == "draft" {
			return v.Say("草稿", "the draft")
		}
		if name == "0" {
			return v.Say("（空）", "(nothing)")
		}
		return "v" + name
	}
	t := &table{
		Head:  []head{{Name: v.Say("步骤", "Step")}, {Name: v.Say("哪里", "What")}, {Name: v.Say("变化", "Change")}, {Name: v.Say("原来", "Before")}, {Name: v.Say("现在", "After")}},
		Empty: v.Say("没有区别。", "No difference."),
	}
	for _, c := range changes {
		step := cell{Text: c.Step, Mono: true}
		if c.Step == "" {
			step = text(v.Say("整个旅程", "the playbook"))
		}
		class := map[string]string{"added": "good", "removed": "bad"}[c.What]
		t.add(step, cell{Text: c.Path, Mono: true}, cell{Text: v.Name("change", c.What), Chip: "chip " + class}, cell{Text: value(c.From), Faint: true}, text(value(c.To)))
	}
	return section{ID: "diff", Title: v.Sayf("%s → %s 的变化", "From %s to %s", called(from), called(to)), Table: t}
}

// value is a JSON value in a table: texts without quotes, long ones cut.
func value(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		s = string(raw)
	}
	return brief(strings.TrimSpace(s))
}

// previewBook says who waits where, and what publishing means for them.
func previewBook(v *visit) error {
	b, err := v.book(v.id())
	if err != nil {
		return err
	}
	return v.publishDesk(b, nil)
}

func (v *visit) publishDesk(b book, wrong error) error {
	var p struct {
		Items []struct {
			Version int    `json:"version"`
			Step    string `json:"step"`
			Name    string `json:"name"`
			Change  string `json:"change"`
			Waiting int    `json:"waiting"`
			To      string `json:"to"`
		} `json:"items"`
	}
	if err := v.get("/playbooks/"+segment(b.ID)+"/publish", nil, &p); err != nil {
		return err
	}
	t := &table{
		Head: []head{
			{Name: v.Say("正在等待的步骤", "Step where they wait")}, {Name: v.Say("版本", "Version"), N: true}, {Name: v.Say("人数", "Runs"), N: true}, {Name: v.Say("步骤变化", "The step")},
			{Name: v.Say("选“转入新版”时", "With “move”")},
		},
		Empty: v.Say("现在没有人在旅程中，直接发布即可。", "Nobody is under way; just publish."),
	}
	for _, x := range p.Items {
		to := cell{Text: v.Say("退出", "leave"), Chip: "chip paused"}
		if x.To != "" {
			to = cell{Text: "→ " + x.To, Mono: true}
		}
		t.add(cell{Text: v.stepName(x.Name, x.Step, ""), Note: x.Step}, text("v"+strconv.Itoa(x.Version)), num(x.Waiting, v.behind(b.ID, x.Version, x.Step, "waiting", "")), text(v.Name("stepchange", x.Change)), to)
	}
	var changes struct {
		Items []flow.Change `json:"items"`
	}
	if err := v.get("/playbooks/"+segment(b.ID)+"/changes", nil, &changes); err != nil {
		return err
	}
	d := desk{Crumb: link{Name: b.Name, Href: b.at()}, Title: v.Say("发布草稿", "Publish the draft"), Chips: v.bookChips(b)}
	f := v.publishForm(b, len(p.Items) > 0)
	if v.Who.Can(access.PlaybooksWrite) {
		d.Sections = append(d.Sections, section{Title: v.Sayf("发布为第 %d 版", "Publish as version %d", b.Version+1), Form: f})
		if b.Review == nil || b.Review.State == "rejected" {
			d.Actions = []action{{Name: v.Say("提交审批", "Ask for approval"), Post: b.at() + "/submit"}}
		}
	}
	d.Sections = append(d.Sections, section{Title: v.Say("进行中的客户", "Who is under way"), Table: t}, v.diffSection(strconv.Itoa(b.Version), "draft", changes.Items))
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func (v *visit) publishForm(b book, live bool) *form {
	f := &form{Action: b.at() + "/publish", Submit: v.Say("发布", "Publish"), Cancel: b.at()}
	if live {
		f.Fields = []field{{Name: "in_flight", Pointer: "/in_flight", Kind: "select", Label: v.Say("进行中的客户", "Who is under way"), Options: []option{
			{Value: "stay", Label: v.Say("留在旧版走完", "stay in their version"), On: true},
			{Value: "move", Label: v.Say("转入新版继续", "move to the new version")},
			{Value: "exit", Label: v.Say("全部退出", "leave")},
		}, Help: v.Say("下面列出每一步有多少人，以及转入新版会到哪里。", "Below: who waits where, and where they would move.")}}
	}
	return f
}

func publishBook(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	at, body := "/playbooks/"+segment(v.id()), map[string]string{}
	if s := trimmed(q, "in_flight"); s != "" {
		body["in_flight"] = s
	}
	if err := v.send(http.MethodPost, at+"/publish", body, nil); err != nil {
		b, missing := v.book(v.id())
		if missing != nil {
			return missing
		}
		return v.publishDesk(b, err)
	}
	return back(v.w, v.r, at, "publish")
}
