package app_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"testing"

	"yutang/internal/app"
)

// A restored server has the files of its materials, not only their rows.
//
// covers: J4
func TestBackup_BringsAssetsAlong(t *testing.T) {
	t.Parallel()
	s := serve(t, app.Config{})
	var picture, form bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "pond.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(picture.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	made := s.api("POST", "/assets", form.Bytes(), "Content-Type", w.FormDataContentType())
	if made.status != http.StatusCreated {
		t.Fatalf("%d %s", made.status, made.Raw)
	}
	file := filepath.Join(t.TempDir(), "backup.tar")
	if _, err := app.Backup(context.Background(), s.cfg, file); err != nil {
		t.Fatal(err)
	}
	second := &server{t: t, cfg: s.cfg, clock: s.clock}
	second.cfg.Data = t.TempDir()
	if _, err := app.Restore(context.Background(), second.cfg, file, filepath.Join(s.cfg.Data, "key")); err != nil {
		t.Fatal(err)
	}
	second.start()
	t.Cleanup(second.stop)
	req, err := http.NewRequest("GET", second.url+"/api/v1/assets/"+made.Get("id").String()+"/content", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+ownerToken)
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil || !bytes.Equal(got, picture.Bytes()) {
		t.Errorf("%d: %d bytes, want %d; %v", res.StatusCode, len(got), picture.Len(), err)
	}
}
