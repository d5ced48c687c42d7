package content

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

var start = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

func service(t *testing.T, d *db.DB, client func(ctx context.Context, corp string) (*wecom.Client, error)) (*Service, *clock.Manual) {
	t.Helper()
	clk := clock.NewManual(start)
	s := New(Config{
		DB: d, Box: httpapitest.Box(t), Clock: clk, Jobs: job.New(d, clk), Dir: filepath.Join(t.TempDir(), "assets"), Client: client,
	})
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s, clk
}

func add(t *testing.T, s *Service, name string, raw []byte) Asset {
	t.Helper()
	a, err := s.Add(context.Background(), NewAsset{Name: name, Body: bytes.NewReader(raw)})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// files counts the files of the vault.
func files(t *testing.T, s *Service) (names []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(s.Dir, "*", "*"))
	temp, err2 := filepath.Glob(filepath.Join(s.Dir, tempPrefix+"*"))
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return append(all, temp...)
}

// covers: A9
func TestAdd_KeepsWhatItIsSealed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, _ := service(t, d, nil)
		raw := append(jpegOf(t, 300, 200), bytes.Repeat([]byte("fishpond"), 30_000)...)
		a := add(t, s, `C:\pics\pond.jpg`, raw)
		want := Asset{
			ID: a.ID, Kind: AssetImage, Name: "pond.jpg", Type: "image/jpeg", Hash: a.Hash, Size: int64(len(raw)), Width: 300, Height: 200,
			CreatedAt: start,
		}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Fatal(diff)
		}
		again := add(t, s, "copy.jpg", raw)
		if got := files(t, s); again.Hash != a.Hash || len(got) != 1 {
			t.Fatalf("the same bytes lie in %v", got)
		}
		onDisk, err := os.ReadFile(files(t, s)[0])
		if err != nil || bytes.Contains(onDisk, []byte("fishpondfishpond")) {
			t.Fatalf("the file lies in clear: %v", err)
		}
		stored, err := s.Asset(ctx, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Open(stored)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if back, err := io.ReadAll(f); err != nil || !bytes.Equal(back, raw) {
			t.Fatalf("%d bytes back of %d: %v", len(back), len(raw), err)
		}
		for _, name := range []string{"b.jpg", "c.jpg"} {
			add(t, s, name, jpegOf(t, len(name), 9))
		}
		first, err := s.Assets(ctx, AssetImage, "", 3)
		if err != nil || len(first.Items) != 3 || first.Items[0].Name != "c.jpg" {
			t.Fatalf("%+v %v", first, err)
		}
		rest, err := s.Assets(ctx, AssetImage, first.Next, 3)
		if err != nil || len(rest.Items) != 1 || rest.Items[0].ID != a.ID || rest.Next != "" {
			t.Fatalf("%+v %v", rest, err)
		}
	})
}

func TestAdd_RefusesWhatThePlatformWould(t *testing.T) {
	t.Parallel()
	s, _ := service(t, dbtest.SQLite(t), nil)
	big := func(raw []byte, size int) []byte { return append(raw, make([]byte, size+1-len(raw))...) }
	for says, n := range map[string]struct {
		kind, name string
		raw        []byte
	}{
		"fewer than 6":        {"", "a", []byte("12345")},
		"damaged":             {"", "a.png", pngOf(t, 9, 9)[:30]},
		"not an MP4":          {AssetVideo, "a.mp4", jpegOf(t, 9, 9)},
		"not a JPEG":          {AssetImage, "a.jpg", []byte("GIF89a\x01\x00\x01\x00")},
		"may have 10 MB":      {"", "a.png", big(pngOf(t, 9, 9), MaxImage)},
		"may have 2 MB":       {"", "a.amr", amrOf(70_000)},
		"lasts 1m1s":          {"", "a.amr", amrOf(3050)},
		"more than 20 MB":     {AssetFile, "a.bin", make([]byte, MaxFile+1)},
		"choose one of image": {"poster", "a", []byte("123456")},
		"is needed":           {"", " / ", []byte("123456")},
		"at most 200":         {"", strings.Repeat("x", 201), []byte("123456")},
	} {
		_, err := s.Add(context.Background(), NewAsset{Kind: n.kind, Name: n.name, Body: bytes.NewReader(n.raw)})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if got := files(t, s); len(got) != 0 {
		t.Fatalf("left behind: %v", got)
	}
	if _, err := s.Add(context.Background(), NewAsset{Kind: AssetFile, Name: "long.mp4", Body: bytes.NewReader(big(mp4Of(9, false), MaxVideo))}); err != nil {
		t.Fatalf("a large video as a file: %v", err)
	}
	broken := errors.New("the line went dead")
	if _, err := s.Add(context.Background(), NewAsset{Name: "a", Body: io.MultiReader(strings.NewReader("123456"), failing{broken})}); !errors.Is(err, broken) {
		t.Fatalf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestOpen_NoticesDamage(t *testing.T) {
	t.Parallel()
	s, _ := service(t, dbtest.SQLite(t), nil)
	a := add(t, s, "a.bin", bytes.Repeat([]byte("0123456789abcdef"), 3*frameSize/16))
	path := s.vault.path(a.Hash)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	frame := len(whole) / 3
	for name, raw := range map[string][]byte{
		"a bit":       append(append([]byte{}, whole[:frame/2]...), append([]byte{whole[frame/2] ^ 1}, whole[frame/2+1:]...)...),
		"cut":         whole[:len(whole)-7],
		"a frame":     whole[:2*frame],
		"order":       append(append(append([]byte{}, whole[frame:2*frame]...), whole[:frame]...), whole[2*frame:]...),
		"a frame big": append([]byte{255, 255, 255, 0}, whole[4:]...),
	} {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := s.Open(a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(f); err == nil {
			t.Errorf("%s: not noticed", name)
		}
		f.Close()
	}
}

func TestDelete_TakesTheFileAlong(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := dbtest.SQLite(t)
	s, _ := service(t, d, nil)
	a, twin := add(t, s, "a.png", pngOf(t, 9, 9)), add(t, s, "b.png", pngOf(t, 9, 9))
	if err := s.Keep(ctx, "livecode:1", "ww1", Content{Attachments: []Attachment{{Kind: KindImage, Asset: a.ID}}}, Welcome); err != nil {
		t.Fatal(err)
	}
	if uses, err := s.Uses(ctx, a.ID); err != nil || !cmp.Equal(uses, []Usage{{"livecode:1", "ww1"}}) {
		t.Fatalf("%v %v", uses, err)
	}
	if err := s.Delete(ctx, a.ID); !fault.Is(err, fault.Conflict) {
		t.Fatalf("a used asset was deleted: %v", err)
	}
	if err := s.Drop(ctx, "livecode:1"); err != nil {
		t.Fatal(err)
	}
	for i, id := range []string{a.ID, twin.ID} {
		if err := s.Delete(ctx, id); err != nil {
			t.Fatal(err)
		}
		if err := s.sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if left := len(files(t, s)); left != 1-i {
			t.Fatalf("%d files after %d deletions", left, i+1)
		}
	}
	if _, err := s.Asset(ctx, a.ID); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Dir, tempPrefix+"1"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(ctx); err != nil || len(files(t, s)) != 0 {
		t.Fatalf("%v, left: %v", err, files(t, s))
	}
}

func TestCheck_KnowsTheAssets(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := service(t, dbtest.SQLite(t), nil)
	small, large := add(t, s, "a.png", pngOf(t, 1080, 1440)), add(t, s, "b.png", pngOf(t, 1441, 10))
	short, long := add(t, s, "a.mp4", mp4Of(30, false)), add(t, s, "b.mp4", mp4Of(31, false))
	one := func(kind, asset string) Content {
		return Content{Attachments: []Attachment{{Kind: kind, Asset: asset}}}
	}
	for name, c := range map[string]struct {
		c    Content
		use  Use
		says string
	}{
		"image":            {one(KindImage, large.ID), Welcome, ""},
		"image as file":    {one(KindFile, small.ID), Welcome, ""},
		"image as video":   {one(KindVideo, small.ID), Welcome, "an MP4 video is needed"},
		"video as image":   {one(KindImage, short.ID), Welcome, "a JPEG or PNG image is needed"},
		"nothing":          {one(KindImage, "ast_none"), Welcome, "there is no asset"},
		"moment image":     {one(KindImage, small.ID), Moment, ""},
		"moment too large": {one(KindImage, large.ID), Moment, "1440 x 1080"},
		"moment video":     {one(KindVideo, short.ID), Moment, ""},
		"moment too long":  {one(KindVideo, long.ID), Moment, "may last 30 s"},
	} {
		err := s.Check(ctx, c.c, c.use, "/x")
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && !cmp.Equal(pointers(err), []string{"/x/attachments/0/asset"}) {
			t.Errorf("%s: %v", name, pointers(err))
		}
	}
}
