package sophttp

import (
	"context"
	"errors"
	"io"
	"time"

	"yutang/internal/content"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/sop"
)

// Audit is a checklist held against one account, group or campaign.
type Audit struct {
	ID        string                `json:"id"`
	Checklist string                `json:"checklist"`
	Name      string                `json:"name"`
	About     string                `json:"about" enum:"account,group,campaign"`
	Subject   string                `json:"subject" doc:"userid, chat id, or the name of a campaign"`
	Corp      string                `json:"corp"`
	Staff     string                `json:"staff" doc:"who answers it"`
	Items     []sop.Item            `json:"items"`
	Answers   map[string]sop.Answer `json:"answers" doc:"by item"`
	State     string                `json:"state" enum:"open,done"`
	Score     *int                  `json:"score,omitempty" doc:"percent in order among what applies; absent before the first answer"`
	DueAt     time.Time             `json:"due_at"`
	CreatedAt time.Time             `json:"created_at"`
	DoneAt    *time.Time            `json:"done_at,omitempty"`
	Repeats   string                `json:"repeats,omitempty" doc:"the audit before it"`
}

func wireAudit(a sop.Audit) Audit {
	out := Audit{
		ID: a.ID, Checklist: a.Checklist, Name: a.Name, About: a.About, Subject: a.Subject, Corp: a.Corp, Staff: a.Staff, Items: a.Items,
		Answers: a.Answers, State: a.State, DueAt: a.DueAt, CreatedAt: a.CreatedAt, Repeats: a.Before,
	}
	if a.Score >= 0 {
		out.Score = &a.Score
	}
	if !a.DoneAt.IsZero() {
		out.DoneAt = &a.DoneAt
	}
	return out
}

type (
	auditsInput struct {
		httpapi.PageQuery
		Checklist string `query:"checklist"`
		Corp      string `query:"corp"`
		Staff     string `query:"staff"`
		Subject   string `query:"subject"`
		State     string `query:"state" enum:"open,done"`
	}
	auditOutput struct{ Body Audit }
	newAudit    struct {
		Body struct {
			Checklist string    `json:"checklist"`
			Subject   string    `json:"subject" doc:"userid, chat id, or the name of a campaign"`
			Corp      string    `json:"corp"`
			Staff     string    `json:"staff,omitempty" doc:"who answers it; absent for an account: the account itself"`
			DueAt     time.Time `json:"due_at,omitempty" doc:"absent: in a week"`
		}
	}
	finding struct {
		Verdict string `json:"verdict" enum:"ok,not_ok,without"`
		Note    string `json:"note,omitempty" maxLength:"1000"`
		Photo   string `json:"photo,omitempty" doc:"id of an image asset"`
	}
	tickInput struct {
		ID   string `path:"id"`
		Item string `path:"item"`
		Body finding
	}
	mineInput struct {
		httpapi.PageQuery
		State string `query:"state" enum:"open,done"`
	}
	photoInput  struct{ httpapi.Upload }
	photoOutput struct {
		Body struct {
			Photo string `json:"photo" doc:"id of the asset"`
		}
	}
)

func (h *handlers) audits(ctx context.Context, in *auditsInput) (*httpapi.List[Audit], error) {
	p, err := h.SOP.Audits(ctx, sop.AuditFilter{
		Checklist: in.Checklist, Corp: in.Corp, Staff: in.Staff, Subject: in.Subject, State: in.State, Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireAudit), nil
}

func (h *handlers) createAudit(ctx context.Context, in *newAudit) (*auditOutput, error) {
	var a sop.Audit
	err := h.Access.Audited(ctx, "dressing_audit.create", func(ctx context.Context) (string, any, error) {
		b := in.Body
		var err error
		a, err = h.SOP.CreateAudit(ctx, sop.NewAudit{Checklist: b.Checklist, Subject: b.Subject, Corp: b.Corp, Staff: b.Staff, DueAt: b.DueAt.UTC()})
		return a.ID, nil, err
	})
	if err != nil {
		return nil, err
	}
	return &auditOutput{wireAudit(a)}, nil
}

func (h *handlers) audit(ctx context.Context, in *oneInput) (*auditOutput, error) {
	a, err := h.SOP.Audit(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &auditOutput{wireAudit(a)}, nil
}

func (h *handlers) tick(ctx context.Context, in *tickInput) (*auditOutput, error) {
	return h.answer(ctx, in, nil)
}

func (h *handlers) answer(ctx context.Context, in *tickInput, mine *sop.Member) (*auditOutput, error) {
	var a sop.Audit
	err := h.Access.Audited(ctx, "dressing_audit.answer", func(ctx context.Context) (string, any, error) {
		ans := sop.Answer{Verdict: in.Body.Verdict, Note: in.Body.Note, Photo: in.Body.Photo, By: actor(ctx)}
		var err error
		a, err = h.SOP.Tick(ctx, in.ID, in.Item, ans, mine)
		return in.ID, map[string]string{"item": in.Item, "verdict": ans.Verdict}, err
	})
	if err != nil {
		return nil, err
	}
	return &auditOutput{wireAudit(a)}, nil
}

func (h *handlers) myPersona(ctx context.Context, _ *httpapi.None) (*personaOutput, error) {
	m, err := member(ctx)
	if err != nil {
		return nil, err
	}
	p, err := h.SOP.PersonaOf(ctx, m)
	if err != nil {
		return nil, err
	}
	return &personaOutput{wirePersona(p)}, nil
}

func (h *handlers) myAudits(ctx context.Context, in *mineInput) (*httpapi.List[Audit], error) {
	m, err := member(ctx)
	if err != nil {
		return nil, err
	}
	p, err := h.SOP.Audits(ctx, sop.AuditFilter{Corp: m.Corp, Staff: m.Staff, State: in.State, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireAudit), nil
}

func (h *handlers) myTick(ctx context.Context, in *tickInput) (*auditOutput, error) {
	m, err := member(ctx)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, in, &m)
}

// photo takes in an image that shows what was found.
func (h *handlers) photo(ctx context.Context, in *photoInput) (*photoOutput, error) {
	if _, err := member(ctx); err != nil {
		return nil, err
	}
	for {
		part, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, fault.BadField("/file", "is missing")
		}
		if err != nil {
			return nil, fault.BadField("", "is not a form that can be read: %v", err)
		}
		if part.FormName() != "file" {
			continue
		}
		asset, err := h.SOP.Contents.Add(ctx, content.NewAsset{Kind: content.AssetImage, Name: part.FileName(), Body: part, By: actor(ctx)})
		if err != nil {
			return nil, err
		}
		out := &photoOutput{}
		out.Body.Photo = asset.ID
		return out, h.Access.Audit(ctx, "dressing_audit.photo", asset.ID, nil)
	}
}
