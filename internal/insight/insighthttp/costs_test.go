package insighthttp_test

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/insight"
	"yutang/internal/insight/cost"
	"yutang/internal/insight/insighthttp"
)

func start(t *testing.T, d *db.DB) *httpapitest.Server {
	t.Helper()
	s := httpapitest.New(t, d)
	costs := cost.New(cost.Config{DB: d, Box: s.Box, Clock: s.Clock, Currency: func() string { return "CNY" }})
	insighthttp.Routes(s.API, insighthttp.Deps{Desk: insight.NewDesk(), Saver: &insight.Saver{}, Access: s.Access, Costs: costs})
	return s
}

// covers: I2
func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)))
}

func TestCosts_AreWrittenReadAndSummed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := start(t, d)
		owner, analyst := s.Client(t, access.Owner), s.Client(t, access.Analyst)
		var made insighthttp.Cost
		owner.Call("POST", "/insight/costs", map[string]any{
			"date": "2026-01-30", "to": "2026-02-02", "channel": "抖音", "amount": 100.01, "note": "call 13800138000",
		}, &made)
		if made.Amount != 100.01 || made.Note == nil || *made.Note != "call 13800138000" || made.Origin != "manual" {
			t.Fatalf("made %+v", made)
		}
		owner.Call("PUT", "/insight/costs/"+made.ID, map[string]any{
			"date": "2026-01-30", "to": "2026-02-02", "channel": "抖音", "amount": 200.03,
		}, &made)
		if made.Amount != 200.03 || made.Note == nil {
			t.Errorf("an update without a note loses it: %+v", made)
		}
		var list struct{ Items []insighthttp.Cost }
		analyst.Call("GET", "/insight/costs?channel=抖音", nil, &list)
		if len(list.Items) != 1 || list.Items[0].Note != nil || !list.Items[0].Hidden {
			t.Errorf("an analyst sees %+v", list.Items)
		}
		var sum insighthttp.CostSummary
		analyst.Call("GET", "/insight/costs/summary?by=month&from=2026-01-01", nil, &sum)
		want := []insighthttp.CostSum{{Value: "2026-01", Amount: 100.01}, {Value: "2026-02", Amount: 100.02}}
		if diff := cmp.Diff(want, sum.Sums); diff != "" || sum.Total != 200.03 {
			t.Errorf("total %v\n%s", sum.Total, diff)
		}
		if res := owner.Do("DELETE", "/insight/costs/"+made.ID, nil); res.Status != 204 {
			t.Errorf("delete: %d %s", res.Status, res.Body)
		}
		if res := owner.Do("DELETE", "/insight/costs/"+made.ID, nil); res.Status != 404 {
			t.Errorf("delete again: %d", res.Status)
		}
		for body, pointer := range map[string]string{
			`{"date":"2026-01-30","amount":0.001}`: "amount", `{"date":"soon","amount":1}`: "date", `{"date":"2026-01-30","amount":0}`: "amount",
			`{"date":"2026-01-30","to":"2026-01-29","amount":1}`: "to", `{"date":"2026-01-30","amount":1,"currency":"USD"}`: "currency",
		} {
			res := owner.Do("POST", "/insight/costs", body)
			if res.Status != 422 && res.Status != 400 || !strings.Contains(string(res.Body), pointer) {
				t.Errorf("%s: %d %s", body, res.Status, res.Body)
			}
		}
	})
}

func form(t *testing.T, parts ...string) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for i := 0; i < len(parts); i += 2 {
		if err := w.WriteField(parts[i], parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return body, w.FormDataContentType()
}

func TestImport_OverTheAPI(t *testing.T) {
	t.Parallel()
	s := start(t, dbtest.SQLite(t))
	owner := s.Client(t, access.Owner)
	for _, c := range []struct {
		parts  []string
		status int
		holds  string
	}{
		{[]string{"map", `{"date":"when","amount":"how much"}`, "file", "when,how much\n2026-01-01,5\nnever,6\n"}, 200, `"added":1`},
		{[]string{"file", "date,amount\n2026-01-01,5\n"}, 200, `"duplicates":1`},
		{[]string{"map", "{"}, 400, "map"},
		{[]string{"more", "x"}, 400, "more"},
		{nil, 400, "file"},
	} {
		body, kind := form(t, c.parts...)
		res := owner.Do("POST", "/insight/costs/import", body.Bytes(), "Content-Type", kind)
		if (res.Status == 200) != (c.status == 200) || res.Status >= 500 || !strings.Contains(string(res.Body), c.holds) {
			t.Errorf("%v: %d %s", c.parts, res.Status, res.Body)
		}
	}
}

func TestPhases_AreSetWithTheirPlans(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := start(t, d).Client(t, access.Owner)
		budget, fans, ratio := 5000.5, int64(300), 3.0
		want := insighthttp.Phases{Phases: []insighthttp.Phase{
			{Name: "启动", From: "2026-01-01", To: "2026-03-31", Plan: insighthttp.PhasePlan{Cost: &budget, Connected: &fans, LTVToCAC: &ratio}},
			{Name: "增长", From: "2026-04-01", To: "2026-06-30"},
		}}
		var got insighthttp.Phases
		owner.Call("PUT", "/insight/costs/phases", want, &got)
		owner.Call("GET", "/insight/costs/phases", nil, &got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		want.Phases[1].From = "2026-03-31"
		if res := owner.Do("PUT", "/insight/costs/phases", want); res.Status != 400 && res.Status != 422 {
			t.Errorf("phases that overlap: %d", res.Status)
		}
	})
}
