package taskhttp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
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

var taskInput = regexp.MustCompile(`name="task" value="(tsk_[^"]+)"`)

// covers: C2, H2
func TestPhone_FromTheMessageToDoneByOneTap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ords := r.meet("wang", "张三", "李四")
		r.give(map[string]any{"customers": ids(ords...), "title": "生日关怀", "script": "生日快乐！", "materials": []string{"mat_1"}})
		p, a := r.tap("wang", r.link("wang"))
		for _, want := range []string{"生日关怀", "张三", "李四", "生日快乐！", "春季护肤手册", "完成", "没联系上", "data-copy"} {
			if a.status != http.StatusOK || !strings.Contains(a.body, want) {
				t.Fatalf("the page (%d) lacks %q: %s", a.status, want, a.body)
			}
		}
		card := regexp.MustCompile(`/m/tasks/(tcd_[a-z0-9]+)/done`).FindStringSubmatch(a.body)[1]
		first := taskInput.FindStringSubmatch(a.body)[1]
		form := url.Values{"task": {first}, "result": {"unreachable"}, "note": {"明天再打"}}
		if a := p.do("POST", "/m/tasks/"+card+"/done", form, "Origin", "https://evil.example"); a.status != http.StatusForbidden {
			t.Fatalf("from another site: %d", a.status)
		}
		a = p.do("POST", "/m/tasks/"+card+"/done", form, "Origin", r.url)
		if a.status != http.StatusSeeOther {
			t.Fatalf("done: %d %s", a.status, a.body)
		}
		if a = p.do("GET", a.to, nil); !strings.Contains(a.body, "没联系上") || !strings.Contains(a.body, "明天再打") || !strings.Contains(a.body, "撤销") {
			t.Fatalf("after one tap: %s", a.body)
		}
		if a = p.do("POST", "/m/tasks/"+card+"/undone", url.Values{"task": {first}}); a.status != http.StatusSeeOther {
			t.Fatalf("undo: %d %s", a.status, a.body)
		}
		if a = p.do("POST", "/m/tasks/"+card+"/all", url.Values{}); a.status != http.StatusSeeOther {
			t.Fatalf("all: %d %s", a.status, a.body)
		}
		if a = p.do("GET", "/m/tasks", nil); !strings.Contains(a.body, "今天都完成了") {
			t.Fatalf("the list: %s", a.body)
		}
		if a = p.do("GET", "/m/tasks?lang=en", nil); !strings.Contains(a.body, "all done today") {
			t.Fatalf("in English: %s", a.body)
		}
		if _, a := r.tap("li", r.url+"/m/tasks/"+card); a.status != http.StatusNotFound || strings.Contains(a.body, "张三") {
			t.Fatalf("a colleague sees the card: %d %s", a.status, a.body)
		}
	})
}

// covers: C2, H2
func TestPhone_ChecklistAndTeam(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.give(map[string]any{"assign": "wang", "title": "开店检查", "checklist": []string{"灯光", "陈列"}, "deadline": "1h", "escalate": "30m"})
	p, a := r.tap("wang", r.link("wang"))
	card := regexp.MustCompile(`/m/tasks/(tcd_[a-z0-9]+)/tick`).FindStringSubmatch(a.body)[1]
	first := taskInput.FindStringSubmatch(a.body)[1]
	a = p.do("POST", "/m/tasks/"+card+"/tick", url.Values{"task": {first}, "item": {"1"}, "on": {"1"}})
	if a = p.do("GET", a.to, nil); strings.Count(a.body, `aria-checked="true"`) != 1 {
		t.Fatalf("ticked: %s", a.body)
	}
	r.pass(2 * time.Hour)
	r.pass(10 * time.Minute)
	boss, a := r.tap("chen", r.link("chen"))
	if a.status != http.StatusOK || !strings.Contains(a.body, "王小美") || !strings.Contains(a.body, "1 逾期") {
		t.Fatalf("the team: %d %s", a.status, a.body)
	}
	if a := p.do("POST", "/m/tasks/team/moved", url.Values{"from": {"wang"}, "to": {"li"}}); a.status != http.StatusForbidden {
		t.Fatalf("a member hands over: %d", a.status)
	}
	if a := boss.do("POST", "/m/tasks/team/moved", url.Values{"from": {"wang"}, "to": {"li"}}); a.status != http.StatusSeeOther {
		t.Fatalf("hand-over: %d %s", a.status, a.body)
	}
	r.pass(2 * time.Minute)
	if _, a := r.tap("li", r.link("li")); !strings.Contains(a.body, "开店检查") {
		t.Fatalf("on Li's phone: %s", a.body)
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
		staff, _ := r.tap("wang", r.link("wang"))
		res := staff.do("GET", "/api/v1/panel/tasks", nil)
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
