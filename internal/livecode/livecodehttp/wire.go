package livecodehttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/id"
	"yutang/internal/livecode"
	"yutang/internal/money"
)

// Spec is what an operator says about a live code.
type Spec struct {
	Name       string            `json:"name" minLength:"1" maxLength:"60"`
	Channel    string            `json:"channel,omitempty" maxLength:"60" doc:"where the customers come from"`
	Place      string            `json:"place,omitempty" maxLength:"60" doc:"printed beside the QR code"`
	Kind       livecode.Kind     `json:"kind" enum:"multi,single,temporary"`
	ExpiresAt  time.Time         `json:"expires_at,omitzero" doc:"of temporary codes, in the next 14 days"`
	Members    []livecode.Member `json:"members" minItems:"1" maxItems:"100"`
	Schedule   livecode.Schedule `json:"schedule,omitzero" doc:"absent: everybody, always"`
	Backup     []string          `json:"backup,omitempty" maxItems:"100" doc:"userids; required with a schedule or a cap"`
	Tags       []string          `json:"tags,omitempty" maxItems:"20" doc:"put on who arrives: group/name"`
	Remark     string            `json:"remark,omitempty" doc:"pattern with {name} {channel} {code} {date}; at most 20 characters are written"`
	Welcome    json.RawMessage   `json:"welcome,omitempty" doc:"a message content"`
	SkipVerify bool              `json:"skip_verify,omitempty" doc:"customers are added without the member's confirmation"`
}

func (s Spec) spec() livecode.Spec { return livecode.Spec(s) }

// Remote is what the platform has of a code.
type Remote struct {
	State     string            `json:"state" enum:"pending,live,gone"`
	QRURL     string            `json:"qr_url,omitempty"`
	Image     bool              `json:"image" doc:"the QR image is stored: the code can be printed"`
	Shown     []string          `json:"shown" doc:"userids that a scan can lead to"`
	Resting   []string          `json:"resting,omitempty" doc:"members out of the list because they are ahead of their share"`
	Backup    bool              `json:"backup,omitempty" doc:"the backup staff stand in"`
	AppliedAt time.Time         `json:"applied_at,omitzero"`
	NextAt    time.Time         `json:"next_at,omitzero" doc:"when the list changes by time alone"`
	Problem   *livecode.Problem `json:"problem,omitempty"`
	RemadeAt  time.Time         `json:"remade_at,omitzero" doc:"when the platform had lost the code and a new QR image was made: print it again"`
}

// Code is a live code.
type Code struct {
	ID    string `json:"id"`
	Corp  string `json:"corp"`
	State string `json:"state" doc:"what the platform hands back with a contact"`
	Batch string `json:"batch,omitempty"`
	Spec
	Remote    Remote          `json:"remote"`
	Recent    *livecode.Tally `json:"recent,omitempty" doc:"contacts added in the last 30 days; only in lists"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

func wire(c livecode.Code) Code {
	r := c.Remote
	out := Code{
		ID: c.ID, Corp: c.Corp, State: c.State, Batch: c.Batch, Spec: Spec(c.Spec), CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
		Remote: Remote{
			State: "pending", QRURL: r.QRURL, Image: r.HasImage, Shown: r.Shown, Resting: r.Resting, Backup: r.Backup,
			AppliedAt: r.AppliedAt, NextAt: r.NextAt, Problem: r.Problem, RemadeAt: r.RemadeAt,
		},
	}
	switch {
	case r.ConfigID != "":
		out.Remote.State = "live"
	case c.Spec.Kind == livecode.Temporary && !r.AppliedAt.IsZero():
		out.Remote.State = "gone"
	}
	if out.Remote.Shown == nil {
		out.Remote.Shown = []string{}
	}
	return out
}

// Stats are the figures of a code.
type Stats struct {
	livecode.Stats
	NetRevenue float64 `json:"net_revenue" doc:"what the buyers' orders brought since, in major units, net of refunds, in the brand's currency"`
	Currency   string  `json:"currency"`
}

func wireStats(s livecode.Stats, currency string) Stats {
	return Stats{Stats: s, NetRevenue: float64(s.Revenue) / float64(money.Scale(currency)), Currency: currency}
}

// Contact is somebody who came through a code.
type Contact struct {
	Customer string    `json:"customer,omitempty" doc:"customer id"`
	Staff    string    `json:"staff"`
	External string    `json:"external_userid"`
	AddedAt  time.Time `json:"added_at"`
	EndedAt  time.Time `json:"ended_at,omitzero"`
}

func wireContact(a livecode.Arrival) Contact {
	out := Contact{Staff: a.User, External: a.External, AddedAt: a.AddedAt, EndedAt: a.EndedAt}
	if a.Leaf > 0 {
		out.Customer = id.Customer(a.Leaf)
	}
	return out
}

// Batch is a file of codes and what came of it.
type Batch struct {
	ID        string             `json:"id"`
	Corp      string             `json:"corp"`
	File      string             `json:"file"`
	Rows      int                `json:"rows"`
	Accepted  int                `json:"accepted"`
	Rejected  int                `json:"rejected"`
	Rejects   []livecode.Reject  `json:"rejects" doc:"the first thousand"`
	Progress  *livecode.Progress `json:"progress,omitempty"`
	CreatedAt time.Time          `json:"created_at"`
}

func wireBatch(b livecode.Batch) Batch {
	out := Batch{
		ID: b.ID, Corp: b.Corp, File: b.File, Rows: b.Rows, Accepted: b.Accepted, Rejected: b.Rows - b.Accepted,
		Rejects: b.Rejected, Progress: &b.Progress, CreatedAt: b.CreatedAt,
	}
	if out.Rejects == nil {
		out.Rejects = []livecode.Reject{}
	}
	return out
}

type planInput struct {
	Body struct {
		Corp string `json:"corp" minLength:"1" doc:"corpid"`
		Spec
		At time.Time `json:"at,omitzero" doc:"now if absent"`
	}
}

type planOutput struct {
	Body struct {
		Users  []string  `json:"users"`
		Backup bool      `json:"backup"`
		Next   time.Time `json:"next,omitzero" doc:"when the list changes by time alone"`
	}
}

func (h *handlers) plan(ctx context.Context, in *planInput) (*planOutput, error) {
	a, err := h.codes.Preview(ctx, in.Body.Corp, in.Body.spec(), in.Body.At)
	if err != nil {
		return nil, err
	}
	out := &planOutput{}
	out.Body.Users, out.Body.Backup, out.Body.Next = a.Users, a.Backup, a.Next
	if out.Body.Users == nil {
		out.Body.Users = []string{}
	}
	return out, nil
}
