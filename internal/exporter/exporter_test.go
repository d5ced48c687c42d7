package exporter_test

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/exporter"
	"yutang/internal/exporter/exporthttp"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/search"
	"yutang/internal/timeline"
)

const day = 24 * time.Hour

var mia, ole = access.Principal{ID: "acc_mia", Role: access.Operator}, access.Principal{ID: "acc_ole", Role: access.Operator}

// room is exports over customers of whom only the numbers are known.
type room struct {
	*exporter.Service
	t     *testing.T
	db    *db.DB
	box   *seal.Box
	clock *clock.Manual
	dir   string
	jobs  *job.Queue
	rows  int // that were made, by all services of the room
	// at is called before rows are made, with the first customer of them.
	at func(ctx context.Context, first uint32) error
}

func calm(context.Context, uint32) error { return nil }

func newRoom(t *testing.T, d *db.DB) *room {
	t.Helper()
	r := &room{t: t, db: d, box: httpapitest.Box(t), clock: clock.NewManual(httpapitest.Start), dir: t.TempDir(), at: calm}
	r.open()
	return r
}

// open begins a service on what the one before has left, as a start does.
func (r *room) open() {
	r.t.Helper()
	tl := timeline.New()
	tl.Grow(25_000)
	r.jobs = job.New(r.db, r.clock)
	r.Service = exporter.New(exporter.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Jobs: r.jobs, Access: access.New(r.db, r.box, r.clock), Timeline: tl,
		Search: search.New(search.Config{Timeline: tl, Clock: r.clock, Zone: func() *time.Location { return time.UTC }}),
		Zone:   func() *time.Location { return time.UTC }, Dir: r.dir, Rows: r.numbers,
	})
	if err := r.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	if err := errors.Join(r.jobs.Reclaim(r.t.Context()), r.jobs.Start(r.t.Context())); err != nil {
		r.t.Fatal(err)
	}
	jobs := r.jobs
	r.t.Cleanup(func() { jobs.Stop(context.Background()) })
}

func (r *room) numbers(ctx context.Context, roots []uint32, look exporter.Look) ([][]string, error) {
	if err := r.at(ctx, roots[0]); err != nil {
		return nil, err
	}
	r.rows += len(roots)
	out := make([][]string, len(roots))
	for i, root := range roots {
		out[i] = []string{strconv.Itoa(int(root))}
	}
	return out, nil
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	s := httpapitest.New(t, d)
	exporthttp.Routes(s.API, newRoom(t, d).Service)
	httpapitest.WalkRoutes(t, s)
}

// ask asks for everybody.
func (r *room) ask(who access.Principal) exporter.Export {
	r.t.Helper()
	x, err := r.Create(access.As(r.t.Context(), who), exporter.Order{Columns: []exporter.Column{{Field: "id", Header: "No."}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return x
}

func (r *room) idle() {
	r.t.Helper()
	if err := r.jobs.Idle(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) is(id string, state exporter.State) exporter.Export {
	r.t.Helper()
	x, err := r.Get(access.As(r.t.Context(), mia), id)
	if err != nil || x.State != state {
		r.t.Fatalf("%+v, %v, want %s", x, err, state)
	}
	return x
}

// whole fails the test unless the file has the header and every customer once, in order.
func (r *room) whole(id string) {
	r.t.Helper()
	x, in, err := r.File(access.As(r.t.Context(), mia), id)
	if err != nil {
		r.t.Fatal(err)
	}
	defer in.Close()
	raw, err := io.ReadAll(in)
	if err != nil {
		r.t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff"))).ReadAll()
	if err != nil || int64(len(raw)) != x.Bytes || len(lines) != 25_001 || lines[0][0] != "No." {
		r.t.Fatalf("%d lines, %d of %d bytes, %v", len(lines), len(raw), x.Bytes, err)
	}
	for i, line := range lines[1:] {
		if line[0] != strconv.Itoa(i+1) {
			r.t.Fatalf("line %d holds %s", i+1, line[0])
		}
	}
}

func (r *room) files() int {
	r.t.Helper()
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	return len(entries)
}

func TestExport_IsMadeTracedAndExpires(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		var seen []int64
		var id string
		asked := make(chan struct{})
		r.at = func(_ context.Context, first uint32) error {
			<-asked
			if first%10_000 != 1 {
				return nil
			}
			x, err := r.Get(access.As(t.Context(), mia), id)
			seen = append(seen, x.Done)
			return err
		}
		id = r.ask(mia).ID
		close(asked)
		r.idle()
		x := r.is(id, exporter.Done)
		if x.Total != 25_000 || x.Done != 25_000 || len(seen) != 3 || seen[1] != 10_000 || seen[2] != 20_000 {
			t.Fatalf("%+v, on the way %v", x, seen)
		}
		r.whole(id)
		if _, err := r.Get(access.As(t.Context(), ole), id); !fault.Is(err, fault.NotFound) {
			t.Fatalf("another sees it: %v", err)
		}
		if p, err := r.List(access.As(t.Context(), ole), "", 0); err != nil || len(p.Items) != 0 {
			t.Fatalf("another lists %d, %v", len(p.Items), err)
		}
		viewer := access.Principal{ID: mia.ID, Role: access.Viewer}
		if _, _, err := r.File(access.As(t.Context(), viewer), id); !x.Unmasked || !fault.Is(err, fault.Forbidden) {
			t.Fatalf("values in clear for who may not see them any more: %v", err)
		}
		owner := access.As(t.Context(), access.Principal{ID: "acc_owner", Role: access.Owner})
		if p, err := r.List(owner, "", 0); err != nil || len(p.Items) != 1 {
			t.Fatalf("the owner lists %d, %v", len(p.Items), err)
		}
		r.clock.Advance(7 * day)
		r.jobs.Wake()
		r.idle()
		if r.is(id, exporter.Expired); r.files() != 0 {
			t.Fatal("the file stays")
		}
		if _, _, err := r.File(access.As(t.Context(), mia), id); !fault.Is(err, fault.NotFound) {
			t.Fatalf("an expired file: %v", err)
		}
	})
}

func TestExport_GoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		middle := make(chan struct{})
		r.at = func(ctx context.Context, first uint32) error {
			if first < 15_000 {
				return nil
			}
			close(middle)
			<-ctx.Done()
			return ctx.Err()
		}
		id := r.ask(mia).ID
		<-middle
		if x := r.is(id, exporter.Running); x.Done != 10_000 {
			t.Fatalf("%d are noted", x.Done)
		}
		if _, _, err := r.File(access.As(t.Context(), mia), id); !fault.Is(err, fault.Precondition) {
			t.Fatalf("half a file is offered: %v", err)
		}
		r.Stop()
		r.jobs.Stop(t.Context())
		r.at = calm
		r.clock.Advance(time.Second)
		before := r.rows
		r.open()
		r.idle()
		r.is(id, exporter.Done)
		if r.whole(id); r.rows-before != 15_000 {
			t.Fatalf("%d rows were made again", r.rows-before)
		}
	})
}

func TestExport_EndsWhenItIsCancelledOrItsCustomerErased(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for state, end := range map[exporter.State]func(r *room, id string) error{
			exporter.Cancelled: func(r *room, id string) error { return r.Remove(access.As(t.Context(), mia), id) },
			exporter.Expired:   func(r *room, _ string) error { return r.Forget(t.Context(), []uint32{77}) },
		} {
			r := newRoom(t, d)
			var id string
			asked := make(chan struct{})
			r.at = func(_ context.Context, first uint32) error {
				<-asked
				if first != 15_001 {
					return nil
				}
				return end(r, id)
			}
			id = r.ask(mia).ID
			close(asked)
			r.idle()
			if r.is(id, state); r.rows >= 25_000 || r.files() != 0 {
				t.Fatalf("%s: %d rows were made, %d files stay", state, r.rows, r.files())
			}
			if err := r.Remove(access.As(t.Context(), mia), id); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Get(access.As(t.Context(), mia), id); !fault.Is(err, fault.NotFound) {
				t.Fatalf("a deleted one: %v", err)
			}
		}
	})
}

func TestForget_TakesBackAFileWithWhoIsErased(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		id := r.ask(mia).ID
		r.idle()
		if err := r.Forget(t.Context(), []uint32{99_999}); err != nil {
			t.Fatal(err)
		}
		r.is(id, exporter.Done)
		if err := r.Forget(t.Context(), []uint32{99_999, 24_999}); err != nil {
			t.Fatal(err)
		}
		r.idle()
		if x := r.is(id, exporter.Expired); x.Problem == "" || r.files() != 0 {
			t.Fatalf("%+v, %d files", x, r.files())
		}
	})
}

func TestExport_FailsAfterSomeAttemptsAndLeavesNoFile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.at = func(context.Context, uint32) error { return errors.New("the disk is full") }
		id := r.ask(mia).ID
		for range 5 {
			r.idle()
			r.clock.Advance(time.Hour)
			r.jobs.Wake()
		}
		r.idle()
		if x := r.is(id, exporter.Failed); x.Problem == "" || r.files() != 0 {
			t.Fatalf("%+v, %d files", x, r.files())
		}
	})
}

func TestStart_RemovesFilesThatNoExportOffers(t *testing.T) {
	t.Parallel()
	r := newRoom(t, dbtest.SQLite(t))
	id := r.ask(mia).ID
	r.idle()
	if err := os.WriteFile(r.dir+"/exp_left", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.whole(id); r.files() != 1 {
		t.Fatalf("%d files", r.files())
	}
}

func TestCreate_RefusesColumnsThatThereAreNot(t *testing.T) {
	t.Parallel()
	r := newRoom(t, dbtest.SQLite(t))
	for field, columns := range map[string][]exporter.Column{
		"/columns": {}, "/columns/1/field": {{Field: "id"}, {Field: "secret"}}, "/columns/0/field": {{Field: "trait:"}},
	} {
		_, err := r.Create(access.As(t.Context(), mia), exporter.Order{Columns: columns})
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Pointer != field {
			t.Errorf("%v: %v, want a fault at %s", columns, err, field)
		}
	}
}
