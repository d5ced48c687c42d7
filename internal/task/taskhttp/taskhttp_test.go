package taskhttp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/id"
	"yutang/internal/outreach"
	"yutang/internal/sidepanel/sidepanelhttp"
	"yutang/internal/task"
	"yutang/internal/task/taskhttp"
)

// covers: C2, J1
func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.Access.UseStaff(func(_ context.Context, _, user string) (string, bool, bool, error) { return user, false, true, nil })
	httpapitest.WalkRoutes(t, r.Server)
}

func ids(ords ...uint32) (out []string) {
	for _, o := range ords {
		out = append(out, id.Customer(o))
	}
	return out
}

// give makes tasks through the API and has the members told.
func (r *rig) give(body map[string]any) []string {
	r.t.Helper()
	var made struct{ IDs []string }
	r.Client(r.t, access.Operator).Call("POST", "/tasks", body, &made)
	r.pass(2 * time.Minute)
	return made.IDs
}

// link is the address of the newest message on a member's phone.
func (r *rig) link(user string) string {
	r.t.Helper()
	list := r.sim.AppMessages(user)
	if len(list) == 0 {
		r.t.Fatalf("nothing on the phone of %s", user)
	}
	var body struct{ URL string }
	r.ok(json.Unmarshal(list[len(list)-1].Body, &body))
	return body.URL
}

// panelCard is a card as a member's page gets it.
type panelCard struct {
	Title     string           `json:"title"`
	Staff     string           `json:"staff"`
	Undo      int              `json:"undo_minutes"`
	Materials []taskhttp.Piece `json:"materials"`
	Items     []taskhttp.Mine  `json:"items"`
}

// covers: C2, H2
func TestPhone_FromTheMessageToDoneByOneTap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ords := r.meet("wang", "张三", "李四")
		r.give(map[string]any{"customers": ids(ords...), "title": "生日关怀", "script": "生日快乐！", "materials": []string{"mat_1"}})
		at := regexp.MustCompile(`/staff/tasks/(tcd_[a-z0-9]+)`).FindStringSubmatch(r.link("wang"))
		if at == nil {
			t.Fatalf("the message leads to %q", r.link("wang"))
		}
		p, card := r.staff("wang"), panelCard{}
		p.call("GET", "/tasks/cards/"+at[1], nil, &card)
		if len(card.Items) != 2 || card.Undo != 10 || card.Staff != "wang" || len(card.Materials) != 1 || card.Materials[0].Title != "春季护肤手册" {
			t.Fatalf("the card: %+v", card)
		}
		first := card.Items[0]
		if first.Script != "生日快乐！" || first.CustomerName != "张三" && first.CustomerName != "李四" || first.External == "" {
			t.Fatalf("a task: %+v", first)
		}
		var one taskhttp.Mine
		p.call("POST", "/tasks/"+first.ID+"/done", map[string]string{"result": "unreachable", "note": "明天再打"}, &one)
		if one.State != task.Done || one.Result != "unreachable" || one.Note != "明天再打" {
			t.Fatalf("after one tap: %+v", one)
		}
		p.call("POST", "/tasks/"+first.ID+"/undo", nil, &one)
		if one.State != task.Open {
			t.Fatalf("taken back: %+v", one)
		}
		var list struct{ Items []taskhttp.Mine }
		p.call("GET", "/customers/"+first.External+"/tasks", nil, &list)
		if len(list.Items) != 1 || list.Items[0].ID != first.ID {
			t.Fatalf("tasks of a customer: %+v", list)
		}
		p.call("POST", "/tasks/cards/"+at[1]+"/done", map[string]string{}, nil)
		var today struct{ Cards []taskhttp.Pile }
		if p.call("GET", "/tasks", nil, &today); len(today.Cards) != 1 || today.Cards[0].Done != 2 {
			t.Fatalf("today: %+v", today)
		}
		li := r.staff("li")
		for _, path := range []string{"/tasks/cards/" + at[1], "/customers/" + first.External + "/tasks", "/tasks?staff=wang"} {
			if a := li.do("GET", "/api/v1/panel"+path, nil); a.status != http.StatusNotFound || strings.Contains(a.body, "张三") {
				t.Fatalf("a colleague sees %s: %d %s", path, a.status, a.body)
			}
		}
	})
}

// covers: C2, H2
func TestPhone_ChecklistAndTeam(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	made := r.give(map[string]any{"assign": "wang", "title": "开店检查", "checklist": []string{"灯光", "陈列"}, "deadline": "1h", "escalate": "30m"})
	p := r.staff("wang")
	var one taskhttp.Mine
	p.call("POST", "/tasks/"+made[0]+"/tick", map[string]any{"item": 1, "on": true}, &one)
	if len(one.Ticks) != 1 || one.Ticks[0] != 1 {
		t.Fatalf("ticked: %+v", one)
	}
	r.pass(2 * time.Hour)
	r.pass(10 * time.Minute)
	if to := r.link("chen"); !strings.Contains(to, "/staff/tasks/team?") {
		t.Fatalf("the leader's message leads to %s", to)
	}
	boss := r.staff("chen")
	var team struct{ Items []taskhttp.Member }
	boss.call("GET", "/tasks/team", nil, &team)
	if len(team.Items) != 1 || team.Items[0].Name != "王小美" || team.Items[0].Overdue != 1 {
		t.Fatalf("the team: %+v", team)
	}
	var today struct{ Cards []taskhttp.Pile }
	if boss.call("GET", "/tasks?staff=wang", nil, &today); len(today.Cards) != 1 || today.Cards[0].Title != "开店检查" {
		t.Fatalf("her cards: %+v", today)
	}
	var me struct{ Team []sidepanelhttp.Member }
	if boss.call("GET", "/me", nil, &me); len(me.Team) != 3 {
		t.Fatalf("who may take over: %+v", me)
	}
	over := map[string]string{"from": "wang", "to": "li"}
	if a := p.send("POST", "/tasks/hand-over", over); a.status < 400 {
		t.Fatalf("a member hands over: %d", a.status)
	}
	boss.call("POST", "/tasks/hand-over", over, nil)
	r.pass(2 * time.Minute)
	if r.staff("li").call("GET", "/tasks", nil, &today); len(today.Cards) != 1 || today.Cards[0].Title != "开店检查" {
		t.Fatalf("on Li's phone: %+v", today)
	}
}

// covers: C2
func TestPhone_OldAddressesLeadToThePages(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	p := &phone{r, map[string]string{}}
	for from, to := range map[string]string{
		"/m/tasks": "/staff/tasks", "/m/tasks/team?corp=ww1": "/staff/tasks/team?corp=ww1", "/m/tasks/tcd_1?corp=ww1&m=x": "/staff/tasks/tcd_1?corp=ww1&m=x",
	} {
		if a := p.do("GET", from, nil); a.status != http.StatusMovedPermanently || a.to != to {
			t.Errorf("%s leads to %d %s", from, a.status, a.to)
		}
	}
}

// covers: C2, J3
func TestTasks_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ords := r.meet("wang", "张三", "李四")
		made := r.give(map[string]any{"customers": ids(ords...), "title": "回访王女士", "priority": 70})
		op, viewer := r.Client(t, access.Operator), r.Client(t, access.Analyst)
		var list struct{ Items []taskhttp.Task }
		op.Call("GET", "/tasks?state=open&staff=wang&customer="+id.Customer(ords[0]), nil, &list)
		if len(list.Items) != 1 || list.Items[0].Title != "回访王女士" || list.Items[0].State != task.Open {
			t.Fatalf("%+v", list)
		}
		viewer.Call("GET", "/tasks", nil, &list)
		if len(list.Items) != 2 || list.Items[0].Title != "" {
			t.Fatalf("an analyst reads the text: %+v", list)
		}
		res := r.staff("wang").do("GET", "/api/v1/panel/tasks", nil)
		if res.status != http.StatusOK || !strings.Contains(res.body, `"open":2`) {
			t.Fatalf("the panel: %d %s", res.status, res.body)
		}
		if res := viewer.Do("POST", "/tasks/"+made[0]+"/cancel", nil); res.Status != http.StatusForbidden {
			t.Fatalf("an analyst cancels: %d", res.Status)
		}
		op.Call("POST", "/tasks/"+made[0]+"/hand-over", map[string]string{"to": "li"}, nil)
		op.Call("POST", "/tasks/"+made[1]+"/cancel", nil, nil)
		var one struct {
			taskhttp.Task
			History []taskhttp.Entry
		}
		op.Call("GET", "/tasks/"+made[0], nil, &one)
		if one.Staff != "li" || len(one.History) < 3 || one.History[len(one.History)-1].What != task.WasHandedOver {
			t.Fatalf("%+v", one)
		}
		if res := op.Do("POST", "/tasks/"+made[0]+"/hand-over", map[string]string{"to": "nobody"}); res.Status != http.StatusUnprocessableEntity || res.Problem(t).Errors[0].Pointer != "/to" {
			t.Fatalf("to nobody: %d %s", res.Status, res.Body)
		}
		var stats struct{ Items []taskhttp.Stat }
		op.Call("GET", "/tasks/stats?by=staff", nil, &stats)
		if len(stats.Items) != 2 {
			t.Fatalf("%+v", stats)
		}
		set := task.DefaultSettings
		set.Window = 30
		op.Call("PUT", "/tasks/settings", set, &set)
		if set.Window != 30 {
			t.Fatalf("%+v", set)
		}
		set.Quiet = &outreach.Quiet{From: "late", To: "08:30"}
		if res := op.Do("PUT", "/tasks/settings", set); res.Status != http.StatusUnprocessableEntity {
			t.Fatalf("bad settings: %d %s", res.Status, res.Body)
		}
	})
}
