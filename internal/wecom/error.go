package wecom

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
)

// Class says what a caller can do about an error of the platform.
type Class uint8

// The classes. None is no error of this package.
const (
	None       Class = iota
	Auth             // the credentials do not hold
	Retryable        // busy; the same call may succeed soon
	Rate             // too many calls; nothing goes out until RetryAfter has passed
	Permission       // the app may not do this, or not for this member
	Relation         // the member and the customer are not in contact
	Business         // any other refusal
	Transport        // no usable answer; whether the call had an effect is unknown
	NotSent          // surely not sent: no connection, breaker open, or ctx ended while waiting
)

var classNames = [...]string{"none", "auth", "retryable", "rate", "permission", "relation", "business", "transport", "not_sent"}

// String is the class's stable name.
func (c Class) String() string { return classNames[c] }

var kindOfClass = [...]fault.Kind{
	Auth: fault.Precondition, Retryable: fault.Unavailable, Rate: fault.RateLimited, Permission: fault.Precondition,
	Relation: fault.Precondition, Business: fault.Precondition, Transport: fault.Unavailable, NotSent: fault.Unavailable,
}

// Codes that callers act on. The official list is longer; anything else is Business.
const (
	CodeBusy            = -1
	CodeBadSecret       = 40001
	CodeBadMedia        = 40007
	CodeBadToken        = 40014
	CodeBadExternal     = 40096
	CodeTokenExpired    = 42001
	CodeRateLimited     = 45009
	CodeTooManyAtOnce   = 45033
	CodeBadWelcomeCode  = 41050
	CodeWelcomeSent     = 41051
	CodeWelcomeBusy     = 41096
	CodeNobodyToSend    = 41048
	CodeStillSending    = 41063
	CodeTooManyReminds  = 41094
	CodeMassStopped     = 41093
	CodeTagCap          = 40126
	CodeTagNameTaken    = 40071
	CodeBadTag          = 40068
	CodeForeignTag      = 81011
	CodeNotAllowed      = 48002
	CodeOutOfScope      = 60011
	CodeUntrustedIP     = 60020
	CodeNoRelation      = 84061
	CodeTransferLimit   = 40128
	CodeTakeoverFull    = 40099
	CodeContactWayCap   = 41045
	CodeBadContactWay   = 41044
	CodeGroupDismissed  = 49008
	CodeNotCustomerRoom = 90501
)

var classes = map[int]Class{
	40001: Auth, 40014: Auth, 41001: Auth, 42001: Auth,
	-1: Retryable, 6000: Retryable, 45033: Retryable, 41063: Retryable, 41079: Retryable,
	45009: Rate,
	48001: Permission, 48002: Permission, 48006: Permission, 60011: Permission, 60020: Permission, 50002: Permission, 50003: Permission,
	84061: Relation, 40096: Relation, 84084: Relation,
}

func classify(code int) Class {
	if c, ok := classes[code]; ok {
		return c
	}
	return Business
}

// Error is a call that did not succeed. Code is 0 when the platform gave none. Msg is the
// platform's text, for people only: it changes from call to call.
type Error struct {
	Code       int
	Msg        string
	Path       string
	Class      Class
	Status     int           // HTTP status, 0 without an answer
	RetryAfter time.Duration // for Rate and an open breaker: nothing goes out before
	cause      error
}

// Error names the path, the code and the platform's text without its tail of hints.
func (e *Error) Error() string {
	msg, _, _ := strings.Cut(e.Msg, ", hint:")
	if e.cause != nil {
		msg = strings.TrimPrefix(msg+": "+e.cause.Error(), ": ")
	}
	if e.Code == 0 {
		return fmt.Sprintf("wecom %s: %s", e.Path, msg)
	}
	return fmt.Sprintf("wecom %s: %d %s", e.Path, e.Code, msg)
}

// Unwrap gives the error as a fault, for its kind, and the cause.
func (e *Error) Unwrap() []error {
	f := fault.New(kindOfClass[e.Class], "wecom_"+e.Class.String(), "%s", e.Error())
	f.RetryAfter = e.RetryAfter
	if e.cause == nil {
		return []error{f}
	}
	return []error{f, e.cause}
}

func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// CodeOf is the platform's code in err, 0 if there is none.
func CodeOf(err error) int {
	if e := asError(err); e != nil {
		return e.Code
	}
	return 0
}

// Is says whether err carries one of codes.
func Is(err error, codes ...int) bool {
	e := asError(err)
	return e != nil && slices.Contains(codes, e.Code)
}

// ClassOf is the class of err, None if it is no error of this package.
func ClassOf(err error) Class {
	if e := asError(err); e != nil {
		return e.Class
	}
	return None
}

// RetryAfter is how long err asks to wait, 0 if it does not say.
func RetryAfter(err error) time.Duration {
	if e := asError(err); e != nil {
		return e.RetryAfter
	}
	return 0
}

// Unsent says that the call surely had no effect at the platform: it was never written, or
// it was refused. False means unknown; "busy" (-1) is unknown.
func Unsent(err error) bool {
	e := asError(err)
	if e == nil {
		return false
	}
	return e.Class == NotSent || (e.Class != Transport && e.Code != CodeBusy)
}
