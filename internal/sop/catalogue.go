package sop

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/flow"
)

// Entry is one playbook of the library in a language.
type Entry struct {
	Key         string
	Version     int
	Goal        string
	Subject     flow.Kind
	Name        string
	Description string
	When        string // when to use it
	Industries  []string
	Lang        string
	Needs       []Need
	Ready       bool // all that it needs is there
}

// Need is something that a playbook needs, and whether the brand has it.
type Need struct {
	Kind  string `json:"kind" enum:"event,trait,channel"`
	Name  string `json:"name"`
	Count int    `json:"count" doc:"customers who did it or have it; of a channel: its accounts"`
	Has   bool   `json:"has"`
}

// Filter narrows a list. Empty fields do not.
type Filter struct {
	Goal     string
	Industry string
	Lang     string // "" is Chinese
}

// List is the playbooks that fit, with what the brand has of what they need.
func (s *Service) List(ctx context.Context, f Filter) ([]Entry, error) {
	if f.Lang == "" {
		f.Lang = Chinese
	}
	if !slices.Contains(Languages, f.Lang) {
		return nil, fault.BadField("/lang", "choose one of %v", Languages)
	}
	if f.Industry != "" && !slices.Contains(Industries, f.Industry) {
		return nil, fault.BadField("/industry", "choose one of %v", Industries)
	}
	held := map[Need]Need{}
	out := []Entry{}
	for _, key := range s.lib.order {
		if f.Goal != "" && s.lib.skeletons[key].Goal != f.Goal {
			continue
		}
		e, err := s.entry(ctx, key, f.Industry, f.Lang, held)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// entry describes one playbook, of an industry if one is given. held remembers what was
// counted.
func (s *Service) entry(ctx context.Context, key, industry, lang string, held map[Need]Need) (Entry, error) {
	k, x := s.lib.skeletons[key], s.lib.texts[lang][key]
	r := s.lib.rendering(x, industry, lang, words{})
	say := func(text string) string { return fmt.Sprint(r.text(text, 0)) }
	e := Entry{
		Key: key, Version: k.Version, Goal: k.Goal, Subject: k.Subject, Name: say("${name}"), Description: say("${description}"), When: say(x.When),
		Industries: slices.Clone(Industries), Lang: lang, Needs: []Need{}, Ready: true,
	}
	for _, of := range []struct {
		kind  string
		names []string
	}{{"event", k.Needs.Events}, {"trait", k.Needs.Traits}, {"channel", k.Needs.Channels}} {
		for _, name := range of.names {
			n, err := s.need(ctx, Need{Kind: of.kind, Name: say(name)}, held)
			if err != nil {
				return e, err
			}
			e.Needs = append(e.Needs, n)
			e.Ready = e.Ready && n.Has
		}
	}
	return e, nil
}

// need counts what the brand has of one thing.
func (s *Service) need(ctx context.Context, n Need, held map[Need]Need) (Need, error) {
	if known, ok := held[n]; ok {
		return known, nil
	}
	asked := n
	var err error
	switch n.Kind {
	case "channel":
		var list []Endpoint
		list, err = s.Endpoints(ctx, n.Name)
		n.Count = len(list)
	case "trait":
		n.Count, err = s.Count(ctx, asRaw(map[string]any{"trait": n.Name, "op": "exists"}))
	default:
		n.Count, err = s.Count(ctx, asRaw(map[string]any{"did": map[string]any{"event": n.Name}}))
	}
	if err != nil {
		return n, fmt.Errorf("count %s %q: %w", n.Kind, n.Name, err)
	}
	n.Has = n.Count > 0
	held[asked] = n
	return n, nil
}

func asRaw(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts only
	}
	return raw
}

// Wish says which text of the library is wanted.
type Wish struct {
	Key      string
	Industry string
	Lang     string
	Params   map[string]json.RawMessage
	By       string
}

// Preview is a playbook as it would be installed.
type Preview struct {
	Entry
	Industry string
	Document json.RawMessage
	YAML     string
	Outline  []Node
	Params   []Setting
	Missing  []fault.Field // what must be said before it can be installed
}

// Setting is a parameter of a playbook with the value that it would have.
type Setting struct {
	Name   string          `json:"name"`
	Kind   string          `json:"kind"`
	Doc    string          `json:"doc"`
	Needed bool            `json:"needed"`
	Value  json.RawMessage `json:"value,omitempty"`
}

// Preview shows a playbook. What is not known yet of the brand has a stand-in, and is
// listed.
func (s *Service) Preview(ctx context.Context, w Wish) (Preview, error) {
	if _, _, err := s.lib.find(w.Key, w.Industry, w.Lang); err != nil {
		return Preview{}, err
	}
	given, err := s.settle(ctx, w.Params)
	if err != nil {
		return Preview{}, err
	}
	missing := s.lib.standIn(given, w)
	m, err := s.make(ctx, w, given)
	if err != nil {
		return Preview{}, err
	}
	e, err := s.entry(ctx, w.Key, w.Industry, w.Lang, map[Need]Need{})
	if err != nil {
		return Preview{}, err
	}
	text, err := flow.ToYAML(m.document)
	if err != nil {
		return Preview{}, err
	}
	return Preview{
		Entry: e, Industry: w.Industry, Document: m.document, YAML: string(text), Outline: outline(m.flow.Definition.Steps),
		Params: s.lib.settings(m.used, given, missing, w), Missing: missing,
	}, nil
}

// made is a rendered playbook that was checked.
type made struct {
	document json.RawMessage
	flow     *flow.Flow
	used     []string
}

func (s *Service) make(ctx context.Context, w Wish, given words) (made, error) {
	doc, used, err := s.lib.render(w.Key, w.Industry, w.Lang, given)
	if err != nil {
		return made{}, err
	}
	b, err := s.Brand(ctx)
	if err != nil {
		return made{}, err
	}
	f, err := parse(doc, b.Zone)
	return made{document: doc, flow: f, used: used}, err
}

// parse checks a document and says so in the words of an installation.
func parse(doc json.RawMessage, zone *time.Location) (*flow.Flow, error) {
	f, err := flow.Parse(doc, zone)
	if err != nil {
		return nil, fmt.Errorf("check the rendered playbook: %w", err)
	}
	return f, nil
}

// standIn fills parameters that must be said and were not, and lists them.
func (l *Library) standIn(given words, w Wish) (missing []fault.Field) {
	_, used, _ := l.render(w.Key, w.Industry, w.Lang, l.everything(given))
	for _, p := range l.params {
		if _, known := given[p.Name]; known || !p.Needed || !slices.Contains(used, p.Name) {
			continue
		}
		given[p.Name] = "ID"
		missing = append(missing, fault.Field{Pointer: "/params/" + p.Name, Detail: p.Doc[w.Lang]})
	}
	return missing
}

// everything is the given values with a stand-in for each that is needed.
func (l *Library) everything(given words) words {
	out := words{}
	for _, p := range l.params {
		if p.Needed {
			out[p.Name] = "ID"
		}
	}
	for k, v := range given {
		out[k] = v
	}
	return out
}

// settings lists the parameters that a playbook asks for.
func (l *Library) settings(used []string, given words, missing []fault.Field, w Wish) []Setting {
	out := []Setting{}
	for _, p := range l.params {
		if !slices.Contains(used, p.Name) {
			continue
		}
		x := Setting{Name: p.Name, Kind: p.Kind, Doc: p.Doc[w.Lang], Needed: p.Needed}
		if !slices.ContainsFunc(missing, func(f fault.Field) bool { return f.Pointer == "/params/"+p.Name }) {
			if v, ok := l.valueOf(p.Name, given, w); ok {
				x.Value = asRaw(v)
			}
		}
		out = append(out, x)
	}
	return out
}

// valueOf is what a name stands for in a playbook.
func (l *Library) valueOf(name string, given words, w Wish) (any, bool) {
	return l.rendering(l.texts[w.Lang][w.Key], w.Industry, w.Lang, given).value(name, 0)
}
