package poster

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func sampleBindings(context.Context, Person) (map[string]any, error) {
	return map[string]any{
		"brand": map[string]any{"name": "鱼塘生活馆"}, "staff": map[string]any{"name": "李晓雯", "position": "资深顾问", "id": "li"},
		"customer": map[string]any{"id": "c1"}, "traits": map[string]any{"name": "王小明"},
	}, nil
}

// golden compares a picture with the one in testdata, up to what rounding does on other
// machines. YUTANG_GOLDEN=1 writes it anew.
func golden(t *testing.T, name string, raw []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if os.Getenv("YUTANG_GOLDEN") != "" {
		if err := os.WriteFile(path, raw, 0o644); err != nil { //nolint:gosec // a test picture
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if far := distance(t, raw, want); far > 0.5 {
		t.Errorf("%s differs from its golden picture by %.2f of 255 levels; look at it, then YUTANG_GOLDEN=1", name, far)
	}
}

// distance is the mean difference of two pictures in levels of 255.
func distance(t *testing.T, a, b []byte) float64 {
	t.Helper()
	x, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	y, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if x.Bounds() != y.Bounds() {
		t.Fatalf("sizes %v and %v", x.Bounds(), y.Bounds())
	}
	return meanDifference(x, y)
}

func meanDifference(x, y image.Image) float64 {
	sum, n := 0.0, 0
	for i := x.Bounds().Min.Y; i < x.Bounds().Max.Y; i++ {
		for j := x.Bounds().Min.X; j < x.Bounds().Max.X; j++ {
			r1, g1, b1, _ := x.At(j, i).RGBA()
			r2, g2, b2, _ := y.At(j, i).RGBA()
			for _, d := range []float64{float64(r1) - float64(r2), float64(g1) - float64(g2), float64(b1) - float64(b2)} {
				sum += math.Abs(d) / 257
				n++
			}
		}
	}
	return sum / float64(n)
}

// covers: E5
func TestExamples_AreDrawnAsTheyWere(t *testing.T) {
	t.Parallel()
	s := New(Config{Bindings: sampleBindings})
	for _, e := range Examples {
		tmpl, err := Parse(e.Template)
		if err != nil {
			t.Fatalf("%s: %v", e.Key, err)
		}
		p, err := s.Render(context.Background(), Order{Template: tmpl, Sample: true})
		if err != nil {
			t.Fatalf("%s: %v", e.Key, err)
		}
		if p.Missing != "" {
			t.Errorf("%s has characters without a shape: %q", e.Key, p.Missing)
		}
		golden(t, e.Key, p.Bytes)
	}
}
