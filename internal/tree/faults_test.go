package tree

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"yutang/internal/fault"
)

// foreign rooms speak as others do: the simulator as the platform, the bench to its log.
var foreign = []string{"fault", "wecomsim", "bench", "crash", "web"}

// A text that a person may read as a fault has a Chinese one beside it. Literals are
// found where they go into package fault, also through functions that pass a format on.
func TestFaults_AreSaidInChinese(t *testing.T) {
	t.Parallel()
	found := 0
	err := filepath.WalkDir("..", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if slices.Contains(foreign, d.Name()) {
			return fs.SkipDir
		}
		c := readCode(t, dir)
		for c.findDoors() {
		}
		c.texts(func(at token.Pos, text string) {
			found++
			if !fault.Known(strings.ReplaceAll(text, "%w", "%s")) {
				t.Errorf("%s: internal/fault/zh has no Chinese for\n%s", c.files.Position(at), text)
			}
		})
		return nil
	})
	if err != nil || found < 900 {
		t.Fatalf("found %d texts: %v", found, err)
	}
}

// code is one package as it is written. doors are the functions whose argument at that
// place becomes the text of a fault.
type code struct {
	files *token.FileSet
	decls []ast.Decl
	funcs []function
	doors map[string]int
}

// function is one with a name: declared, kept in a variable, or passed for a parameter.
type function struct {
	name   string
	params []string
	body   *ast.BlockStmt
}

func readCode(t *testing.T, dir string) *code {
	t.Helper()
	c := &code{files: token.NewFileSet(), doors: map[string]int{"fault.New": 2, "fault.BadField": 1}}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(c.files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		c.decls = append(c.decls, file.Decls...)
	}
	for _, visit := range []func(ast.Node) bool{c.named, c.passed} {
		for _, d := range c.decls {
			ast.Inspect(d, visit)
		}
	}
	return c
}

// named keeps functions, methods and closures that have a name.
func (c *code) named(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Body != nil {
			c.funcs = append(c.funcs, function{n.Name.Name, paramsOf(n.Type), n.Body})
		}
	case *ast.AssignStmt:
		for i, value := range n.Rhs {
			name, ok := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident)
			if lit, isFunc := value.(*ast.FuncLit); ok && isFunc {
				c.funcs = append(c.funcs, function{name.Name, paramsOf(lit.Type), lit.Body})
			}
		}
	}
	return true
}

// passed keeps closures under the name of the parameter that they are passed for.
func (c *code) passed(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return true
	}
	for i, arg := range call.Args {
		lit, ok := arg.(*ast.FuncLit)
		if !ok {
			continue
		}
		for _, f := range c.funcs {
			if f.name == called(call) && i < len(f.params) {
				c.funcs = append(c.funcs, function{f.params[i], paramsOf(lit.Type), lit.Body})
				break
			}
		}
	}
	return true
}

func paramsOf(f *ast.FuncType) []string {
	var names []string
	for _, field := range f.Params.List {
		for _, n := range field.Names {
			names = append(names, n.Name)
		}
	}
	return names
}

// findDoors adds functions that pass a parameter on through a known door.
func (c *code) findDoors() bool {
	before := len(c.doors)
	for _, f := range c.funcs {
		c.through(f.body, func(e ast.Expr) {
			ast.Inspect(e, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					return called(n) == "fmt.Sprintf" || called(n) == "Error"
				case *ast.Ident:
					if i := slices.Index(f.params, n.Name); i >= 0 {
						c.doors[f.name] = i
					}
				case *ast.SelectorExpr:
					return n.Sel.Name == "Error"
				}
				return true
			})
		})
	}
	return len(c.doors) > before
}

// through visits what goes through the doors below n.
func (c *code) through(n ast.Node, visit func(ast.Expr)) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			at, ok := c.doors[called(n)]
			if !ok || at >= len(n.Args) {
				return true
			}
			visit(n.Args[at])
			if text, _ := literal(n.Args[at]); text == "%s" && len(n.Args) > at+1 {
				visit(n.Args[at+1])
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if of, ok := left.(*ast.SelectorExpr); ok && (of.Sel.Name == "Message" || of.Sel.Name == "Detail") {
					visit(set(n, i))
				}
			}
		case *ast.CompositeLit:
			for _, member := range n.Elts {
				if pair, ok := member.(*ast.KeyValueExpr); !ok && isNamed(n, "problem") {
					visit(member)
				} else if ok && isFaultText(n, pair.Key) {
					visit(pair.Value)
				}
			}
		}
		return true
	})
}

func isFaultText(lit *ast.CompositeLit, key ast.Expr) bool {
	id, ok := key.(*ast.Ident)
	if !ok {
		return false
	}
	return id.Name == "Detail" || id.Name == "Reason" || id.Name == "Message" && (isNamed(lit, "Error") || isNamed(lit, "ErrorDetail"))
}

func isNamed(lit *ast.CompositeLit, name string) bool {
	switch t := lit.Type.(type) {
	case *ast.Ident:
		return t.Name == name
	case *ast.SelectorExpr:
		return t.Sel.Name == name
	}
	return false
}

// called names a function: "fault.New" for another package's, "add" for c.add.
func called(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		if id, ok := fun.X.(*ast.Ident); ok && slices.Contains([]string{"fault", "fmt", "errors", "strings", "strconv"}, id.Name) {
			return id.Name + "." + fun.Sel.Name
		}
		return fun.Sel.Name
	}
	return ""
}

// texts visits all literals that become texts of faults.
func (c *code) texts(visit func(at token.Pos, text string)) {
	for _, d := range c.decls {
		c.through(d, func(e ast.Expr) {
			for _, text := range c.literals(d, e, 3) {
				if strings.Contains(strings.Trim(text, "%svdqc:;,() "), " ") {
					visit(e.Pos(), text)
				}
			}
		})
	}
}

// literals are the texts that e can be: one written there, a sum of parts, what its name
// is set to in the function, or what a function of the package gives back.
func (c *code) literals(body ast.Node, e ast.Expr, deep int) []string {
	if text, ok := literal(e); ok {
		return []string{text}
	}
	if deep == 0 {
		return nil
	}
	switch e := e.(type) {
	case *ast.Ident:
		return append(c.assigned(body, e.Name, deep-1), c.constant(e.Name)...)
	case *ast.CallExpr:
		switch name := called(e); name {
		case "fmt.Sprintf", "fmt.Errorf", "errors.New":
			return c.literals(body, e.Args[0], deep-1)
		case "Error":
			return c.literals(body, e.Fun.(*ast.SelectorExpr).X, deep-1)
		default:
			return c.returned(name, deep-1)
		}
	}
	return nil
}

func (c *code) assigned(body ast.Node, name string, deep int) (out []string) {
	ast.Inspect(body, func(n ast.Node) bool {
		if n, ok := n.(*ast.AssignStmt); ok {
			for i, left := range n.Lhs {
				if l, ok := left.(*ast.Ident); ok && l.Name == name {
					out = append(out, c.literals(body, set(n, i), deep)...)
				}
			}
		}
		return true
	})
	return out
}

// set is what an assignment gives to its i-th name.
func set(n *ast.AssignStmt, i int) ast.Expr {
	value := n.Rhs[min(i, len(n.Rhs)-1)]
	if n.Tok == token.ADD_ASSIGN {
		return &ast.BinaryExpr{X: n.Lhs[i], OpPos: n.TokPos, Op: token.ADD, Y: value}
	}
	return value
}

func (c *code) constant(name string) (out []string) {
	for _, d := range c.decls {
		group, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && len(v.Values) == 1 && v.Names[0].Name == name {
				out = append(out, c.literals(v, v.Values[0], 1)...)
			}
		}
	}
	return out
}

func (c *code) returned(name string, deep int) (out []string) {
	for _, f := range c.funcs {
		if f.name != name {
			continue
		}
		ast.Inspect(f.body, func(n ast.Node) bool {
			if back, ok := n.(*ast.ReturnStmt); ok {
				for _, e := range back.Results {
					out = append(out, c.literals(f.body, e, deep)...)
				}
			}
			return true
		})
	}
	return out
}

// literal is a text that is written out. What a sum adds to one is a value.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, l := literal(e.X)
		right, r := literal(e.Y)
		if e.Op != token.ADD || !l && !r {
			return "", false
		}
		if !l {
			left = "%s"
		}
		if !r {
			right = "%s"
		}
		return left + right, true
	}
	return "", false
}
