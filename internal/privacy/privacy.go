// Package privacy owns what one person may ask of the brand: to see what is held of them, and
// to be erased. It also shows personal values to who gives a reason, and how long they are kept.
//
//	erasure:  waiting ──▶ erased ──▶ done
//	          asked for   gone from   gone from memory
//	                      SQL         and snapshots
//
// Promises. An erasure takes every personal datum of the person out of SQL in one transaction of
// the road, then out of memory and snapshots; a crash at any moment is followed by the rest at
// the next start. What counts stays: events keep their name, time and amounts, orders their
// sums, deliveries their outcome, under a record that leads to nobody. The person's identities are free:
// who comes again is a new customer, or nobody if the operator also blocks them. Reveals, exports
// and erasures stand in the audit trail.
//
// Which rows of which table belong to a person is said once, in the inventory: preview, export
// and erasure all follow it, and a test holds it against the schema.
//
// It does not decide who may do this (its routes do), and does not reach backups made before.
package privacy

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// Road is the writer of everything that is derived; pipeline is.
type Road interface {
	Rewrite(ctx context.Context, fn func(ctx context.Context) error) error
	Snapshot(ctx context.Context) error
}

// Runs ends the runs of a customer, on the writer; playbook does.
type Runs interface {
	StopAll(ctx context.Context, root uint32, why string) (n int, err error)
}

// Exports are files with many customers; exporter makes them.
type Exports interface {
	Forget(ctx context.Context, customers []uint32) error
}

// Config is what the service is made of.
type Config struct {
	DB        *db.DB
	Box       *seal.Box
	Clock     clock.Clock
	Jobs      *job.Queue
	Access    *access.Service
	Log       *event.Log
	Timeline  *timeline.Store
	Identity  *identity.Service
	Customers *customer.Service
	Runs      Runs
	Road      Road
	Exports   Exports
	Forget    []func() // what rooms keep of links and the like beside the road's state
}

// Service answers what persons ask. Safe for concurrent use.
type Service struct{ Config }

// The kinds of job.
const (
	eraseKind  = "privacy.erase"
	exportKind = "privacy.export"
	expireKind = "privacy.expire"
)

// New makes the service and registers its workers with cfg.Jobs.
func New(cfg Config) *Service {
	s := &Service{cfg}
	cfg.Jobs.Handle(eraseKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 20, Do: s.runErasure})
	cfg.Jobs.Handle(exportKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 5, Do: s.runExport})
	cfg.Jobs.Handle(expireKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 20, Do: s.expire})
	cfg.Jobs.Handle(retainKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 1 << 30, Do: s.retain})
	return s
}

// checkReason wants a reason of 4 to 200 characters.
func checkReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 4 || n > 200 {
		return "", fault.BadField("/reason", "say why in 4 to 200 characters")
	}
	return reason, nil
}

// person is a customer with everything that names them.
type person struct {
	root       uint32
	leaves     []uint32
	identities []identity.Owned
	externals  []string // at the platform
}

// find reads who a customer is. held says that the caller holds the timeline's lock.
func (s *Service) find(ctx context.Context, ord uint32, held bool) (p person, err error) {
	if !held {
		s.Timeline.RLock()
	}
	p.root = s.Timeline.Root(ord)
	p.leaves = append(p.leaves, s.Timeline.Leaves(p.root)...)
	if !held {
		s.Timeline.RUnlock()
	}
	if p.identities, err = s.Identity.Identities(ctx, p.root); err != nil {
		return p, err
	}
	for _, o := range p.identities {
		if kind, _, _ := strings.Cut(o.Type, ":"); kind == "external_userid" {
			p.externals = append(p.externals, o.Value)
		}
	}
	p.externals, err = s.moreExternals(ctx, p)
	return p, err
}

// seqs are the places of all events of a customer, the newest first.
func (s *Service) seqs(root uint32) []uint64 {
	var out []uint64
	for last := timeline.Newest; ; {
		places := s.Timeline.Before(root, last, 10_000)
		for _, p := range places {
			out = append(out, uint64(p.Seq))
		}
		if len(places) < 10_000 {
			return out
		}
		last = places[len(places)-1]
	}
}

func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
