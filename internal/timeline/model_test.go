package timeline_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	gocmp "github.com/google/go-cmp/cmp"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/timeline"
)

// model is a timeline that is plain enough to be right: a list of events and a list of
// groups. A store under test must answer as it does.
type model struct {
	customers timeline.Ord
	log       []timeline.Record
	groups    map[timeline.Ord][]timeline.Ord // by root, of two and more
	props     map[string]*modelColumn
}

type modelColumn struct{ wanted, lost bool }

func newModel() *model {
	m := &model{groups: map[timeline.Ord][]timeline.Ord{}, props: map[string]*modelColumn{}}
	for _, p := range props {
		m.props[p] = &modelColumn{}
	}
	return m
}

// props are the properties of the model: plain ones, one of few events, one that has
// values too long to be kept unasked, and a personal one.
var props = []string{"city", "price", "rare", "long", "phone"}

// append adds an event, and notes what it does to the columns that nobody uses.
func (m *model) append(r timeline.Record) {
	m.log = append(m.log, r)
	for _, p := range r.Props {
		if c := m.props[p.Key]; len(p.Value.Str) > 256 && !c.wanted {
			c.lost = true
		}
	}
}

func (m *model) ready(prop string) bool { return prop != "phone" && !m.props[prop].lost }

func (m *model) root(ord timeline.Ord) timeline.Ord {
	for root, leaves := range m.groups {
		if slices.Contains(leaves, ord) {
			return root
		}
	}
	return ord
}

func (m *model) leaves(root timeline.Ord) []timeline.Ord {
	if g := m.groups[root]; g != nil {
		return g
	}
	return []timeline.Ord{root}
}

// setGroup follows the words of Store.SetGroup.
func (m *model) setGroup(root timeline.Ord, leaves []timeline.Ord) {
	for _, l := range append([]timeline.Ord{root}, leaves...) {
		delete(m.groups, l)
		if r := m.root(l); r != l {
			rest := slices.DeleteFunc(slices.Clone(m.groups[r]), func(o timeline.Ord) bool { return o == l })
			m.groups[r] = rest
			if len(rest) < 2 {
				delete(m.groups, r)
			}
		}
	}
	if len(leaves) > 1 {
		m.groups[root] = slices.Clone(leaves)
	}
}

// moment is one event of a customer, with the values of some properties.
type moment struct {
	At     int64
	Name   timeline.NameID
	Seq    uint32
	Values []event.Value
}

func (a moment) equal(b moment) bool {
	return a.At == b.At && a.Name == b.Name && a.Seq == b.Seq && slices.Equal(a.Values, b.Values)
}

// read gives a group's events in order.
func (m *model) read(root timeline.Ord, cols []string) []moment {
	leaves := m.leaves(root)
	var list []moment
	for _, r := range m.log {
		if !slices.Contains(leaves, r.Ord) {
			continue
		}
		e := moment{At: r.At, Name: r.Name, Seq: uint32(r.Seq)}
		for _, col := range cols {
			v := event.Value{}
			for _, p := range r.Props {
				if p.Key == col && p.Value.Kind != event.Missing {
					v = p.Value
				}
			}
			e.Values = append(e.Values, v)
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b moment) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Seq, b.Seq)) })
	return list
}

// fetch is the log as BuildColumn reads it; meanwhile, is called before each event.
func (m *model) fetch(meanwhile func() error) timeline.Fetch {
	return func(_ context.Context, from uint64, visit func(uint64, timeline.Ord, int64, timeline.NameID, []event.Prop) error) error {
		for _, r := range slices.Clone(m.log) {
			if r.Seq < from {
				continue
			}
			if err := meanwhile(); err != nil {
				return err
			}
			if err := visit(r.Seq, r.Ord, r.At, r.Name, r.Props); err != nil {
				return err
			}
		}
		return nil
	}
}

// show turns a track into moments.
func show(t *timeline.Track, cols []*timeline.Column) []moment {
	var list []moment
	for i := range t.Len() {
		e := moment{At: t.At[i], Name: t.Name[i], Seq: t.Seq[i]}
		for k, c := range cols {
			e.Values = append(e.Values, c.Dict.Value(t.Codes[k].At(i)))
		}
		list = append(list, e)
	}
	return list
}

// agree says how the store differs from the model, nil if it does not.
func (m *model) agree(s *timeline.Store) error {
	s.RLock()
	defer s.RUnlock()
	if s.Events() != len(m.log) || s.Customers() != int(m.customers) {
		return fmt.Errorf("%d events of %d customers, want %d of %d", s.Events(), s.Customers(), len(m.log), m.customers)
	}
	var t timeline.Track
	for _, ord := range m.someCustomers() {
		if err := m.agreeOn(s, ord, &t); err != nil {
			return fmt.Errorf("customer %d: %w", ord, err)
		}
	}
	return nil
}

// readyProps are the properties whose columns are ready.
func (m *model) readyProps() (list []string) {
	for _, p := range props {
		if m.ready(p) {
			list = append(list, p)
		}
	}
	return list
}

// someCustomers are those who have events or are in groups, and the last, in the order
// of their first event.
func (m *model) someCustomers() []timeline.Ord {
	var list []timeline.Ord
	add := func(ord timeline.Ord) {
		if !slices.Contains(list, ord) {
			list = append(list, ord)
		}
	}
	for _, r := range m.log {
		add(r.Ord)
	}
	for _, leaves := range m.groups {
		for _, l := range leaves {
			add(l)
		}
	}
	add(m.customers)
	return list
}

func (m *model) agreeOn(s *timeline.Store, ord timeline.Ord, t *timeline.Track) error {
	root := m.root(ord)
	if got := s.Root(ord); got != root {
		return fmt.Errorf("root %d, want %d", got, root)
	}
	if got := s.Leaves(ord); !slices.Equal(m.leaves(root), got) {
		return fmt.Errorf("leaves %v, want %v", got, m.leaves(root))
	}
	names := m.readyProps()
	want, cols := m.read(root, names), columnsOf(s, names)
	s.Read(ord, cols, t)
	if got := show(t, cols); !slices.EqualFunc(want, got, moment.equal) {
		return errors.New("events: " + gocmp.Diff(want, got))
	}
	first, last, n := s.Bounds(ord)
	wantFirst, wantLast := int64(0), int64(0)
	if len(want) > 0 {
		wantFirst, wantLast = want[0].At, want[len(want)-1].At
	}
	if first != wantFirst || last != wantLast || n != len(want) {
		return fmt.Errorf("bounds %d %d %d, want %d %d %d", first, last, n, wantFirst, wantLast, len(want))
	}
	return nil
}

// columnsOf looks columns up without marking them as used.
func columnsOf(s *timeline.Store, names []string) []*timeline.Column {
	var list []*timeline.Column
	for _, name := range names {
		list = append(list, s.Peek(name))
	}
	return list
}

// agreeOnScan compares what Scan visits with what Read should give.
func (m *model) agreeOnScan(s *timeline.Store, workers int) error {
	names := m.readyProps()
	cols := columnsOf(s, names)
	seen := make([]map[timeline.Ord][]moment, workers)
	for w := range seen {
		seen[w] = map[timeline.Ord][]moment{}
	}
	err := s.Scan(context.Background(), cols, workers, func(w int, root timeline.Ord, t *timeline.Track) error {
		if _, twice := seen[w][root]; twice || m.root(root) != root {
			return fmt.Errorf("scan visited %d, twice or no root", root)
		}
		seen[w][root] = show(t, cols)
		return nil
	})
	visited, events := 0, 0
	for _, part := range seen {
		for root, got := range part {
			visited, events = visited+1, events+len(got)
			if len(got) > 0 && err == nil && !slices.EqualFunc(m.read(root, names), got, moment.equal) {
				err = fmt.Errorf("scan of %d differs", root)
			}
		}
	}
	roots := int(m.customers)
	for _, leaves := range m.groups {
		roots -= len(leaves) - 1
	}
	if err == nil && (visited != roots || events != len(m.log)) {
		err = fmt.Errorf("scan visited %d roots with %d events, want %d with %d", visited, events, roots, len(m.log))
	}
	return err
}

// build makes a column, and notes what that must lead to.
func (m *model) build(s *timeline.Store, prop string, meanwhile func() error) error {
	c, wasReady := m.props[prop], m.ready(prop)
	if wasReady {
		meanwhile = func() error { return errors.New("the log was read for a column that is ready") }
	}
	if prop != "phone" {
		*c = modelColumn{wanted: true, lost: !wasReady}
	}
	err := s.BuildColumn(context.Background(), prop, m.fetch(meanwhile), nil)
	switch {
	case prop == "phone" && fault.Is(err, fault.Invalid):
		return nil
	case err == nil:
		c.lost = false
	default:
		*c = modelColumn{lost: true}
	}
	return err
}
