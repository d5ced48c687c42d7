package insighthttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/insight/maturity"
)

// maturityRoutes lists the routes of the self-assessment.
func maturityRoutes(a *httpapi.API, h *handlers, op func(method, path, id, summary string, needs access.Permission) httpapi.Op) {
	const get, read = http.MethodGet, access.InsightRead
	create := op(http.MethodPost, "/maturity", "create-maturity", "Answer the self-assessment: score, level and plan", access.InsightWrite)
	create.Status = http.StatusCreated
	httpapi.Register(a, create, h.assess)
	httpapi.Register(a, op(get, "/maturity", "list-maturity", "The assessments so far, newest first", read), h.assessments)
	httpapi.Register(a, op(get, "/maturity/questions", "list-maturity-questions", "The questionnaire, with what the brand's own numbers say", read), h.questions)
	httpapi.Register(a, op(get, "/maturity/{id}", "get-maturity", "One assessment", read), h.assessment)
}

type questionsOutput struct {
	Body struct {
		Dimensions []maturity.Dimension `json:"dimensions"`
		Items      []maturity.Asked     `json:"items"`
	}
}

func (h *handlers) questions(ctx context.Context, _ *struct{}) (*questionsOutput, error) {
	out := &questionsOutput{}
	var err error
	out.Body.Dimensions = maturity.Dimensions
	out.Body.Items, err = h.Maturity.Questions(ctx)
	return out, err
}

type assessInput struct {
	Body struct {
		Answers map[string]int `json:"answers" doc:"0 to 4 by question; questions about numbers may be left to the data"`
	}
}

func (h *handlers) assess(ctx context.Context, in *assessInput) (*output[maturity.Assessment], error) {
	who, _ := access.From(ctx)
	var saved maturity.Assessment
	err := h.Access.Audited(ctx, "insight.maturity", func(ctx context.Context) (string, any, error) {
		var err error
		saved, err = h.Maturity.Assess(ctx, in.Body.Answers, who.ID)
		return saved.ID, map[string]any{"score": saved.Score}, err
	})
	if err != nil {
		return nil, err
	}
	return &output[maturity.Assessment]{saved}, nil
}

type assessmentsInput struct {
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"0" maximum:"1000"`
}

func (h *handlers) assessments(ctx context.Context, in *assessmentsInput) (*httpapi.List[maturity.Assessment], error) {
	found, err := h.Maturity.List(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, func(a maturity.Assessment) maturity.Assessment { return a }), nil
}

type assessmentInput struct {
	ID string `path:"id"`
}

func (h *handlers) assessment(ctx context.Context, in *assessmentInput) (*output[maturity.Assessment], error) {
	a, err := h.Maturity.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &output[maturity.Assessment]{a}, nil
}
