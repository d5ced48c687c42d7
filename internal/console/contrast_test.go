package console

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var colour = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{3,6});`)

// TestColours_CanBeRead checks every pair of text and ground in both modes against WCAG
// 2.2, 1.4.3: a contrast of 4.5 to 1.
func TestColours_CanBeRead(t *testing.T) {
	t.Parallel()
	css, err := fs.ReadFile(assetFiles, "assets/console.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("no dark mode")
	}
	dark, _, _ = strings.Cut(dark, "\n}\n")
	for mode, text := range map[string]string{"light": light, "dark": dark} {
		values := map[string]string{"on-primary": "fff"}
		for _, m := range colour.FindAllStringSubmatch(text, -1) {
			values[m[1]] = m[2]
		}
		for _, pair := range [][2]string{
			{"text", "ground"},
			{"text", "card"},
			{"faint", "ground"},
			{"faint", "card"},
			{"head", "card"},
			{"head", "chip"},
			{"primary-text", "ground"},
			{"primary-text", "card"},
			{"primary-text", "chip-live"},
			{"on-primary", "primary"},
			{"in", "card"},
			{"out", "card"},
			{"bad", "card"},
			{"warn", "chip-warn"},
			{"in", "chip-good"},
			{"bad", "chip-bad"},
			{"faint", "rail"},
		} {
			a, b := luminance(t, values[pair[0]]), luminance(t, values[pair[1]])
			if ratio := (max(a, b) + .05) / (min(a, b) + .05); ratio < 4.5 {
				t.Errorf("%s: %s on %s has %.2f to 1", mode, pair[0], pair[1], ratio)
			}
		}
	}
}

// luminance is WCAG's relative luminance of a hex colour.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatalf("colour %q: %v", hex, err)
	}
	channel := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= .04045 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	return .2126*channel(16) + .7152*channel(8) + .0722*channel(0)
}
