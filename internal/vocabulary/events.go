package vocabulary

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// Sizes of the sample that values come from.
const (
	sampleCustomers = 4000
	sampleEvents    = 100 // of one customer, the latest
	sampleStep      = 64  // customers read under one lock
)

// seen is what is known of one event name.
type seen struct {
	count int
	last  int64
}

// census counts every event by its name.
func (s *Service) census(ctx context.Context) ([]seen, error) {
	const workers = 2
	var of [workers][]seen
	err := s.timeline.Scan(ctx, nil, workers, func(worker int, _ timeline.Ord, t *timeline.Track) error {
		for i, name := range t.Name {
			if grow := int(name) + 1 - len(of[worker]); grow > 0 {
				of[worker] = append(of[worker], make([]seen, grow)...)
			}
			e := &of[worker][name]
			e.count++
			e.last = max(e.last, t.At[i])
		}
		return nil
	})
	all := make([]seen, max(len(of[0]), len(of[1])))
	for _, part := range of {
		for name, e := range part {
			all[name].count += e.count
			all[name].last = max(all[name].last, e.last)
		}
	}
	return all, err
}

// events are the commonest event names with their properties.
func (s *Service) events(ctx context.Context) ([]Event, error) {
	counted, err := s.census(ctx)
	if err != nil {
		return nil, err
	}
	type named struct {
		id timeline.NameID
		Event
	}
	var list []named
	for id, e := range counted {
		if name, ok := s.log.Name(uint16(id)); ok && e.count > 0 {
			list = append(list, named{timeline.NameID(id), Event{Name: name, Count: e.count, Last: time.UnixMilli(e.last).UTC(), Internal: event.Internal(name)}})
		}
	}
	slices.SortFunc(list, func(a, b named) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	list = list[:min(len(list), maxEvents)]
	cols := s.timeline.Known()
	found := s.sample(cols)
	out := make([]Event, len(list))
	s.timeline.RLock()
	defer s.timeline.RUnlock()
	for i, e := range list {
		e.Properties = properties(e.id, e.Name, cols, found)
		out[i] = e.Event
	}
	return out, nil
}

// spot is a value of a column in the events of a name.
type spot struct {
	name timeline.NameID
	col  int
	code uint32
}

// sample counts values in the latest events of some customers, evenly chosen.
func (s *Service) sample(cols []*timeline.Column) map[spot]int {
	found := map[spot]int{}
	s.timeline.RLock()
	customers := s.timeline.Customers()
	s.timeline.RUnlock()
	step := max(1, customers/sampleCustomers)
	for first := 1; first <= customers; first += step * sampleStep {
		s.read(first, min(first+step*sampleStep, customers+1), step, cols, found)
	}
	return found
}

func (s *Service) read(from, to, step int, cols []*timeline.Column, found map[spot]int) {
	var t timeline.Track
	s.timeline.RLock()
	defer s.timeline.RUnlock()
	full := make([]*timeline.Column, len(cols)) // nil reads as missing
	for i, c := range cols {
		if c.Full() {
			full[i] = c
		}
	}
	for ord := from; ord < to; ord += step {
		root := timeline.Ord(ord)
		if s.timeline.Root(root) != root {
			continue
		}
		s.timeline.Read(root, full, &t)
		for col := range full {
			if c := &t.Codes[col]; c.W8 == nil && c.W16 == nil && c.W32 == nil {
				continue
			}
			for i := max(0, t.Len()-sampleEvents); i < t.Len(); i++ {
				if code := t.Codes[col].At(i); code != 0 {
					found[spot{t.Name[i], col, code}]++
				}
			}
		}
	}
}

// properties are those of one event, by name. The store's lock is held.
func properties(id timeline.NameID, name string, cols []*timeline.Column, found map[spot]int) []Property {
	var out []Property
	for i, c := range cols {
		if len(out) == maxProperties {
			break
		}
		if !c.Has(id) || event.PersonalProp(name, c.Prop) {
			continue
		}
		p := Property{Name: c.Prop}
		if c.Full() {
			p.Type, p.Values = describe(c.Dict, func(code uint32) int { return found[spot{id, i, code}] })
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Property) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
