package wecomsim

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
)

// Kinds of callbacks; App.Events chooses among them.
const (
	kindContact   = "contact"   // customers, customer groups, tags, moments, 获客
	kindDirectory = "directory" // members and departments
	kindKf        = "kf"
	kindArchive   = "archive"
	kindApp       = "app" // what members do in the app itself
)

// event is something the platform tells apps about.
type event struct {
	kind   string
	key    string // what must be seen in order: external:<id>, chat:<id>, user:<id>, tag ...
	from   string // FromUserName; "" is sys, "-" is none
	msg    string // MsgType; "" is event
	who    *member
	only   string // name of the only app told; "" is every one that listens to the kind
	fields []field
}

// field is an element of the callback's XML, in order: a text, a number, or more elements.
type field struct {
	name  string
	text  string
	plain bool // no CDATA
	in    []field
}

func text(name, v string) field { return field{name: name, text: v} }
func num(name string, n int64) field {
	return field{name: name, text: strconv.FormatInt(n, 10), plain: true}
}

// items is a list: <name><Item>..</Item>..</name>.
func items(name string, vs []string) field {
	f := field{name: name, in: []field{}}
	for _, v := range vs {
		f.in = append(f.in, text("Item", v))
	}
	return f
}

func (f field) write(b *strings.Builder) {
	b.WriteString("<" + f.name + ">")
	switch {
	case f.in != nil:
		for _, g := range f.in {
			g.write(b)
		}
	case f.plain:
		_ = xml.EscapeText(b, []byte(f.text))
	default:
		b.WriteString("<![CDATA[" + strings.ReplaceAll(f.text, "]]>", "]]]]><![CDATA[>") + "]]>")
	}
	b.WriteString("</" + f.name + ">")
}

// contactEvent is a change_external_contact of a relation.
func contactEvent(change string, f *follow, extra ...field) event {
	return event{
		kind: kindContact, key: "external:" + f.customer.id, who: f.member,
		fields: append([]field{
			text("Event", "change_external_contact"), text("ChangeType", change),
			text("UserID", f.member.id), text("ExternalUserID", f.customer.id),
		}, extra...),
	}
}

// name is Event/ChangeType, for logs.
func (e event) name() string {
	var name, change string
	for _, f := range e.fields {
		switch f.name {
		case "Event":
			name = f.text
		case "ChangeType":
			change = "/" + f.text
		}
	}
	if name == "" {
		return "message/" + e.msg
	}
	return name + change
}

// emit tells every app that listens, if it sees the member concerned. With extra fields by
// app, use emitTo.
func (s *Sim) emit(e event) { s.emitTo(e, nil) }

// emitTo is emit with further fields for each app, such as a welcome code.
func (s *Sim) emitTo(e event, extra func(*app) []field) {
	for _, a := range s.apps {
		if !a.hears(e.kind) || e.only != "" && e.only != a.Name {
			continue
		}
		if e.who != nil && !s.sees(a, e.who) {
			continue
		}
		one := e
		if extra != nil {
			one.fields = append(slices.Clone(e.fields), extra(a)...)
		}
		s.enqueue(a, one, s.body(a, one))
	}
}

// body is the callback's XML before encryption.
func (s *Sim) body(a *app, e event) string {
	if a.SuiteID != "" {
		return s.suiteBody(a, e)
	}
	var b strings.Builder
	b.WriteString("<xml>")
	text("ToUserName", s.cfg.CorpID).write(&b)
	switch e.from {
	case "-":
	case "":
		text("FromUserName", "sys").write(&b)
	default:
		text("FromUserName", e.from).write(&b)
	}
	num("CreateTime", s.at.Unix()).write(&b)
	msg := e.msg
	if msg == "" {
		msg = "event"
	}
	text("MsgType", msg).write(&b)
	for _, f := range e.fields {
		f.write(&b)
	}
	if e.kind == kindApp || e.kind == kindArchive {
		num("AgentID", a.AgentID).write(&b)
	}
	b.WriteString("</xml>")
	return b.String()
}

// suiteBody is the XML in the form of third-party apps: InfoType instead of Event.
func (s *Sim) suiteBody(a *app, e event) string {
	var b strings.Builder
	b.WriteString("<xml>")
	text("SuiteId", a.SuiteID).write(&b)
	text("AuthCorpId", s.cfg.CorpID).write(&b)
	num("TimeStamp", s.at.Unix()).write(&b)
	for _, f := range e.fields {
		if f.name == "Event" {
			f.name = "InfoType"
		}
		f.write(&b)
	}
	b.WriteString("</xml>")
	return b.String()
}
