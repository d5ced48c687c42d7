package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"yutang/internal/access"
	"yutang/internal/console"
	"yutang/internal/wecomsim"
)

// An operator connects a corp by the form; what is wrong stands beside its field, secrets
// never come back, and other sites cannot post.
//
// covers: J1
func TestCorp_IsConnectedByTheForm(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 2})
	owner := s.seat(access.Owner)
	owner.get("/codes").shows(200, "还没有连接企业微信", "/wecom/new")
	form := url.Values{
		"id": {deskCorp}, "name": {"青禾户外"}, "base_url": {s.web}, "quota": {"month"},
		"main.agent_id": {"1000002"}, "main.secret": {deskSecret}, "main.token": {deskToken}, "main.aes_key": {"short"},
	}
	owner.post("/wecom/new", form).shows(422, `id="wrong-main.aes_key"`, "EncodingAESKey 是 43 个字母和数字", `value="青禾户外"`).hides(deskSecret)
	form.Set("main.aes_key", deskKey)
	if p := owner.do(http.MethodPost, "/wecom/new", form, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); p.status != 403 {
		t.Fatalf("from another site: %d", p.status)
	}
	page := owner.post("/wecom/new", form).shows(200, "已保存。", "/wecom/callback/"+deskCorp+"/main", "还没有收到回调")
	page.hides(deskSecret, deskToken, deskKey)
	owner.get("/wecom").shows(200, "青禾户外")
	owner.get("/wecom/corps/"+deskCorp+"?check=1").shows(200, "主应用的凭证有效", "处理办法")
}

// The sync page shows the last run, what was found different, and the errors of items.
//
// covers: A5
func TestSync_ShowsDriftAndErrorsOfItems(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 3, Customers: 12})
	s.connect()
	owner := s.seat(access.Owner)
	owner.get("/sync").shows(200, "已完成", "好友关系", "缺少 ")
	if err := s.sim.Inject(wecomsim.Fault{Path: "/externalcontact/batch/get_by_user", Code: 40058}); err != nil {
		t.Fatal(err)
	}
	owner.post("/sync", url.Values{"full": {"1"}}).shows(200, "同步已开始")
	s.until("the pull fails", func() bool {
		return s.api("GET", "/wecom/corps/"+deskCorp+"/sync", nil).Get("items.0.state").String() != "running"
	})
	owner.get("/sync").shows(200, "出错的条目", "/contacts/list?staff=", "40058")
	s.seat(access.Analyst).post("/sync", nil).shows(403)
	s.sim.ClearFaults()
	if err := s.sim.Inject(wecomsim.Fault{Path: "/externalcontact/batch/get_by_user", Code: 45009}); err != nil {
		t.Fatal(err)
	}
	owner.post("/sync", url.Values{"full": {"1"}}).shows(200, "同步已开始")
	s.until("the pull rests", func() bool {
		run := s.api("GET", "/wecom/corps/"+deskCorp+"/sync", nil).Get("items.0")
		return run.Get("rests").String() != "" && run.Get("goes_on_at").Exists()
	})
	owner.get("/sync").shows(200, "暂停中", "45009")
}

// A live code made by the form gets its QR code, and each number of it leads to people.
//
// covers: A1
func TestCode_LeadsFromItsNumbersToCustomers(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 3})
	s.connect()
	op := s.seat(access.Operator)
	user := s.sim.Members()[0].User
	form := url.Values{
		"name": {"南京路店"}, "channel": {"门店"}, "kind": {"multi"}, "skip_verify": {"1"}, "members": {user}, "weight." + user: {"2"},
		"cap." + user: {"5"}, "tags": {"来源/门店"}, "welcome.text": {"欢迎来到青禾"}, "shift.0.days": {"1234567"}, "shift.0.from": {"00:00"}, "shift.0.to": {"24:00"},
	}
	op.post("/codes/new", form).shows(422, "必须设置备用员工", `name="cap.`+user+`" value="5"`)
	form.Set("more", "shift")
	op.post("/codes/new", form).shows(200, `name="shift.1.days"`, `value="1234567"`)
	form.Del("more")
	form.Set("backup", user)
	page := op.post("/codes/new", form).shows(200, "活码已创建", "南京路店", "欢迎来到青禾")
	at, _, _ := strings.Cut(page.path, "?")
	s.until("the QR code is there", func() bool { return strings.Contains(op.get(at).body, "/image\"") })
	who := s.sim.AddCustomer(wecomsim.NewCustomer{Name: "王小鱼"})
	if _, err := s.sim.ScanCode(who, s.sim.Codes()[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := s.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.until("the arrival is counted", func() bool {
		return strings.Contains(op.get("/codes").body, `href="`+at+`/contacts">1</a>`)
	})
	customer := op.get(op.get("/codes").link(at+"/contacts")).shows(200, "通过此活码添加的客户").link("/customers/")
	s.until("the name is known", func() bool { return strings.Contains(op.get(customer).body, "王*") })
	op.get(op.get(at+"/edit").shows(200, `value="南京路店"`, "欢迎来到青禾").link("/codes")).shows(200, "门店")
	op.get("/contacts/list").shows(200, "南京路店").hides(who)
	op.post(at+"/delete", nil).shows(200, "已删除")
}

// Before a mass send goes, the page says who gets it, who does not, and why.
//
// covers: C4
func TestSend_IsPreviewedScheduledAndFollowed(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 2, Customers: 10})
	s.connect()
	op := s.seat(access.Operator)
	op.post("/sends/new", url.Values{"name": {"周末"}, "chat": {"single"}}).shows(422, "未能保存")
	var users []string
	for _, m := range s.sim.Members() {
		users = append(users, m.User)
	}
	page := op.post("/sends/new", url.Values{"name": {"周末露营"}, "chat": {"single"}, "staff": users, "content.text": {"报名啦"}, "holdout": {"50"}}).
		shows(200, "谁会收到，谁不会，为什么", "对照组", "安排发送")
	at := strings.TrimSuffix(strings.Split(page.path, "?")[0], "/preview")
	op.get(page.link(at+"/preview/customers?gets=true")).shows(200, "会收到的客户", "/customers/c")
	op.get(page.link(at+"/preview/customers?reason=holdout")).shows(200, "不会收到的客户", "/customers/c")
	op.post(at+"/schedule", nil).shows(200, "已安排")
	s.until("staff are asked", func() bool {
		return s.api("GET", "/mass-sends/"+strings.TrimPrefix(at, "/sends/"), nil).Get("state").String() == "waiting"
	})
	s.until("the ledger says so", func() bool { return strings.Contains(op.get(at).body, "customers?state=handed") })
	page = op.get(at).shows(200, "等待员工确认", "提醒", "未确认")
	op.get(page.link(at+"/customers?state=handed")).shows(200, "/customers/c")
	op.post(at+"/stop", nil).shows(200, "已停止")
	op.post(at+"/unschedule", nil).shows(409, "未能完成")
}

// Every page needs what the API needs, for every role, and no write comes from elsewhere.
//
// covers: J3
func TestPages_NeedWhatTheAPINeeds(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 2})
	s.connect()
	fill := strings.NewReplacer("{id}", "none", "{do}", "stop")
	for _, role := range []access.Role{access.Operator, access.Analyst, access.Viewer} {
		b := s.seat(role)
		can := access.Principal{Role: role}
		for _, page := range console.Pages() {
			method, pattern, _ := strings.Cut(page.Pattern, " ")
			path := fill.Replace(pattern)
			if got := b.do(method, path, url.Values{}); (got.status == 403) != !can.Can(page.Needs) {
				t.Errorf("%s %s as %s: %d", method, path, role, got.status)
			} else if got.status >= 500 {
				t.Errorf("%s %s as %s: %d %s", method, path, role, got.status, got.words())
			}
			if method == http.MethodPost {
				if got := b.do(method, path, nil, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); got.status != 403 {
					t.Errorf("%s from another site: %d", path, got.status)
				}
			}
		}
	}
	stranger := &seat{t: t, url: s.url, http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	for _, page := range console.Pages() {
		method, pattern, _ := strings.Cut(page.Pattern, " ")
		if got := stranger.do(method, fill.Replace(pattern), nil); got.status != 303 {
			t.Errorf("%s signed out: %d", page.Pattern, got.status)
		}
	}
}

// Remarks and names are for those who may see personal data.
//
// covers: J3
func TestContacts_AreMaskedForAnalysts(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 1, Customers: 2})
	s.connect()
	c := s.api("GET", "/contacts?corp="+deskCorp, nil).Get("items.0")
	remark := "欧阳的备注"
	pair := wecomsim.Pair{User: c.Get("staff").String(), Customer: c.Get("external_userid").String()}
	if err := s.sim.EditRemark(wecomsim.Remark{Pair: pair, Remark: &remark}); err != nil {
		t.Fatal(err)
	}
	if err := s.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	op, analyst := s.seat(access.Operator), s.seat(access.Analyst)
	list := "/contacts/list?staff=" + pair.User
	s.until("the remark is known", func() bool { return strings.Contains(op.get(list).body, remark) })
	name := s.api("GET", "/customers/"+c.Get("customer").String(), nil).Get("traits.name").String()
	if name == "" {
		t.Fatal("the customer has no name")
	}
	page := analyst.get(list).shows(200, "/customers/c")
	page.hides(remark, name)
	analyst.get(page.link("/customers/c")).shows(200).hides(remark, name)
	analyst.get("/contacts/find?external="+pair.Customer).shows(200, c.Get("customer").String())
}
