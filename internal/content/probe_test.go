package content

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func boxOf(name string, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(all)+8))
	return append(append(out, name...), all...)
}

// mp4Of is a video of so many seconds; last puts the header behind the pictures.
func mp4Of(seconds uint32, last bool) []byte {
	head := make([]byte, 100)
	binary.BigEndian.PutUint32(head[12:], 600)
	binary.BigEndian.PutUint32(head[16:], 600*seconds)
	moov := boxOf("moov", boxOf("mvhd", head), boxOf("trak", make([]byte, 40)))
	mdat := boxOf("mdat", make([]byte, 200))
	ftyp := boxOf("ftyp", []byte("isom\x00\x00\x02\x00isomiso2"))
	if last {
		return bytes.Join([][]byte{ftyp, mdat, moov}, nil)
	}
	return bytes.Join([][]byte{ftyp, moov, mdat}, nil)
}

func amrOf(frames int) []byte {
	out := []byte(amrMagic)
	for range frames {
		out = append(append(out, 7<<3), make([]byte, amrFrame[7])...)
	}
	return out
}

func TestProbe_GoesByTheBytes(t *testing.T) {
	t.Parallel()
	long := mp4Of(90, true)
	version1 := boxOf("moov", boxOf("mvhd", append([]byte{1}, append(make([]byte, 19), 0, 0, 3, 232, 0, 0, 0, 0, 0, 0, 39, 16)...)))
	for name, c := range map[string]struct {
		raw  []byte
		want facts
	}{
		"png":           {pngOf(t, 30, 20), facts{AssetImage, "image/png", 30, 20, 0}},
		"jpeg":          {jpegOf(t, 31, 21), facts{AssetImage, "image/jpeg", 31, 21, 0}},
		"gif":           {[]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"), facts{kind: AssetFile, mime: "image/gif"}},
		"pdf":           {[]byte("%PDF-1.7 ..."), facts{kind: AssetFile, mime: "application/pdf"}},
		"mp4":           {mp4Of(7, false), facts{kind: AssetVideo, mime: "video/mp4", duration: 7 * time.Second}},
		"mp4, at end":   {long, facts{kind: AssetVideo, mime: "video/mp4", duration: 90 * time.Second}},
		"mp4, 64 bits":  {append(boxOf("ftyp", []byte("mp42\x00\x00\x00\x00")), version1...), facts{kind: AssetVideo, mime: "video/mp4", duration: 10 * time.Second}},
		"quicktime":     {append(boxOf("ftyp", []byte("qt  \x00\x00\x00\x00")), long...), facts{kind: AssetFile, mime: "application/octet-stream"}},
		"amr":           {amrOf(100), facts{kind: AssetVoice, mime: "audio/amr", duration: 2 * time.Second}},
		"wide band amr": {[]byte("#!AMR-WB\nxxxx"), facts{kind: AssetFile, mime: "text/plain; charset=utf-8"}},
		"empty":         {nil, facts{kind: AssetFile, mime: "text/plain; charset=utf-8"}},
	} {
		got, err := probe(bytes.NewReader(c.raw))
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(facts{})); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestProbe_RefusesDamage(t *testing.T) {
	t.Parallel()
	video := mp4Of(7, true)
	for name, raw := range map[string][]byte{
		"png":          pngOf(t, 30, 20)[:20],
		"jpeg":         jpegOf(t, 30, 20)[:30],
		"mp4 cut":      video[:len(video)-120],
		"mp4 no moov":  video[:200],
		"mp4 bad size": append(video[:24:24], 0, 0, 0, 3, 'f', 'r', 'e', 'e'),
		"amr cut":      amrOf(3)[:20],
		"amr mode":     []byte(amrMagic + "\x48......"),
	} {
		if _, err := probe(bytes.NewReader(raw)); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzProbe: a probe ends, reads everything, and never gives impossible figures.
func FuzzProbe(f *testing.F) {
	f.Add(pngOf(f, 3, 2))
	f.Add(jpegOf(f, 3, 2))
	f.Add(mp4Of(3, true))
	f.Add(amrOf(3))
	f.Add([]byte(strings.Repeat("x", 600)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := bytes.NewReader(raw)
		got, err := probe(r)
		if err != nil {
			return
		}
		if r.Len() != 0 || got.kind == "" || got.duration < 0 || got.width < 0 || got.height < 0 {
			t.Fatalf("%+v, %d bytes left", got, r.Len())
		}
	})
}
