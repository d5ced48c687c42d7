// Package rfm owns recency, frequency and monetary value: the summaries that models of
// lifetime value start from, and scores that divide customers.
//
// Summaries count whole periods: frequency is the repeat periods with a purchase, recency
// the periods from the first to the last, T those watched, monetary the mean of the repeat
// periods. Scores rank how many days ago somebody last bought, how often and for how much,
// by quantiles (as pandas' qcut) or by thresholds; the segment "543" is R, F and M, and the
// level divides the sum of the three into four by its quantiles.
package rfm

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/insight"
)

// Row is one customer.
type Row struct {
	Root uint32 `json:"-"`
	ID   string `json:"id"`
	Summary
	DaysSince int     `json:"days_since"` // from the last purchase to the end, whole days of the zone's clocks
	Often     float64 `json:"often"`      // what the frequency score ranks
	Money     float64 `json:"money"`      // what the monetary score ranks, major units
	R         int     `json:"r"`
	F         int     `json:"f"`
	M         int     `json:"m"`
	Segment   string  `json:"segment"`
	Score     int     `json:"score"` // R + F + M
	Level     int     `json:"level"` // 1 to 4, by quantiles of the score
	Holdout   *Hold   `json:"holdout,omitempty"`
}

// Hold is what came after the calibration.
type Hold struct {
	Frequency int     `json:"frequency"`
	Duration  int     `json:"duration"`
	Monetary  float64 `json:"monetary"`
}

// Answer is the scores of everybody who bought.
type Answer struct {
	insight.Meta
	Unit      insight.Period `json:"unit"`
	Count     int            `json:"count"`
	Customers []Row          `json:"customers"` // one page, in order of number
	Next      string         `json:"next,omitempty"`
	Edges     Thresholds     `json:"edges"`    // between scores
	Segments  []Segment      `json:"segments"` // all of them, the largest first
	Levels    []Segment      `json:"levels"`   // 1 to 4
	Scores    []Segment      `json:"scores"`   // by sum, ascending
}

// Segment is customers with like scores.
type Segment struct {
	Name      string  `json:"name"`
	Count     int     `json:"count"`
	DaysSince float64 `json:"days_since"` // means
	Often     float64 `json:"often"`
	Money     float64 `json:"money"`
}

// Report answers RFM queries.
type Report struct{ Base *insight.Base }

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Scores(ctx, query)
}

// Scores answers a Query.
func (r *Report) Scores(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	rows, edges, meta, err := r.rows(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	out := Answer{Meta: meta, Unit: p.Unit, Count: len(rows), Edges: edges}
	out.Segments, out.Levels, out.Scores = groupsOf(rows)
	out.Customers, out.Next, err = insight.Cut(rows, p.Cursor, p.Limit, func(c *Row) uint32 { return c.Root })
	if err != nil {
		return Answer{}, err
	}
	for i := range out.Customers {
		out.Customers[i].ID = id.Customer(out.Customers[i].Root)
	}
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// cell is one number of an answer: one of its fields.
type cell struct {
	Segment  string   `json:"segment,omitempty"`
	Segments []string `json:"segments,omitempty"` // any of these
	Level    int      `json:"level,omitempty"`
	Score    int      `json:"score,omitempty"`
}

// People are the customers of {"segment": "543"}, {"level": 4} or {"score": 12}.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	var c cell
	if err := insight.DecodeCell(raw, &c); err != nil {
		return nil, err
	}
	if c.empty() {
		return nil, fault.BadField("/cell", `names a "segment", "segments", a "level" or a "score"`)
	}
	rows, _, _, err := r.rows(ctx, p)
	if err != nil {
		return nil, err
	}
	out := roaring.New()
	for _, row := range rows {
		if c.holds(&row) {
			out.Add(row.Root)
		}
	}
	return out, nil
}

func (c cell) empty() bool {
	return c.Segment == "" && len(c.Segments) == 0 && c.Level == 0 && c.Score == 0
}

func (c cell) holds(row *Row) bool {
	return (c.Segment == "" || c.Segment == row.Segment) && (len(c.Segments) == 0 || slices.Contains(c.Segments, row.Segment)) &&
		(c.Level == 0 || c.Level == row.Level) && (c.Score == 0 || c.Score == row.Score)
}

// rows are everybody who bought until the end, in order of number, with scores.
func (r *Report) rows(ctx context.Context, p *plan) ([]Row, Thresholds, insight.Meta, error) {
	reading, meta, err := r.Base.Read(ctx, audience.Survey{Picks: p.picks, Reads: p.reads, Audience: p.Audience}, p.zone)
	if err != nil {
		return nil, Thresholds{}, meta, err
	}
	parts := make([][]Row, audience.Workers())
	lists := make([][]Purchase, audience.Workers())
	byName, plain := reading.Masks()
	err = reading.Visit(ctx, func(person *audience.Person) error {
		w := person.Worker()
		list, often := p.purchases(person, lists[w][:0], byName, plain)
		lists[w] = list
		if row, ok := p.row(list, often); ok {
			row.Root = person.Root
			parts[w] = append(parts[w], row)
		}
		return nil
	})
	if err != nil {
		return nil, Thresholds{}, meta, err
	}
	rows := slices.Concat(parts...)
	slices.SortFunc(rows, func(a, b Row) int { return int(a.Root) - int(b.Root) })
	return rows, p.score(rows), meta, nil
}

// purchases lists what somebody bought until the end, and sums what counts as often.
func (p *plan) purchases(person *audience.Person, list []Purchase, byName []uint32, plain uint32) ([]Purchase, float64) {
	often := 0.0
	for i, name := range person.Name {
		if byName[name] == 0 || person.At[i] > p.end || person.Hits(byName, plain, i) == 0 {
			continue
		}
		list = append(list, Purchase{At: person.At[i], Value: number(person.Value(0, i))})
		if len(p.reads) > 1 {
			often += number(person.Value(1, i))
		}
	}
	return list, often
}

func number(v event.Value) float64 {
	if v.Kind != event.Number {
		return 0
	}
	return v.Num.Float()
}

func (p *plan) row(list []Purchase, often float64) (row Row, ok bool) {
	watched := p.end
	if p.calibration != 0 {
		watched = p.calibration
	}
	if row.Summary, ok = p.clock.summarise(list, watched); !ok {
		return row, false
	}
	if p.calibration != 0 {
		h := p.clock.holdout(list, p.calibration, p.end)
		row.Holdout = &Hold{h.Frequency, h.Duration, h.Monetary}
	}
	last := int64(0)
	for _, b := range list {
		if b.At > watched {
			break
		}
		last = b.At
		row.Often++
		row.Money += b.Value
	}
	row.DaysSince = int((p.wall(watched) - p.wall(last)) / 86_400_000)
	switch p.Scoring.Frequency {
	case "periods":
		row.Often = float64(row.Frequency)
	case "sum":
		row.Often = often
	}
	if p.Scoring.Monetary == "mean" {
		row.Money = row.Monetary
	}
	return row, true
}

// wall is a moment as the clocks of the zone show it: a day is one, though the clocks be
// changed in it.
func (p *plan) wall(ms int64) int64 {
	_, offset := time.UnixMilli(ms).In(p.zone).Zone()
	return ms + int64(offset)*1000
}

// score gives every row its scores and tells the edges between them.
func (p *plan) score(rows []Row) (edges Thresholds) {
	recency, frequency, monetary := make([]float64, len(rows)), make([]float64, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		recency[i], frequency[i], monetary[i] = float64(r.DaysSince), r.Often, r.Money
	}
	n := p.Scoring.Buckets
	edges = p.Scoring.Thresholds
	if p.Scoring.Method == "quantile" {
		edges = Thresholds{quantiles(recency, n), quantiles(frequency, n), quantiles(monetary, n)}
	}
	sums := make([]float64, len(rows))
	for i := range rows {
		r := &rows[i]
		r.R, r.F, r.M = n+1-score(recency[i], edges.Recency), score(frequency[i], edges.Frequency), score(monetary[i], edges.Monetary)
		r.Score = r.R + r.F + r.M
		r.Segment = fmt.Sprintf("%d%d%d", r.R, r.F, r.M)
		if n == 10 {
			r.Segment = fmt.Sprintf("%d-%d-%d", r.R, r.F, r.M)
		}
		sums[i] = float64(r.Score)
	}
	quarters := quantiles(sums, 4)
	for i := range rows {
		rows[i].Level = score(sums[i], quarters)
	}
	return edges
}

// groupsOf joins rows by segment, level and score.
func groupsOf(rows []Row) (segments, levels, scores []Segment) {
	by := func(name func(Row) string) []Segment {
		index := map[string]*Segment{}
		for _, r := range rows {
			s := index[name(r)]
			if s == nil {
				s = &Segment{Name: name(r)}
				index[s.Name] = s
			}
			s.Count++
			s.DaysSince += float64(r.DaysSince)
			s.Often += r.Often
			s.Money += r.Money
		}
		out := make([]Segment, 0, len(index))
		for _, s := range index {
			n := float64(s.Count)
			s.DaysSince, s.Often, s.Money = s.DaysSince/n, s.Often/n, s.Money/n
			out = append(out, *s)
		}
		return out
	}
	numeric := func(a, b Segment) int {
		x, _ := strconv.Atoi(a.Name)
		y, _ := strconv.Atoi(b.Name)
		return x - y
	}
	segments = by(func(r Row) string { return r.Segment })
	slices.SortFunc(segments, func(a, b Segment) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return numeric(b, a)
	})
	levels, scores = by(func(r Row) string { return strconv.Itoa(r.Level) }), by(func(r Row) string { return strconv.Itoa(r.Score) })
	slices.SortFunc(levels, numeric)
	slices.SortFunc(scores, numeric)
	return segments, levels, scores
}
