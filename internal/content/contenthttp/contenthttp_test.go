package contenthttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"strings"
	"testing"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/content/contenthttp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
)

func start(t *testing.T, d *db.DB) (*httpapitest.Server, *content.Service) {
	t.Helper()
	srv := httpapitest.New(t, d)
	s := content.New(content.Config{DB: d, Box: srv.Box, Clock: srv.Clock, Jobs: job.New(d, srv.Clock), Dir: t.TempDir()})
	contenthttp.Routes(srv.API, s, srv.Access)
	return srv, s
}

// form is a multipart body of name, value pairs in order; file is sent as a file.
func form(t *testing.T, pairs ...string) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		add := w.CreateFormField
		if pairs[i] == "file" {
			add = func(name string) (io.Writer, error) { return w.CreateFormFile(name, "鱼.png") }
		}
		part, err := add(pairs[i])
		if err == nil {
			_, err = io.WriteString(part, pairs[i+1])
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

func picture(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 20, 10))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	s, _ := start(t, dbtest.SQLite(t))
	httpapitest.WalkRoutes(t, s)
}

func send(t *testing.T, c *httpapitest.Client, pairs ...string) httpapitest.Response {
	t.Helper()
	body, kind := form(t, pairs...)
	return c.Do("POST", "/assets", body, "Content-Type", kind)
}

// covers: A9
func TestAsset_FromUploadToDeletion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		srv, s := start(t, d)
		op := srv.Client(t, access.Operator)
		raw := picture(t)
		res := send(t, op, "file", raw)
		var a contenthttp.Asset
		if err := json.Unmarshal(res.Body, &a); err != nil || res.Status != 201 || a.Kind != "image" || a.Name != "鱼.png" || a.Width != 20 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		got := op.Do("GET", "/assets/"+a.ID+"/content", nil)
		if string(got.Body) != raw || got.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "inline; filename*=utf-8''") {
			t.Fatalf("%d bytes, %v", len(got.Body), got.Header)
		}
		use := content.Content{Attachments: []content.Attachment{{Kind: content.KindImage, Asset: a.ID}}}
		if err := s.Keep(ctx, "welcome:wel_1", "ww1", use, content.Welcome); err != nil {
			t.Fatal(err)
		}
		var shown contenthttp.Asset
		op.Call("GET", "/assets/"+a.ID, nil, &shown)
		if len(shown.Uses) != 1 || shown.Uses[0].Owner != "welcome:wel_1" {
			t.Fatalf("%+v", shown)
		}
		if res := op.Do("DELETE", "/assets/"+a.ID, nil); res.Status != 409 || res.Problem(t).Code != "asset_in_use" {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		if err := s.Drop(ctx, "welcome:wel_1"); err != nil {
			t.Fatal(err)
		}
		op.Call("PUT", "/assets/"+a.ID, map[string]string{"name": "pond.png"}, &shown)
		if shown.Name != "pond.png" {
			t.Fatalf("%+v", shown)
		}
		if res := op.Do("DELETE", "/assets/"+a.ID, nil); res.Status != 204 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		if res := op.Do("GET", "/assets/"+a.ID, nil); res.Status != 404 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
	})
}

func TestAsset_BadFormsAreRefused(t *testing.T) {
	t.Parallel()
	srv, _ := start(t, dbtest.SQLite(t))
	op := srv.Client(t, access.Operator)
	for says, pairs := range map[string][]string{
		"last part":        {"kind", "image"},
		"not a field":      {"colour", "red", "file", picture(t)},
		"at most 1024":     {"name", strings.Repeat("x", 2000), "file", picture(t)},
		"not an MP4 video": {"kind", "video", "file", picture(t)},
		"more than 20 MB":  {"kind", "file", "file", strings.Repeat("x", content.MaxFile+1)},
		"has more than 20": {"file", strings.Repeat("x", content.MaxFile+1<<17)},
	} {
		if res := send(t, op, pairs...); res.Status != 422 || !strings.Contains(string(res.Body), says) {
			t.Errorf("%s: %d %s", says, res.Status, res.Body)
		}
	}
	if res := send(t, srv.Client(t, access.Viewer), "file", picture(t)); res.Status != 403 {
		t.Errorf("a viewer uploads: %d", res.Status)
	}
}
