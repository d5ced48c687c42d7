package console

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/flow"
	"yutang/internal/rule"
)

// stepText says what a step does, and what it says to whom it reaches.
func (w *drawing) stepText(s *flow.Step) (says, quote string) {
	switch {
	case s.Send != nil:
		return w.sendText(s.Send)
	case s.Task != nil:
		return w.taskText(s.Task), s.Task.Title + after("\n", s.Task.Script)
	case s.Post != nil:
		return w.Name("postto", s.Post.To) + after(" · "+w.Say("素材 ", "material "), s.Post.Material), gjson.GetBytes(s.Post.Content, "text").Str
	case s.Wait != nil:
		return w.Say("等待 ", "Wait ") + w.span(s.Wait.For), ""
	case s.WaitUntil != nil:
		return w.untilText(s.WaitUntil), ""
	case s.WaitFor != nil:
		return w.Sayf("等到：%s，最多 %s", "Until: %s, at most %s", w.conditionText(s.WaitFor.Condition), w.span(s.WaitFor.Timeout)), ""
	case s.Branch != nil:
		return w.Say("按条件走第一条符合的路", "The first way that fits"), ""
	case s.Split != nil:
		return w.splitText(s.Split), ""
	case s.Holdout != nil:
		return w.Sayf("%s%% 的客户之后不再触达，用来比较", "%s%% are not touched from here on, to compare with", trimFloat(s.Holdout.Percent)), ""
	}
	return w.otherText(s), ""
}

func (w *drawing) sendText(s *flow.Send) (says, quote string) {
	says = w.Name("channel", s.Channel)
	if s.Transactional {
		says += w.Say(" · 服务通知", " · service message")
	}
	if s.Material != "" {
		says += w.Say(" · 素材 ", " · material ") + s.Material
	}
	if s.ExpiresIn != "" {
		says += w.Sayf(" · %s内有效", " · valid for %s", w.span(s.ExpiresIn))
	}
	if len(s.Variants) == 0 {
		return says, contentText(s.Content)
	}
	var parts []string
	for _, x := range s.Variants {
		parts = append(parts, x.Name+" "+trimFloat(x.Percent)+"%"+w.Say("：", ": ")+contentText(x.Content)+x.Material)
	}
	return says + w.Say(" · A/B 测试", " · A/B test"), strings.Join(parts, "\n\n")
}

// contentText is what a content says first: its text, or its title, or all of it.
func contentText(raw json.RawMessage) string {
	for _, key := range []string{"text", "title", "subject", "body", "html"} {
		if s := gjson.GetBytes(raw, key); s.Type == gjson.String && s.Str != "" {
			return s.Str
		}
	}
	return string(raw)
}

func (w *drawing) taskText(t *flow.Task) string {
	who := map[string]string{"": w.Say("客户的跟进员工", "who has the customer"), "owner": w.Say("客户的跟进员工", "who has the customer"), "leader": w.Say("员工的上级", "the member's leader")}[t.Assign]
	if who == "" {
		who = t.Assign
	}
	deadline := t.Deadline
	if deadline == "" {
		deadline = "1d"
	}
	out := w.Sayf("派给%s，%s内完成", "For %s, within %s", who, w.span(deadline))
	if t.Wait {
		out += w.Say("，等任务完成再往下", "; the run waits for it")
	}
	if len(t.Results) > 0 {
		out += w.Say(" · 结果：", " · results: ") + strings.Join(t.Results, w.Say("、", ", "))
	}
	return out
}

func (w *drawing) untilText(u *flow.WaitUntil) string {
	var parts []string
	if u.Date != "" {
		parts = append(parts, u.Date)
	}
	if len(u.Weekdays) > 0 {
		parts = append(parts, w.weekdays(u.Weekdays))
	}
	if u.Time != "" {
		parts = append(parts, u.Time)
	}
	return w.Say("等到 ", "Until ") + strings.Join(parts, " ")
}

func (w *drawing) splitText(s *flow.Split) string {
	out := w.Say("按比例随机分流，同一客户总走同一条", "At random by share; the same customer always goes the same way")
	if s.By != "" {
		out += w.Say("；同一员工或部门的客户走同一条", "; customers of one owner or team go together")
	}
	return out
}

func (w *drawing) otherText(s *flow.Step) string {
	switch {
	case s.Update != nil:
		raw, _ := json.Marshal(s.Update) // it was JSON
		return w.updateText(s.Update, string(raw))
	case s.Coupon != nil:
		return w.Say("发券 ", "Coupon ") + s.Coupon.Template
	case s.Start != nil:
		return w.Say("进入旅程：", "Start: ") + s.Start.Playbook
	case s.Stop != nil:
		return w.Say("停止旅程：", "Stop: ") + s.Stop.Playbook
	case s.Webhook != nil:
		return w.Say("通知系统 ", "Tell the system ") + s.Webhook.Endpoint
	case s.Goal != nil:
		return w.Say("达成目标，结束", "The goal is reached") + after(w.Say("：", ": "), s.Goal.Name)
	case s.Exit != nil:
		return w.Say("退出旅程", "Leaves") + after(w.Say("：", ": "), s.Exit.Name)
	}
	return ""
}

func (w *drawing) updateText(u *flow.Update, raw string) string {
	var parts []string
	if len(u.Tag) > 0 {
		parts = append(parts, w.Say("打标签 ", "tag ")+strings.Join(u.Tag, w.Say("、", ", ")))
	}
	if len(u.Untag) > 0 {
		parts = append(parts, w.Say("去标签 ", "untag ")+strings.Join(u.Untag, w.Say("、", ", ")))
	}
	for kind, stage := range u.Stage {
		parts = append(parts, strings.ToUpper(kind)+" → "+w.Name(kind, stage))
	}
	if len(u.Set)+len(u.SetOnce)+len(u.Increase)+len(u.Unset) > 0 {
		parts = append(parts, raw)
	}
	return strings.Join(parts, w.Say("；", "; "))
}

func after(sep, s string) string {
	if s == "" {
		return ""
	}
	return sep + s
}

func (w *drawing) triggerText(t flow.Trigger) string {
	switch {
	case t.Event != "":
		return w.Sayf("发生「%s」的客户", "Who does “%s”", w.Name("event", t.Event)) + w.whereText(t.Where)
	case t.Audience != "" && t.On == "left":
		return w.Say("离开人群：", "Who leaves: ") + w.audienceCalled(t.Audience)
	case t.Audience != "":
		return w.Say("进入人群：", "Who enters: ") + w.audienceCalled(t.Audience)
	case t.Date != nil:
		return w.dateText(t.Date)
	case t.Schedule != nil:
		return w.scheduleText(t.Schedule)
	}
	return w.Say("由接口启动", "Started through the API")
}

func (w *drawing) dateText(d *flow.Date) string {
	at := d.At
	if at == "" {
		at = "09:00"
	}
	name := w.Name("trait", d.Trait)
	if d.Match == "month" {
		return w.Sayf("「%s」所在月的 1 日 %s", "The first of the month of “%s”, %s", name, at)
	}
	if d.Offset == "" || d.Offset == "0d" {
		return w.Sayf("「%s」当天 %s", "On “%s”, %s", name, at)
	}
	if rest, before := strings.CutPrefix(d.Offset, "-"); before {
		return w.Sayf("「%s」前 %s %s", "%[2]s before “%[1]s”, %[3]s", name, w.span(rest), at)
	}
	return w.Sayf("「%s」后 %s %s", "%[2]s after “%[1]s”, %[3]s", name, w.span(d.Offset), at)
}

func (w *drawing) scheduleText(s *flow.Schedule) string {
	at := s.Time
	if at == "" {
		at = "09:00"
	}
	var out string
	switch s.Every {
	case "day":
		out = w.Say("每天 ", "Every day ") + at
	case "week":
		out = w.Say("每周 ", "Every week ") + w.weekdays(s.Weekdays) + " " + at
	case "month":
		days := make([]string, len(s.Days))
		for i, n := range s.Days {
			days[i] = strconv.Itoa(n)
			if n < 0 {
				days[i] = w.Say("最后一", "last")
			}
		}
		out = w.Sayf("每月 %s 日 %s", "Every month on %s at %s", strings.Join(days, w.Say("、", ", ")), at)
	default:
		out = strings.Replace(s.At, "T", " ", 1)
	}
	if s.Audience != "" {
		out += w.Say(" · 人群：", " · ") + w.audienceCalled(s.Audience)
	}
	if s.From != "" || s.Until != "" {
		out += " · " + s.From + " – " + s.Until
	}
	return out
}

func (w *drawing) weekdays(days []string) string {
	if len(days) == 0 {
		return w.Say("每天", "every day")
	}
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = w.Name("weekday", d)
	}
	return strings.Join(out, w.Say("、", ", "))
}

func (w *drawing) conditionText(c flow.Condition) string {
	switch {
	case c.Event != "":
		out := w.Sayf("发生「%s」", "“%s” happens", w.Name("event", c.Event)) + w.whereText(c.Where)
		if c.SameKey {
			out += w.Say("（同一单）", " (of the same key)")
		}
		return out
	case c.Audience != "" && c.On == "left":
		return w.Say("离开人群：", "leaves ") + w.audienceCalled(c.Audience)
	case c.Audience != "":
		return w.Say("属于人群：", "is in ") + w.audienceCalled(c.Audience)
	case c.Task != "":
		if c.Result != "" {
			return w.Sayf("任务 %s 的结果是「%s」", "task %s ended with “%s”", c.Task, c.Result)
		}
		return w.Sayf("任务 %s 完成", "task %s is done", c.Task)
	}
	return w.ruleText(c.Rule)
}

func (w *drawing) caseText(c flow.Case) string {
	if len(c.Rule) > 0 {
		return w.ruleText(c.Rule)
	}
	return strings.TrimSpace(w.whereText(c.Where))
}

// ruleText says a rule in the page's language, as it stands if it names what the playbook
// brings along.
func (w *drawing) ruleText(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	r, err := rule.Parse(raw, w.Zone)
	if err != nil {
		return string(raw)
	}
	return r.Describe(w.Say("zh", "en"))
}

func (w *drawing) whereText(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	var parts []string
	for _, x := range gjson.ParseBytes(raw).Array() {
		op := x.Get("op").Str
		parts = append(parts, strings.TrimSpace(x.Get("prop").Str+" "+w.Name("op", op)+" "+x.Get("value").String()))
	}
	return w.Say("，且 ", " and ") + strings.Join(parts, w.Say("，", ", "))
}

// audienceCalled is the name of an audience of the brand, or of one that the playbook
// brings along.
func (w *drawing) audienceCalled(key string) string {
	if a, ok := w.audiences[key]; ok {
		if a.Name != "" {
			return a.Name
		}
		return key
	}
	return w.audienceName(key)
}

func (w *drawing) audienceHref(key string) string {
	if _, own := w.audiences[key]; own {
		return ""
	}
	return "/audiences/" + segment(key)
}

func (w *drawing) capText(c flow.Cap) (out []string) {
	for _, x := range []struct {
		n      int
		zh, en string
	}{{c.PerDay, "每天", "a day"}, {c.PerWeek, "每周", "a week"}, {c.PerMonth, "每月", "a month"}} {
		if x.n > 0 {
			out = append(out, w.Sayf("%[1]s最多 %[2]d 条", "at most %[2]d %[1]s", w.Say(x.zh, x.en), x.n))
		}
	}
	return out
}

func (w *drawing) reentryText(s string) string {
	switch s {
	case "once":
		return w.Say("每人只进一次", "once for each")
	case "always":
		return w.Say("可以反复进入", "as often as it happens")
	}
	return w.Sayf("%s内不重复进入", "not again within %s", w.span(s))
}

// span says a duration such as 2d or 30m.
func (v *view) span(s string) string {
	if len(s) < 2 {
		return s
	}
	n, unit := s[:len(s)-1], s[len(s)-1:]
	if _, err := strconv.Atoi(n); err != nil {
		return s
	}
	if n == "1" && v.Lang == "en" {
		return "1 " + strings.TrimSuffix(v.Name("unit", unit), "s")
	}
	return n + " " + v.Name("unit", unit)
}

func trimFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
