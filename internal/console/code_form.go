package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"yutang/internal/livecode"
	"yutang/internal/welcome"
)

const (
	maxShifts     = 30
	maxExceptions = 30
	maxAttached   = 9
)

func newCode(v *visit) error {
	return v.codeDesk(liveCode{Spec: livecode.Spec{Kind: livecode.Multi, SkipVerify: true}}, nil)
}

func editCode(v *visit) error {
	var c liveCode
	if err := v.get("/codes/"+segment(v.id()), nil, &c); err != nil {
		return err
	}
	return v.codeDesk(c, nil)
}

func saveCode(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	c := liveCode{ID: v.id(), Spec: v.codeFrom(q)}
	if q.Get("more") != "" {
		return v.codeDesk(c, nil)
	}
	if c.ID != "" {
		if err := v.keepGreeting(&c); err != nil {
			return err
		}
		if err := v.send(http.MethodPut, "/codes/"+segment(c.ID), specBody(c.Spec), nil); err != nil {
			return v.codeDesk(c, err)
		}
		return back(v.w, v.r, "/codes/"+segment(c.ID), "saved")
	}
	var made struct {
		ID string `json:"id"`
	}
	body := specBody(c.Spec)
	body["corp"] = v.Corp
	if err := v.send(http.MethodPost, "/codes", body, &made); err != nil {
		return v.codeDesk(c, err)
	}
	return back(v.w, v.r, "/codes/"+segment(made.ID), "code")
}

// keepGreeting keeps what the form does not show of a code's greeting: texts by the hour.
func (v *visit) keepGreeting(c *liveCode) error {
	var old liveCode
	if err := v.get("/codes/"+segment(c.ID), nil, &old); err != nil || len(old.Welcome) == 0 || len(c.Welcome) == 0 {
		return err
	}
	before, err := greetingOf(old.Welcome)
	if err != nil {
		return err
	}
	now, err := greetingOf(c.Welcome)
	if err != nil {
		return err
	}
	if len(before.Variants) == 0 && before.Fallback == "" {
		return nil
	}
	now.Variants, now.Fallback = before.Variants, before.Fallback
	c.Welcome, err = rawGreeting(now)
	return err
}

// specBody is a code as the API takes it: absent where it is empty.
func specBody(s livecode.Spec) map[string]any {
	body := map[string]any{
		"name": s.Name, "channel": s.Channel, "place": s.Place, "kind": s.Kind, "members": s.Members, "backup": s.Backup,
		"tags": s.Tags, "remark": s.Remark, "skip_verify": s.SkipVerify, "schedule": s.Schedule,
	}
	if s.Members == nil {
		body["members"] = []livecode.Member{}
	}
	for _, name := range []string{"backup", "tags"} {
		if list, _ := body[name].([]string); list == nil {
			delete(body, name)
		}
	}
	if !s.ExpiresAt.IsZero() {
		body["expires_at"] = s.ExpiresAt
	}
	if len(s.Welcome) > 0 {
		body["welcome"] = s.Welcome
	}
	return body
}

// codeDesk shows the form of a code, with what is wrong if there was a try.
func (v *visit) codeDesk(c liveCode, wrong error) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	files, err := v.assets()
	if err != nil {
		return err
	}
	f := &form{Action: "/codes/new", Submit: v.Say("保存", "Save"), Cancel: "/codes"}
	d := desk{Crumb: link{Name: v.Say("活码", "Live codes"), Href: "/codes"}, Title: v.Say("新建活码", "New live code")}
	if c.ID != "" {
		f.Action, f.Cancel = "/codes/"+segment(c.ID)+"/edit", "/codes/"+segment(c.ID)
		d.Title = v.Say("修改活码", "Change a live code")
		d.Lead = v.Say("二维码不变；保存后约几秒在企业微信生效。", "The QR code stays; WeCom shows the change some seconds after saving.")
	}
	if f.Fields, err = v.codeFields(c, staff, files); err != nil {
		return err
	}
	d.Sections = []section{{Form: f}}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func (v *visit) codeFields(c liveCode, staff crew, files []asset) ([]field, error) {
	kinds := []option{}
	for _, k := range []livecode.Kind{livecode.Multi, livecode.Single, livecode.Temporary} {
		kinds = append(kinds, option{Value: string(k), Label: v.Name("codekind", string(k)), On: k == c.Kind})
	}
	greeting, err := greetingOf(c.Welcome)
	if err != nil {
		return nil, err
	}
	out := []field{
		{Name: "name", Label: v.Say("名称", "Name"), Value: c.Name, Required: true, Max: 60, Place: v.Say("如：春季门店海报", "such as: spring poster")},
		{Name: "channel", Label: v.Say("渠道", "Channel"), Value: c.Channel, Max: 60, Help: v.Say("记在客户上，可用于人群。", "Kept on the customer; audiences can use it.")},
		{Name: "place", Label: v.Say("印刷说明", "Printed beside it"), Value: c.Place, Max: 60, Place: v.Say("如：南京路店 收银台", "such as: Main Street, till")},
		{Name: "kind", Kind: "select", Label: v.Say("类型", "Kind"), Options: kinds},
		{Name: "expires_at", Kind: "datetime", Label: v.Say("到期（仅临时码）", "Expires (temporary codes)"), Value: v.local(c.ExpiresAt)},
		{Name: "skip_verify", Kind: "check", Label: v.Say("客户添加时无需员工确认", "Customers are added without confirmation"), On: c.SkipVerify},
		v.membersField(c.Members, staff),
	}
	out = append(out, v.scheduleFields(c.Schedule)...)
	out = append(out,
		field{Name: "backup", Kind: "people", Label: v.Say("备用员工", "Backup staff"), Options: chosen(staff.followers(), c.Backup), Help: v.Say("无人当班或都满额时由他们接待；有排班或上限时必选。", "Stand in when nobody is on duty or all are full; needed with a schedule or a cap.")},
		field{Name: "tags", Label: v.Say("自动打标签", "Tags on arrival"), Value: join(c.Tags), Wide: true, Place: v.Say("来源/门店, 意向/高", "group/name, group/name"), Help: v.Say("写成“组/标签”，逗号分隔；没有的会新建。", "As group/name, separated by commas; made if missing.")},
		field{Name: "remark", Label: v.Say("自动备注", "Remark"), Value: c.Remark, Place: "{name}-{channel}", Help: v.Say("可用 {name} {channel} {code} {date}，写入前 20 个字符。", "{name} {channel} {code} {date}; 20 characters are written.")},
		field{Kind: "head", Name: "welcome", Label: v.Say("欢迎语", "Welcome"), Help: v.Say("留空则用欢迎语规则", "empty: the welcome rules apply")},
	)
	return append(out, v.contentFields(greeting.Content, files, "welcome.", "/welcome", maxAttached)...), nil
}

// membersField lets members be chosen with their share and daily cap.
func (v *visit) membersField(members []livecode.Member, staff crew) field {
	f := field{Name: "members", Kind: "people", Shares: true, Required: true, Label: v.Say("接待员工", "Staff"), Help: v.Say("权重越大分到的客户越多；日上限按品牌时区计。", "A larger weight gets more customers; caps go by the brand's day.")}
	users := make([]string, len(members))
	by := make(map[string]livecode.Member, len(members))
	for i, m := range members {
		users[i], by[m.User] = m.User, m
	}
	options := staff.followers()
	known := map[string]bool{}
	for _, o := range options {
		known[o.Value] = true
	}
	for _, u := range users {
		if !known[u] {
			options = append(options, option{Value: u, Label: staff.name(u), Note: v.Say("没有客户联系权限", "may not have customers")})
		}
	}
	f.Options = chosen(options, users)
	for i, o := range f.Options {
		m := by[o.Value]
		f.Options[i].Weight, f.Options[i].Cap = positive(m.Weight), positive(m.DailyCap)
	}
	return f
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// scheduleFields are the weekly shifts and the days that differ, a row each.
func (v *visit) scheduleFields(s livecode.Schedule) []field {
	shifts := field{
		Name: "shift", Pointer: "/schedule/shifts", Kind: "rows", Label: v.Say("每周排班", "Weekly schedule"), More: v.Say("再加一班", "One more shift"),
		Help: v.Say("不填则所有人全天接待。结束早于开始表示到次日。", "Empty: everybody, always. An end before the start is on the next day."),
	}
	for i := range min(maxShifts, max(1, len(s.Shifts)+v.more("shift"))) {
		var sh livecode.Shift
		if i < len(s.Shifts) {
			sh = s.Shifts[i]
		}
		at := "shift." + strconv.Itoa(i)
		shifts.Rows = append(shifts.Rows, row{Fields: []field{
			{Name: at + ".days", Label: v.Say("星期", "Days"), Value: digits(sh.Days), Place: "12345", Help: v.Say("1 周一 … 7 周日", "1 Monday … 7 Sunday")},
			{Name: at + ".from", Label: v.Say("从", "From"), Value: sh.From, Place: "09:00"},
			{Name: at + ".to", Label: v.Say("到", "To"), Value: sh.To, Place: "18:00"},
			{Name: at + ".staff", Label: v.Say("员工 userid（空为全部）", "Userids (empty: all)"), Value: join(sh.Staff)},
		}})
	}
	days := field{
		Name: "exception", Pointer: "/schedule/exceptions", Kind: "rows", Label: v.Say("特别日期", "Days that differ"), More: v.Say("再加一天", "One more day"),
		Help: v.Say("不填时间表示当天休息，由备用员工接待。", "Without times: closed, the backup staff stand in."),
	}
	for i := range min(maxExceptions, max(1, len(s.Exceptions)+v.more("exception"))) {
		var e livecode.Exception
		var sp livecode.Span
		if i < len(s.Exceptions) {
			e = s.Exceptions[i]
		}
		if len(e.Spans) > 0 {
			sp = e.Spans[0]
		}
		at := "exception." + strconv.Itoa(i)
		days.Rows = append(days.Rows, row{Fields: []field{
			{Name: at + ".date", Kind: "date", Label: v.Say("日期", "Date"), Value: e.Date},
			{Name: at + ".name", Label: v.Say("说明", "Name"), Value: e.Name, Place: v.Say("国庆节", "holiday")},
			{Name: at + ".from", Label: v.Say("从", "From"), Value: sp.From, Place: "10:00"},
			{Name: at + ".to", Label: v.Say("到", "To"), Value: sp.To, Place: "16:00"},
		}})
	}
	return []field{shifts, days}
}

// codeFrom reads a code back from its form.
func (v *visit) codeFrom(q url.Values) livecode.Spec {
	s := livecode.Spec{
		Name: trimmed(q, "name"), Channel: trimmed(q, "channel"), Place: trimmed(q, "place"), Kind: livecode.Kind(trimmed(q, "kind")),
		ExpiresAt: v.moment(q.Get("expires_at")), SkipVerify: q.Get("skip_verify") != "", Backup: q["backup"],
		Tags: lines(q.Get("tags")), Remark: trimmed(q, "remark"), Welcome: rawContent(contentFrom(q, "welcome.", maxAttached)),
	}
	for _, u := range q["members"] {
		s.Members = append(s.Members, livecode.Member{User: u, Weight: integer(q, "weight."+u), DailyCap: integer(q, "cap."+u)})
	}
	for i := range maxShifts {
		at := "shift." + strconv.Itoa(i) + "."
		sh := livecode.Shift{Days: weekdays(q.Get(at + "days")), Span: livecode.Span{From: trimmed(q, at+"from"), To: trimmed(q, at+"to"), Staff: words(q.Get(at + "staff"))}}
		if len(sh.Days) > 0 || sh.From != "" || sh.To != "" {
			s.Schedule.Shifts = append(s.Schedule.Shifts, sh)
		}
	}
	for i := range maxExceptions {
		at := "exception." + strconv.Itoa(i) + "."
		e := livecode.Exception{Date: trimmed(q, at+"date"), Name: trimmed(q, at+"name")}
		if from, to := trimmed(q, at+"from"), trimmed(q, at+"to"); from != "" || to != "" {
			e.Spans = []livecode.Span{{From: from, To: to}}
		}
		if e.Date != "" {
			s.Schedule.Exceptions = append(s.Schedule.Exceptions, e)
		}
	}
	return s
}

// weekdays reads "12345" or "1,2,3".
func weekdays(s string) (out []int) {
	for _, c := range s {
		if c >= '0' && c <= '9' {
			out = append(out, int(c-'0'))
		}
	}
	return out
}

func digits(days []int) string {
	var b strings.Builder
	for _, d := range days {
		b.WriteString(strconv.Itoa(d))
	}
	return b.String()
}

// days writes weekdays for people.
func (v *view) days(days []int) string {
	if len(days) == 0 || len(days) == 7 {
		return v.Say("每天", "daily")
	}
	zh, en := []string{"日", "一", "二", "三", "四", "五", "六", "日"}, []string{"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}
	var parts []string
	for _, d := range days {
		if d >= 0 && d <= 7 {
			parts = append(parts, v.Say(zh[d], en[d]))
		}
	}
	return v.Say("周", "") + strings.Join(parts, v.Say("", " "))
}

// greetingOf reads the greeting of a live code.
func greetingOf(raw []byte) (welcome.Greeting, error) {
	if len(raw) == 0 {
		return welcome.Greeting{}, nil
	}
	return welcome.ParseGreeting(raw)
}
