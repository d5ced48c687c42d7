package deskhttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/desk"
	"yutang/internal/httpapi"
)

// Welcome is what became of a greeting.
type Welcome struct {
	ID        string            `json:"id"`
	Account   string            `json:"account"`
	External  string            `json:"external_userid"`
	EnteredAt time.Time         `json:"entered_at"`
	State     desk.WelcomeState `json:"state" enum:"waiting,calling,sent,late,refused,failed,unknown"`
	Reason    string            `json:"reason,omitempty" say:"zh"`
	SettledAt *time.Time        `json:"settled_at,omitempty"`
}

type welcomesInput struct {
	httpapi.PageQuery
	Corp    string `path:"corp"`
	Account string `query:"account" doc:"only of this account"`
}

func (h *handlers) welcomes(ctx context.Context, in *welcomesInput) (*httpapi.List[Welcome], error) {
	p, err := h.Desk.Welcomes(ctx, in.Corp, in.Account, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(w desk.Welcome) Welcome {
		return Welcome{
			ID: w.ID, Account: w.Account, External: w.External, EnteredAt: w.EnteredAt, State: w.State, Reason: w.Reason,
			SettledAt: optional(w.SettledAt),
		}
	}), nil
}

// Figure is what happened at an account, or what one servicer did there.
type Figure struct {
	Account       string   `json:"account"`
	Servicer      string   `json:"servicer,omitempty" doc:"absent for the account as a whole"`
	Entered       int      `json:"entered"`
	Received      int      `json:"received" doc:"messages of customers"`
	Replied       int      `json:"replied" doc:"messages of servicers"`
	Sessions      int      `json:"sessions" doc:"taken or reopened"`
	Transferred   int      `json:"transferred"`
	Ended         int      `json:"ended"`
	Answered      int      `json:"answered" doc:"questions: what a customer writes before the answer counts as one"`
	Unanswered    int      `json:"unanswered" doc:"questions whose session ended first"`
	Open          int      `json:"open" doc:"questions that wait"`
	MedianSeconds *float64 `json:"median_seconds" doc:"to the first answer; null without any"`
}

func wireFigure(f desk.Figure) Figure {
	out := Figure{
		Account: f.Account, Servicer: f.Servicer, Entered: f.Entered, Received: f.Received, Replied: f.Replied, Sessions: f.Sessions,
		Transferred: f.Transferred, Ended: f.Ended, Answered: f.Answered, Unanswered: f.Unanswered, Open: f.Open,
	}
	if f.Answered > 0 {
		seconds := f.Median.Seconds()
		out.MedianSeconds = &seconds
	}
	return out
}

type figuresInput struct {
	Corp string `path:"corp"`
	Days int    `query:"days" minimum:"1" maximum:"366" default:"30" doc:"how far back"`
}

type figuresOutput struct {
	Body struct {
		Items []Figure `json:"items"`
	}
}

func (h *handlers) figures(ctx context.Context, in *figuresInput) (*figuresOutput, error) {
	now := h.Clock.Now()
	list, err := h.Desk.Figures(ctx, in.Corp, now.AddDate(0, 0, -in.Days), now.Add(time.Second))
	if err != nil {
		return nil, err
	}
	out := &figuresOutput{}
	out.Body.Items = make([]Figure, len(list))
	for i, f := range list {
		out.Body.Items[i] = wireFigure(f)
	}
	return out, nil
}

// Message is one item that was kept.
type Message struct {
	ID       string          `json:"id"`
	Account  string          `json:"account"`
	At       time.Time       `json:"at"`
	External string          `json:"external_userid"`
	Servicer string          `json:"servicer,omitempty"`
	From     string          `json:"from" enum:"customer,system,servicer,unknown"`
	Kind     string          `json:"kind" doc:"text, image ... or event:enter_session ..."`
	Step     desk.Step       `json:"step,omitempty" doc:"of the session"`
	Recalled bool            `json:"recalled,omitempty"`
	Text     string          `json:"text,omitempty" doc:"absent once it is forgotten or recalled"`
	Content  json.RawMessage `json:"content,omitempty" doc:"the platform's description of what was sent"`
}

func wireMessage(m desk.Message) Message {
	from := map[desk.Origin]string{desk.FromCustomer: "customer", desk.FromSystem: "system", desk.FromServicer: "servicer"}[m.Origin]
	if from == "" {
		from = "unknown"
	}
	return Message{
		ID: m.ID, Account: m.Account, At: m.At, External: m.External, Servicer: m.Servicer, From: from, Kind: m.Kind, Step: m.Step,
		Recalled: m.Recalled, Text: m.Text, Content: m.Content,
	}
}

type messagesInput struct {
	httpapi.PageQuery
	Corp     string `path:"corp"`
	External string `query:"external_userid" required:"true" minLength:"1" maxLength:"128"`
}

func (h *handlers) messages(ctx context.Context, in *messagesInput) (*httpapi.List[Message], error) {
	p, err := h.Desk.Messages(ctx, in.Corp, in.External, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireMessage), nil
}
