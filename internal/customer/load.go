package customer

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// Flush writes what changed since the last Flush, in the batch's transaction, at its end.
// Writer only; no lock needed: it changes nothing that others read.
func (s *Service) Flush(ctx context.Context) error {
	for _, flush := range []func(context.Context) error{s.flushProfiles, s.flushOrders, s.flushLevels} {
		if err := flush(ctx); err != nil {
			return fmt.Errorf("flush profiles: %w", err)
		}
	}
	s.flushed = true
	return nil
}

// Load forgets everything and reads it from SQL. Identity is loaded before.
func (s *Service) Load(ctx context.Context) error {
	s.clear()
	if err := s.loadProfiles(ctx); err != nil {
		return fmt.Errorf("load profiles: %w", err)
	}
	if err := s.eachOrder(ctx, nil, s.take); err != nil {
		return fmt.Errorf("load orders: %w", err)
	}
	if err := s.playLevels(ctx); err != nil {
		return fmt.Errorf("load levels: %w", err)
	}
	s.rebuildComputed()
	return nil
}

// take counts an order read from SQL.
func (s *Service) take(o *order) {
	s.known[fingerprint(o.id)] = struct{}{}
	s.account(o, 1)
}

func (s *Service) rebuildComputed() {
	for _, c := range s.columns() {
		if c.computed != nil && c.wanted {
			s.buildComputed(c)
		}
	}
}

// facts are what one record's document says to memory, if it is a customer by itself;
// else doc waits for the other records.
type facts struct {
	ord    timeline.Ord
	doc    *document // nil unless grouped
	traits []event.Prop
	tags   []string
	text   string // for the name index
}

func (s *Service) loadProfiles(ctx context.Context) error {
	grouped := map[timeline.Ord]*document{}
	err := s.scanProfiles(ctx, s.read, func(chunk []facts) {
		for i := range chunk {
			if f := &chunk[i]; f.doc != nil {
				s.stored.Add(f.ord)
				grouped[f.ord] = f.doc
			} else {
				s.admit(f)
			}
		}
	})
	if err != nil {
		return err
	}
	for root, doc := range s.groups(grouped) {
		s.show(root, doc)
	}
	return nil
}

// groups joins documents by their root.
func (s *Service) groups(docs map[timeline.Ord]*document) map[timeline.Ord]*document {
	out := map[timeline.Ord]*document{}
	for _, leaf := range slices.Sorted(maps.Keys(docs)) {
		root := s.tl.Root(leaf)
		if out[root] != nil {
			continue
		}
		var parts []*document
		for _, l := range s.tl.Leaves(root) {
			if d := docs[l]; d != nil {
				parts = append(parts, d)
			}
		}
		out[root] = joined(parts)
	}
	return out
}

// admit takes the facts of a customer of whom memory knows nothing yet.
func (s *Service) admit(f *facts) {
	s.stored.Add(f.ord)
	for _, p := range f.traits {
		if c := s.columnFor(p.Key); c != nil {
			c.put(f.ord, p.Value)
		}
	}
	for _, tag := range f.tags {
		s.putTag(f.ord, tag, true)
	}
	s.names.put(f.ord, f.text)
}

// read turns a document into facts. Any lock held, or none at start.
func (s *Service) read(ord timeline.Ord, doc *document) facts {
	f := facts{ord: ord}
	if len(s.tl.Leaves(ord)) > 1 {
		f.doc = doc
		return f
	}
	for name, t := range doc.traits {
		if v := event.ParseValue([]byte(t.current())); v.Kind != event.Missing {
			f.traits = append(f.traits, event.Prop{Key: name, Value: v})
		}
	}
	for tag, state := range doc.tags {
		if state.on {
			f.tags = append(f.tags, tag)
		}
	}
	f.text = searchText(doc)
	return f
}

// scanProfiles reads all documents; workers open and turn them with read, take gets the
// results one chunk at a time, in no particular order.
func (s *Service) scanProfiles(ctx context.Context, read func(timeline.Ord, *document) facts, take func([]facts)) error {
	g, ctx := errgroup.WithContext(ctx)
	rows, done := make(chan []sealedRow, 2), make(chan []facts, 2)
	g.Go(func() error {
		defer close(rows)
		return s.feedProfiles(ctx, rows)
	})
	var workers errgroup.Group
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() error { return s.openProfiles(ctx, rows, done, read) })
	}
	g.Go(func() error {
		defer close(done)
		return workers.Wait()
	})
	for chunk := range done {
		take(chunk)
	}
	return g.Wait()
}

func (s *Service) feedProfiles(ctx context.Context, rows chan<- []sealedRow) error {
	for after := timeline.Ord(0); ; {
		chunk, err := s.profileRows(ctx, after)
		if err != nil || len(chunk) == 0 {
			return err
		}
		after = chunk[len(chunk)-1].ord
		select {
		case rows <- chunk:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Service) openProfiles(ctx context.Context, rows <-chan []sealedRow, done chan<- []facts, read func(timeline.Ord, *document) facts) error {
	var plain []byte
	for chunk := range rows {
		out := make([]facts, len(chunk))
		for i, r := range chunk {
			var err error
			if plain, err = s.box.Open(plain[:0], r.body, profileScope); err != nil {
				return fmt.Errorf("open profile: %w", err)
			}
			doc, err := decode(plain)
			if err != nil {
				return err
			}
			out[i] = read(r.ord, doc)
		}
		select {
		case done <- out:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
