package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
)

type syncRun struct {
	ID      string      `json:"id"`
	Full    bool        `json:"full"`
	Origin  string      `json:"origin"`
	State   string      `json:"state"`
	Error   string      `json:"error"`
	Started time.Time   `json:"started_at"`
	Ended   time.Time   `json:"ended_at"`
	Rests   string      `json:"rests"`
	GoesOn  time.Time   `json:"goes_on_at"`
	Drift   int         `json:"drift"`
	Kinds   []syncKind  `json:"kinds"`
	Errors  []syncError `json:"errors"`
}

type syncKind struct {
	Name  string         `json:"name"`
	State string         `json:"state"`
	Total int            `json:"total"`
	Done  int            `json:"done"`
	Drift map[string]int `json:"drift"`
	Error string         `json:"error"`
}

type syncError struct {
	Kind  string    `json:"kind"`
	Item  string    `json:"item"`
	Error string    `json:"error"`
	At    time.Time `json:"at"`
}

func (v *visit) syncPath() string { return "/wecom/corps/" + segment(v.Corp) + "/sync" }

func showSyncs(v *visit) error {
	var p listed[syncRun]
	if err := v.get(v.syncPath(), v.page(), &p); err != nil {
		return err
	}
	d := desk{
		Title: v.Say("同步", "Sync"), Actions: v.syncActions(),
		Lead: v.Say("回调可能丢失。每小时核对一部分，每晚全量核对；发现的差异会立即补上。", "Callbacks get lost. A share is compared every hour, everything every night; what is different is put right at once."),
	}
	if len(p.Items) > 0 && v.asked("cursor") == "" {
		var last syncRun
		if err := v.get(v.syncPath()+"/"+segment(p.Items[0].ID), nil, &last); err != nil {
			return err
		}
		d.Sections = v.runSections(last)
		d.Reload = reloadWhile(last.State)
	}
	t := &table{
		Head: []head{
			{Name: v.Say("开始", "Started")}, {Name: v.Say("范围", "Extent")}, {Name: v.Say("状态", "State")}, {Name: v.Say("差异", "Drift"), N: true}, {Name: v.Say("用时", "Took"), N: true, Wide: true},
		},
		Empty: v.Say("还没有同步过。点“立即同步”拉取员工、客户、标签与客户群。", "No sync yet. “Pull now” reads staff, contacts, tags and groups."),
	}
	for _, r := range p.Items {
		t.add(cell{Text: v.Stamp(r.Started), Href: "/sync/" + segment(r.ID)}, cell{Text: v.extent(r), Note: v.Name("origin", r.Origin)}, v.state("state", r.State),
			num(r.Drift, "/sync/"+segment(r.ID)), text(v.took(r.Started, r.Ended)))
	}
	d.Sections = append(d.Sections, section{Title: v.Say("历次同步", "Runs"), Table: t.paged(v.r, p.Next)})
	return v.show(d)
}

func reloadWhile(state string) int {
	if state == "running" {
		return 2
	}
	return 0
}

func (v *visit) syncActions() []action {
	if !v.Who.Can(access.WeComWrite) {
		return nil
	}
	return []action{
		{Name: v.Say("立即同步", "Pull now"), Post: "/sync", Values: []pair{{"full", "1"}}, Primary: true},
		{Name: v.Say("只核对一部分", "Compare a share"), Post: "/sync"},
	}
}

func (v *visit) extent(r syncRun) string {
	if r.Full {
		return v.Say("全量", "everything")
	}
	return v.Say("一部分", "a share")
}

func (v *visit) took(from, to time.Time) string {
	if to.IsZero() {
		to = v.Now
	}
	d := to.Sub(from).Round(time.Second)
	if d < time.Second {
		return v.Say("不到 1 秒", "under 1 s")
	}
	return d.String()
}

func showSync(v *visit) error {
	var r syncRun
	if err := v.get(v.syncPath()+"/"+segment(v.id()), nil, &r); err != nil {
		return err
	}
	return v.show(desk{
		Crumb: link{Name: v.Say("同步", "Sync"), Href: "/sync"}, Title: v.Stamp(r.Started), Chips: []chip{{Text: v.Name("state", r.State), Class: chipClass(r.State)}},
		Actions: v.syncActions(), Sections: v.runSections(r), Reload: reloadWhile(r.State),
	})
}

// runSections show one run: its figures, each kind with its drift, the errors of items.
func (v *visit) runSections(r syncRun) []section {
	failed := len(r.Errors)
	out := []section{{Figures: []figure{
		{Name: v.Say("最近一次", "Last run"), Value: v.Name("state", r.State), Note: v.Stamp(r.Started)},
		{Name: v.Say("用时", "Took"), Value: v.took(r.Started, r.Ended), Note: v.extent(r) + " · " + v.Name("origin", r.Origin)},
		{Name: v.Say("发现差异", "Drift found"), Value: number(r.Drift), Note: v.Say("已补上", "put right")},
		{Name: v.Say("出错条目", "Items with errors"), Value: number(failed), Href: errorsHref(r, failed)},
	}}}
	t := &table{Head: []head{
		{Name: v.Say("类别", "Kind")}, {Name: v.Say("状态", "State")}, {Name: v.Say("进度", "Progress"), N: true}, {Name: v.Say("差异", "Drift")}, {Name: v.Say("错误", "Error"), Wide: true},
	}}
	for _, k := range r.Kinds {
		t.add(text(v.Name("kind", k.Name)), v.state("state", k.State), text(number(k.Done)+" / "+number(k.Total)), text(v.drift(k.Drift)), cell{Text: k.Error, Faint: true})
	}
	s := section{Title: v.Say("按类别", "By kind"), Table: t}
	switch {
	case r.Error != "":
		s.Note = r.Error
	case r.Rests != "":
		s.Note = v.Say("暂停中，"+v.Stamp(r.GoesOn)+" 继续："+r.Rests, "Resting until "+v.Stamp(r.GoesOn)+": "+r.Rests)
	}
	out = append(out, s)
	if failed > 0 {
		e := &table{Head: []head{{Name: v.Say("条目", "Item")}, {Name: v.Say("类别", "Kind")}, {Name: v.Say("错误", "Error")}, {Name: v.Say("时间", "Time"), N: true, Wide: true}}}
		for _, x := range r.Errors {
			e.add(v.syncItem(x), text(v.Name("kind", x.Kind)), text(x.Error), v.time(x.At))
		}
		out = append(out, section{
			ID: "errors", Title: v.Say("出错的条目", "Errors of items"), Table: e,
			Note: v.Say("条目出错不影响其余；下一次会再试。", "An item that fails does not stop the rest; the next run tries it again."),
		})
	}
	return out
}

func errorsHref(r syncRun, failed int) string {
	if failed == 0 {
		return ""
	}
	return "/sync/" + segment(r.ID) + "#errors"
}

// syncItem links an item to the people behind it: contacts are pulled by member.
func (v *visit) syncItem(e syncError) cell {
	switch e.Kind {
	case "contacts":
		return cell{Text: e.Item, Href: query("/contacts/list", "staff", e.Item), Mono: true}
	case "groups":
		return cell{Text: e.Item, Href: "/groups/" + segment(e.Item), Mono: true}
	}
	return cell{Text: e.Item, Mono: true}
}

// drift writes the differences of a kind, the most frequent first.
func (v *visit) drift(found map[string]int) string {
	if len(found) == 0 {
		return v.Say("无", "none")
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if n := found[b] - found[a]; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = v.Name("drift", name) + " " + strconv.Itoa(found[name])
	}
	return strings.Join(parts, v.Say("，", ", "))
}

func startSync(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	err = v.send(http.MethodPost, v.syncPath(), map[string]any{"full": q.Get("full") != ""}, nil)
	return v.did(err, "/sync", "sync")
}
