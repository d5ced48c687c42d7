package tree

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path"
	"strings"
	"testing"
)

// floors lists the packages of the house from the ground up: a package imports only lower
// floors, or what beside names. docs/architecture.md explains them.
var floors = [][]string{
	{"clock", "id", "money", "fault", "page", "seal", "db", "job", "snapshot", "failpoint", "typeface"},
	{"event", "access", "wecom", "template"},
	{"identity", "customer", "timeline", "corp"},
	{"rule", "audience", "inbox"},
	{"outreach", "content", "staff", "contact"},
	{"flow", "experiment"},
	{"playbook", "task", "library", "link", "poster", "tag", "livecode", "acquisition", "welcome", "masssend", "moment", "groupchat", "handover", "archive", "desk"},
	{"rehearse", "budget", "sop", "post", "insight", "search", "system", "overview", "reach", "vocabulary"},
	{"pipeline"},
	{"ingest", "webhook", "channel", "importer", "exporter", "reconcile", "sidepanel", "privacy"},
	{"httpapi"},
	{"web"},
	{"app", "wecomsim"},
	{"demo", "bench", "crash"},
}

// beside lists imports within a floor that the design allows.
var beside = map[string][]string{
	"id": {"fault"}, "money": {"fault"}, "page": {"fault"}, "db": {"fault", "failpoint"}, "snapshot": {"seal"},
	"job":      {"db", "fault", "clock", "id", "page"},
	"access":   {"event"},
	"identity": {"timeline"}, "customer": {"timeline", "identity"},
	"audience": {"rule"},
	"demo":     {"bench"},
}

type goPackage struct {
	ImportPath  string
	Doc         string
	GoFiles     []string
	Imports     []string
	Dir         string
	TestGoFiles []string
}

// packages lists the module's packages as the go command sees them.
func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Doc,GoFiles,Imports,Dir,TestGoFiles", "./...")
	cmd.Dir = "../.."
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var out []goPackage
	for d := json.NewDecoder(bytes.NewReader(raw)); d.More(); {
		var p goPackage
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	if len(out) < 10 {
		t.Fatalf("only %d packages found", len(out))
	}
	return out
}

// room is the top directory below internal/ of an import path, "" outside. sub says that
// the package is the room's own HTTP door or test support.
func room(importPath string) (name string, door bool) {
	rest, ok := strings.CutPrefix(importPath, "yutang/internal/")
	if !ok {
		return "", false
	}
	name, sub, _ := strings.Cut(rest, "/")
	return name, strings.HasSuffix(sub, "http")
}

func floorOf(name string) int {
	for i, f := range floors {
		for _, r := range f {
			if r == name {
				return i
			}
		}
	}
	return -1
}

// doorFloor is where <domain>http packages stand: beside the HTTP API.
var doorFloor = floorOf("httpapi")

func TestFloors_ImportsGoDown(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name, door := room(p.ImportPath)
		if name == "" || name == "tree" {
			continue
		}
		at := floorOf(name)
		if at < 0 {
			t.Errorf("%s stands on no floor; add it to floors and docs/architecture.md", p.ImportPath)
			continue
		}
		if door {
			at = doorFloor + 1
		}
		for _, imp := range p.Imports {
			checkImport(t, p.ImportPath, name, at, imp)
		}
	}
}

func checkImport(t *testing.T, from, name string, at int, imp string) {
	t.Helper()
	target, door := room(imp)
	if target == "" || target == name {
		return
	}
	below := floorOf(target)
	if door {
		below = doorFloor + 1
	}
	allowed := below < at
	for _, b := range beside[name] {
		allowed = allowed || b == target
	}
	if !allowed {
		t.Errorf("%s (floor %d) imports %s (floor %d)", from, at, imp, below)
	}
}

func TestPackages_HaveADocThatBeginsWithTheirName(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		base := path.Base(p.ImportPath)
		if !strings.HasPrefix(p.Doc, "Package "+base+" ") && !strings.HasPrefix(p.Doc, "Command ") {
			t.Errorf("%s: the package doc is %q", p.ImportPath, p.Doc)
		}
	}
}
