package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/failpoint"
	"yutang/internal/fault"
	"yutang/internal/seal"
	"yutang/internal/snapshot"
	"yutang/internal/timeline"
)

type sealer = *seal.Box

// meta is a snapshot's first section: the moment it starts from.
type meta struct {
	Seq         uint64 // events up to here are in it
	Fingerprint uint64 // of the event at Seq: the snapshot belongs to this log
	Batch       int64
	Now         int64
	Epoch       int64 // of stored events: an older one holds what was rewritten since
}

// Load builds all derived state: from the snapshot and the log's tail if the snapshot is
// good, else from SQL alone. Nothing else runs meanwhile.
func (p *Pipeline) Load(ctx context.Context) error {
	m, saved, touched, err := p.loadState(ctx)
	if err != nil {
		return err
	}
	if err := p.Audiences.Prepare(ctx); err != nil {
		return err
	}
	p.untidy = untidyEvents
	p.saved.Store(m.Batch)
	p.savedSeq.Store(m.Seq)
	if p.Audiences.Covers(saved) {
		p.Timeline.Lock()
		p.Audiences.Recheck(p.roots(touched), p.now())
		p.Timeline.Unlock()
		return nil
	}
	return p.Audiences.Rearm(ctx, p.now())
}

// loadState fills the rooms, with nobody scanning them.
func (p *Pipeline) loadState(ctx context.Context) (m meta, saved *audience.Saved, touched []uint32, err error) {
	defer p.Audiences.Exclusive()()
	p.Timeline.Lock() // all the way, so that nobody reads half of it
	defer p.Timeline.Unlock()
	p.loads.Add(1)
	p.levels.noted = nil
	if err := p.Log.Load(ctx); err != nil {
		return m, nil, nil, err
	}
	p.silence()
	batch, now, err := p.loadRoad(ctx)
	if err == nil {
		err = p.loadEpoch(ctx)
	}
	if err != nil {
		return m, nil, nil, fmt.Errorf("load road: %w", err)
	}
	p.batch = max(batch, p.batch)
	if now > p.roadNow.Load() {
		p.roadNow.Store(now)
	}
	if m, saved, err = p.restore(ctx); err != nil {
		if p.Log.Last() > 0 {
			slog.Info("building from the log", "snapshot", err)
		}
		m, saved = meta{}, nil
		if err := p.loadRooms(ctx); err != nil {
			return m, nil, nil, err
		}
	}
	p.batch = max(p.batch, m.Batch)
	touched, err = p.catchUp(ctx, m, saved)
	return m, saved, touched, err
}

// loadRooms clears derived memory and loads identities and profiles from SQL. The caller
// holds the write lock.
func (p *Pipeline) loadRooms(ctx context.Context) error {
	p.seen.Clear()
	p.Timeline.Reset()
	if err := p.Identity.Load(ctx); err != nil {
		return fmt.Errorf("load identities: %w", err)
	}
	if err := p.Customers.Load(ctx); err != nil {
		return fmt.Errorf("load customers: %w", err)
	}
	return nil
}

// restore reads the snapshot into memory. On error memory is in any state. The caller holds
// the write lock.
func (p *Pipeline) restore(ctx context.Context) (m meta, saved *audience.Saved, err error) {
	if p.snapshotPath == "" {
		return m, nil, fmt.Errorf("snapshots are off")
	}
	r, err := snapshot.Open(p.snapshotPath, p.box)
	if err != nil {
		return m, nil, err
	}
	defer r.Close()
	p.Timeline.Reset()
	for _, s := range p.sections(&m, &saved) {
		in, err := r.Section(s.name)
		if err != nil {
			return m, nil, err
		}
		if err := s.read(in); err != nil {
			return m, nil, fmt.Errorf("read section %s: %w", s.name, err)
		}
		if s.name == "meta" {
			if err := p.belongs(ctx, m); err != nil {
				return m, nil, err
			}
		}
	}
	return m, saved, nil
}

// belongs checks that the log goes on from where the snapshot stopped.
func (p *Pipeline) belongs(ctx context.Context, m meta) error {
	if m.Seq > p.Log.Last() {
		return fmt.Errorf("the snapshot is newer than the database")
	}
	if m.Epoch != p.epoch {
		return fmt.Errorf("the snapshot holds what was erased since")
	}
	if m.Seq == 0 {
		return nil
	}
	return p.Log.Scan(ctx, m.Seq, m.Seq+1, func(s *event.Stored) error {
		if s.Dedupe != m.Fingerprint {
			return fmt.Errorf("the snapshot belongs to another database")
		}
		return nil
	})
}

// section is one part of a snapshot.
type section struct {
	name  string
	read  func(io.Reader) error
	write func(io.Writer) error
}

// sections lists the parts in their order in the file. Timeline comes before identities,
// whose groups are set on it.
func (p *Pipeline) sections(m *meta, saved **audience.Saved) []section {
	return []section{
		{
			"meta", func(r io.Reader) error { return json.NewDecoder(r).Decode(m) },
			func(w io.Writer) error { return json.NewEncoder(w).Encode(m) },
		},
		{"seen", p.seen.Restore, func(w io.Writer) error { return p.seen.Save(w, p.Timeline) }},
		{"timeline", p.Timeline.Restore, p.Timeline.Save},
		{"identity", p.Identity.Restore, p.Identity.Save},
		{"customer", p.Customers.Restore, p.Customers.Save},
		{
			"audience", func(r io.Reader) (err error) { *saved, err = audience.ReadSaved(r); return err },
			func(w io.Writer) error { return (*saved).Write(w) },
		},
	}
}

// catchUp applies what happened after the snapshot and loads audiences and playbooks. It
// gives the customers touched. The caller holds the write lock.
func (p *Pipeline) catchUp(ctx context.Context, m meta, saved *audience.Saved) (touched []uint32, err error) {
	dirty, err := p.dirtySince(ctx, m.Batch)
	if err != nil {
		return nil, fmt.Errorf("find changed customers: %w", err)
	}
	if m.Batch > 0 {
		if err := p.Identity.Reload(ctx, dirty); err != nil {
			return nil, fmt.Errorf("reload identities: %w", err)
		}
		if err := p.Customers.Reload(ctx, dirty); err != nil {
			return nil, fmt.Errorf("reload customers: %w", err)
		}
	}
	from := m.Seq + 1
	if m.Seq > 0 && failpoint.Broken(failpoint.LoseTail) {
		from = p.Log.Last() + 1
	}
	tail, err := p.replay(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("replay the log: %w", err)
	}
	if err := p.Audiences.Load(ctx, saved); err != nil {
		return nil, err
	}
	return append(dirty, tail...), p.Playbooks.Load(ctx)
}

// roots are the distinct survivors of these customers.
func (p *Pipeline) roots(ords []uint32) []uint32 {
	out := make([]uint32, 0, len(ords))
	for _, ord := range ords {
		if ord != 0 {
			out = append(out, p.Timeline.Root(ord))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Snapshot writes derived state to the snapshot file while the road goes on.
func (p *Pipeline) Snapshot(ctx context.Context) error {
	if p.snapshotPath == "" {
		return nil
	}
	p.snapshots.Lock()
	defer p.snapshots.Unlock()
	var m meta
	var saved *audience.Saved
	err := p.Do(ctx, func(ctx context.Context) (err error) {
		m = meta{Seq: p.Log.Last(), Batch: p.batch, Now: p.roadNow.Load(), Epoch: p.epoch}
		if m.Seq > 0 {
			err = p.Log.Scan(ctx, m.Seq, m.Seq+1, func(s *event.Stored) error { m.Fingerprint = s.Dedupe; return nil })
		}
		if err == nil {
			saved, err = p.Audiences.Snapshot()
		}
		if err == nil {
			err = p.saveRoad(ctx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("start snapshot: %w", err)
	}
	if err := p.writeSnapshot(ctx, &m, &saved, p.loads.Load()); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	p.saved.Store(m.Batch)
	p.savedSeq.Store(m.Seq)
	if err := p.Do(ctx, func(context.Context) error { return p.Audiences.Compact() }); err != nil {
		return fmt.Errorf("compact traits: %w", err)
	}
	failpoint.Hit(failpoint.SnapshotForget)
	return p.forgetDirty(ctx, m.Batch)
}

// writeSnapshot copies the rooms while batches go on. What it copies may run ahead of the
// disk by a batch, so the file gets its name only in the writer's turn, when everything
// copied is committed, and not if state was loaded anew meanwhile.
func (p *Pipeline) writeSnapshot(ctx context.Context, m *meta, saved **audience.Saved, loads int64) error {
	w, err := snapshot.Create(p.snapshotPath, p.box)
	if err != nil {
		return err
	}
	for _, s := range p.sections(m, saved) {
		if err := s.write(w.Section(s.name)); err != nil {
			w.Abort()
			return fmt.Errorf("section %s: %w", s.name, err)
		}
		failpoint.Hit(failpoint.SnapshotSection)
	}
	defer w.Abort()
	return p.Do(ctx, func(context.Context) error {
		if p.loads.Load() != loads {
			return fault.New(fault.Conflict, "state_reloaded", "derived state was loaded anew while it was saved")
		}
		failpoint.Hit(failpoint.SnapshotName)
		return w.Close()
	})
}

// Unsaved is how many events came after the last snapshot.
func (p *Pipeline) Unsaved() uint64 { return p.Log.Last() - p.savedSeq.Load() }

func record(ev *event.Event, name timeline.NameID) timeline.Record {
	return timeline.Record{Seq: ev.Seq, Ord: ev.Ord, At: ev.At.UnixMilli(), Name: name, Props: ev.Scalars()}
}
