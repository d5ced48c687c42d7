package wecomsim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// groupOf makes a group of wang's with n customers.
func (b *bench) groupOf(n int) (chat string, customers []string) {
	b.t.Helper()
	for range n {
		customers = append(customers, b.AddCustomer(NewCustomer{}))
	}
	chat, err := b.CreateGroup(NewGroup{Owner: "wang", Name: "福利群", Customers: customers})
	b.must(err)
	return chat, customers
}

func (b *bench) chat(id string) (g struct {
	Owner, Version, Name string
	Size                 int
},
) {
	b.t.Helper()
	r := b.ok(b.call("/externalcontact/groupchat/get", obj{"chat_id": id, "need_name": 1})).Get("group_chat")
	g.Owner, g.Version, g.Name, g.Size = r.Get("owner").Str, r.Get("member_version").Str, r.Get("name").Str, int(r.Get("member_list.#").Int())
	return g
}

func TestGroup_ShowsItsMembers(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	chat, customers := b.groupOf(2)
	b.must(b.GroupNotice(chat, "群规"))
	r := b.ok(b.call("/externalcontact/groupchat/get", obj{"chat_id": chat, "need_name": 1})).Get("group_chat")
	if !strings.HasPrefix(chat, "wr") || r.Get("owner").Str != "wang" || r.Get("notice").Str != "群规" || r.Get("member_list.#").Int() != 3 {
		t.Errorf("got %s", r.Raw)
	}
	one := r.Get("member_list.1")
	if one.Get("userid").Str != customers[0] || one.Get("type").Int() != 2 || one.Get("unionid").Str == "" || one.Get("name").Str == "" ||
		one.Get("join_scene").Int() != 1 || one.Get("invitor.userid").Str != "wang" {
		t.Errorf("a customer is %s", one.Raw)
	}
	plain := b.ok(b.call("/externalcontact/groupchat/get", obj{"chat_id": chat})).Get("group_chat.member_list.1")
	if plain.Get("name").Exists() {
		t.Error("a name nobody asked for")
	}
	for id, want := range map[string]int64{"": 40063, "wrx": 40050, "internal": 90501} {
		b.is(b.call("/externalcontact/groupchat/get", obj{"chat_id": id}), want)
	}
	b.must(b.DismissGroup(chat))
	b.is(b.call("/externalcontact/groupchat/get", obj{"chat_id": chat}), 49008)
}

func TestGroup_ListFiltersAndPages(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	for range 5 {
		b.groupOf(1)
	}
	his, err := b.CreateGroup(NewGroup{Owner: "li", Name: "李群"})
	b.must(err)
	list := func(body obj) (int, string) {
		r := b.ok(b.call("/externalcontact/groupchat/list", body))
		return int(r.Get("group_chat_list.#").Int()), r.Get("next_cursor").Str
	}
	n, next := list(obj{"limit": 4})
	if n != 4 || next == "" {
		t.Errorf("a first page of %d", n)
	}
	if n, next = list(obj{"limit": 4, "cursor": next}); n != 2 || next != "" {
		t.Errorf("a second page of %d", n)
	}
	if n, _ = list(obj{"limit": 10, "owner_filter": obj{"userid_list": []string{"li"}}}); n != 1 {
		t.Errorf("li owns %d", n)
	}
	b.must(b.Resign("li"))
	if n, _ = list(obj{"limit": 10, "status_filter": 1}); n != 1 {
		t.Errorf("%d groups wait for an owner", n)
	}
	b.is(b.call("/externalcontact/groupchat/list", obj{"limit": 0}), 40058)
	b.is(b.call("/externalcontact/groupchat/list", obj{"limit": 10, "status_filter": 4}), 40058)
	b.is(b.call("/externalcontact/groupchat/list", obj{"limit": 10, "owner_filter": obj{"userid_list": []string{"ghost"}}}), 40003)
	view, _ := b.Group(his)
	open := view.OpenGID
	if got := b.ok(b.call("/externalcontact/opengid_to_chatid", obj{"opengid": open})).Get("chat_id").Str; got != his {
		t.Errorf("opengid leads to %s", got)
	}
	b.is(b.call("/externalcontact/opengid_to_chatid", obj{"opengid": "x"}), 90511)
}

func TestGroup_ListDemandsAFilterInALargeCorp(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{Staff: groupVisible + 1})
	b.login("sim-secret-main")
	b.is(b.call("/externalcontact/groupchat/list", obj{"limit": 10}), 81017)
	b.ok(b.call("/externalcontact/groupchat/list", obj{"limit": 10, "owner_filter": obj{"userid_list": []string{b.memberList[0].id}}}))
}

// TestGroup_EventsFormAChainOfVersions follows a group by its callbacks alone.
func TestGroup_EventsFormAChainOfVersions(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	chat, customers := b.groupOf(2)
	version := b.chat(chat).Version
	c := b.AddCustomer(NewCustomer{})
	_, err := b.JoinGroup(Joining{Who: c, ChatID: chat})
	b.must(err)
	b.must(b.LeaveGroup(chat, customers[0]))
	b.must(b.KickFromGroup(chat, customers[1], c))
	b.must(b.RenameGroup(chat, "新名"))
	b.must(b.GroupNotice(chat, "新公告"))
	b.must(b.ChangeOwner(chat, "li"))
	b.must(b.DismissGroup(chat))
	b.flush()
	var seen []string
	for _, p := range r.got() {
		if element(p, "ChatId") != chat {
			continue
		}
		change := element(p, "ChangeType")
		detail := element(p, "UpdateDetail")
		seen = append(seen, strings.Trim(change+" "+detail+" "+element(p, "JoinScene")+element(p, "QuitScene")+" "+element(p, "MemChangeCnt"), " "))
		if last := element(p, "LastMemVer"); last != "" {
			if last != version || element(p, "CurMemVer") == version {
				t.Errorf("%s goes from %s, the version was %s", detail, last, version)
			}
			version = element(p, "CurMemVer")
		}
	}
	want := []string{
		"create", "update add_member 0 1", "update del_member 0 1", "update del_member 1 2", "update change_name", "update change_notice",
		"update add_member 0 1", "update change_owner", "dismiss",
	}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("seen %q\nwant %q", seen, want)
	}
}

func TestGroup_MemChangeListNamesWhoCame(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	chat, customers := b.groupOf(2)
	b.flush()
	r.got()
	b.must(b.KickFromGroup(chat, customers...))
	b.flush()
	want := "<MemChangeList><Item><![CDATA[" + customers[0] + "]]></Item><Item><![CDATA[" + customers[1] + "]]></Item></MemChangeList>"
	if got := r.got(); len(got) != 1 || !strings.Contains(got[0], want) {
		t.Errorf("got %q", got)
	}
}

func TestGroup_OwnerWhoLeavesHandsItOver(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	chat, _ := b.groupOf(1)
	if err := b.LeaveGroup(chat, "wang"); err == nil {
		t.Error("a group without anybody of the corp")
	}
	_, err := b.JoinGroup(Joining{Who: "li", ChatID: chat})
	b.must(err)
	b.must(b.LeaveGroup(chat, "wang"))
	if g := b.chat(chat); g.Owner != "li" || g.Size != 2 {
		t.Errorf("got %+v", g)
	}
}

func TestJoinWay_ChecksItsParameters(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	chat, _ := b.groupOf(1)
	add := "/externalcontact/groupchat/add_join_way"
	for _, v := range []struct {
		body obj
		want int64
	}{
		{obj{}, 41038},
		{obj{"scene": 2}, 40063},
		{obj{"scene": 3, "chat_id_list": []string{chat}}, 41040},
		{obj{"scene": 2, "chat_id_list": []string{chat, chat, chat, chat, chat, chat}}, 41091},
		{obj{"scene": 2, "chat_id_list": []string{"wrx"}}, 40050},
		{obj{"scene": 2, "chat_id_list": []string{chat}, "state": strings.Repeat("长", 31)}, 40058},
		{obj{"scene": 2, "chat_id_list": []string{chat}, "room_base_name": strings.Repeat("长", 41)}, 40058},
	} {
		if got := b.call(add, v.body); got.Get("errcode").Int() != v.want {
			t.Errorf("%v: %s, want %d", v.body, got.Raw, v.want)
		}
	}
	id := b.ok(b.call(add, obj{"scene": 2, "chat_id_list": []string{chat}, "remark": strings.Repeat("长", 40), "state": "店A", "room_base_name": "福利", "room_base_id": 7})).Get("config_id").Str
	w := b.ok(b.call("/externalcontact/groupchat/get_join_way", obj{"config_id": id})).Get("join_way")
	if len([]rune(w.Get("remark").Str)) != 30 || w.Get("auto_create_room").Int() != 1 || w.Get("state").Str != "店A" || !strings.Contains(w.Get("qr_code").Str, id) {
		t.Errorf("got %s", w.Raw)
	}
	b.ok(b.call("/externalcontact/groupchat/update_join_way", obj{"config_id": id, "scene": 2, "auto_create_room": 0, "chat_id_list": []string{chat}}))
	w = b.ok(b.call("/externalcontact/groupchat/get_join_way", obj{"config_id": id})).Get("join_way")
	if w.Get("auto_create_room").Int() != 0 || w.Get("state").Str != "店A" {
		t.Errorf("an update changed what it did not name: %s", w.Raw)
	}
	b.ok(b.call("/externalcontact/groupchat/del_join_way", obj{"config_id": id}))
	b.is(b.call("/externalcontact/groupchat/get_join_way", obj{"config_id": id}), 41044)
	b.is(b.call("/externalcontact/groupchat/get_join_way", obj{"config_id": ""}), 41043)
}

// TestJoinWay_FillsOneGroupAfterTheOther lets 450 people scan one code of two groups.
func TestJoinWay_FillsOneGroupAfterTheOther(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	first, _ := b.groupOf(0)
	second, _ := b.groupOf(0)
	id := b.ok(b.call("/externalcontact/groupchat/add_join_way", obj{
		"scene": 2, "chat_id_list": []string{first, second}, "state": "店A", "room_base_name": "福利", "room_base_id": 3,
	})).Get("config_id").Str
	joined := map[string]int{}
	var last string
	for range 450 {
		chat, err := b.JoinGroup(Joining{Who: b.AddCustomer(NewCustomer{}), ConfigID: id})
		b.must(err)
		joined[chat]++
		last = chat
	}
	if joined[first] != groupByCode-1 || joined[second] != groupByCode-1 || joined[last] != 450-2*(groupByCode-1) || len(joined) != 3 {
		t.Errorf("joined %v", joined)
	}
	if g := b.chat(last); g.Name != "福利3" || g.Owner != "wang" {
		t.Errorf("the new group is %+v", g)
	}
	r := b.ok(b.call("/externalcontact/groupchat/get", obj{"chat_id": last})).Get("group_chat.member_list.1")
	if r.Get("join_scene").Int() != 3 || r.Get("state").Str != "店A" || r.Get("invitor").Exists() {
		t.Errorf("who scanned is %s", r.Raw)
	}
	who := b.AddCustomer(NewCustomer{})
	if _, err := b.JoinGroup(Joining{Who: who, ChatID: first, ByLink: true}); err == nil {
		t.Error("a link lets a 201st in")
	}
	if _, err := b.JoinGroup(Joining{Who: who, ChatID: first}); err != nil {
		t.Error("an invitation does not work beyond 200", err)
	}
}

func TestJoinWay_WithoutAutomaticGroupsIsFullAtTheEnd(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	chat, _ := b.groupOf(groupByCode - 1)
	id := b.ok(b.call("/externalcontact/groupchat/add_join_way", obj{"scene": 2, "chat_id_list": []string{chat}, "auto_create_room": 0})).Get("config_id").Str
	if _, err := b.JoinGroup(Joining{Who: b.AddCustomer(NewCustomer{}), ConfigID: id}); err == nil {
		t.Error("a code leads into a full group")
	}
}

func TestGroup_HasAtMostFiveHundred(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	chat, _ := b.groupOf(groupMost - 1)
	if _, err := b.JoinGroup(Joining{Who: b.AddCustomer(NewCustomer{}), ChatID: chat}); err == nil {
		t.Error("501 in a group")
	}
}

func TestTemplate_OneAttachmentOwnAppHundred(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{Apps: []App{{Name: "other", Secret: "other", AgentID: 7}}})
	add := "/externalcontact/group_welcome_template/add"
	link, mini := obj{"title": "t", "url": "https://a.b"}, obj{"title": "m", "appid": "wx1", "page": "p", "pic_media_id": "x"}
	b.is(b.call(add, obj{"text": obj{"content": strings.Repeat("a", 3001)}}), 45002)
	b.is(b.call(add, obj{}), 40058)
	b.is(b.call(add, obj{"text": obj{"content": "a"}, "link": link, "miniprogram": mini}), 41064)
	b.is(b.call(add, obj{"text": obj{"content": "a"}, "miniprogram": mini}), 40007)
	id := b.ok(b.call(add, obj{"text": obj{"content": "欢迎 %NICKNAME%"}, "link": link, "image": obj{"media_id": "", "pic_url": ""}})).Get("template_id").Str
	b.ok(b.call("/externalcontact/group_welcome_template/edit", obj{"template_id": id, "text": obj{"content": strings.Repeat("b", 4000)}, "link": link}))
	got := b.ok(b.call("/externalcontact/group_welcome_template/get", obj{"template_id": id}))
	if len(got.Get("text.content").Str) != 4000 || got.Get("link.title").Str != "t" {
		t.Errorf("got %s", got.Raw)
	}
	b.login("other")
	b.is(b.call("/externalcontact/group_welcome_template/edit", obj{"template_id": id, "text": obj{"content": "x"}}), 41058)
	b.is(b.call("/externalcontact/group_welcome_template/del", obj{"template_id": id}), 41058)
	b.login("sim-secret-main")
	for range templateMost - 1 {
		b.ok(b.call(add, obj{"text": obj{"content": "a"}}))
	}
	b.is(b.call(add, obj{"text": obj{"content": "a"}}), 41055)
	chat, _ := b.groupOf(0)
	b.must(b.GroupWelcome(chat, id))
	_, err := b.JoinGroup(Joining{Who: b.AddCustomer(NewCustomer{}), ChatID: chat})
	b.must(err)
	if g, _ := b.Group(chat); len(g.Talk) != 1 || g.Talk[0].From != "wang" {
		t.Errorf("greeted with %v", g.Talk)
	}
	b.ok(b.call("/externalcontact/group_welcome_template/del", obj{"template_id": id}))
	b.is(b.call("/externalcontact/group_welcome_template/get", obj{"template_id": id}), 40037)
}

func TestGroupStatistic_CountsByOwnerAndDay(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	chat, customers := b.groupOf(3)
	b.must(b.SayInGroup(chat, customers[0], "早"))
	b.must(b.SayInGroup(chat, customers[0], "在吗"))
	b.must(b.SayInGroup(chat, "wang", "在"))
	if err := b.SayInGroup(chat, "li", "?"); err == nil {
		t.Error("a stranger speaks")
	}
	owners := obj{"userid_list": []string{"wang", "li"}}
	b.is(b.call("/externalcontact/groupchat/statistic", obj{"day_begin_time": start.Unix(), "owner_filter": owners}), 40058)
	b.is(b.call("/externalcontact/groupchat/statistic", obj{"day_begin_time": start.Unix()}), 40063)
	b.pass(24 * time.Hour)
	b.must(b.LeaveGroup(chat, customers[2]))
	b.pass(24 * time.Hour)
	r := b.ok(b.call("/externalcontact/groupchat/statistic", obj{"day_begin_time": start.Unix(), "owner_filter": owners, "order_by": 4}))
	d := r.Get("items.0.data")
	if r.Get("total").Int() != 2 || r.Get("items.0.owner").Str != "wang" || d.Get("new_chat_cnt").Int() != 1 || d.Get("new_member_cnt").Int() != 4 ||
		d.Get("member_total").Int() != 4 || d.Get("msg_total").Int() != 3 || d.Get("member_has_msg").Int() != 2 || d.Get("chat_has_msg").Int() != 1 {
		t.Errorf("got %s", r.Raw)
	}
	r = b.ok(b.call("/externalcontact/groupchat/statistic_group_by_day", obj{"day_begin_time": start.Unix(), "day_end_time": start.Unix() + 86400, "owner_filter": owners}))
	if r.Get("items.#").Int() != 2 || r.Get("items.1.data.member_total").Int() != 3 || r.Get("items.1.data.new_chat_cnt").Int() != 0 {
		t.Errorf("got %s", r.Raw)
	}
}
