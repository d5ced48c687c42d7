package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/console"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/money"
)

// sample is a brand with fixed numbers.
type sample struct {
	empty  bool
	err    error
	events int64
}

func cny(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "CNY"} }

func (s *sample) Numbers(context.Context) (console.Numbers, error) {
	if s.err != nil || s.empty {
		return console.Numbers{At: httpapitest.Start, Watermark: httpapitest.Start}, s.err
	}
	at := httpapitest.Start
	n := console.Numbers{
		At: at, Watermark: at.Add(-time.Second), Events: 1_067_371 + s.events, Customers: 5_942, Orders: 36_969, NetRevenue: cny(1_656_417_712),
		Audiences: []console.Audience{
			{ID: "aud_1", Name: "30 天内下过单", State: "live", Progress: 1, Count: 1_284, Entered: 42, Left: 7},
			{ID: "aud_2", Name: "沉睡的高价值客户：90 天未下单且累计满 1,000 元", State: "updating", Progress: .62, Count: 311, Entered: 0, Left: 3},
			{ID: "aud_3", Name: "<script>alert(1)</script>", State: "building", Progress: .18, Entered: -1},
		},
		Playbooks:  []console.Playbook{{ID: "pb_1", Name: "首单七日关怀", State: "published", Runs: []console.Count{{Name: "waiting", N: 318}, {Name: "done", N: 1_902}, {Name: "exited", N: 77}}}},
		Deliveries: []console.Count{{Name: "accepted", N: 1_804}, {Name: "planned", N: 12}, {Name: "suppressed", N: 96}, {Name: "rejected", N: 3}, {Name: "unknown", N: 1}},
	}
	names := []string{"Order Completed", "Product Viewed", "Product Added", "Order Refunded"}
	for i := range 8 {
		n.Transitions = append(n.Transitions, console.Transition{At: at.Add(-time.Duration(i) * time.Second), Customer: fmt.Sprintf("c%d", 4101-i*37), AudienceID: "aud_1", Audience: "30 天内下过单", Entered: i%3 != 1, Cause: "event"})
		n.Feed = append(n.Feed, console.Event{At: at.Add(-time.Duration(i) * 400 * time.Millisecond), Customer: fmt.Sprintf("c%d", 900+i), Name: names[i%4], Source: "mall", Detail: "¥128.00"})
	}
	n.Feed[3].Customer = ""
	return n, nil
}

func (s *sample) Members(_ context.Context, id, cursor string, _ int) (console.Members, error) {
	if id != "aud_1" {
		return console.Members{}, fault.New(fault.NotFound, "audience_not_found", "no audience")
	}
	m := console.Members{Audience: console.Audience{ID: id, Name: "30 天内下过单", State: "live", Progress: 1, Count: 1_284}, Next: "abc"}
	for i := range 12 {
		m.Items = append(m.Items, console.Member{ID: fmt.Sprintf("c%d", i+40), Name: "王**", AIPL: "purchase", Tier: "V3", Orders: int64(i), Net: cny(int64(i) * 91_230), LastSeen: httpapitest.Start.Add(-time.Duration(i) * 9 * time.Hour)})
	}
	m.Items[2].Name, m.Items[2].Tier, m.Items[2].AIPL = "", "", ""
	return m, nil
}

func (s *sample) Customer(_ context.Context, id string) (console.Customer, error) {
	if id != "c42" {
		return console.Customer{}, fault.New(fault.NotFound, "customer_not_found", "no customer")
	}
	at := httpapitest.Start
	c := console.Customer{
		ID: id, Name: "王**", AIPL: "purchase", AARRR: "revenue", Tier: "V3", FirstSeen: at.AddDate(-1, 0, 0), LastSeen: at, Orders: 7, Net: cny(638_610), LastOrder: at.Add(-50 * time.Hour),
		Identities: []console.Pair{{Name: "phone", Value: "+86139****5678"}, {Name: "user_id", Value: "17850"}},
		Traits:     []console.Pair{{Name: "city", Value: "杭州"}, {Name: "email", Value: "w***@example.com"}},
		Tags:       []string{"VIP", "直播间来的", "老客"},
	}
	for i := range 9 {
		c.Timeline = append(c.Timeline, console.Event{At: at.Add(-time.Duration(i) * 7 * time.Hour), Name: "Order Completed", Source: "online_retail", Detail: "¥128.00"})
	}
	return c, nil
}

type pages struct {
	*httpapitest.Server
	rooms  *sample
	cookie string
}

func start(t *testing.T, role access.Role) *pages {
	t.Helper()
	p := &pages{Server: httpapitest.New(t, dbtest.SQLite(t)), rooms: &sample{}}
	console.Mount(p.API, console.Config{Access: p.Access, Rooms: p.rooms, Clock: p.Clock, Log: slog.New(slog.NewTextHandler(p.Logs, nil))})
	if role == "" {
		return p
	}
	who := access.NewAccount{Email: "lin@example.com", Name: "林小鱼", Password: "correct horse", Role: role}
	if _, err := p.Access.AddAccount(context.Background(), who); err != nil {
		t.Fatal(err)
	}
	res := p.post("/sign-in", url.Values{"email": {who.Email}, "password": {who.Password}})
	if res.Code != http.StatusSeeOther {
		t.Fatalf("sign-in: %d %s", res.Code, res.Body)
	}
	p.cookie = strings.Split(res.Header().Get("Set-Cookie"), ";")[0]
	return p
}

func (p *pages) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if p.cookie != "" {
		r.Header.Set("Cookie", p.cookie)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func (p *pages) get(path string) *httptest.ResponseRecorder { return p.do("GET", path, "") }

func (p *pages) post(path string, form url.Values) *httptest.ResponseRecorder {
	return p.do("POST", path, form.Encode())
}

func TestOverview_ShowsNumbersInBothLanguages(t *testing.T) {
	t.Parallel()
	p := start(t, access.Viewer)
	for lang, wants := range map[string][]string{
		"zh": {"客户", "5,942", "1,067,371", "¥16,564,177", "36,969", "30 天内下过单", "更新中 62%", "/customers/c4101", "已拦截"},
		"en": {"Customers", "Net revenue", "Updating 62%", "Suppressed"},
	} {
		res := p.get("/?lang=" + lang)
		body := res.Body.String()
		for _, want := range wants {
			if res.Code != 200 || !strings.Contains(body, want) {
				t.Errorf("%s: %d, %q is missing", lang, res.Code, want)
			}
		}
		if strings.Contains(body, "<script>alert") || strings.Contains(body, " style=") || strings.Contains(body, "onclick") {
			t.Errorf("%s: the page is not safe under its policy", lang)
		}
	}
}

func TestNumbers_GiveEachPartAndTheRate(t *testing.T) {
	t.Parallel()
	p := start(t, access.Viewer)
	p.get("/console/numbers")
	p.rooms.events = 2400
	p.Clock.Advance(2 * time.Second)
	var parts map[string]string
	if err := json.Unmarshal(p.get("/console/numbers").Body.Bytes(), &parts); err != nil {
		t.Fatal(err)
	}
	if len(parts) != 7 || !strings.Contains(parts["figures"], "<strong>1,200</strong>") {
		t.Fatalf("parts %v", parts)
	}
}

func TestPages_NeedAnAccount(t *testing.T) {
	t.Parallel()
	p := start(t, "")
	if res := p.get("/"); res.Code != 303 || res.Header().Get("Location") != "/setup" {
		t.Errorf("new directory: %d to %s", res.Code, res.Header().Get("Location"))
	}
	p = start(t, access.Viewer)
	p.cookie = ""
	if res := p.get("/customers/c42"); res.Code != 303 || res.Header().Get("Location") != "/sign-in?to=%2Fcustomers%2Fc42" {
		t.Errorf("signed out: %d to %s", res.Code, res.Header().Get("Location"))
	}
	if res := p.get("/console/numbers"); res.Code != 401 {
		t.Errorf("numbers: %d", res.Code)
	}
}

// covers: J3
func TestCustomer_ShowsTheTimelineOnlyToWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	if body := start(t, access.Operator).get("/customers/c42").Body.String(); !strings.Contains(body, "Order Completed") || !strings.Contains(body, "139****5678") {
		t.Error("an operator does not see the timeline")
	}
	if body := start(t, access.Viewer).get("/customers/c42").Body.String(); strings.Contains(body, "Order Completed") || !strings.Contains(body, "你的角色不能查看时间线") {
		t.Error("a viewer sees the timeline")
	}
}

func TestErrors_ArePages(t *testing.T) {
	t.Parallel()
	p := start(t, access.Operator)
	if res := p.get("/customers/c1"); res.Code != 404 || !strings.Contains(res.Body.String(), "没有找到") {
		t.Errorf("unknown customer: %d", res.Code)
	}
	p.rooms.err = fmt.Errorf("secret cause")
	res := p.get("/")
	if res.Code != 500 || strings.Contains(res.Body.String(), "secret") || !strings.Contains(res.Body.String(), "req_") {
		t.Errorf("broken: %d %s", res.Code, res.Body)
	}
	p.rooms.err, p.rooms.empty = nil, true
	if res := p.get("/"); res.Code != 200 || strings.Count(res.Body.String(), `class="empty"`) != 5 {
		t.Errorf("empty: %d", res.Code)
	}
}

// covers: J1
func TestSetup_MakesTheOwnerOnce(t *testing.T) {
	t.Parallel()
	p := start(t, "")
	token, err := p.Access.SetupToken(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if res := p.get("/setup?token=" + token); res.Code != 200 || !strings.Contains(res.Body.String(), token) {
		t.Fatalf("form: %d", res.Code)
	}
	form := url.Values{"token": {"wrong"}, "email": {"a@b.cn"}, "name": {"Lin"}, "password": {"correct horse"}}
	if res := p.post("/setup", form); res.Code != 403 {
		t.Errorf("wrong token: %d", res.Code)
	}
	form.Set("token", token)
	form.Set("password", "short")
	if res := p.post("/setup", form); res.Code != 422 || !strings.Contains(res.Body.String(), "10 到 200") {
		t.Errorf("short password: %d", res.Code)
	}
	form.Set("password", "correct horse")
	res := p.post("/setup", form)
	if res.Code != 303 || !strings.Contains(res.Header().Get("Set-Cookie"), "HttpOnly") || !strings.Contains(res.Header().Get("Set-Cookie"), "SameSite=Lax") {
		t.Fatalf("set-up: %d %v", res.Code, res.Header())
	}
	if res := p.post("/setup", form); res.Code != 403 {
		t.Errorf("second set-up: %d", res.Code)
	}
	if res := p.get("/setup?token=" + token); res.Code != 303 {
		t.Errorf("link after set-up: %d", res.Code)
	}
}

func TestSignIn_RefusesOtherSitesAndForeignTargets(t *testing.T) {
	t.Parallel()
	p := start(t, access.Viewer)
	p.cookie = ""
	form := url.Values{"email": {"lin@example.com"}, "password": {"correct horse"}, "to": {"//evil.example/"}}
	if res := p.do("POST", "/sign-in", form.Encode(), "Sec-Fetch-Site", "cross-site"); res.Code != 403 {
		t.Errorf("from another site: %d", res.Code)
	}
	if res := p.post("/sign-in", form); res.Code != 303 || res.Header().Get("Location") != "/" {
		t.Errorf("foreign target: %d to %s", res.Code, res.Header().Get("Location"))
	}
	form.Set("password", "wrong")
	if res := p.post("/sign-in", form); res.Code != 403 || !strings.Contains(res.Body.String(), "邮箱或密码不正确") {
		t.Errorf("wrong password: %d", res.Code)
	}
}

func TestSignOut_EndsTheSession(t *testing.T) {
	t.Parallel()
	p := start(t, access.Viewer)
	if res := p.post("/sign-out", nil); res.Code != 303 || !strings.Contains(res.Header().Get("Set-Cookie"), httpapi.SessionCookie+"=;") {
		t.Fatalf("sign-out: %d", res.Code)
	}
	if res := p.get("/"); res.Code != 303 {
		t.Errorf("afterwards: %d", res.Code)
	}
}
