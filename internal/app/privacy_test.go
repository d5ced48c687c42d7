package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/seal"
	"yutang/internal/snapshot"
	"yutang/internal/wecomsim"
)

// The canaries of one person, by the intake that each takes.
const (
	birdPhone   = "13912348899"
	birdMail    = "canary.li@bird-canary.example"
	birdName    = "李金丝雀"
	birdTrait   = "trait-canary-1177"
	birdProp    = "prop-canary-2288"
	birdContext = "context-canary-3399"
	birdOrder   = "message-canary-4400"
	birdUser    = "user-canary-5511"
	birdFriend  = "王画眉鸟"
	birdTag     = "tag-canary-6622"
	birdRemark  = "备注画眉 remark-canary-7733"
	birdTask    = "给金丝雀回电 task-canary-8844"
)

var birds = []string{birdPhone, birdMail, birdName, birdTrait, birdProp, birdContext, birdOrder, birdUser, birdFriend, birdTag, birdRemark, birdTask}

// scopes are what sealed columns are sealed with; {column} stands for a value of the row.
var scopes = []string{
	"event", "identity", "identity_conflict", "identity_blocked", "profile", "delivery", "task", "task_spec", "task_card", "task_message",
	"contact", "contact_news", "group_member", "callback", "link_target", "erasure", "idempotency", "masssend", "staff",
	"archive/{corp}/{msgid}", "desk/{corp}/message/{msgid}", "privacy_export/{id}",
}

// held finds which canaries stand where in a stopped server: in every row, opened, and in the snapshot.
func (s *server) held() map[string][]string {
	s.t.Helper()
	cfg := s.cfg.Defaults()
	ctx := context.Background()
	d, err := db.Open(ctx, cfg.DatabaseURL())
	if err != nil {
		s.t.Fatal(err)
	}
	defer d.Close()
	box, err := seal.OpenKeyFile(cfg.KeyFile)
	if err != nil {
		s.t.Fatal(err)
	}
	found := map[string][]string{}
	look := func(place string, text []byte) {
		for _, b := range birds {
			if bytes.Contains(text, []byte(b)) && !slices.Contains(found[b], place) {
				found[b] = append(found[b], place)
			}
		}
	}
	for _, table := range tablesOf(s.t, d) {
		err := d.Each(ctx, "SELECT * FROM "+table, nil, func(rows *sql.Rows) error {
			row, err := rowOf(rows)
			for name, value := range row {
				look(table+"."+name, opened(box, row, value))
			}
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	r, err := snapshot.Open(filepath.Join(cfg.Data, "snapshot"), box)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Close()
	for _, name := range []string{"meta", "seen", "timeline", "identity", "customer", "audience"} {
		in, err := r.Section(name)
		if err != nil {
			s.t.Fatal(err)
		}
		raw, err := io.ReadAll(in)
		if err != nil {
			s.t.Fatal(err)
		}
		look("snapshot "+name, raw)
	}
	return found
}

func tablesOf(t testing.TB, d *db.DB) (names []string) {
	t.Helper()
	text := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if d.Dialect() == db.Postgres {
		text = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
	}
	err := d.Each(context.Background(), text, nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func rowOf(rows *sql.Rows) (map[string]any, error) {
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	row := map[string]any{}
	for i, name := range names {
		row[name] = values[i]
	}
	return row, nil
}

// opened is a value as text, opened with whichever scope fits.
func opened(box *seal.Box, row map[string]any, value any) []byte {
	switch v := value.(type) {
	case string:
		return []byte(v)
	case []byte:
		for _, scope := range scopes {
			for name, part := range row {
				if text, ok := part.(string); ok {
					scope = strings.ReplaceAll(scope, "{"+name+"}", text)
				}
			}
			if plain, err := box.Open(nil, v, scope); err == nil {
				var answer struct {
					Body []byte `json:"body"`
				}
				if json.Unmarshal(plain, &answer) == nil {
					plain = append(plain, answer.Body...)
				}
				return plain
			}
		}
		return v
	}
	return nil
}

// figures are what reports say, which an erasure must not change.
func (s *server) figures() string {
	s.t.Helper()
	var out strings.Builder
	for _, f := range []string{
		`{"steps":[{"event":"Seen"},{"event":"Order Completed"}],"window_seconds":864000,"mode":"ordered"}`,
		`{"steps":[{"event":"Order Completed"}],"window_seconds":864000,"mode":"ordered","breakdown":{"prop":"category"}}`,
	} {
		a := s.ok("POST", "/insight/funnel", json.RawMessage(f))
		out.WriteString(a.Get("steps").Raw + a.Get("by_breakdown").Raw + "\n")
	}
	out.WriteString(s.app.NetRevenue().String())
	return out.String()
}

// sing sends every canary through its intake, and gives the customer.
func (s *server) sing(r *corpRig, m *mailbox) string {
	buyers := s.audience("Buyers", `{"did":{"event":"Order Completed","sum":{"gte":100},"of":"revenue"}}`)
	s.welcome(buyers, m.URL+"/messages")
	s.city = s.audience("In 杭州", `{"trait":"city","op":"eq","value":"杭州"}`)
	first := track(birdUser, "Order Completed", now.Add(-time.Hour), props{
		"order_id": "A7", "revenue": 128.5, "currency": "CNY", "category": "shoes", "remark": birdProp, "receiver": birdName,
	})
	first["messageId"], first["context"] = birdOrder, map[string]any{"ip": "198.51.100.9", "page": map[string]any{"title": birdContext}}
	s.take(
		identify(birdUser, props{"nickname": birdName, "phone": birdPhone, "email": birdMail, "hobby": birdTrait, "city": "杭州"}),
		track(birdUser, "Consent Given", now.Add(-3*time.Hour), props{"channel": "webhook"}),
		track(birdUser, "Seen", now.Add(-2*time.Hour), props{"search": birdProp}),
		track(birdUser, "Tag Added", time.Time{}, props{"tag": birdTag}),
		first,
		identify("other", props{"phone": "13700001111", "city": "上海"}),
		track("other", "Seen", now.Add(-2*time.Hour), nil),
		track("other", "Order Completed", now.Add(-time.Hour), props{"order_id": "B1", "revenue": 40, "category": "shoes"}),
	)
	a := s.customer("user_id", birdUser)
	// The other is said to have this phone, which the policy does not believe.
	s.take(map[string]any{"type": "track", "event": "Called", "userId": "other", "context": map[string]any{
		"externalIds": []any{map[string]any{"type": "phone", "id": birdPhone, "collection": "users", "encoding": "none"}},
	}})
	s.ok("PATCH", "/customers/"+a+"/traits", map[string]any{"traits": map[string]any{"address": birdContext}})
	r.sync()
	who := r.sim.AddCustomer(wecomsim.NewCustomer{Name: birdFriend})
	s.ok("POST", "/codes", map[string]any{
		"corp": simCorp, "name": "门店海报", "channel": "store", "kind": "multi", "skip_verify": true,
		"members": []map[string]any{{"staff": r.sim.Members()[0].User}},
	})
	r.until("the code is at the platform", func() bool { return len(r.sim.Codes()) == 1 })
	if _, err := r.sim.ScanCode(who, r.sim.Codes()[0].ID); err != nil {
		s.t.Fatal(err)
	}
	r.flush()
	r.until("the customer is known", func() bool { return r.customer(who).Get("traits.name").Exists() })
	s.ok("POST", "/customers/merge", map[string]any{"a": a, "b": r.customer(who).Get("id").String()})
	remark := birdRemark
	err := r.sim.EditRemark(wecomsim.Remark{Pair: wecomsim.Pair{User: r.sim.Members()[0].User, Customer: who}, Remark: &remark, Description: &remark})
	if err != nil {
		s.t.Fatal(err)
	}
	r.flush()
	r.until("the remark is known", func() bool { return strings.Contains(s.ok("GET", "/contacts", nil).Raw, birdRemark) })
	s.ok("POST", "/tasks", map[string]any{"customers": []string{a}, "title": birdTask})
	s.eventually("the message is sent", func() bool {
		return s.ok("GET", "/deliveries", nil).Get(`items.#(state=="accepted")`).Exists()
	})
	return s.customer("user_id", birdUser)
}

// covers: J3
func TestErasure_LeavesNothingOfThePersonAndEveryFigure(t *testing.T) {
	m := newMailbox(t)
	roadServer(t, m, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{Staff: 2})
		c := s.sing(r, m)
		if err := s.app.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.stop()
		saved := filepath.Join(s.cfg.Data, "snapshot")
		old, err := os.ReadFile(saved)
		if err != nil {
			t.Fatal(err)
		}
		for bird, places := range controls(s.held()) {
			t.Errorf("%s was planted and is found nowhere: %v", bird, places)
		}
		s.start()
		before := s.figures()
		rows := s.ok("GET", "/customers/"+c+"/erase", nil)
		for _, room := range []string{"events", "identity", "orders", "deliveries", "contacts"} {
			if rows.Get("rows."+room).Int() == 0 {
				t.Errorf("the preview knows no %s: %s", room, rows.Raw)
			}
		}
		for body, pointer := range map[string]string{
			`{"reason":"asked by letter","confirm":"c999"}`: "/confirm", `{"reason":" x ","confirm":"` + c + `"}`: "/reason",
		} {
			a := s.api("POST", "/customers/"+c+"/erase", body)
			if a.status != 422 || !strings.Contains(a.Raw, pointer) {
				t.Errorf("%s: %d %s", body, a.status, a.Raw)
			}
		}
		e := s.ok("POST", "/customers/"+c+"/erase", map[string]any{"reason": "asked by letter", "confirm": c})
		if err := s.app.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		done := s.ok("GET", "/privacy/erasures/"+e.Get("id").String(), nil)
		if done.Get("state").String() != "done" || done.Get("rows.events").Int() == 0 || done.Get("reason").String() != "asked by letter" {
			t.Fatalf("erasure: %s", done.Raw)
		}
		s.erased(c, before)
		s.stop()
		for bird, places := range s.held() {
			t.Errorf("%s still stands in %v", bird, places)
		}
		s.start()
		s.erased(c, before)
		s.stop()
		if err := os.WriteFile(saved, old, 0o600); err != nil { // as if the disk had kept what was removed
			t.Fatal(err)
		}
		s.start()
		s.erased(c, before)
		s.comesAgain(c, before)
	})
}

// controls are the canaries that were found nowhere.
func controls(found map[string][]string) map[string][]string {
	missing := map[string][]string{}
	for _, b := range birds {
		if len(found[b]) == 0 {
			missing[b] = nil
		}
	}
	return missing
}

// erased checks that the customer is nobody and the figures are the same.
func (s *server) erased(c, before string) {
	s.t.Helper()
	got := s.ok("GET", "/customers/"+c, nil)
	if got.Get("identities.#").Int() != 0 || len(got.Get("traits").Map()) != 0 || got.Get("tags.#").Int() != 0 ||
		got.Get("orders.net_revenue").Float() != 128.5 || got.Get("events").Int() == 0 {
		s.t.Errorf("after the erasure: %s", got.Raw)
	}
	if after := s.figures(); after != before {
		s.t.Errorf("figures changed\n%s\n%s", before, after)
	}
	for _, path := range []string{"/customers?identity=user_id:" + birdUser, "/customers?q=8899", "/customers?tag=" + birdTag} {
		if a := s.ok("GET", path, nil); a.Get("items.#").Int() != 0 {
			s.t.Errorf("%s: %s", path, a.Raw)
		}
	}
	s.clock.Advance(time.Second) // the moment at which everybody is looked at again
	s.eventually("nobody lives in 杭州", func() bool { return s.ok("GET", "/audiences/"+s.city, nil).Get("count").Int() == 0 })
	for _, path := range []string{
		"/customers/" + c + "/events?limit=100", "/customers/" + c + "/levels", "/customers/" + c + "/consents", "/customers/" + c + "/erase",
		"/tasks", "/deliveries", "/runs", "/contacts", "/wecom/callbacks", "/identity/conflicts", "/audit?limit=200", "/privacy/erasures",
		"/deliveries/" + s.ok("GET", "/deliveries", nil).Get("items.0.id").String(), "/tasks/" + s.ok("GET", "/tasks", nil).Get("items.0.id").String(),
	} {
		raw := s.ok("GET", path, nil).Raw
		for _, b := range birds {
			if strings.Contains(raw, b) {
				s.t.Errorf("%s shows %s", path, b)
			}
		}
	}
}

// comesAgain sends the person's messages again: a repetition is nothing, a new one is a new customer.
func (s *server) comesAgain(c, before string) {
	s.t.Helper()
	repeat := track(birdUser, "Order Completed", now.Add(-time.Hour), props{"order_id": "A7", "revenue": 128.5})
	repeat["messageId"] = birdOrder
	s.take(repeat)
	if s.customer("user_id", birdUser) != "" {
		s.t.Error("a repeated message brought the person back")
	}
	s.erased(c, before)
	s.take(track(birdUser, "Visited", time.Time{}, nil))
	if again := s.customer("user_id", birdUser); again == "" || again == c {
		s.t.Errorf("who comes again is %q, was %q", again, c)
	}
}

// covers: J3
func TestErasure_BlocksWhoAsksForIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.take(identify("u1", props{"phone": "13912345670"}), track("u1", "Seen", time.Time{}, nil))
		c := s.customer("user_id", "u1")
		s.take(identify("u2", props{"phone": "13912345671"}))
		second := s.customer("user_id", "u2")
		s.ok("POST", "/customers/"+second+"/erase", map[string]any{"reason": "asked by letter", "confirm": second})
		s.ok("POST", "/customers/"+c+"/erase", map[string]any{"reason": "asked by letter", "confirm": c, "block": true})
		if err := s.app.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.customer("user_id", "u2"); got != "" {
			t.Errorf("the second stays: %s", got)
		}
		s.take(track("u1", "Seen", time.Time{}, nil), identify("u9", props{"phone": "13912345670"}))
		if got := s.customer("user_id", "u1") + s.customer("phone", "13912345670"); got != "" {
			t.Errorf("a blocked identity found %q", got)
		}
		list := s.ok("GET", "/privacy/erasures?limit=1", nil)
		if list.Get("items.0.customer").String() != c || !list.Get("items.0.block").Bool() || list.Get("items.0.state").String() != "done" {
			t.Errorf("erasures: %s", list.Raw)
		}
		if a := s.api("GET", "/privacy/erasures/era_x", nil); a.status != 404 {
			t.Errorf("unknown erasure: %d", a.status)
		}
	})
}

// covers: J3
func TestReveal_WantsAReasonAndStandsInTheAuditTrail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.take(identify("u1", props{"phone": "13912345670", "nickname": "李四", "city": "上海"}))
		c := s.customer("user_id", "u1")
		a := s.ok("POST", "/customers/"+c+"/reveal", map[string]any{"fields": []string{"phone"}, "reason": "客户来电核对"})
		if a.Get("identities.0.value").String() != "+8613912345670" || a.Get("traits.nickname").Exists() {
			t.Errorf("phone: %s", a.Raw)
		}
		all := s.ok("POST", "/customers/"+c+"/reveal", map[string]any{"fields": []string{"all"}, "reason": "客户来电核对"})
		if all.Get("traits.nickname").String() != "李四" || all.Get("traits.city").Exists() {
			t.Errorf("all: %s", all.Raw)
		}
		trail := s.ok("GET", "/audit?action=customer.reveal", nil)
		if trail.Get("items.#").Int() != 2 || trail.Get("items.1.detail.reason").String() != "客户来电核对" || trail.Get("items.1.detail.fields.0").String() != "phone" {
			t.Errorf("trail: %s", trail.Raw)
		}
		for body, status := range map[string]int{
			`{"fields":["phone"],"reason":"x"}`:                                 422,
			`{"fields":[],"reason":"because"}`:                                  422,
			`{"reason":"because"}`:                                              422,
			`{"fields":["phone"],"reason":"` + strings.Repeat("为", 201) + `"}`:  422,
			`{"fields":["` + strings.Repeat("x", 65) + `"],"reason":"because"}`: 422,
			`{"fields":["phone"]`:                                               400,
		} {
			if a := s.api("POST", "/customers/"+c+"/reveal", body); a.status != status {
				t.Errorf("%s: %d %s", body, a.status, a.Raw)
			}
		}
		if a := s.api("POST", "/customers/c99/reveal", map[string]any{"fields": []string{"all"}, "reason": "because"}); a.status != 404 {
			t.Errorf("unknown customer: %d", a.status)
		}
	})
}

// covers: J3
func TestExport_HasEverythingAndIsForWhoMadeIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.take(
			identify("u1", props{"phone": "13912345670", "nickname": "李四"}),
			track("u1", "Consent Given", now.Add(-2*time.Hour), props{"channel": "sms"}),
			track("u1", "Consent Withdrawn", now.Add(-time.Hour), props{"channel": "sms"}),
			track("u1", "Order Completed", time.Time{}, props{"order_id": "A1", "revenue": 12.5}),
		)
		c := s.customer("user_id", "u1")
		said := s.ok("GET", "/customers/"+c+"/consents", nil)
		if said.Get("items.#").Int() != 2 || said.Get("items.0.given").Bool() || !said.Get("items.0.counts").Bool() ||
			said.Get("items.1.counts").Bool() || said.Get("items.1.source").String() != "default" || said.Get("items.1.channel").String() != "sms" {
			t.Errorf("consents: %s", said.Raw)
		}
		x := s.ok("POST", "/customers/"+c+"/export", nil)
		if err := s.app.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		path := "/privacy/exports/" + x.Get("id").String()
		if got := s.ok("GET", path, nil); !got.Get("ready").Bool() || got.Get("size").Int() == 0 {
			t.Errorf("export: %s", got.Raw)
		}
		files := s.unzip(path + "/file")
		for name, want := range map[string]string{
			"profile.json": "李四", "identities.json": "+8613912345670", "events.json": "Order Completed", "consents.json": "sms",
			"customer_order.json": "A1", "identity.json": "+8613912345670",
		} {
			if !strings.Contains(files[name], want) {
				t.Errorf("%s lacks %s: %s", name, want, files[name])
			}
		}
		other := s.token("owner", nil)
		if a := s.send("GET", "/api/v1"+path+"/file", nil, "Authorization", "Bearer "+other); a.status != 404 {
			t.Errorf("another's export: %d", a.status)
		}
		s.clock.Advance(7*24*time.Hour + time.Second)
		if a := s.api("GET", path+"/file", nil); a.status != 404 {
			t.Errorf("after its days: %d", a.status)
		}
	})
}

// unzip fetches a ZIP file.
func (s *server) unzip(path string) map[string]string {
	s.t.Helper()
	a := s.raw("/api/v1" + path)
	z, err := zip.NewReader(bytes.NewReader(a), int64(len(a)))
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			s.t.Fatal(err)
		}
		raw, err := io.ReadAll(in)
		if err != nil {
			s.t.Fatal(err)
		}
		out[f.Name] = string(raw)
	}
	return out
}

// covers: J3
func TestRetention_SaysWhatIsForgotten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		got := s.ok("GET", "/privacy/retention", nil)
		if got.Get("archive_days").Int() != 0 || got.Get("callback_days").Int() != 30 || !got.Get("desks").IsArray() {
			t.Errorf("at first: %s", got.Raw)
		}
		for body, pointer := range map[string]string{
			`{"archive_days":29,"delivery_days":0}`: "/archive_days", `{"archive_days":0,"delivery_days":4000}`: "/delivery_days",
		} {
			if a := s.api("PUT", "/privacy/retention", body); a.status != 422 || !strings.Contains(a.Raw, pointer) {
				t.Errorf("%s: %d %s", body, a.status, a.Raw)
			}
		}
		if a := s.ok("PUT", "/privacy/retention", map[string]int{"archive_days": 90, "delivery_days": 60}); a.Get("delivery_days").Int() != 60 {
			t.Errorf("set: %s", a.Raw)
		}
	})
}

// raw fetches a file as the owner.
func (s *server) raw(path string) []byte {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+ownerToken)
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// covers: J3
func TestMasking_HidesFromPeopleUntilTheyReveal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		s.take(identify("u1", props{"phone": "13912345670", "nickname": "李四"}))
		c := s.customer("user_id", "u1")
		s.ok("POST", "/accounts", map[string]any{"email": "wang@example.com", "name": "王", "role": "operator", "password": "a long password"})
		login := s.send("POST", "/api/v1/session", map[string]any{"email": "wang@example.com", "password": "a long password"})
		cookie := strings.SplitN(login.header.Get("Set-Cookie"), ";", 2)[0]
		ask := func(method, path string, body any) answer {
			return s.send(method, "/api/v1"+path, body, "Cookie", cookie, "X-Yutang-Request", "1")
		}
		if a := ask("GET", "/customers/"+c, nil); a.Get("traits.nickname").String() != "李四" {
			t.Errorf("before: %d %s", a.status, a.Raw)
		}
		if a := ask("PUT", "/privacy/masking", map[string]bool{"by_default": true}); a.status != 403 {
			t.Errorf("an operator changed it: %d", a.status)
		}
		s.ok("PUT", "/privacy/masking", map[string]bool{"by_default": true})
		if a := ask("GET", "/customers/"+c, nil); a.Get("traits.nickname").String() != "李**" || strings.Contains(a.Raw, "13912345670") {
			t.Errorf("masked: %d %s", a.status, a.Raw)
		}
		if a := ask("POST", "/customers/"+c+"/reveal", map[string]any{"fields": []string{"nickname"}, "reason": "客户来电核对"}); a.Get("traits.nickname").String() != "李四" {
			t.Errorf("revealed: %d %s", a.status, a.Raw)
		}
		if a := s.ok("GET", "/customers/"+c, nil); a.Get("traits.nickname").String() != "李四" {
			t.Errorf("a token is shown masks: %s", a.Raw)
		}
		if a := ask("POST", "/customers/"+c+"/erase", map[string]any{"reason": "asked by letter", "confirm": c}); a.status != 403 {
			t.Errorf("an operator erased: %d", a.status)
		}
	})
}
