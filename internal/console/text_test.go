package console

import (
	"io/fs"
	"regexp"
	"testing"
)

var keyUse = regexp.MustCompile(`\.T "([^"]+)"`)

func TestTexts_AreCompleteAndUsed(t *testing.T) {
	t.Parallel()
	for key, text := range texts {
		if text[0] == "" || text[1] == "" {
			t.Errorf("%s has no text in one language", key)
		}
	}
	names, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(pageFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range keyUse.FindAllStringSubmatch(string(raw), -1) {
			if _, ok := texts[use[1]]; !ok {
				t.Errorf("%s uses the text %q, which does not exist", name, use[1])
			}
		}
	}
}
