package event_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/seal"
)

func box(t testing.TB) *seal.Box {
	t.Helper()
	b, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// covers: B1
func TestLog_ReadsBackWhatWasAppended(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		log := event.NewLog(d, box(t))
		if err := log.Load(ctx); err != nil {
			t.Fatal(err)
		}
		src, err := log.AddSource(ctx, "default", "write-key-1", time.UnixMilli(5))
		if err != nil {
			t.Fatal(err)
		}
		var want []*event.Event
		err = d.InTx(ctx, func(ctx context.Context) error {
			for i := range 50 {
				ev := sample(src.ID, i)
				log.Prepare(ev)
				name, _, err := log.Register(ev.Name)
				if err != nil {
					return err
				}
				log.Append(ev, name)
				want = append(want, ev)
			}
			return log.Flush(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		again := event.NewLog(d, box(t))
		if err := again.Load(ctx); err != nil {
			t.Fatal(err)
		}
		if again.Last() != 50 {
			t.Fatalf("Last = %d, want 50", again.Last())
		}
		var seqs []uint64
		for i := range 50 {
			seqs = append(seqs, uint64(50-i))
		}
		got, err := again.Read(ctx, seqs)
		if err != nil {
			t.Fatal(err)
		}
		for i, ev := range got {
			if diff := cmp.Diff(want[49-i], ev, cmpopts.IgnoreUnexported(event.Event{})); diff != "" {
				t.Fatalf("event %d differs:\n%s", seqs[i], diff)
			}
		}
		if _, err := again.Read(ctx, []uint64{51}); !fault.Is(err, fault.NotFound) {
			t.Fatalf("Read(51) = %v, want not_found", err)
		}
		n := 0
		err = again.Scan(ctx, 11, 21, func(s *event.Stored) error {
			props, _, err := s.Props(nil, nil)
			if len(props) != 2 || props[0].Key != "n" || s.Seq != uint64(11+n) {
				t.Errorf("scan at %d: seq %d, props %v", n, s.Seq, props)
			}
			n++
			return err
		})
		if err != nil || n != 10 {
			t.Fatalf("scan visited %d, %v", n, err)
		}
	})
}

func sample(source int64, i int) *event.Event {
	return &event.Event{
		Ord: uint32(i), SourceID: source, MessageID: fmt.Sprint("m-", i), Name: []string{"A", "B"}[i%2],
		At: time.UnixMilli(int64(1000 * i)).UTC(), ReceivedAt: time.UnixMilli(9).UTC(),
		Identities: []event.Identity{{Type: "phone", Value: "+8613912345678"}},
		Props:      json.RawMessage(fmt.Sprintf(`{"n":%d,"list":["a","b"],"deep":{"x":1}}`, i)),
		Context:    json.RawMessage(`{"page":{"url":"https://x"}}`),
		Traits:     []event.TraitOp{{Action: event.TraitSet, Name: "city", Value: json.RawMessage(`"杭州"`)}},
		Tags:       []event.TagOp{{Tag: "VIP", Remove: i%2 == 0}},
		Clamped:    i%3 == 0,
	}
}

func TestSource_KeysAreUniqueAndCanBeDisabled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		log := event.NewLog(d, box(t))
		if err := log.Load(ctx); err != nil {
			t.Fatal(err)
		}
		src, err := log.AddSource(ctx, "web", "write-key-1", time.UnixMilli(5))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.AddSource(ctx, "web2", "write-key-1", time.UnixMilli(5)); !fault.Is(err, fault.Conflict) {
			t.Fatalf("same key again: %v, want a conflict", err)
		}
		if err := log.DisableSource(ctx, src.ID, true); err != nil {
			t.Fatal(err)
		}
		if got, ok := log.SourceByKey("write-key-1"); !ok || !got.Disabled {
			t.Fatalf("SourceByKey = %+v, %v", got, ok)
		}
	})
}

func TestSeen_RemembersExactlyWhatWasAdded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		model := map[[2]uint64]bool{}
		seen := event.NewSeen()
		for range rapid.IntRange(0, 400).Draw(t, "n") {
			fp := rapid.Uint64Range(0, 40).Draw(t, "fp") * 0x9e3779b97f4a7c15
			seq := rapid.Uint64Range(1, 1000).Draw(t, "seq")
			seen.Add(fp, seq)
			model[[2]uint64{fp, seq}] = true
		}
		var buf bytes.Buffer
		if err := seen.Save(&buf, &sync.RWMutex{}); err != nil {
			t.Fatal(err)
		}
		restored := event.NewSeen()
		if err := restored.Restore(&buf); err != nil {
			t.Fatal(err)
		}
		if seen.Len() != len(model) || restored.Len() != len(model) {
			t.Fatalf("Len = %d, restored %d, want %d", seen.Len(), restored.Len(), len(model))
		}
		for fp := range uint64(41) {
			found := map[[2]uint64]bool{}
			restored.Candidates(fp*0x9e3779b97f4a7c15, func(seq uint64) bool {
				found[[2]uint64{fp * 0x9e3779b97f4a7c15, seq}] = true
				return true
			})
			for pair := range found {
				if !model[pair] {
					t.Fatalf("found %v that was never added", pair)
				}
				delete(model, pair)
			}
		}
		if len(model) > 0 {
			t.Fatalf("not found: %v", model)
		}
	})
}

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "12.5": "12.5", "-3.000001": "-3.000001", "1e3": "1000", "0.1": "0.1",
		"123456789012": "123456789012", "1.23456789": "1.234568", "-0.5": "-0.5",
	} {
		d, ok := event.ParseDecimal(text)
		if !ok || d.String() != want {
			t.Errorf("ParseDecimal(%s) = %s, %v, want %s", text, d, ok, want)
		}
	}
	if _, ok := event.ParseDecimal("x"); ok {
		t.Error("ParseDecimal(x) is a number")
	}
}
