package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/fault"
)

// wantsChinese reads Accept-Language. Who asks for nothing gets English.
func wantsChinese(r *http.Request) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(r.Header.Get("Accept-Language"))), "zh")
}

func inChinese(ctx context.Context) bool {
	n, ok := ctx.Value(noteKey{}).(*note)
	return ok && n.chinese
}

// in is the problem in the language of the caller. Where the text says more than the
// fault that it was made of and is not known, the fault's own is.
func (p *Problem) in(ctx context.Context) *Problem {
	if !inChinese(ctx) {
		return p
	}
	said := sayAnswer(p).(*Problem)
	if said.Detail == p.Detail && p.fault != nil {
		said.Detail = fault.Chinese(p.fault.Error())
	}
	return said
}

// translate is a transformer of package huma, through which all answers go. Members of
// an answer with the tag `say:"zh"` are texts that package fault may know, such as the
// reason that is kept with a rejected row: a text, or a map whose keys are texts.
func translate(ctx huma.Context, _ string, body any) (any, error) {
	if p, ok := body.(*Problem); ok {
		return p.in(ctx.Context()), nil
	}
	if body == nil || !inChinese(ctx.Context()) {
		return body, nil
	}
	return sayAnswer(body), nil
}

// sayAnswer is body in Chinese. What changes is copied: rooms may keep what they answer.
func sayAnswer(body any) any {
	v := reflect.ValueOf(body)
	if !speaks(v.Type()) {
		return body
	}
	return said(v).Interface()
}

func said(v reflect.Value) reflect.Value {
	if !speaks(v.Type()) {
		return v
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(said(v.Elem()))
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(said(v.Index(i)))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			out.SetMapIndex(key, said(value))
		}
		return out
	}
	return saidStruct(v)
}

func saidStruct(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case !f.IsExported():
		case f.Tag.Get("say") != "":
			out.Field(i).Set(text(v.Field(i)))
		default:
			out.Field(i).Set(said(v.Field(i)))
		}
	}
	return out
}

// text says a text, texts, or a map's keys.
func text(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		return reflect.ValueOf(fault.Chinese(v.String())).Convert(v.Type())
	case reflect.Slice:
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(text(v.Index(i)))
		}
		return out
	case reflect.Map:
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			out.SetMapIndex(text(key), value)
		}
		return out
	}
	return v
}

var speaking sync.Map // of reflect.Type: bool

// speaks says whether a type has members that are said in Chinese.
func speaks(t reflect.Type) bool {
	if known, ok := speaking.Load(t); ok {
		return known.(bool)
	}
	found := speaksBelow(t, map[reflect.Type]bool{})
	speaking.Store(t, found)
	return found
}

func speaksBelow(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return speaksBelow(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.IsExported() && (f.Tag.Get("say") != "" || speaksBelow(f.Type, seen)) {
				return true
			}
		}
	}
	return false
}
