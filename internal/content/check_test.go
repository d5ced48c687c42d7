package content

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/fault"
)

func pointers(err error) []string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return nil
	}
	var out []string
	for _, field := range f.Fields {
		out = append(out, field.Pointer)
	}
	return out
}

func picture(asset string) Attachment { return Attachment{Kind: KindImage, Asset: asset} }

func TestCheck_NamesEveryFieldAtFault(t *testing.T) {
	t.Parallel()
	link := Attachment{Kind: KindLink, Title: "t", URL: "https://example.com/p"}
	mini := Attachment{Kind: KindMiniProgram, Title: "t", AppID: "wx1", Page: "p", Asset: "a"}
	with := func(a Attachment, change func(*Attachment)) Content {
		change(&a)
		return Content{Attachments: []Attachment{a}}
	}
	han := func(n int) string { return strings.Repeat("鱼", n) }
	for name, c := range map[string]struct {
		use  Use
		c    Content
		want []string
	}{
		"empty":                      {Welcome, Content{}, []string{"/w"}},
		"4000 bytes":                 {Welcome, Content{Text: han(1333) + "x"}, nil},
		"4001 bytes":                 {Welcome, Content{Text: han(1333) + "xx"}, []string{"/w/text"}},
		"not UTF-8":                  {Welcome, Content{Text: "a\xff"}, []string{"/w/text"}},
		"blank":                      {Welcome, Content{Text: " \n"}, []string{"/w/text"}},
		"group welcome text":         {GroupWelcome, Content{Text: han(1001)}, []string{"/w/text"}},
		"group welcome two":          {GroupWelcome, Content{Attachments: []Attachment{link, link}}, []string{"/w/attachments"}},
		"nine":                       {MassSend, Content{Attachments: []Attachment{link, link, link, mini, mini, mini, picture("a"), picture("b"), picture("c")}}, nil},
		"ten":                        {MassSend, Content{Attachments: make([]Attachment, 10)}, []string{"/w/attachments"}},
		"unknown kind":               {GroupSend, Content{Attachments: []Attachment{{Kind: "voice"}}}, []string{"/w/attachments/0/kind"}},
		"no asset":                   {Welcome, Content{Attachments: []Attachment{picture("a"), {Kind: KindVideo}, {Kind: KindFile}}}, []string{"/w/attachments/1/asset", "/w/attachments/2/asset"}},
		"title of 128":               {Welcome, with(link, func(a *Attachment) { a.Title = han(42) + "xx" }), nil},
		"title of 129":               {Welcome, with(link, func(a *Attachment) { a.Title = han(43) }), []string{"/w/attachments/0/title"}},
		"description of 513":         {Welcome, with(link, func(a *Attachment) { a.Description = strings.Repeat("x", 513) }), []string{"/w/attachments/0/description"}},
		"no address":                 {Welcome, with(link, func(a *Attachment) { a.URL = "" }), []string{"/w/attachments/0/url"}},
		"address of another kind":    {Welcome, with(link, func(a *Attachment) { a.URL = "javascript:alert(1)" }), []string{"/w/attachments/0/url"}},
		"mini title of 65":           {Welcome, with(mini, func(a *Attachment) { a.Title = strings.Repeat("x", 65) }), []string{"/w/attachments/0/title"}},
		"mini without all":           {Welcome, Content{Attachments: []Attachment{{Kind: KindMiniProgram}}}, []string{"/w/attachments/0/title", "/w/attachments/0/app_id", "/w/attachments/0/page", "/w/attachments/0/asset"}},
		"moment of 9 images":         {Moment, Content{Text: han(1333), Attachments: []Attachment{picture("a"), picture("b")}}, nil},
		"moment, bytes":              {Moment, Content{Text: han(1334)}, []string{"/w/text"}},
		"moment, characters":         {Moment, Content{Text: strings.Repeat("x", 2001)}, []string{"/w/text"}},
		"moment with file":           {Moment, Content{Attachments: []Attachment{{Kind: KindFile, Asset: "a"}}}, []string{"/w/attachments/0/kind"}},
		"moment, image and link":     {Moment, Content{Attachments: []Attachment{picture("a"), with(link, func(a *Attachment) { a.Asset = "b" }).Attachments[0]}}, []string{"/w/attachments/1/kind"}},
		"moment, two videos":         {Moment, Content{Attachments: []Attachment{{Kind: KindVideo, Asset: "a"}, {Kind: KindVideo, Asset: "b"}}}, []string{"/w/attachments/1/kind"}},
		"moment, link without cover": {Moment, Content{Attachments: []Attachment{link}}, []string{"/w/attachments/0/asset"}},
		"moment, link title of 65":   {Moment, with(link, func(a *Attachment) { a.Asset, a.Title = "b", strings.Repeat("x", 65) }), []string{"/w/attachments/0/title"}},
		"unknown use":                {"poster", Content{Text: "x"}, []string{"/w"}},
	} {
		if diff := cmp.Diff(c.want, pointers(c.c.Check(c.use, "/w"))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestParse_RefusesWhatIsNoContent(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{``, `[]`, `{"text":1}`, `{"txt":"x"}`, `{"text":"x"} {}`, `{"attachments":[{"kind":"image","asset":7}]}`} {
		if _, err := Parse([]byte(raw)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", raw, err)
		}
	}
	want := Content{Text: "你好", Attachments: []Attachment{picture("a")}}
	raw, _ := json.Marshal(want)
	if got, err := Parse(raw); err != nil || !cmp.Equal(got, want) {
		t.Fatalf("%+v %v", got, err)
	}
}

// FuzzParse: what parses and passes stays within the limits and survives a round trip.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"text":"hello {{customer}}","attachments":[{"kind":"image","asset":"ast_1"}]}`))
	f.Add([]byte(`{"text":"","attachments":[{"kind":"link","title":"t","url":"https://e.com"},{"kind":"miniprogram","title":"t","app_id":"wx","page":"p","asset":"a"}]}`))
	f.Add([]byte(`{"text":"\ud800"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := Parse(raw)
		if err != nil {
			return
		}
		for use, l := range limitsOf {
			if c.Check(use) != nil {
				continue
			}
			if c.Empty() || len(c.Text) > l.textBytes || len(c.Attachments) > l.attachments {
				t.Fatalf("%s passes %+v", use, c)
			}
			again, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := Parse(again); err != nil || back.Check(use) != nil {
				t.Fatalf("%s does not survive: %v", again, err)
			}
		}
	})
}
