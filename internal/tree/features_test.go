package tree

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/features.md and the floors of .golangci.yml")

// covers finds the line that says which capabilities a test proves, and the test below it.
var covers = regexp.MustCompile(`(?m)^// covers: ([A-J0-9, ]+)\n(?://.*\n)*func (Test\w+|Fuzz\w+)\(`)

// coversNode is the same in the conformance tests.
var coversNode = regexp.MustCompile(`(?m)^// covers: ([A-J0-9, ]+)\n(?:await )?test\(['"` + "`" + `]([^'"` + "`" + `]+)`)

// TestFeatures_ListIsCurrent keeps docs/features.md equal to what the tests prove. Run
// with -update to write it.
func TestFeatures_ListIsCurrent(t *testing.T) {
	t.Parallel()
	want := features(t)
	path := filepath.Join(root, "docs/features.md")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/features.md is not current; run: go test ./internal/tree -run Features -update")
	}
}

// features renders the list: each capability with the tests that prove it.
func features(t *testing.T) []byte {
	t.Helper()
	proofs := map[string][]string{}
	sources(t, func(name string, text []byte) {
		re := covers
		switch {
		case strings.HasSuffix(name, "_test.go"):
		case strings.HasPrefix(name, "conformance/"):
			re = coversNode
		default:
			return
		}
		for _, m := range re.FindAllSubmatch(text, -1) {
			for id := range strings.SplitSeq(string(m[1]), ",") {
				id = strings.TrimSpace(id)
				proofs[id] = append(proofs[id], fmt.Sprintf("`%s` %s", filepath.ToSlash(filepath.Dir(name)), m[2]))
			}
		}
	})
	list, err := os.ReadFile(filepath.Join(root, "docs/capabilities.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	return render(t, string(list), proofs)
}

func render(t *testing.T, list string, proofs map[string][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("# Features\n\nEach capability of the product and the tests that prove parts of it. A capability with\n" +
		"tests is begun, not necessarily whole; one without tests is not claimed. The list is made by\n" +
		"`go test ./internal/tree -run Features -update` from the `covers:` lines above the tests, and checked by the same test.\n\n" +
		"| id | capability | state | proven by |\n|---|---|---|---|\n")
	known := map[string]bool{}
	for line := range strings.Lines(list) {
		id, title, _ := strings.Cut(strings.TrimSpace(line), "\t")
		known[id] = true
		tests := proofs[id]
		slices.Sort(tests)
		tests = slices.Compact(tests)
		state := "–"
		if len(tests) > 0 {
			state = fmt.Sprintf("begun, %d tests", len(tests))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", id, title, state, strings.Join(tests, "<br>"))
	}
	for id := range proofs {
		if !known[id] {
			t.Errorf("a test covers %q, which docs/capabilities.tsv does not list", id)
		}
	}
	return b.Bytes()
}
