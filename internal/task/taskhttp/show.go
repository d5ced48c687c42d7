package taskhttp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/task"
)

// today is the first page of a member.
type todayPage struct {
	Date    string
	Done    int
	Total   int
	Percent int
	Late    []pile
	Open    []pile
	Closed  []pile
	Queued  int
}

// pile is a card in the list.
type pile struct {
	task.Pile
	Href    string
	Amount  string
	Due     string
	Percent int
	Late    bool
}

func (p *pages) today(ctx context.Context, w http.ResponseWriter, r *http.Request, v *visit) error {
	found, err := p.Tasks.Today(ctx, v.Me.Corp, v.Me.User)
	if err != nil {
		return err
	}
	data := todayPage{Date: v.date(v.now), Done: found.Done, Total: found.Done, Queued: found.Queued}
	for _, c := range found.Cards {
		data.Total += c.Left()
		x := pile{Pile: c, Href: "/m/tasks/" + url.PathEscape(c.ID), Amount: v.left(c), Percent: 100 * c.Done / c.Total, Late: c.Overdue > 0}
		switch {
		case c.Left() == 0:
			data.Closed = append(data.Closed, x)
		case x.Late:
			x.Due = fmt.Sprintf(v.Say("%d 项已逾期", "%d overdue"), c.Overdue)
			data.Late = append(data.Late, x)
		default:
			x.Due = v.due(c.Next)
			data.Open = append(data.Open, x)
		}
	}
	if data.Total > 0 {
		data.Percent = 100 * data.Done / data.Total
	}
	p.render(w, r, v, http.StatusOK, "today", data)
	return nil
}

func (v *visit) left(c task.Pile) string {
	if c.Left() == 0 {
		return fmt.Sprintf(v.Say("%d 项已完成", "%d done"), c.Done)
	}
	if c.Done == 0 {
		return fmt.Sprintf(v.Say("%d 项待完成", "%d to do"), c.Left())
	}
	return fmt.Sprintf(v.Say("还剩 %d / %d 项", "%d of %d left"), c.Left(), c.Total)
}

var weekdays = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}

func (v *visit) date(t time.Time) string {
	local := t.In(v.p.Tasks.Zone())
	if v.Lang == "en" {
		return local.Format("Monday, 2 January")
	}
	return local.Format("1月2日 ") + weekdays[local.Weekday()]
}

// clock is a time near now.
func (v *visit) clock(t time.Time) string {
	zone := v.p.Tasks.Zone()
	local, today := t.In(zone), v.now.In(zone)
	switch days := int(midnight(local).Sub(midnight(today)).Round(24*time.Hour) / (24 * time.Hour)); days {
	case 0:
		return v.Say("今天 ", "today ") + local.Format("15:04")
	case 1:
		return v.Say("明天 ", "tomorrow ") + local.Format("15:04")
	case -1:
		return v.Say("昨天 ", "yesterday ") + local.Format("15:04")
	}
	return local.Format(v.Say("1月2日 15:04", "2 Jan 15:04"))
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

func (v *visit) due(t time.Time) string {
	return v.clock(t) + v.Say(" 截止", "")
}

// perPage is how many customers one page of a card shows; who is done makes room.
const perPage = 50

// cardPage is a card with its tasks.
type cardPage struct {
	Card      task.Card
	Self      bool   // the viewer's own
	Of        string // name of the member, of another's card
	Due       string
	Late      bool
	Script    string // of all, if it is the same
	Materials []task.Material
	Open      []row
	Done      []row
	Left      int
	Total     int
	Percent   int
	First     string // label of the first result
	Next      string // address of the next page, "" if there is none
	Message   string
	Undo      string // task that was just done
}

// row is one task on a card.
type row struct {
	ID      string
	Name    string
	Initial string
	Line    string
	Tags    []string
	Script  string
	Late    string
	Result  string
	Note    string
	At      string
	Results []choice
	Items   []item
	CanUndo bool
	Plain   bool // named like its card, so its name is not said again
}

type choice struct{ Value, Label string }

type item struct {
	N    int
	Text string
	On   bool
}

func (p *pages) card(ctx context.Context, w http.ResponseWriter, r *http.Request, v *visit) error {
	c, list, err := p.Tasks.Look(ctx, v.act, v.Me.User, r.PathValue("card"))
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(t task.Task) bool { return !shown(t) })
	data := cardPage{Card: c, Self: c.Staff == v.Me.User, Total: len(list), Of: c.Staff}
	if !data.Self {
		if m, err := p.Tasks.Staff.Get(ctx, c.Corp, c.Staff); err == nil && m.Name != "" {
			data.Of = m.Name
		}
	}
	if len(list) > 0 {
		data.Materials, data.Script, data.First = p.Tasks.Materials(ctx, list[0]), same(list), v.label(list[0].Results()[0])
	}
	if err := p.fill(ctx, r, v, &data, list); err != nil {
		return err
	}
	if data.Total > 0 {
		data.Percent = 100 * (data.Total - data.Left) / data.Total
	}
	data.Message, data.Undo = v.flash(r.URL.Query())
	p.render(w, r, v, http.StatusOK, "card", data)
	return nil
}

// same is the script of all tasks, "" if they differ.
func same(list []task.Task) string {
	for _, t := range list {
		if t.Script != list[0].Script {
			return ""
		}
	}
	return list[0].Script
}

// fill shows a page of what is open and the latest that are done.
func (p *pages) fill(ctx context.Context, r *http.Request, v *visit, data *cardPage, list []task.Task) error {
	set, err := p.Tasks.Settings(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b task.Task) int { return b.EndedAt.Compare(a.EndedAt) })
	open := slices.DeleteFunc(slices.Clone(list), func(t task.Task) bool { return t.State == task.Done })
	done := slices.DeleteFunc(slices.Clone(list), func(t task.Task) bool { return t.State != task.Done })
	data.Left = len(open)
	if len(open) > 0 {
		data.Due, data.Late = v.due(open[0].Deadline), open[0].State == task.Overdue
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("from"))
	from = min(max(from, 0), len(open))
	if to := from + perPage; to < len(open) {
		data.Next, open = "?from="+strconv.Itoa(to), open[:to]
	}
	for _, t := range open[from:] {
		x, err := p.row(ctx, v, t, data.Card.Title, data.Script == "")
		if err != nil {
			return err
		}
		data.Open = append(data.Open, x)
	}
	for _, t := range done[:min(len(done), perPage)] {
		x, err := p.row(ctx, v, t, "", false)
		if err != nil {
			return err
		}
		x.CanUndo = v.now.Before(t.EndedAt.Add(time.Duration(set.Undo) * time.Minute))
		data.Done = append(data.Done, x)
	}
	return nil
}

func (p *pages) row(ctx context.Context, v *visit, t task.Task, title string, withScript bool) (row, error) {
	x := row{ID: t.ID, Name: t.Title, Plain: t.Ord == 0 && t.Title == title, Note: t.Note}
	if withScript {
		x.Script = t.Script
	}
	if t.State == task.Overdue {
		x.Late = v.clock(t.Deadline)
	}
	if t.State == task.Done {
		x.Result, x.At = v.label(t.Result), v.clock(t.EndedAt)
	}
	for _, r := range t.Results()[1:] {
		if t.Ord == 0 && len(t.Spec.Results) == 0 {
			break // the default answers are about customers
		}
		x.Results = append(x.Results, choice{r, v.label(r)})
	}
	for n, text := range t.Spec.Checklist {
		x.Items = append(x.Items, item{n, text, slices.Contains(t.Ticks, n)})
	}
	if t.Ord == 0 {
		return x, nil
	}
	who, err := p.Tasks.WhoIs(ctx, t, v.Me.Reach)
	if err != nil {
		return x, err
	}
	x.Name = cmp.Or(who.Name, v.Say("客户 ", "Customer ")+who.ID)
	x.Initial = string([]rune(x.Name)[:1])
	x.Line, x.Tags = v.line(who), who.Profile.Tags[:min(len(who.Profile.Tags), 4)]
	return x, nil
}

var stages = map[string][2]string{
	"aware": {"新认识", "new"}, "interest": {"有兴趣", "interested"}, "purchase": {"已购买", "customer"}, "loyal": {"忠实客户", "loyal"},
}

// line is who the customer is in few words.
func (v *visit) line(w task.Who) string {
	var parts []string
	if w.Profile.Tier != "" {
		parts = append(parts, w.Profile.Tier)
	}
	if s, ok := stages[w.Profile.Lifecycle.AIPL]; ok {
		parts = append(parts, v.Say(s[0], s[1]))
	}
	if n := w.Profile.Orders.Count; n > 0 {
		parts = append(parts, fmt.Sprintf(v.Say("买过 %d 次", "%d orders"), n))
		parts = append(parts, v.Say("最近 ", "last ")+time.UnixMilli(w.Profile.Orders.LastAt).In(v.p.Tasks.Zone()).Format(v.Say("1月2日", "2 Jan")))
	} else {
		parts = append(parts, v.Say("还没买过", "no orders yet"))
	}
	var city string
	if json.Unmarshal(w.Profile.Traits["city"], &city) == nil && city != "" {
		parts = append(parts, city)
	}
	return strings.Join(parts, " · ")
}

var labels = map[string][2]string{
	"done": {"完成", "Done"}, "unreachable": {"没联系上", "Not reached"}, "refused": {"客户拒绝", "Refused"}, "later": {"稍后再联系", "Later"},
	"interested": {"有意向", "Interested"}, "bought": {"已成交", "Bought"}, "yes": {"是", "Yes"}, "no": {"否", "No"},
}

// label is a result in words; one that nobody knows stands for itself.
func (v *visit) label(result string) string {
	if l, ok := labels[result]; ok {
		return v.Say(l[0], l[1])
	}
	return result
}

// flash says what was just done.
func (v *visit) flash(q url.Values) (words, undo string) {
	switch q.Get("did") {
	case "done":
		return v.Say("已完成", "Done"), q.Get("task")
	case "undone":
		return v.Say("已撤销，可重新选择结果", "Taken back; choose again"), ""
	case "all":
		return fmt.Sprintf(v.Say("已完成 %s 项", "%s done"), q.Get("n")), ""
	case "moved":
		return fmt.Sprintf(v.Say("已转交 %s 项", "%s handed over"), q.Get("n")), ""
	}
	return "", ""
}

// act does what a form asks for and goes back to the page.
func (p *pages) act(ctx context.Context, w http.ResponseWriter, r *http.Request, v *visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		return fault.BadField("/", "the form cannot be read")
	}
	card, did := r.PathValue("card"), url.Values{"did": {r.PathValue("action")}}
	id, anchor := r.PostForm.Get("task"), ""
	var err error
	n := 0
	switch r.PathValue("action") {
	case "done":
		_, err = p.Tasks.Finish(ctx, v.act, id, r.PostForm.Get("result"), strings.TrimSpace(r.PostForm.Get("note")))
		did.Set("task", id)
		anchor = "#list"
	case "undone":
		anchor = "#list"
		_, err = p.Tasks.Undo(ctx, v.act, id)
	case "tick":
		var at int
		if at, err = strconv.Atoi(r.PostForm.Get("item")); err == nil {
			_, err = p.Tasks.Tick(ctx, v.act, id, at, r.PostForm.Get("on") == "1")
		}
		did, anchor = nil, "#"+url.PathEscape(id)
	case "all":
		n, err = p.Tasks.FinishCard(ctx, v.act, card, "")
		did.Set("n", strconv.Itoa(n))
	case "moved":
		if !v.Me.Leads() {
			return fault.New(fault.Forbidden, "not_leader", "only leaders hand over")
		}
		n, err = p.Tasks.HandOverAll(ctx, v.act, v.Me.Corp, r.PostForm.Get("from"), r.PostForm.Get("to"))
		did.Set("n", strconv.Itoa(n))
		if err == nil {
			err = p.Access.Audit(ctx, "task.hand_over_all", v.Me.Corp+"/"+r.PostForm.Get("from"), map[string]any{"to": r.PostForm.Get("to"), "tasks": n})
		}
	default:
		err = fault.New(fault.NotFound, "no_action", "there is no such action")
	}
	if err != nil {
		return err
	}
	to := "/m/tasks/" + url.PathEscape(card)
	if len(did) > 0 {
		to += "?" + did.Encode()
	}
	http.Redirect(w, r, to+anchor, http.StatusSeeOther)
	return nil
}

// teamPage is what a leader sees.
type teamPage struct {
	Members []mate
	Others  []choice // who may take over
	Message string
}

type mate struct {
	task.Member
	Cards []pile
	Mine  bool
}

func (p *pages) team(ctx context.Context, w http.ResponseWriter, r *http.Request, v *visit) error {
	list, err := p.Tasks.Team(ctx, v.Me.Corp, v.Me.Reach)
	if err != nil {
		return err
	}
	var data teamPage
	data.Message, _ = v.flash(r.URL.Query())
	for _, m := range list {
		x := mate{Member: m, Mine: m.User == v.Me.User}
		today, err := p.Tasks.Today(ctx, v.Me.Corp, m.User)
		if err != nil {
			return err
		}
		for _, c := range today.Cards {
			if c.Left() > 0 {
				x.Cards = append(x.Cards, pile{Pile: c, Href: "/m/tasks/" + url.PathEscape(c.ID), Amount: v.left(c), Due: v.due(c.Next), Late: c.Overdue > 0})
			}
		}
		data.Members = append(data.Members, x)
	}
	for _, user := range v.Me.Reach {
		if m, err := p.Tasks.Staff.Get(ctx, v.Me.Corp, user); err == nil && m.Here() {
			data.Others = append(data.Others, choice{user, cmp.Or(m.Name, user)})
		}
	}
	p.render(w, r, v, http.StatusOK, "team", data)
	return nil
}
