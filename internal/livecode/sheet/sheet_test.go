package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yutang/internal/fault"
	"yutang/internal/livecode/sheet"
)

var made = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

// qr is a picture of squares, as PNG or JPEG.
func qr(t testing.TB, seed int, asJPEG bool) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 290, 290))
	for i := range img.Pix {
		x, y := i%290/10, i/290/10
		if y == 0 && x == seed || y > 0 && (x*7+y*13+x*y)%3 != 0 {
			img.Pix[i] = 255
		}
	}
	var buf bytes.Buffer
	err := png.Encode(&buf, img)
	if asJPEG {
		buf.Reset()
		err = jpeg.Encode(&buf, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func cards(t testing.TB, n int) []sheet.Card {
	out := make([]sheet.Card, n)
	for i := range out {
		out[i] = sheet.Card{
			QR: qr(t, i, i%2 == 0), Brand: "鱼塘生活馆", Hint: "微信扫一扫，添加专属顾问",
			Name: fmt.Sprintf("南京西路旗舰店 %d号台", i+1), Place: "上海市静安区南京西路1601号越洋广场一层 L101-103 商铺（近静安寺地铁站8号口）",
		}
	}
	return out
}

// keep writes a sheet into the directory that the variable names, for people to look at.
func keep(t *testing.T, name string, raw []byte) {
	t.Helper()
	if dir := os.Getenv("YUTANG_SHEETS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// covers: A1
func TestPDF_HasAllCardsAndTheirText(t *testing.T) {
	t.Parallel()
	for layout, pages := range map[sheet.Layout]int{sheet.Labels: 2, sheet.Parcel: 14, sheet.Stand: 14} {
		var buf bytes.Buffer
		if err := sheet.PDF(&buf, cards(t, 14), layout, made); err != nil {
			t.Fatal(err)
		}
		if got := bytes.Count(buf.Bytes(), []byte("/Type /Page\n")); got != pages {
			t.Errorf("%s: %d pages, want %d", layout, got, pages)
		}
		if got := bytes.Count(buf.Bytes(), []byte("/Subtype /Image")); got != 14 {
			t.Errorf("%s: %d images, want 14", layout, got)
		}
		keep(t, string(layout)+".pdf", buf.Bytes())
	}
}

func TestPNG_DrawsTheCodeAndTheTexts(t *testing.T) {
	t.Parallel()
	card := cards(t, 1)[0]
	for layout, width := range map[sheet.Layout]int{sheet.Labels: 756, sheet.Parcel: 1240, sheet.Stand: 1748} {
		var buf bytes.Buffer
		if err := sheet.PNG(&buf, card, layout); err != nil {
			t.Fatal(err)
		}
		keep(t, string(layout)+".png", buf.Bytes())
		img, err := png.Decode(&buf)
		if err != nil || img.Bounds().Dx() != width {
			t.Fatalf("%s: width %d, want %d: %v", layout, img.Bounds().Dx(), width, err)
		}
		var bare bytes.Buffer
		if err := sheet.PNG(&bare, sheet.Card{QR: card.QR}, layout); err != nil {
			t.Fatal(err)
		}
		empty, _ := png.Decode(&bare)
		if n := differing(img, empty); n < 5000 {
			t.Errorf("%s: the texts make only %d dots", layout, n)
		}
	}
}

func differing(a, b image.Image) (n int) {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if color.GrayModel.Convert(a.At(x, y)) != color.GrayModel.Convert(b.At(x, y)) {
				n++
			}
		}
	}
	return n
}

func TestZip_NamesEachCard(t *testing.T) {
	t.Parallel()
	list := cards(t, 2)
	list[1].Name = `a/b\c:*?"<>|` + strings.Repeat("长", 60)
	var buf bytes.Buffer
	if err := sheet.Zip(&buf, list, sheet.Labels, made); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil || len(z.File) != 2 {
		t.Fatalf("%d files: %v", len(z.File), err)
	}
	if got := z.File[1].Name; strings.ContainsAny(got, `/\:*?"<>|`) || !strings.HasPrefix(got, "0002 a_b_c") {
		t.Errorf("file name %q", got)
	}
}

func TestSheets_RefuseWhatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	if err := sheet.PDF(&bytes.Buffer{}, cards(t, 1), "poster", made); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown layout: %v", err)
	}
	if err := sheet.PNG(&bytes.Buffer{}, sheet.Card{QR: []byte("no image")}, sheet.Stand); err == nil {
		t.Error("a broken image is drawn")
	}
}
