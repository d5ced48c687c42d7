package console

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"yutang/internal/flow"
)

const yamlType = "application/yaml"

// firstBook is what a new playbook begins with.
const firstBook = `name: 下单未付款提醒
description: 下单后半小时没付款，第二天上午提醒一次，再由员工跟进。
trigger: {event: Checkout Started}
key: order_id
steps:
  - id: pay
    wait_for: {event: Order Completed, same_key: true, timeout: 30m}
  - id: morning
    wait_until: {time: "10:00"}
  - id: call
    task: {title: "问问订单 {{ event.props.order_id }} 有什么疑问", deadline: 4h}
goal: {event: Order Completed, same_key: true}
holdout_percent: 10
`

func newBook(v *visit) error { return v.bookDesk(book{}, firstBook, nil) }

func editBook(v *visit) error {
	b, err := v.book(v.id())
	if err != nil {
		return err
	}
	raw, _, err := v.raw(http.MethodGet, "/playbooks/"+segment(b.ID)+"/yaml", nil)
	if err != nil {
		return err
	}
	return v.bookDesk(b, string(raw), nil)
}

func (v *visit) bookDesk(b book, yaml string, wrong error) error {
	f := &form{Action: "/playbooks/new", Submit: v.Say("保存草稿", "Save the draft"), Cancel: "/playbooks", Fields: []field{{
		Name: "yaml", Kind: "code", Label: v.Say("旅程定义（YAML）", "Definition (YAML)"), Value: yaml, Required: true, Pointer: "/none",
		Help: v.Say("保存时全面检查，错误会指出在第几行、应该怎么写。已发布的版本不受影响，直到再次发布。", "Everything is checked on saving; faults name their line and what would be right. What is published goes on until it is published anew."),
	}}}
	d := desk{Crumb: link{Name: v.Say("SOP 旅程", "Playbooks"), Href: "/playbooks"}, Title: v.Say("新建旅程", "New playbook"), Sections: []section{{Form: f}}}
	if b.ID != "" {
		f.Action, f.Cancel = b.at()+"/edit", b.at()
		d.Crumb, d.Title = link{Name: b.Name, Href: b.at()}, v.Say("修改草稿", "Edit the draft")
	}
	if wrong == nil {
		return v.show(d)
	}
	e, ok := refused(wrong)
	if !ok {
		return wrong
	}
	d.Problem = v.Sayf("没有保存，%d 处需要修改。", "Not saved; %d to put right.", max(1, len(e.Fields)))
	t := &table{Head: []head{{Name: v.Say("行", "Line")}, {Name: v.Say("位置", "Where")}, {Name: v.Say("问题与改法", "What is wrong, what would be right")}, {Name: v.Say("这一行", "The line"), Wide: true}}}
	for _, x := range e.Fields {
		line, says := lineOf(x.Detail)
		t.add(text(line), cell{Text: strings.TrimPrefix(x.Pointer, "/definition"), Mono: true}, text(v.detail(says)), cell{Text: lineAt(yaml, line), Mono: true, Faint: true})
	}
	if len(e.Fields) == 0 {
		t.add(text("–"), text("–"), text(v.problem(e)), text(""))
	}
	d.Sections = append([]section{{Title: v.Say("需要修改", "To put right"), Table: t}}, d.Sections...)
	return v.c.show(v.w, v.r, v.view, http.StatusUnprocessableEntity, d)
}

var atLine = regexp.MustCompile(`^line (\d+): `)

// lineOf splits the line off a fault of a file.
func lineOf(detail string) (line, says string) {
	m := atLine.FindStringSubmatch(detail)
	if m == nil {
		return "–", detail
	}
	return m[1], detail[len(m[0]):]
}

func lineAt(yaml, line string) string {
	n, err := strconv.Atoi(line)
	all := strings.Split(yaml, "\n")
	if err != nil || n < 1 || n > len(all) {
		return ""
	}
	return strings.TrimSpace(all[n-1])
}

func saveBook(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	yaml := strings.ReplaceAll(q.Get("yaml"), "\r\n", "\n")
	if id := v.id(); id != "" {
		if err := v.sendText(http.MethodPut, "/playbooks/"+segment(id)+"/yaml", yamlType, yaml, nil); err != nil {
			b, missing := v.book(id)
			if missing != nil {
				return missing
			}
			return v.bookDesk(b, yaml, err)
		}
		return back(v.w, v.r, "/playbooks/"+segment(id)+"?draft=1", "saved")
	}
	def, _, err := flow.ParseYAML([]byte(yaml), v.Zone)
	if err != nil {
		return v.bookDesk(book{}, yaml, err)
	}
	var made book
	if err := v.send(http.MethodPost, "/playbooks", map[string]json.RawMessage{"definition": def}, &made); err != nil {
		return v.bookDesk(book{}, yaml, err)
	}
	return back(v.w, v.r, made.at(), "saved")
}
