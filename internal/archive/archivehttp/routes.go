// Package archivehttp serves the conversation archive over the management API: its set-up
// and state, how fast staff reply, and what was said. Texts are shown to callers with
// customers.unmask only; credentials are taken and never given.
package archivehttp

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"yutang/internal/access"
	"yutang/internal/archive"
	"yutang/internal/clock"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
)

// Deps are what the routes need. Connected says with not_found that no such corp is.
type Deps struct {
	Archive   *archive.Service
	Access    *access.Service
	Clock     clock.Clock
	Connected func(ctx context.Context, corpID string) error
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, scope access.Scope, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: scope, Status: status}
	}
	const none, brand = access.ScopeNone, access.ScopeBrand
	const path = "/wecom/corps/{corp}/archive"
	httpapi.Register(a, op(http.MethodGet, path, "get-archive", "Show whether conversations are archived, and why not", access.WeComRead, none, 0), h.get)
	httpapi.Register(a, op(http.MethodPut, path, "put-archive", "Set up the conversation archive; empty credentials stay", access.WeComWrite, none, 0), h.put)
	httpapi.Register(a, op(http.MethodDelete, path, "delete-archive", "Take the archive's credentials away; messages stay", access.WeComWrite, none, http.StatusNoContent), h.remove)
	httpapi.Register(a, op(http.MethodPost, path+"/pull", "pull-archive", "Look for new messages now", access.WeComWrite, none, http.StatusAccepted), h.pull)
	httpapi.Register(a, op(http.MethodGet, path+"/replies", "list-replies", "How fast staff reply, over the last days", access.ContactsRead, brand, 0), h.replies)
	httpapi.Register(a, op(http.MethodGet, path+"/messages", "list-messages", "What a customer and staff said to each other, newest first", access.ContactsRead, brand, 0), h.messages)
}

// Status is how the archive of a corp is.
type Status struct {
	State    archive.State `json:"state" enum:"not_configured,running,failing"`
	Reason   string        `json:"reason,omitempty" say:"zh"`
	Source   string        `json:"source,omitempty"`
	Keys     []int         `json:"keys" doc:"versions of the private keys held"`
	Cursor   int64         `json:"cursor"`
	PulledAt *time.Time    `json:"pulled_at,omitempty"`
	Stored   int64         `json:"stored"`
	Withheld int64         `json:"withheld" doc:"not kept: between colleagues, of members without a seat, or without the customer's consent"`
	Unread   int64         `json:"unread" doc:"damaged rows"`
}

func wireStatus(s archive.Status) Status {
	out := Status{
		State: s.State, Reason: s.Reason, Source: s.Source, Keys: s.Keys, Cursor: s.Cursor,
		Stored: s.Stored, Withheld: s.Withheld, Unread: s.Unread,
	}
	if !s.PulledAt.IsZero() {
		out.PulledAt = &s.PulledAt
	}
	return out
}

type one struct {
	Corp string `path:"corp"`
}

type statusOutput struct{ Body Status }

func (h *handlers) get(ctx context.Context, in *one) (*statusOutput, error) {
	if err := h.Connected(ctx, in.Corp); err != nil {
		return nil, err
	}
	s, err := h.Archive.Status(ctx, in.Corp)
	return &statusOutput{wireStatus(s)}, err
}

type putInput struct {
	Corp string `path:"corp"`
	Body struct {
		Source string         `json:"source" maxLength:"40"`
		Secret string         `json:"secret,omitempty" maxLength:"256"`
		Keys   map[int]string `json:"keys,omitempty" doc:"private keys in PEM by version"`
	}
}

func (h *handlers) put(ctx context.Context, in *putInput) (*statusOutput, error) {
	if err := h.Connected(ctx, in.Corp); err != nil {
		return nil, err
	}
	set := archive.Setup{Corp: in.Corp, Source: in.Body.Source, Secret: in.Body.Secret, Keys: in.Body.Keys}
	s, err := h.Archive.Put(ctx, set, func(ctx context.Context) error {
		return h.Access.Audit(ctx, "archive.put", in.Corp, map[string]any{
			"source": set.Source, "secret": set.Secret != "", "keys": slices.Sorted(maps.Keys(set.Keys)),
		})
	})
	return &statusOutput{wireStatus(s)}, err
}

func (h *handlers) remove(ctx context.Context, in *one) (*httpapi.Empty, error) {
	return nil, h.Archive.Delete(ctx, in.Corp, func(ctx context.Context) error {
		return h.Access.Audit(ctx, "archive.delete", in.Corp, nil)
	})
}

func (h *handlers) pull(ctx context.Context, in *one) (*httpapi.Empty, error) {
	return nil, h.Access.Audited(ctx, "archive.pull", func(ctx context.Context) (string, any, error) {
		return in.Corp, nil, h.Archive.Wake(ctx, in.Corp)
	})
}

// Reply is how fast a member replies.
type Reply struct {
	Staff         string   `json:"staff"`
	Answered      int      `json:"answered" doc:"questions with an answer: what a customer writes before it counts as one"`
	Open          int      `json:"open" doc:"questions without an answer yet"`
	MedianSeconds *float64 `json:"median_seconds" doc:"to the first answer; null without any"`
}

type repliesInput struct {
	Corp string `path:"corp"`
	Days int    `query:"days" minimum:"1" maximum:"366" default:"30" doc:"how far back"`
}

type repliesOutput struct {
	Body struct {
		Items []Reply `json:"items"`
	}
}

func (h *handlers) replies(ctx context.Context, in *repliesInput) (*repliesOutput, error) {
	now := h.Clock.Now()
	list, err := h.Archive.Replies(ctx, in.Corp, now.AddDate(0, 0, -in.Days), now.Add(time.Second))
	if err != nil {
		return nil, err
	}
	out := &repliesOutput{}
	out.Body.Items = []Reply{}
	for _, r := range list {
		wire := Reply{Staff: r.Staff, Answered: r.Answered, Open: r.Open}
		if r.Answered > 0 {
			seconds := r.Median.Seconds()
			wire.MedianSeconds = &seconds
		}
		out.Body.Items = append(out.Body.Items, wire)
	}
	return out, nil
}

// Message is one that was kept.
type Message struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Staff    string    `json:"staff,omitempty"`
	External string    `json:"external_userid"`
	Room     string    `json:"room,omitempty"`
	Kind     string    `json:"kind"`
	Inbound  bool      `json:"inbound" doc:"the customer speaks"`
	Text     string    `json:"text,omitempty" doc:"with customers.unmask only"`
}

type messagesInput struct {
	httpapi.PageQuery
	Corp     string `path:"corp"`
	External string `query:"external_userid" required:"true" maxLength:"64"`
}

func (h *handlers) messages(ctx context.Context, in *messagesInput) (*httpapi.List[Message], error) {
	if in.External == "" {
		return nil, fault.BadField("/external_userid", "says whose messages")
	}
	p, err := h.Archive.Messages(ctx, in.Corp, in.External, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	open := access.Can(ctx, access.CustomersUnmask)
	return httpapi.Listed(p, func(m archive.Message) Message {
		out := Message{ID: m.ID, At: m.At, Staff: m.Staff, External: m.External, Room: m.Room, Kind: m.Kind, Inbound: m.Inbound}
		if open {
			out.Text = m.Text
		}
		return out
	}), nil
}
