package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"yutang/internal/id"
	"yutang/internal/timeline"
)

// Profile is one customer as people see it. Traits are opened: see Mask.
type Profile struct {
	ID        string
	Traits    map[string]json.RawMessage
	Tags      []string // sorted
	Lifecycle Lifecycle
	Tier      string    // "" if none
	FirstSeen time.Time // zero without events
	LastSeen  time.Time
	Events    int
	Orders    OrderTotals
}

// Lifecycle is a customer's stage in both models, "" if none.
type Lifecycle struct {
	AIPL  string
	AARRR string
}

// Profile is the merged view of root's records. No lock held; see HeldProfile.
func (s *Service) Profile(ctx context.Context, root uint32) (Profile, error) {
	s.tl.RLock()
	p := s.outline(root)
	leaves := s.storedLeaves(root)
	s.tl.RUnlock()
	docs := make([]*document, 0, len(leaves))
	for _, leaf := range leaves {
		doc, err := s.readDocument(ctx, leaf)
		if err != nil {
			return Profile{}, fmt.Errorf("read profile of %s: %w", p.ID, err)
		}
		docs = append(docs, doc)
	}
	p.fill(joined(docs))
	return p, nil
}

// HeldProfile is Profile for the writer, with what the running batch has changed.
func (s *Service) HeldProfile(ctx context.Context, root uint32) (Profile, error) {
	p := s.outline(root)
	doc, err := s.folded(ctx, root)
	if err != nil {
		return Profile{}, fmt.Errorf("read profile of %s: %w", p.ID, err)
	}
	p.fill(doc)
	return p, nil
}

// outline is what memory knows of root.
func (s *Service) outline(root timeline.Ord) Profile {
	p := Profile{ID: id.Customer(root), Orders: s.Orders(root)}
	p.Lifecycle = Lifecycle{AIPL: s.Level(AIPL).Name(root), AARRR: s.Level(AARRR).Name(root)}
	p.Tier = s.Level(Tier).Name(root)
	first, last, n := s.tl.Bounds(root)
	if n > 0 {
		p.FirstSeen, p.LastSeen, p.Events = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC(), n
	}
	return p
}

func (s *Service) storedLeaves(root timeline.Ord) []timeline.Ord {
	return slices.DeleteFunc(slices.Clone(s.tl.Leaves(root)), func(l timeline.Ord) bool { return !s.stored.Contains(l) })
}

func (p *Profile) fill(d *document) {
	p.Traits, p.Tags = d.view()
}

// view is the traits that have a value, and the tags that are on, sorted.
func (d *document) view() (traits map[string]json.RawMessage, tags []string) {
	traits = make(map[string]json.RawMessage, len(d.traits))
	for name, t := range d.traits {
		if v := t.current(); v != "" {
			traits[name] = json.RawMessage(v)
		}
	}
	tags = []string{}
	for tag, state := range d.tags {
		if state.on {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return traits, tags
}

// Mask hides the personal traits of a copy of p.
func Mask(p Profile) Profile {
	p.Traits = MaskTraits(p.Traits)
	return p
}

// MaskTraits is a copy of traits in which personal ones are masked.
func MaskTraits(traits map[string]json.RawMessage) map[string]json.RawMessage {
	out := maps.Clone(traits)
	for name, v := range out {
		out[name] = MaskValue(name, v)
	}
	return out
}

// Tags are all tags that anyone has, with how many customers, the commonest first.
func (s *Service) Tags() []TagCount {
	s.tl.RLock()
	defer s.tl.RUnlock()
	s.colMu.Lock()
	out := make([]TagCount, 0, len(s.tags))
	for tag, set := range s.tags {
		if n := set.GetCardinality(); n > 0 {
			out = append(out, TagCount{tag, int(n)})
		}
	}
	s.colMu.Unlock()
	slices.SortFunc(out, func(a, b TagCount) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		if a.Tag < b.Tag {
			return -1
		}
		return 1
	})
	return out
}
