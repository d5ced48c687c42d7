package customer

import (
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
)

// class is what kind of personal data a trait or property holds.
type class uint8

const (
	classNone class = iota
	className
	classPhone
	classEmail
	classAddress
	classOther
)

var classWords = []struct {
	part  string
	class class
}{
	{"email", classEmail},
	{"mail", classEmail},
	{"邮箱", classEmail},
	{"phone", classPhone},
	{"mobile", classPhone},
	{"tel", classPhone},
	{"手机", classPhone},
	{"电话", classPhone},
	{"address", classAddress},
	{"street", classAddress},
	{"地址", classAddress},
	{"name", className},
	{"姓名", className},
	{"昵称", className},
	{"contact", className},
	{"recipient", className},
	{"receiver", className},
}

// classes remembers the class of up to maxClasses names.
var (
	classes    sync.Map // string → class
	classCount atomic.Int64
)

const maxClasses = 4096

// personalClass sorts a trait or property by its name.
func personalClass(name string) class {
	if c, ok := classes.Load(name); ok {
		return c.(class)
	}
	c := findClass(name)
	if classCount.Load() < maxClasses {
		classCount.Add(1)
		classes.Store(strings.Clone(name), c)
	}
	return c
}

func findClass(name string) class {
	if !event.Personal(name) {
		return classNone
	}
	lower := strings.ToLower(name)
	for _, w := range classWords {
		if strings.Contains(lower, w.part) {
			return w.class
		}
	}
	return classOther
}

// MaskValue hides most of the JSON value of a trait or property that event.Personal
// names; other values stay as they are. Masked values are strings.
func MaskValue(name string, value []byte) []byte {
	c := personalClass(name)
	r := gjson.ParseBytes(value)
	if c == classNone || r.Type == gjson.Null {
		return value
	}
	text := r.String()
	if r.IsObject() || r.IsArray() {
		c = classOther
	}
	return gjson.AppendJSONString(nil, maskText(c, text))
}

// MaskIdentity hides most of an identity's value if its type is personal.
func MaskIdentity(kind, value string) string {
	if c := personalClass(kind); c != classNone {
		return maskText(c, value)
	}
	return value
}

// MaskObject masks the personal members of a JSON object, at every depth. eventName is the
// event whose properties they are, "" for a context.
func MaskObject(eventName string, object []byte) []byte {
	r := gjson.ParseBytes(object)
	if !r.IsObject() {
		return object
	}
	return maskMembers(nil, eventName, r)
}

func maskMembers(dst []byte, eventName string, r gjson.Result) []byte {
	open, end := byte('{'), byte('}')
	if r.IsArray() {
		open, end = '[', ']'
	}
	dst = append(dst, open)
	first := true
	r.ForEach(func(k, v gjson.Result) bool {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if open == '{' {
			dst = gjson.AppendJSONString(dst, k.Str)
			dst = append(dst, ':')
		}
		switch {
		case open == '{' && event.PersonalProp(eventName, k.Str):
			dst = append(dst, MaskValue(k.Str, []byte(v.Raw))...)
		case v.IsObject(), v.IsArray():
			dst = maskMembers(dst, eventName, v)
		default:
			dst = append(dst, v.Raw...)
		}
		return true
	})
	return append(dst, end)
}

func maskText(c class, s string) string {
	switch c {
	case classPhone:
		return maskPhone(s)
	case classEmail:
		if at := strings.LastIndexByte(s, '@'); at > 0 {
			return head(s, 1) + "***" + s[at:]
		}
		return head(s, 1) + "***"
	case className:
		return head(s, 1) + "**"
	case classAddress:
		return head(s, min(6, utf8.RuneCountInString(s)/2)) + "****"
	}
	return "****"
}

// maskPhone keeps the country code and the ends: +86138****8000.
func maskPhone(s string) string {
	prefix := ""
	if rest, ok := strings.CutPrefix(s, "+86"); ok {
		prefix, s = "+86", rest
	}
	if len(s) < 8 {
		return prefix + "****"
	}
	return prefix + s[:3] + "****" + s[len(s)-4:]
}

// head is the first n characters of s.
func head(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
