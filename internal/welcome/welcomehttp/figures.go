package welcomehttp

import (
	"context"
	"time"

	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/welcome"
)

type statsInput struct {
	Corp   string    `query:"corp" required:"true"`
	User   string    `query:"user" doc:"userid of a member of staff"`
	Origin string    `query:"origin" doc:"id of a live code or rule"`
	From   time.Time `query:"from" required:"true"`
	To     time.Time `query:"to" required:"true" doc:"exclusive"`
}

// Stats sums up greetings.
type Stats struct {
	Sent     int64            `json:"sent"`
	Fallback int64            `json:"fallback" doc:"of those sent: without some or all attachments"`
	Missed   map[string]int64 `json:"missed" doc:"by reason: taken, busy, expired, late, no_answer, no_consent, overload, stopped"`
	Failed   map[string]int64 `json:"failed" doc:"by reason: refused, rate_limited, permission, auth, media_missing ..."`
	P50MS    float64          `json:"p50_ms" doc:"from the callback to the call"`
	P99MS    float64          `json:"p99_ms"`
}

type statsOutput struct{ Body Stats }

// maxSpan bounds what one question sums up.
const maxSpan = 92 * 24 * time.Hour

func (h *handlers) stats(ctx context.Context, in *statsInput) (*statsOutput, error) {
	if span := in.To.Sub(in.From); span <= 0 || span > maxSpan {
		return nil, fault.BadField("to", "lies after from, by at most %d days", int(maxSpan.Hours()/24))
	}
	s, err := h.welcome.Stats(ctx, welcome.Span{Corp: in.Corp, User: in.User, Origin: in.Origin, From: in.From, To: in.To})
	if err != nil {
		return nil, err
	}
	ms := func(d time.Duration) float64 { return float64(d.Milliseconds()) }
	return &statsOutput{Stats{Sent: s.Sent, Fallback: s.Fallback, Missed: s.Missed, Failed: s.Failed, P50MS: ms(s.P50), P99MS: ms(s.P99)}}, nil
}

// Entry is what became of one greeting.
type Entry struct {
	ID          string          `json:"id"`
	Corp        string          `json:"corp"`
	User        string          `json:"staff"`
	External    string          `json:"external_userid"`
	Customer    string          `json:"customer,omitempty" doc:"customer id"`
	Source      string          `json:"source" enum:"code,rule,default"`
	Origin      string          `json:"origin"`
	Outcome     welcome.Outcome `json:"outcome" enum:"sent,missed,failed"`
	Reason      string          `json:"reason,omitempty"`
	Errcode     int             `json:"errcode,omitempty" doc:"the platform's last answer"`
	Fallback    bool            `json:"fallback"`
	Attachments int             `json:"attachments"`
	Attempts    int             `json:"attempts"`
	ReceivedAt  time.Time       `json:"received_at"`
	LatencyMS   *float64        `json:"latency_ms,omitempty" doc:"from the callback to the first call"`
	SettledAt   time.Time       `json:"settled_at"`
}

func wireEntry(e welcome.Entry) Entry {
	out := Entry{
		ID: e.ID, Corp: e.Corp, User: e.UserID, External: e.External, Source: e.Source, Origin: e.Origin, Outcome: e.Outcome,
		Reason: e.Reason, Errcode: e.Code, Fallback: e.Fallback, Attachments: e.Attachments, Attempts: e.Attempts,
		ReceivedAt: e.Received, SettledAt: e.Settled,
	}
	if e.Latency >= 0 {
		ms := float64(e.Latency.Milliseconds())
		out.LatencyMS = &ms
	}
	return out
}

type ledgerInput struct {
	httpapi.PageQuery
	Corp    string `query:"corp" required:"true"`
	User    string `query:"user"`
	Outcome string `query:"outcome" enum:"sent,missed,failed"`
	Origin  string `query:"origin"`
}

func (h *handlers) ledger(ctx context.Context, in *ledgerInput) (*httpapi.List[Entry], error) {
	p, err := h.welcome.Entries(ctx, welcome.Filter{
		Corp: in.Corp, User: in.User, Outcome: welcome.Outcome(in.Outcome), Origin: in.Origin, Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(e welcome.Entry) Entry {
		out := wireEntry(e)
		out.Customer = h.customer(e.Corp, e.External)
		return out
	}), nil
}
