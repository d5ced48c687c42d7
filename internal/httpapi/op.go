package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yutang/internal/access"
)

// DefaultBody is how many bytes a request's body may have unless its Op says otherwise.
const DefaultBody = 1 << 20

// Op declares one operation. Path is below Prefix. Needs and Scope have no default.
type Op struct {
	Method  string
	Path    string
	ID      string // unique; the name of the operation in generated clients
	Summary string
	Needs   access.Permission
	Scope   access.Scope
	Status  int   // of success; 0 is 200
	MaxBody int64 // bytes; 0 is DefaultBody
	Upload  bool  // the body is streamed by the handler (see Upload) and not read before
	Tags    []string
}

// Writes says whether the operation may change something.
func (op Op) Writes() bool { return op.Method != http.MethodGet && op.Method != http.MethodHead }

func (op Op) check() {
	switch {
	case op.Method == "" || !strings.HasPrefix(op.Path, "/") || op.ID == "" || op.Summary == "":
		panic("httpapi: " + op.Method + " " + op.Path + ": an operation has a method, path, id and summary")
	case op.Needs == "" || (!op.Needs.Known() && op.Needs != access.Anyone && op.Needs != access.SignedIn):
		panic("httpapi: " + op.ID + ": needs no known permission")
	case !op.Scope.Known():
		panic("httpapi: " + op.ID + ": declares no data scope")
	}
}

// opKey is where a huma operation keeps its Op.
const opKey = "yutang.op"

// Register adds an operation. in and out are huma's structs: fields tagged path, query
// and header, and Body. It panics on a declaration that is incomplete or taken.
func Register[I, O any](a *API, op Op, handler func(ctx context.Context, in *I) (*O, error)) {
	op.check()
	if slices.ContainsFunc(a.ops, func(o Op) bool { return o.ID == op.ID }) {
		panic("httpapi: the operation id " + op.ID + " is taken")
	}
	if op.MaxBody == 0 {
		op.MaxBody = DefaultBody
	}
	a.ops = append(a.ops, op)
	huma.Register(a.huma, humaOperation(op), func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

// adapter connects huma to the mux, with the guard between them.
type adapter struct{ api *API }

// Handle is called by huma for each operation registered.
func (ad *adapter) Handle(ho *huma.Operation, handler func(huma.Context)) {
	op, ok := ho.Metadata[opKey].(Op)
	if !ok {
		panic("httpapi: " + ho.Path + " was not registered through Register")
	}
	ad.api.mux.Handle(op.Method+" "+Prefix+op.Path, ad.api.guard(op, func(w http.ResponseWriter, r *http.Request) {
		handler(humago.NewContext(ho, r, w))
	}))
}

// ServeHTTP is part of huma's interface.
func (ad *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { ad.api.mux.ServeHTTP(w, r) }
