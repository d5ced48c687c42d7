package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/welcome"
)

type welcomeRule struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Staff       []string         `json:"staff"`
	Departments []int64          `json:"departments"`
	Position    int              `json:"position"`
	Greeting    welcome.Greeting `json:"greeting"`
	Disabled    bool             `json:"disabled"`
	UpdatedAt   time.Time        `json:"updated_at"`
}

func rawGreeting(g welcome.Greeting) (json.RawMessage, error) { return json.Marshal(g) }

func (v *visit) welcomeTabs(current string) []link {
	out := []link{
		{Name: v.Say("规则", "Rules"), Href: "/welcome", Current: current == "rules"},
		{Name: v.Say("预览", "Preview"), Href: "/welcome/preview", Current: current == "preview"},
	}
	if v.Who.Can(access.ContactsRead) {
		out = append(out, link{Name: v.Say("发送记录", "Ledger"), Href: "/welcome/ledger", Current: current == "ledger"})
	}
	return out
}

func showWelcomes(v *visit) error {
	var p listed[welcomeRule]
	if err := v.get("/welcome/rules", v.ofCorp(), &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("规则", "Rule")}, {Name: v.Say("适用", "For")}, {Name: v.Say("文字", "Text"), Wide: true}, {Name: v.Say("状态", "State")}, {}},
		Empty: v.Say("还没有规则。没有规则、活码也没有欢迎语时，新客户收不到欢迎语。", "No rules. Without a rule or a code's own welcome, new customers are not greeted."),
	}
	for _, x := range p.Items {
		t.add(cell{Text: x.Name, Href: v.ifMay(access.ContentWrite, "/welcome/"+segment(x.ID)+"/edit")}, v.ruleFor(x, staff), cell{Text: brief(x.Greeting.Text), Faint: true}, v.ruleState(x), v.ruleActs(x))
	}
	d := desk{
		Title: v.Say("欢迎语", "Welcome"), Tabs: v.welcomeTabs("rules"),
		Lead: v.Say("新客户添加员工后 20 秒内自动发送。先看活码自己的欢迎语，再看员工或部门的规则，最后是企业默认。", "Sent within 20 seconds of a customer adding a member. A code's own comes first, then rules of staff or departments, then the corp's default."),
	}
	if v.Who.Can(access.ContentWrite) {
		d.Actions = []action{{Name: v.Say("新建规则", "New rule"), Href: "/welcome/new", Primary: true}}
	}
	figures, err := v.welcomeFigures()
	if err != nil {
		return err
	}
	d.Sections = []section{figures, {Table: t.paged(v.r, p.Next)}}
	return v.show(d)
}

// ifMay is an address for those who have the right to go there.
func (v *visit) ifMay(needs access.Permission, href string) string {
	if v.Who.Can(needs) {
		return href
	}
	return ""
}

// brief is the beginning of a text.
func brief(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func (v *visit) ruleFor(x welcomeRule, staff crew) cell {
	if len(x.Staff) == 0 && len(x.Departments) == 0 {
		return cell{Text: v.Say("企业默认", "the corp's default"), Chip: "chip"}
	}
	out := v.namesText(x.Staff, staff)
	if n := len(x.Departments); n > 0 {
		out = strings.TrimSpace(out + " " + v.Sayf("%d 个部门", "%d departments", n))
	}
	return text(out)
}

func (v *visit) ruleState(x welcomeRule) cell {
	if x.Disabled {
		return cell{Text: v.Say("停用", "off"), Chip: "chip paused"}
	}
	return cell{Text: v.Say("启用", "on"), Chip: "chip good"}
}

func (v *visit) ruleActs(x welcomeRule) cell {
	if !v.Who.Can(access.ContentWrite) {
		return cell{}
	}
	return cell{Act: []action{{Name: v.Say("删除", "Delete"), Danger: true, Post: "/welcome/" + segment(x.ID) + "/delete", Ask: v.Sayf("删除“%s”？", "Delete %s?", x.Name)}}}
}

// welcomeFigures are the greetings of the last 7 days.
func (v *visit) welcomeFigures() (section, error) {
	var s struct {
		Sent     int64            `json:"sent"`
		Fallback int64            `json:"fallback"`
		Missed   map[string]int64 `json:"missed"`
		Failed   map[string]int64 `json:"failed"`
		P99      float64          `json:"p99_ms"`
	}
	q := url.Values{"corp": {v.Corp}, "from": {v.Now.AddDate(0, 0, -7).Format(time.RFC3339)}, "to": {v.Now.Add(time.Second).Format(time.RFC3339)}}
	if err := v.get("/welcome/stats", q, &s); err != nil {
		return section{}, err
	}
	ledger := func(outcome string, n int64) string {
		if n == 0 {
			return ""
		}
		return v.ifMay(access.ContactsRead, query("/welcome/ledger", "outcome", outcome))
	}
	missed, why := v.reasons(s.Missed)
	failed, cause := v.reasons(s.Failed)
	return section{Figures: []figure{
		{Name: v.Say("近 7 天已发送", "Sent in 7 days"), Value: number(s.Sent), Href: ledger("sent", s.Sent), Note: v.Sayf("其中 %d 条缺附件", "%d without some attachment", s.Fallback)},
		{Name: v.Say("错过", "Missed"), Value: number(missed), Href: ledger("missed", missed), Note: why},
		{Name: v.Say("失败", "Failed"), Value: number(failed), Href: ledger("failed", failed), Note: cause},
		{Name: v.Say("99% 用时不超过", "99 % within"), Value: strconv.FormatFloat(s.P99, 'f', 0, 64) + " ms", Note: v.Say("从回调到调用接口", "callback to call")},
	}}, nil
}

// reasons adds up counts and names the most frequent.
func (v *visit) reasons(counts map[string]int64) (n int64, first string) {
	var most int64
	for name, count := range counts {
		n += count
		if count > most || count == most && name < first {
			most, first = count, name
		}
	}
	if first == "" {
		return 0, ""
	}
	return n, v.Name("reason", first)
}

func newWelcome(v *visit) error { return v.welcomeDesk(welcomeRule{}, nil) }

func editWelcome(v *visit) error {
	var x welcomeRule
	if err := v.get("/welcome/rules/"+segment(v.id()), nil, &x); err != nil {
		return err
	}
	return v.welcomeDesk(x, nil)
}

const maxVariants = 6

func (v *visit) welcomeDesk(x welcomeRule, wrong error) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	files, err := v.assets()
	if err != nil {
		return err
	}
	departments, err := v.departments(x.Departments)
	if err != nil {
		return err
	}
	f := &form{Action: "/welcome/new", Submit: v.Say("保存", "Save"), Cancel: "/welcome"}
	d := desk{Crumb: link{Name: v.Say("欢迎语", "Welcome"), Href: "/welcome"}, Title: v.Say("新建规则", "New rule")}
	if x.ID != "" {
		f.Action, d.Title = "/welcome/"+segment(x.ID)+"/edit", x.Name
	}
	f.Fields = []field{
		{Name: "name", Label: v.Say("名称", "Name"), Value: x.Name, Required: true, Max: 100},
		{Name: "position", Kind: "number", Label: v.Say("次序", "Position"), Value: strconv.Itoa(x.Position), Help: v.Say("同样适用时，小的优先。", "Among rules that fit equally the lower goes first.")},
		{Name: "disabled", Kind: "check", Label: v.Say("停用", "Off"), On: x.Disabled},
		{Name: "staff", Kind: "people", Label: v.Say("适用员工", "Staff"), Options: chosen(staff.followers(), x.Staff), Help: v.Say("员工与部门都不选，就是企业默认。", "With neither staff nor departments it is the corp's default.")},
		{Name: "departments", Kind: "people", Label: v.Say("适用部门（含下级）", "Departments, with those below"), Options: departments},
		{Kind: "head", Name: "greeting", Label: v.Say("欢迎语", "Greeting"), Help: v.Say("可用 {{customer}} 客户称呼、{{staff}} 员工姓名", "{{customer}} and {{staff}} are names")},
	}
	f.Fields = append(f.Fields, v.contentFields(x.Greeting.Content, files, "greeting.", "/greeting", maxAttached)...)
	f.Fields = append(f.Fields,
		field{Name: "fallback", Pointer: "/greeting/fallback", Label: v.Say("附件失败时的文字", "Text when attachments fail"), Value: x.Greeting.Fallback, Wide: true},
		v.variantRows(x.Greeting.Variants))
	d.Sections = []section{{Form: f}}
	if !x.Greeting.Empty() {
		d.Sections = append(d.Sections, section{Title: v.Say("样子", "How it looks"), Chat: v.bubble(v.Say("新客户收到", "A new customer gets"), x.Greeting.Content)})
	}
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

// variantRows are other texts by hour and day.
func (v *visit) variantRows(list []welcome.Variant) field {
	f := field{Name: "variant", Pointer: "/greeting/variants", Kind: "rows", Label: v.Say("按时段换文字", "Other texts by the hour"), More: v.Say("再加一个时段", "One more"), Help: v.Say("第一个符合的时段代替上面的文字与附件。", "The first that fits takes the place of the text and attachments above.")}
	for i := range min(maxVariants, max(1, len(list)+v.more("variant"))) {
		var x welcome.Variant
		if i < len(list) {
			x = list[i]
		}
		at := "variant." + strconv.Itoa(i)
		f.Rows = append(f.Rows, row{Fields: []field{
			{Name: at + ".days", Label: v.Say("星期（空为每天）", "Days (empty: all)"), Value: digits(x.Days), Place: "67"},
			{Name: at + ".from", Label: v.Say("从", "From"), Value: x.From, Place: "22:00"},
			{Name: at + ".to", Label: v.Say("到", "To"), Value: x.To, Place: "08:00"},
			{Name: at + ".text", Kind: "area", Label: v.Say("文字", "Text"), Value: x.Text},
		}})
	}
	return f
}

type department struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// departments are choices, those given marked.
func (v *visit) departments(on []int64) (out []option, err error) {
	list, err := allIfAllowed[department](v.caller, "/departments", url.Values{"corp": {v.Corp}})
	values := make([]string, len(on))
	for i, id := range on {
		values[i] = strconv.FormatInt(id, 10)
	}
	for _, x := range list {
		out = append(out, option{Value: strconv.FormatInt(x.ID, 10), Label: x.Name})
	}
	return chosen(out, values), err
}

func saveWelcome(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	x := welcomeRule{
		ID: v.id(), Name: trimmed(q, "name"), Staff: q["staff"], Departments: whole(q["departments"]), Position: integer(q, "position"), Disabled: q.Get("disabled") != "",
		Greeting: welcome.Greeting{Content: contentFrom(q, "greeting.", maxAttached), Fallback: trimmed(q, "fallback"), Variants: variantsFrom(q)},
	}
	if err := v.keepVariants(&x); err != nil {
		return err
	}
	if q.Get("more") != "" {
		return v.welcomeDesk(x, nil)
	}
	body := map[string]any{"name": x.Name, "position": x.Position, "disabled": x.Disabled, "greeting": x.Greeting}
	if len(x.Staff) > 0 {
		body["staff"] = x.Staff
	}
	if len(x.Departments) > 0 {
		body["departments"] = x.Departments
	}
	if x.ID != "" {
		err = v.send(http.MethodPut, "/welcome/rules/"+segment(x.ID), body, nil)
	} else {
		body["corp"] = v.Corp
		err = v.send(http.MethodPost, "/welcome/rules", body, nil)
	}
	if err != nil {
		return v.welcomeDesk(x, err)
	}
	return back(v.w, v.r, "/welcome", "saved")
}

// keepVariants keeps the attachments of variants, which the form does not show.
func (v *visit) keepVariants(x *welcomeRule) error {
	if x.ID == "" || len(x.Greeting.Variants) == 0 {
		return nil
	}
	var old welcomeRule
	if err := v.get("/welcome/rules/"+segment(x.ID), nil, &old); err != nil {
		return err
	}
	for i := range min(len(x.Greeting.Variants), len(old.Greeting.Variants)) {
		x.Greeting.Variants[i].Attachments = old.Greeting.Variants[i].Attachments
	}
	return nil
}

func variantsFrom(q url.Values) (out []welcome.Variant) {
	for i := range maxVariants {
		at := "variant." + strconv.Itoa(i) + "."
		x := welcome.Variant{Days: weekdays(q.Get(at + "days")), From: trimmed(q, at+"from"), To: trimmed(q, at+"to")}
		x.Text = strings.ReplaceAll(q.Get(at+"text"), "\r\n", "\n")
		if x.Text != "" || x.From != "" || x.To != "" || len(x.Days) > 0 {
			out = append(out, x)
		}
	}
	return out
}

func deleteWelcome(v *visit) error {
	return v.did(v.send(http.MethodDelete, "/welcome/rules/"+segment(v.id()), nil, nil), "/welcome", "deleted")
}

func previewWelcome(v *visit) error {
	staff, err := v.crew()
	if err != nil {
		return err
	}
	choices := chosen(staff.followers(), []string{v.asked("user")})
	f := &form{Method: "get", Action: "/welcome/preview", Submit: v.Say("预览", "Preview"), Fields: []field{
		{Name: "user", Kind: "select", Label: v.Say("客户添加的员工", "The member who is added"), Options: choices},
		{Name: "customer", Label: v.Say("客户称呼", "The customer's name"), Value: v.asked("customer")},
		{Name: "state", Label: v.Say("活码的 state（可空）", "State of a live code (may be empty)"), Value: v.asked("state")},
		{Name: "at", Kind: "datetime", Label: v.Say("时间（空为现在）", "When (empty: now)"), Value: v.asked("at")},
	}}
	d := desk{Title: v.Say("欢迎语预览", "Preview of a welcome"), Tabs: v.welcomeTabs("preview"), Sections: []section{{Form: f}}}
	if v.asked("user") == "" {
		return v.show(d)
	}
	var p struct {
		Source      string               `json:"source"`
		Origin      string               `json:"origin"`
		Text        string               `json:"text"`
		Attachments []content.Attachment `json:"attachments"`
		Missing     int                  `json:"missing"`
	}
	body := map[string]any{"corp": v.Corp, "staff": v.asked("user"), "customer": v.asked("customer"), "state": v.asked("state")}
	if at := v.moment(v.asked("at")); !at.IsZero() {
		body["at"] = at
	}
	if err := v.send(http.MethodPost, "/welcome/preview", body, &p); err != nil {
		return v.again(d, f, err)
	}
	s := section{Title: v.Say("将会发送", "What is sent")}
	if p.Source == "none" {
		s.Empty = v.Say("没有适用的欢迎语，客户不会收到消息。", "Nothing fits: the customer gets no message.")
	} else {
		s.Note = v.Say("来自：", "From: ") + v.Name("welcomesource", p.Source)
		s.Chat = v.bubble(staff.name(v.asked("user")), content.Content{Text: p.Text, Attachments: p.Attachments})
	}
	if p.Missing > 0 {
		d.Problem = v.Sayf("%d 个附件尚未上传到企业微信，现在发送会缺少它们。", "%d attachments are not uploaded to WeCom yet and would be left out.", p.Missing)
	}
	d.Sections = append(d.Sections, s)
	return v.show(d)
}

type greeted struct {
	User       string    `json:"staff"`
	External   string    `json:"external_userid"`
	Source     string    `json:"source"`
	Outcome    string    `json:"outcome"`
	Reason     string    `json:"reason"`
	Errcode    int       `json:"errcode"`
	Fallback   bool      `json:"fallback"`
	Attempts   int       `json:"attempts"`
	ReceivedAt time.Time `json:"received_at"`
	Latency    *float64  `json:"latency_ms"`
}

func showGreeted(v *visit) error {
	var p listed[greeted]
	if err := v.get("/welcome/ledger", v.ofCorp("outcome", "user", "origin"), &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{
		Head: []head{
			{Name: v.Say("收到", "Received")}, {Name: v.Say("客户", "Customer")}, {Name: v.Say("员工", "Staff")}, {Name: v.Say("结果", "Outcome")}, {Name: v.Say("原因", "Reason"), Wide: true}, {Name: v.Say("用时", "Took"), N: true, Wide: true},
		},
		Empty: v.Say("没有发送记录。", "Nothing was sent."),
	}
	for _, x := range p.Items {
		took := "–"
		if x.Latency != nil {
			took = strconv.FormatFloat(*x.Latency, 'f', 0, 64) + " ms"
		}
		reason := v.Name("reason", x.Reason)
		if x.Errcode != 0 {
			reason += " (" + strconv.Itoa(x.Errcode) + ")"
		}
		t.add(v.time(x.ReceivedAt), v.externalCell(x.External), v.staffCell(staff, x.User), v.state("outcome", x.Outcome), cell{Text: reason, Faint: true}, text(took))
	}
	return v.show(desk{Title: v.Say("欢迎语发送记录", "Welcome ledger"), Tabs: v.welcomeTabs("ledger"), Sections: []section{{Form: v.outcomeFilter(), Table: t.paged(v.r, p.Next)}}})
}

func (v *visit) outcomeFilter() *form {
	options := []option{{Label: v.Say("全部", "all")}}
	for _, o := range []string{"sent", "missed", "failed"} {
		options = append(options, option{Value: o, Label: v.Name("outcome", o), On: v.asked("outcome") == o})
	}
	return &form{Method: "get", Action: "/welcome/ledger", Inline: true, Submit: v.Say("筛选", "Filter"), Fields: []field{{Name: "outcome", Kind: "select", Label: v.Say("结果", "Outcome"), Options: options}}}
}

// externalCell links a customer by the platform's id.
func (v *visit) externalCell(external string) cell {
	if !v.Who.Can(access.CustomersRead) {
		return cell{Text: external, Mono: true}
	}
	return cell{Text: external, Mono: true, Href: query("/contacts/find", "external", external)}
}
