package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
)

func TestInTx_RollsBackOnError(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		wrong := errors.New("changed my mind")
		err := d.InTx(ctx, func(ctx context.Context) error {
			if _, err := d.Exec(ctx, "INSERT INTO event_name (id, name) VALUES ($1, $2)", 1, "A"); err != nil {
				return err
			}
			return wrong
		})
		if !errors.Is(err, wrong) {
			t.Fatalf("InTx = %v, want %v", err, wrong)
		}
		if n := count(t, d); n != 0 {
			t.Fatalf("%d rows after a rollback", n)
		}
		if _, err := d.Exec(ctx, "INSERT INTO event_name (id, name) VALUES ($1, $2)", 1, "A"); err != nil {
			t.Fatal(err)
		}
		_, err = d.Exec(ctx, "INSERT INTO event_name (id, name) VALUES ($1, $2)", 2, "A")
		if !fault.Is(err, fault.Conflict) {
			t.Fatalf("second A: %v, want a conflict", err)
		}
		if n := count(t, d); n != 1 {
			t.Fatalf("%d rows, want 1", n)
		}
		var name string
		if err := d.Get(ctx, "SELECT name FROM event_name WHERE id = $1", []any{9}, &name); !fault.Is(err, fault.NotFound) {
			t.Fatalf("absent row: %v, want not_found", err)
		}
	})
}

func TestInTx_CancelledAtAnyMomentLeavesNoTransactionOpen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		nothing := func(context.Context) error { return nil }
		for i := range 3000 {
			ctx, cancel := context.WithCancel(context.Background())
			go func() {
				for range i % 40 {
					runtime.Gosched()
				}
				cancel()
			}()
			_ = d.InTx(ctx, nothing)
			cancel()
		}
		if err := d.InTx(context.Background(), nothing); err != nil {
			t.Fatalf("after cancelled transactions: %v", err)
		}
	})
}

func TestInsertMany_InsertsEveryRowInOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var args []any
		for i := range 103 {
			args = append(args, i+1, string(rune('a'+i%26))+string(rune('0'+i/26)))
		}
		err := d.InTx(ctx, func(ctx context.Context) error {
			return d.InsertMany(ctx, "event_name", []string{"id", "name"}, args, "")
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, d); n != 103 {
			t.Fatalf("%d rows, want 103", n)
		}
		var name string
		if err := d.Get(ctx, "SELECT name FROM event_name WHERE id = $1", []any{53}, &name); err != nil || name != "a2" {
			t.Fatalf("row 53 = %q, %v, want a2", name, err)
		}
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Get(context.Background(), "SELECT COUNT(*) FROM event_name", nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func BenchmarkInsertMany(b *testing.B) {
	d := dbtest.SQLite(b)
	ctx := context.Background()
	body := make([]byte, 250)
	cols := []string{"seq", "ord", "source_id", "name_id", "at", "received_at", "dedupe", "body"}
	seq := 0
	for b.Loop() {
		var args []any
		for range 2000 {
			seq++
			args = append(args, seq, seq%1000000, 1, 3, 1700000000000+seq, 1700000000000+seq, seq*7919, body)
		}
		if err := d.InTx(ctx, func(ctx context.Context) error { return d.InsertMany(ctx, "event", cols, args, "") }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(seq)/b.Elapsed().Seconds(), "rows/s")
}

// A text may be read inside the rows of the same text, in a transaction and outside.
func TestEach_ReadsTheSameTextInsideItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() == db.Postgres {
			t.Skip("a PostgreSQL connection has one open result")
		}
		ctx := context.Background()
		if _, err := d.Exec(ctx, "INSERT INTO event_name (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')"); err != nil {
			t.Fatal(err)
		}
		const after = "SELECT id FROM event_name WHERE id > $1 ORDER BY id"
		var walk func(ctx context.Context, from int) (string, error)
		walk = func(ctx context.Context, from int) (out string, err error) {
			err = d.Each(ctx, after, []any{from}, func(rows *sql.Rows) error {
				var id int
				if err := rows.Scan(&id); err != nil {
					return err
				}
				deeper, err := walk(ctx, id)
				out += fmt.Sprint(id) + deeper
				return err
			})
			return out, err
		}
		const want = "1233233" // 1 (2 (3) 3), 2 (3), 3
		for range 2 {
			if got, err := walk(ctx, 0); got != want || err != nil {
				t.Fatalf("%q, %v", got, err)
			}
		}
		err := d.InTx(ctx, func(ctx context.Context) error {
			for range 2 {
				if got, err := walk(ctx, 0); got != want || err != nil {
					t.Errorf("%q, %v", got, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
