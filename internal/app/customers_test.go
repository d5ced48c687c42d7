package app_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// shape checks the kind of each named member: "id string", "orders.count number".
func shape(t *testing.T, what string, got gjson.Result, members ...string) {
	t.Helper()
	for _, m := range members {
		path, kind, _ := strings.Cut(m, " ")
		v := got.Get(path)
		fits := map[string]bool{
			"string": v.Type == gjson.String, "number": v.Type == gjson.Number, "list": v.IsArray(), "object": v.IsObject(),
			"time": v.Type == gjson.String && !v.Time().IsZero(), "null": v.Type == gjson.Null && v.Exists(),
		}
		if !fits[kind] {
			t.Errorf("%s: %s is not a %s in %s", what, path, kind, got.Raw)
		}
	}
}

// covers: B3
func TestCustomer_HasTheShapeOfTheContract(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.take(
			identify("u1", props{"city": "上海", "age": 30, "phone": "13912345670"}),
			track("u1", "Order Completed", now.Add(-time.Hour), props{"order_id": "1", "total": 100.5}),
			track("u1", "Order Refunded", time.Time{}, props{"order_id": "1", "revenue": 20.25}),
			track("u1", "Tag Added", time.Time{}, props{"tag": "VIP"}),
			track("u2", "Seen", time.Time{}, nil),
		)
		c := s.ok("GET", "/customers/"+s.customer("user_id", "u1"), nil)
		shape(t, "customer", c.Result, "id string", "identities list", "identities.0.type string", "identities.0.value string", "traits object",
			"tags list", "lifecycle.aipl string", "lifecycle.aarrr string", "tier string", "first_seen time", "last_seen time",
			"orders.count number", "orders.net_revenue number", "orders.currency string", "orders.last_at time")
		if c.Get("orders.net_revenue").Float() != 80.25 || c.Get("orders.count").Int() != 1 || c.Get("orders.currency").String() != "CNY" ||
			c.Get("tags").Raw != `["VIP"]` || c.Get("lifecycle.aipl").String() != "purchase" || c.Get("traits.age").Raw != "30" {
			t.Errorf("customer: %s", c.Raw)
		}
		bare := s.ok("GET", "/customers/"+s.customer("user_id", "u2"), nil)
		shape(t, "bare customer", bare.Result, "tags list", "traits object", "orders.count number", "orders.last_at null")
		for filter, want := range map[string]int{
			"?tag=VIP": 1, "?tag=none": 0, "?q=5670": 1, "?identity=phone:%2B8613912345670": 1, "?identity=phone:139+1234+5670": 1,
			"?identity=user_id:nobody": 0, "": 2, "?audience=" + s.audience("All", `{"all":[]}`): 2,
		} {
			if a := s.ok("GET", "/customers"+filter, nil); !a.Get("items").IsArray() || len(a.Get("items").Array()) != want {
				t.Errorf("%s: %s", filter, a.Raw)
			}
		}
		e := s.ok("GET", "/customers/"+c.Get("id").String()+"/events?limit=2", nil)
		shape(t, "events", e.Result, "items list", "next string", "items.0.name string", "items.0.at time")
		if rest := s.ok("GET", "/customers/"+c.Get("id").String()+"/events?limit=3&cursor="+e.Get("next").String(), nil); len(rest.Get("items").Array()) != 3 || rest.Get("next").Exists() {
			t.Errorf("second page: %s", rest.Raw)
		}
		for path, status := range map[string]int{"/customers/c999": 404, "/customers/x": 404, "/customers?identity=phone": 422, "/customers?cursor=%21": 422, "/customers?limit=-1": 422} {
			a := s.api("GET", path, nil)
			if a.status != status || a.Get("code").String() == "" || a.Get("status").Int() != int64(status) || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s: %d %s %s", path, a.status, a.header.Get("Content-Type"), a.Raw)
			}
		}
	})
}

// covers: B2
func TestMerge_AnswersWithTheSurvivorAndUnmergeRestores(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		buyers := s.audience("Two orders", `{"did":{"event":"Order Completed","count":{"gte":2}}}`)
		for _, u := range []string{"a", "b"} {
			s.take(
				identify(u, props{"city": "city of " + u}),
				track(u, "Order Completed", time.Time{}, props{"order_id": "of " + u, "revenue": 10}),
				track(u, "Tag Added", time.Time{}, props{"tag": "tag " + u}),
			)
		}
		a, b := s.customer("user_id", "a"), s.customer("user_id", "b")
		before := s.ok("GET", "/customers/"+a, nil).Raw + s.ok("GET", "/customers/"+b, nil).Raw
		preview := s.ok("POST", "/customers/merge/preview", props{"a": b, "b": a})
		shape(t, "preview", preview.Result, "kept.id string", "gone.id string")
		m := s.ok("POST", "/customers/merge", props{"a": b, "b": a})
		shape(t, "merge", m.Result, "merge_id string", "customer_id string")
		if m.Get("customer_id").String() != preview.Get("kept.id").String() {
			t.Errorf("preview %s, merge %s", preview.Raw, m.Raw)
		}
		one, other := s.ok("GET", "/customers/"+a, nil), s.ok("GET", "/customers/"+b, nil)
		if one.Raw != other.Raw || one.Get("id").String() != m.Get("customer_id").String() || one.Get("orders.net_revenue").Float() != 20 ||
			len(one.Get("identities").Array()) != 2 || one.Get("tags").Raw != `["tag a","tag b"]` {
			t.Errorf("after the merge: %s\n%s", one.Raw, other.Raw)
		}
		if n := s.ok("GET", "/audiences/"+buyers, nil).Get("count").Int(); n != 1 {
			t.Errorf("%d members after the merge", n)
		}
		if again := s.api("POST", "/customers/merge", props{"a": a, "b": b}); again.status != http.StatusConflict {
			t.Errorf("merged again: %d", again.status)
		}
		s.stop()
		s.start()
		s.ok("POST", "/customers/unmerge", props{"merge_id": m.Get("merge_id").String()})
		if after := s.ok("GET", "/customers/"+a, nil).Raw + s.ok("GET", "/customers/"+b, nil).Raw; after != before {
			t.Errorf("unmerged:\n%s\nwant\n%s", after, before)
		}
		if n := s.ok("GET", "/audiences/"+buyers, nil).Get("count").Int(); n != 0 {
			t.Errorf("%d members after the unmerge", n)
		}
	})
}

// covers: B1
func TestImport_TakesOrdersOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		var file strings.Builder
		file.WriteString("order_id,created_at,amount,member_no,phone\n")
		for i := range 300 {
			fmt.Fprintf(&file, "O%d,2026-01-%02d 10:00:00,%d.50,M%d,\n", i, i%28+1, i, i%100)
		}
		file.WriteString("O900,not a date,5,M1,\nO901,2026-01-01,abc,M1,\n")
		upload := func() answer {
			var body bytes.Buffer
			w := multipart.NewWriter(&body)
			part, err := w.CreateFormFile("file", "orders.csv")
			if err == nil {
				_, err = part.Write([]byte(file.String()))
			}
			if err == nil {
				err = w.WriteField("kind", "orders")
			}
			if err != nil || w.Close() != nil {
				t.Fatal(err)
			}
			a := s.api("POST", "/imports", body.Bytes(), "Content-Type", w.FormDataContentType())
			if a.status != http.StatusCreated {
				t.Fatalf("upload: %d %s", a.status, a.Raw)
			}
			var done answer
			s.eventually("import done", func() bool {
				done = s.ok("GET", "/imports/"+a.Get("id").String(), nil)
				return done.Get("state").String() == "done"
			})
			return done
		}
		first := upload()
		shape(t, "import", first.Result, "id string", "state string", "rows number", "accepted number", "rejected list", "progress object",
			"rejected.0.line number", "rejected.0.column string", "rejected.0.reason string")
		if first.Get("rows").Int() != 302 || first.Get("accepted").Int() != 300 || first.Get("rejected.#").Int() != 2 || first.Get("rejected.0.line").Int() != 302 {
			t.Errorf("first: %s", first.Raw)
		}
		want := s.ok("GET", "/customers/"+s.customer("member_no", "M7"), nil)
		if want.Get("orders.net_revenue").Float() != 7.5+107.5+207.5 {
			t.Errorf("M7: %s", want.Raw)
		}
		second := upload()
		if second.Get("accepted").Int() != 0 || second.Get("duplicates").Int() != 300 {
			t.Errorf("second: %s", second.Raw)
		}
		if got := s.ok("GET", "/customers/"+s.customer("member_no", "M7"), nil); got.Raw != want.Raw {
			t.Errorf("the same file changed\n%s\nto\n%s", want.Raw, got.Raw)
		}
	})
}
