package console

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/livecode"
	"yutang/internal/money"
)

type liveCode struct {
	ID    string `json:"id"`
	Corp  string `json:"corp"`
	State string `json:"state"`
	Batch string `json:"batch"`
	livecode.Spec
	Remote struct {
		State     string            `json:"state"`
		Image     bool              `json:"image"`
		Shown     []string          `json:"shown"`
		Resting   []string          `json:"resting"`
		Backup    bool              `json:"backup"`
		AppliedAt time.Time         `json:"applied_at"`
		NextAt    time.Time         `json:"next_at"`
		Problem   *livecode.Problem `json:"problem"`
		RemadeAt  time.Time         `json:"remade_at"`
	} `json:"remote"`
	CreatedAt time.Time `json:"created_at"`
}

// codesPerPage is small because each line asks for its numbers.
const codesPerPage = "20"

func (v *visit) codeTabs(current string) []link {
	return []link{
		{Name: v.Say("活码", "Live codes"), Href: "/codes", Current: current == "codes"},
		{Name: v.Say("批量创建", "Batches"), Href: "/code-batches", Current: current == "batches"},
	}
}

func showCodes(v *visit) error {
	q := v.ofCorp("name", "channel", "batch", "problems")
	q.Set("limit", codesPerPage)
	var p listed[liveCode]
	if err := v.get("/codes", q, &p); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	t := &table{
		Head: []head{
			{Name: v.Say("名称", "Name")},
			{Name: v.Say("渠道", "Channel")},
			{Name: v.Say("当前展示", "Shown now")},
			{Name: v.Say("今日新增", "Today"), N: true},
			{Name: v.Say("近 30 天", "30 days"), N: true},
			{Name: v.Say("状态", "State")},
		},
		Empty: v.Say("没有活码。新建一个，或用 CSV 批量创建。", "No live codes. Make one, or many from a CSV file."),
	}
	ids := make([]string, 0, len(p.Items))
	for _, c := range p.Items {
		line, err := v.codeLine(c, staff)
		if err != nil {
			return err
		}
		t.add(line...)
		ids = append(ids, c.ID)
	}
	d := desk{Title: v.Say("活码", "Live codes"), Tabs: v.codeTabs("codes"), Sections: []section{
		{Form: v.codeFilter(), Table: t.paged(v.r, p.Next), Aside: v.sheetLinks("ids", strings.Join(ids, ","))},
	}}
	if v.Who.Can(access.CodesWrite) {
		d.Actions = []action{{Name: v.Say("新建活码", "New live code"), Href: "/codes/new", Primary: true}}
	}
	return v.show(d)
}

func (v *visit) codeFilter() *form {
	return &form{Method: "get", Action: "/codes", Inline: true, Submit: v.Say("筛选", "Filter"), Fields: []field{
		{Name: "name", Label: v.Say("名称", "Name"), Value: v.asked("name")},
		{Name: "channel", Label: v.Say("渠道", "Channel"), Value: v.asked("channel")},
		{Name: "problems", Kind: "select", Label: v.Say("状态", "State"), Options: []option{
			{Value: "", Label: v.Say("全部", "all")}, {Value: "true", Label: v.Say("有问题的", "with a problem"), On: v.asked("problems") == "true"},
		}},
	}}
}

// sheetLinks print the codes of a page or batch.
func (v *visit) sheetLinks(name, value string) []action {
	if value == "" {
		return nil
	}
	to := func(format, layout string) string {
		return query("/api/v1/codes/sheet", name, value, "format", format, "layout", layout)
	}
	return []action{
		{Name: v.Say("标签纸 PDF", "Labels PDF"), Href: to("pdf", "labels")},
		{Name: v.Say("台卡 PDF", "Stands PDF"), Href: to("pdf", "stand")},
		{Name: v.Say("包裹卡 PDF", "Parcel cards PDF"), Href: to("pdf", "parcel")},
		{Name: "PNG（zip）", Href: to("zip", "labels")},
	}
}

// codeStats are the figures of a code as the API gives them.
type codeStats struct {
	livecode.Stats
	NetRevenue float64 `json:"net_revenue"`
	Currency   string  `json:"currency"`
}

func (s codeStats) revenue() money.Amount {
	return money.Amount{Minor: int64(math.Round(s.NetRevenue * float64(money.Scale(s.Currency)))), Currency: s.Currency}
}

func (v *visit) codeLine(c liveCode, staff crew) ([]cell, error) {
	var s codeStats
	if err := v.get("/codes/"+segment(c.ID)+"/stats", nil, &s); err != nil {
		return nil, err
	}
	contacts := "/codes/" + segment(c.ID) + "/contacts"
	return []cell{
		{Text: c.Name, Href: "/codes/" + segment(c.ID), Note: c.Place},
		text(c.Channel), v.shownCell(c, staff),
		num(today(s), contacts), num(s.Added, contacts), v.codeState(c),
	}, nil
}

func today(s codeStats) (n int) {
	for _, u := range s.ByStaff {
		n += u.Today
	}
	return n
}

// shownFew is how many names a line has room for.
const shownFew = 3

func (v *visit) shownCell(c liveCode, staff crew) cell {
	if len(c.Remote.Shown) == 0 {
		return cell{Text: "–", Faint: true}
	}
	out := cell{}
	for _, u := range c.Remote.Shown[:min(shownFew, len(c.Remote.Shown))] {
		out.Links = append(out.Links, link{Name: staff.name(u), Href: query("/contacts/list", "staff", u, "state", "active")})
	}
	if n := len(c.Remote.Shown) - shownFew; n > 0 {
		out.Note = v.Sayf("及另外 %d 人", "and %d more", n)
	}
	if c.Remote.Backup {
		out.Note += v.Say("（备用员工）", " (backup)")
	}
	return out
}

func (v *visit) codeState(c liveCode) cell {
	if c.Remote.Problem != nil {
		return cell{Text: v.Say("有问题", "Problem"), Chip: "chip bad"}
	}
	return v.state("code", c.Remote.State)
}

func showCode(v *visit) error {
	var c liveCode
	if err := v.get("/codes/"+segment(v.id()), nil, &c); err != nil {
		return err
	}
	var s codeStats
	if err := v.get("/codes/"+segment(v.id())+"/stats", v.page("from", "to"), &s); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	d := desk{Crumb: link{Name: v.Say("活码", "Live codes"), Href: "/codes"}, Title: c.Name, Chips: []chip{v.codeChip(c)}}
	if v.Who.Can(access.CodesWrite) {
		at := "/codes/" + segment(c.ID)
		d.Actions = []action{
			{Name: v.Say("修改", "Change"), Href: at + "/edit", Primary: true},
			{Name: v.Say("重新检查", "Look again"), Post: at + "/retry"},
			{Name: v.Say("删除", "Delete"), Post: at + "/delete", Danger: true, Ask: v.Say("删除后，已印出的二维码会失效，无法恢复。", "Printed codes stop working. This cannot be undone.")},
		}
	}
	if p := c.Remote.Problem; p != nil {
		d.Problem = v.Name("codeproblem", p.Code) + v.Say("：", ": ") + p.Detail
		if p.Retries {
			d.Problem += v.Say("（会自动重试）", " (tried again by itself)")
		}
	}
	d.Sections = append(d.Sections, v.codeFigures(c, s), v.codeCard(c, staff))
	d.Sections = append(d.Sections, v.codeTallies(c, s, staff)...)
	if len(c.Welcome) > 0 {
		greeting, err := greetingOf(c.Welcome)
		if err != nil {
			return err
		}
		d.Sections = append(d.Sections, section{Title: v.Say("欢迎语", "Welcome"), Half: true, Chat: v.bubble(v.Say("扫码添加后收到", "After the scan"), greeting.Content)})
	}
	return v.show(d)
}

func (v *visit) codeChip(c liveCode) chip {
	s := v.codeState(c)
	return chip{Text: s.Text, Class: strings.TrimPrefix(s.Chip, "chip ")}
}

func (v *visit) codeFigures(c liveCode, s codeStats) section {
	contacts := "/codes/" + segment(c.ID) + "/contacts"
	href := func(n int) string {
		if n == 0 {
			return ""
		}
		return contacts
	}
	return section{Figures: []figure{
		{Name: v.Say("今日新增", "Added today"), Value: number(today(s)), Href: href(today(s))},
		{Name: v.Say("近 30 天新增", "Added in 30 days"), Value: number(s.Added), Href: href(s.Added), Note: v.Sayf("%d 位客户", "%d customers", s.Customers)},
		{Name: v.Say("其中流失", "Of these lost"), Value: number(s.Lost), Href: href(s.Lost), Note: share2(s.Lost, s.Added)},
		{Name: v.Say("其中下单", "Of these bought"), Value: number(s.Buyers), Href: href(s.Buyers), Note: v.Money(s.revenue())},
	}}
}

// share2 writes a part of a whole in per cent.
func share2(n, of int) string {
	if of == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(n)*100/float64(of), 'f', 1, 64) + "%"
}

func (v *visit) codeCard(c liveCode, staff crew) section {
	s := section{Title: v.Say("二维码与设置", "Code and settings"), Half: true, Tall: true}
	if c.Remote.Image {
		s.Picture = &picture{Src: "/api/v1/codes/" + segment(c.ID) + "/image", Alt: v.Sayf("活码“%s”的二维码", "QR code of %s", c.Name)}
		s.Aside = append(v.sheetLinks("ids", c.ID)[:3], action{Name: "PNG", Href: query("/api/v1/codes/sheet", "ids", c.ID, "format", "png")})
	} else {
		s.Note = v.Say("二维码正在生成，几秒后刷新本页。", "The QR code is being made; reload in some seconds.")
	}
	none := v.Say("无", "none")
	or := func(text string) cell {
		if text == "" {
			return cell{Text: none, Faint: true}
		}
		return cell{Text: text}
	}
	s.Facts = []fact{
		{Name: v.Say("渠道", "Channel"), Value: or(c.Channel)},
		{Name: v.Say("当前展示", "Shown now"), Value: v.shownCell(c, staff)},
		{Name: v.Say("下次变化", "Changes next"), Value: v.time(c.Remote.NextAt)},
		{Name: v.Say("排班", "Schedule"), Value: or(v.shiftsText(c.Schedule, staff))},
		{Name: v.Say("备用员工", "Backup staff"), Value: or(v.namesText(c.Backup, staff))},
		{Name: v.Say("自动标签", "Tags on arrival"), Value: or(join(c.Tags))},
		{Name: v.Say("自动备注", "Remark"), Value: or(c.Remark)},
		{Name: v.Say("免验证", "No confirmation"), Value: text(v.yes(c.SkipVerify))},
		{Name: v.Say("类型", "Kind"), Value: text(v.Name("codekind", string(c.Kind)))},
	}
	if c.Batch != "" {
		s.Facts = append(s.Facts, fact{Name: v.Say("来自批次", "Of the batch"), Value: cell{Text: c.Batch, Mono: true, Href: "/code-batches/" + segment(c.Batch)}})
	}
	return s
}

func (v *view) yes(on bool) string {
	if on {
		return v.Say("是", "yes")
	}
	return v.Say("否", "no")
}

func (v *visit) namesText(users []string, staff crew) string {
	names := make([]string, len(users))
	for i, u := range users {
		names[i] = staff.name(u)
	}
	return strings.Join(names, v.Say("、", ", "))
}

func (v *visit) shiftsText(s livecode.Schedule, staff crew) string {
	var out []string
	for _, sh := range s.Shifts {
		line := v.days(sh.Days) + " " + sh.From + "–" + sh.To
		if len(sh.Staff) > 0 {
			line += " " + v.namesText(sh.Staff, staff)
		}
		out = append(out, line)
	}
	for _, e := range s.Exceptions {
		line := e.Date + " " + e.Name
		for _, sp := range e.Spans {
			line += " " + sp.From + "–" + sp.To
		}
		if len(e.Spans) == 0 {
			line += v.Say(" 休息", " closed")
		}
		out = append(out, line)
	}
	return strings.Join(out, v.Say("；", "; "))
}

// codeTallies are the numbers of a code by staff and by day, and how long people stay.
func (v *visit) codeTallies(c liveCode, s codeStats, staff crew) []section {
	contacts := "/codes/" + segment(c.ID) + "/contacts"
	by := &table{
		Head:  []head{{Name: v.Say("员工", "Staff")}, {Name: v.Say("今日", "Today"), N: true}, {Name: v.Say("新增", "Added"), N: true}, {Name: v.Say("流失", "Lost"), N: true}},
		Empty: v.Say("还没有人通过这个活码添加。", "Nobody came through this code yet."),
	}
	for _, u := range s.ByStaff {
		href := query(contacts, "staff", u.User)
		by.add(text(staff.name(u.User)), num(u.Today, href), num(u.Added, href), num(u.Lost, href))
	}
	days := section{Title: v.Say("按天", "By day"), Half: true}
	most := 1
	for _, day := range s.ByDay {
		most = max(most, day.Added)
	}
	for _, day := range s.ByDay {
		if day.Added > 0 || len(s.ByDay) <= 7 {
			days.Bars = append(days.Bars, bar{Name: day.Day, N: int64(day.Added), Of: int64(most), Href: query(contacts, "day", day.Day)})
		}
	}
	if len(days.Bars) == 0 {
		days.Empty = v.Say("还没有数据。", "No data yet.")
	}
	stays := section{Title: v.Say("留存", "Retention"), Half: true}
	for _, k := range s.Stays {
		if k.Of > 0 {
			stays.Bars = append(stays.Bars, bar{Name: v.Sayf("%d 天后", "after %d days", k.Days), Note: share2(k.Kept, k.Of), N: int64(k.Kept), Of: int64(k.Of), Href: contacts})
		}
	}
	out := []section{{Title: v.Say("按员工", "By staff"), Table: by, Half: true}, days}
	if len(stays.Bars) > 0 {
		out = append(out, stays)
	}
	return out
}

type codeContact struct {
	Customer string    `json:"customer"`
	Staff    string    `json:"staff"`
	External string    `json:"external_userid"`
	AddedAt  time.Time `json:"added_at"`
	EndedAt  time.Time `json:"ended_at"`
}

func showCodeContacts(v *visit) error {
	var c liveCode
	if err := v.get("/codes/"+segment(v.id()), nil, &c); err != nil {
		return err
	}
	staff, err := v.crew()
	if err != nil {
		return err
	}
	var p listed[codeContact]
	if err := v.get("/codes/"+segment(v.id())+"/contacts", v.page(), &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("员工", "Staff")}, {Name: v.Say("添加", "Added"), N: true}, {Name: v.Say("结束", "Ended"), N: true}},
		Empty: v.Say("这一页没有符合的客户。", "Nobody on this page."),
	}
	for _, x := range p.Items {
		if u, day := v.asked("staff"), v.asked("day"); u != "" && u != x.Staff || day != "" && day != x.AddedAt.In(v.Zone).Format(time.DateOnly) {
			continue
		}
		t.add(v.customerCell(x.Customer, x.External), v.staffCell(staff, x.Staff), v.time(x.AddedAt), v.time(x.EndedAt))
	}
	d := desk{
		Crumb: link{Name: c.Name, Href: "/codes/" + segment(c.ID)}, Title: v.Say("通过此活码添加的客户", "Who came through this code"),
		Sections: []section{{Table: t.paged(v.r, p.Next)}},
	}
	if u := v.asked("staff"); u != "" {
		d.Chips = append(d.Chips, chip{Text: staff.name(u)})
	}
	if day := v.asked("day"); day != "" {
		d.Chips = append(d.Chips, chip{Text: day})
	}
	return v.show(d)
}

func deleteCode(v *visit) error {
	return v.did(v.send(http.MethodDelete, "/codes/"+segment(v.id()), nil, nil), "/codes", "deleted")
}

func retryCode(v *visit) error {
	at := "/codes/" + segment(v.id())
	return v.did(v.send(http.MethodPost, at+"/retry", nil, nil), at, "retried")
}
