package importer_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/importer"
)

func asFault(err error, e **fault.Error) bool { return errors.As(err, e) }

// await gives the import once it has ended.
func (b *bench) await(t *testing.T, id string) *importer.Job {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		j, err := b.Get(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		if j.State != importer.Queued && j.State != importer.Running {
			return j
		}
	}
	t.Fatal("the import does not end")
	return nil
}

func TestWorker_RunsWhatIsQueuedAndStops(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, importer.Limits{})
		j, err := b.Create(context.Background(), upload(importer.Orders, "", shopOrders))
		if err != nil {
			t.Fatal(err)
		}
		want(t, j.State, importer.Queued)
		orphan := filepath.Join(b.dir, "imp_left_by_a_crash")
		if err := os.Mkdir(orphan, 0o700); err != nil {
			t.Fatal(err)
		}
		b.Start(context.Background())
		if _, err := os.Stat(orphan); !os.IsNotExist(err) {
			t.Fatalf("files of no import are still there: %v", err)
		}
		want(t, figures(b.await(t, j.ID)), [5]int64{5, 3, 1, 1, 2})
		second, err := b.Create(context.Background(), upload(importer.Orders, "", shopOrders+"A9,2026-01-04,13912345670,P1,面霜,1,1\n"))
		if err != nil {
			t.Fatal(err)
		}
		want(t, figures(b.await(t, second.ID)), [5]int64{6, 1, 4, 1, 1})
		b.Stop()
		list, err := b.List(context.Background(), "", 1)
		if err != nil {
			t.Fatal(err)
		}
		rest, err := b.List(context.Background(), list.Next, 1)
		if err != nil {
			t.Fatal(err)
		}
		want(t, []string{list.Items[0].ID, rest.Items[0].ID, rest.Next}, []string{second.ID, j.ID, ""})
	})
}

func TestCancel_StopsARunningImportAndItCanGoOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{BatchRows: 1})
	ctx := context.Background()
	job, err := b.Create(ctx, upload(importer.Orders, "", shopOrders))
	if err != nil {
		t.Fatal(err)
	}
	b.ledger.before = func() error {
		b.ledger.before = nil
		_, err := b.Cancel(ctx, job.ID)
		return err
	}
	j, err := b.Run(ctx, job.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	want(t, j.State, importer.Cancelled)
	if _, err := b.Cancel(ctx, job.ID); !fault.Is(err, fault.Precondition) {
		t.Fatalf("cancel again: %v", err)
	}
	done := b.load(t, upload(importer.Orders, "", shopOrders))
	want(t, done.ID, job.ID)
	want(t, done.Rows(), int64(5))
	want(t, len(b.events), 2)
}

func TestImport_FailureIsKeptAndTheFileCanGoOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{})
	b.ledger.before = func() error { return errors.New("secret of the inner workings") }
	if _, err := b.Import(context.Background(), upload(importer.Orders, "", shopOrders), nil); err == nil {
		t.Fatal("no error")
	}
	list, err := b.List(context.Background(), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	failed := list.Items[0]
	want(t, failed.State, importer.Failed)
	want(t, failed.Problem, "the server could not go on; see its log, and give the file again")
	b.ledger.before = nil
	done := b.load(t, upload(importer.Orders, "", shopOrders))
	want(t, done.ID, failed.ID)
	want(t, done.Problem, "")
}

func TestImport_ReportsProgress(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t), importer.Limits{BatchRows: 1})
	var last importer.Progress
	_, err := b.Import(context.Background(), upload(importer.Orders, "", shopOrders), func(p importer.Progress) {
		if p.Rows < last.Rows {
			t.Errorf("progress went from %d back to %d", last.Rows, p.Rows)
		}
		last = p
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, last.Percent(), 100.0)
}
