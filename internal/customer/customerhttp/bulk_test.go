package customerhttp_test

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"yutang/internal/access"
	"yutang/internal/customer/customerhttp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
)

// dress gives customer 2 traits that a spreadsheet would run, and a contact.
func (r *road) dress() {
	r.t.Helper()
	set := func(name, value string) event.TraitOp {
		return event.TraitOp{Action: event.TraitSet, Name: name, Value: json.RawMessage(value)}
	}
	_, err := r.SubmitEvents(r.t.Context(), []*event.Event{{
		SourceID: 1, MessageID: "dress", Name: event.Identified, At: httpapitest.Start, ReceivedAt: httpapitest.Start,
		Identities: []event.Identity{{Type: "user_id", Value: "u2"}},
		Traits:     []event.TraitOp{set("name", `"=cmd()"`), set("staff", `["lin"]`), set("contacts", "1"), set("channel", `"@shop"`), set("score", "-3")},
	}})
	if err != nil {
		r.t.Fatal(err)
	}
}

// covers: B3
func TestQuery_AnswersWhatAListShows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := start(t, d)
		r.fill()
		r.dress()
		var page customerhttp.Listed
		s.Client(t, access.Viewer).Call("POST", "/customers/query", map[string]any{"staff": "lin", "contact": "in", "sort": "-orders"}, &page)
		if len(page.Items) != 1 || page.Total != 1 || len(page.Rule) == 0 {
			t.Fatalf("%+v", page)
		}
		v := page.Items[0]
		if v.ID != "c2" || v.Name != "=**" || v.Letter != "=" || v.Channel != "@shop" || !slices.Equal(v.Staff, []customerhttp.StaffName{{ID: "lin", Name: "=Lin"}}) {
			t.Fatalf("%+v", v)
		}
		s.Client(t, access.Viewer).Call("POST", "/customers/query", map[string]any{"q": "8000"}, &page)
		if v := page.Items[0]; v.Phone != "+86138****8000" && v.Phone != "138****8000" {
			t.Fatalf("phone %s", v.Phone)
		}
		res := s.Client(t, access.Viewer).Do("POST", "/customers/query", `{"tag":["a"],"rule":{"trait":"city","op":"near","value":1}}`)
		if p := res.Problem(t); res.Status != 422 || p.Errors[0].Pointer != "/rule/op" {
			t.Fatalf("a bad rule: %s", res.Body)
		}
		res = s.Client(t, access.Viewer).Do("POST", "/customers/query", `{"tag":["a"],"audience":"aud_none"}`)
		if p := res.Problem(t); res.Status != 422 || p.Errors[0].Pointer != "/audience" {
			t.Fatalf("an unknown audience: %s", res.Body)
		}
	})
}

// covers: J1, J3
func TestExport_IsMaskedInertAndLogged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := start(t, d)
		r.fill()
		r.dress()
		read := func(role access.Role, body string) [][]string {
			res := s.Client(t, role).Do("POST", "/customers/export", body)
			text, ok := strings.CutPrefix(string(res.Body), "\ufeff")
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if res.Status != 200 || !ok || err != nil {
				t.Fatalf("%d %v %q", res.Status, err, res.Body)
			}
			return rows
		}
		rows := read(access.Operator, `{"traits":["score","city"],"expect":2}`)
		if len(rows) != 3 || rows[1][1] != "张三" || rows[2][1] != "'=cmd()" || rows[2][10] != "'@shop" || rows[2][11] != "'=Lin" ||
			rows[2][14] != "-3" || rows[1][15] != "上海" || rows[1][8] != "99.5" {
			t.Fatalf("%q", rows)
		}
		if rows := read(access.Viewer, `{"q":"8000"}`); len(rows) != 2 || rows[1][1] != "张**" || !strings.Contains(rows[1][2], "****8000") {
			t.Fatalf("a viewer gets %q", rows)
		}
		chosen := rows[2][0]
		if rows := read(access.Operator, `{"customers":["`+chosen+`"],"expect":1}`); len(rows) != 2 || rows[1][0] != chosen || rows[1][1] != "'=cmd()" {
			t.Fatalf("the one chosen: %q", rows)
		}
		if res := s.Client(t, access.Operator).Do("POST", "/customers/export", `{"customers":["c99"]}`); res.Status != 422 || res.Problem(t).Errors[0].Pointer != "/customers/0" {
			t.Fatalf("nobody: %d %s", res.Status, res.Body)
		}
		if res := s.Client(t, access.Operator).Do("POST", "/customers/export", `{"expect":9}`); res.Status != 409 {
			t.Fatalf("another count: %d %s", res.Status, res.Body)
		}
		trail, err := s.Access.AuditTrail(access.As(t.Context(), access.System), access.AuditQuery{Actions: []string{"customer.export"}})
		if err != nil || len(trail.Items) != 3 {
			t.Fatalf("%d in the trail, %v", len(trail.Items), err)
		}
		if last := string(trail.Items[0].Detail); !strings.Contains(last, `"`+chosen+`"`) || !strings.Contains(last, `"customers":1`) {
			t.Fatalf("the trail says %s", last)
		}
		if last := string(trail.Items[1].Detail); strings.Contains(last, "8000") || !strings.Contains(last, `"customers":1`) {
			t.Fatalf("the trail says %s", last)
		}
	})
}

// covers: B6
func TestKeep_MakesAnAudienceOfAFilter(t *testing.T) {
	t.Parallel()
	s, r := start(t, dbtest.SQLite(t))
	r.fill()
	op := s.Client(t, access.Operator)
	var live struct {
		ID    string
		Count int
	}
	op.Call("POST", "/customers/audience", map[string]any{"orders": "1..", "name": "Buyers", "expect": 1}, &live)
	a, err := r.audiences.Get(t.Context(), live.ID)
	if err != nil || live.Count != 1 || string(a.Rule) != `{"all":[{"op":"gte","trait":"orders_count","value":1}]}` {
		t.Fatalf("%+v %s %v", live, a.Rule, err)
	}
	op.Call("POST", "/customers/audience", map[string]any{"q": "anna", "name": "Annas", "fixed": true}, &live)
	if live.ID != "aud_fixed" || !slices.Equal(r.kept, []uint32{2}) {
		t.Fatalf("%+v %v", live, r.kept)
	}
	if res := op.Do("POST", "/customers/audience", `{"q":"anna","name":"Annas"}`); res.Status != 422 {
		t.Fatalf("words as a rule: %d %s", res.Status, res.Body)
	}
}
