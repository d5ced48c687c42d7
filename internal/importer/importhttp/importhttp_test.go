package importhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/importer"
	"yutang/internal/importer/importhttp"
)

// shelf stores events by message id.
type shelf struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (s *shelf) SubmitEvents(_ context.Context, evs []*event.Event) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ev := range evs {
		if !s.seen[ev.MessageID] {
			s.seen[ev.MessageID] = true
			n++
			ev.Seq = uint64(len(s.seen))
		}
	}
	return n, nil
}

const maxFile = 1 << 20

func start(t *testing.T, d *db.DB) (*httpapitest.Server, *importer.Service) {
	t.Helper()
	s := httpapitest.New(t, d)
	svc := importer.New(importer.Config{
		DB: d, Box: s.Box, Clock: s.Clock, Zone: time.UTC, Dir: t.TempDir(), Submit: &shelf{seen: map[string]bool{}},
		SourceID: func(context.Context, string) (int64, error) { return 1, nil }, Log: slog.New(slog.DiscardHandler),
		Limits: importer.Limits{File: maxFile},
	})
	importhttp.Routes(s.API, svc, s.Access, maxFile)
	return s, svc
}

// covers: J1
func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	s, _ := start(t, dbtest.SQLite(t))
	httpapitest.WalkRoutes(t, s)
}

// form is a multipart body of name, value pairs in order; file is sent as a file.
func form(t *testing.T, pairs ...string) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		add := w.CreateFormField
		if pairs[i] == "file" {
			add = func(name string) (io.Writer, error) { return w.CreateFormFile(name, "orders.csv") }
		}
		part, err := add(pairs[i])
		if err == nil {
			_, err = part.Write([]byte(pairs[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

const file = "order_id,at,price,phone\n1,2026-01-01,5,13912345678\n2,2026-01-01,-5,13912345679\n"

type answer struct {
	ID, State, Problem, Kind string
	Rows, Accepted, Events   int64
	Rejected                 []struct {
		Line           int
		Column, Reason string
	}
	Progress struct {
		Phase   string
		Percent float64
	}
	Sample []struct{ Identities []struct{ Value string } }
}

func send(t *testing.T, c *httpapitest.Client, path string, pairs ...string) httpapitest.Response {
	t.Helper()
	body, kind := form(t, pairs...)
	return c.Do("POST", path, body, "Content-Type", kind)
}

// covers: B1
func TestImport_FromUploadToRejectedRows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, svc := start(t, d)
		c := s.Client(t, access.Operator)
		res := send(t, c, "/imports", "file", file, "kind", "orders")
		if res.Status != 201 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		var list struct{ Items []answer }
		c.Call("GET", "/imports", nil, &list)
		if len(list.Items) != 1 || list.Items[0].State != "queued" || list.Items[0].Progress.Phase != "waiting" {
			t.Fatalf("%+v", list)
		}
		id := list.Items[0].ID
		if _, err := svc.Run(context.Background(), id, nil); err != nil {
			t.Fatal(err)
		}
		var got answer
		c.Call("GET", "/imports/"+id, nil, &got)
		if got.State != "done" || got.Rows != 2 || got.Accepted != 1 || got.Events != 1 || got.Progress.Percent != 100 || len(got.Rejected) != 1 || got.Rejected[0].Line != 3 {
			t.Fatalf("%+v", got)
		}
		full := c.Do("GET", "/imports/"+id+"/rejected.csv", nil)
		if !strings.Contains(string(full.Body), "13912345679") || !strings.HasPrefix(string(full.Body), "\ufeffline,column,reason") {
			t.Fatalf("%s", full.Body)
		}
		bare := s.Client(t, access.Analyst).Do("GET", "/imports/"+id+"/rejected.csv", nil)
		if bare.Status != 200 || strings.Contains(string(bare.Body), "139") || !strings.Contains(string(bare.Body), "3,price,") {
			t.Fatalf("%d %s", bare.Status, bare.Body)
		}
		if again := c.Do("POST", "/imports/"+id+"/cancel", nil); again.Status != 412 && again.Status != 409 && again.Status != 422 {
			t.Fatalf("cancel of an ended import: %d", again.Status)
		}
	})
}

func TestImport_BadFormsAreRefused(t *testing.T) {
	t.Parallel()
	s, _ := start(t, dbtest.SQLite(t))
	c := s.Client(t, access.Operator)
	for says, pairs := range map[string][]string{
		"file":                {"kind", "orders"},
		"orders, events":      {"file", file, "kind", "goods"},
		"not a field":         {"file", file, "kind", "orders", "colour", "red"},
		"one file":            {"file", file, "kind", "orders", "file", file},
		"/fields/at":          {"kind", "orders", "map", `{"fields":{"order_id":"order_id","price":"price"}}`, "file", file},
		"larger than":         {"kind", "orders", "file", file + strings.Repeat("1,2026-01-01,5,\n", maxFile/16)},
		"/fields/at/column":   {"file", file, "kind", "orders", "map", `{"fields":{"order_id":"order_id","price":"price","at":"when"}}`},
		"multipart/form-data": nil,
	} {
		res := send(t, c, "/imports", pairs...)
		if pairs == nil {
			res = c.Do("POST", "/imports", "{}")
		}
		if res.Status < 400 || res.Status > 422 || !strings.Contains(string(res.Body), says) {
			t.Errorf("%v: %d %s", says, res.Status, res.Body)
		}
	}
}

// covers: J3
func TestPreview_MasksForWhoMayNotSee(t *testing.T) {
	t.Parallel()
	s, _ := start(t, dbtest.SQLite(t))
	for _, c := range []struct {
		client *httpapitest.Client
		phone  string
	}{
		{s.Client(t, access.Operator), "13912345678"},
		{s.Client(t, access.Operator, access.ImportsWrite), "139****5678"},
	} {
		res := send(t, c.client, "/imports/preview", "kind", "orders", "file", file)
		if res.Status != 200 || !strings.Contains(string(res.Body), `"value":"`+c.phone+`"`) {
			t.Errorf("%d %s", res.Status, res.Body)
		}
	}
	var list struct{ Items []answer }
	s.Client(t, access.Operator).Call("GET", "/imports", nil, &list)
	if len(list.Items) != 0 {
		t.Fatalf("%+v", list)
	}
}

// covers: B1
func TestColumns_AreReadThoughTheHeaderSaysTooLittle(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := start(t, d)
		var got struct {
			Columns []struct{ Name, Example string }
			Mapping struct{ Identities map[string]any }
		}
		const half = "手机号,单号,备注,备注\n,,a,b\n13912345678,7,c,d\n"
		res := send(t, s.Client(t, access.Operator), "/imports/columns", "kind", "orders", "file", half)
		if err := json.Unmarshal(res.Body, &got); err != nil || res.Status != 200 {
			t.Fatalf("%d %s: %v", res.Status, res.Body, err)
		}
		want := []struct{ Name, Example string }{{"手机号", "13912345678"}, {"单号", "7"}, {"备注", "a"}}
		if diff := cmp.Diff(want, got.Columns); diff != "" || got.Mapping.Identities["phone"] == nil {
			t.Fatalf("%s %s", diff, res.Body)
		}
		if res := send(t, s.Client(t, access.Operator), "/imports/columns", "file", half); res.Status != 422 {
			t.Fatalf("without a kind: %d %s", res.Status, res.Body)
		}
	})
}
