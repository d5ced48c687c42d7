package importer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/importer"
)

// drawOrders makes a file whose orders lie in one piece or scattered, with repeated and
// bad lines.
func drawOrders(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("order_id,at,member_no,sku,qty,price\n")
	n := rapid.IntRange(1, 40).Draw(t, "lines")
	id := 0
	for range n {
		if rapid.IntRange(0, 2).Draw(t, "next") == 0 {
			id = rapid.IntRange(0, 12).Draw(t, "order")
		}
		qty := rapid.SampledFrom([]string{"1", "1", "1", "2", "2", "?", "-1"}).Draw(t, "qty")
		switch rapid.IntRange(0, 15).Draw(t, "kind") {
		case 0:
			b.WriteString("too,short\n")
		case 1:
			b.WriteString(",2026-01-01,m,x,1,1\n")
		default:
			fmt.Fprintf(&b, "%d,2026-01-%02d,m%d,s%d,%s,5\n", id, id+1, id%4, rapid.IntRange(0, 2).Draw(t, "sku"), qty)
		}
	}
	return b.String()
}

// covers: B1
func TestImport_AnyRestartGivesTheSameResult(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	rapid.Check(t, func(rt *rapid.T) {
		file := drawOrders(rt)
		limits := importer.Limits{BatchRows: rapid.IntRange(1, 10).Draw(rt, "batch"), OrderLines: rapid.IntRange(3, 40).Draw(rt, "longest")}
		whole := newBench(t, d, limits)
		calm := whole.load(t, upload(importer.Orders, "", file))

		broken := newBench(t, d, limits)
		left := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 5).Draw(rt, "kills")
		var job *importer.Job
		for job == nil {
			job = attempt(rt, broken, file, &left)
		}
		if diff := len(broken.story()) - len(whole.story()); diff != 0 {
			rt.Fatalf("%d events too many", diff)
		}
		for i, s := range whole.story() {
			if got := broken.story()[i]; got != s {
				rt.Fatalf("got  %s\nwant %s", got, s)
			}
		}
		if job.Rows() != job.Total || job.Rejected != calm.Rejected || job.Total != calm.Total {
			rt.Fatalf("figures %v, calm %v", figures(job), figures(calm))
		}
		sameRejects(rt, broken, job, whole, calm)
	})
}

// attempt runs the import until the next kill: a cut before or after the events of the
// submission are stored. It gives the job if it was finished.
func attempt(t *rapid.T, b *bench, file string, kills *[]int) *importer.Job {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ledger.before = nil
	if len(*kills) > 0 {
		n, stored := (*kills)[0], rapid.Bool().Draw(t, "stored")
		*kills = (*kills)[1:]
		b.ledger.before = func() error {
			if n--; n > 0 {
				return nil
			}
			cancel()
			if stored {
				return nil
			}
			return ctx.Err()
		}
	}
	j, err := b.Import(ctx, upload(importer.Orders, "", file), nil)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func sameRejects(t *rapid.T, a *bench, ja *importer.Job, b *bench, jb *importer.Job) {
	ra, err := a.Rejected(context.Background(), ja.ID, 1000)
	if err != nil {
		t.Fatal(err)
	}
	rb, err := b.Rejected(context.Background(), jb.ID, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(ra)) != ja.Rejected || fmt.Sprint(ra) != fmt.Sprint(rb) {
		t.Fatalf("rejected %v\nwant %v", ra, rb)
	}
}

// covers: B1
func TestImport_LinesInAnyOrderGiveTheSameOrders(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(rt, "lines")
		lines := make([]string, n)
		for i := range lines {
			id := rapid.IntRange(0, 8).Draw(rt, "order")
			lines[i] = fmt.Sprintf("%d,2026-01-%02d,m%d,%d\n", id, id+1, id, i)
		}
		const header = "order_id,at,member_no,price\n"
		mixed := rapid.Permutation(lines).Draw(rt, "mixed")
		a, b := newBench(t, d, importer.Limits{BatchRows: 3}), newBench(t, d, importer.Limits{})
		ja := a.load(t, upload(importer.Orders, "", header+strings.Join(lines, "")))
		jb := b.load(t, upload(importer.Orders, "", header+strings.Join(mixed, "")))
		if figures(ja) != figures(jb) || ja.Accepted != int64(n) {
			rt.Fatalf("figures %v and %v", figures(ja), figures(jb))
		}
		for key, ev := range a.events {
			if revenue(string(ev.Props)) != revenue(string(b.events[key].Props)) {
				rt.Fatalf("order %s: %s and %s", key, ev.Props, b.events[key].Props)
			}
		}
	})
}

func revenue(props string) string {
	_, rest, _ := strings.Cut(props, `"revenue":`)
	out, _, _ := strings.Cut(rest, ",")
	return out
}

func TestImport_WaitsWhileThePipelineIsFull(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	refused := 0
	b.ledger.before = func() error {
		if refused++; refused < 3 {
			return fault.New(fault.RateLimited, "overloaded", "full")
		}
		return nil
	}
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			default:
				b.clock.Advance(time.Second)
			}
		}
	}()
	j := b.load(t, upload(importer.Orders, "", shopOrders))
	close(done)
	want(t, figures(j), [5]int64{5, 3, 1, 1, 2})
}
