package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// desk is a page of the workbench: it is put together from sections in Go and rendered by
// one template, so that every table and form looks and works alike.
type desk struct {
	Crumb    link // the page above; none without Href
	Title    string
	Lead     string
	Chips    []chip
	Actions  []action
	Tabs     []link
	Done     string // what the last form did
	Problem  string // what it could not do
	Sections []section
	Reload   int // seconds after which the page asks again, 0 never
}

// section is one card of a desk. Only what is set is shown.
type section struct {
	ID      string
	Title   string
	Note    string
	Aside   []action
	Figures []figure
	Facts   []fact
	Table   *table
	Form    *form
	Chat    *bubble
	Bars    []bar
	Picture *picture
	Flow    *flowView
	Plots   []plot
	Heat    *heat
	Tiles   []tile
	Moments []happening
	Code    string // a text as it stands
	Empty   string // shown when there is nothing else
	Half    bool   // beside other halves on wide screens
	Tall    bool   // with several halves beside it
}

type link struct {
	Name, Href string
	Current    bool
}

type chip struct{ Text, Class string }

// figure is a number with the way to the people behind it.
type figure struct {
	Name, Value, Note, Href string
}

// fact is one line of what is known of a thing. Copy is offered to be copied as a whole.
type fact struct {
	Name  string
	Value cell
	Copy  bool
}

// bar is one share of a whole.
type bar struct {
	Name, Note, Class, Href string
	N, Of                   int64
}

type picture struct {
	Src, Alt string
	Poster   bool // in its own shape, not as a QR code
}

// bubble is a message as the customer sees it.
type bubble struct {
	From, Text string
	Parts      []bubblePart
}

type bubblePart struct{ Kind, Title, Note, Image string }

// action is a link, or a button that posts. Ask makes it ask first.
type action struct {
	Name    string
	Href    string
	Post    string
	Values  []pair
	Ask     string
	Primary bool
	Danger  bool
}

type pair struct{ Name, Value string }

// table is a list. Every cell takes the manner of its column.
type table struct {
	Head  []head
	Rows  [][]cell
	Empty string
	Next  string // address of the next page
	First string // of the first, when this is a later one
}

type head struct {
	Name string
	N    bool // numbers, to the right
	Wide bool // not on phones
}

type cell struct {
	Text   string
	Href   string
	Note   string
	Chip   string // class of a chip
	Faint  bool
	Mono   bool
	Act    []action
	Image  string
	N      bool
	Wide   bool
	Links  []link
	Wraps  bool
	Strong bool
}

// add appends a row.
func (t *table) add(cells ...cell) {
	for i := range cells {
		if i < len(t.Head) {
			cells[i].N, cells[i].Wide = t.Head[i].N, t.Head[i].Wide
		}
	}
	t.Rows = append(t.Rows, cells)
}

// paged links the next page of a list, keeping the other parameters.
func (t *table) paged(r *http.Request, next string) *table {
	q := r.URL.Query()
	q.Del("done")
	if q.Has("cursor") {
		q.Del("cursor")
		t.First = "?" + q.Encode()
	}
	if next != "" {
		q.Set("cursor", next)
		t.Next = "?" + q.Encode()
	}
	return t
}

func text(s string) cell { return cell{Text: s} }

// num is a number; href leads to the people behind it, unless there are none.
func num[T ~int | ~int64](n T, href string) cell {
	if n == 0 {
		return cell{Text: "0", Faint: true}
	}
	return cell{Text: number(int64(n)), Href: href, Strong: href == ""}
}

func (v *view) time(t time.Time) cell { return cell{Text: v.Clock(t), Faint: t.IsZero()} }

func (v *view) state(kind, name string) cell {
	return cell{Text: v.stateName(kind, name), Chip: "chip " + chipClass(name)}
}

// stateName is the word for a state of a kind of thing, or else of any.
func (v *view) stateName(kind, name string) string {
	if _, ok := texts[kind+"."+name]; ok {
		return v.T(kind + "." + name)
	}
	return v.Name("state", name)
}

func (v *visit) stateChip(kind, name string) chip {
	return chip{Text: v.stateName(kind, name), Class: chipClass(name)}
}

// chipClass is the colour of a state.
func chipClass(state string) string {
	switch state {
	case "live", "done", "active", "ok", "accepted", "approved", "goal", "met":
		return "good"
	case "running", "published", "publishing", "waiting", "scheduled", "collecting", "preparing", "handed", "asking", "making", "planned", "attempting", "pending", "half", "in_review", "open", "entered", "took":
		return "live"
	case "failed", "fail", "dead", "lost", "rejected", "refused", "overdue":
		return "bad"
	case "unknown", "paused", "gone", "expired", "deleted", "full", "stopped", "suppressed", "warn", "held", "held_out", "timed_out", "ended", "archived", "escalated", "exited":
		return "paused"
	}
	return ""
}

// Say picks the text of the page's language.
func (v *view) Say(zh, en string) string {
	if v.Lang == "en" {
		return en
	}
	return zh
}

// Sayf is Say with values.
func (v *view) Sayf(zh, en string, args ...any) string { return fmt.Sprintf(v.Say(zh, en), args...) }

// query makes an address with parameters; empty ones are left out.
func query(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// show renders a desk.
func (c *Console) show(w http.ResponseWriter, r *http.Request, v *view, status int, d desk) error {
	if done := r.URL.Query().Get("done"); done != "" && r.Method == http.MethodGet {
		d.Done = v.Name("done", done)
	}
	v.Title, v.Data = d.Title, d
	return c.render(w, r, status, "desk", v)
}

// back goes to a page after a form did its work. done names what it did.
func back(w http.ResponseWriter, r *http.Request, to, done string) error {
	path, rest, _ := strings.Cut(to, "?")
	q, err := url.ParseQuery(rest)
	if err != nil {
		q = url.Values{}
	}
	q.Set("done", done)
	http.Redirect(w, r, path+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}
