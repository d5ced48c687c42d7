// Package maturity owns the self-assessment of a brand's private domain: a questionnaire of
// eight dimensions, its score, and a plan of next steps.
//
//	questions ──▶ answers (the team's, and the brand's own numbers) ──▶ scores, levels ──▶ plan
//
// Promises. Every answer is 0 to 4 and says in words what that means. A question about a
// number is answered from the boards of the last 90 days if they know it, with the evidence
// shown; the team may say otherwise. A dimension's score is the mean of its answers as
// percent, the whole is the mean of the dimensions. An assessment never changes once saved.
//
// The questionnaire and its edges are this product's own: a help to talk, no benchmark.
package maturity

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/insight/board"
)

// Numbers answers the boards.
type Numbers interface {
	Board(ctx context.Context, query json.RawMessage) (board.Answer, error)
}

// Service keeps assessments. Safe for concurrent use.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Numbers Numbers
}

// days is how far back the brand's own numbers reach.
const days = 90

// Evidence is a number of the brand that answers a question.
type Evidence struct {
	Board       string   `json:"board"`
	Number      string   `json:"number"`
	Value       float64  `json:"value"`
	Numerator   *float64 `json:"numerator,omitempty"`
	Denominator *float64 `json:"denominator,omitempty"`
	Days        int      `json:"days"`
	AsOf        string   `json:"as_of"`
	Answer      int      `json:"answer"`
}

// Asked is a question with what the brand's numbers say.
type Asked struct {
	Question
	Evidence *Evidence `json:"evidence,omitempty"`
}

// Score is how far a dimension is.
type Score struct {
	Dimension string  `json:"dimension"`
	Zh        string  `json:"zh"`
	En        string  `json:"en"`
	Score     float64 `json:"score"` // 0 to 100; with the others, the radar
	Level     int     `json:"level"` // 1 to 5
	Answered  int     `json:"answered"`
}

// Step is one thing to do next.
type Step struct {
	Question  string    `json:"question"`
	Dimension string    `json:"dimension"`
	Answer    int       `json:"answer"`
	WhyZh     string    `json:"why_zh"`
	WhyEn     string    `json:"why_en"`
	DoZh      string    `json:"do_zh"`
	DoEn      string    `json:"do_en"`
	Page      string    `json:"page,omitempty"`     // of the console
	Report    string    `json:"report,omitempty"`   // below /insight
	Playbook  string    `json:"playbook,omitempty"` // key in the library
	EffectZh  string    `json:"effect_zh"`
	EffectEn  string    `json:"effect_en"`
	Evidence  *Evidence `json:"evidence,omitempty"`
}

// Assessment is a saved one.
type Assessment struct {
	ID        string              `json:"id"`
	CreatedAt time.Time           `json:"created_at"`
	CreatedBy string              `json:"created_by"`
	Answers   map[string]int      `json:"answers"`
	FromData  map[string]Evidence `json:"from_data"` // what the numbers said, whether or not the team agreed
	Scores    []Score             `json:"scores"`
	Score     float64             `json:"score"`
	Level     int                 `json:"level"`
	LevelZh   string              `json:"level_zh"`
	LevelEn   string              `json:"level_en"`
	Plan      []Step              `json:"plan"`
}

// maxSteps bounds a plan: more is no plan.
const maxSteps = 12

// Questions is the questionnaire, answered from data where that is possible.
func (s *Service) Questions(ctx context.Context) ([]Asked, error) {
	found, err := s.evidence(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Asked, len(questions))
	for i, q := range questions {
		out[i].Question = q
		if e, ok := found[q.ID]; ok {
			out[i].Evidence = &e
		}
	}
	return out, nil
}

// evidence reads the boards that questions ask about.
func (s *Service) evidence(ctx context.Context) (map[string]Evidence, error) {
	now := s.Clock.Now()
	from := now.AddDate(0, 0, -days)
	values := map[string]board.Answer{}
	out := map[string]Evidence{}
	for _, q := range questions {
		if q.Number == "" {
			continue
		}
		a, ok := values[q.Board]
		if !ok {
			query, err := json.Marshal(map[string]any{
				"board": q.Board, "from": from.Format(time.RFC3339), "to": now.Format(time.RFC3339), "period": "month",
			})
			if err != nil {
				return nil, fmt.Errorf("ask for board %s: %w", q.Board, err)
			}
			if a, err = s.Numbers.Board(ctx, query); err != nil {
				return nil, fmt.Errorf("read board %s: %w", q.Board, err)
			}
			values[q.Board] = a
		}
		i := slices.IndexFunc(a.Numbers, func(v board.Value) bool { return v.ID == q.Number })
		if i < 0 || a.Numbers[i].Value == nil {
			continue
		}
		v := a.Numbers[i]
		out[q.ID] = Evidence{
			Board: q.Board, Number: q.Number, Value: *v.Value, Numerator: v.Numerator, Denominator: v.Denominator,
			Days: days, AsOf: a.AsOf.Format(time.RFC3339), Answer: q.rate(*v.Value),
		}
	}
	return out, nil
}

// Assess scores answers, plans the next steps and saves both. Questions about numbers may
// be left to the data. Errors: invalid naming each answer that is missing or wrong.
func (s *Service) Assess(ctx context.Context, answers map[string]int, by string) (Assessment, error) {
	found, err := s.evidence(ctx)
	if err != nil {
		return Assessment{}, err
	}
	if err := check(answers); err != nil {
		return Assessment{}, err
	}
	a := Assessment{
		ID: id.New("mat"), CreatedAt: s.Clock.Now().UTC().Truncate(time.Millisecond), CreatedBy: by, Answers: map[string]int{}, FromData: found,
	}
	for _, q := range questions {
		if v, ok := answers[q.ID]; ok {
			a.Answers[q.ID] = v
		} else if e, ok := found[q.ID]; ok {
			a.Answers[q.ID] = e.Answer
		}
	}
	a.score()
	a.plan()
	return a, s.insert(ctx, a)
}

func check(answers map[string]int) error {
	var faults []fault.Field
	for _, q := range questions {
		v, ok := answers[q.ID]
		switch {
		case !ok && q.Number == "":
			faults = append(faults, fault.Field{Pointer: "/answers/" + q.ID, Detail: "is missing: " + q.En})
		case ok && (v < 0 || v > 4):
			faults = append(faults, fault.Field{Pointer: "/answers/" + q.ID, Detail: "is 0 to 4"})
		}
	}
	for name := range answers {
		if find(name) == nil {
			faults = append(faults, fault.Field{Pointer: "/answers/" + name, Detail: "is no question; see /insight/maturity/questions"})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	slices.SortFunc(faults, func(x, y fault.Field) int { return cmp.Compare(x.Pointer, y.Pointer) })
	e := fault.New(fault.Invalid, "invalid_answers", "%s", faults[0].Pointer+" "+faults[0].Detail)
	e.Fields = faults
	return e
}

func (a *Assessment) score() {
	total := 0.0
	for _, d := range Dimensions {
		s := Score{Dimension: d.ID, Zh: d.Zh, En: d.En}
		sum := 0
		for _, q := range questions {
			if v, ok := a.Answers[q.ID]; ok && q.Dimension == d.ID {
				sum += v
				s.Answered++
			}
		}
		s.Score = float64(sum) / float64(4*s.Answered) * 100 // every dimension has questions that must be answered
		s.Level = level(s.Score)
		total += s.Score
		a.Scores = append(a.Scores, s)
	}
	a.Score = total / float64(len(Dimensions))
	a.Level = level(a.Score)
	a.LevelZh, a.LevelEn = levels[a.Level-1][0], levels[a.Level-1][1]
}

// level is 1 to 5: a fifth of the scale each.
func level(score float64) int { return min(int(score/20)+1, 5) }

var levels = [5][2]string{
	{"起步：靠个人", "beginning: it depends on persons"},
	{"成形：有做法", "forming: there are ways of doing it"},
	{"规范：有流程", "defined: there are processes"},
	{"数据驱动：有度量", "measured: there are numbers"},
	{"持续优化", "improving all the time"},
}

// plan lists the steps that the lowest answers ask for: those of the weakest dimensions
// first, and those with a number of the brand before others.
func (a *Assessment) plan() {
	a.Plan = []Step{}
	weak := map[string]float64{}
	for _, s := range a.Scores {
		weak[s.Dimension] = s.Score
	}
	for _, q := range questions {
		v, ok := a.Answers[q.ID]
		if !ok || v > 2 {
			continue
		}
		s := Step{
			Question: q.ID, Dimension: q.Dimension, Answer: v, WhyZh: q.Zh + "：" + q.AnchorsZh[v], WhyEn: q.En + ": " + q.AnchorsEn[v],
			DoZh: q.do.zh, DoEn: q.do.en, Page: q.do.page, Report: q.do.report, Playbook: q.do.playbook,
			EffectZh: q.do.effectZh, EffectEn: q.do.effectEn,
		}
		if e, ok := a.FromData[q.ID]; ok && e.Answer == v {
			s.Evidence = &e
			s.WhyZh, s.WhyEn = q.why(e.Value)
		}
		a.Plan = append(a.Plan, s)
	}
	slices.SortStableFunc(a.Plan, func(x, y Step) int {
		return cmp.Or(cmp.Compare(x.Answer, y.Answer), cmp.Compare(weak[x.Dimension], weak[y.Dimension]), cmp.Compare(known(y), known(x)))
	})
	a.Plan = a.Plan[:min(len(a.Plan), maxSteps)]
}

func known(s Step) int {
	if s.Evidence != nil {
		return 1
	}
	return 0
}
