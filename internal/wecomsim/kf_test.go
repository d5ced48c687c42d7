package wecomsim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// kfBench is a corp with one account that wang serves; callbacks arrive at r.
func kfBench(t *testing.T) (b *bench, r *receiver, account string) {
	t.Helper()
	b, r = listening(t)
	media := b.ok(b.upload("/media/upload?type=image", "a.png", pngData)).Get("media_id").Str
	account = b.ok(b.call("/kf/account/add", obj{"name": "官方客服", "media_id": media})).Get("open_kfid").Str
	b.ok(b.call("/kf/servicer/add", obj{"open_kfid": account, "userid_list": []string{"wang"}}))
	return b, r, account
}

// pull gives what sync_msg has after a cursor, using the token of the latest callback.
func (b *bench) pull(r *receiver, account, cursor string) (gjson.Result, string) {
	b.t.Helper()
	b.flush()
	token := ""
	for _, p := range r.got() {
		if element(p, "Event") == "kf_msg_or_event" {
			token = element(p, "Token")
			if element(p, "OpenKfId") != account || strings.Contains(p, "FromUserName") {
				b.t.Errorf("told %s", p)
			}
		}
	}
	out := b.ok(b.call("/kf/sync_msg", obj{"open_kfid": account, "cursor": cursor, "token": token}))
	return out.Get("msg_list"), out.Get("next_cursor").Str
}

func (b *bench) kfState(account, c string) int64 {
	b.t.Helper()
	return b.ok(b.call("/kf/service_state/get", obj{"open_kfid": account, "external_userid": c})).Get("service_state").Int()
}

func kfText(account, c, words string) obj {
	return obj{"touser": c, "open_kfid": account, "msgtype": "text", "text": obj{"content": words}}
}

func TestKf_AConversation(t *testing.T) {
	t.Parallel()
	b, r, account := kfBench(t)
	c := b.AddCustomer(NewCustomer{})
	url := b.ok(b.call("/kf/add_contact_way", obj{"open_kfid": account, "scene": "menu-1"})).Get("url").Str
	welcome, err := b.KfEnter(url+"&scene_param=shop", c)
	b.must(err)
	list, cursor := b.pull(r, account, "")
	e := list.Get("0.event")
	if list.Get("#").Int() != 1 || e.Get("event_type").Str != "enter_session" || e.Get("scene").Str != "menu-1" || e.Get("scene_param").Str != "shop" || e.Get("welcome_code").Str != welcome || welcome == "" {
		t.Fatalf("entered: %s", list.Raw)
	}
	b.is(b.call("/kf/send_msg", kfText(account, c, "早")), 95002)
	hello := obj{"code": welcome, "msgtype": "text", "text": obj{"content": "您好"}}
	b.ok(b.call("/kf/send_msg_on_event", hello))
	b.is(b.call("/kf/send_msg_on_event", hello), 40029)
	if again, err := b.KfEnter(account, c); err != nil || again != "" {
		t.Errorf("welcomed again within 48 hours: %q %v", again, err)
	}
	if b.kfState(account, c) != kfEnded {
		t.Error("a session before the first word")
	}
	b.must(b.KfSay(account, c, "有货吗"))
	list, _ = b.pull(r, account, cursor)
	if m := list.Get("1"); m.Get("msgtype").Str != "text" || m.Get("text.content").Str != "有货吗" || m.Get("origin").Int() != 3 || m.Get("external_userid").Str != c || b.kfState(account, c) != kfNew {
		t.Errorf("said: %s", list.Raw)
	}
	for range kfWindowMsgs {
		b.ok(b.call("/kf/send_msg", kfText(account, c, "有")))
	}
	b.is(b.call("/kf/send_msg", kfText(account, c, "有")), 95001)
	if talk := b.KfTalk(account, c); len(talk) != 1+1+kfWindowMsgs {
		t.Errorf("on the phone %d messages", len(talk))
	}
}

func TestKf_GoesFromRobotToPersonToTheEnd(t *testing.T) {
	t.Parallel()
	b, r, account := kfBench(t)
	c := b.AddCustomer(NewCustomer{})
	b.must(b.KfSay(account, c, "有货吗"))
	_, cursor := b.pull(r, account, "")
	trans := func(state int, servicer string) gjson.Result {
		return b.call("/kf/service_state/trans", obj{"open_kfid": account, "external_userid": c, "service_state": state, "servicer_userid": servicer})
	}
	b.is(trans(kfPerson, ""), 41009)
	b.is(trans(kfPerson, "li"), 95014)
	b.is(trans(kfNew, ""), 95016)
	b.ok(trans(kfRobot, ""))
	if b.ok(trans(kfQueue, "")).Get("msg_code").Str == "" {
		t.Error("no code to tell the customer that there is a queue")
	}
	b.must(b.KfPause(account, "wang", true))
	b.is(trans(kfPerson, "wang"), 95019)
	b.must(b.KfPause(account, "wang", false))
	b.must(b.KfServe(account, c, "wang"))
	b.must(b.KfAnswer(account, c, "我来了"))
	b.must(b.KfSay(account, c, "谢谢"))
	b.is(b.call("/kf/send_msg", kfText(account, c, "插话")), 95018)
	b.must(b.KfEnd(account, c))
	b.is(trans(kfQueue, ""), 95013)
	list, _ := b.pull(r, account, cursor)
	var seen []string
	for _, m := range list.Array() {
		seen = append(seen, m.Get("msgtype").Str+m.Get("event.event_type").Str+m.Get("event.change_type").Raw+m.Get("event.status").Raw)
	}
	want := "eventservicer_status_change2 eventservicer_status_change1 eventsession_status_change1 text text eventsession_status_change3"
	if strings.Join(seen, " ") != want {
		t.Errorf("seen %q, want %q", seen, want)
	}
	if talk := b.KfTalk(account, c); len(talk) != 3 {
		t.Errorf("on the phone %d messages", len(talk))
	}
}

func TestKf_WindowOf48Hours(t *testing.T) {
	t.Parallel()
	b, _, account := kfBench(t)
	c := b.AddCustomer(NewCustomer{})
	b.must(b.KfSay(account, c, "有货吗"))
	b.pass(48 * time.Hour)
	b.ok(b.call("/kf/send_msg", kfText(account, c, "有")))
	b.must(b.Advance(time.Second))
	b.is(b.call("/kf/send_msg", kfText(account, c, "有")), 95002)
}

func TestKf_PullsByTokenAndCursor(t *testing.T) {
	t.Parallel()
	b, r, account := kfBench(t)
	other := b.ok(b.call("/kf/account/add", obj{"name": "售后", "media_id": b.ok(b.upload("/media/upload?type=image", "a.png", pngData)).Get("media_id").Str})).Get("open_kfid").Str
	c := b.AddCustomer(NewCustomer{})
	for i := range 3 {
		b.must(b.KfSay(other, c, fmt.Sprint(i)))
	}
	b.must(b.KfSay(account, c, "这里"))
	page := b.ok(b.call("/kf/sync_msg", obj{"open_kfid": account, "limit": 2}))
	if page.Get("msg_list.#").Int() != 0 || page.Get("has_more").Int() != 1 {
		t.Errorf("a page may be empty and not the last: %s", page.Raw)
	}
	page = b.ok(b.call("/kf/sync_msg", obj{"open_kfid": account, "limit": 2, "cursor": page.Get("next_cursor").Str}))
	if page.Get("msg_list.0.text.content").Str != "这里" || page.Get("has_more").Int() != 0 {
		t.Errorf("the next: %s", page.Raw)
	}
	b.flush()
	token := element(r.got()[0], "Token")
	b.is(b.call("/kf/sync_msg", obj{"open_kfid": account, "token": token}), 95007)
	b.ok(b.call("/kf/sync_msg", obj{"open_kfid": other, "token": token}))
	b.must(b.Advance(kfTokenLife))
	b.is(b.call("/kf/sync_msg", obj{"open_kfid": other, "token": token}), 95007)
	for range kfPulls {
		b.ok(b.call("/kf/sync_msg", obj{"open_kfid": other}))
	}
	b.is(b.call("/kf/sync_msg", obj{"open_kfid": other}), 45009)
	b.pass(kfKept - kfTokenLife)
	if n := b.ok(b.call("/kf/sync_msg", obj{"open_kfid": other})).Get("msg_list.#").Int(); n != 3 {
		t.Errorf("%d messages at three days", n)
	}
	b.must(b.Advance(time.Hour))
	if n := b.ok(b.call("/kf/sync_msg", obj{"open_kfid": other})).Get("msg_list.#").Int(); n != 0 {
		t.Errorf("%d messages older than three days", n)
	}
}

func TestKf_RefusedMessagesFailLater(t *testing.T) {
	t.Parallel()
	b, r, account := kfBench(t)
	c := b.AddCustomer(NewCustomer{})
	b.must(b.KfSay(account, c, "有货吗"))
	b.must(b.KfReject(account, c, true))
	_, cursor := b.pull(r, account, "")
	id := b.ok(b.call("/kf/send_msg", kfText(account, c, "有"))).Get("msgid").Str
	list, _ := b.pull(r, account, cursor)
	if e := list.Get("0.event"); e.Get("event_type").Str != "msg_send_fail" || e.Get("fail_msgid").Str != id || e.Get("fail_type").Int() != 10 {
		t.Errorf("told %s", list.Raw)
	}
}

func TestKf_AccountsAndServicers(t *testing.T) {
	t.Parallel()
	b, _, account := kfBench(t)
	media := b.ok(b.upload("/media/upload?type=image", "a.png", pngData)).Get("media_id").Str
	for body, want := range map[string]int64{
		`{"media_id":"` + media + `"}`:                                          95006,
		`{"name":"` + strings.Repeat("长", 17) + `","media_id":"` + media + `"}`: 95006,
		`{"name":"a"}`:                          41006,
		`{"name":"a","media_id":"` + "x" + `"}`: 40007,
	} {
		b.is(b.call("/kf/account/add", body), want)
	}
	b.is(b.call("/kf/account/update", obj{"open_kfid": "x", "name": "b"}), 95000)
	b.is(b.call("/kf/account/update", obj{"open_kfid": "wkx", "name": "b"}), 95004)
	b.ok(b.call("/kf/account/update", obj{"open_kfid": account, "name": "改名"}))
	if l := b.ok(b.call("/kf/account/list", obj{})); l.Get("account_list.0.name").Str != "改名" || !strings.HasPrefix(account, "wk") {
		t.Errorf("accounts %s", l.Raw)
	}
	b.is(b.call("/kf/add_contact_way", obj{"open_kfid": account, "scene": "a b"}), 40058)
	r := b.ok(b.call("/kf/servicer/add", obj{"open_kfid": account, "userid_list": []string{"li", "ghost"}, "department_id_list": []int{1, 99}}))
	if r.Get("result_list.#.errcode").Raw != "[0,95014,0,60003]" {
		t.Errorf("servicers %s", r.Raw)
	}
	b.ok(b.call("/kf/servicer/del", obj{"open_kfid": account, "userid_list": []string{"li"}}))
	if l := b.ok(b.call("/kf/servicer/list?open_kfid="+account, nil)); l.Get("servicer_list.#").Int() != 2 || l.Get("servicer_list.0.userid").Str != "wang" || l.Get("servicer_list.1.department_id").Int() != 1 {
		t.Errorf("servicers %s", l.Raw)
	}
	b.SetKnobs(func(k *Knobs) { k.More.Uncertified = true })
	for range kfAccountsUncertified - 1 {
		b.ok(b.call("/kf/account/add", obj{"name": "a", "media_id": media}))
	}
	b.is(b.call("/kf/account/add", obj{"name": "a", "media_id": media}), 95027)
	b.ok(b.call("/kf/account/del", obj{"open_kfid": account}))
	b.is(b.call("/kf/sync_msg", obj{"open_kfid": account}), 95004)
}

func TestKf_ChecksMessages(t *testing.T) {
	t.Parallel()
	b, _, account := kfBench(t)
	c := b.AddCustomer(NewCustomer{})
	b.must(b.KfSay(account, c, "在"))
	for body, want := range map[string]int64{
		`"msgtype":"text","text":{"content":""}`:                                  44004,
		`"msgtype":"text","text":{"content":"` + strings.Repeat("a", 2049) + `"}`: 45002,
		`"msgtype":"image","image":{"media_id":"x"}`:                              40007,
		`"msgtype":"news"`: 40008,
		`"msgtype":"msgmenu","msgmenu":{"list":[1,2,3,4,5,6,7,8,9,10,11]}`:                       95008,
		`"msgtype":"text","text":{"content":"a"},"msgid":"` + strings.Repeat("a", 33) + `"`:      40058,
		`"msgtype":"link","link":{"title":"t","url":"https://a.b","thumb_media_id":"x"}`:         40007,
		`"msgtype":"location","location":{"name":"店","latitude":31.2,"longitude":121.4}`:         0,
		`"msgtype":"msgmenu","msgmenu":{"head_content":"满意吗","list":[{"type":"click"}]},"a":"b"`: 0,
	} {
		b.is(b.call("/kf/send_msg", `{"touser":"`+c+`","open_kfid":"`+account+`",`+body+`}`), want)
	}
	b.is(b.call("/kf/send_msg", kfText(account, "wmx", "a")), 40096)
	r := b.ok(b.call("/kf/customer/batchget", obj{"external_userid_list": []string{c, "wmx"}}))
	if r.Get("customer_list.0.external_userid").Str != c || r.Get("customer_list.0.nickname").Str == "" || r.Get("invalid_external_userid.0").Str != "wmx" {
		t.Errorf("customers %s", r.Raw)
	}
	n := b.ok(b.call("/kf/get_corp_statistic", obj{"open_kfid": account, "start_time": start.Unix(), "end_time": start.Unix()}))
	if d := n.Get("statistic_list.0.statistic"); d.Get("session_cnt").Int() != 1 || d.Get("customer_cnt").Int() != 1 || d.Get("customer_msg_cnt").Int() != 1 {
		t.Errorf("statistic %s", n.Raw)
	}
	b.must(b.KfServe(account, c, "wang"))
	n = b.ok(b.call("/kf/get_servicer_statistic", obj{"open_kfid": account, "servicer_userid": "wang", "start_time": start.Unix(), "end_time": start.Unix()}))
	if n.Get("statistic_list.0.statistic.session_cnt").Int() != 1 {
		t.Errorf("statistic %s", n.Raw)
	}
}

func TestKf_AuthChangeNamesEachAccount(t *testing.T) {
	t.Parallel()
	b, r, account := kfBench(t)
	b.must(b.KfAuth([]string{account, "wk2"}, []string{"wk3"}))
	b.flush()
	want := "<AuthAddOpenKfId><![CDATA[" + account + "]]></AuthAddOpenKfId><AuthAddOpenKfId><![CDATA[wk2]]></AuthAddOpenKfId><AuthDelOpenKfId><![CDATA[wk3]]></AuthDelOpenKfId>"
	if got := r.got(); len(got) != 1 || !strings.Contains(got[0], want) {
		t.Errorf("told %q", got)
	}
}
