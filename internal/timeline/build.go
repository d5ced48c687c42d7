package timeline

import (
	"context"
	"errors"
	"slices"

	"yutang/internal/event"
	"yutang/internal/fault"
)

// Fetch reads the event log in order from the event numbered fromSeq on. It ends with
// the first error of visit and returns it. The props are not kept after the call.
type Fetch func(ctx context.Context, fromSeq uint64, visit func(seq uint64, ord Ord, at int64, name NameID, props []event.Prop) error) error

// FetchSome reads the events at these places of the log, in any order.
type FetchSome func(ctx context.Context, seqs []uint64, visit func(seq uint64, ord Ord, at int64, props []event.Prop) error) error

// UseSome lets builds read only the events that can have a property, where those are few.
// Before the first build.
func (s *Store) UseSome(fetch FetchSome) { s.some = fetch }

// fewOf is the share of events up to which they are read one by one.
const fewOf = 8

// buildStep is how many values are filled in without letting readers in.
const buildStep = 4096

var errCaughtUp = errors.New("timeline: the log was read far enough")

// value is one value on its way from the log into a column.
type value struct {
	column int
	ord    Ord
	seq    uint32
	at     int64
	value  event.Value
}

// BuildColumn makes the column of a property ready, reading the log through fetch unless
// it is kept already. It calls progress now and then with the number of events read.
// The caller holds no lock; events may be appended meanwhile. After an error the column
// is not kept. A personal property is refused as invalid.
func (s *Store) BuildColumn(ctx context.Context, prop string, fetch Fetch, progress func(done, total int)) error {
	return s.BuildColumns(ctx, []string{prop}, fetch, progress)
}

// BuildColumns is BuildColumn for several properties in one reading of the log.
func (s *Store) BuildColumns(ctx context.Context, props []string, fetch Fetch, progress func(done, total int)) error {
	if s.ready(props) {
		return nil
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	b, err := s.startBuild(props)
	if err != nil || len(b.columns) == 0 {
		return err
	}
	b.progress = progress
	if err := b.run(ctx, fetch); err != nil {
		b.abandon()
		return err
	}
	return b.finish()
}

// ready says whether all these columns are, without waiting for the writer or a build.
func (s *Store) ready(props []string) bool {
	s.RLock()
	defer s.RUnlock()
	for _, prop := range props {
		if _, ready := s.Column(prop); !ready {
			return false
		}
	}
	return true
}

// build is the filling of some columns with the values of the past.
type build struct {
	store    *Store
	columns  []*Column
	until    uint64 // events after this one are coded as they are appended
	total    int
	done     int
	pending  []value
	progress func(done, total int)
}

// startBuild lets Append code the columns that are not kept yet.
func (s *Store) startBuild(props []string) (*build, error) {
	s.Lock()
	defer s.Unlock()
	b := &build{store: s, until: s.last, total: s.events}
	for _, prop := range props {
		c, ready := s.Column(prop)
		switch {
		case ready || slices.Contains(b.columns, c):
		case c.state.Load() == barred:
			b.forget()
			return nil, fault.New(fault.Invalid, "personal_property", "the property %q is personal and cannot be used in rules", prop)
		case c.slot < 0:
			b.forget()
			return nil, fault.New(fault.Precondition, "too_many_properties", "no room for a column of the property %q", prop)
		default:
			c.wanted.Store(true)
			c.state.Store(building)
			b.columns = append(b.columns, c)
		}
	}
	return b, nil
}

func (b *build) run(ctx context.Context, fetch Fetch) error {
	if err := b.settle(ctx); err != nil {
		return err
	}
	if seqs, few := b.places(); few {
		err := b.store.some(ctx, seqs, func(seq uint64, ord Ord, at int64, props []event.Prop) error {
			b.take(uint32(seq), ord, at, props)
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		b.fill()
		return b.compact(ctx)
	}
	err := fetch(ctx, 1, func(seq uint64, ord Ord, at int64, _ NameID, props []event.Prop) error {
		if seq > b.until {
			return errCaughtUp
		}
		b.take(uint32(seq), ord, at, props)
		return ctx.Err()
	})
	if err != nil && !errors.Is(err, errCaughtUp) {
		return err
	}
	b.fill()
	return b.compact(ctx)
}

// places lists, in order, the events that can have one of the properties, unless that is
// not known or they are not few.
func (b *build) places() (seqs []uint64, few bool) {
	s := b.store
	s.RLock()
	defer s.RUnlock()
	var names []uint64
	for _, c := range b.columns {
		if c.blind {
			return nil, false
		}
		for i, word := range c.names {
			for i >= len(names) {
				names = append(names, 0)
			}
			names[i] |= word
		}
	}
	if s.some == nil {
		return nil, false
	}
	for _, g := range s.segments {
		for i, name := range g.base.name {
			if int(name)/64 < len(names) && names[name/64]&(1<<(name%64)) != 0 && uint64(g.base.seq[i]) <= b.until {
				seqs = append(seqs, uint64(g.base.seq[i]))
			}
		}
		if len(seqs) > b.total/fewOf+buildStep {
			return nil, false
		}
	}
	slices.Sort(seqs)
	return seqs, true
}

// settle moves the events there are into the bases, where codes can be put.
func (b *build) settle(ctx context.Context) error {
	return b.store.eachSegment(ctx, b.store.mergeSegment)
}

// compact brings the filled parts into their smallest form.
func (b *build) compact(ctx context.Context) error {
	return b.store.eachSegment(ctx, func(g *segment) {
		for _, c := range b.columns {
			if p := g.base.part(c.slot); p.count > 0 {
				p.fit(len(g.base.at), c.Dict.width())
			}
		}
	})
}

// eachSegment calls change for one segment after the other, under the write lock.
func (s *Store) eachSegment(ctx context.Context, change func(*segment)) error {
	for i := 0; ; i++ {
		s.Lock()
		if i >= len(s.segments) {
			s.Unlock()
			return nil
		}
		change(s.segments[i])
		s.Unlock()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (b *build) take(seq uint32, ord Ord, at int64, props []event.Prop) {
	b.done++
	for i := range props {
		for k, c := range b.columns {
			if props[i].Key == c.Prop {
				b.pending = append(b.pending, value{k, ord, seq, at, props[i].Value})
			}
		}
	}
	if len(b.pending) >= buildStep {
		b.fill()
	}
	if b.progress != nil && b.done%buildStep == 0 {
		b.progress(min(b.done, b.total), b.total)
	}
}

// fill puts the pending values into the columns.
func (b *build) fill() {
	s := b.store
	s.Lock()
	defer s.Unlock()
	for i := range b.pending {
		v := &b.pending[i]
		c := b.columns[v.column]
		if int(v.ord) >= len(s.groups.root) || v.ord == 0 || !c.coded() {
			continue
		}
		g, local := s.locate(v.ord)
		place, ok := g.base.find(local, v.at, v.seq)
		if !ok {
			continue
		}
		if code := s.codeOf(c, v.value); code != 0 {
			g.base.set(c, place, code)
		}
	}
	clear(b.pending)
	b.pending = b.pending[:0]
}

// set puts a code into the part of a column that is being built.
func (b *base) set(c *Column, place, code uint32) {
	for len(b.parts) <= c.slot {
		b.parts = append(b.parts, part{})
	}
	b.parts[c.slot].set(place, code, len(b.at), c.Dict.width())
}

// finish makes the columns ready, all at once.
func (b *build) finish() error {
	s := b.store
	s.Lock()
	defer s.Unlock()
	for _, c := range b.columns {
		if !c.coded() {
			b.forget()
			return fault.New(fault.Precondition, "too_many_values", "the property %q has more than %d values", c.Prop, maxValues)
		}
	}
	s.built++
	for _, c := range b.columns {
		c.born = s.built
		c.state.Store(kept)
	}
	return nil
}

func (b *build) abandon() {
	b.store.Lock()
	defer b.store.Unlock()
	b.forget()
}

// forget frees what was built so far. The write lock is held.
func (b *build) forget() {
	for _, c := range b.columns {
		b.store.giveUp(c)
	}
}
