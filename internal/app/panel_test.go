package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/app"
	"yutang/internal/wecomsim"
)

// browser is one that a member of staff uses: it keeps cookies and follows nothing by itself.
type browser struct {
	*corpRig
	jar map[string]string
}

func (r *corpRig) browser() *browser { return &browser{corpRig: r, jar: map[string]string{}} }

// do makes one request. Of a page that is no JSON, Raw is the text.
func (b *browser) do(method, path string, body any, headers ...string) answer {
	b.t.Helper()
	raw, err := json.Marshal(body)
	if text, ok := body.(string); ok {
		raw = []byte(text)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, bytes.NewReader(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range b.jar {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.keep(res.Cookies())
	if !gjson.ValidBytes(out) {
		return answer{gjson.Result{Type: gjson.String, Raw: string(out)}, res.StatusCode, res.Header}
	}
	return answer{gjson.ParseBytes(out), res.StatusCode, res.Header}
}

// keep takes over cookies, and forgets those that are taken away.
func (b *browser) keep(cookies []*http.Cookie) {
	for _, c := range cookies {
		if c.MaxAge < 0 {
			delete(b.jar, c.Name)
			continue
		}
		b.jar[c.Name] = c.Value
	}
}

// begin starts a log-in and gives where the platform's page would send the browser back:
// picked says who picks there.
func (b *browser) begin(corp, next string, picked url.Values) string {
	b.t.Helper()
	a := b.do("GET", "/wecom/login/"+corp+"?next="+url.QueryEscape(next), nil)
	if a.status != http.StatusFound {
		b.t.Fatalf("login: %d %s", a.status, a.Raw)
	}
	page, err := url.Parse(a.header.Get("Location"))
	if err != nil || page.Path != "/connect/oauth2/authorize" {
		b.t.Fatalf("the platform's page is %q", a.header.Get("Location"))
	}
	for _, name := range []string{"redirect_uri", "state", "agentid", "scope"} {
		picked.Set(name, page.Query().Get(name))
	}
	page.Path, page.RawQuery, page.Fragment = "/sim/oauth/pick", picked.Encode(), ""
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, page.String(), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	res.Body.Close()
	back, ours := strings.CutPrefix(res.Header.Get("Location"), b.url)
	if !ours {
		b.t.Fatalf("sent to %q", res.Header.Get("Location"))
	}
	return back
}

// login logs a member in and gives where that led.
func (b *browser) login(user, next string) answer {
	b.t.Helper()
	return b.do("GET", b.begin(simCorp, next, url.Values{"userid": {user}}), nil)
}

// as gives a browser in which a member has logged in.
func (r *corpRig) as(user string) *browser {
	r.t.Helper()
	b := r.browser()
	if a := b.login(user, "/"); a.status != http.StatusSeeOther {
		r.t.Fatalf("log-in of %s: %d %s", user, a.status, a.Raw)
	}
	return b
}

func (b *browser) panel(path string) answer {
	b.t.Helper()
	return b.do("GET", "/api/v1/panel"+path, nil)
}

func (r *corpRig) member(user string, leads bool, departments ...int64) {
	r.t.Helper()
	n := wecomsim.NewMember{User: user, Name: "员工" + user, Departments: departments}
	if leads {
		n.Leads = departments
	}
	if err := r.sim.PutMember(n); err != nil {
		r.t.Fatal(err)
	}
}

func (r *corpRig) department(id, parent int64) {
	r.t.Helper()
	if _, err := r.sim.PutDepartment(wecomsim.NewDepartment{ID: id, Name: fmt.Sprintf("部门%d", id), Parent: parent}); err != nil {
		r.t.Fatal(err)
	}
}

// covers: H2, J1
func TestPanel_LogInIsBoundToTheBrowserAndUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{})
		r.member("wang", false, 1)
		r.sync()
		b := r.browser()
		back := b.begin(simCorp, "/staff/customers?y=1#z", url.Values{"userid": {"wang"}})
		if a := r.browser().do("GET", back, nil); a.status != http.StatusBadRequest || !strings.Contains(a.Raw, "登录已失效") {
			t.Errorf("in another browser: %d %s", a.status, a.Raw)
		}
		kept := b.jar["yutang_login"]
		if a := b.do("GET", back, nil); a.status != http.StatusSeeOther || a.header.Get("Location") != "/staff/customers?y=1#z" {
			t.Fatalf("log-in: %d %q %s", a.status, a.header.Get("Location"), a.Raw)
		}
		if me := b.panel("/me"); me.Get("staff").String() != "wang" || me.Get("leads").Bool() || me.Get("name").String() != "员工wang" || me.Get("under").Raw != `["wang"]` {
			t.Errorf("me: %s", me.Raw)
		}
		b.jar["yutang_login"] = kept
		if a := b.do("GET", back, nil); a.status != http.StatusBadRequest {
			t.Errorf("a second time: %d", a.status)
		}
		for _, next := range []string{"//evil.example", "https://evil.example/x", `/\evil.example`, "javascript:alert(1)", "/%2F/evil.example", "x", "/console/", "/staff/../console/"} {
			if a := r.browser().login("wang", next); a.status != http.StatusSeeOther || a.header.Get("Location") != "/staff/" {
				t.Errorf("next %q leads to %d %q", next, a.status, a.header.Get("Location"))
			}
		}
		old := r.browser()
		back = old.begin(simCorp, "/", url.Values{"userid": {"wang"}})
		s.clock.Advance(10 * time.Minute)
		if a := old.do("GET", back, nil); a.status != http.StatusBadRequest {
			t.Errorf("after ten minutes: %d", a.status)
		}
		if a := r.browser().do("GET", "/wecom/login/ww-nobody", nil); a.status != http.StatusNotFound {
			t.Errorf("an unknown corp: %d", a.status)
		}
		forged := r.browser()
		back = forged.begin(simCorp, "/", url.Values{"userid": {"wang"}})
		if a := forged.do("GET", strings.Replace(back, "code=", "code=x", 1), nil); a.status != http.StatusBadGateway || strings.Contains(a.Raw, "40029") {
			t.Errorf("a forged code: %d %s", a.status, a.Raw)
		}
	})
}

// covers: H2, J1
func TestPanel_IsForStaffOnly(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{})
		r.member("wang", false, 1)
		r.sync()
		who := r.sim.AddCustomer(wecomsim.NewCustomer{})
		outsider := r.browser()
		if a := outsider.do("GET", outsider.begin(simCorp, "/", url.Values{"external_userid": {who}}), nil); a.status != http.StatusForbidden || !strings.Contains(a.Raw, "不是该企业的员工") {
			t.Errorf("a customer: %d %s", a.status, a.Raw)
		}
		r.member("late", false, 1)
		if a := r.browser().login("late", "/"); a.status != http.StatusForbidden || !strings.Contains(a.Raw, "通讯录中没有找到你") {
			t.Errorf("a member not known yet: %d %s", a.status, a.Raw)
		}
		if a := s.api("GET", "/panel/me", nil); a.status != http.StatusForbidden || a.Get("code").String() != "not_staff" {
			t.Errorf("the owner: %d %s", a.status, a.Raw)
		}
		wang := r.as("wang")
		for _, path := range []string{"/customers", "/staff?corp=" + simCorp, "/contacts?corp=" + simCorp, "/wecom/corps", "/accounts", "/audit", "/codes"} {
			if a := wang.do("GET", "/api/v1"+path, nil); a.status != http.StatusForbidden {
				t.Errorf("staff see %s: %d", path, a.status)
			}
		}
		if err := r.sim.Resign("wang"); err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.until("the leaver is known", func() bool { return r.ok("GET", "/staff/"+simCorp+"/wang", nil).Get("left_at").Exists() })
		s.clock.Advance(time.Minute)
		if a := wang.panel("/me"); a.status != http.StatusUnauthorized {
			t.Errorf("after leaving: %d %s", a.status, a.Raw)
		}
	})
}

// covers: H2, J1
func TestPanel_EveryOtherRouteRefusesStaff(t *testing.T) {
	t.Parallel()
	r := connectCorp(t, serve(t, app.Config{}), wecomsim.Config{})
	r.member("wang", false, 1)
	r.sync()
	wang, own := r.as("wang"), 0
	for path, methods := range r.send("GET", "/api/openapi.json", nil).Get("paths").Map() {
		for method, op := range methods.Map() {
			needs, scope := op.Get("x-permission").String(), op.Get("x-scope").String()
			if needs == "anyone" || needs == "signed_in" {
				continue
			}
			a := wang.do(strings.ToUpper(method), "/api/v1"+pathParam.ReplaceAllString(path, "x"), "not json", "X-Yutang-Request", "1")
			if needs != "panel.use" && a.status != http.StatusForbidden {
				t.Errorf("%s %s for staff: %d", method, path, a.status)
			}
			if needs == "panel.use" {
				own++
				if scope != "own" || a.status == http.StatusForbidden || a.status == http.StatusUnauthorized {
					t.Errorf("%s %s with scope %s: %d %s", method, path, scope, a.status, a.Raw)
				}
			}
		}
	}
	if own < 7 {
		t.Errorf("only %d routes of the panel", own)
	}
}

// covers: H2
func TestPanel_SignsItsOwnPagesOnly(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{})
		r.member("wang", false, 1)
		r.sync()
		b := r.as("wang")
		a := b.panel("/jssdk?url=" + url.QueryEscape(s.url+"/panel/index.html?a=1#top"))
		if a.status != http.StatusOK || a.Get("corp_id").String() != simCorp || a.Get("agent_id").Int() != 1000002 || len(a.Get("config.signature").String()) != 40 ||
			len(a.Get("agent_config.signature").String()) != 40 || a.Get("config.signature").String() == a.Get("agent_config.signature").String() {
			t.Errorf("signatures: %d %s", a.status, a.Raw)
		}
		for _, page := range []string{"https://evil.example/", "//evil.example/", s.url + "@evil.example/", "/panel", "ftp" + strings.TrimPrefix(s.url, "http"), ""} {
			if a := b.panel("/jssdk?url=" + url.QueryEscape(page)); a.status != http.StatusUnprocessableEntity {
				t.Errorf("%q is signed: %d %s", page, a.status, a.Raw)
			}
		}
	})
}

// covers: H2, J3
func TestPanel_ShowsACustomerAndTakesTags(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		r := connectCorp(t, s, wecomsim.Config{})
		r.member("wang", false, 1)
		r.member("li", false, 1)
		if _, err := r.sim.CreateTag("意向", "高"); err != nil {
			t.Fatal(err)
		}
		who := r.sim.AddCustomer(wecomsim.NewCustomer{Name: "王小鱼"})
		for _, user := range []string{"wang", "li"} {
			if _, err := r.sim.Add(user, who, 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.sim.EditRemark(wecomsim.Remark{
			Pair: wecomsim.Pair{User: "wang", Customer: who}, Remark: new("老客户"), Mobiles: []string{"13912341234"},
		}); err != nil {
			t.Fatal(err)
		}
		r.flush()
		r.sync()
		id := r.customer(who).Get("id").String()
		s.ok("PATCH", "/customers/"+id+"/traits", map[string]any{"traits": map[string]any{"phone": "13911112222", "city": "上海"}})
		b := r.as("wang")
		list := b.panel("/customers")
		if list.Get("items.#").Int() != 1 || list.Get("items.0.name").String() != "王小鱼" || list.Get("items.0.remark").String() != "老客户" {
			t.Errorf("list: %s", list.Raw)
		}
		c := b.panel("/customers/" + who)
		if c.Get("name").String() != "王小鱼" || c.Get("remarks.wang").String() != "老客户" || c.Get("traits.city").String() != "上海" ||
			c.Get("mobiles.0").String() != "139****1234" || c.Get("colleagues.#").Int() != 2 || c.Get("colleagues.0.name").String() != "员工li" {
			t.Errorf("customer: %s", c.Raw)
		}
		events := b.panel("/customers/" + who + "/events")
		if events.Get("items.#").Int() < 2 {
			t.Errorf("events: %s", events.Raw)
		}
		for _, secret := range []string{"13912341234", "13911112222"} {
			if strings.Contains(c.Raw+list.Raw+events.Raw, secret) {
				t.Errorf("%s is shown", secret)
			}
		}
		if strings.Contains(events.Raw, "王小鱼") {
			t.Errorf("an event shows the name: %s", events.Raw)
		}
		groups := b.panel("/tags")
		if groups.Get(`items.#(name=="意向").tags.0.label`).String() != "意向/高" {
			t.Errorf("tags: %s", groups.Raw)
		}
		path := "/api/v1/panel/customers/" + who + "/tags"
		if a := b.do("PUT", path, map[string]any{"add": []string{"意向/高"}}); a.status != http.StatusForbidden {
			t.Errorf("a write without our header: %d", a.status)
		}
		if a := b.do("PUT", path, map[string]any{"add": []string{"意向/高", "瞎写"}}, "X-Yutang-Request", "1"); a.status != http.StatusUnprocessableEntity || a.Get("errors.0.pointer").String() != "/add/1" {
			t.Errorf("an unknown tag: %d %s", a.status, a.Raw)
		}
		if a := b.do("PUT", path, map[string]any{"add": []string{"意向/高"}}, "X-Yutang-Request", "1"); a.status != http.StatusAccepted {
			t.Fatalf("tags: %d %s", a.status, a.Raw)
		}
		r.until("the customer carries the tag", func() bool { return b.panel("/customers/"+who).Get("tags.0").String() == "意向/高" })
		r.until("the platform knows of it", func() bool {
			c := r.sim.Contacts("wang", 0, 1)
			return len(c) == 1 && len(c[0].Tags) == 1
		})
		if a := s.ok("GET", "/audit?action=panel.tags", nil); a.Get("items.0.actor").String() != "staff/"+simCorp+"/wang" {
			t.Errorf("audit: %s", a.Raw)
		}
		if a := b.do("DELETE", "/api/v1/session", nil, "X-Yutang-Request", "1"); a.status != http.StatusNoContent {
			t.Errorf("sign-out: %d %s", a.status, a.Raw)
		}
		if a := b.panel("/me"); a.status != http.StatusUnauthorized {
			t.Errorf("after signing out: %d", a.status)
		}
	})
}

// Two corps with the same departments and user ids, and relations drawn by lot: whatever a
// member asks for, nothing comes back about anybody who is not theirs.
//
// covers: H2, J1
func TestPanel_NobodySeesCustomersOfOthers(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := serve(t, app.Config{})
			r := connectCorp(t, s, wecomsim.Config{Seed: seed})
			o := drawOffice(r, rand.New(rand.NewPCG(seed, 7)))
			o.foreign = r.otherCorp()
			r.flush()
			r.sync()
			for _, viewer := range officeMembers {
				o.tamper(viewer)
			}
		})
	}
}

// office is who has whom, drawn by lot.
type office struct {
	*corpRig
	under     map[string][]string // whose customers a member sees
	customers []string
	living    map[[2]string]bool // user, customer
	foreign   string             // a customer of another corp
}

// otherCorp connects another corp in which a member of the same id as ours has a customer.
func (r *corpRig) otherCorp() (who string) {
	r.t.Helper()
	const id = "ww0000000000000002"
	sim, err := wecomsim.New(wecomsim.Config{
		CorpID: id, Seed: 99, Secret: simSecret, AgentID: 1000002, Clock: r.clock, Token: simToken, AESKey: simAESKey,
		CallbackURL: r.url + "/wecom/callback/" + id + "/main",
	})
	if err != nil {
		r.t.Fatal(err)
	}
	web := httptest.NewServer(sim.Handler())
	r.t.Cleanup(web.Close)
	other := &corpRig{server: r.server, sim: sim}
	r.ok("PUT", "/wecom/corps/"+id, map[string]any{
		"name": "Other", "base_url": web.URL,
		"apps": []map[string]any{{"name": "main", "agent_id": 1000002, "secret": simSecret, "token": simToken, "aes_key": simAESKey}},
	})
	other.member("boss", true, 1)
	who = sim.AddCustomer(wecomsim.NewCustomer{})
	if _, err := sim.Add("boss", who, 0); err != nil {
		r.t.Fatal(err)
	}
	other.flush()
	r.until("the other corp's customer is known", func() bool {
		return r.ok("GET", "/contacts?corp="+id, nil).Get("items.#").Int() == 1
	})
	return who
}

var officeMembers = []string{"boss", "lead", "ann", "bob", "cid"}

// drawOffice has the boss lead everybody, the lead lead department 3, the others nobody.
func drawOffice(r *corpRig, dice *rand.Rand) *office {
	r.t.Helper()
	o := &office{corpRig: r, living: map[[2]string]bool{}, under: map[string][]string{
		"boss": officeMembers, "lead": {"ann", "lead"}, "ann": {"ann"}, "bob": {"bob"}, "cid": {"cid"},
	}}
	r.department(2, 1)
	r.department(3, 2)
	r.department(4, 2)
	r.member("boss", true, 2)
	r.member("lead", true, 3)
	r.member("ann", false, 3)
	r.member("bob", false, 4)
	r.member("cid", false, 2)
	for range 8 {
		o.customers = append(o.customers, r.sim.AddCustomer(wecomsim.NewCustomer{}))
	}
	for _, user := range officeMembers {
		for _, who := range o.customers {
			if dice.IntN(4) > 0 {
				continue
			}
			o.relate(user, who, dice.IntN(3))
		}
	}
	return o
}

// relate has two meet, and perhaps part again.
func (o *office) relate(user, who string, end int) {
	o.t.Helper()
	_, err := o.sim.Add(user, who, 0)
	switch {
	case err != nil:
	case end == 0:
		err = o.sim.DeleteStaff(who, user)
	case end == 1:
		err = o.sim.DeleteCustomer(user, who)
	default:
		o.living[[2]string{user, who}] = true
	}
	if err != nil {
		o.t.Fatal(err)
	}
	o.flush()
}

// may says whether viewer may see who.
func (o *office) may(viewer, who string) bool {
	return slices.ContainsFunc(o.under[viewer], func(user string) bool { return o.living[[2]string{user, who}] })
}

// tamper asks for everything under the viewer's session, with every parameter there is.
func (o *office) tamper(viewer string) {
	o.t.Helper()
	b := o.as(viewer)
	under := b.panel("/me").Get("under")
	var reach []string
	for _, u := range under.Array() {
		reach = append(reach, u.String())
	}
	if want := slices.Sorted(slices.Values(o.under[viewer])); !slices.Equal(reach, want) {
		o.t.Errorf("%s reaches %v, want %v", viewer, reach, want)
	}
	for _, who := range append(slices.Clone(o.customers), o.foreign, "wmNobody", "*", "%25", "' OR 1=1 --", o.customers[0]+"/../"+o.customers[1]) {
		o.ask(b, viewer, who)
	}
	for _, user := range append(slices.Clone(officeMembers), "", "nobody", "*", "boss'--") {
		o.list(b, viewer, user)
	}
}

// ask asks for one customer in every way.
func (o *office) ask(b *browser, viewer, who string) {
	o.t.Helper()
	may, at := o.may(viewer, who), "/customers/"+url.PathEscape(who)
	for _, query := range []string{"", "?staff=boss", "?corp=" + simCorp, "?user=boss&under=boss"} {
		for _, path := range []string{at + query, at + "/events" + query} {
			a := b.panel(path)
			if (a.status == http.StatusOK) != may || (!may && a.status != http.StatusNotFound) {
				o.t.Errorf("%s asks for %s: %d, may %t", viewer, path, a.status, may)
			}
			if !may && a.Get("code").String() != "customer_not_found" {
				o.t.Errorf("%s learns of %s: %s", viewer, who, a.Raw)
			}
		}
	}
	// Without tags named the answer tells only whether the customer was found.
	a := b.do("PUT", "/api/v1/panel"+at+"/tags", map[string]any{}, "X-Yutang-Request", "1", "X-Staff", "boss")
	if want := map[bool]int{true: http.StatusUnprocessableEntity, false: http.StatusNotFound}[may]; a.status != want {
		o.t.Errorf("%s tags %s: %d %s", viewer, who, a.status, a.Raw)
	}
}

// list pages through a member's customers as the viewer.
func (o *office) list(b *browser, viewer, user string) {
	o.t.Helper()
	of := user
	if of == "" {
		of = viewer
	}
	var got []string
	for next := ""; ; {
		a := b.panel("/customers?limit=2&staff=" + url.QueryEscape(user) + "&cursor=" + next)
		if !slices.Contains(o.under[viewer], of) {
			if a.status != http.StatusNotFound {
				o.t.Errorf("%s lists those of %s: %d", viewer, user, a.status)
			}
			return
		}
		a.Get("items").ForEach(func(_, item gjson.Result) bool {
			got = append(got, item.Get("external_userid").String())
			return true
		})
		if next = a.Get("next").String(); next == "" {
			break
		}
		// A cursor is no key: with another member's list it gives that list or nothing.
		if other := b.panel("/customers?staff=boss&cursor=" + next); viewer != "boss" && other.status != http.StatusNotFound {
			o.t.Errorf("%s takes a cursor to the boss's list: %d", viewer, other.status)
		}
	}
	var want []string
	for _, who := range o.customers {
		if o.living[[2]string{of, who}] {
			want = append(want, who)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		o.t.Errorf("%s lists of %s: %v, want %v", viewer, user, got, want)
	}
}
