// Package board owns boards: fixed sets of numbers about a stretch of time, each with its
// definition, its formula, the same number of a stretch to compare with, and its series.
//
//	AARRR        acquisition, activation, retention, revenue, referral
//	AIPL         customers per stage, the flow between stages, the time in each
//	five_stage   source, reception, settling, conversion, service (私域五段)
//	efficiency   conversion, cost per fan and add success, profit per team cost (三个效率)
//	unit         unit economics of the 0-1 stage
//	channel, staff, campaign   a row each
//
// Promises. A number is a measure, or the quotient of two. One pass over everybody takes
// all of them. A customer counts once in a window, whatever records they have. Net revenue
// is the order ledger's: on a board with rows, the rows add up to it to the cent, the row
// "(none)" included. A number that cannot be known is null and says why.
//
// An order belongs to the row of its customer: that of the first add (or of the trait
// channel, for those never added). Adds, losses and scans belong to the row that the event
// itself names.
package board

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/insight"
)

// Report answers board queries.
type Report struct {
	Base   *insight.Base
	Costs  Costs  // nil: costs are not known
	Extras Extras // nil: none
	Store  *Store // nil: nothing is set
}

// Item is a board in the list of boards.
type Item struct {
	Name string   `json:"name"`
	Zh   string   `json:"zh"`
	En   string   `json:"en"`
	IDs  []string `json:"numbers"`
}

// List is all boards.
func List() []Item {
	out := make([]Item, len(specs))
	for i, s := range specs {
		out[i] = Item{Name: s.Name, Zh: s.Zh, En: s.En, IDs: []string{}}
		for _, x := range s.Numbers {
			out[i].IDs = append(out[i].IDs, x.ID)
		}
	}
	return out
}

func (r *Report) parse(ctx context.Context, raw json.RawMessage) (*plan, error) {
	set, err := r.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return parse(raw, r.Base, set)
}

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Board(ctx, query)
}

// Board answers a Query.
func (r *Report) Board(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := r.parse(ctx, query)
	if err != nil {
		return Answer{}, err
	}
	var out Answer
	if p.spec.stages {
		out, err = r.stages(ctx, p)
	} else {
		out, err = r.numbers(ctx, p)
	}
	if err != nil {
		return Answer{}, err
	}
	out.Board, out.Zh, out.En, out.From, out.To = p.spec.Name, p.spec.Zh, p.spec.En, p.from.In(p.zone), p.to.In(p.zone)
	if p.Compare != "" {
		out.Compare = &Span{time.UnixMilli(p.windows[then].from).In(p.zone), time.UnixMilli(p.windows[then].to).In(p.zone)}
	}
	out.Currency = r.Base.Customers.Currency()
	for _, at := range p.bounds[:len(p.bounds)-1] {
		out.Periods = append(out.Periods, time.UnixMilli(at).In(p.zone))
	}
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

func (r *Report) numbers(ctx context.Context, p *plan) (Answer, error) {
	s, err := r.scan(ctx, p, nil, nil, nil)
	if err != nil {
		return Answer{}, err
	}
	all, rows := s.join()
	out := Answer{Meta: s.meta, Numbers: []Value{}}
	for i := range p.picks {
		out.UnknownEvents = append(out.UnknownEvents, r.unknown(p, i)...)
	}
	b, err := r.books(ctx, p, "")
	if err != nil {
		return out, err
	}
	for i := range p.spec.Numbers {
		out.Numbers = append(out.Numbers, s.value(&p.spec.Numbers[i], all, b))
	}
	if p.spec.Rows == "" {
		return out, nil
	}
	out.Rows, out.OtherRows, err = r.rows(ctx, s, rows)
	return out, err
}

// unknown names the events of a selection that the query made itself.
func (r *Report) unknown(p *plan, pick int) []string {
	own := map[int]json.RawMessage{pickKey: p.Settings.Activation, pickActive: p.Settings.Active, pickScan: p.Settings.Scan}
	if len(own[pick]) == 0 {
		return nil
	}
	return r.Base.Unknown(p.picks[pick])
}

// value works out a number for all windows.
func (s *scan) value(x *Number, all sheet, b *books) Value {
	windows := len(s.p.windows)
	v := Value{
		ID: x.ID, Group: x.Group, Zh: x.Zh, En: x.En, DefinitionZ: x.formula(true), Definition: x.formula(false), Unit: x.Unit,
	}
	f := figures{s: s, sheet: all, windows: windows, books: b}
	v.Value, v.Reason = f.number(x, now)
	if x.den != nil {
		v.Numerator, _ = f.shown(x.num, now)
		v.Denominator, _ = f.shown(x.den, now)
	}
	if s.p.Compare != "" {
		v.Before, _ = f.number(x, then)
		if v.Value != nil && v.Before != nil && *v.Before != 0 {
			change := *v.Value / *v.Before - 1
			v.Change = &change
		}
	}
	for k := periods; k < windows; k++ {
		y, _ := f.number(x, k)
		v.Series = append(v.Series, y)
	}
	if x.num.special == plain || x.den != nil && x.den.special == plain {
		v.Cell = &Cell{Number: x.ID}
	}
	return v
}

// rows are the rows with the most net revenue, then the most adds; the rest as one.
func (r *Report) rows(ctx context.Context, s *scan, rows map[string]sheet) (out []Row, others int, err error) {
	b, err := r.books(ctx, s.p, s.p.spec.Rows)
	if err != nil {
		return nil, 0, err
	}
	for name := range b.spent[now] { // what was paid for without any result is worth a row
		if name != "" && rows[name] == nil {
			rows[name] = make(sheet, int(measures)*periods)
		}
	}
	var rest sheet
	restSpent := [periods]int64{}
	for i, name := range ordered(rows) {
		if i < s.p.Top {
			out = append(out, r.row(s, name, rows[name], b))
			continue
		}
		if rest == nil {
			rest = make(sheet, int(measures)*periods)
		}
		for k, t := range rows[name] {
			rest[k].join(t)
		}
		for k := range restSpent {
			restSpent[k] += b.spent[k][name]
		}
		others++
	}
	if others > 0 {
		for k := range restSpent {
			b.spent[k][Other] = restSpent[k]
		}
		out = append(out, r.row(s, Other, rest, b))
	}
	return out, others, r.extra(ctx, s.p, out)
}

func ordered(rows map[string]sheet) []string {
	return slices.SortedFunc(maps.Keys(rows), func(a, b string) int {
		ra, rb := rows[a], rows[b]
		return cmp.Or(
			cmp.Compare(rb.at(revenue, periods, now).sum, ra.at(revenue, periods, now).sum),
			cmp.Compare(rb.at(adds, periods, now).count, ra.at(adds, periods, now).count), cmp.Compare(a, b),
		)
	})
}

func (r *Report) row(s *scan, name string, sheet sheet, b *books) Row {
	f := figures{s: s, sheet: sheet, windows: periods, books: b, row: name}
	row := Row{Row: name, Values: map[string]*float64{}}
	for i := range s.p.spec.Numbers {
		x := &s.p.spec.Numbers[i]
		row.Values[x.ID], _ = f.number(x, now)
		if s.p.Compare != "" {
			if row.Before == nil {
				row.Before = map[string]*float64{}
			}
			row.Before[x.ID], _ = f.number(x, then)
		}
	}
	return row
}

// People are the customers behind a number:
//
//	{"number": ID, "part"?: "numerator"|"denominator", "period"?: i, "compare"?: bool, "row"?: NAME}
//
// and on the board aipl {"stage": S, "at"?: "start"|"end", "period"?: i} or {"flow": [FROM, TO]}.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := r.parse(ctx, query)
	if err != nil {
		return nil, err
	}
	c, err := p.parseCell(raw)
	if err != nil {
		return nil, err
	}
	if p.spec.stages {
		return r.stagePeople(ctx, p, &c)
	}
	t, err := p.spec.behind(&c)
	if err != nil {
		return nil, err
	}
	shown, err := r.shownRows(ctx, p, &c)
	if err != nil {
		return nil, err
	}
	s, err := r.scan(ctx, p, &c, t, shown)
	if err != nil {
		return nil, err
	}
	return insight.Gather(s.workers, func(w *worker) *roaring.Bitmap { return w.people }), nil
}

// behind is the term whose people a cell asks for.
func (s *Spec) behind(c *cell) (*term, error) {
	x := s.number(c.Number)
	if x == nil {
		return nil, invalidCell("/number", "this board has no number %q", c.Number)
	}
	t := x.num
	if c.Part == "denominator" || c.Part == "" && t.special != plain {
		t = x.den
	}
	if t == nil || t.special != plain {
		return nil, invalidCell("/part", "nobody is behind that part of %q", c.Number)
	}
	return t, nil
}

// shownRows are the rows beside "(other)", if the cell asks for that.
func (r *Report) shownRows(ctx context.Context, p *plan, c *cell) (map[string]bool, error) {
	if c.Row == nil || *c.Row != Other {
		return nil, nil //nolint:nilnil // no rows to leave out
	}
	answer, err := r.numbers(ctx, p)
	if err != nil {
		return nil, err
	}
	shown := map[string]bool{}
	for _, row := range answer.Rows {
		shown[row.Row] = true
	}
	return shown, nil
}
