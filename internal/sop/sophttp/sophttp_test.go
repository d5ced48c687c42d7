package sophttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/flow"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/playbook"
	"yutang/internal/sop"
	"yutang/internal/sop/sophttp"
)

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

type list[T any] struct {
	Items []T
	Next  string
}

// covers: C3
func TestLibrary_SaysWhatTheBrandHas(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op := r.operator()
		r.track("ann", "Order Completed", `{"order_id":"1","revenue":10}`)
		r.track("bob", "Order Completed", `{"order_id":"2","revenue":10}`)
		all := call[list[sophttp.Entry]](r, op, "GET", "/sop", nil, 200)
		if len(all.Items) < 13 {
			t.Fatalf("%d playbooks", len(all.Items))
		}
		found := map[string]sophttp.Entry{}
		for _, e := range all.Items {
			found[e.Key] = e
			for _, text := range []string{e.Name, e.Description, e.When} {
				if text == "" || strings.ContainsAny(text, "$[") {
					t.Errorf("%s: %q", e.Key, text)
				}
			}
		}
		back := found["win-back"]
		if !back.Ready || back.Needs[0] != (sop.Need{Kind: "event", Name: "Order Completed", Count: 2, Has: true}) {
			t.Errorf("win-back: %+v", back.Needs)
		}
		if e := found["birthday"]; e.Ready {
			t.Errorf("birthday is ready without a birthday: %+v", e.Needs)
		}
		if e := found["oa-digest"]; e.Ready {
			t.Errorf("the digest is ready without an official account: %+v", e.Needs)
		}
		baby := call[list[sophttp.Entry]](r, op, "GET", "/sop?industry=baby&lang=en&goal=retain", nil, 200)
		for _, short := range []string{"zh", "zh-CN"} {
			if e := call[list[sophttp.Entry]](r, op, "GET", "/sop?lang="+short, nil, 200).Items[0]; e.Lang != sop.Chinese {
				t.Errorf("%s: %+v", short, e)
			}
			if p := call[sophttp.Preview](r, op, "GET", "/sop/pulse?lang="+short, nil, 200); p.Lang != sop.Chinese {
				t.Errorf("%s: %+v", short, p)
			}
		}
		for _, e := range baby.Items {
			if e.Goal != "retain" || e.Key == "birthday" && e.Needs[1].Name != "baby_birthday" {
				t.Errorf("%+v", e)
			}
		}
	})
}

// covers: C1, C3
func TestInstall_MakesADraftThatCanBePublishedAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op, ctx := r.operator(), context.Background()
		r.mails = []string{"ch_1"}
		for _, key := range r.sop.Library().Keys() {
			for _, lang := range sop.Languages {
				in := call[sophttp.Installed](r, op, "POST", "/sop/"+key+"/install", map[string]any{"industry": sop.Food, "lang": lang}, 201)
				p, err := r.playbooks.Get(ctx, in.Playbook)
				r.must(err)
				if p.State != playbook.Draft {
					t.Fatalf("%s is %s", key, p.State)
				}
				if p, err = r.playbooks.Publish(ctx, p.ID, "ann"); err != nil || p.State != playbook.Published {
					t.Errorf("%s %s: published %s, %v", key, lang, p.State, err)
				}
			}
		}
		shown := call[list[sophttp.Installed]](r, op, "GET", "/sop/installed?limit=5", nil, 200)
		if len(shown.Items) != 5 || shown.Next == "" || shown.Items[0].Newer {
			t.Errorf("%+v", shown)
		}
	})
}

// covers: C3
func TestPreview_FindsTheCorpAndAsksForTheRest(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	op := r.operator()
	p := call[sophttp.Preview](r, op, "GET", "/sop/pulse?industry=education&lang=en", nil, 200)
	if len(p.Missing) != 0 || len(p.Outline) < 15 {
		t.Errorf("missing %v, %d nodes", p.Missing, len(p.Outline))
	}
	values := map[string]string{}
	for _, s := range p.Params {
		values[s.Name] = string(s.Value)
	}
	if values["corp"] != `"`+theCorp+`"` || values["host"] != `"lin"` || values["start"] != `"2026-03-15"` {
		t.Errorf("found %v", values)
	}
	week := call[sophttp.Preview](r, op, "GET", "/sop/group-week", nil, 200)
	if !strings.Contains(string(week.Definition), `"from":"2026-03-02","time":"08:30","until":"2026-03-08"`) {
		t.Errorf("the next week is another: %s", week.Definition[:300])
	}
	if res := op.Do("POST", "/sop/group-week/install", map[string]any{"params": map[string]any{"week": "2026-02-02"}}); !strings.Contains(string(res.Body), "/params/week") {
		t.Errorf("installed for a week that has passed: %d %s", res.Status, res.Body)
	}
	digest := call[sophttp.Preview](r, op, "GET", "/sop/oa-digest", nil, 200)
	if len(digest.Missing) != 1 || digest.Missing[0].Name != "service_endpoint" {
		t.Errorf("missing %v", digest.Missing)
	}
	res := op.Do("POST", "/sop/oa-digest/install", map[string]any{})
	if res.Status != 422 && res.Status != 400 || res.Problem(t).Code != "missing_parameter" {
		t.Errorf("installed without an account: %d %s", res.Status, res.Body)
	}
	res = op.Do("POST", "/sop/livestream-invite/install", map[string]any{"params": map[string]any{"start": "2026-03-01"}})
	if res.Status < 400 || !strings.Contains(string(res.Body), "/params/start") {
		t.Errorf("installed for a day that has begun: %d %s", res.Status, res.Body)
	}
	invite := call[sophttp.Preview](r, op, "GET", "/sop/livestream-invite", nil, 200)
	if !slices.ContainsFunc(invite.Params, func(s sop.Setting) bool { return s.Name == "start" }) {
		t.Errorf("the day is no parameter: %+v", invite.Params)
	}
	own := call[sophttp.Preview](r, op, "POST", "/sop/repurchase/preview", map[string]any{
		"params": map[string]any{"product": "安瓶", "cycle_days": 20, "offer": "满100减10", "coupon": "CPN", "brand": "荷塘"},
	}, 200)
	for _, want := range []string{`"within":"18d"`, `"within":"40d"`, "满100减10", `"template":"CPN"`} {
		if !strings.Contains(string(own.Definition), want) {
			t.Errorf("no %s in %s", want, own.Definition)
		}
	}
	for body, at := range map[string]string{
		`{"params":{"cycle_days":"often"}}`:     "/params/cycle_days",
		`{"params":{"colour":"red"}}`:           "/params/colour",
		`{"params":{"product":"{{ traits }}"}}`: "/params/product",
	} {
		res := op.Do("POST", "/sop/repurchase/preview", body)
		if res.Status < 400 || res.Status >= 500 || !strings.Contains(string(res.Body), at) {
			t.Errorf("%s: %d %s", body, res.Status, res.Body)
		}
	}
}

// The file that an operator exports goes back in unchanged by yutang playbook apply.
func TestPreview_YAMLIsTheDefinition(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	p := call[sophttp.Preview](r, r.operator(), "GET", "/sop/win-back?industry=baby", nil, 200)
	def, _, err := flow.ParseYAML([]byte(p.YAML), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if changes := flow.Diff(p.Definition, def); len(changes) != 0 {
		t.Errorf("%v", changes)
	}
}

// A library of a later program shows what is new, and leaves the draft as it is.
func TestInstalled_ShowsWhatANewerLibraryChanges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op, ctx := r.operator(), context.Background()
		in := call[sophttp.Installed](r, op, "POST", "/sop/win-back/install", map[string]any{"params": map[string]any{"lapse_days": 100}}, 201)
		same := call[sophttp.Installed](r, op, "GET", "/sop/installed/"+in.ID, nil, 200)
		if same.Newer || len(same.Changes) != 0 {
			t.Fatalf("at once: %+v", same.Changes)
		}
		var document string
		r.must(d.Get(ctx, `SELECT document FROM sop_install WHERE id = $1`, []any{in.ID}, &document))
		old := strings.Replace(document, `"priority":40`, `"priority":41`, 1)
		if _, err := d.Exec(ctx, `UPDATE sop_install SET document = $1 WHERE id = $2`, old, in.ID); err != nil {
			t.Fatal(err)
		}
		before, err := r.playbooks.Get(ctx, in.Playbook)
		r.must(err)
		newer := call[sophttp.Installed](r, op, "GET", "/sop/installed/"+in.ID, nil, 200)
		if !newer.Newer || len(newer.Changes) != 1 {
			t.Errorf("%+v", newer)
		}
		after, err := r.playbooks.Get(ctx, in.Playbook)
		r.must(err)
		if !bytes.Equal(before.Draft, after.Draft) {
			t.Error("the draft was changed")
		}
	})
}

// covers: C9
func TestPersona_IsAssignedAndSeenByItsMember(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op, staff := r.operator(), r.StaffClient(t, theCorp, "lin")
		if res := staff.Do("GET", "/panel/persona", nil); res.Status != 404 {
			t.Errorf("a persona before one is assigned: %d", res.Status)
		}
		type sheets struct{ Industries map[string]sop.Sheet }
		ready := call[sheets](r, op, "GET", "/personas/library", nil, 200).Industries
		if len(ready) != 4 || !strings.Contains(ready[sop.Beauty].Introduction, "玉堂") {
			t.Fatalf("%+v", ready)
		}
		first := call[sophttp.Persona](r, op, "POST", "/personas", ready[sop.Beauty], 201)
		second := call[sophttp.Persona](r, op, "POST", "/personas", ready[sop.Food], 201)
		who := map[string]any{"members": []sop.Member{{Corp: theCorp, Staff: "lin"}, {Corp: theCorp, Staff: "wang"}}}
		call[sophttp.Persona](r, op, "PUT", "/personas/"+first.ID+"/members", who, 200)
		mine := call[sophttp.Persona](r, staff, "GET", "/panel/persona", nil, 200)
		if mine.Sheet.Name != ready[sop.Beauty].Name || len(mine.Members) != 0 {
			t.Errorf("%+v", mine)
		}
		call[sophttp.Persona](r, op, "PUT", "/personas/"+second.ID+"/members", map[string]any{"members": []sop.Member{{Corp: theCorp, Staff: "lin"}}}, 200)
		left := call[sophttp.Persona](r, op, "GET", "/personas/"+first.ID, nil, 200)
		if len(left.Members) != 1 || left.Members[0].Staff != "wang" {
			t.Errorf("who left still follows: %+v", left.Members)
		}
		op.Do("DELETE", "/personas/"+second.ID, nil)
		if res := staff.Do("GET", "/panel/persona", nil); res.Status != 404 {
			t.Errorf("a deleted persona is followed: %d", res.Status)
		}
		bad := ready[sop.Food]
		bad.Name = ""
		if res := op.Do("POST", "/personas", bad); res.Status < 400 || !strings.Contains(string(res.Body), "/name") {
			t.Errorf("%d %s", res.Status, res.Body)
		}
	})
}

// covers: C9
func TestAudit_IsTickedByItsMemberScoredAndRepeated(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op, lin, wang := r.operator(), r.StaffClient(t, theCorp, "lin"), r.StaffClient(t, theCorp, "wang")
		ready := call[list[sop.List]](r, op, "GET", "/checklists/library", nil, 200).Items
		pieces := ready[0]
		if pieces.Key != "five-pieces" || len(pieces.Items) < 5 {
			t.Fatalf("%+v", pieces)
		}
		pieces.Items = pieces.Items[:3]
		kept := call[sophttp.Checklist](r, op, "POST", "/checklists", pieces, 201)
		due := r.Clock.Now().Add(10 * 24 * time.Hour)
		a := call[sophttp.Audit](r, op, "POST", "/audits", map[string]any{"checklist": kept.ID, "subject": "lin", "corp": theCorp, "due_at": due}, 201)
		if a.Staff != "lin" || a.Score != nil {
			t.Fatalf("%+v", a)
		}
		r.must(r.jobs.Idle(context.Background()))
		if len(r.reminders) != 0 {
			t.Fatalf("reminded ten days ahead: %+v", r.reminders)
		}
		photo := upload(t, r, lin)
		tick := func(c *httpapitest.Client, item string, body map[string]any) httpapitest.Response {
			return c.Do("PUT", "/panel/audits/"+a.ID+"/items/"+item, body)
		}
		if res := tick(wang, "avatar", map[string]any{"verdict": "ok"}); res.Status != 404 {
			t.Errorf("another's audit: %d", res.Status)
		}
		if res := tick(lin, "avatar", map[string]any{"verdict": "ok", "photo": "ast_none"}); res.Status < 400 {
			t.Errorf("a photo that is not there: %d", res.Status)
		}
		for item, body := range map[string]map[string]any{
			"avatar": {"verdict": "ok", "photo": photo}, "nickname": {"verdict": "not_ok", "note": "没有品牌名"},
		} {
			if res := tick(lin, item, body); res.Status != 200 {
				t.Fatalf("%d %s", res.Status, res.Body)
			}
		}
		r.Clock.Advance(8 * 24 * time.Hour)
		r.jobs.Wake()
		r.must(r.jobs.Idle(context.Background()))
		if len(r.reminders) != 1 || len(r.reminders[0].Items) != 1 || r.reminders[0].Staff != "lin" {
			t.Fatalf("%+v", r.reminders)
		}
		done := call[sophttp.Audit](r, op, "PUT", "/audits/"+a.ID+"/items/signature", map[string]any{"verdict": "without"}, 200)
		if done.State != sop.Done || *done.Score != 50 || done.Answers["nickname"].Note != "没有品牌名" {
			t.Errorf("%+v", done)
		}
		if res := tick(lin, "avatar", map[string]any{"verdict": "not_ok"}); res.Status < 400 {
			t.Errorf("a done audit was changed: %d", res.Status)
		}
		lin = r.StaffClient(t, theCorp, "lin") // sessions end
		next := call[list[sophttp.Audit]](r, lin, "GET", "/panel/audits?state=open", nil, 200).Items
		if len(next) != 1 || next[0].Repeats != a.ID || !next[0].DueAt.Equal(done.DoneAt.AddDate(0, 0, 30)) {
			t.Errorf("%+v", next)
		}
		var raw []byte
		r.must(d.Get(context.Background(), `SELECT answers FROM audit_sheet WHERE id = $1`, []any{a.ID}, &raw))
		if bytes.Contains(raw, []byte("品牌名")) {
			t.Error("notes lie in clear")
		}
		if seen := r.Client(t, access.Viewer).Do("GET", "/audits/"+a.ID, nil); seen.Status != 200 {
			t.Errorf("a viewer: %d", seen.Status)
		}
	})
}

// upload sends a small picture as a member.
func upload(t *testing.T, r *rig, c *httpapitest.Client) string {
	t.Helper()
	var pic, form bytes.Buffer
	r.must(png.Encode(&pic, image.NewGray(image.Rect(0, 0, 8, 8))))
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("file", "avatar.png")
	r.must(err)
	_, err = part.Write(pic.Bytes())
	r.must(err)
	r.must(m.Close())
	res := c.Do("POST", "/panel/audits/photos", form.Bytes(), "Content-Type", m.FormDataContentType())
	if res.Status != 201 {
		t.Fatalf("%d %s", res.Status, res.Body)
	}
	var out struct{ Photo string }
	r.must(json.Unmarshal(res.Body, &out))
	return out.Photo
}
