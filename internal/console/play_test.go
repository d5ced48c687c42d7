package console_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/wecomsim"
)

const callBook = `name: 回访老客户
description: 先等一等，再请员工打电话。
trigger: {api: true}
steps:
  - id: rest
    wait: {for: 1h}
  - id: call
    task: {title: "给 {{ customer.id }} 打个电话", deadline: 2h}
goal: {event: Order Completed}
`

// made is a playbook of the console, by its page.
func (b *seat) made(yaml string) string {
	b.t.Helper()
	page := b.post("/playbooks/new", url.Values{"yaml": {yaml}}).shows(200, "已保存")
	at, _, _ := strings.Cut(page.path, "?")
	return at
}

// A playbook is written as YAML, faults name their line, and after publishing each number
// of each step leads to the customers behind it.
//
// covers: C1
func TestPlaybook_IsWrittenPublishedAndFollowed(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 2, Customers: 4})
	s.connect()
	op := s.seat(access.Operator)
	wrong := strings.Replace(callBook, "wait: {for: 1h}", "wait: {for: soon}", 1)
	op.post("/playbooks/new", url.Values{"yaml": {wrong}}).shows(422, "没有保存", "应为时长", "/steps/0/wait/for", "wait: {for: soon}", "<th scope=\"row\"><span class=\"\">6</span></th>")
	at := op.made(callBook)
	op.get(at).shows(200, "草稿还没有数据", "等待 1 小时", "客户的跟进员工", "由接口启动", "付款成功")
	op.get(at+"/publish").shows(200, "第 1 版", "没有人在旅程中")
	op.post(at+"/publish", nil).shows(200, "已发布")
	who := s.api("GET", "/contacts?corp="+deskCorp, nil).Get("items.0.customer").String()
	id := strings.TrimPrefix(at, "/playbooks/")
	s.api("POST", "/playbooks/"+id+"/runs", map[string]any{"customer": who, "id": "1"})
	page := op.get(at).shows(200, "正在等待", "outcome=waiting")
	people := op.get(page.link(at+"/people?outcome=waiting")).shows(200, "/customers/"+who, "步骤 rest")
	op.get(people.link("/runs/")).shows(200, who, "rest", "停止这一次")
	op.get(at+"/runs?live=1").shows(200, who)
	op.get("/playbooks").shows(200, "回访老客户", "运行中", "/runs?live=1")

	op.post(at+"/edit", url.Values{"yaml": {strings.Replace(callBook, "for: 1h", "for: 2h", 1)}}).shows(200, "已保存", "等待 2 小时")
	op.get(at+"/versions").shows(200, "v1 → 草稿", "wait/for", "1h", "2h", "修改")
	op.get(at+"/publish").shows(200, "留在旧版走完", "rest", "有修改")
	op.post(at+"/publish", url.Values{"in_flight": {"move"}}).shows(200, "v2")
	op.post(at+"/pause", nil).shows(200, "已暂停")
	op.post(at+"/resume", nil).shows(200, "已继续")
	op.post(at+"/end", nil).shows(200, "已结束")
	op.get("/runs/"+strings.TrimPrefix(people.link("/runs/"), "/runs/")).shows(200, "被停止")
	op.get(at+"?lang=en").shows(200, "Ended", "Entered", "entered", "For who has the customer")
}

// Where drafts must be approved, the button asks for it and somebody else gives it.
//
// covers: C1
func TestPlaybook_WaitsForApproval(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 1})
	s.api("PUT", "/playbook-settings", map[string]any{"approval_required": true})
	op := s.seat(access.Operator)
	at := op.made(callBook)
	op.post(at+"/publish", nil).shows(422, "需要另一位同事批准", "提交审批")
	op.post(at+"/submit", nil).shows(200, "已提交审批", "待审批")
	owner := s.seat(access.Owner)
	owner.get(at).shows(200, "批准")
	owner.post(at+"/approve", nil).shows(200, "已批准")
	op.post(at+"/publish", nil).shows(200, "已发布")
	s.seat(access.Viewer).post(at+"/approve", nil).shows(403)
}

// A customer is walked through on a simulated clock, and the last days are replayed;
// neither sends anything.
//
// covers: C1
func TestPlaybook_IsTriedOutBeforeItRuns(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 1, Customers: 2})
	s.connect()
	op := s.seat(access.Operator)
	at := op.made(callBook)
	who := s.api("GET", "/contacts?corp="+deskCorp, nil).Get("items.0.customer").String()
	op.post(at+"/test", url.Values{"customer": {"nobody"}}).shows(422, "要看的内容不存在")
	op.post(at+"/test", url.Values{"customer": {who}, "at": {"2026-03-10T12:00"}, "assume": {"call=done"}}).
		shows(200, who+" 会经历什么", "2026-03-10 12:00", "停留到 2026-03-10 13:00", "给 "+who+" 打个电话")
	op.post(at+"/test", url.Values{"customer": {who}, "event": {"{"}}).shows(422, "不是有效的 JSON")
	replayed := op.made(strings.Replace(callBook, "{api: true}", "{event: Contact Added}", 1))
	page := op.post(replayed+"/replay", url.Values{"days": {"30"}})
	s.until("the replay ends", func() bool { return strings.Contains(op.get(page.path).body, "会进入") })
	op.get(page.path).shows(200, "员工任务", "<svg class=\"drawing\"", "口径")
	op.get(replayed+"/replay").shows(200, "最近 30 天")
	if n := s.api("GET", "/tasks", nil).Get("items.#").Int(); n != 0 {
		t.Fatalf("%d tasks were made", n)
	}
}

// The library says what the brand lacks, and installs a draft in the page's language.
//
// covers: C3
func TestSOP_IsInstalledAsADraft(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 2, Customers: 2})
	s.connect()
	op := s.seat(access.Operator)
	op.get("/sop").shows(200, "承接新客", "新客7天承接", "数据齐全", "还缺数据")
	op.get("/sop/win-back?industry=food").shows(200, "食品饮料", "等待", "win-back", "name: ")
	page := op.post("/sop/win-back", url.Values{"industry": {"food"}, "p.lapse_days": {"33"}}).shows(200, "已装为草稿", "草稿")
	if raw := s.api("GET", strings.Split(page.path, "?")[0], nil).Get("definition").Raw; !strings.Contains(raw, "33d") {
		t.Errorf("the parameter is not in the draft: %s", raw)
	}
	op.get("/sop?industry=food").shows(200, "已安装")
	op.get("/sop/nothing").shows(404)
	op.get("/sop/birthday?lang=en").shows(200, "What it needs", "Install as a draft")
}

// Tasks lead from the board to the member and the customer, and can be handed over.
//
// covers: C2
func TestTasks_LeadToPeopleAndAreHandedOver(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 2, Customers: 4})
	s.connect()
	op := s.seat(access.Operator)
	op.get("/tasks").shows(200, "还没有任务")
	contact := s.api("GET", "/contacts?corp="+deskCorp, nil).Get("items.0")
	who, user := contact.Get("customer").String(), contact.Get("staff").String()
	s.api("POST", "/tasks", map[string]any{"customers": []string{who}, "title": "问候一下"})
	s.until("the task is assigned", func() bool { return strings.Contains(op.get("/tasks").body, "staff="+user) })
	page := op.get(op.get("/tasks").link("/tasks/list?measure=created")).shows(200, "问候一下", "/customers/"+who)
	task := page.link("/tasks/tsk_")
	var other string
	for _, m := range s.sim.Members() {
		if m.User != user {
			other = m.User
		}
	}
	op.get(task).shows(200, "派给员工", "转交给同事", other)
	op.post(task+"/hand-over", url.Values{"to": {"nobody"}}).shows(422, "未")
	op.post(task+"/hand-over", url.Values{"to": {other}}).shows(200, "已转交", other)
	op.post("/tasks/hand-over", url.Values{"from": {other}, "to": {user}}).shows(200, "已转交")
	op.post(task+"/cancel", nil).shows(200, "已取消")
	s.seat(access.Viewer).get(task).shows(200).hides("转交给同事")
}

// What will be sent is shown by day and reason before it goes, down to one customer.
//
// covers: C5
func TestBudget_ShowsThePlanAndWhy(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 1, Customers: 3})
	s.connect()
	op := s.seat(access.Operator)
	ep := s.api("POST", "/webhooks", map[string]any{"name": "mall", "url": "https://93.184.216.34/hook"}).Get("id").String()
	at := op.made("name: 明天提醒\ntrigger: {api: true}\nsteps:\n  - id: rest\n    wait: {for: 1d}\n  - id: hello\n    send: {channel: webhook, endpoint: " + ep + ", content: {text: 您好}}\n")
	op.post(at+"/publish", nil).shows(200, "已发布")
	who := s.api("GET", "/contacts?corp="+deskCorp, nil).Get("items.0.customer").String()
	s.api("POST", at+"/runs", map[string]any{"customer": who, "id": "1"})
	page := op.get("/budget?fresh=1").shows(200, "未授权", "明天提醒", "2026-03-11")
	op.get(page.link("/budget/touches?channel=webhook")).shows(200, who, "未授权")
	op.get("/budget/customers/"+who).shows(200, "明天提醒", "未授权")
	op.get("/budget/rules").shows(200, "免打扰", "现行规则")
	op.get("/budget/ledger").shows(200, "最近 14 天")
}

var (
	han    = regexp.MustCompile(`\p{Han}+`)
	spoken = strings.NewReplacer("鱼塘", "", "中文", "", "周operator", "", "青禾户外", "")
)

// Every page of the rooms of playbooks speaks English completely.
//
// covers: J1
func TestPages_SpeakEnglishCompletely(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 1})
	s.connect()
	op := s.seat(access.Operator)
	book := op.made("name: Call\ntrigger: {api: true}\nsteps:\n  - id: rest\n    wait: {for: 1h}\n")
	paths := []string{
		"/playbooks", book, book + "/runs", book + "/people?outcome=entered", book + "/edit", book + "/versions", book + "/publish", book + "/test", book + "/replay",
		"/sop", "/sop/new-contact", "/tasks", "/tasks/list?state=open", "/tasks/settings", "/budget", "/budget/touches", "/budget/rules", "/budget/ledger", "/experiments",
		"/library", "/library?space=scripts", "/library/new", "/links", "/posters", "/reports/funnel", "/reports/retention", "/reports/rfm", "/reports/ltv",
	}
	for _, path := range paths {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		page := op.get(path + sep + "lang=en").shows(200)
		if words := han.FindAllString(spoken.Replace(page.body), 5); len(words) > 0 {
			t.Errorf("%s speaks Chinese: %q", path, words)
		}
	}
}

// Content goes from a draft into use, is looked at for one customer, and links and posters
// are made by the form.
//
// covers: E1
func TestContent_IsWrittenUsedAndLookedAt(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 1, Customers: 1})
	s.connect()
	op := s.seat(access.Operator)
	op.post("/library/new", url.Values{"space": {"scripts"}, "name": {""}, "body.text": {"x"}}).shows(422, "未能保存")
	page := op.post("/library/new", url.Values{"space": {"scripts"}, "name": {"问候"}, "tags": {"开场"}, "body.text": {"您好，{{ traits.name | default: '朋友' }}"}}).shows(200, "问候", "#开场", "草稿")
	at, _, _ := strings.Cut(page.path, "?")
	op.post(at+"/publish", url.Values{"version": {"1"}}).shows(200, "使用中")
	op.post(at+"/versions", url.Values{"text": {"早上好"}, "note": {"换个说法"}}).shows(200, "换个说法", "早上好")
	who := s.api("GET", "/contacts?corp="+deskCorp, nil).Get("items.0.customer").String()
	op.get(at+"?version=1&customer="+who).shows(200, "会发送", "traits.name")
	op.get("/library?space=scripts").shows(200, "问候", "另有 v2 未用")
	op.post(at+"/archive", nil).shows(200, "已停用")
	op.post(at+"/trash", nil).shows(200, "已删除")

	s.api("PUT", "/links/settings", map[string]any{"public_url": "https://go.example.com"})
	op.post("/links", url.Values{"url": {"javascript:alert(1)"}}).shows(422)
	op.post("/links", url.Values{"url": {"https://example.com/sale"}, "name": {"大促"}}).shows(200, "https://go.example.com/l/", "大促", "还没有人点")

	poster := op.post("/posters", url.Values{"example": {"festival"}, "name": {"年中"}}).shows(200, "年中", "哪位员工的海报")
	at, _, _ = strings.Cut(poster.path, "?")
	if image := op.get(at + "/image?title=SALE").shows(200); !strings.HasPrefix(image.body, "\xff\xd8") {
		t.Error("the poster is no JPEG")
	}
	op.get("/posters/examples/festival/image").shows(200)
	op.get("/posters/examples/none/image").shows(404)
}

// Reports show numbers, and each number the customers behind it.
//
// covers: I1
func TestReports_LeadToPeople(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 1, Customers: 3})
	s.connect()
	op := s.seat(access.Operator)
	day := s.clock.Now().Add(-48 * time.Hour)
	src := s.api("POST", "/sources", map[string]any{"name": "mall"})
	s.ingest(src.Get("write_key").String(), []map[string]any{
		{"type": "track", "messageId": "1", "userId": "ann", "event": "Product Viewed", "timestamp": day},
		{"type": "track", "messageId": "2", "userId": "ben", "event": "Product Viewed", "timestamp": day},
		{"type": "track", "messageId": "3", "userId": "ann", "event": "Order Completed", "timestamp": day.Add(time.Hour), "properties": map[string]any{"order_id": "o1", "total": 120, "revenue": 120, "currency": "CNY"}},
	})
	page := op.get("/reports/funnel?s0=Product+Viewed&s1=Order+Completed").shows(200, "50.0%", "浏览商品", "付款成功")
	op.get(page.link("/reports/people?")).shows(200, "2 位客户", "/customers/c")
	op.get("/reports/funnel?days=7&from=nonsense").shows(200, "未能保存")
	page = op.get("/reports/retention?period=day&count=5").shows(200, "留存矩阵", "class=\"h9\"")
	op.get(page.link("/reports/people?")).shows(200, "1 位客户")
	page = op.get("/reports/rfm").shows(200, "一般发展", "1 位买过的客户")
	op.get(page.link("/reports/people?")).shows(200, "1 位客户")
	op.get("/reports/ltv").shows(200)
	op.get("/reports/people?report=funnel&query=x&cell=y").shows(400)
}

// The result of an experiment says whether the split is as planned and how sure the
// difference is, and its numbers lead to customers.
//
// covers: C8
func TestExperiment_ShowsDifferenceWithItsInterval(t *testing.T) {
	t.Parallel()
	s := openShop(t, wecomsim.Config{Staff: 1})
	s.connect()
	op := s.seat(access.Operator)
	op.get("/experiments").shows(200, "还没有实验")
	at := op.made("name: 试一试\ntrigger: {event: Form Submitted}\nsteps:\n  - id: ab\n    split:\n      arms:\n        - {name: a, percent: 50}\n        - {name: b, percent: 50}\n")
	op.post(at+"/publish", nil).shows(200, "已发布")
	key := s.api("POST", "/sources", map[string]any{"name": "mall"}).Get("write_key").String()
	var calls []map[string]any
	for i := range 400 {
		calls = append(calls, map[string]any{"type": "track", "messageId": "f" + strconv.Itoa(i), "userId": "u" + strconv.Itoa(i), "event": "Form Submitted", "timestamp": s.clock.Now()})
	}
	s.ingest(key, calls)
	page := op.get(op.get("/experiments").link("/experiments/exp_")).shows(200, "试一试 · ab", "还没有客户满观察期", "分流检查通过")
	people := op.get(page.link("/experiments/exp_")).shows(200, "/customers/c")
	calls = nil
	for i := range 400 {
		if i%3 == 0 {
			calls = append(calls, map[string]any{
				"type": "track", "messageId": "o" + strconv.Itoa(i), "userId": "u" + strconv.Itoa(i), "event": "Order Completed", "timestamp": s.clock.Now().Add(time.Second),
				"properties": map[string]any{"order_id": "o" + strconv.Itoa(i), "total": 100, "revenue": 100, "currency": "CNY"},
			})
		}
	}
	s.clock.Advance(2 * time.Second)
	s.ingest(key, calls)
	s.clock.Advance(15 * 24 * time.Hour)
	experiment := strings.Split(people.path, "/customers")[0]
	op = s.seat(access.Owner) // the operator's session has ended
	page = op.get(experiment).shows(200, "看不出差别", "个百分点", "增量收入", "converted=true")
	op.get(page.link(experiment+"/customers?arm=a&converted=true")).shows(200, "已转化：是", "¥100.00")
	op.get(experiment+"?lang=en").shows(200, "no difference found", "Incremental revenue")
	op.post(experiment+"/stop", nil).shows(200, "Saved", "enrolment has ended")
}
