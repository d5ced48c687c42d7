package console

import (
	"net/http"
	"net/url"
	"time"

	"yutang/internal/access"
)

type transfer struct {
	ID      string         `json:"id"`
	Kind    string         `json:"kind"`
	Object  string         `json:"object"`
	From    string         `json:"from"`
	To      string         `json:"to"`
	Message string         `json:"message"`
	Created time.Time      `json:"created_at"`
	Ended   time.Time      `json:"ended_at"`
	State   string         `json:"state"`
	Counts  map[string]int `json:"counts"`
}

// transferStates in the order in which an item goes through them.
var transferStates = []string{"planned", "asking", "waiting", "done", "refused", "full", "failed"}

func (t transfer) total() (n int) {
	for _, c := range t.Counts {
		n += c
	}
	return n
}

func (v *visit) handoverTabs(current string) []link {
	return []link{
		{Name: v.Say("继承", "Transfers"), Href: "/handover", Current: current == "transfers"},
		{Name: v.Say("待分配（离职）", "Unassigned"), Href: "/handover/unassigned", Current: current == "unassigned"},
		{Name: v.Say("流失", "Losses"), Href: "/losses", Current: current == "losses"},
	}
}

func showTransfers(v *visit) error {
	var p listed[transfer]
	if err := v.get("/handover/transfers", v.ofCorp("running"), &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("开始", "Begun")}, {Name: v.Say("类型", "Kind")}, {Name: v.Say("从", "From")}, {Name: v.Say("到", "To")}, {Name: v.Say("完成", "Done"), N: true}, {Name: v.Say("拒绝或失败", "Refused, failed"), N: true}, {Name: v.Say("状态", "State")}},
		Empty: v.Say("还没有继承。员工换岗或离职时，把客户与群交给同事。", "No transfers yet. Hand customers and groups over when a member changes post or leaves."),
	}
	for _, x := range p.Items {
		at := "/handover/" + segment(x.ID)
		t.add(cell{Text: v.Stamp(x.Created), Href: at}, text(v.Name("transfer", x.Kind)+" · "+v.Name("object", x.Object)), v.staffCell(staff, x.From), v.staffCell(staff, x.To),
			cell{Text: number(x.Counts["done"]) + " / " + number(x.total()), Href: at}, num(x.Counts["refused"]+x.Counts["failed"]+x.Counts["full"], at), v.state("state", x.State))
	}
	d := desk{Title: v.Say("继承与流失", "Hand-over and losses"), Tabs: v.handoverTabs("transfers"), Sections: []section{{Table: t.paged(v.r, p.Next)}}}
	if v.Who.Can(access.HandoverWrite) {
		d.Actions = []action{{Name: v.Say("开始继承", "Start a transfer"), Href: "/handover/new", Primary: true}}
	}
	return v.show(d)
}

func newTransfer(v *visit) error {
	kind := v.asked("kind")
	if kind == "" {
		kind = "active"
	}
	return v.transferDesk(url.Values{"kind": {kind}, "object": {"customer"}, "from": {v.asked("from")}, "items": {v.asked("items")}}, nil)
}

func (v *visit) transferDesk(q url.Values, wrong error) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	pick := func(kind string, names ...string) (out []option) {
		for _, n := range names {
			out = append(out, option{Value: n, Label: v.Name(kind, n), On: n == q.Get(kind)})
		}
		return out
	}
	choose := []option{{Label: v.Say("请选择", "choose")}}
	from, to := choose, choose
	for _, m := range staff.list {
		label := staff.name(m.UserID)
		if m.Left != nil {
			label += v.Say("（已离职）", " (left)")
		} else {
			to = append(to, option{Value: m.UserID, Label: label, On: m.UserID == q.Get("to")})
		}
		from = append(from, option{Value: m.UserID, Label: label, On: m.UserID == q.Get("from")})
	}
	kinds := pick("transfer", "active", "resigned")
	for i := range kinds {
		kinds[i].On = kinds[i].Value == q.Get("kind")
	}
	f := &form{Action: "/handover/new", Submit: v.Say("开始", "Begin"), Cancel: "/handover", Fields: []field{
		{Name: "kind", Kind: "select", Label: v.Say("类型", "Kind"), Options: kinds, Help: v.Say("在职：客户 24 小时内可拒绝，90 天内最多转接 2 次。", "Active: the customer may refuse for 24 hours; two transfers in 90 days.")},
		{Name: "object", Kind: "select", Label: v.Say("交什么", "What"), Options: pick("object", "customer", "group")},
		{Name: "from", Kind: "select", Label: v.Say("从谁", "From"), Options: from, Required: true},
		{Name: "to", Kind: "select", Label: v.Say("交给谁", "To"), Options: to, Required: true},
		{Name: "items", Kind: "area", Label: v.Say("只交这些（空为全部）", "Only these (empty: all)"), Value: q.Get("items"), Help: v.Say("external_userid 或 chat_id，逗号或换行分隔。", "external_userids or chat_ids, by comma or line.")},
		{Name: "message", Kind: "area", Label: v.Say("客户看到的话（可空）", "What customers are told (may be empty)"), Value: q.Get("message"), Max: 200},
	}}
	d := desk{Crumb: link{Name: v.Say("继承", "Transfers"), Href: "/handover"}, Title: v.Say("开始继承", "Start a transfer"), Sections: []section{{Form: f}}}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func startTransfer(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	body := map[string]any{"corp": v.Corp}
	for _, name := range []string{"kind", "object", "from", "to", "message"} {
		body[name] = trimmed(q, name)
	}
	if items := words(q.Get("items")); len(items) > 0 {
		body["items"] = items
	}
	var x transfer
	if err := v.send(http.MethodPost, "/handover/transfers", body, &x); err != nil {
		return v.transferDesk(q, err)
	}
	return back(v.w, v.r, "/handover/"+segment(x.ID), "begun")
}

func showTransfer(v *visit) error {
	var x transfer
	at := "/handover/transfers/" + segment(v.id())
	if err := v.get(at, nil, &x); err != nil {
		return err
	}
	var p listed[struct {
		Item, Customer, State, Reason string
		Asked                         time.Time `json:"asked_at"`
		Settled                       time.Time `json:"settled_at"`
	}]
	if err := v.get(at+"/items", v.page("state"), &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	here := "/handover/" + segment(x.ID)
	d := desk{
		Crumb: link{Name: v.Say("继承", "Transfers"), Href: "/handover"}, Title: staff.name(x.From) + " → " + staff.name(x.To),
		Chips: []chip{{Text: v.Name("state", x.State), Class: chipClass(x.State)}, {Text: v.Name("transfer", x.Kind)}, {Text: v.Name("object", x.Object)}},
		Lead:  x.Message,
	}
	s := section{Title: v.Say("进度", "Progress")}
	for _, state := range transferStates {
		if n := x.Counts[state]; n > 0 {
			s.Bars = append(s.Bars, bar{Name: v.Name("item", state), Class: barClass(state), N: int64(n), Of: int64(x.total()), Href: query(here, "state", state)})
		}
	}
	t := &table{Head: []head{{Name: v.Say("客户或群", "Customer or group")}, {Name: v.Say("状态", "State")}, {Name: v.Say("原因", "Reason")}, {Name: v.Say("发起", "Asked"), N: true, Wide: true}, {Name: v.Say("结束", "Settled"), N: true}}, Empty: v.Say("没有这样的条目。", "None like this.")}
	for _, i := range p.Items {
		who := v.customerCell(i.Customer, i.Item)
		if x.Object == "group" {
			who = cell{Text: i.Item, Mono: true, Href: v.ifMay(access.GroupsRead, "/groups/"+segment(i.Item))}
		}
		t.add(who, v.state("item", i.State), cell{Text: v.Name("itemreason", i.Reason), Faint: true}, v.time(i.Asked), v.time(i.Settled))
	}
	list := section{Title: v.Say("明细", "One by one"), Table: t.paged(v.r, p.Next)}
	if state := v.asked("state"); state != "" {
		list.Title += " · " + v.Name("item", state)
		list.Aside = []action{{Name: v.Say("全部", "All"), Href: here}}
	}
	d.Sections = []section{s, list}
	return v.show(d)
}

// barClass is the colour of a bar.
func barClass(state string) string {
	switch state {
	case "done", "accepted":
		return "accepted"
	case "refused", "failed", "rejected":
		return "failed"
	case "full", "unknown", "expired", "suppressed":
		return "unknown"
	}
	return ""
}

func showUnassigned(v *visit) error {
	var p listed[struct {
		From     string    `json:"from"`
		External string    `json:"external_userid"`
		LeftAt   time.Time `json:"left_at"`
	}]
	d := desk{Title: v.Say("待分配的客户", "Unassigned customers"), Tabs: v.handoverTabs("unassigned"), Lead: v.Say("所属员工已离职、尚无人接手。数据直接来自企业微信。", "Their member has left and nobody took over. Read from WeCom directly.")}
	if err := v.get("/handover/unassigned", v.ofCorp(), &p); err != nil {
		e, ok := refused(err)
		if !ok {
			return err
		}
		d.Problem = v.problem(e)
		return v.show(d)
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{Head: []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("原员工", "Was with")}, {Name: v.Say("离职", "Left"), N: true}, {}}, Empty: v.Say("没有待分配的客户。", "Nobody is unassigned.")}
	for _, x := range p.Items {
		act := cell{}
		if v.Who.Can(access.HandoverWrite) {
			act.Act = []action{{Name: v.Say("交给同事", "Hand over"), Href: query("/handover/new", "kind", "resigned", "from", x.From, "items", x.External)}}
		}
		t.add(v.externalCell(x.External), text(staff.name(x.From)), v.time(x.LeftAt), act)
	}
	d.Sections = []section{{Table: t.paged(v.r, p.Next)}}
	return v.show(d)
}

type loss struct {
	Staff    string    `json:"staff"`
	External string    `json:"external_userid"`
	Customer string    `json:"customer"`
	Kind     string    `json:"kind"`
	At       time.Time `json:"at"`
	Told     time.Time `json:"told_at"`
	Untold   string    `json:"untold"`
	Returned time.Time `json:"returned_at"`
}

func showLosses(v *visit) error {
	var p listed[loss]
	if err := v.get("/handover/losses", v.ofCorp("staff", "kind"), &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("时间", "Time")}, {Name: v.Say("客户", "Customer")}, {Name: v.Say("员工", "Staff")}, {Name: v.Say("谁删的", "Who ended it")}, {Name: v.Say("已通知", "Told"), N: true, Wide: true}, {Name: v.Say("又加回", "Returned"), N: true}},
		Empty: v.Say("没有流失。", "No losses."),
	}
	for _, x := range p.Items {
		t.add(v.time(x.At), v.customerCell(x.Customer, x.External), v.staffCell(staff, x.Staff), v.state("contact", x.Kind), v.told(x), v.time(x.Returned))
	}
	members := []option{{Label: v.Say("全部", "all")}}
	for _, m := range staff.list {
		members = append(members, option{Value: m.UserID, Label: staff.name(m.UserID), On: v.asked("staff") == m.UserID})
	}
	kinds := []option{{Label: v.Say("全部", "all")}}
	for _, k := range []string{"lost", "deleted"} {
		kinds = append(kinds, option{Value: k, Label: v.Name("contact", k), On: v.asked("kind") == k})
	}
	f := &form{Method: "get", Action: "/losses", Inline: true, Submit: v.Say("筛选", "Filter"), Fields: []field{
		{Name: "staff", Kind: "select", Label: v.Say("员工", "Staff"), Options: members}, {Name: "kind", Kind: "select", Label: v.Say("谁删的", "Who ended it"), Options: kinds},
	}}
	d := desk{Title: v.Say("流失", "Losses"), Tabs: v.handoverTabs("losses"), Sections: []section{{Form: f, Table: t.paged(v.r, p.Next)}}}
	if v.Who.Can(access.HandoverWrite) {
		d.Actions = []action{{Name: v.Say("建立挽回人群", "Make the win-back audience"), Post: "/losses/winback", Primary: true}}
	}
	return v.show(d)
}

// told says when somebody was told of a loss, or why nobody could be.
func (v *visit) told(x loss) cell {
	if x.Untold == "" {
		return v.time(x.Told)
	}
	return cell{Text: v.Name("untold", x.Untold)}
}

func makeWinback(v *visit) error {
	var made struct {
		Audience string `json:"audience"`
	}
	if err := v.send(http.MethodPost, "/handover/winback", map[string]any{"name": v.Say("可挽回的流失客户", "Lost customers to win back")}, &made); err != nil {
		return v.did(err, "/losses", "")
	}
	http.Redirect(v.w, v.r, "/audiences/"+made.Audience, http.StatusSeeOther)
	return nil
}
