package rule

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"time"

	"yutang/internal/event"
)

// maxDeciding is the most events an explanation names per condition, newest first.
const maxDeciding = 10

// Explanation says why a rule is true or false for a customer: the same tree as the rule.
type Explanation struct {
	Pointer  string          `json:"pointer" doc:"JSON pointer of this part in the rule"`
	Kind     string          `json:"kind" doc:"all, any, not, trait, tag, stage, audience, did or sequence"`
	Text     Text            `json:"text"`
	Result   bool            `json:"result"`
	Observed json.RawMessage `json:"observed,omitempty" doc:"what was compared: a count, sum, trait value, stage, or steps reached"`
	Events   []Deciding      `json:"events,omitempty" doc:"the events that count, newest first, ten at most; of a sequence, one per step"`
	Missed   *Deciding       `json:"missed,omitempty" doc:"no event counts: the newest that would, were it not too old"`
	Next     *time.Time      `json:"next_change,omitempty" doc:"earliest time at which the result could change by itself"`
	Children []*Explanation  `json:"children,omitempty"`
}

// Deciding is an event that made a condition true or false.
type Deciding struct {
	Seq uint64    `json:"seq"`
	At  time.Time `json:"at"`
}

// Text is a sentence in both languages of the product.
type Text struct {
	En string `json:"en"`
	Zh string `json:"zh"`
}

func textOf(n node) Text { return Text{En: describe(n, &english), Zh: describe(n, &chinese)} }

// Explain says why the customer does or does not match at now. It allocates.
func (p *Program) Explain(s *Subject, now int64) *Explanation {
	p.f.set(s, now)
	return p.root.explain(p.f)
}

func explained(f *frame, c code, n node, kind string) *Explanation {
	e := &Explanation{Pointer: n.pointer(), Kind: kind, Text: textOf(n)}
	var next int64
	e.Result, next = c.eval(f)
	if next != Never {
		t := time.UnixMilli(next).UTC()
		e.Next = &t
	}
	return e
}

func (f *frame) deciding(i int) Deciding {
	return Deciding{Seq: uint64(f.track.Seq[i]), At: time.UnixMilli(f.track.At[i]).UTC()}
}

func (c *groupCode) explain(f *frame) *Explanation {
	e := explained(f, c, c.ast, c.ast.kind)
	for _, kid := range c.kids {
		e.Children = append(e.Children, kid.explain(f))
	}
	return e
}

func (c *notCode) explain(f *frame) *Explanation {
	e := explained(f, c, c.ast, "not")
	e.Children = []*Explanation{c.kid.explain(f)}
	return e
}

func (c *setCode) explain(f *frame) *Explanation {
	kind := "tag"
	if _, ok := c.ast.(audienceNode); ok {
		kind = "audience"
	}
	return explained(f, c, c.ast, kind)
}

// explain shows the trait's value, except of personal traits, which have none here.
func (c *traitCode) explain(f *frame) *Explanation {
	e := explained(f, c, c.ast, "trait")
	if !event.Personal(c.ast.pred.name) {
		e.Observed = json.RawMessage(c.trait.Dict().Value(c.trait.Code(f.root)).JSON())
	}
	return e
}

func (c *levelCode) explain(f *frame) *Explanation {
	e := explained(f, c, c.ast, "stage")
	e.Observed = json.RawMessage("null")
	if have, names := c.level.Of(f.root), c.level.Names(); have >= 0 && have < len(names) {
		e.Observed = json.RawMessage(strconv.Quote(names[have]))
	}
	return e
}

// counting lists the events that count, newest first.
func (r *reach) counting(f *frame) []int {
	var out []int
	lo, end := r.bounds(f)
	for i := end - 1; i >= 0 && f.track.At[i] > lo; i-- {
		if r.sel.match(f, i) {
			out = append(out, i)
		}
	}
	return out
}

// name fills in the deciding events, or the newest one that is too old.
func (r *reach) name(f *frame, e *Explanation, events []int) {
	for _, i := range events[:min(len(events), maxDeciding)] {
		e.Events = append(e.Events, f.deciding(i))
	}
	if len(events) > 0 {
		return
	}
	lo, _ := r.bounds(f)
	for i := upper(f.track.At, lo) - 1; i >= 0; i-- {
		if f.track.At[i] <= f.now && r.sel.match(f, i) {
			missed := f.deciding(i)
			e.Missed = &missed
			return
		}
	}
}

func (c *countCode) explain(f *frame) *Explanation {
	e := explained(f, c, c.ast, "did")
	events := c.counting(f)
	e.Observed = json.RawMessage(strconv.Itoa(len(events)))
	c.name(f, e, events)
	return e
}

func (c *foldCode) explain(f *frame) *Explanation {
	e := explained(f, c, c.ast, "did")
	events := c.counting(f)
	var t tally
	f.seen.reset()
	for _, i := range events {
		c.add(f, &t, i)
	}
	e.Observed = c.observed(&t)
	c.name(f, e, c.decisive(f, &t, events))
	return e
}

func (c *foldCode) observed(t *tally) json.RawMessage {
	switch c.ast.agg.kind {
	case "first", "last":
		return json.RawMessage(c.column.Dict.Value(t.code).JSON())
	case "sum":
		return decimal(t.sum.big())
	case "min", "max":
		if t.n > 0 {
			return json.RawMessage(t.extreme.String())
		}
		return json.RawMessage("null")
	case "avg":
		if t.n > 0 {
			return decimal(new(big.Int).Quo(t.sum.big(), big.NewInt(t.n)))
		}
		return json.RawMessage("null")
	}
	return json.RawMessage(strconv.FormatInt(t.n, 10))
}

// decimal writes a number of millionths.
func decimal(n *big.Int) json.RawMessage {
	if n.IsInt64() {
		return json.RawMessage(event.Decimal(n.Int64()).String())
	}
	return json.RawMessage(new(big.Int).Quo(n, big.NewInt(event.DecimalScale)).String())
}

// decisive keeps of the counting events those that made the aggregate what it is.
func (c *foldCode) decisive(f *frame, t *tally, events []int) []int {
	switch {
	case len(events) == 0:
	case c.ast.agg.kind == "last":
		return events[:1]
	case c.ast.agg.kind == "first":
		return events[len(events)-1:]
	case c.ast.agg.kind == "min" || c.ast.agg.kind == "max":
		return slices.DeleteFunc(slices.Clone(events), func(i int) bool {
			n, ok := c.number(f, i)
			return !ok || n != t.extreme
		})
	}
	return events
}

func (c *sequenceCode) explain(f *frame) *Explanation {
	e := explained(f, c, c.ast, "sequence")
	start, _ := c.search(f, c.first(f))
	if start != noStart {
		e.Events = c.path(f, start)
	}
	e.Observed = json.RawMessage(strconv.Itoa(c.reached(f)))
	return e
}

// reached is the most steps that any attempt up to now got through.
func (c *sequenceCode) reached(f *frame) int {
	past := *f
	i := c.first(f)
	n := upper(f.track.At, f.now)
	cut := *f.track
	cut.At = cut.At[:n]
	past.track = &cut
	c.search(&past, i)
	best := 0
	for k, start := range past.seq.start[:len(c.steps)+1] {
		if k > 0 && start != noStart {
			best = k
		}
	}
	return best
}

// path follows the match that begins at start, taking each step as early as it can.
func (c *sequenceCode) path(f *frame, start int64) []Deciding {
	var out []Deciding
	at := f.track.At
	for i, end := upper(at, start-1), 0; i < len(at) && len(out) < len(c.steps); i = end {
		for end = i + 1; end < len(at) && at[end] == at[i]; end++ {
		}
		filled := c.fill(f, len(out), i, end)
		for step := len(out); filled > 0; step, filled = step+1, filled-1 {
			out = append(out, f.deciding(i+slices.Index(f.seq.owner[:end-i], step)))
		}
	}
	return out
}
