package board

import (
	"time"

	"yutang/internal/insight"
)

// Answer is a board.
type Answer struct {
	insight.Meta
	Board         string      `json:"board"`
	Zh            string      `json:"zh"`
	En            string      `json:"en"`
	From          time.Time   `json:"from"`
	To            time.Time   `json:"to"`
	Compare       *Span       `json:"compare,omitempty"`
	Currency      string      `json:"currency"`
	Periods       []time.Time `json:"periods"` // beginnings; the first and last may be cut by the range
	Numbers       []Value     `json:"numbers"`
	Rows          []Row       `json:"rows,omitempty"`
	OtherRows     int         `json:"other_rows,omitempty"` // how many are in the row "(other)"
	Stages        *Stages     `json:"stages,omitempty"`
	UnknownEvents []string    `json:"unknown_events,omitempty"`
}

// Span is a stretch of time; to is exclusive.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Value is one number. Nil is not known; Reason says why.
type Value struct {
	ID          string     `json:"id"`
	Group       string     `json:"group,omitempty"`
	Zh          string     `json:"zh"`
	En          string     `json:"en"`
	DefinitionZ string     `json:"definition_zh"`
	Definition  string     `json:"definition"`
	Unit        Unit       `json:"unit"`
	Value       *float64   `json:"value"`
	Numerator   *float64   `json:"numerator,omitempty"` // of a quotient
	Denominator *float64   `json:"denominator,omitempty"`
	Before      *float64   `json:"before,omitempty"` // of the stretch to compare with
	Change      *float64   `json:"change,omitempty"` // value / before - 1
	Series      []*float64 `json:"series,omitempty"`
	Reason      string     `json:"reason,omitempty" say:"zh"`
	Cell        *Cell      `json:"cell,omitempty"` // for the people behind it; none behind money spent
}

// Cell names a number for its people.
type Cell struct {
	Number string `json:"number"`
	Row    string `json:"row,omitempty"`
}

// Row is a channel, a member of staff or a campaign.
type Row struct {
	Row    string              `json:"row"`
	Values map[string]*float64 `json:"values"`
	Before map[string]*float64 `json:"before,omitempty"`
	Extra  map[string]*float64 `json:"extra,omitempty"` // of other rooms, see Extras
}
