package tree

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const (
	lintFile  = "../../.golangci.yml"
	lintBegin = "        # floors: begin (go test ./internal/tree -run Lint -update)\n"
	lintEnd   = "        # floors: end\n"
)

// The linter's configuration says what floors says, so that an editor shows it early.
func TestLint_FloorsAreCurrent(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(lintFile)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), lintBegin)
	_, tail, found := strings.Cut(rest, lintEnd)
	if !ok || !found {
		t.Fatal("the marks of the floors are missing in .golangci.yml")
	}
	want := head + lintBegin + lintFloors() + lintEnd + tail
	if *update {
		if err := os.WriteFile(lintFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(raw) != want {
		t.Error(".golangci.yml is not current; run: go test ./internal/tree -run Lint -update")
	}
}

// lintFloors denies to each floor everything above it, and to the HTTP doors of domains
// what stands above the API.
func lintFloors() string {
	var b strings.Builder
	rule := func(name, why string, files []string, denied []string) {
		fmt.Fprintf(&b, "        %s:\n          list-mode: lax\n          files:\n", name)
		for _, f := range files {
			fmt.Fprintf(&b, "            - %q\n", f)
		}
		b.WriteString("            - \"!**/*http/*.go\"\n            - \"!$test\"\n          deny:\n")
		for _, d := range denied {
			fmt.Fprintf(&b, "            - pkg: yutang/internal/%s\n              desc: %s\n", d, why)
		}
	}
	for i, rooms := range floors[:len(floors)-1] {
		var files []string
		for _, r := range rooms {
			files = append(files, "**/internal/"+r+"/**/*.go")
		}
		rule(fmt.Sprint("floor", i), fmt.Sprintf("floor %d imports lower floors only", i), files, slices.Concat(floors[i+1:]...))
	}
	fmt.Fprint(&b, "        doors:\n          list-mode: lax\n          files:\n            - \"**/internal/*/*http/*.go\"\n            - \"!$test\"\n          deny:\n")
	for _, d := range slices.Concat(floors[doorFloor+1:]...) {
		fmt.Fprintf(&b, "            - pkg: yutang/internal/%s\n              desc: a domain's routes stand beside httpapi\n", d)
	}
	return b.String()
}
