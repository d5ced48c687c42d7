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

	"yutang/internal/task"
)

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
