package taskhttp

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/page"
	"yutang/internal/sidepanel"
	"yutang/internal/task"
)

// viewer is the member who asks, and what the member may touch.
func (h *handlers) viewer(ctx context.Context) (sidepanel.Viewer, task.Act, error) {
	v, err := h.Panel.Who(ctx)
	if err != nil {
		return v, task.Act{}, err
	}
	p, _ := access.From(ctx)
	return v, task.Act{Corp: v.Corp, Reach: v.Reach, By: p.ID}, nil
}

// Pile is a card with how far it is.
type Pile struct {
	ID       string     `json:"id"`
	Title    string     `json:"title"`
	Playbook string     `json:"playbook,omitempty"`
	Open     int        `json:"open"`
	Overdue  int        `json:"overdue"`
	Done     int        `json:"done"`
	Next     *time.Time `json:"next_deadline,omitempty"`
}

type mineOutput struct {
	Body struct {
		Cards  []Pile `json:"cards" doc:"overdue first, then by deadline; done ones of today last"`
		Queued int    `json:"queued" doc:"tasks that wait for their turn"`
		Done   int    `json:"done" doc:"tasks done today"`
	}
}

type mineInput struct {
	Staff string `query:"staff" maxLength:"64" doc:"a member whom I lead; myself if absent"`
}

func (h *handlers) mine(ctx context.Context, in *mineInput) (*mineOutput, error) {
	v, _, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	user := cmp.Or(in.Staff, v.User)
	if !slices.Contains(v.Reach, user) {
		return nil, fault.New(fault.NotFound, "staff_not_found", "you lead no member of this id")
	}
	found, err := h.Tasks.Today(ctx, v.Corp, user)
	if err != nil {
		return nil, err
	}
	out := &mineOutput{}
	out.Body.Cards, out.Body.Queued, out.Body.Done = []Pile{}, found.Queued, found.Done
	for _, p := range found.Cards {
		out.Body.Cards = append(out.Body.Cards, Pile{p.ID, p.Title, p.Name, p.Open, p.Overdue, p.Done, optional(p.Next)})
	}
	return out, nil
}

// Member is what a member has to do.
type Member struct {
	Staff   string `json:"staff"`
	Name    string `json:"name"`
	Open    int    `json:"open"`
	Overdue int    `json:"overdue"`
	Done    int    `json:"done" doc:"today"`
}

type teamOutput struct {
	Body struct {
		Items []Member `json:"items"`
	}
}

func (h *handlers) team(ctx context.Context, _ *httpapi.None) (*teamOutput, error) {
	v, _, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	list, err := h.Tasks.Team(ctx, v.Corp, v.Reach)
	out := &teamOutput{}
	out.Body.Items = []Member{}
	for _, m := range list {
		out.Body.Items = append(out.Body.Items, Member{m.User, m.Name, m.Open, m.Overdue, m.Done})
	}
	return out, err
}

// Mine is a task as its member sees it.
type Mine struct {
	Task
	CustomerName string `json:"customer_name,omitempty" doc:"masked unless the customer is mine"`
	External     string `json:"external_userid,omitempty"`
	Tier         string `json:"tier,omitempty"`
	Stage        string `json:"stage,omitempty"`
	Orders       int    `json:"orders"`
}

// Piece is a piece of content that goes with a task.
type Piece struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Kind  string `json:"kind,omitempty"`
	Text  string `json:"text,omitempty"`
	URL   string `json:"url,omitempty"`
}

type cardOutput struct {
	Body struct {
		ID        string  `json:"id"`
		Title     string  `json:"title"`
		Staff     string  `json:"staff" doc:"whose card it is"`
		StaffName string  `json:"staff_name"`
		Undo      int     `json:"undo_minutes" doc:"how long after its end a task can be taken back"`
		Materials []Piece `json:"materials"`
		Items     []Mine  `json:"items"`
	}
}

func (h *handlers) card(ctx context.Context, in *oneInput) (*cardOutput, error) {
	v, a, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	c, list, err := h.Tasks.Look(ctx, a, v.User, in.ID)
	if err != nil {
		return nil, err
	}
	set, err := h.Tasks.Settings(ctx)
	if err != nil {
		return nil, err
	}
	out := &cardOutput{}
	out.Body.ID, out.Body.Title, out.Body.Staff, out.Body.Undo = c.ID, c.Title, c.Staff, set.Undo
	if m, err := h.Tasks.Staff.Get(ctx, c.Corp, c.Staff); err == nil {
		out.Body.StaffName = m.Name
	}
	out.Body.Materials = []Piece{}
	if len(list) > 0 {
		for _, m := range h.Tasks.Materials(ctx, list[0]) {
			out.Body.Materials = append(out.Body.Materials, Piece(m))
		}
	}
	out.Body.Items, err = h.seen(ctx, v, list)
	return out, err
}

// seen is tasks as their member, or who leads the member, sees them.
func (h *handlers) seen(ctx context.Context, v sidepanel.Viewer, list []task.Task) ([]Mine, error) {
	out := []Mine{}
	for _, t := range list {
		if !shown(t) {
			continue
		}
		m := Mine{Task: wire(t, true)}
		if t.Ord != 0 {
			who, err := h.Tasks.WhoIs(ctx, t, v.Reach)
			if err != nil {
				return nil, err
			}
			m.CustomerName, m.External, m.Tier, m.Stage, m.Orders = who.Name, who.External, who.Profile.Tier, who.Profile.Lifecycle.AIPL, who.Profile.Orders.Count
		}
		out = append(out, m)
	}
	return out, nil
}

// tasksOfCustomer is how many tasks of a customer are shown, the newest.
const tasksOfCustomer = 50

type externalInput struct {
	External string `path:"external" doc:"external_userid"`
}

func (h *handlers) ofCustomer(ctx context.Context, in *externalInput) (*httpapi.List[Mine], error) {
	v, _, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	c, err := h.Panel.Get(ctx, v, in.External)
	if err != nil {
		return nil, err
	}
	records, err := h.Timeline.Records(c.Contact.Leaf)
	if err != nil {
		return nil, err
	}
	p, err := h.Tasks.List(ctx, task.Filter{Corp: v.Corp, Leaves: records, Limit: tasksOfCustomer})
	if err != nil {
		return nil, err
	}
	mine, err := h.seen(ctx, v, slices.DeleteFunc(p.Items, func(t task.Task) bool { return !slices.Contains(v.Reach, t.Staff) }))
	return httpapi.Listed(page.Page[Mine]{Items: mine}, func(m Mine) Mine { return m }), err
}

// shown says whether a member sees a task on its card: not what is still queued or was
// taken back.
func shown(t task.Task) bool {
	return t.State == task.Open || t.State == task.Overdue || t.State == task.Done
}

type finishInput struct {
	ID   string `path:"id"`
	Body struct {
		Result string `json:"result,omitempty" maxLength:"60" doc:"absent: the first of the task's results"`
		Note   string `json:"note,omitempty" maxLength:"500"`
	}
}

// mineOf shows a task after what its member did.
func mineOf(t task.Task, err error) (*taskOutput, error) {
	if err != nil {
		return nil, err
	}
	return &taskOutput{wire(t, true)}, nil
}

func (h *handlers) finish(ctx context.Context, in *finishInput) (*taskOutput, error) {
	_, a, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	return mineOf(h.Tasks.Finish(ctx, a, in.ID, in.Body.Result, in.Body.Note))
}

func (h *handlers) finishCard(ctx context.Context, in *finishInput) (*countOutput, error) {
	_, a, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	out := &countOutput{}
	out.Body.Tasks, err = h.Tasks.FinishCard(ctx, a, in.ID, in.Body.Result)
	return out, err
}

func (h *handlers) undo(ctx context.Context, in *oneInput) (*taskOutput, error) {
	_, a, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	return mineOf(h.Tasks.Undo(ctx, a, in.ID))
}

type tickInput struct {
	ID   string `path:"id"`
	Body struct {
		Item int  `json:"item" minimum:"0" doc:"from 0"`
		On   bool `json:"on"`
	}
}

func (h *handlers) tick(ctx context.Context, in *tickInput) (*taskOutput, error) {
	_, a, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	return mineOf(h.Tasks.Tick(ctx, a, in.ID, in.Body.Item, in.Body.On))
}

func (h *handlers) open(ctx context.Context, in *oneInput) (*taskOutput, error) {
	_, a, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	return mineOf(h.Tasks.Opened(ctx, a, in.ID))
}

func (h *handlers) passOn(ctx context.Context, in *overInput) (*taskOutput, error) {
	_, a, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	t, err := h.Tasks.HandOver(ctx, a, in.ID, in.Body.To)
	if err != nil {
		return nil, err
	}
	return &taskOutput{wire(t, true)}, h.Access.Audit(ctx, "task.hand_over", in.ID, map[string]string{"to": in.Body.To})
}

type leadOverInput struct {
	Body struct {
		From string `json:"from" minLength:"1"`
		To   string `json:"to" minLength:"1"`
	}
}

func (h *handlers) leadOver(ctx context.Context, in *leadOverInput) (*countOutput, error) {
	v, a, err := h.viewer(ctx)
	if err != nil {
		return nil, err
	}
	out := &countOutput{}
	if out.Body.Tasks, err = h.Tasks.HandOverAll(ctx, a, v.Corp, in.Body.From, in.Body.To); err != nil {
		return nil, err
	}
	return out, h.Access.Audit(ctx, "task.hand_over_all", v.Corp+"/"+in.Body.From, map[string]any{"to": in.Body.To, "tasks": out.Body.Tasks})
}
