package accesshttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/access"
	"yutang/internal/httpapi"
)

// Entry is one row of the audit trail.
type Entry struct {
	ID     string          `json:"id"`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor" doc:"id of an account or token, or system"`
	Action string          `json:"action"`
	Object string          `json:"object"`
	Detail json.RawMessage `json:"detail"`
}

func wireEntry(e access.Entry) Entry { return Entry(e) }

type auditInput struct {
	httpapi.PageQuery
	Actor  string `query:"actor"`
	Action string `query:"action"`
	Object string `query:"object"`
}

func (h *handlers) audit(ctx context.Context, in *auditInput) (*httpapi.List[Entry], error) {
	p, err := h.access.AuditTrail(ctx, access.AuditQuery{
		Actor:  in.Actor,
		Action: in.Action,
		Object: in.Object,
		Cursor: in.Cursor,
		Limit:  in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireEntry), nil
}
