package timeline_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// people of the property tests: neighbours, and both sides of segments' borders.
var people = []timeline.Ord{1, 2, 3, 2048, 16383, 16384, 16385, 32767, 32768}

// machine drives a store and the model with the same steps.
type machine struct {
	store *timeline.Store
	model *model
	seq   uint64
}

func newMachine() *machine {
	m := &machine{store: timeline.New(), model: newModel()}
	m.model.customers = people[len(people)-1]
	m.store.Grow(m.model.customers)
	return m
}

func drawValue(t *rapid.T, prop string) event.Value {
	switch prop {
	case "price":
		return event.Value{Kind: event.Number, Num: event.Decimal(rapid.IntRange(0, 400).Draw(t, "price"))}
	case "long":
		n := rapid.SampledFrom([]int{1, 2, 256, 257}).Draw(t, "length")
		return event.Value{Kind: event.String, Str: strings.Repeat("x", n)}
	}
	return rapid.SampledFrom([]event.Value{
		{Kind: event.String, Str: "上海"},
		{Kind: event.String, Str: ""},
		{Kind: event.Bool},
		{Kind: event.Bool, Num: event.DecimalScale},
		{Kind: event.Number},
		{Kind: event.List, Str: `["a","b"]`},
		{},
	}).Draw(t, "value")
}

func drawRecord(t *rapid.T, seq uint64) timeline.Record {
	r := timeline.Record{
		Seq: seq, Ord: rapid.SampledFrom(people).Draw(t, "ord"),
		At: rapid.Int64Range(-5, 20).Draw(t, "at"), Name: rapid.Uint16Range(1, 4).Draw(t, "name"),
	}
	for _, p := range props {
		if rapid.IntRange(0, 3).Draw(t, p) > 0 && (p != "rare" || seq%40 == 0) {
			r.Props = append(r.Props, event.Prop{Key: p, Value: drawValue(t, p)})
		}
	}
	if len(r.Props) > 0 && seq%5 == 0 { // a key may come twice
		r.Props = append(r.Props, event.Prop{Key: r.Props[0].Key, Value: drawValue(t, r.Props[0].Key)})
	}
	return r
}

// append adds some events, under the lock, as the writer does.
func (m *machine) append(t *rapid.T) {
	m.store.Lock()
	defer m.store.Unlock()
	for range rapid.IntRange(1, 12).Draw(t, "events") {
		m.seq += uint64(rapid.IntRange(1, 3).Draw(t, "gap"))
		r := drawRecord(t, m.seq)
		m.store.Append(r)
		m.model.append(r)
	}
}

func (m *machine) again(t *rapid.T) {
	if len(m.model.log) == 0 {
		return
	}
	m.store.Lock()
	defer m.store.Unlock()
	for _, r := range m.model.log[rapid.IntRange(0, len(m.model.log)-1).Draw(t, "from"):] {
		m.store.Append(r)
	}
	m.store.Append(timeline.Record{Seq: m.seq + 1})
}

func (m *machine) merge(*rapid.T) {
	m.store.Lock()
	defer m.store.Unlock()
	m.store.MergeAll()
}

func (m *machine) group(t *rapid.T) {
	leaves := rapid.SliceOfNDistinct(rapid.SampledFrom(people), 1, 4, rapid.ID).Draw(t, "leaves")
	m.store.Lock()
	defer m.store.Unlock()
	m.store.SetGroup(leaves[0], leaves)
	m.model.setGroup(leaves[0], leaves)
}

func (m *machine) use(t *rapid.T) {
	prop := rapid.SampledFrom(props).Draw(t, "prop")
	m.store.RLock()
	defer m.store.RUnlock()
	c, ready := m.store.Column(prop)
	if ready != m.model.ready(prop) {
		t.Fatalf("column %s ready: %v", prop, ready)
	}
	if other, _ := m.store.Column(prop); other != c || c.Prop != prop {
		t.Fatalf("column %s is not stable", prop)
	}
	m.model.props[prop].wanted = ready
}

// build makes a column while events arrive; now and then the log cannot be read.
func (m *machine) build(t *rapid.T) {
	prop := rapid.SampledFrom(props).Draw(t, "prop")
	failAt := rapid.IntRange(0, 60).Draw(t, "fail at")
	errLog := errors.New("the log cannot be read")
	n := 0
	err := m.model.build(m.store, prop, func() error {
		if n++; n == failAt {
			return errLog
		}
		switch n % 16 {
		case 3:
			m.append(t)
		case 7:
			m.merge(t)
		}
		return nil
	})
	if err != nil && !errors.Is(err, errLog) {
		t.Fatal(err)
	}
}

// hookWriter lets things happen while the store is being saved.
type hookWriter struct {
	bytes.Buffer
	hook func()
}

func (w *hookWriter) Write(p []byte) (int, error) {
	w.hook()
	return w.Buffer.Write(p)
}

// restart saves while events arrive, restores, and replays from where the save began.
func (m *machine) restart(t *rapid.T) {
	from := len(m.model.log)
	built := map[string]bool{}
	saved := &hookWriter{hook: func() {
		switch rapid.IntRange(0, 5).Draw(t, "meanwhile") {
		case 0:
			m.append(t)
		case 1:
			m.merge(t)
		case 2:
			prop := rapid.SampledFrom(props[:4]).Draw(t, "prop")
			built[prop] = built[prop] || !m.model.ready(prop)
			if err := m.model.build(m.store, prop, func() error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}}
	if err := m.store.Save(saved); err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "later") {
		m.append(t)
	}
	s := timeline.New()
	if err := s.Restore(io.MultiReader(&saved.Buffer)); err != nil {
		t.Fatal(err)
	}
	for root, leaves := range m.model.groups {
		s.SetGroup(root, leaves)
	}
	for _, p := range props { // what came into use after it was saved is in use again
		if m.model.props[p].wanted {
			s.Column(p)
		}
	}
	for _, r := range m.model.log[rapid.IntRange(0, from).Draw(t, "replay from"):] {
		s.Append(r)
	}
	m.adopt(t, s, built)
}

// adopt goes on with a restored store, whose columns must be the same but for those
// that were built while it was saved.
func (m *machine) adopt(t *rapid.T, s *timeline.Store, built map[string]bool) {
	for _, p := range props {
		if built[p] && m.store.Ready(p) {
			*m.model.props[p] = modelColumn{lost: true}
			continue
		}
		if m.store.Ready(p) != s.Ready(p) && slices.Contains(m.seen(), p) {
			t.Fatalf("column %s: ready %v before, %v after", p, m.store.Ready(p), s.Ready(p))
		}
		if diff := gocmp.Diff(m.store.Values(p), s.Values(p)); diff != "" {
			t.Fatalf("codes of %s: %s", p, diff)
		}
	}
	m.store = s
}

// seen are the properties that some event has.
func (m *machine) seen() (list []string) {
	for _, r := range m.model.log {
		for _, p := range r.Props {
			list = append(list, p.Key)
		}
	}
	return list
}

func (m *machine) check(t *rapid.T) {
	if err := m.model.agree(m.store); err != nil {
		t.Fatal(err)
	}
}

// covers: B1, B6, I1
func TestStore_AgreesWithAPlainList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine()
		t.Repeat(map[string]func(*rapid.T){
			"append": m.append, "append more": m.append, "again": m.again, "merge": m.merge, "group": m.group,
			"use": m.use, "build": m.build, "restart": m.restart, "": m.check,
		})
		if err := m.model.agreeOnScan(m.store, rapid.IntRange(1, 2).Draw(t, "workers")); err != nil {
			t.Fatal(err)
		}
	})
}
