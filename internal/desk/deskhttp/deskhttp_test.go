package deskhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db/dbtest"
	"yutang/internal/desk"
	"yutang/internal/desk/deskhttp"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
)

const (
	corpID = "ww0000000000000001"
	path   = "/wecom/corps/" + corpID + "/desk"
)

// rig is the API over customer service, and a platform with one account and one talk.
type rig struct {
	*httpapitest.Server
	client *wecom.Client
}

func (*rig) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) { return len(evs), nil }

func (r *rig) ClientOf(_ context.Context, id, _ string) (*wecom.Client, error) {
	if id != corpID {
		return nil, fault.New(fault.NotFound, "corp_not_found", "no corp %q", id)
	}
	return r.client, nil
}

var answers = map[string]string{
	"/cgi-bin/gettoken":         `{"access_token":"t","expires_in":7200}`,
	"/cgi-bin/kf/account/list":  `{"account_list":[{"open_kfid":"wk1","name":"Service"}]}`,
	"/cgi-bin/kf/servicer/list": `{"servicer_list":[{"userid":"ann","status":0}]}`,
	"/cgi-bin/kf/sync_msg": `{"has_more":0,"next_cursor":"c1","msg_list":[
		{"msgid":"m1","open_kfid":"wk1","external_userid":"wm1","send_time":%[1]d,"origin":3,"msgtype":"text","text":{"content":"my secret"}},
		{"msgid":"m2","open_kfid":"wk1","external_userid":"wm1","send_time":%[2]d,"origin":5,"servicer_userid":"ann","msgtype":"text","text":{"content":"fine"}}]}`,
}

func start(t *testing.T) *rig {
	t.Helper()
	d := dbtest.SQLite(t)
	r := &rig{Server: httpapitest.New(t, d)}
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body := answers[req.URL.Path]
		if strings.Contains(body, "%[1]d") {
			body = fmt.Sprintf(body, httpapitest.Start.Unix()-60, httpapitest.Start.Unix()-18)
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(platform.Close)
	r.client = wecom.New(wecom.Config{BaseURL: platform.URL, CorpID: corpID, Secret: "secret", Clock: r.Clock})
	jobs := job.New(d, r.Clock)
	desks := desk.New(desk.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: jobs, Corps: r, Submit: r, Source: 1})
	deskhttp.Routes(r.API, deskhttp.Deps{Desk: desks, Access: r.Access, Clock: r.Clock})
	ctx := context.Background()
	if err := jobs.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { jobs.Stop(ctx) })
	err := desks.OnMessage(ctx, notice.Notice{Corp: corpID, OpenKfID: "wk1", Token: "t1", At: r.Clock.Now()})
	if err == nil {
		err = desks.CorpAdded(ctx, corpID)
	}
	for deadline := time.Now().Add(10 * time.Second); err == nil; time.Sleep(time.Millisecond) {
		a, e := desks.Account(ctx, corpID, "wk1")
		st, _ := desks.State(ctx, corpID)
		if err = e; !a.PulledAt.IsZero() && !st.PulledAt.IsZero() {
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("not pulled: %+v %+v", a, st)
		}
	}
	t.Fatal(err)
	return nil
}

func decode[T any](t *testing.T, res httpapitest.Response, status int) (out T) {
	t.Helper()
	if res.Status != status {
		t.Fatalf("status %d, want %d: %s", res.Status, status, res.Body)
	}
	if len(res.Body) > 0 {
		if err := json.Unmarshal(res.Body, &out); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

type list[T any] struct{ Items []T }

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t).Server)
}

func TestDesk_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	r := start(t)
	owner, op, analyst := r.Client(t, access.Owner), r.Client(t, access.Operator), r.Client(t, access.Analyst)
	all := decode[list[deskhttp.Account]](t, analyst.Do("GET", path+"/accounts", nil), 200).Items
	if len(all) != 1 || all[0].ID != "wk1" || all[0].Name != "Service" || len(all[0].Servicers) != 1 || all[0].PulledAt == nil {
		t.Fatalf("%+v", all)
	}
	set := decode[deskhttp.Account](t, op.Do("PUT", path+"/accounts/wk1/welcome", map[string]string{"text": "Hello"}), 200)
	if set.Welcome != "Hello" {
		t.Errorf("%+v", set)
	}
	for to, want := range map[string]int{"/accounts/wk9/welcome": 404, "/accounts/wk1/welcome": 422} {
		text := map[bool]string{true: "Hello", false: strings.Repeat("长", 683)}[want == 404]
		if a := op.Do("PUT", path+to, map[string]string{"text": text}); a.Status != want {
			t.Errorf("%s: %d %s", to, a.Status, a.Body)
		}
	}
	figures := decode[list[deskhttp.Figure]](t, analyst.Do("GET", path+"/figures", nil), 200).Items
	if len(figures) != 2 || figures[1].Servicer != "ann" || figures[1].MedianSeconds == nil || *figures[1].MedianSeconds != 42 || figures[0].Received != 1 {
		t.Errorf("%+v", figures)
	}
	const messages = path + "/messages?external_userid=wm1&limit=1"
	first := decode[struct {
		Items []deskhttp.Message
		Next  string
	}](t, op.Do("GET", messages, nil), 200)
	second := decode[list[deskhttp.Message]](t, op.Do("GET", messages+"&cursor="+first.Next, nil), 200).Items
	if len(first.Items) != 1 || first.Items[0].Text != "fine" || first.Items[0].From != "servicer" || len(second) != 1 || second[0].Text != "my secret" {
		t.Errorf("%+v %+v", first, second)
	}
	if a := analyst.Do("GET", messages, nil); a.Status != 403 || strings.Contains(string(a.Body), "secret") {
		t.Errorf("an analyst reads: %d %s", a.Status, a.Body)
	}
	if strings.Contains(r.Logs.String(), "my secret") {
		t.Error("the log says what was said")
	}
	st := decode[deskhttp.State](t, owner.Do("PUT", path, map[string]int{"keep_days": 30}), 200)
	if st.KeepDays != 30 || st.PulledAt == nil {
		t.Errorf("%+v", st)
	}
	for _, c := range []struct {
		method, path string
		body         any
		want         int
	}{
		{"PUT", path, map[string]int{"keep_days": 2}, 422},
		{"PUT", "/wecom/corps/nobody/desk", map[string]int{"keep_days": 30}, 404},
		{"POST", "/wecom/corps/nobody/desk/refresh", nil, 404},
		{"POST", path + "/refresh", nil, 202},
		{"GET", path + "/messages", nil, 422},
		{"GET", path + "/welcomes", nil, 200},
	} {
		if a := owner.Do(c.method, c.path, c.body); a.Status != c.want {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, a.Status, c.want, a.Body)
		}
	}
}
