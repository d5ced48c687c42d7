package taskhttp

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"yutang/internal/fault"
)

// act does what a form asks for and goes back to the page.
func (p *pages) act(ctx context.Context, w http.ResponseWriter, r *http.Request, v *visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		return fault.BadField("/", "the form cannot be read")
	}
	card, did := r.PathValue("card"), url.Values{"did": {r.PathValue("action")}}
	id, anchor := r.PostForm.Get("task"), ""
	var err error
	n := 0
	switch r.PathValue("action") {
	case "done":
		_, err = p.Tasks.Finish(ctx, v.act, id, r.PostForm.Get("result"), strings.TrimSpace(r.PostForm.Get("note")))
		did.Set("task", id)
		anchor = "#list"
	case "undone":
		anchor = "#list"
		_, err = p.Tasks.Undo(ctx, v.act, id)
	case "tick":
		var at int
		if at, err = strconv.Atoi(r.PostForm.Get("item")); err == nil {
			_, err = p.Tasks.Tick(ctx, v.act, id, at, r.PostForm.Get("on") == "1")
		}
		did, anchor = nil, "#"+url.PathEscape(id)
	case "all":
		n, err = p.Tasks.FinishCard(ctx, v.act, card, "")
		did.Set("n", strconv.Itoa(n))
	case "moved":
		if !v.Me.Leads() {
			return fault.New(fault.Forbidden, "not_leader", "only leaders hand over")
		}
		n, err = p.Tasks.HandOverAll(ctx, v.act, v.Me.Corp, r.PostForm.Get("from"), r.PostForm.Get("to"))
		did.Set("n", strconv.Itoa(n))
		if err == nil {
			err = p.Access.Audit(ctx, "task.hand_over_all", v.Me.Corp+"/"+r.PostForm.Get("from"), map[string]any{"to": r.PostForm.Get("to"), "tasks": n})
		}
	default:
		err = fault.New(fault.NotFound, "no_action", "there is no such action")
	}
	if err != nil {
		return err
	}
	to := "/m/tasks/" + url.PathEscape(card)
	if len(did) > 0 {
		to += "?" + did.Encode()
	}
	http.Redirect(w, r, to+anchor, http.StatusSeeOther)
	return nil
}
