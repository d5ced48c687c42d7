package customer

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// EnsureTrait makes the column of a trait complete and keeps it so from now on, reading
// all profiles if it was not kept. The caller holds no lock and runs in no transaction;
// events may be applied meanwhile.
func (s *Service) EnsureTrait(ctx context.Context, name string) error {
	s.building.Lock()
	defer s.building.Unlock()
	c := s.Trait(name)
	for {
		mine, err := s.startBuild(ctx, c)
		if err != nil || mine == nil {
			return err
		}
		done, err := s.build(ctx, c, mine)
		if err != nil {
			return fmt.Errorf("build column of trait %s: %w", name, err)
		}
		if done {
			return nil
		}
	}
}

// startBuild begins to note changes of c: from here on live changes reach it, and what
// SQL does not have yet is put in. It gives nil if there is nothing to build.
func (s *Service) startBuild(ctx context.Context, c *TraitColumn) (*roaring.Bitmap, error) {
	s.tl.Lock()
	defer s.tl.Unlock()
	if c.kept {
		c.wanted = true
		return nil, nil
	}
	if c.computed != nil {
		s.buildComputed(c)
		return nil, nil
	}
	c.reset()
	c.touched = roaring.New()
	for leaf := range s.docs {
		root := s.tl.Root(leaf)
		doc, err := s.folded(ctx, root)
		if err != nil {
			c.touched = nil
			return nil, err
		}
		c.put(root, event.ParseValue([]byte(doc.value(c.name))))
	}
	return c.touched, nil
}

// build fills c from SQL for whom nothing was noted. It is not done if everything was
// loaded anew meanwhile.
func (s *Service) build(ctx context.Context, c *TraitColumn, mine *roaring.Bitmap) (done bool, err error) {
	grouped := map[timeline.Ord]*document{}
	read := func(ord timeline.Ord, doc *document) facts {
		s.tl.RLock()
		alone := len(s.tl.Leaves(ord)) < 2
		s.tl.RUnlock()
		if !alone {
			return facts{ord: ord, doc: doc}
		}
		return facts{ord: ord, traits: []event.Prop{{Key: c.name, Value: event.ParseValue([]byte(doc.value(c.name)))}}}
	}
	err = s.scanProfiles(ctx, read, func(chunk []facts) {
		s.tl.Lock()
		defer s.tl.Unlock()
		for i := range chunk {
			f := &chunk[i]
			switch {
			case f.doc != nil:
				grouped[f.ord] = f.doc
			case c.touched == mine && !mine.Contains(f.ord):
				c.codes.put(f.ord, c.encode(f.traits[0].Value))
			}
		}
	})
	s.tl.Lock()
	defer s.tl.Unlock()
	if c.touched != mine {
		return c.kept, err
	}
	c.touched = nil
	if err != nil {
		c.reset()
		return false, err
	}
	for root, doc := range s.groups(grouped) {
		if !mine.Contains(root) {
			c.codes.put(root, c.encode(event.ParseValue([]byte(doc.value(c.name)))))
		}
	}
	c.kept, c.wanted = true, true
	return true, nil
}
