package sophttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/flow"
	"yutang/internal/httpapi"
	"yutang/internal/sop"
)

// Entry is a ready playbook.
type Entry struct {
	Key         string     `json:"key"`
	Version     int        `json:"version"`
	Goal        string     `json:"goal" enum:"activate,convert,retain,win_back,care,content,campaign"`
	Subject     flow.Kind  `json:"subject" enum:"customer,staff,group,brand"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	When        string     `json:"when" doc:"when to use it"`
	Industries  []string   `json:"industries"`
	Lang        string     `json:"lang"`
	Needs       []sop.Need `json:"needs" doc:"what it listens to and sends by, and whether the brand has it"`
	Ready       bool       `json:"ready" doc:"the brand has all of it"`
}

func wireEntry(e sop.Entry) Entry {
	return Entry{
		Key: e.Key, Version: e.Version, Goal: e.Goal, Subject: e.Subject, Name: e.Name, Description: e.Description, When: e.When,
		Industries: e.Industries, Lang: e.Lang, Needs: e.Needs, Ready: e.Ready,
	}
}

type listInput struct {
	Goal     string `query:"goal" enum:"activate,convert,retain,win_back,care,content,campaign"`
	Industry string `query:"industry" enum:"beauty,food,education,baby"`
	Lang     string `query:"lang" enum:"zh-CN,zh,en" doc:"zh is short for zh-CN, as is none"`
}

type listOutput struct {
	Body struct {
		Items []Entry `json:"items"`
	}
}

func (h *handlers) list(ctx context.Context, in *listInput) (*listOutput, error) {
	found, err := h.SOP.List(ctx, sop.Filter{Goal: in.Goal, Industry: in.Industry, Lang: sop.Language(in.Lang)})
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Items = make([]Entry, len(found))
	for i, e := range found {
		out.Body.Items[i] = wireEntry(e)
	}
	return out, nil
}

// Preview is a ready playbook as it would be installed.
type Preview struct {
	Entry
	Industry   string          `json:"industry"`
	Definition json.RawMessage `json:"definition" doc:"a playbook"`
	YAML       string          `json:"yaml" doc:"the same for yutang playbook apply"`
	Outline    []sop.Node      `json:"outline" doc:"its steps, for a canvas"`
	Params     []sop.Setting   `json:"params" doc:"what may be said of the brand, with the values that were found"`
	Missing    []Missing       `json:"missing" doc:"what must be said before it can be installed"`
}

// Missing is a parameter that has no value yet.
type Missing struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

type previewOutput struct{ Body Preview }

type getInput struct {
	Key      string `path:"key"`
	Industry string `query:"industry" enum:"beauty,food,education,baby" doc:"absent: beauty"`
	Lang     string `query:"lang" enum:"zh-CN,zh,en" doc:"zh is short for zh-CN, as is none"`
}

func (h *handlers) get(ctx context.Context, in *getInput) (*previewOutput, error) {
	return h.show(ctx, in.Key, choice{Industry: in.Industry, Lang: in.Lang})
}

// choice is which text of a playbook, and the brand's own words.
type choice struct {
	Industry string                     `json:"industry,omitempty" enum:"beauty,food,education,baby" doc:"absent: beauty"`
	Lang     string                     `json:"lang,omitempty" enum:"zh-CN,zh,en" doc:"zh is short for zh-CN, as is none"`
	Params   map[string]json.RawMessage `json:"params,omitempty" doc:"by name; what is absent is found or has a default"`
}

type choiceInput struct {
	Key  string `path:"key"`
	Body choice
}

func (c choice) wish(ctx context.Context, key string) sop.Wish {
	w := sop.Wish{Key: key, Industry: c.Industry, Lang: sop.Language(c.Lang), Params: c.Params, By: actor(ctx)}
	if w.Industry == "" {
		w.Industry = sop.Beauty
	}
	return w
}

func (h *handlers) preview(ctx context.Context, in *choiceInput) (*previewOutput, error) {
	return h.show(ctx, in.Key, in.Body)
}

func (h *handlers) show(ctx context.Context, key string, c choice) (*previewOutput, error) {
	p, err := h.SOP.Preview(ctx, c.wish(ctx, key))
	if err != nil {
		return nil, err
	}
	out := &previewOutput{Preview{
		Entry: wireEntry(p.Entry), Industry: p.Industry, Definition: p.Document, YAML: p.YAML, Outline: p.Outline, Params: p.Params,
		Missing: []Missing{},
	}}
	for _, f := range p.Missing {
		out.Body.Missing = append(out.Body.Missing, Missing{Name: f.Pointer[len("/params/"):], Doc: f.Detail})
	}
	return out, nil
}

// Installed is a draft that came from the library.
type Installed struct {
	ID       string          `json:"id"`
	Playbook string          `json:"playbook" doc:"id of the draft"`
	Key      string          `json:"key"`
	Version  int             `json:"version" doc:"of the library's playbook then"`
	Industry string          `json:"industry"`
	Lang     string          `json:"lang"`
	Params   json.RawMessage `json:"params"`
	At       time.Time       `json:"at"`
	By       string          `json:"by"`
	Newer    bool            `json:"newer" doc:"the library says something else now"`
	Latest   int             `json:"latest" doc:"version of the library's playbook now"`
	Changes  []flow.Change   `json:"changes" doc:"what the library changed since; the draft stays as it is"`
}

func wireInstalled(u sop.Update) Installed {
	out := Installed{
		ID: u.ID, Playbook: u.Playbook, Key: u.Key, Version: u.Installed.Version, Industry: u.Industry, Lang: u.Lang, Params: u.Params, At: u.At,
		By: u.By, Newer: u.Newer, Latest: u.Version, Changes: u.Changes,
	}
	if out.Changes == nil {
		out.Changes = []flow.Change{}
	}
	return out
}

type installedOutput struct{ Body Installed }

func (h *handlers) install(ctx context.Context, in *choiceInput) (*installedOutput, error) {
	var made sop.Installed
	err := h.Access.Audited(ctx, "sop.install", func(ctx context.Context) (string, any, error) {
		w := in.Body.wish(ctx, in.Key)
		var err error
		made, err = h.SOP.Install(ctx, w)
		return made.Playbook, map[string]string{"sop": w.Key, "industry": w.Industry, "lang": w.Lang}, err
	})
	if err != nil {
		return nil, err
	}
	return &installedOutput{wireInstalled(sop.Update{Installed: made, Version: made.Version})}, nil
}

func (h *handlers) installed(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[Installed], error) {
	p, err := h.SOP.Installations(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireInstalled), nil
}

func (h *handlers) update(ctx context.Context, in *oneInput) (*installedOutput, error) {
	u, err := h.SOP.Installed(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &installedOutput{wireInstalled(u)}, nil
}
