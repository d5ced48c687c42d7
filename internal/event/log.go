package event

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/seal"
)

// maxNames is how many distinct event names a brand can have: their numbers fit 16 bits.
const maxNames = 1<<16 - 1

// Log is the append-only log of all events, with the dictionary of their names and the
// sources they come from. Append, Register and Flush belong to the writer; everything
// else is safe for concurrent use.
type Log struct {
	db  *db.DB
	box *seal.Box

	mu       sync.RWMutex
	names    []string // names[id], from 1
	nameIDs  map[string]uint16
	sources  []Source
	keyHash  map[[32]byte]int // index into sources
	internal map[string]bool  // names of the system's own
	byName   map[string]int
	newNames []any // rows for event_name, until Flush

	last    atomic.Uint64 // highest seq given out
	pending []*Event

	durable sync.Mutex
	stored  uint64        // highest seq on disk; guarded by durable
	advance chan struct{} // closed when stored or the log itself changes
	rows    []any         // rows for event, until Flush
}

// NewLog makes a log on d; Load fills it.
func NewLog(d *db.DB, box *seal.Box) *Log {
	return &Log{db: d, box: box, advance: make(chan struct{})}
}

// Load reads names, sources and the end of the log from SQL, forgetting what was pending.
func (l *Log) Load(ctx context.Context) error {
	names, ids, err := l.loadNames(ctx)
	if err != nil {
		return fmt.Errorf("load event names: %w", err)
	}
	last, err := l.maxSeq(ctx)
	if err != nil {
		return fmt.Errorf("load event log: %w", err)
	}
	l.mu.Lock()
	l.names, l.nameIDs = names, ids
	l.newNames = nil
	l.mu.Unlock()
	l.last.Store(last)
	l.pending, l.rows = nil, nil
	l.Stored()
	return l.loadSources(ctx)
}

// Last is the highest place in the log.
func (l *Log) Last() uint64 { return l.last.Load() }

// NameID is the number of an event name; ok is false if it was never seen.
func (l *Log) NameID(name string) (id uint16, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	id, ok = l.nameIDs[name]
	return id, ok
}

// Name is the event name with this number.
func (l *Log) Name(id uint16) (string, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if id == 0 || int(id) >= len(l.names) {
		return "", false
	}
	return l.names[id], true
}

// Names lists all event names seen, in order of first appearance.
func (l *Log) Names() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return append([]string(nil), l.names[1:]...)
}

// Register gives the number of an event name, making one if it is new. Writer only.
func (l *Log) Register(name string) (id uint16, isNew bool, err error) {
	if id, ok := l.NameID(name); ok {
		return id, false, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.names) > maxNames {
		return 0, false, fault.New(fault.Precondition, "too_many_event_names",
			"there are %d event names already; send variable parts as properties", maxNames)
	}
	id = uint16(len(l.names))
	l.names = append(l.names, name)
	l.nameIDs[name] = id
	l.newNames = append(l.newNames, int64(id), name)
	return id, true, nil
}

// CanRegister says whether an event of this name can be accepted.
func (l *Log) CanRegister(name string) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if _, ok := l.nameIDs[name]; !ok && len(l.names)+len(l.newNames)/2 > maxNames-64 {
		return fault.BadField("/event", "there are %d event names already; send variable parts as properties", len(l.names)-1)
	}
	return nil
}

// Append gives ev its place and keeps it for Flush. Writer only; ev.Ord is set, Prepare
// was called.
func (l *Log) Append(ev *Event, nameID uint16) {
	ev.Seq = l.last.Add(1)
	l.pending = append(l.pending, ev)
	l.rows = append(l.rows, int64(ev.Seq), int64(ev.Ord), ev.SourceID, int64(nameID),
		ev.At.UnixMilli(), ev.ReceivedAt.UnixMilli(), int64(ev.prep.dedupe), ev.prep.sealed)
}

// Pending finds an event that Flush has not written yet.
func (l *Log) Pending(seq uint64) (*Event, bool) {
	if len(l.pending) == 0 || seq < l.pending[0].Seq || seq > l.pending[len(l.pending)-1].Seq {
		return nil, false
	}
	return l.pending[seq-l.pending[0].Seq], true
}

// Stored says that what was flushed is committed. Writer only.
func (l *Log) Stored() {
	l.durable.Lock()
	defer l.durable.Unlock()
	l.stored = l.last.Load()
	close(l.advance)
	l.advance = make(chan struct{})
}

// await returns when the event at seq is on disk. Derived state runs ahead of the disk by
// a batch: who read a place there may ask for it a moment early.
func (l *Log) await(ctx context.Context, seq uint64) error {
	for {
		l.durable.Lock()
		stored, advance := l.stored, l.advance
		l.durable.Unlock()
		if seq <= stored || seq > l.last.Load() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-advance:
		}
	}
}

var (
	nameCols  = []string{"id", "name"}
	eventCols = []string{"seq", "ord", "source_id", "name_id", "at", "received_at", "dedupe", "body"}
)

// Flush writes what is pending inside ctx's transaction. Writer only.
func (l *Log) Flush(ctx context.Context) error {
	l.mu.Lock()
	names := l.newNames
	l.newNames = nil
	l.mu.Unlock()
	if err := l.db.InsertMany(ctx, "event_name", nameCols, names, ""); err != nil {
		return err
	}
	if err := l.db.InsertMany(ctx, "event", eventCols, l.rows, ""); err != nil {
		return err
	}
	clear(l.rows)
	clear(l.pending)
	l.rows, l.pending = l.rows[:0], l.pending[:0]
	return nil
}
