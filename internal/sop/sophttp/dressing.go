package sophttp

import (
	"context"
	"time"

	"yutang/internal/httpapi"
	"yutang/internal/sop"
)

// Persona says how members of staff appear.
type Persona struct {
	ID        string       `json:"id"`
	Sheet     sop.Sheet    `json:"sheet"`
	Members   []sop.Member `json:"members,omitempty" doc:"only when one persona is asked for"`
	CreatedAt time.Time    `json:"created_at"`
	UpdatedAt time.Time    `json:"updated_at"`
	By        string       `json:"by"`
}

func wirePersona(p sop.Persona) Persona {
	return Persona{ID: p.ID, Sheet: p.Sheet, Members: p.Members, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, By: p.By}
}

type (
	langInput struct {
		Lang string `query:"lang" enum:"zh-CN,zh,en" doc:"zh is short for zh-CN, as is none"`
	}
	sheetsOutput struct {
		Body struct {
			Industries map[string]sop.Sheet `json:"industries"`
		}
	}
	personaOutput struct{ Body Persona }
	personaInput  struct{ Body sop.Sheet }
	changePersona struct {
		ID   string `path:"id"`
		Body sop.Sheet
	}
	membersInput struct {
		ID   string `path:"id"`
		Body struct {
			Members []sop.Member `json:"members" doc:"these and no others; a member follows one persona at a time"`
		}
	}
)

func (in langInput) lang() string { return sop.Language(in.Lang) }

func (h *handlers) sheets(ctx context.Context, in *langInput) (*sheetsOutput, error) {
	out := &sheetsOutput{}
	var err error
	out.Body.Industries, err = h.SOP.Sheets(ctx, in.lang())
	return out, err
}

func (h *handlers) personas(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[Persona], error) {
	p, err := h.SOP.Personas(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wirePersona), nil
}

// changing runs what makes or changes a persona, with its line in the audit trail.
func (h *handlers) changing(ctx context.Context, action string, fn func(ctx context.Context) (sop.Persona, error)) (*personaOutput, error) {
	var p sop.Persona
	err := h.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		var err error
		p, err = fn(ctx)
		return p.ID, nil, err
	})
	if err != nil {
		return nil, err
	}
	return &personaOutput{wirePersona(p)}, nil
}

func (h *handlers) createPersona(ctx context.Context, in *personaInput) (*personaOutput, error) {
	return h.changing(ctx, "persona.create", func(ctx context.Context) (sop.Persona, error) {
		return h.SOP.CreatePersona(ctx, in.Body, actor(ctx))
	})
}

func (h *handlers) persona(ctx context.Context, in *oneInput) (*personaOutput, error) {
	p, err := h.SOP.Persona(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &personaOutput{wirePersona(p)}, nil
}

func (h *handlers) changePersona(ctx context.Context, in *changePersona) (*personaOutput, error) {
	return h.changing(ctx, "persona.update", func(ctx context.Context) (sop.Persona, error) {
		return h.SOP.ChangePersona(ctx, in.ID, in.Body)
	})
}

func (h *handlers) assign(ctx context.Context, in *membersInput) (*personaOutput, error) {
	return h.changing(ctx, "persona.assign", func(ctx context.Context) (sop.Persona, error) {
		return h.SOP.AssignPersona(ctx, in.ID, in.Body.Members)
	})
}

func (h *handlers) deletePersona(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	return nil, h.Access.Audited(ctx, "persona.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.SOP.DeletePersona(ctx, in.ID)
	})
}

// Checklist is a list that is kept.
type Checklist struct {
	ID string `json:"id"`
	sop.List
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	By        string    `json:"by"`
}

func wireChecklist(c sop.Checklist) Checklist {
	return Checklist{ID: c.ID, List: c.List, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, By: c.By}
}

type (
	listsOutput struct {
		Body struct {
			Items []sop.List `json:"items"`
		}
	}
	checklistOutput struct{ Body Checklist }
	checklistInput  struct{ Body sop.List }
	changeChecklist struct {
		ID   string `path:"id"`
		Body sop.List
	}
)

func (h *handlers) lists(_ context.Context, in *langInput) (*listsOutput, error) {
	out := &listsOutput{}
	var err error
	out.Body.Items, err = h.SOP.Lists(in.lang())
	return out, err
}

func (h *handlers) checklists(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[Checklist], error) {
	p, err := h.SOP.Checklists(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireChecklist), nil
}

func (h *handlers) createChecklist(ctx context.Context, in *checklistInput) (*checklistOutput, error) {
	var c sop.Checklist
	err := h.Access.Audited(ctx, "checklist.create", func(ctx context.Context) (string, any, error) {
		var err error
		c, err = h.SOP.CreateChecklist(ctx, in.Body, actor(ctx))
		return c.ID, nil, err
	})
	if err != nil {
		return nil, err
	}
	return &checklistOutput{wireChecklist(c)}, nil
}

func (h *handlers) checklist(ctx context.Context, in *oneInput) (*checklistOutput, error) {
	c, err := h.SOP.Checklist(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &checklistOutput{wireChecklist(c)}, nil
}

func (h *handlers) changeChecklist(ctx context.Context, in *changeChecklist) (*checklistOutput, error) {
	var c sop.Checklist
	err := h.Access.Audited(ctx, "checklist.update", func(ctx context.Context) (string, any, error) {
		var err error
		c, err = h.SOP.ChangeChecklist(ctx, in.ID, in.Body)
		return in.ID, nil, err
	})
	if err != nil {
		return nil, err
	}
	return &checklistOutput{wireChecklist(c)}, nil
}

func (h *handlers) deleteChecklist(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	return nil, h.Access.Audited(ctx, "checklist.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.SOP.DeleteChecklist(ctx, in.ID)
	})
}
