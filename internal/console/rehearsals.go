package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"yutang/internal/rehearse"
)

// showTrial asks on whom a playbook is tried out.
func showTrial(v *visit) error {
	return v.trialDesk(url.Values{"customer": {v.asked("customer")}, "at": {v.local(v.Now)}}, nil, nil)
}

func (v *visit) trialDesk(q url.Values, result *rehearse.Trial, wrong error) error {
	b, err := v.book(v.id())
	if err != nil {
		return err
	}
	f := &form{Action: b.at() + "/test", Submit: v.Say("开始测试", "Test"), Fields: []field{
		{Name: "customer", Label: v.Say("客户", "Customer"), Value: q.Get("customer"), Place: "c42", Required: true, Help: v.Say("客户编号，在客户页面的标题中。", "The id, as on the customer's page.")},
		{Name: "at", Kind: "datetime", Label: v.Say("开始时间", "Start"), Value: q.Get("at")},
		{Name: "version", Kind: "select", Label: v.Say("版本", "Version"), Options: v.trialVersions(b, q.Get("version"))},
		{Name: "event", Kind: "area", Label: v.Say("触发事件的属性（可空）", "Properties of the event (optional)"), Value: q.Get("event"), Place: `{"order_id": "7", "total": 120}`, Help: v.Say("空则用该客户最近一次的事件。", "Empty: the customer's newest one.")},
		{Name: "assume", Kind: "area", Label: v.Say("假设（可空）", "Assume (optional)"), Value: q.Get("assume"), Place: "pay=timed_out\noffer=b", Help: v.Say("每行一个：步骤=结果，如 met、timed_out、分支名、任务结果。", "A line each: step=outcome, such as met, timed_out, a way, a task's result.")},
	}}
	d := desk{
		Crumb: link{Name: v.Say("SOP 旅程", "Playbooks"), Href: "/playbooks"}, Title: b.Name, Chips: v.bookChips(b), Tabs: v.bookTabs(b, "test"),
		Lead: v.Say("选一位真实客户，按模拟时钟走完整个旅程：等待会跳过，什么都不会真的发送。", "Walk a real customer to the end on a simulated clock: waits jump, and nothing is sent."), Sections: []section{{Form: f}},
	}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	if result != nil {
		d.Sections = append(d.Sections, v.trialSection(result))
	}
	return v.show(d)
}

func (v *visit) trialVersions(b book, wish string) []option {
	out := []option{{Value: "0", Label: v.Say("草稿", "the draft")}}
	for n := b.Version; n > 0; n-- {
		s := number(n)
		out = append(out, option{Value: s, Label: "v" + s, On: wish == s})
	}
	return out
}

func runTrial(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	body := map[string]any{"customer": trimmed(q, "customer"), "version": integer(q, "version")}
	if at := v.moment(q.Get("at")); !at.IsZero() {
		body["at"] = at
	}
	if s := trimmed(q, "event"); s != "" {
		if !json.Valid([]byte(s)) {
			return v.trialDesk(q, nil, badField("/event", v.Say("不是有效的 JSON 对象", "is no JSON object")))
		}
		body["event"] = json.RawMessage(s)
	}
	assume := map[string]string{}
	for _, line := range strings.Split(q.Get("assume"), "\n") {
		if step, result, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			assume[strings.TrimSpace(step)] = strings.TrimSpace(result)
		}
	}
	body["assume"] = assume
	var t rehearse.Trial
	if err := v.send(http.MethodPost, "/playbooks/"+segment(v.id())+"/test", body, &t); err != nil {
		return v.trialDesk(q, nil, err)
	}
	return v.trialDesk(q, &t, nil)
}

func (v *visit) trialSection(t *rehearse.Trial) section {
	s := section{ID: "result", Title: v.Sayf("%s 会经历什么", "What %s would go through", t.Customer)}
	notes := []string{v.Sayf("%s 开始，%s 结束，结果：%s。", "From %s to %s: %s.", v.Stamp(t.Started), v.Stamp(t.Ended), v.Name("outcome2", t.Outcome))}
	if t.Holdout {
		notes = append(notes, v.Say("该客户在对照组，什么都不会做。", "The customer is in the control group: nothing would be done."))
	}
	if !t.Starts {
		notes = append(notes, v.Say("注意：这个事件不满足触发条件，这里仍然走了一遍。", "The event does not pass the trigger's conditions; it was walked all the same."))
	}
	s.Note = strings.Join(notes, " ")
	for _, step := range t.Steps {
		s.Moments = append(s.Moments, v.trialMoment(step))
	}
	return s
}

func (v *visit) trialMoment(x rehearse.TrialStep) happening {
	m := happening{At: v.local(x.At), Title: v.stepName(x.Name, x.Step, x.Kind), Chips: []chip{{Text: v.Name("stepkind", x.Kind)}, {Text: v.Name("outcome2", x.Outcome), Class: chipClass(x.Outcome)}}}
	m.At = strings.Replace(m.At, "T", " ", 1)
	if x.Step == "" {
		m.Title = v.Say("旅程的目标或退出", "Goal or exit of the playbook")
	}
	if x.Detail != "" {
		m.Chips = append(m.Chips, chip{Text: v.Name("reason", x.Detail)})
	}
	if x.Assumed {
		m.Chips = append(m.Chips, chip{Text: v.Say("假设", "assumed"), Class: "paused"})
	}
	if x.Left.After(x.At) {
		m.Text = v.Say("停留到 ", "stays until ") + v.Stamp(x.Left)
	}
	for _, w := range x.Why {
		says := w.Text
		if w.Rule != nil {
			says = v.Say(w.Rule.Text.Zh, w.Rule.Text.En)
		}
		m.Facts = append(m.Facts, fact{Name: w.Case, Value: cell{Text: v.yes(w.Result), Note: says}})
	}
	if x.Message != nil {
		m.Quote = contentText(x.Message.Content)
		m.Facts = append(m.Facts, v.messageFacts(x.Message)...)
	}
	if x.Task != nil {
		m.Quote = x.Task.Title + after("\n", x.Task.Script)
		m.Facts = append(m.Facts, fact{Name: v.Say("派给", "For"), Value: text(orNone(v, x.Task.Assignee))}, fact{Name: v.Say("截止", "Deadline"), Value: text(v.Stamp(x.Task.Deadline))})
		m.Facts = append(m.Facts, v.missingFact(x.Task.Missing)...)
	}
	return m
}

func (v *visit) messageFacts(l *rehearse.MessageLook) []fact {
	out := []fact{{Name: v.Say("渠道", "Channel"), Value: text(v.Name("channel", l.Channel))}}
	switch {
	case l.Refuse != "":
		out = append(out, fact{Name: v.Say("不会发送", "Not sent"), Value: cell{Text: v.Name("reason", l.Refuse), Chip: "chip paused", Note: l.Detail}})
	case l.Quiet:
		out = append(out, fact{Name: v.Say("发送时间", "Sent at"), Value: cell{Text: v.Stamp(l.SentAt), Note: v.Say("等到免打扰结束", "after quiet hours")}})
	default:
		out = append(out, fact{Name: v.Say("发送时间", "Sent at"), Value: text(v.Stamp(l.SentAt))})
	}
	return append(out, v.missingFact(l.Missing)...)
}

func (v *visit) missingFact(names []string) []fact {
	if len(names) == 0 {
		return nil
	}
	return []fact{{Name: v.Say("客户缺少的值", "Values missing"), Value: cell{Text: strings.Join(names, ", "), Mono: true}}}
}

func orNone(v *visit, s string) string {
	if s == "" {
		return v.Say("（没有人）", "(nobody)")
	}
	return s
}

func sortedKeys[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
