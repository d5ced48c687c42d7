package tree

import (
	"go/ast"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

const actionNames = "web/console/features/settings/auditWords.ts"

// actionName is a line of the console's names of actions: 'tag.create': ['新建标签', 'Tag made'].
var actionName = regexp.MustCompile(`'([a-z_]+(?:\.[a-z_]+)+)': \['[^']+', ["'].+["']\]`)

// Whatever the program writes into the audit trail has a name in the console, in both
// languages, and the console names nothing else.
func TestActions_HaveNames(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, actionNames))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range actionName.FindAllSubmatch(text, -1) {
		named[string(m[1])] = false
	}
	for action, at := range auditActions(t) {
		if _, ok := named[action]; !ok {
			t.Errorf("%s: %s has no name for %q", at, actionNames, action)
		}
		named[action] = true
	}
	for action, written := range named {
		if !written {
			t.Errorf("%s names %q, which nothing writes", actionNames, action)
		}
	}
}

// auditActions finds the actions in the code and where each is written. They are literals
// that go into Audit and Audited of package access, also through functions that pass one on.
func auditActions(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("..", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		a := &audits{code: readCode(t, dir), passing: map[string]int{}}
		for a.findPassing() {
		}
		for _, f := range a.funcs {
			a.written(f, func(action ast.Expr) {
				at := a.files.Position(action.Pos()).String()
				names := a.literals(f.body, action, 3)
				for _, name := range names {
					found[name] = at
				}
				if id, ok := action.(*ast.Ident); len(names) == 0 && (!ok || !a.isParam(id.Name)) {
					t.Errorf("%s: it cannot be read which action this is", at)
				}
			})
		}
		return nil
	})
	if err != nil || len(found) < 160 {
		t.Fatalf("found %d actions: %v", len(found), err)
	}
	return found
}

// audits is one package and its functions whose argument at that place is an action.
type audits struct {
	*code
	passing map[string]int
}

func (a *audits) findPassing() bool {
	before := len(a.passing)
	for _, f := range a.funcs {
		a.written(f, func(action ast.Expr) {
			if id, ok := action.(*ast.Ident); ok && slices.Contains(f.params, id.Name) {
				a.passing[f.name] = slices.Index(f.params, id.Name)
			}
		})
	}
	return len(a.passing) > before
}

// written visits the actions that calls in f write. What f is given to call is another function.
func (a *audits) written(f function, visit func(ast.Expr)) {
	ast.Inspect(f.body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := called(call)
		at, passes := a.passing[name]
		switch {
		case name == "Audit" && len(call.Args) == 4, name == "Audited" && len(call.Args) == 3:
			visit(call.Args[1])
		case passes && at < len(call.Args) && !slices.Contains(f.params, name):
			visit(call.Args[at])
		}
		return true
	})
}

func (a *audits) isParam(name string) bool {
	return slices.ContainsFunc(a.funcs, func(f function) bool { return slices.Contains(f.params, name) })
}
