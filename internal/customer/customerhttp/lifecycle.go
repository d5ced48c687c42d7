package customerhttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"yutang/internal/customer"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/page"
	"yutang/internal/rule"
)

// Tag is a tag and how many customers have it.
type Tag struct {
	Tag   string `json:"tag"`
	Count int    `json:"count"`
}

func (h *handlers) tags(_ context.Context, in *struct{ httpapi.PageQuery }) (*httpapi.List[Tag], error) {
	start := 0
	if _, err := page.After(in.Cursor, &start); err != nil {
		return nil, err
	}
	all := h.Customers.Tags()
	start = min(max(start, 0), len(all))
	end := min(start+page.Limit(in.Limit), len(all))
	out := page.Page[customer.TagCount]{Items: all[start:end]}
	if end < len(all) {
		out.Next = page.Cursor(end)
	}
	return httpapi.Listed(out, func(t customer.TagCount) Tag { return Tag(t) }), nil
}

// LevelChange is one change of a stage or tier. Empty is none.
type LevelChange struct {
	Kind     string    `json:"kind" enum:"aipl,aarrr,tier"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	At       time.Time `json:"at"`
	Customer string    `json:"customer" doc:"the record it was noted under"`
}

func (h *handlers) levels(ctx context.Context, in *pageInput) (*httpapi.List[LevelChange], error) {
	root, err := h.find(in.ID)
	if err != nil {
		return nil, err
	}
	var before int64
	if _, err := page.After(in.Cursor, &before); err != nil {
		return nil, err
	}
	limit := page.Limit(in.Limit)
	out := page.Page[customer.LevelChange]{}
	if out.Items, err = h.Customers.LevelHistory(ctx, root, before, limit+1); err != nil {
		return nil, err
	}
	out = page.Cut(out.Items, limit, func(c customer.LevelChange) int64 { return c.Seq })
	return httpapi.Listed(out, func(c customer.LevelChange) LevelChange {
		return LevelChange{c.Kind, c.From, c.To, c.At, c.Customer}
	}), nil
}

// Level is one stage or tier.
type Level struct {
	Name  string          `json:"name"`
	Rule  json.RawMessage `json:"rule" doc:"a rule: see docs/rules.md"`
	Count int             `json:"count,omitempty" readOnly:"true" doc:"customers who are there now"`
}

// Levels are the stages and tiers, lowest first. A customer is at the highest whose rule
// matches.
type Levels struct {
	AIPL  []Level `json:"aipl,omitempty"`
	AARRR []Level `json:"aarrr,omitempty"`
	Tier  []Level `json:"tier,omitempty"`
}

func (l *Levels) of(kind string) *[]Level {
	switch kind {
	case customer.AIPL:
		return &l.AIPL
	case customer.AARRR:
		return &l.AARRR
	}
	return &l.Tier
}

type levelsOutput struct{ Body Levels }

func (h *handlers) lifecycle(ctx context.Context, _ *httpapi.None) (*levelsOutput, error) {
	defs, err := h.Customers.LevelDefs(ctx)
	if err != nil {
		return nil, err
	}
	out := &levelsOutput{}
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	for _, kind := range customer.LevelKinds() {
		counts := h.Customers.Level(kind).Counts()
		for i, d := range defs[kind] {
			*out.Body.of(kind) = append(*out.Body.of(kind), Level{d.Name, d.Rule, counts[i]})
		}
	}
	return out, nil
}

type setLevelsInput struct{ Body Levels }

// setLifecycle replaces the rules of the kinds that are given; all of them are checked
// before anything changes.
func (h *handlers) setLifecycle(ctx context.Context, in *setLevelsInput) (*levelsOutput, error) {
	wanted := map[string][]customer.LevelDef{}
	for _, kind := range customer.LevelKinds() {
		for i, l := range *in.Body.of(kind) {
			r, err := rule.Parse(l.Rule, h.Zone())
			if err != nil {
				return nil, within(fmt.Sprintf("/%s/%d/rule", kind, i), err)
			}
			if d := r.Deps(); len(d.Stages)+len(d.Audiences) > 0 {
				return nil, fault.BadField("/"+kind+"/"+strconv.Itoa(i)+"/rule", "cannot depend on stages, tiers or audiences, which may depend on it")
			}
			wanted[kind] = append(wanted[kind], customer.LevelDef{Name: l.Name, Rule: r.JSON()})
		}
	}
	if len(wanted) == 0 {
		return nil, fault.BadField("", "give the levels of aipl, aarrr or tier")
	}
	if err := h.Customers.SetLevelDefs(ctx, wanted); err != nil {
		return nil, err
	}
	if err := h.Access.Audit(ctx, "lifecycle.update", "lifecycle", wanted); err != nil {
		return nil, err
	}
	if err := h.Audiences.LevelsChanged(ctx); err != nil {
		return nil, err
	}
	return h.lifecycle(ctx, nil)
}

// within puts the place of a rule before the pointers of its faults.
func within(prefix string, err error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	moved := *e
	moved.Fields = make([]fault.Field, len(e.Fields))
	for i, f := range e.Fields {
		moved.Fields[i] = fault.Field{Pointer: prefix + f.Pointer, Detail: f.Detail}
	}
	return &moved
}

// Flow is how many customers moved between two stages or tiers. Empty is none.
type Flow struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

type flowsInput struct {
	Kind string    `query:"kind" required:"true" enum:"aipl,aarrr,tier"`
	From time.Time `query:"from" required:"true" doc:"inclusive"`
	To   time.Time `query:"to" required:"true" doc:"exclusive"`
}

func (h *handlers) flows(ctx context.Context, in *flowsInput) (*httpapi.List[Flow], error) {
	flows, err := h.Customers.LevelFlows(ctx, in.Kind, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[customer.LevelFlow]{Items: flows}, func(f customer.LevelFlow) Flow { return Flow(f) }), nil
}

// FlowMove is one customer's change of level.
type FlowMove struct {
	Seq      int64     `json:"seq"`
	Customer string    `json:"customer"`
	From     string    `json:"from" doc:"empty: no level"`
	To       string    `json:"to" doc:"empty: no level"`
	At       time.Time `json:"at"`
}

type flowPeopleInput struct {
	httpapi.PageQuery
	Kind  string    `query:"kind" required:"true" enum:"aipl,aarrr,tier"`
	From  string    `query:"from" doc:"a level, or none; absent: any"`
	To    string    `query:"to" doc:"a level, or none; absent: any"`
	Since time.Time `query:"since" required:"true" doc:"inclusive"`
	Until time.Time `query:"until" required:"true" doc:"exclusive"`
}

func (h *handlers) flowPeople(ctx context.Context, in *flowPeopleInput) (*httpapi.List[FlowMove], error) {
	p, err := h.Customers.FlowMoves(ctx, customer.FlowFilter{
		Kind: in.Kind, From: in.From, To: in.To, Since: in.Since, Until: in.Until, Cursor: in.Cursor, Limit: page.Limit(in.Limit),
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(c customer.LevelChange) FlowMove { return FlowMove{c.Seq, c.Customer, c.From, c.To, c.At} }), nil
}
