package event

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"yutang/internal/db"
	"yutang/internal/fault"
)

func (l *Log) loadNames(ctx context.Context) ([]string, map[string]uint16, error) {
	names, ids := []string{""}, map[string]uint16{}
	err := l.db.Each(ctx, "SELECT id, name FROM event_name ORDER BY id", nil, func(r *sql.Rows) error {
		var id int
		var name string
		if err := r.Scan(&id, &name); err != nil {
			return err
		}
		if id != len(names) {
			return fmt.Errorf("event name %d is missing", len(names))
		}
		names = append(names, name)
		ids[name] = uint16(id)
		return nil
	})
	return names, ids, err
}

func (l *Log) maxSeq(ctx context.Context) (last uint64, err error) {
	err = l.db.Get(ctx, "SELECT COALESCE(MAX(seq), 0) FROM event", nil, &last)
	return last, err
}

// readChunk is how many events one statement of Read asks for.
const readChunk = 32

const readText = `SELECT seq, ord, source_id, name_id, at, received_at, body FROM event
WHERE seq IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
	$17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)`

// Read gives the events at these places, in the order asked for. It waits for events whose
// batch is being committed. An unknown place is not_found.
func (l *Log) Read(ctx context.Context, seqs []uint64) ([]*Event, error) {
	if !db.Within(ctx) {
		for _, seq := range seqs {
			if err := l.await(ctx, seq); err != nil {
				return nil, err
			}
		}
	}
	found := make(map[uint64]*Event, len(seqs))
	for start := 0; start < len(seqs); start += readChunk {
		part := seqs[start:min(start+readChunk, len(seqs))]
		args := make([]any, readChunk)
		for i := range args {
			args[i] = int64(part[min(i, len(part)-1)])
		}
		err := l.db.Each(ctx, readText, args, func(rows *sql.Rows) error {
			var r row
			if err := rows.Scan(&r.seq, &r.ord, &r.source, &r.name, &r.at, &r.received, &r.body); err != nil {
				return err
			}
			ev, err := l.openRow(r)
			if err == nil {
				found[ev.Seq] = ev
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
	}
	out := make([]*Event, len(seqs))
	for i, seq := range seqs {
		if out[i] = found[seq]; out[i] == nil {
			return nil, fault.New(fault.NotFound, "event_not_found", "there is no event %d", seq)
		}
	}
	return out, nil
}

// Stored is an event as a scan of the log sees it: opened only when asked.
type Stored struct {
	Seq    uint64
	Ord    uint32
	NameID uint16
	At     int64 // ms since 1970
	Dedupe uint64
	body   []byte
	log    *Log
}

const scanText = `SELECT seq, ord, name_id, at, dedupe, body FROM event WHERE seq >= $1 AND seq < $2 ORDER BY seq`

// Scan visits the stored events from ≤ seq < to in order. The visitor must not keep s.
func (l *Log) Scan(ctx context.Context, from, to uint64, visit func(s *Stored) error) error {
	s := Stored{log: l}
	var body sql.RawBytes
	return l.db.Each(ctx, scanText, []any{int64(from), int64(to)}, func(r *sql.Rows) error {
		var seq, ord, name, dedupe int64
		if err := r.Scan(&seq, &ord, &name, &s.At, &dedupe, &body); err != nil {
			return err
		}
		s.Seq, s.Ord, s.NameID, s.Dedupe, s.body = uint64(seq), uint32(ord), uint16(name), uint64(dedupe), body
		return visit(&s)
	})
}

// Props opens the event and appends its scalar properties that are not personal to dst,
// using buf as scratch.
func (s *Stored) Props(dst []Prop, buf []byte) ([]Prop, []byte, error) {
	plain, err := s.log.box.Open(buf[:0], s.body, scope)
	if err != nil {
		return dst, buf, fmt.Errorf("open event %d: %w", s.Seq, err)
	}
	name, _ := s.log.Name(s.NameID)
	n := len(dst)
	dst = Scalars(dst, rawProps(plain))
	return dst[:n+len(indexable(name, dst[n:]))], plain, nil
}

const (
	someWorkers = 2
	someChunk   = 256
)

// ScanSome visits the stored events at these places, in any order, one visit at a time.
// The visitor must not keep s or props.
func (l *Log) ScanSome(ctx context.Context, seqs []uint64, visit func(s *Stored, props []Prop) error) error {
	group, ctx := errgroup.WithContext(ctx)
	chunks := make(chan []uint64)
	var mu sync.Mutex
	for range someWorkers {
		group.Go(func() error {
			for chunk := range chunks {
				if err := l.scanChunk(ctx, chunk, &mu, visit); err != nil {
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(chunks)
		for chunk := range slices.Chunk(seqs, someChunk) {
			select {
			case chunks <- chunk:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}

// scanChunk writes the places into the statement itself: they are numbers, and a driver
// that searches its parameters would take longer than the reading.
func (l *Log) scanChunk(ctx context.Context, seqs []uint64, mu *sync.Mutex, visit func(s *Stored, props []Prop) error) error {
	text := []byte("SELECT seq, ord, name_id, at, dedupe, body FROM event WHERE seq IN (")
	for i, seq := range seqs {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendUint(text, seq, 10)
	}
	s := Stored{log: l}
	var body sql.RawBytes
	var props []Prop
	var buf []byte
	return l.db.Each(ctx, string(append(text, ')')), nil, func(r *sql.Rows) (err error) {
		var seq, ord, name, dedupe int64
		if err := r.Scan(&seq, &ord, &name, &s.At, &dedupe, &body); err != nil {
			return err
		}
		s.Seq, s.Ord, s.NameID, s.Dedupe, s.body = uint64(seq), uint32(ord), uint16(name), uint64(dedupe), body
		if props, buf, err = s.Props(props[:0], buf); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		return visit(&s, props)
	})
}
