package app_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
)

// sheet asks for a file and reads it.
func (s *server) sheet(auth string, body any) (id string, rows [][]string) {
	s.t.Helper()
	a := s.send("POST", "/api/v1/exports", body, "Authorization", auth)
	if a.status != http.StatusAccepted {
		s.t.Fatalf("%d %s", a.status, a.Raw)
	}
	if err := s.app.Idle(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	id = a.Get("id").String()
	file := s.send("GET", "/api/v1/exports/"+id+"/file", nil, "Authorization", auth)
	text, ok := strings.CutPrefix(string(s.raw("/api/v1/exports/"+id+"/file")), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if file.status != http.StatusOK || !ok || err != nil {
		s.t.Fatalf("%d %v %q", file.status, err, text)
	}
	return id, rows
}

// covers: J1, J3
func TestExports_HoldWhatWasAskedForAsWhoAskedMaySeeIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.take(
			identify("u1", props{"name": "张三", "phone": "13912345670", "email": "zhang@example.com", "city": "=cmd()"}),
			track("u1", "Order Completed", now.Add(-time.Hour), props{"order_id": "1", "total": 100.5}),
			identify("u2", props{"name": "-李四"}),
		)
		buyers := s.live(s.audience("Buyers", `{"did":{"event":"Order Completed"}}`)).Get("id").String()
		columns := []props{{"field": "name", "header": "姓名"}, {"field": "phone"}, {"field": "email"}, {"field": "trait:city", "header": "=城市"}, {"field": "net_revenue"}, {"field": "last_order"}}
		operator, viewer := "Bearer "+s.token(access.Operator, nil), "Bearer "+s.token(access.Viewer, nil)
		id, rows := s.sheet(operator, props{"columns": columns, "expect": 2, "name": "客户"})
		if len(rows) != 3 || strings.Join(rows[0], "|") != "姓名|phone|email|'=城市|net_revenue|last_order" ||
			strings.Join(rows[1], "|") != "张三|13912345670|zhang@example.com|'=cmd()|100.5|2026-03-10 11:00:00" || rows[2][0] != "'-李四" {
			t.Errorf("an operator gets %q", rows)
		}
		if kept, err := os.ReadFile(filepath.Join(s.cfg.Data, "exports", id)); err != nil || bytes.Contains(kept, []byte("张三")) {
			t.Errorf("the file lies in clear, %v", err)
		}
		_, rows = s.sheet(viewer, props{"columns": columns, "audience": buyers})
		if len(rows) != 2 || rows[1][0] != "张**" || !strings.Contains(rows[1][1], "139****5670") || rows[1][2] != "z***@example.com" {
			t.Errorf("a viewer gets %q", rows)
		}
		_, rows = s.sheet(operator, props{"columns": columns[:1], "behind": props{"report": "funnel", "cell": props{"step": 0}, "query": props{
			"steps": []props{{"event": "Order Completed"}, {"event": "Order Refunded"}}, "window_seconds": 86400, "from": "2026-03-01", "to": "2026-03-10",
		}}})
		if len(rows) != 2 || rows[1][0] != "张三" {
			t.Errorf("behind a report: %q", rows)
		}
		for path, status := range map[string]int{"/exports/" + id: 404, "/exports/" + id + "/file": 404} {
			if a := s.send("GET", "/api/v1"+path, nil, "Authorization", viewer); a.status != status {
				t.Errorf("another asks for %s: %d %s", path, a.status, a.Raw)
			}
		}
		if a := s.ok("GET", "/exports", nil); len(a.Get("items").Array()) != 3 || a.Get("items.2.percent").Int() != 100 || a.Get("items.2.mine").Bool() {
			t.Errorf("the owner lists %s", a.Raw)
		}
		if a := s.api("POST", "/exports", props{"columns": columns, "expect": 9}); a.status != http.StatusConflict {
			t.Errorf("another count: %d %s", a.status, a.Raw)
		}
		for action, n := range map[string]int{"export.create": 3, "export.download": 6} {
			trail := s.ok("GET", "/audit?action="+action, nil)
			if len(trail.Get("items").Array()) != n || strings.Contains(trail.Raw, "13912345670") {
				t.Errorf("%s: %s", action, trail.Raw)
			}
		}
		first := s.customer("user_id", "u1")
		erase := s.ok("POST", "/customers/"+first+"/erase", props{"reason": "asked for it", "confirm": first})
		if err := s.app.Idle(t.Context()); err != nil || erase.status != http.StatusAccepted {
			t.Fatal(err)
		}
		if a := s.send("GET", "/api/v1/exports/"+id+"/file", nil, "Authorization", operator); a.status != http.StatusNotFound {
			t.Errorf("a file with who was erased: %d", a.status)
		}
	})
}
