// Package vocabularyhttp serves what a rule can speak of over the management API.
package vocabularyhttp

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/event"
	"yutang/internal/httpapi"
	"yutang/internal/vocabulary"
)

type handlers struct{ words *vocabulary.Service }

// Routes lists what this package serves.
func Routes(a *httpapi.API, s *vocabulary.Service) {
	h := &handlers{s}
	httpapi.Register(a, httpapi.Op{
		Method: http.MethodGet, Path: "/vocabulary", ID: "get-vocabulary", Needs: access.AudiencesRead, Scope: access.ScopeBrand,
		Summary: "What a rule can speak of: events, properties, traits, tags, stages and tiers with common values",
	}, h.get)
}

// VocabularyProperty is a property of an event.
type VocabularyProperty struct {
	Name   string            `json:"name"`
	Type   string            `json:"type" enum:"text,number,bool,date,list," doc:"empty if not known"`
	Values []json.RawMessage `json:"values" doc:"common ones, the commonest first"`
}

// VocabularyTrait is a trait of customers.
type VocabularyTrait struct {
	VocabularyProperty
	Personal bool `json:"personal" doc:"only exists and missing can be asked"`
	Computed bool `json:"computed" doc:"made of orders"`
}

// VocabularyEvent is an event name.
type VocabularyEvent struct {
	Name       string               `json:"name"`
	Count      int                  `json:"count"`
	LastAt     time.Time            `json:"last_at"`
	Internal   bool                 `json:"internal" doc:"recorded by the product itself"`
	Properties []VocabularyProperty `json:"properties"`
}

// VocabularyTag is a tag and how many customers have it.
type VocabularyTag struct {
	Tag   string `json:"tag"`
	Count int    `json:"count"`
}

// Vocabulary is what a rule can speak of.
type Vocabulary struct {
	At     time.Time         `json:"at" doc:"when it was gathered: a minute ago at most"`
	Events []VocabularyEvent `json:"events" doc:"the commonest first"`
	Traits []VocabularyTrait `json:"traits"`
	Tags   []VocabularyTag   `json:"tags" doc:"the commonest first"`
	AIPL   []string          `json:"aipl" doc:"lowest first"`
	AARRR  []string          `json:"aarrr" doc:"lowest first"`
	Tier   []string          `json:"tier" doc:"lowest first"`
}

type output struct{ Body Vocabulary }

func (h *handlers) get(ctx context.Context, _ *httpapi.None) (*output, error) {
	w, err := h.words.Words(ctx)
	if err != nil {
		return nil, err
	}
	out := Vocabulary{
		At: w.At, Events: make([]VocabularyEvent, len(w.Events)), Traits: make([]VocabularyTrait, len(w.Traits)), Tags: make([]VocabularyTag, len(w.Tags)),
		AIPL: w.Levels["aipl"], AARRR: w.Levels["aarrr"], Tier: w.Levels["tier"],
	}
	for i, e := range w.Events {
		out.Events[i] = VocabularyEvent{Name: e.Name, Count: e.Count, LastAt: e.Last, Internal: e.Internal, Properties: make([]VocabularyProperty, len(e.Properties))}
		for j, p := range e.Properties {
			out.Events[i].Properties[j] = property(p)
		}
	}
	for i, t := range w.Traits {
		out.Traits[i] = VocabularyTrait{VocabularyProperty: property(t.Property), Personal: t.Personal, Computed: t.Computed}
	}
	for i, t := range w.Tags {
		out.Tags[i] = VocabularyTag(t)
	}
	return &output{out}, nil
}

func property(p vocabulary.Property) VocabularyProperty {
	return VocabularyProperty{Name: p.Name, Type: p.Type, Values: texts(p.Values)}
}

func texts(values []event.Value) []json.RawMessage {
	out := make([]json.RawMessage, len(values))
	for i, v := range values {
		out[i] = json.RawMessage(v.JSON())
	}
	return out
}
