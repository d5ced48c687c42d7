// Package webhook delivers messages to HTTP endpoints of the brand's other systems.
//
// A message is POSTed as JSON, signed with the endpoint's secrets:
//
//	Yutang-Signature: t=1760000000,v1=<hex(hmac_sha256(secret, t + "." + body))>[,v1=...]
//	Idempotency-Key:  <delivery id, the same on every attempt>
//
// While a secret is rotated there are two v1 values, one per secret. Promises: the request
// goes to no address inside the operator's network unless the operator allows the host, and
// that is checked on the address really dialled; redirects are not followed; a
// request that may have reached the other side is not repeated, unless the endpoint says
// that it deduplicates by Idempotency-Key. Secrets are sealed at rest.
package webhook

import (
	"context"
	"encoding/json"
	"net/http"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/id"
	"yutang/internal/outreach"
	"yutang/internal/seal"
)

// Channel is the name playbooks use.
const Channel = "webhook"

// Service keeps the endpoints and sends to them. Safe for concurrent use.
type Service struct {
	db     *db.DB
	box    *seal.Box
	clock  clock.Clock
	allow  Allow
	client *http.Client
}

var (
	_ outreach.Sender     = (*Service)(nil)
	_ outreach.Reconciler = (*Service)(nil)
)

// New makes the service. allow lists hosts that may have an inner address.
func New(d *db.DB, box *seal.Box, clk clock.Clock, allow Allow) *Service {
	return &Service{db: d, box: box, clock: clk, allow: allow, client: newClient(allow)}
}

// Reconcile of an endpoint that deduplicates is to send again: the key makes it one
// message. Others cannot be asked.
func (s *Service) Reconcile(ctx context.Context, m outreach.Message) (outreach.Outcome, error) {
	e, err := s.Get(ctx, m.Endpoint)
	if err != nil {
		return outreach.Outcome{}, err
	}
	if e.Idempotent && m.ID != "" {
		return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.Interrupted}, nil
	}
	return outreach.Outcome{Detail: "the endpoint does not say that it deduplicates"}, nil
}

// Test posts a signed test message to an endpoint, enabled or not.
func (s *Service) Test(ctx context.Context, key string) (outreach.Outcome, error) {
	e, err := s.Get(ctx, key)
	if err != nil {
		return outreach.Outcome{}, err
	}
	m := outreach.Message{ID: id.New("test"), OccurredAt: s.clock.Now(), Content: json.RawMessage(`{"test":true}`)}
	body, err := json.Marshal(m)
	if err != nil {
		return outreach.Outcome{}, err
	}
	return s.post(ctx, e, m.ID, body), nil
}
