package httpapi

import (
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/fault"
)

// fromHuma puts an error that huma found in the input into our shape. Values are not
// echoed: they may be personal.
func fromHuma(status int, detail string, errs []error) *Problem {
	code := codeOf[status]
	if code == "" {
		code = "internal"
	}
	p := newProblem(status, code, detail)
	if status >= http.StatusInternalServerError {
		p.Detail = "something went wrong on our side"
		return p
	}
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			p.Errors = append(p.Errors, fieldOf(d))
		} else if err != nil {
			p.Errors = append(p.Errors, fault.Field{Detail: err.Error()})
		}
	}
	return p
}

// fieldOf says where a fault lies. In the body that is a JSON pointer (RFC 6901);
// parameters go by their name.
func fieldOf(d *huma.ErrorDetail) fault.Field {
	where, path, _ := strings.Cut(d.Location, ".")
	if where != "body" && !strings.HasPrefix(where, "body[") {
		return fault.Field{Pointer: path, Detail: d.Message}
	}
	pointer := jsonPointer(strings.TrimPrefix(d.Location, "body"))
	if name, ok := missing(d.Message); ok {
		pointer += "/" + escapePointer(name)
		return fault.Field{Pointer: pointer, Detail: "is required"}
	}
	return fault.Field{Pointer: pointer, Detail: d.Message}
}

// missing reads the name out of huma's message about a required property.
func missing(message string) (string, bool) {
	rest, ok := strings.CutPrefix(message, "expected required property ")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, " to be present")
}

// jsonPointer turns huma's ".steps[3].event" into "/steps/3/event".
func jsonPointer(path string) string {
	var b strings.Builder
	for _, part := range strings.Split(path, ".") {
		name, index, found := strings.Cut(part, "[")
		if name != "" {
			b.WriteString("/" + escapePointer(name))
		}
		for found {
			var n string
			n, index, _ = strings.Cut(index, "]")
			b.WriteString("/" + escapePointer(n))
			_, index, found = strings.Cut(index, "[")
		}
	}
	return b.String()
}

func escapePointer(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}
