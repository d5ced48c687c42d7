package poster

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
)

func render(t *testing.T, s *Service, raw string) Picture {
	t.Helper()
	tmpl, err := Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Render(context.Background(), Order{Template: tmpl, Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParse_PointsAtEachFault(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte(`{"width":100.5,"height":9000,"layers":[
		{"kind":"text","w":50,"size":2,"text":"{{ x"},{"kind":"qr","w":50,"url":"x","color":"#ffff00"},{"kind":"rect","w":0,"h":5,"fill":"red"},{"kind":"polygon","points":[[0,0]]}]}`))
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != "invalid_poster" {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, field := range f.Fields {
		got[field.Pointer] = true
	}
	for _, want := range []string{"/width", "/height", "/layers/0/size", "/layers/0/text", "/layers/1/color", "/layers/2/w", "/layers/2/fill", "/layers/3/points"} {
		if !got[want] {
			t.Errorf("%s is not at fault: %v", want, got)
		}
	}
	for _, bad := range []string{``, `[]`, `{"width":100,"height":100,"layers":[],"more":1}`, `{"width":100,"height":100}{}`, `{"width":4096,"height":4096}`} {
		if _, err := Parse([]byte(bad)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestWrap_BreaksChineseAsItIsWritten(t *testing.T) {
	t.Parallel()
	l := Layer{W: 100, Size: 20, Lines: 9}
	for in, want := range map[string][]string{
		"一二三四五六":           {"一二三四五", "六"},
		"一二三四五，六七":         {"一二三四", "五，六七"},
		"一二三四「五」六":         {"一二三四", "「五」六"},
		"hello big world":  {"hello big", "world"},
		"一\n二":             {"一", "二"},
		"abcdefghijklmnop": {"abcdefghi", "jklmnop"},
	} {
		got := l.wrap(in, l.Size)
		if in == "abcdefghijklmnop" {
			if strings.Join(got, "") != in || len(got) != 2 {
				t.Errorf("%q: %q", in, got)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
	l.Lines = 1
	if _, got := l.fit("一二三四五六七"); len(got) != 1 || got[0] != "一二三四…" {
		t.Errorf("%q", got)
	}
	l.Shrink = true
	if size, got := l.fit("一二三四五六七"); len(got) != 1 || got[0] != "一二三四五六七" || size >= 20 {
		t.Errorf("%q at %v", got, size)
	}
}

func TestText_LeavesEmojiAwayAndTellsThem(t *testing.T) {
	t.Parallel()
	s := New(Config{Bindings: sampleBindings})
	with := render(t, s, `{"width":200,"height":64,"layers":[{"kind":"text","w":190,"size":30,"text":"好👨‍👩‍👧🎉运"}]}`)
	without := render(t, s, `{"width":200,"height":64,"layers":[{"kind":"text","w":190,"size":30,"text":"好运"}]}`)
	if distance(t, with.Bytes, without.Bytes) != 0 || !strings.Contains(with.Missing, "🎉") || without.Missing != "" {
		t.Fatalf("%q", with.Missing)
	}
	rare := render(t, s, `{"width":200,"height":64,"layers":[{"kind":"text","w":190,"size":30,"text":"𠮷"}]}`)
	if rare.Missing != "𠮷" {
		t.Fatalf("%q", rare.Missing)
	}
}

func TestRender_IsTheSameEachTime(t *testing.T) {
	t.Parallel()
	s := New(Config{Bindings: sampleBindings})
	tmpl, err := Parse(Examples[0].Template)
	if err != nil {
		t.Fatal(err)
	}
	var first Picture
	for i := range 2 {
		p, err := s.Render(context.Background(), Order{Template: tmpl, Sample: true, Format: JPEG})
		if err != nil || p.Type != "image/jpeg" || i > 0 && !bytes.Equal(p.Bytes, first.Bytes) {
			t.Fatalf("%s %v", p.Type, err)
		}
		first = p
	}
}

func TestPicture_IsCutRoundAndCoversItsBox(t *testing.T) {
	t.Parallel()
	red := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for i := range red.Pix {
		red.Pix[i] = []uint8{200, 0, 0, 255}[i%4]
	}
	var raw bytes.Buffer
	if err := jpeg.Encode(&raw, red, nil); err != nil {
		t.Fatal(err)
	}
	s := New(Config{Bindings: sampleBindings, Photo: func(context.Context, Person, string) ([]byte, error) { return raw.Bytes(), nil }})
	p := render(t, s, `{"width":100,"height":100,"layers":[{"kind":"photo","x":10,"y":10,"w":80,"h":80,"mask":"round"}]}`)
	img, err := png.Decode(bytes.NewReader(p.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, _, _ := img.At(50, 50).RGBA(); r>>8 < 190 || g>>8 > 20 {
		t.Errorf("the middle is %v", img.At(50, 50))
	}
	if r, g, b, _ := img.At(12, 12).RGBA(); r != 0xffff || g != 0xffff || b != 0xffff {
		t.Errorf("the corner is %v", img.At(12, 12))
	}
}

func TestDecode_RefusesBombsAndJunk(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	if err := png.Encode(&bomb, image.NewPaletted(image.Rect(0, 0, 6000, 6000), color.Palette{color.White})); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"a bomb": bomb.Bytes(), "junk": []byte("GIF89a"), "nothing": nil, "too much": make([]byte, maxPicture+1)} {
		if _, err := decode(raw, name); !fault.Is(err, fault.Precondition) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRender_NeedsTheMembersOwnCode(t *testing.T) {
	t.Parallel()
	s := New(Config{Bindings: sampleBindings})
	tmpl, err := Parse(Examples[0].Template)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Render(context.Background(), Order{Template: tmpl, Person: Person{Corp: "ww1", Staff: "li"}}); !fault.Is(err, fault.Precondition) {
		t.Fatal(err)
	}
}

// covers: E5
func TestBatch_DrawsEachMemberAndTellsWhoFailed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		srv := httpapitest.New(t, d)
		jobs := job.New(d, srv.Clock)
		var code bytes.Buffer
		if err := png.Encode(&code, image.NewGray(image.Rect(0, 0, 80, 80))); err != nil {
			t.Fatal(err)
		}
		s := New(Config{DB: d, Box: srv.Box, Clock: srv.Clock, Jobs: jobs, Bindings: sampleBindings, LiveCode: func(_ context.Context, _, user string) ([]byte, error) {
			if user == "wu" {
				return nil, fault.New(fault.NotFound, "no_code", "none")
			}
			return code.Bytes(), nil
		}})
		b, err := s.StartBatch(ctx, NewBatch{Name: "海报", Template: []byte(`{"width":120,"height":120,"layers":[{"kind":"qr","of":"live_code","w":100}]}`), Corp: "ww1", Staff: []string{"li", "wu", "a/b"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := jobs.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer jobs.Stop(ctx)
		if err := jobs.Idle(ctx); err != nil {
			t.Fatal(err)
		}
		if b, err = s.Batch(ctx, b.ID); err != nil || b.Done != 2 || len(b.Failed) != 1 || b.Failed[0].Staff != "wu" || !strings.Contains(b.Failed[0].Reason, "live code") {
			t.Fatalf("%+v %v", b, err)
		}
		all, err := s.Drawn(ctx, b.ID)
		if err != nil || len(all) != 2 || all[1].FileName(b.Format) != "0003 a_b.jpg" {
			t.Fatalf("%+v %v", all, err)
		}
		raw, err := s.Bytes(ctx, b.ID, all[0].Position)
		if _, decoded := jpeg.Decode(bytes.NewReader(raw)); err != nil || decoded != nil {
			t.Fatalf("%v %v", err, decoded)
		}
		srv.Clock.Advance(BatchAge)
		if err := jobs.Idle(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Batch(ctx, b.ID); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a day later: %v", err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, e := range Examples {
		f.Add([]byte(e.Template))
	}
	f.Add([]byte(`{"width":64,"height":64,"layers":[{"kind":"rays","w":1e-9,"h":64,"count":400,"gradient":{"angle":90}},{"kind":"polygon","points":[[0,0],[0,0],[0,0]],"fill":"#fff"}]}`))
	f.Add([]byte(`{"width":64,"height":64,"layers":[{"kind":"text","w":1,"size":800,"text":"长\n🎉a b","lines":60,"spacing":-20,"stroke":"#000","stroke_width":9}]}`))
	s := New(Config{Bindings: sampleBindings})
	f.Fuzz(func(t *testing.T, raw []byte) {
		tmpl, err := Parse(raw)
		if err != nil {
			return
		}
		for i := range tmpl.Layers {
			if tmpl.Layers[i].Kind == Image {
				return // there is no library here
			}
		}
		if tmpl.Width*tmpl.Height > 128*128 {
			return // takes long to draw
		}
		if _, err := s.Render(context.Background(), Order{Template: tmpl, Sample: true}); err != nil && fault.KindOf(err) == fault.Internal {
			t.Fatal(err)
		}
	})
}
