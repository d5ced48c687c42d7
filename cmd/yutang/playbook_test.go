package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bookText is a playbook that needs nothing else on a server.
const bookText = `name: Tag who asks
trigger: {event: Form Submitted}
steps:
  - id: rest
    wait: {for: 2d}
  - id: mark
    update: {tag: [asked]}
`

// covers: C1
func TestPlaybook_FilesThereAndBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, known(filepath.Join(dir, "brand")))
	cli := func(want bool, args ...string) string {
		t.Helper()
		out, ok := run(t, append([]string{"playbook"}, append(args, "--server", s.url, "--token", testToken)...)...)
		if ok != want {
			t.Fatalf("%v: %v\n%s", args, ok, out)
		}
		return out
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	says := func(out string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("%q is not in:\n%s", w, out)
			}
		}
	}

	file := write("book.yaml", bookText)
	says(cli(false, "diff", file), "Tag who asks: new")
	says(cli(true, "apply", "--dry-run", file), "new")
	if _, a := s.call("GET", "/api/v1/playbooks", ""); a.Get("items.#").Int() != 0 {
		t.Fatalf("a dry run made %s", a.Raw)
	}
	cli(true, "apply", file)
	says(cli(true, "diff", file), "no change")

	exported := filepath.Join(dir, "out")
	says(cli(true, "export", "--dir", exported), "tag-who-asks.yaml")
	raw, err := os.ReadFile(filepath.Join(exported, "tag-who-asks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	header, body, _ := strings.Cut(string(raw), "\n")
	if body != bookText || !strings.HasPrefix(header, "# yutang playbook ") || !strings.HasSuffix(header, "(draft, version 0)") {
		t.Errorf("exported:\n%s", raw)
	}

	renamed := write("renamed.yaml", header+"\n"+strings.NewReplacer("Tag who asks", "Tag them", "2d", "3d").Replace(bookText))
	says(cli(false, "diff", renamed), `name: "Tag who asks" → "Tag them"`, `step rest wait/for: "2d" → "3d"`)
	says(cli(true, "apply", "--publish", renamed), "published version 1")
	if out := cli(true, "apply", "--publish", renamed); strings.Contains(out, "published") {
		t.Errorf("published again without a change:\n%s", out)
	}
	if _, a := s.call("GET", "/api/v1/playbooks", ""); a.Get("items.#").Int() != 1 || a.Get("items.0.name").String() != "Tag them" || a.Get("items.0.state").String() != "published" {
		t.Errorf("after publishing: %s", a.Raw)
	}

	says(cli(false, "apply", file, write("bad.yaml", strings.Replace(bookText, "2d", "soon", 1))), "bad.yaml", "line 5: must be a duration")
	if _, a := s.call("GET", "/api/v1/playbooks", ""); a.Get("items.#").Int() != 1 {
		t.Errorf("one wrong file, and others were applied: %s", a.Raw)
	}
	says(cli(false, "export", "Nobody"), `there is no playbook "Nobody"`)
	if out, ok := run(t, "playbook", "diff", file, "--server", s.url, "--token", "x"); ok || !strings.Contains(out, "--token") {
		t.Errorf("a wrong token: %s", out)
	}
	s.stop()
}
