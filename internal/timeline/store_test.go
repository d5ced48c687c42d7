package timeline_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/timeline"
)

func TestAppend_MergesAndTidies(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	m := fill(s, 20_000, "p", func(i int) event.Value { return number(i % 300) })
	for s.Tidy() {
		continue
	}
	if s.Tidy() {
		t.Fatal("there is always more to tidy")
	}
	c, _ := s.Column("p")
	var track timeline.Track
	for ord := timeline.Ord(1); ord <= 10; ord++ {
		s.Read(ord, []*timeline.Column{c}, &track)
		want := m.read(ord, []string{"p"})
		if got := show(&track, []*timeline.Column{c}); !slices.EqualFunc(got, want, moment.equal) {
			t.Fatalf("customer %d has %d events, want %d", ord, len(got), len(want))
		}
	}
}

func TestRead_OfNobodyIsEmpty(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	fill(s, 10, "p", number)
	track := timeline.Track{At: []int64{1}}
	for _, ord := range []timeline.Ord{0, 11, 1 << 30} {
		s.Read(ord, []*timeline.Column{nil}, &track)
		if _, _, n := s.Bounds(ord); n != 0 || track.Len() != 0 || s.Root(ord) != ord {
			t.Fatalf("customer %d has %d events", ord, track.Len())
		}
	}
}

func TestRead_AllocatesNothingAgain(t *testing.T) {
	s := timeline.New()
	fill(s, 5000, "p", number)
	s.SetGroup(1, []timeline.Ord{1, 2})
	c, _ := s.Column("p")
	cols := []*timeline.Column{c}
	var track timeline.Track
	for _, ord := range []timeline.Ord{1, 3} {
		if n := testing.AllocsPerRun(10, func() { s.Read(ord, cols, &track) }); n > 0 {
			t.Errorf("reading customer %d allocates %v times", ord, n)
		}
	}
}

func TestScan_EndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	s.Grow(100_000)
	stop := errors.New("stop")
	err := s.Scan(context.Background(), nil, 2, func(_ int, root timeline.Ord, _ *timeline.Track) error {
		if root == 5000 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) {
		t.Fatalf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Scan(ctx, nil, 0, func(int, timeline.Ord, *timeline.Track) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Fatalf("with an ended context: %v", err)
	}
	s.Lock() // nobody holds a lock after a scan that failed
	s.Unlock()
}

const customers = 40_000 // of the test with readers

// covers: B1, B6
func TestStore_IsReadWhileItIsWritten(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	s.Grow(customers)
	s.Column("order")
	var log []timeline.Record
	for from := newShop(customers); len(log) < 60_000; {
		r := from.next()
		id := number(int(r.Seq))
		r.Props = append(slices.Clone(r.Props), event.Prop{Key: "order", Value: id}, event.Prop{Key: "trace", Value: text(id.JSON())})
		log = append(log, r)
	}
	stop := readOn(t, s)
	appendAll(s, log[:len(log)/2])
	built := make(chan error)
	go func() {
		built <- s.BuildColumn(context.Background(), "trace", (&model{log: log}).fetch(func() error { return nil }), nil)
	}()
	appendAll(s, log[len(log)/2:])
	if err := <-built; err != nil {
		t.Error(err)
	}
	stop()
	for _, prop := range []string{"order", "trace"} {
		if n := countTraces(s, prop); n != len(log) {
			t.Errorf("%s: %d of %d values", prop, n, len(log))
		}
	}
}

// readOn scans and saves s again and again until stop is called.
func readOn(t *testing.T, s *timeline.Store) (stop func()) {
	var readers sync.WaitGroup
	done := make(chan struct{})
	during := func(step func() error) {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := step(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	city, _ := s.Column("city")
	during(func() error {
		return s.Scan(context.Background(), []*timeline.Column{city}, 2, func(_ int, _ timeline.Ord, t *timeline.Track) error {
			for i := range t.Len() {
				if i > 0 && t.At[i] < t.At[i-1] || city.Dict.Value(t.Codes[0].At(i)).Kind != event.String {
					return errors.New("an event out of order or without its value")
				}
			}
			return nil
		})
	})
	during(func() error { return s.Save(io.Discard) })
	return func() {
		close(done)
		readers.Wait()
	}
}

// countTraces counts the events whose value of prop is their place in the log.
func countTraces(s *timeline.Store, prop string) (n int) {
	c, ready := s.Column(prop)
	var track timeline.Track
	for ord := timeline.Ord(1); ready && ord <= customers; ord++ {
		if s.Root(ord) != ord {
			continue
		}
		s.Read(ord, []*timeline.Column{c}, &track)
		for i := range track.Len() {
			want := number(int(track.Seq[i]))
			if v := c.Dict.Value(track.Codes[0].At(i)); v == want || v == text(want.JSON()) {
				n++
			}
		}
	}
	return n
}

// appendAll appends in batches, as the writer does, and regroups customers between.
func appendAll(s *timeline.Store, log []timeline.Record) {
	for batch := range slices.Chunk(log, 500) {
		s.Lock()
		for _, r := range batch {
			s.Append(r)
		}
		a := batch[0].Ord
		s.SetGroup(a, []timeline.Ord{a, a%customers + 1})
		s.Unlock()
	}
}

// saved is a small store's saved copy.
func saved(tb testing.TB) []byte {
	tb.Helper()
	s := timeline.New()
	fill(s, 300, "p", func(i int) event.Value {
		return []event.Value{text("a"), number(i), {}, {Kind: event.Bool}}[i%4]
	})
	fill(s, 200, "rare", number)
	fill(s, 1000, "few", func(i int) event.Value {
		if i%100 > 0 {
			return event.Value{}
		}
		return text("x")
	})
	var b bytes.Buffer
	if err := s.Save(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestRestore_RefusesWhatIsDamaged(t *testing.T) {
	t.Parallel()
	good := saved(t)
	s := timeline.New()
	if err := s.Restore(bytes.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(bytes.NewReader(good)); err == nil {
		t.Fatal("restored twice")
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		if err := timeline.New().Restore(bytes.NewReader(good[:rng.IntN(len(good))])); err == nil {
			t.Fatal("a cut copy was restored")
		}
	}
}

func TestSave_ReportsAFullDisk(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	fill(s, 20_000, "p", number)
	full := errors.New("disk full")
	if err := s.Save(writerFunc(func([]byte) (int, error) { return 0, full })); !errors.Is(err, full) {
		t.Fatalf("got %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// FuzzRestore checks that no input makes Restore fail otherwise than with an error, and
// that a store which was restored can be read.
func FuzzRestore(f *testing.F) {
	good := saved(f)
	f.Add(good, uint(0), byte(0))
	f.Add(good, uint(len(good)/2), byte(7))
	f.Add([]byte{1, 0}, uint(0), byte(0))
	f.Fuzz(func(t *testing.T, raw []byte, at uint, flip byte) {
		if len(raw) > 0 {
			raw = bytes.Clone(raw)
			raw[at%uint(len(raw))] ^= flip
		}
		s := timeline.New()
		if s.Restore(bytes.NewReader(raw)) != nil {
			return
		}
		c, _ := s.Column("p")
		d, _ := s.Column("few")
		cols := []*timeline.Column{c, d}
		err := s.Scan(context.Background(), cols, 1, func(_ int, _ timeline.Ord, t *timeline.Track) error {
			show(t, cols)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestRecords_AreThoseOfTheWholeCustomer(t *testing.T) {
	t.Parallel()
	s := timeline.New()
	s.Grow(3)
	s.SetGroup(1, []timeline.Ord{1, 3})
	got, err := s.Records(3)
	if err != nil || !slices.Equal(got, []timeline.Ord{1, 3}) {
		t.Fatalf("Records(3) = %v, %v", got, err)
	}
	for _, ord := range []timeline.Ord{0, 4} {
		if _, err := s.Records(ord); !fault.Is(err, fault.NotFound) {
			t.Fatalf("Records(%d) = %v, want not_found", ord, err)
		}
	}
}
