// Package ingest owns what the doors of event intake share: finding the source, reading
// a bounded body, believing or correcting times, reading identities and traits, and
// answering. The doors themselves are ingest/segment and ingest/sensors.
//
// It promises that a success answer is given only after Submitter has returned without
// error, so the events are on disk; that a request is stored whole or not at all; and that
// memory for bodies under way is bounded: beyond the bound callers are told to come back.
// It does not record the caller's network address, and it does not resolve who a customer
// is or drop repeats: the pipeline does both.
package ingest

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"yutang/internal/clock"
	"yutang/internal/event"
	"yutang/internal/fault"
)

// Limits of one request, in bytes after unpacking.
const (
	MaxEvent = 32 << 10
	MaxBatch = 500 << 10
)

// maxFlying bounds the bytes of all request bodies under way together.
const maxFlying = 64 << 20

// Sources finds who may send. Both look-ups are called for every request.
type Sources interface {
	SourceByKey(writeKey string) (event.Source, bool)
	SourceByName(name string) (event.Source, bool)
}

// Submitter stores events: all of them or, with an error, none. A nil error means that
// they are on disk. accepted leaves out repeats.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Intake is what every door needs. Safe for concurrent use.
type Intake struct {
	Sources   Sources
	Submitter Submitter
	Clock     clock.Clock
	Log       *slog.Logger
	Busy      func() error // asked before a body is read: why it would be refused; nil if never

	flying atomic.Int64
}

// New makes the shared part of the doors.
func New(s Sources, p Submitter, c clock.Clock, log *slog.Logger) *Intake {
	return &Intake{Sources: s, Submitter: p, Clock: c, Log: log}
}

// Now is the time of receipt, in the milliseconds that are stored.
func (in *Intake) Now() time.Time { return in.Clock.Now().UTC().Truncate(time.Millisecond) }

// ByKey finds the source of a write key, or says why it may not send.
func (in *Intake) ByKey(writeKey string) (event.Source, error) {
	if writeKey == "" {
		return event.Source{}, fault.New(fault.Unauthenticated, "no_write_key",
			"no write key: send it as Basic user name or as writeKey in the body")
	}
	s, ok := in.Sources.SourceByKey(writeKey)
	return admit(s, ok, "write key")
}

// ByName finds the source of this name, or says why it may not send.
func (in *Intake) ByName(name string) (event.Source, error) {
	s, ok := in.Sources.SourceByName(name)
	return admit(s, ok, "project")
}

func admit(s event.Source, known bool, by string) (event.Source, error) {
	switch {
	case !known:
		return s, fault.New(fault.Unauthenticated, "unknown_source",
			"unknown %s: copy it from the list of sources", by)
	case s.Disabled:
		return s, fault.New(fault.Unauthenticated, "source_disabled",
			"the source of this %s is switched off: switch it on in the list of sources", by)
	}
	return s, nil
}

// Submit hands evs over with their source and time of receipt set by the caller.
// No events is no work and no error.
func (in *Intake) Submit(ctx context.Context, evs []*event.Event) error {
	if len(evs) == 0 {
		return nil
	}
	_, err := in.Submitter.SubmitEvents(ctx, evs)
	return err
}
