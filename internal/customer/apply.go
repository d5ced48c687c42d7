package customer

import (
	"context"
	"fmt"
	"slices"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// Change says what an event changed in the values that rules read.
type Change struct {
	Root   uint32
	Traits []string // names of traits, computed ones too, whose value is another
	Tags   []string // tags put on or taken off
	Orders bool     // order totals are others
	Also   []uint32 // other roots whose order totals are others: the order was theirs
}

// Apply folds one event, recorded under leaf, whose root is root. An event without
// traits and tags that is no order event costs nothing. Writer only.
func (s *Service) Apply(ctx context.Context, ev *event.Event, leaf, root uint32) (Change, error) {
	c := Change{Root: root}
	if isOrder(ev.Name) {
		if err := s.applyOrder(ctx, ev, leaf, &c); err != nil {
			return c, fmt.Errorf("apply order: %w", err)
		}
	}
	if len(ev.Traits)+len(ev.Tags) == 0 && ev.Name != event.ProfileErased {
		return c, nil
	}
	return c, s.applyProfile(ctx, ev, leaf, &c)
}

func isOrder(name string) bool {
	return name == event.OrderCompleted || name == event.OrderRefunded || name == event.OrderCancelled
}

func (s *Service) applyProfile(ctx context.Context, ev *event.Event, leaf uint32, c *Change) error {
	if leaf == 0 {
		return nil
	}
	doc, err := s.held(ctx, leaf)
	if err != nil {
		return fmt.Errorf("apply traits: %w", err)
	}
	before, err := s.folded(ctx, c.Root)
	if err != nil {
		return fmt.Errorf("apply traits: %w", err)
	}
	names, tags := touched(ev, before)
	was := make([]string, len(names))
	for i, name := range names {
		was[i] = before.value(name)
	}
	doc.fold(ev)
	s.unsaved[leaf] = struct{}{}
	s.stored.Add(leaf)
	s.dirty.Add(leaf)
	after, err := s.folded(ctx, c.Root)
	if err != nil {
		return fmt.Errorf("apply traits: %w", err)
	}
	for i, name := range names {
		if v := after.value(name); v != was[i] {
			c.Traits = append(c.Traits, name)
			s.putTrait(c.Root, name, v)
		}
	}
	if slices.ContainsFunc(c.Traits, searchable) {
		s.names.put(c.Root, searchText(after))
	}
	for _, tag := range tags {
		if s.putTag(c.Root, tag, after.tags[tag].on) {
			c.Tags = append(c.Tags, tag)
		}
	}
	return nil
}

// touched are the traits and tags that ev can change.
func touched(ev *event.Event, doc *document) (names, tags []string) {
	for i := range ev.Traits {
		if name := ev.Traits[i].Name; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if ev.Name == event.ProfileErased {
		for name := range doc.traits {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, op := range ev.Tags {
		if op.Tag != "" && !slices.Contains(tags, op.Tag) {
			tags = append(tags, op.Tag)
		}
	}
	return names, tags
}

func (s *Service) putTrait(root timeline.Ord, name, value string) {
	if c := s.columnFor(name); c != nil {
		c.put(root, event.ParseValue([]byte(value)))
	}
}

func (s *Service) putTag(root timeline.Ord, tag string, on bool) (changed bool) {
	if on {
		return s.TagSet(tag).CheckedAdd(root)
	}
	return s.TagSet(tag).CheckedRemove(root)
}

// held is leaf's document for changing: the writer's copy, which Flush saves.
func (s *Service) held(ctx context.Context, leaf timeline.Ord) (*document, error) {
	if s.flushed && len(s.docs) > maxHeld {
		clear(s.docs)
	}
	s.flushed = false
	doc, err := s.peek(ctx, leaf)
	if err == nil {
		s.docs[leaf] = doc
	}
	return doc, err
}

// peek is leaf's document, the writer's copy if it has one, for reading.
func (s *Service) peek(ctx context.Context, leaf timeline.Ord) (*document, error) {
	if doc := s.docs[leaf]; doc != nil {
		return doc, nil
	}
	if !s.stored.Contains(leaf) {
		return newDocument(), nil
	}
	return s.readDocument(ctx, leaf)
}

// folded is the document of root's records together; of one record, its own. Not to be
// changed. Writer only.
func (s *Service) folded(ctx context.Context, root timeline.Ord) (*document, error) {
	leaves := s.tl.Leaves(root)
	if len(leaves) < 2 {
		return s.peek(ctx, root)
	}
	out := newDocument()
	for _, leaf := range leaves {
		doc, err := s.peek(ctx, leaf)
		if err != nil {
			return nil, err
		}
		out.join(doc)
	}
	return out, nil
}

// joined folds several records' documents into a new one.
func joined(docs []*document) *document {
	out := newDocument()
	for _, d := range docs {
		out.join(d)
	}
	return out
}

// Regroup makes the values of roots anew after a merge or unmerge and clears those of
// records that are no longer roots. Writer only.
func (s *Service) Regroup(ctx context.Context, roots ...uint32) error {
	var done []timeline.Ord
	for _, ord := range roots {
		root := s.tl.Root(ord)
		if slices.Contains(done, root) {
			continue
		}
		done = append(done, root)
		for _, leaf := range s.tl.Leaves(ord) {
			if leaf != root {
				s.hide(leaf)
			}
		}
		doc, err := s.folded(ctx, root)
		if err != nil {
			return fmt.Errorf("regroup customers: %w", err)
		}
		s.show(root, doc)
	}
	return nil
}

// show makes every value of root be that of doc.
func (s *Service) show(root timeline.Ord, doc *document) {
	for _, c := range s.columns() {
		if c.computed == nil && doc.traits[c.name] == nil {
			c.put(root, event.Value{})
		}
	}
	for name, t := range doc.traits {
		s.putTrait(root, name, t.current())
	}
	s.colMu.Lock()
	for tag, set := range s.tags {
		if !doc.tags[tag].on {
			set.Remove(root)
		}
	}
	s.colMu.Unlock()
	for tag, state := range doc.tags {
		s.putTag(root, tag, state.on)
	}
	s.names.put(root, searchText(doc))
	s.compute(root, nil)
}

// hide clears every value of a record that is no longer a root.
func (s *Service) hide(leaf timeline.Ord) {
	s.show(leaf, newDocument())
	now := s.clk.Now().UnixMilli()
	for _, k := range levelKinds {
		s.SetLevel(k.name, leaf, NoLevel, now)
	}
}
