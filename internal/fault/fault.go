// Package fault owns the one error type of the product.
//
// An error that a caller can act on is a *Error with a Kind, a stable Code and, for
// bad input, the fields at fault. Every other error is internal. Drivers' errors become
// kinds in package db only; kinds become HTTP statuses in package httpapi only.
//
// Texts are English. Chinese says them to people who read Chinese.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind says what a caller can do about an error.
type Kind uint8

// The kinds. The zero value is Internal: an error nobody classified.
const (
	Internal        Kind = iota // our own failure
	Invalid                     // the input is wrong; Fields say where
	NotFound                    // the thing named does not exist
	Conflict                    // it exists already, or was changed meanwhile
	Precondition                // the state of the thing does not allow this now
	Unauthenticated             // no or unknown credentials
	Forbidden                   // known, but not allowed
	RateLimited                 // too much at once; try again after RetryAfter
	Unavailable                 // cannot serve now; try again
)

var kindNames = [...]string{
	"internal", "invalid", "not_found", "conflict", "precondition",
	"unauthenticated", "forbidden", "rate_limited", "unavailable",
}

// String is the kind's stable name, used as the default code.
func (k Kind) String() string { return kindNames[k] }

// Field names one fault of the input and its remedy.
type Field struct {
	Pointer string `json:"pointer"`         // JSON pointer, CSV column or flag name
	Detail  string `json:"detail" say:"zh"` // what is wrong and what would be right
}

// Error is an error with a kind. Code is stable for programs, Message is for people.
type Error struct {
	Kind       Kind
	Code       string
	Message    string
	Fields     []Field
	RetryAfter time.Duration // for RateLimited and Unavailable; 0 is unknown
	cause      error
}

// New makes an error of kind with a stable code such as "audience_in_use".
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// BadField makes an Invalid error about one field.
func BadField(pointer, format string, args ...any) *Error {
	e := New(Invalid, "invalid", format, args...)
	e.Fields = []Field{{Pointer: pointer, Detail: e.Message}}
	return e
}

// Wrap gives cause a kind and code, keeping it for errors.Is and errors.As.
func Wrap(kind Kind, code string, cause error) *Error {
	return &Error{Kind: kind, Code: code, Message: cause.Error(), cause: cause}
}

// Moved is err with the pointers of its fields changed by place; nil and other errors stay.
func Moved(err error, place func(pointer string) string) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	out := *e
	out.Fields = slices.Clone(e.Fields)
	for i := range out.Fields {
		out.Fields[i].Pointer = place(out.Fields[i].Pointer)
	}
	return &out
}

// Error joins the message with the fields at fault.
func (e *Error) Error() string {
	if len(e.Fields) == 0 || (len(e.Fields) == 1 && e.Fields[0].Detail == e.Message) {
		return e.Message
	}
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Pointer + ": " + f.Detail
	}
	return e.Message + " (" + strings.Join(parts, "; ") + ")"
}

// Unwrap gives the cause, nil if there is none.
func (e *Error) Unwrap() error { return e.cause }

// KindOf is the kind of the first *Error in err's chain, Internal if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is says whether err is of kind. A nil err is of no kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
