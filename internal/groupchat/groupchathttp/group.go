package groupchathttp

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"yutang/internal/access"
	"yutang/internal/customer"
	"yutang/internal/groupchat"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/page"
)

// Group is a customer group.
type Group struct {
	ID          string     `json:"id" doc:"the platform's chat_id"`
	Corp        string     `json:"corp"`
	Name        string     `json:"name"`
	Owner       string     `json:"owner"`
	Size        int        `json:"size" doc:"members now"`
	Customers   int        `json:"customers" doc:"of them external"`
	CreatedAt   *time.Time `json:"created_at,omitempty"`
	DismissedAt *time.Time `json:"dismissed_at,omitempty"`
	PulledAt    *time.Time `json:"pulled_at,omitempty" doc:"when the platform was asked last"`
	Moves       *Moves     `json:"moves,omitempty" doc:"of the last seven days; only in lists"`
}

// Moves are how many customers joined and left a group.
type Moves struct {
	Since  time.Time `json:"since"`
	Joined int       `json:"joined"`
	Left   int       `json:"left"`
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func wire(g groupchat.Group) Group {
	return Group{
		ID: g.Chat, Corp: g.Corp, Name: g.Name, Owner: g.Owner, Size: g.Size, Customers: g.Externals,
		CreatedAt: optional(g.CreatedAt), DismissedAt: optional(g.DismissedAt), PulledAt: optional(g.PulledAt),
	}
}

type listInput struct {
	httpapi.PageQuery
	Corp      string `query:"corp"`
	Owner     string `query:"owner" doc:"only groups of this member of staff"`
	Dismissed bool   `query:"dismissed" doc:"also those that are no more"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Group], error) {
	p, err := h.Groups.List(ctx, groupchat.Filter{Corp: in.Corp, Owner: in.Owner, Dismissed: in.Dismissed, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	moved, err := h.Groups.Moved(ctx, p.Items)
	if err != nil {
		return nil, err
	}
	out := httpapi.Listed(p, wire)
	for i, m := range moved {
		out.Body.Items[i].Moves = (*Moves)(&m)
	}
	return out, nil
}

type oneInput struct {
	ID string `path:"id"`
}

type groupOutput struct{ Body Group }

func (h *handlers) get(ctx context.Context, in *oneInput) (*groupOutput, error) {
	g, err := h.Groups.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &groupOutput{wire(g)}, nil
}

type pullOutput struct {
	Body struct {
		Drift map[string]int `json:"drift" doc:"what was different, by kind"`
		Group Group          `json:"group"`
	}
}

func (h *handlers) pull(ctx context.Context, in *oneInput) (*pullOutput, error) {
	g, err := h.Groups.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &pullOutput{}
	if out.Body.Drift, err = h.Groups.PullChat(ctx, g.Corp, g.Chat); err != nil {
		return nil, err
	}
	if out.Body.Drift == nil {
		out.Body.Drift = map[string]int{}
	}
	if g, err = h.Groups.Get(ctx, in.ID); err != nil {
		return nil, err
	}
	out.Body.Group = wire(g)
	return out, h.Access.Audit(ctx, "group.pull", in.ID, nil)
}

// Member is somebody's last stay in a group.
type Member struct {
	Group    string     `json:"group"`
	ID       string     `json:"id" doc:"userid or external_userid"`
	External bool       `json:"external"`
	Customer string     `json:"customer,omitempty"`
	Name     string     `json:"name,omitempty" doc:"masked unless you may see personal data"`
	Nickname string     `json:"nickname,omitempty"`
	Scene    string     `json:"scene,omitempty" doc:"invited, link or code"`
	Inviter  string     `json:"inviter,omitempty"`
	State    string     `json:"state,omitempty" doc:"of the join code"`
	Stays    int        `json:"stays" doc:"how often joined"`
	JoinedAt time.Time  `json:"joined_at"`
	LeftAt   *time.Time `json:"left_at,omitempty"`
	Quit     string     `json:"quit,omitempty" doc:"left, removed, dismissed or unknown"`
}

func (h *handlers) wireMember(ctx context.Context) func(m groupchat.Member) Member {
	unmask := access.Can(ctx, access.CustomersUnmask)
	return func(m groupchat.Member) Member {
		out := Member{
			Group: m.Chat, ID: m.ID, External: m.External, Customer: h.customer(m.Leaf), Name: m.Name, Nickname: m.Nickname, Scene: m.Scene,
			Inviter: m.Inviter, State: m.State, Stays: m.Stays, JoinedAt: m.JoinedAt, LeftAt: optional(m.LeftAt), Quit: m.Quit,
		}
		if !unmask {
			out.Name, out.Nickname = mask(m.Name), mask(m.Nickname)
		}
		return out
	}
}

// mask hides most of a person's name.
func mask(name string) (masked string) {
	if name == "" {
		return ""
	}
	raw, err := json.Marshal(name)
	if err != nil || json.Unmarshal(customer.MaskValue("full_name", raw), &masked) != nil {
		return "*"
	}
	return masked
}

// customer is the public id of the customer of a record, "" of nobody.
func (h *handlers) customer(leaf uint32) string {
	if leaf == 0 {
		return ""
	}
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	return id.Customer(h.Timeline.Root(leaf))
}

type membersInput struct {
	ID string `path:"id"`
	httpapi.PageQuery
	Past bool `query:"past" doc:"also who has left"`
}

func (h *handlers) members(ctx context.Context, in *membersInput) (*httpapi.List[Member], error) {
	g, err := h.Groups.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	p, err := h.Groups.Members(ctx, g, in.Past, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, h.wireMember(ctx)), nil
}

func (h *handlers) groupsOf(ctx context.Context, in *oneInput) (*httpapi.List[Member], error) {
	ord, err := id.ParseCustomer(in.ID)
	if err != nil {
		return nil, err
	}
	leaves, err := h.Timeline.Records(ord)
	if err != nil {
		return nil, err
	}
	all, err := h.Groups.Of(ctx, leaves)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[groupchat.Member]{Items: all}, h.wireMember(ctx)), nil
}

// Duplicate is a customer who is in several groups of a corp.
type Duplicate struct {
	External string  `json:"external_userid"`
	Customer string  `json:"customer,omitempty"`
	Groups   []Place `json:"groups"`
}

// Place names a group.
type Place struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type duplicatesInput struct {
	httpapi.PageQuery
	Corp  string `query:"corp" required:"true"`
	Least int    `query:"least" minimum:"0" maximum:"1000" doc:"in at least so many groups; 2 if absent"`
}

func (h *handlers) duplicates(ctx context.Context, in *duplicatesInput) (*httpapi.List[Duplicate], error) {
	p, err := h.Groups.Duplicates(ctx, in.Corp, cmp.Or(in.Least, 2), in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(d groupchat.Duplicate) Duplicate {
		out := Duplicate{External: d.ID, Customer: h.customer(d.Leaf), Groups: []Place{}}
		for _, g := range d.Groups {
			out.Groups = append(out.Groups, Place{g.Chat, g.Name})
		}
		return out
	}), nil
}

// Stat is the figures of an owner's groups on one day.
type Stat struct {
	Owner      string `json:"owner"`
	Day        string `json:"day"`
	NewGroups  int    `json:"new_groups"`
	Groups     int    `json:"groups"`
	Active     int    `json:"active_groups" doc:"with a message"`
	NewMembers int    `json:"new_members"`
	Members    int    `json:"members"`
	Talkers    int    `json:"talkers" doc:"members with a message"`
	Messages   int    `json:"messages"`
}

type statsInput struct {
	httpapi.PageQuery
	Corp  string `query:"corp" required:"true"`
	Owner string `query:"owner"`
	From  string `query:"from" doc:"first day, such as 2026-03-02"`
	To    string `query:"to" doc:"last day"`
}

func (h *handlers) stats(ctx context.Context, in *statsInput) (*httpapi.List[Stat], error) {
	p, err := h.Groups.Stats(ctx, groupchat.StatFilter{Corp: in.Corp, Owner: in.Owner, From: in.From, To: in.To, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(s groupchat.Stat) Stat {
		return Stat{
			Owner: s.Owner, Day: s.Day, NewGroups: s.NewChats, Groups: s.Chats, Active: s.ChatsAlive, NewMembers: s.NewMembers,
			Members: s.Members, Talkers: s.Talkers, Messages: s.Messages,
		}
	}), nil
}
