package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/access"
)

func openAPI(version string) huma.Config {
	if version == "" {
		version = "dev"
	}
	cfg := huma.DefaultConfig("Yutang", version)
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "", "", "" // our own, see serveOpenAPI
	cfg.CreateHooks = nil                                       // no $schema links in answers
	cfg.Transformers = []huma.Transformer{translate}
	cfg.Info.Description = "The management API of Yutang. Every write takes an Idempotency-Key; lists are {items, next}; errors are RFC 9457 problems with a stable code."
	cfg.Servers = []*huma.Server{{URL: Prefix}}
	cfg.Components = &huma.Components{
		Schemas: huma.NewMapRegistry("#/components/schemas/", schemaNames()),
		SecuritySchemes: map[string]*huma.SecurityScheme{
			"token":   {Type: "http", Scheme: "bearer", Description: "an API token"},
			"session": {Type: "apiKey", In: "cookie", Name: SessionCookie, Description: "the cookie of a signed-in account; writes also send " + CSRFHeader},
		},
	}
	return cfg
}

// schemaNames is schemaName that gives each nameless type a name of its own: bodies of
// inputs of the same name in two rooms are both "RejectInputBody". Package huma tells
// them apart when it first sees them and confuses them when one is used again.
func schemaNames() func(t reflect.Type, hint string) string {
	names := map[reflect.Type]string{}
	taken := map[string]bool{}
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		base := schemaName(t, hint)
		if t.Kind() != reflect.Struct || t.Name() != "" {
			taken[base] = true
			return base
		}
		if names[t] == "" {
			name := base
			for i := 2; taken[name]; i++ {
				name = base + strconv.Itoa(i)
			}
			names[t], taken[name] = name, true
		}
		return names[t]
	}
}

// schemaName names a wire type after its room, so that two domains may both have a View:
// customerhttp.View is CustomerView, audiencehttp.Audience is Audience, and
// page.Page[customerhttp.View] is CustomerViewPage.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	base, args, _ := strings.Cut(t.Name(), "[")
	if base == "" || t.PkgPath() == "" {
		return huma.DefaultSchemaNamer(t, hint)
	}
	name := ""
	for _, arg := range strings.Split(strings.TrimSuffix(args, "]"), ",") {
		dot := strings.LastIndex(arg, ".")
		name += inRoom(strings.TrimLeft(arg[:max(dot, 0)], "[]*"), strings.TrimLeft(arg[dot+1:], "[]*"))
	}
	return name + inRoom(t.PkgPath(), base)
}

// inRoom prefixes a type's name with its domain, without stutter. General types and
// those of other modules stand alone.
func inRoom(pkg, name string) string {
	if name == "" {
		return ""
	}
	name = strings.ToUpper(name[:1]) + name[1:]
	room := strings.TrimSuffix(pkg[strings.LastIndex(pkg, "/")+1:], "http")
	if !strings.HasPrefix(pkg, "yutang/") || room == "page" || pkg == "yutang/internal/httpapi" {
		return name
	}
	room = strings.ToUpper(room[:1]) + room[1:]
	if strings.HasPrefix(name, room) {
		return name
	}
	return room + name
}

// errorStatuses are the failures each operation documents beside its success.
var errorStatuses = []int{401, 403, 404, 409, 422, 429, 500, 503}

func humaOperation(op Op) huma.Operation {
	ho := huma.Operation{
		OperationID:   op.ID,
		Method:        op.Method,
		Path:          op.Path,
		Summary:       op.Summary,
		Description:   "Permission: `" + string(op.Needs) + "`. Data scope: `" + string(op.Scope) + "`.",
		Tags:          op.Tags,
		DefaultStatus: op.Status,
		Errors:        errorStatuses,
		MaxBodyBytes:  -1, // the guard limits it
		Metadata:      map[string]any{opKey: op},
		Extensions:    map[string]any{"x-permission": op.Needs, "x-scope": op.Scope},
	}
	if len(ho.Tags) == 0 {
		ho.Tags = []string{strings.Split(strings.TrimPrefix(op.Path, "/"), "/")[0]}
	}
	if op.Needs != access.Anyone {
		ho.Security = []map[string][]string{{"token": {}}, {"session": {}}}
		if op.Writes() {
			ho.Parameters = []*huma.Param{{
				Name:        KeyHeader,
				In:          "header",
				Description: "1 to 255 visible ASCII characters; the same key with the same request has its effect once, for 24 hours",
				Schema:      &huma.Schema{Type: "string"},
			}}
		}
	}
	return ho
}

func (a *API) serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	raw, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		http.Error(w, "the document does not marshal", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.Write(raw) //nolint:errcheck // the client may be gone; nobody to tell
}
