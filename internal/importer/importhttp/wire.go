package importhttp

import (
	"encoding/json"
	"math"
	"time"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/importer"
)

// maxRejected is how many rejected rows an answer holds; the file has all.
const maxRejected = 100

// Import is one import and how far it is.
type Import struct {
	ID         string           `json:"id"`
	Kind       importer.Kind    `json:"kind" enum:"orders,events,customers"`
	Name       string           `json:"name" doc:"of the file"`
	Source     string           `json:"source"`
	State      importer.State   `json:"state" enum:"queued,running,done,failed,cancelled"`
	Problem    string           `json:"problem,omitempty" say:"zh" doc:"why it failed"`
	Rows       int64            `json:"rows" doc:"in the file; 0 until counted"`
	Accepted   int64            `json:"accepted" doc:"rows whose event was stored"`
	Duplicates int64            `json:"duplicates" doc:"rows that were stored before, or stand twice in the file"`
	RejectedN  int64            `json:"rejected_count"`
	Events     int64            `json:"events" doc:"events stored; the lines of an order are one"`
	Reasons    map[string]int64 `json:"reasons" say:"zh" doc:"of rejection, with their counts"`
	Rejected   []Rejected       `json:"rejected" doc:"the first 100; only when one import is asked for"`
	Progress   Progress         `json:"progress"`
	Mapping    json.RawMessage  `json:"mapping"`
	CreatedAt  time.Time        `json:"created_at"`
	StartedAt  *time.Time       `json:"started_at,omitempty"`
	FinishedAt *time.Time       `json:"finished_at,omitempty"`
}

// Rejected is a row that was not imported.
type Rejected struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Reason string `json:"reason" say:"zh"`
}

// Progress is how far an import is.
type Progress struct {
	Phase   string  `json:"phase" enum:"waiting,counting,importing,ended"`
	Rows    int64   `json:"rows"`
	Percent float64 `json:"percent"`
	Rate    float64 `json:"rows_per_second"`
	Left    int64   `json:"seconds_left" doc:"estimated; 0 while unknown"`
}

func (h *handlers) wire(j *importer.Job) Import {
	return Import{
		ID: j.ID, Kind: j.Kind, Name: j.Name, Source: j.Source, State: j.State, Problem: j.Problem, Rows: j.Total,
		Accepted: j.Accepted, Duplicates: j.Duplicates, RejectedN: j.Rejected, Events: j.Events, Reasons: j.Reasons,
		Rejected: []Rejected{}, Progress: h.progress(j), Mapping: j.Mapping.JSON(), CreatedAt: j.CreatedAt,
		StartedAt: optional(j.StartedAt), FinishedAt: optional(j.FinishedAt),
	}
}

func (h *handlers) progress(j *importer.Job) Progress {
	p, running := h.imports.Progress(j.ID)
	out := Progress{Phase: "importing", Rows: p.Rows, Percent: round(p.Percent()), Rate: round(p.Rate), Left: int64(p.Left.Seconds())}
	switch {
	case running && p.Counting:
		out.Phase = "counting"
	case !running:
		settled := importer.Progress{Rows: j.Rows(), Total: j.Total}
		out = Progress{Phase: "ended", Rows: j.Rows(), Percent: round(settled.Percent())}
		if j.State == importer.Queued || j.State == importer.Running {
			out.Phase = "waiting"
		}
	}
	return out
}

func round(f float64) float64 { return math.Round(f*10) / 10 }

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func wireRejected(rows []importer.Rejected) []Rejected {
	out := make([]Rejected, len(rows))
	for i, r := range rows {
		out[i] = Rejected(r)
	}
	return out
}

// Preview is what an import would do.
type Preview struct {
	Mapping   json.RawMessage  `json:"mapping" doc:"the one given, or made from the headers"`
	Rows      int64            `json:"rows"`
	Accepted  int64            `json:"accepted" doc:"rows known from earlier imports count here too"`
	Repeats   int64            `json:"duplicates" doc:"lines that stand twice in their order"`
	RejectedN int64            `json:"rejected_count"`
	Events    int64            `json:"events"`
	Reasons   map[string]int64 `json:"reasons" say:"zh"`
	Sample    []Sample         `json:"sample" doc:"the first events"`
	Rejected  []Rejected       `json:"rejected" doc:"the first 100"`
}

// Columns is what a file's header says.
type Columns struct {
	Columns []Column        `json:"columns"`
	Mapping json.RawMessage `json:"mapping" doc:"guessed from the headers; may be too little for an import"`
}

// Column is one column of a file.
type Column struct {
	Name    string `json:"name"`
	Example string `json:"example" doc:"the first value; empty without customers.unmask"`
}

func wireColumns(c *importer.Columns, unmask bool) Columns {
	out := Columns{Columns: make([]Column, len(c.Names)), Mapping: c.Guess.JSON()}
	for i, name := range c.Names {
		out.Columns[i].Name = name
		if unmask {
			out.Columns[i].Example = c.Examples[i]
		}
	}
	return out
}

// Sample is one event that an import would store.
type Sample struct {
	Event      string                     `json:"event"`
	At         time.Time                  `json:"at"`
	Identities []event.Identity           `json:"identities"`
	Props      json.RawMessage            `json:"props"`
	Traits     map[string]json.RawMessage `json:"traits"`
	Tags       []string                   `json:"tags"`
}

func wirePreview(p *importer.Preview, unmask bool) Preview {
	out := Preview{
		Mapping: p.Mapping.JSON(), Rows: p.Rows, Accepted: p.Accepted, Repeats: p.Repeats, RejectedN: p.Rejected,
		Events: p.Events, Reasons: p.Reasons, Sample: make([]Sample, len(p.Sample)), Rejected: wireRejected(p.First),
	}
	for i, ev := range p.Sample {
		out.Sample[i] = wireSample(ev, unmask)
	}
	return out
}

func wireSample(ev *event.Event, unmask bool) Sample {
	s := Sample{
		Event: ev.Name, At: ev.At, Identities: make([]event.Identity, len(ev.Identities)), Props: ev.Props,
		Traits: map[string]json.RawMessage{}, Tags: make([]string, len(ev.Tags)),
	}
	if s.Props == nil {
		s.Props = json.RawMessage(`{}`)
	}
	copy(s.Identities, ev.Identities)
	for _, t := range ev.Traits {
		s.Traits[t.Name] = t.Value
	}
	for i, t := range ev.Tags {
		s.Tags[i] = t.Tag
	}
	if unmask {
		return s
	}
	s.Props = customer.MaskObject(ev.Name, s.Props)
	for i, who := range s.Identities {
		s.Identities[i].Value = customer.MaskIdentity(who.Type, who.Value)
	}
	for name, value := range s.Traits {
		s.Traits[name] = customer.MaskValue(name, value)
	}
	return s
}
