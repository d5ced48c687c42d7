package privacy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
)

// State says how far an erasure is.
type State string

// The states.
const (
	Waiting State = "waiting"
	Erased  State = "erased" // gone from SQL
	Done    State = "done"   // gone from memory and snapshots, too
)

// Erasure is the record that a person was erased. Counts are rows by room, as they were.
type Erasure struct {
	ID       string
	Ord      uint32
	State    State
	Reason   string
	Block    bool
	Counts   map[string]int
	AskedBy  string
	AskedAt  time.Time
	ErasedAt time.Time
	DoneAt   time.Time
}

// Order asks for an erasure.
type Order struct {
	Ord    uint32
	Reason string
	Block  bool // the identities go to the blocked list: who comes again is nobody
	By     string
}

// Preview says what an erasure would find, by room.
func (s *Service) Preview(ctx context.Context, ord uint32) (map[string]int, error) {
	p, err := s.find(ctx, ord, false)
	if err != nil {
		return nil, err
	}
	counts, err := s.count(ctx, p)
	if err != nil {
		return nil, err
	}
	if n := len(s.seqs(p.root)); n > 0 {
		counts["events"] = n
	}
	lanes, err := s.callbacksOf(ctx, p)
	if len(lanes) > 0 {
		counts["callbacks"] = len(lanes)
	}
	return counts, err
}

// Erase asks for an erasure; a job does it at once. A customer who waits for one already
// is a conflict.
func (s *Service) Erase(ctx context.Context, o Order) (Erasure, error) {
	reason, err := checkReason(o.Reason)
	if err != nil {
		return Erasure{}, err
	}
	s.Timeline.RLock()
	root := s.Timeline.Root(o.Ord)
	s.Timeline.RUnlock()
	e := Erasure{
		ID: id.New("era"), Ord: root, State: Waiting, Reason: reason, Block: o.Block, Counts: map[string]int{},
		AskedBy: o.By, AskedAt: s.Clock.Now(),
	}
	err = s.Access.Audited(ctx, "customer.erase", func(ctx context.Context) (string, any, error) {
		waits, err := s.waits(ctx, root)
		if err == nil && waits {
			err = fault.New(fault.Conflict, "erasure_waits", "this customer waits to be erased already")
		}
		if err != nil {
			return "", nil, err
		}
		if err := s.insertErasure(ctx, e); err != nil {
			return "", nil, err
		}
		err = s.Jobs.Put(ctx, job.Job{Kind: eraseKind, Key: e.ID, Due: e.AskedAt})
		return id.Customer(root), map[string]any{"erasure": e.ID, "reason": reason, "block": o.Block}, err
	})
	return e, err
}

// runErasure carries an erasure on from where it stands, and with it all that stand there: loading
// derived state and saving it take as long for one as for many.
func (s *Service) runErasure(ctx context.Context, j job.Job) error {
	e, err := s.Erasure(ctx, j.Key)
	if err == nil && e.State == Waiting {
		err = s.eraseWaiting(ctx)
	}
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	erased, err := s.erasures(ctx, listInState, string(Erased))
	if err != nil || len(erased) == 0 {
		return err
	}
	if err := s.Road.Snapshot(ctx); err != nil {
		return fmt.Errorf("save without who was erased: %w", err)
	}
	for _, e := range erased {
		e.State, e.DoneAt = Done, s.Clock.Now()
		if err := s.saveErasure(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// eraseWaiting takes all who wait out of SQL and has derived state loaded anew.
func (s *Service) eraseWaiting(ctx context.Context) error {
	waiting, err := s.erasures(ctx, listInState, string(Waiting))
	if err != nil {
		return err
	}
	ready := map[string]bool{}
	for _, e := range waiting {
		ready[e.ID] = true
		if e.Block {
			err = s.block(ctx, e)
		}
		if err != nil {
			return err
		}
	}
	err = s.Road.Rewrite(ctx, func(ctx context.Context) error {
		now, err := s.erasures(ctx, listInState, string(Waiting))
		now = slices.DeleteFunc(now, func(e Erasure) bool { return !ready[e.ID] })
		if err == nil && len(now) == 0 {
			err = fault.New(fault.Conflict, "erased_already", "all erasures were done meanwhile")
		}
		if err != nil {
			return err
		}
		for _, e := range now {
			if err := s.eraseNow(ctx, &e); err != nil {
				return internal(err) // memory has changed: it must be loaded again
			}
		}
		return nil
	})
	for _, forget := range s.Forget {
		forget()
	}
	return err
}

// block puts the identities of who is erased on the blocked list.
func (s *Service) block(ctx context.Context, e Erasure) error {
	p, err := s.find(ctx, e.Ord, false)
	if err != nil {
		return err
	}
	for _, o := range p.identities {
		if _, err := s.Identity.Block(ctx, o.Type, o.Value, "erased "+id.Customer(p.root), e.AskedBy, nil); err != nil {
			return fmt.Errorf("block an identity: %w", err)
		}
	}
	return nil
}

// internal hides the kind of an error that comes after a change of memory.
func internal(err error) error {
	if fault.Is(err, fault.Unavailable) {
		return err
	}
	return fault.Wrap(fault.Internal, "erasure_failed", err)
}

// eraseNow does the whole of it in the road's transaction.
func (s *Service) eraseNow(ctx context.Context, e *Erasure) error {
	p, err := s.find(ctx, e.Ord, true)
	if err != nil {
		return err
	}
	if err := s.scrub(ctx, true); err != nil {
		return err
	}
	if e.Counts, err = s.count(ctx, p); err != nil {
		return err
	}
	if _, err := s.Runs.StopAll(ctx, p.root, "erased"); err != nil {
		return fmt.Errorf("stop runs: %w", err)
	}
	for _, part := range []func(context.Context, *Erasure, person) error{s.eraseEvents, s.eraseMentions, s.eraseCallbacks, s.eraseAnswers, s.eraseFiles} {
		if err := part(ctx, e, p); err != nil {
			return err
		}
	}
	e.State, e.ErasedAt = Erased, s.Clock.Now()
	if err := s.act(ctx, p, words{token: "erased_" + strings.ToLower(e.ID) + "_", now: e.ErasedAt.UnixMilli()}); err != nil {
		return err
	}
	if err := s.saveErasure(ctx, *e); err != nil {
		return err
	}
	return s.scrub(ctx, false)
}

// eraseEvents makes the person's events anonymous.
func (s *Service) eraseEvents(ctx context.Context, e *Erasure, p person) error {
	seqs := s.heldSeqs(p.root)
	if len(seqs) > 0 {
		e.Counts["events"] = len(seqs)
	}
	return s.Log.Anonymise(ctx, seqs)
}

// eraseMentions takes the person's identities out of events of others, who named them and were
// not taken for the same person.
func (s *Service) eraseMentions(ctx context.Context, _ *Erasure, p person) error {
	seqs, named, err := s.mentions(ctx, p)
	if err != nil {
		return err
	}
	for _, o := range p.identities {
		named = append(named, o.Identity)
	}
	slices.Sort(seqs)
	return s.Log.Strip(ctx, slices.Compact(seqs), named)
}

// eraseCallbacks empties what the platform told of the person.
func (s *Service) eraseCallbacks(ctx context.Context, e *Erasure, p person) error {
	found, err := s.callbacksOf(ctx, p)
	if err != nil || len(found) == 0 {
		return err
	}
	e.Counts["callbacks"] = len(found)
	return s.dropCallbacks(ctx, found)
}

// eraseAnswers drops kept answers to writes that speak of the person.
func (s *Service) eraseAnswers(ctx context.Context, _ *Erasure, p person) error {
	var marks []string
	for _, leaf := range p.leaves {
		marks = append(marks, `"`+id.Customer(leaf)+`"`, `\"`+id.Customer(leaf)+`\"`)
	}
	for _, o := range p.identities {
		marks = append(marks, o.Value)
	}
	marks = append(marks, p.externals...)
	return s.dropAnswers(ctx, slices.DeleteFunc(marks, func(m string) bool { return len(m) < 4 }))
}

// eraseFiles takes back the files of many customers that the person is in.
func (s *Service) eraseFiles(ctx context.Context, _ *Erasure, p person) error {
	return s.Exports.Forget(ctx, p.leaves)
}

// mention is an identity as a conflict holds it.
type mention struct {
	event.Identity
	seq uint64
}
