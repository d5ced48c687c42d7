package taskhttp

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"yutang/internal/task"
)

// teamPage is what a leader sees.
type teamPage struct {
	Members []mate
	Others  []choice // who may take over
	Message string
}

type mate struct {
	task.Member
	Cards []pile
	Mine  bool
}

func (p *pages) team(ctx context.Context, w http.ResponseWriter, r *http.Request, v *visit) error {
	list, err := p.Tasks.Team(ctx, v.Me.Corp, v.Me.Reach)
	if err != nil {
		return err
	}
	var data teamPage
	data.Message, _ = v.flash(r.URL.Query())
	for _, m := range list {
		x := mate{Member: m, Mine: m.User == v.Me.User}
		today, err := p.Tasks.Today(ctx, v.Me.Corp, m.User)
		if err != nil {
			return err
		}
		for _, c := range today.Cards {
			if c.Left() > 0 {
				x.Cards = append(x.Cards, pile{Pile: c, Href: "/m/tasks/" + url.PathEscape(c.ID), Amount: v.left(c), Due: v.due(c.Next), Late: c.Overdue > 0})
			}
		}
		data.Members = append(data.Members, x)
	}
	for _, user := range v.Me.Reach {
		if m, err := p.Tasks.Staff.Get(ctx, v.Me.Corp, user); err == nil && m.Here() {
			data.Others = append(data.Others, choice{user, cmp.Or(m.Name, user)})
		}
	}
	p.render(w, r, v, http.StatusOK, "team", data)
	return nil
}
