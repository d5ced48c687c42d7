package posterhttp_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"image/png"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/library"
	"yutang/internal/library/libraryhttp"
	"yutang/internal/poster"
	"yutang/internal/poster/posterhttp"
	"yutang/internal/sidepanel"
	"yutang/internal/staff"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

const corpID = "ww0000000000000001"

type panel struct{}

// Who is the member of ctx.
func (panel) Who(ctx context.Context) (sidepanel.Viewer, error) {
	p, ok := access.From(ctx)
	if !ok || p.Staff == nil {
		return sidepanel.Viewer{}, fault.New(fault.Forbidden, "not_staff", "for staff")
	}
	return sidepanel.Viewer{Corp: p.Staff.Corp, User: p.Staff.User, Name: p.Name}, nil
}

// Get is nobody.
func (panel) Get(context.Context, sidepanel.Viewer, string) (sidepanel.Customer, error) {
	return sidepanel.Customer{}, fault.New(fault.NotFound, "customer_not_found", "not yours")
}

// rig is the API over posters, with a simulated corp.
type rig struct {
	*httpapitest.Server
	jobs   *job.Queue
	client *wecom.Client
}

func start(t *testing.T, d *db.DB) rig {
	t.Helper()
	srv := httpapitest.New(t, d)
	tl, jobs := timeline.New(), job.New(d, srv.Clock)
	sim, err := wecomsim.New(wecomsim.Config{CorpID: corpID, Clock: srv.Clock})
	if err != nil {
		t.Fatal(err)
	}
	platform := httptest.NewServer(sim.Handler())
	t.Cleanup(platform.Close)
	client := wecom.New(wecom.Config{BaseURL: platform.URL, CorpID: corpID, App: "main", Secret: "sim-secret-main", Clock: srv.Clock})
	cont := content.New(content.Config{
		DB: d, Box: srv.Box, Clock: srv.Clock, Jobs: jobs, Dir: t.TempDir(),
		Client: func(context.Context, string) (*wecom.Client, error) { return client, nil },
	})
	directory := staff.New(staff.Config{DB: d, Box: srv.Box, Clock: srv.Clock})
	if _, err := directory.Merge(context.Background(), corpID, staff.Directory{
		Departments: []staff.Department{{ID: 1, Name: "总部"}},
		Members:     []staff.Member{{UserID: "li", Name: "李晓雯", Departments: []int64{1}, Status: staff.Active}},
	}, srv.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	lib := library.New(library.Config{
		DB: d, Clock: srv.Clock, Timeline: tl, Customers: customer.New(d, srv.Box, tl, srv.Clock), Content: cont, Staff: directory,
		Brand:  func(context.Context) (string, error) { return "鱼塘生活馆", nil },
		Poster: func(raw json.RawMessage) error { _, err := poster.Parse(raw); return err },
	})
	var code bytes.Buffer
	if err := png.Encode(&code, image.NewGray(image.Rect(0, 0, 80, 80))); err != nil {
		t.Fatal(err)
	}
	posters := poster.New(poster.Config{
		DB: d, Box: srv.Box, Clock: srv.Clock, Jobs: jobs, Content: cont,
		Bindings: func(ctx context.Context, p poster.Person) (map[string]any, error) {
			return lib.Bindings(ctx, p.Corp, p.Staff, p.Customer)
		},
		LiveCode: func(context.Context, string, string) ([]byte, error) { return code.Bytes(), nil },
	})
	libraryhttp.Routes(srv.API, libraryhttp.Deps{Library: lib, Access: srv.Access, Panel: panel{}})
	posterhttp.Routes(srv.API, posterhttp.Deps{Posters: posters, Library: lib, Access: srv.Access, Panel: panel{}, Content: cont})
	return rig{srv, jobs, client}
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

// covers: E1, E5
func TestPoster_FromAnExampleToTheSidePanel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		srv := start(t, d)
		jobs := srv.jobs
		op, li := srv.Client(t, access.Operator), srv.StaffClient(t, corpID, "li")
		var bag libraryhttp.Folder
		op.Call("POST", "/folders", map[string]any{"name": "海报", "panel": true}, &bag)
		var m libraryhttp.Material
		op.Call("POST", "/posters", map[string]any{"name": "六月大促", "folder": bag.ID, "example": "festival"}, &m)
		if res := li.Do("GET", "/panel/posters/"+m.ID, nil); res.Status != 409 {
			t.Fatalf("a draft: %d %s", res.Status, res.Body)
		}
		res := op.Do("POST", "/posters/"+m.ID+"/render", map[string]any{"corp": corpID, "staff": "li", "values": map[string]string{"title": "双十一"}})
		if img, err := png.Decode(bytes.NewReader(res.Body)); err != nil || img.Bounds().Dx() != 750 || res.Header.Get("Content-Type") != "image/png" {
			t.Fatalf("%d %v %s", res.Status, err, res.Body[:min(len(res.Body), 200)])
		}
		if res := op.Do("POST", "/posters/"+m.ID+"/batches", map[string]any{"corp": corpID, "staff": []string{"li"}}); res.Status != 409 {
			t.Fatalf("a batch of a draft: %d", res.Status)
		}
		op.Call("POST", "/materials/"+m.ID+"/publish", map[string]any{}, nil)
		res = li.Do("GET", "/panel/posters/"+m.ID, nil)
		if _, err := jpeg.Decode(bytes.NewReader(res.Body)); err != nil || res.Status != 200 {
			t.Fatalf("%d %v", res.Status, err)
		}
		var lent struct {
			MediaID string `json:"media_id"`
		}
		li.Call("POST", "/panel/posters/"+m.ID+"/media", nil, &lent)
		var sent bytes.Buffer
		if _, err := srv.client.GetMedia(ctx, lent.MediaID, &sent); err != nil {
			t.Fatal(err)
		}
		if img, err := jpeg.Decode(&sent); err != nil || img.Bounds().Dx() != 750 {
			t.Fatalf("what the platform has: %v", err)
		}
		if res := li.Do("POST", "/panel/posters/"+m.ID+"/media?customer=wmOther", nil); res.Status != 404 {
			t.Fatalf("for somebody else's customer: %d", res.Status)
		}
		var b posterhttp.Batch
		op.Call("POST", "/posters/"+m.ID+"/batches", map[string]any{"corp": corpID, "staff": []string{"li", "nobody"}}, &b)
		if res := op.Do("GET", "/poster-batches/"+b.ID+"/archive", nil); res.Status != 409 {
			t.Fatalf("an archive before its end: %d", res.Status)
		}
		if err := jobs.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer jobs.Stop(ctx)
		if err := jobs.Idle(ctx); err != nil {
			t.Fatal(err)
		}
		op.Call("GET", "/poster-batches/"+b.ID, nil, &b)
		if !b.Complete || b.Done != 1 || len(b.Failed) != 1 || b.Failed[0].Staff != "nobody" {
			t.Fatalf("%+v", b)
		}
		var list struct{ Items []posterhttp.Batch }
		op.Call("GET", "/posters/"+m.ID+"/batches", nil, &list)
		if diff := cmp.Diff([]posterhttp.Batch{b}, list.Items); diff != "" || b.Material != m.ID {
			t.Fatal(diff)
		}
		op.Call("GET", "/posters/mat_other/batches", nil, &list)
		if len(list.Items) != 0 {
			t.Fatalf("batches of another poster: %+v", list)
		}
		raw := op.Do("GET", "/poster-batches/"+b.ID+"/archive", nil).Body
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil || len(z.File) != 1 || z.File[0].Name != "0001 li.jpg" {
			t.Fatalf("%v %v", z, err)
		}
	})
}
