package wecomsim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestIntercept_RulesOfOneApp(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{Apps: []App{{Name: "other", Secret: "other", AgentID: 7}}})
	add := "/externalcontact/add_intercept_rule"
	rule := func(change func(obj)) obj {
		o := obj{"rule_name": "红包", "word_list": []string{"红包"}, "semantics_list": []int{1}, "intercept_type": 1, "applicable_range": obj{"user_list": []string{"wang"}}}
		change(o)
		return o
	}
	words := make([]string, interceptWords+1)
	for i := range words {
		words[i] = fmt.Sprint("词", i)
	}
	users := make([]string, interceptCall+1)
	for _, v := range []struct {
		field string
		value any
		want  int64
	}{
		{"rule_name", "", 40058},
		{"rule_name", strings.Repeat("长", 21), 40058},
		{"word_list", words, 41068},
		{"word_list", []string{strings.Repeat("长", 33)}, 41083},
		{"semantics_list", []int{4}, 41084},
		{"intercept_type", 3, 40058},
		{"applicable_range", obj{}, 40063},
		{"applicable_range", obj{"user_list": users}, 41076},
		{"applicable_range", obj{"user_list": []string{"ghost"}}, 40003},
	} {
		b.is(b.call(add, rule(func(o obj) { o[v.field] = v.value })), v.want)
	}
	id := b.ok(b.call(add, rule(func(obj) {}))).Get("rule_id").Str
	b.is(b.call(add, rule(func(obj) {})), 41077)
	b.ok(b.call("/externalcontact/update_intercept_rule", obj{
		"rule_id": id, "extra_rule": obj{"semantics_list": []int{2, 3}}, "add_applicable_range": obj{"user_list": []string{"li"}}, "remove_applicable_range": obj{"user_list": []string{"wang"}},
	}))
	r := b.ok(b.call("/externalcontact/get_intercept_rule", obj{"rule_id": id})).Get("rule")
	if r.Get("extra_rule.semantics_list").Raw != "[2,3]" || r.Get("applicable_range.user_list").Raw != `["li"]` || r.Get("word_list.0").Str != "红包" {
		t.Errorf("got %s", r.Raw)
	}
	if l := b.ok(b.call("/externalcontact/get_intercept_rule_list", nil)); l.Get("rule_list.0.rule_id").Str != id {
		t.Errorf("listed %s", l.Raw)
	}
	b.login("other")
	b.is(b.call("/externalcontact/get_intercept_rule", obj{"rule_id": id}), 41070)
	b.login("sim-secret-main")
	b.ok(b.call("/externalcontact/del_intercept_rule", obj{"rule_id": id}))
	b.is(b.call("/externalcontact/get_intercept_rule", obj{"rule_id": id}), 41071)
	for i := range interceptRules {
		b.ok(b.call(add, rule(func(o obj) { o["rule_name"] = fmt.Sprint("规则", i) })))
	}
	b.is(b.call(add, rule(func(obj) {})), 41069)
}

func TestAlbum_ProductsOfOneApp(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	good := b.ok(b.upload("/media/upload_attachment?media_type=image&attachment_type=2", "a.png", pngData)).Get("media_id").Str
	plain := b.ok(b.upload("/media/upload?type=image", "a.png", pngData)).Get("media_id").Str
	picture := func(id string) obj { return obj{"msgtype": "image", "image": obj{"media_id": id}} }
	product := func(change func(obj)) obj {
		o := obj{"description": "春茶", "price": 9900, "product_sn": "SKU1", "attachments": []obj{picture(good)}}
		change(o)
		return o
	}
	add := "/externalcontact/add_product_album"
	for _, v := range []struct {
		field string
		value any
		want  int64
	}{
		{"description", "", 41087},
		{"description", strings.Repeat("长", 301), 41073},
		{"price", 0, 41086},
		{"price", albumPrice + 1, 41086},
		{"product_sn", "a-b", 41085},
		{"attachments", []obj{}, 41088},
		{"attachments", []obj{picture(plain)}, 40007},
		{"attachments", []obj{{"msgtype": "video", "video": obj{"media_id": good}}}, 41065},
	} {
		b.is(b.call(add, product(func(o obj) { o[v.field] = v.value })), v.want)
	}
	id := b.ok(b.call(add, product(func(obj) {}))).Get("product_id").Str
	second := b.ok(b.call(add, product(func(obj) {}))).Get("product_id").Str
	b.ok(b.call("/externalcontact/update_product_album", obj{"product_id": id, "price": 8800}))
	p := b.ok(b.call("/externalcontact/get_product_album", obj{"product_id": id})).Get("product")
	if p.Get("price").Int() != 8800 || p.Get("description").Str != "春茶" || p.Get("attachments.0.image.media_id").Str != good {
		t.Errorf("got %s", p.Raw)
	}
	page := b.ok(b.call("/externalcontact/get_product_album_list", obj{"limit": 1}))
	page = b.ok(b.call("/externalcontact/get_product_album_list", obj{"limit": 1, "cursor": page.Get("next_cursor").Str}))
	if page.Get("product_list.0.product_id").Str != second || page.Get("next_cursor").Exists() {
		t.Errorf("page %s", page.Raw)
	}
	b.ok(b.call("/externalcontact/delete_product_album", obj{"product_id": id}))
	b.is(b.call("/externalcontact/get_product_album", obj{"product_id": id}), 41074)
	b.is(b.call("/externalcontact/get_product_album", obj{"product_id": "x"}), 41075)
}

func TestBehaviour_CountsChatsAndReplies(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	asked, silent := b.friend("wang"), b.friend("li")
	ask := func(body obj) (rows string) {
		if _, ok := body["start_time"]; !ok {
			body["start_time"], body["end_time"] = start.Unix(), start.Unix()
		}
		return b.ok(b.call("/externalcontact/get_user_behavior_data", body)).Get("behavior_data.0").Raw
	}
	if got := ask(obj{"userid": []string{"wang"}}); strings.Contains(got, "reply") || !strings.Contains(got, `"new_contact_cnt":1`) {
		t.Errorf("without chats %s", got)
	}
	b.must(b.SendText(asked, "wang", "在吗"))
	b.must(b.SendText(silent, "li", "在吗"))
	b.must(b.Advance(6 * time.Minute))
	b.must(b.SendText("wang", asked, "在"))
	b.must(b.SendText("wang", asked, "您说"))
	b.must(b.DeleteStaff(silent, "li"))
	want := `{"avg_reply_time":6,"chat_cnt":1,"message_cnt":2,"negative_feedback_cnt":1,"new_apply_cnt":2,"new_contact_cnt":2,"reply_percentage":50,"stat_time":1773072000}`
	if got := ask(obj{"userid": []string{"wang", "li"}}); got != want {
		t.Errorf("summed %s\nwant %s", got, want)
	}
	if got := ask(obj{"partyid": []int{1}}); got != want {
		t.Errorf("by department %s", got)
	}
	for _, v := range []struct {
		body obj
		want int64
	}{
		{obj{"start_time": start.Unix(), "end_time": start.Unix()}, 40058},
		{obj{"userid": []string{"ghost"}, "start_time": start.Unix(), "end_time": start.Unix()}, 40003},
		{obj{"userid": []string{"wang"}, "start_time": start.Unix() - 181*86400, "end_time": start.Unix() - 180*86400}, 40058},
		{obj{"userid": []string{"wang"}, "start_time": start.Unix() - 30*86400, "end_time": start.Unix()}, 40058},
		{obj{"userid": []string{"wang"}, "start_time": start.Unix(), "end_time": start.Unix() - 86400}, 40058},
	} {
		b.is(b.call("/externalcontact/get_user_behavior_data", v.body), v.want)
	}
}

func TestPopulation_GroupsHoldTheOwnersCustomers(t *testing.T) {
	t.Parallel()
	make := func() *bench {
		b := newBench(t, Config{Staff: 4, Customers: 400, Groups: 9, Seed: 3})
		b.login("sim-secret-main")
		return b
	}
	b, again := make(), make()
	list := b.ok(b.call("/externalcontact/groupchat/list", obj{"limit": 100})).Get("group_chat_list")
	if list.Get("#").Int() != 9 || list.Raw != again.ok(again.call("/externalcontact/groupchat/list", obj{"limit": 100})).Get("group_chat_list").Raw {
		t.Errorf("groups %s", list.Raw)
	}
	g := b.groupList[0]
	if len(g.members) < 20 {
		t.Errorf("a group of %d", len(g.members))
	}
	for _, m := range g.members {
		if c, ok := b.customers[m.id]; m.external && (!ok || m.joined < g.created || len(c.follows) == 0) {
			t.Errorf("a member is %+v", m)
		}
	}
}
