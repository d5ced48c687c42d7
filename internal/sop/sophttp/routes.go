// Package sophttp serves the library of ready playbooks, personas, checklists and audits to
// operators, and to members of staff their own persona and audits.
package sophttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/sop"
)

// Deps are what the routes need.
type Deps struct {
	SOP    *sop.Service
	Access *access.Service
}

type handlers struct{ Deps }

// formOverhead is room for what surrounds a photo in its form.
const formOverhead = 64 << 10

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	own := func(method, path, id, summary string) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: access.PanelUse, Scope: access.ScopeOwn}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write, dress, dressed = access.PlaybooksRead, access.PlaybooksWrite, access.ContentWrite, access.ContentRead
	const created, none = http.StatusCreated, http.StatusNoContent

	httpapi.Register(a, op(get, "/sop", "list-sop", "List the ready playbooks, and what the brand has of what they need", read, 0), h.list)
	httpapi.Register(a, op(get, "/sop/installed", "list-installed-sop", "List drafts that came from the library, the newest first", read, 0), h.installed)
	httpapi.Register(a, op(get, "/sop/installed/{id}", "get-installed-sop", "What a newer library changes in an installed playbook", read, 0), h.update)
	httpapi.Register(a, op(get, "/sop/{key}", "get-sop", "Show a ready playbook for an industry and language", read, 0), h.get)
	httpapi.Register(a, op(post, "/sop/{key}/preview", "preview-sop", "Show a ready playbook with the brand's own words", read, 0), h.preview)
	httpapi.Register(a, op(post, "/sop/{key}/install", "install-sop", "Make a draft of a ready playbook; nothing is published", write, created), h.install)

	httpapi.Register(a, op(get, "/personas/library", "list-persona-sheets", "Personas to begin with, by industry", dressed, 0), h.sheets)
	httpapi.Register(a, op(get, "/personas", "list-personas", "List personas, the newest first", dressed, 0), h.personas)
	httpapi.Register(a, op(post, "/personas", "create-persona", "Keep a persona", dress, created), h.createPersona)
	httpapi.Register(a, op(get, "/personas/{id}", "get-persona", "Show a persona and who follows it", dressed, 0), h.persona)
	httpapi.Register(a, op(put, "/personas/{id}", "update-persona", "Change a persona", dress, 0), h.changePersona)
	httpapi.Register(a, op(put, "/personas/{id}/members", "assign-persona", "Say which members follow a persona", dress, 0), h.assign)
	httpapi.Register(a, op(del, "/personas/{id}", "delete-persona", "Delete a persona", dress, none), h.deletePersona)

	httpapi.Register(a, op(get, "/checklists/library", "list-library-checklists", "Checklists to begin with: five pieces, three pieces, atmosphere", dressed, 0), h.lists)
	httpapi.Register(a, op(get, "/checklists", "list-checklists", "List checklists, the newest first", dressed, 0), h.checklists)
	httpapi.Register(a, op(post, "/checklists", "create-checklist", "Keep a checklist", dress, created), h.createChecklist)
	httpapi.Register(a, op(get, "/checklists/{id}", "get-checklist", "Show a checklist", dressed, 0), h.checklist)
	httpapi.Register(a, op(put, "/checklists/{id}", "update-checklist", "Change a checklist; audits under way keep theirs", dress, 0), h.changeChecklist)
	httpapi.Register(a, op(del, "/checklists/{id}", "delete-checklist", "Delete a checklist; its audits stay", dress, none), h.deleteChecklist)

	httpapi.Register(a, op(get, "/audits", "list-dressing-audits", "List audits of accounts, groups and campaigns, the newest first", access.TasksRead, 0), h.audits)
	httpapi.Register(a, op(post, "/audits", "create-dressing-audit", "Hold a checklist against an account, a group or a campaign", access.TasksWrite, created), h.createAudit)
	httpapi.Register(a, op(get, "/audits/{id}", "get-dressing-audit", "Show an audit with its answers", access.TasksRead, 0), h.audit)
	httpapi.Register(a, op(put, "/audits/{id}/items/{item}", "answer-dressing-audit", "Answer one item of an audit", access.TasksWrite, 0), h.tick)

	httpapi.Register(a, own(get, "/panel/persona", "panel-get-persona", "My persona"), h.myPersona)
	httpapi.Register(a, own(get, "/panel/audits", "panel-list-audits", "My audits, the newest first"), h.myAudits)
	httpapi.Register(a, own(put, "/panel/audits/{id}/items/{item}", "panel-answer-audit", "Answer one item of one of my audits"), h.myTick)
	photo := own(post, "/panel/audits/photos", "panel-add-audit-photo", "Take in a photo for an audit (multipart: file)")
	photo.Upload, photo.MaxBody, photo.Status = true, content.MaxImage+formOverhead, created
	httpapi.Register(a, photo, h.photo)
}

// actor names who asks.
func actor(ctx context.Context) string {
	p, _ := access.From(ctx)
	return p.ID
}

// member is the member of staff who asks.
func member(ctx context.Context) (sop.Member, error) {
	p, ok := access.From(ctx)
	if !ok || p.Staff == nil {
		return sop.Member{}, fault.New(fault.Forbidden, "not_staff", "only members of staff have a persona and audits of their own")
	}
	return sop.Member{Corp: p.Staff.Corp, Staff: p.Staff.User}, nil
}

type oneInput struct {
	ID string `path:"id"`
}
