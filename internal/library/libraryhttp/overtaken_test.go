package libraryhttp_test

import (
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/library/libraryhttp"
)

// covers: E1
func TestMaterial_TwoEditorsDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		srv := start(t, d)
		op := srv.Client(t, access.Operator)
		body := func(text string) map[string]string { return map[string]string{"text": text} }
		op.Call("POST", "/materials", map[string]any{"kind": "text", "name": "问候", "body": body("您好")}, nil)
		var list struct{ Items []libraryhttp.Material }
		op.Call("GET", "/materials", nil, &list)
		seen := list.Items[0]
		if seen.Version == nil || seen.Version.Version != 1 || seen.Version.State != "draft" || string(seen.Version.Body) != `{"text":"您好"}` {
			t.Fatalf("row %+v", seen.Version)
		}
		srv.Clock.Advance(time.Second)
		path := "/materials/" + seen.ID
		op.Call("POST", path+"/versions", map[string]any{"body": body("早"), "after": seen.Latest}, nil)
		if res := op.Do("POST", path+"/versions", map[string]any{"body": body("晚"), "after": seen.Latest}); res.Status != 409 || res.Problem(t).Code != "changed_meanwhile" {
			t.Errorf("a version over another: %d %s", res.Status, res.Body)
		}
		if res := op.Do("PUT", path, map[string]any{"name": "早安", "seen": seen.UpdatedAt}); res.Status != 409 || res.Problem(t).Code != "changed_meanwhile" {
			t.Errorf("a name over a change: %d %s", res.Status, res.Body)
		}
		op.Call("GET", "/materials", nil, &list)
		now := list.Items[0]
		if now.Name != "问候" || now.Latest != 2 || string(now.Version.Body) != `{"text":"早"}` {
			t.Errorf("now %+v", now)
		}
		op.Call("PUT", path, map[string]any{"name": "早安", "seen": now.UpdatedAt}, nil)
		op.Call("POST", path+"/versions", map[string]any{"body": body("晚"), "after": now.Latest}, nil)
		op.Call("POST", path+"/versions", map[string]any{"body": body("安")}, &now)
		if now.Name != "早安" || now.Latest != 4 {
			t.Errorf("now %+v", now)
		}
	})
}
