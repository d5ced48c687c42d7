package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"yutang/internal/access"
	"yutang/internal/flow"
)

// readyBook is a playbook of the library.
type readyBook struct {
	Key         string `json:"key"`
	Goal        string `json:"goal"`
	Subject     string `json:"subject"`
	Name        string `json:"name"`
	Description string `json:"description"`
	When        string `json:"when"`
	Needs       []struct {
		Kind  string `json:"kind"`
		Name  string `json:"name"`
		Count int    `json:"count"`
		Has   bool   `json:"has"`
	} `json:"needs"`
	Ready      bool            `json:"ready"`
	Industry   string          `json:"industry"`
	Definition json.RawMessage `json:"definition"`
	YAML       string          `json:"yaml"`
	Params     []sopParam      `json:"params"`
	Missing    []struct {
		Name string `json:"name"`
		Doc  string `json:"doc"`
	} `json:"missing"`
}

type sopParam struct {
	Name   string          `json:"name"`
	Kind   string          `json:"kind"`
	Doc    string          `json:"doc"`
	Needed bool            `json:"needed"`
	Value  json.RawMessage `json:"value"`
}

type installedSOP struct {
	Playbook string `json:"playbook"`
	Key      string `json:"key"`
	Industry string `json:"industry"`
	Newer    bool   `json:"newer"`
}

var sopIndustries = []string{"beauty", "food", "education", "baby"}

// sopGoals in the order in which a brand needs them.
var sopGoals = []string{"activate", "convert", "care", "retain", "win_back", "content", "campaign"}

// industry is the one asked for, or the first.
func (v *visit) industry() string {
	wish := v.asked("industry")
	for _, i := range sopIndustries {
		if i == wish {
			return i
		}
	}
	return sopIndustries[0]
}

func showSOP(v *visit) error {
	industry := v.industry()
	var p listed[readyBook]
	if err := v.get("/sop", url.Values{"industry": {industry}, "lang": {v.Lang}}, &p); err != nil {
		return err
	}
	var have listed[installedSOP]
	if err := v.get("/sop/installed", nil, &have); err != nil {
		return err
	}
	installed := map[string]string{}
	for _, x := range have.Items {
		installed[x.Key] = x.Playbook
	}
	d := desk{
		Title: v.Say("SOP 库", "SOP library"),
		Lead:  v.Say("按行业写好的运营 SOP，装上就是草稿：换成自己的说法，测试、回放，再发布。不会自动发布。", "Ready playbooks by industry. Installing makes a draft: put it in your words, test it, publish it. Nothing is published by itself."),
	}
	for _, i := range sopIndustries {
		d.Tabs = append(d.Tabs, link{Name: v.Name("industry", i), Href: query("/sop", "industry", i), Current: i == industry})
	}
	for _, goal := range sopGoals {
		s := section{Title: v.Name("sopgoal", goal), Note: v.Name("sopgoal.note", goal)}
		for _, b := range p.Items {
			if b.Goal == goal {
				s.Tiles = append(s.Tiles, v.sopTile(b, industry, installed[b.Key]))
			}
		}
		if len(s.Tiles) > 0 {
			d.Sections = append(d.Sections, s)
		}
	}
	return v.show(d)
}

func (v *visit) sopTile(b readyBook, industry, installed string) tile {
	t := tile{Title: b.Name, Text: b.Description, Note: v.Say("什么时候用：", "When: ") + b.When, Chips: []chip{{Text: v.Name("subject", b.Subject)}}, Needs: v.sopNeeds(b)}
	if b.Ready {
		t.Chips = append(t.Chips, chip{Text: v.Say("数据齐全", "ready"), Class: "good"})
	} else {
		t.Chips = append(t.Chips, chip{Text: v.Say("还缺数据", "data is missing"), Class: "paused"})
	}
	if installed != "" {
		t.Chips = append(t.Chips, chip{Text: v.Say("已安装", "installed"), Class: "live"})
		t.Actions = append(t.Actions, action{Name: v.Say("打开", "Open"), Href: "/playbooks/" + segment(installed)})
	}
	t.Actions = append(t.Actions, action{Name: v.Say("预览与安装", "Look and install"), Href: query("/sop/"+segment(b.Key), "industry", industry), Primary: installed == ""})
	return t
}

func (v *visit) sopNeeds(b readyBook) (out []need) {
	for _, n := range b.Needs {
		x := need{Name: v.Name(n.Kind, n.Name), Has: n.Has, Note: v.Sayf("%s 位客户", "%s customers", number(n.Count))}
		switch {
		case n.Kind == "channel":
			x.Note = v.Sayf("%d 个账号", "%d accounts", n.Count)
		case !n.Has:
			x.Note = v.Say("还没有", "none yet")
		}
		out = append(out, x)
	}
	return out
}

func showReadyBook(v *visit) error { return v.sopDesk(nil, nil) }

func (v *visit) sopDesk(q url.Values, wrong error) error {
	industry := v.industry()
	if q != nil {
		industry = q.Get("industry")
	}
	var b readyBook
	if err := v.get("/sop/"+segment(v.id()), url.Values{"industry": {industry}, "lang": {v.Lang}}, &b); err != nil {
		return err
	}
	var doc flow.Definition
	if err := json.Unmarshal(b.Definition, &doc); err != nil {
		return err
	}
	f := v.sopForm(b, industry, q)
	s := section{Title: v.Say("安装", "Install"), Note: v.Say("不填的用找到的值或行业默认值。", "What is left empty is found, or has the industry's default."), Form: f}
	d := desk{
		Crumb: link{Name: v.Say("SOP 库", "SOP library"), Href: query("/sop", "industry", industry)}, Title: b.Name, Lead: b.Description,
		Chips: []chip{{Text: v.Name("industry", industry)}, {Text: v.Name("sopgoal", b.Goal)}, {Text: v.Name("subject", b.Subject)}},
		Sections: []section{
			{Title: v.Say("需要什么，本品牌有没有", "What it needs, and whether you have it"), Tiles: []tile{{Title: v.Say("数据与渠道", "Data and channels"), Needs: v.sopNeeds(b), Note: b.When}}},
			{Title: v.Say("会做什么", "What it does"), Flow: v.flow(book{}, doc, bookReport{})},
		},
	}
	if v.Who.Can(access.PlaybooksWrite) {
		d.Sections = append(d.Sections, s)
	}
	d.Sections = append(d.Sections, section{Title: v.Say("同一份 YAML", "The same as YAML"), Code: b.YAML})
	if wrong != nil {
		return v.again(d, f, wrong)
	}
	return v.show(d)
}

func (v *visit) sopForm(b readyBook, industry string, q url.Values) *form {
	f := &form{Action: "/sop/" + segment(b.Key), Submit: v.Say("装为草稿", "Install as a draft"), Cancel: query("/sop", "industry", industry), Fields: []field{{Kind: "hidden", Name: "industry", Value: industry}}}
	for _, p := range b.Params {
		x := field{Name: "p." + p.Name, Pointer: "/params/" + p.Name, Label: p.Doc, Value: paramText(p.Value), Required: p.Needed && len(p.Value) == 0, Help: p.Name}
		switch p.Kind {
		case "number":
			x.Kind = "number"
		case "date", "time":
			x.Kind = p.Kind
		}
		if q != nil {
			x.Value = q.Get(x.Name)
		}
		f.Fields = append(f.Fields, x)
	}
	return f
}

// paramText writes a value for an input: lists by commas.
func paramText(raw json.RawMessage) string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		parts := make([]string, len(list))
		for i, x := range list {
			parts[i] = paramText(x)
		}
		return strings.Join(parts, ", ")
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// paramValue reads an input back as what the parameter is.
func paramValue(kind, s string) any {
	switch kind {
	case "number":
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			return n
		}
	case "list":
		return lines(s)
	case "integers":
		return whole(words(s))
	}
	return s
}

func installReadyBook(v *visit) error {
	q, err := v.form()
	if err != nil {
		return err
	}
	var b readyBook
	if err := v.get("/sop/"+segment(v.id()), url.Values{"industry": {q.Get("industry")}, "lang": {v.Lang}}, &b); err != nil {
		return err
	}
	params := map[string]any{}
	for _, p := range b.Params {
		s := trimmed(q, "p."+p.Name)
		if s == paramText(p.Value) || !q.Has("p."+p.Name) || s == "" && p.Kind != "text" && p.Kind != "list" {
			continue
		}
		params[p.Name] = paramValue(p.Kind, s)
	}
	var made installedSOP
	body := map[string]any{"industry": q.Get("industry"), "lang": v.Lang, "params": params}
	if err := v.send(http.MethodPost, "/sop/"+segment(v.id())+"/install", body, &made); err != nil {
		return v.sopDesk(q, err)
	}
	return back(v.w, v.r, "/playbooks/"+segment(made.Playbook), "installed")
}
