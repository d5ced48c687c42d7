package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/fault"
)

// wantsChinese reads Accept-Language. Who asks for nothing gets English.
func wantsChinese(r *http.Request) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(r.Header.Get("Accept-Language"))), "zh")
}

// Say puts a text that package fault knows into the language of the caller: a fault that
// was stored with a row, say.
func Say(ctx context.Context, text string) string {
	if inChinese(ctx) {
		return fault.Chinese(text)
	}
	return text
}

func inChinese(ctx context.Context) bool {
	n, ok := ctx.Value(noteKey{}).(*note)
	return ok && n.chinese
}

// SayAll is Say for the faults of an input.
func SayAll(ctx context.Context, fields []fault.Field) []fault.Field {
	out := make([]fault.Field, len(fields))
	for i, f := range fields {
		out[i] = fault.Field{Pointer: f.Pointer, Detail: Say(ctx, f.Detail)}
	}
	return out
}

// in is the problem in the language of the caller. Where the text says more than the
// fault that it was made of and is not known, the fault's own is.
func (p *Problem) in(ctx context.Context) *Problem {
	if !inChinese(ctx) {
		return p
	}
	said := *p
	said.Title, said.Detail = fault.Chinese(p.Title), fault.Chinese(p.Detail)
	if said.Detail == p.Detail && p.fault != nil {
		said.Detail = fault.Chinese(p.fault.Error())
	}
	if len(p.Errors) > 0 {
		said.Errors = SayAll(ctx, p.Errors)
	}
	return &said
}

// sayProblems is a transformer of package huma, through which all answers go.
func sayProblems(ctx huma.Context, _ string, body any) (any, error) {
	if p, ok := body.(*Problem); ok {
		return p.in(ctx.Context()), nil
	}
	return body, nil
}
