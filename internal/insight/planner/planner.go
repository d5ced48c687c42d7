// Package planner owns growth plans: from a revenue target to the customers, adds, members
// of staff, touches and money it takes, by the brand's own rates; and how far it has come.
//
//	revenue ÷ average order ─▶ orders ÷ orders per buyer ─▶ buyers
//	buyers = returning + first-time
//	first-time = from customers known already + by referral + from channels
//	from channels ÷ conversion of each channel's adds ─▶ adds ─▶ budget, members
//	buyers ─▶ touches, tasks, loyal, referred
//	first-time ÷ interest-to-purchase ─▶ interest ÷ aware-to-interest ─▶ aware
//
// Rates come from the time before the plan. A share of successes has the Beta posterior with
// Jeffreys' prior; a mean count has the Gamma posterior with Jeffreys' prior; the average
// order has a Gamma with its mean and standard error. Source: A. Gelman et al., "Bayesian
// Data Analysis" (3rd ed., 2013), chapters 2 and 3. Ranges are the 10th, 50th and 90th
// percentile of 4,000 draws with a fixed seed. The point of a node is what the posterior
// means give, so that the points of all nodes agree with each other exactly.
//
// Promises. More revenue never needs less of anything. The same question about the same data
// has the same answer. A plan is never changed: an edit is a new version. What is compared
// with the actual numbers is the newest version, with the rates it was made with.
//
// Not promised: that the rates stay as they were. A range tells what the data leave open, not
// what the future may change.
package planner

import (
	"context"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/insight"
	"yutang/internal/job"
)

// Costs tells what channels cost. A day of a cost that spans several counts its share.
type Costs interface {
	// ByChannel sums costs from one moment to before another, in minor units.
	ByChannel(ctx context.Context, from, to time.Time) (map[string]int64, error)
}

// Config is what the service stands on.
type Config struct {
	DB    *db.DB
	Base  *insight.Base
	Costs Costs      // nil: nothing is known of costs
	Jobs  *job.Queue // nil: alarms are not looked for by themselves
	Tell  Teller     // nil: nobody is told of alarms
	Clock clock.Clock
}

// Teller reaches the people who run the brand.
type Teller interface {
	// Corps are those in which somebody is told.
	Corps(ctx context.Context) ([]string, error)
	// Tell sends a text to those of a corp. An equal text is not repeated within 4 hours, so
	// that a call of unknown outcome may be made again.
	Tell(ctx context.Context, corp, text string) error
}

// Service makes, keeps and follows plans. It is safe for concurrent use.
type Service struct {
	Config
	facts factsCache
}

// alarmKind is the job that looks for gaps, once a day for each plan; its key is the plan.
const alarmKind = "plan_alarm"

// tellKind is the job that tells one corp's people of a plan's new alarms.
const tellKind = "plan_alarm_tell"

// New makes the service and takes over the jobs of its kind.
func New(cfg Config) *Service {
	s := &Service{Config: cfg}
	if cfg.Jobs != nil {
		cfg.Jobs.Handle(alarmKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 20, Do: s.watch})
		cfg.Jobs.Handle(tellKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 10, Do: s.tell})
	}
	return s
}
