package access

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/id"
)

// Entry is one row of the audit trail.
type Entry struct {
	ID     string
	At     time.Time
	Actor  string // id of an account or token, or "system"
	Action string // "audience.create"
	Object string // id of the thing acted upon
	Detail json.RawMessage
}

// Audit writes that the principal of ctx did action to object. Inside a transaction the
// row commits with it. detail becomes JSON and must hold no personal data; nil is {}.
func (s *Service) Audit(ctx context.Context, action, object string, detail any) error {
	raw := []byte("{}")
	if detail != nil {
		var err error
		if raw, err = json.Marshal(detail); err != nil {
			return fmt.Errorf("audit %s: %w", action, err)
		}
	}
	actor := System.ID
	if p, ok := From(ctx); ok {
		actor = p.ID
	}
	return s.insertAudit(ctx, Entry{
		ID:     id.New("adt"),
		At:     s.clock.Now(),
		Actor:  actor,
		Action: action,
		Object: object,
		Detail: raw,
	})
}

// AuditQuery narrows the trail; empty fields do not.
type AuditQuery struct {
	Actor, Object string
	Actions       []string  // any of them
	From, To      time.Time // From inclusive, To exclusive
	Cursor        string
	Limit         int
}

// Audited runs fn and writes what it did in one transaction. fn gives the object acted
// upon and the detail; see Audit.
func (s *Service) Audited(ctx context.Context, action string, fn func(ctx context.Context) (object string, detail any, err error)) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		object, detail, err := fn(ctx)
		if err != nil {
			return err
		}
		return s.Audit(ctx, action, object, detail)
	})
}
