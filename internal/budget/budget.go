// Package budget owns what touches are worth and how a brand spends them: the expected
// value of a touch, the plan of the days ahead, and what raising a cap would give. Who gets
// a touch when there are too many is decided by package outreach (Allocator); the plan asks
// the same function.
//
// # Expected value
//
// Own history is summed by brand → playbook → step → step by tier and AIPL stage, as the
// customer was when the touch was accepted. All mass sends count as one playbook. An order
// counts for the last accepted touch before it, at most Window earlier, so none counts
// twice; transactional touches and those suppressed as a control group never count. Orders
// are net of refunds; one that was refunded as a whole is no conversion. A touch is counted
// once its window is over.
//
//	rate  = (conversions + k·rate of the parent) / (touches + k)
//	mean  = (revenue     + h·mean of the parent) / (conversions + h)
//	value = rate · mean, in minor units, rounded
//
// The brand's parents are a rate of 1 % with k = 100 and its average order with h = 20. k and
// h are found for each level by the method of moments from how much siblings differ beyond
// chance, over all families of the level:
//
//	S = Σ n(p-m)²/(m(1-m))    A = Σ (G-1)    B = Σ (N - Σn²/N - (G-1))
//	ρ = (S-A)/B               k = 1/ρ - 1, at least 10, at most 100,000
//	h = variance within / variance between (Bühlmann and Straub), at least 5, at most 10,000
//
// with m, N and G the rate, the touches and the number of siblings of a family. Where nothing
// can be compared k is 100 and h is 20; siblings that differ by chance only take the most.
//
// # Plan
//
// The plan gathers touches planned in the ledger, forecast for live runs and coming
// schedules, and planned by mass sends, asks the policy for each as of when it would go, and
// divides places among those that are left. It holds for what is known now: new events make
// new touches, and a template may still fail.
//
// The package does not send, and changes no touch.
package budget

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

// Window is how long after an accepted touch an order still counts as its conversion.
const Window = 7 * 24 * time.Hour

// History is how far back touches are looked at.
const History = 180 * 24 * time.Hour

// Config is what the budget is made of.
type Config struct {
	DB        *db.DB
	Clock     clock.Clock
	Jobs      *job.Queue
	Timeline  *timeline.Store
	Customers *customer.Service
	Ledger    *outreach.Service
	Zone      func() *time.Location // of the brand

	// The rest may be nil: then nobody has a zone of their own, playbooks have no terms,
	// everybody can be reached, and there are no quotas.

	ZoneOf   func(root uint32) *time.Location // nil: the brand's; under the timeline's lock
	Terms    func(ctx context.Context, playbook string, version int) (outreach.Terms, error)
	Named    func(ctx context.Context, playbook string, version int) (string, error)               // the playbook's name; not_found is none
	Address  func(ctx context.Context, channel, endpoint string) (identity string, err error)      // the type of identity that is written to, "" none
	Having   func(ctx context.Context, identity string, records []uint32) (map[uint32]bool, error) // which records have one
	Quota    func(ctx context.Context, channel, account string, at time.Time) (Quota, error)
	Accounts func(ctx context.Context) ([]string, error) // of the channel wecom_mass

	Forecasts map[string]Forecast // by the name under which their touches are shown
}

// Quota is a platform's limit for each customer in one period. The zero value is none.
type Quota struct {
	Account    string
	Rule       string // the platform's rule by name, such as "month"
	Limit      int
	Start, End time.Time
}

// Service answers what touches are worth. Value belongs to whoever holds the timeline's
// lock; everything else is safe for concurrent use.
type Service struct {
	Config
	values  atomic.Pointer[values]
	planned sync.Mutex // held while a plan is made
	latest  atomic.Pointer[Plan]
}

const valueKind = "budget_value"

// New makes the service and registers its worker with cfg.Jobs.
func New(cfg Config) *Service {
	s := &Service{Config: cfg}
	s.values.Store(&values{})
	cfg.Jobs.Handle(valueKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 20, Do: s.refresh})
	return s
}

// Start reads the values found last and plans finding them anew. Before the road opens.
func (s *Service) Start(ctx context.Context) error {
	if err := s.loadValues(ctx); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		return s.Jobs.Put(ctx, job.Job{Kind: valueKind, Key: "hourly", Due: s.Clock.Now()})
	})
}

// refreshPause is how often values are found anew.
const refreshPause = time.Hour

func (s *Service) refresh(ctx context.Context, _ job.Job) error {
	if err := s.Refresh(ctx); err != nil {
		return err
	}
	return &job.Later{At: s.Clock.Now().Add(refreshPause), Reason: "hourly"}
}
