package wecomsim

import (
	"strings"
	"testing"
	"time"
)

// hand starts a transfer from wang to li and gives the customer's code.
func (b *bench) hand(path, external string) int64 {
	b.t.Helper()
	r := b.ok(b.call(path, obj{"handover_userid": "wang", "takeover_userid": "li", "external_userid": []string{external}, "transfer_success_msg": "您好，我是李"}))
	if r.Get("customer.0.external_userid").Str != external {
		b.t.Fatalf("got %s", r.Raw)
	}
	return r.Get("customer.0.errcode").Int()
}

const (
	handActive   = "/externalcontact/transfer_customer"
	handResigned = "/externalcontact/resigned/transfer_customer"
)

func (b *bench) handStatus(path, external string) int64 {
	b.t.Helper()
	r := b.ok(b.call(strings.Replace(path, "transfer_customer", "transfer_result", 1), obj{"handover_userid": "wang", "takeover_userid": "li"}))
	last := int64(0)
	for _, v := range r.Get("customer").Array() {
		if v.Get("external_userid").Str == external {
			last = v.Get("status").Int()
		}
	}
	return last
}

func TestTransfer_CompletesAfterADay(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	c := b.friend("wang")
	b.must(b.EditRemark(Remark{Pair: Pair{"wang", c}, Remark: new("张小姐"), Description: new("喜欢乌龙")}))
	b.flush()
	r.got()
	if got := b.hand(handActive, c); got != 0 {
		t.Fatal(got)
	}
	if got := b.hand(handActive, c); got != 40129 {
		t.Errorf("again while waiting: %d", got)
	}
	b.flush()
	if got := r.got(); len(got) != 0 || b.handStatus(handActive, c) != transferWaiting {
		t.Errorf("at once: %v", got)
	}
	b.pass(24*time.Hour - time.Second)
	if b.handStatus(handActive, c) != transferWaiting {
		t.Error("completed early")
	}
	b.pass(time.Second)
	if b.handStatus(handActive, c) != transferDone {
		t.Error("not completed after 24 hours")
	}
	b.flush()
	got := r.got()
	if len(got) != 2 || element(got[0], "ChangeType") != "add_external_contact" || element(got[0], "UserID") != "li" || element(got[0], "WelcomeCode") != "" ||
		element(got[1], "ChangeType") != "del_external_contact" || element(got[1], "UserID") != "wang" || element(got[1], "Source") != "DELETE_BY_TRANSFER" {
		t.Errorf("told %q", got)
	}
	f := b.ok(b.call("/externalcontact/get?external_userid="+c, nil)).Get("follow_user")
	if f.Get("#").Int() != 1 || f.Get("0.userid").Str != "li" || f.Get("0.add_way").Int() != addedByAdmin || f.Get("0.remark").Str != "张小姐" || f.Get("0.description").Str != "喜欢乌龙" {
		t.Errorf("followed by %s", f.Raw)
	}
}

func TestTransfer_RefusedByTheCustomer(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	c := b.friend("wang")
	b.hand(handActive, c)
	b.flush()
	r.got()
	if got := b.Transfers(c); len(got) != 1 || got[0].Takeover != "li" {
		t.Errorf("the customer may refuse %v", got)
	}
	b.must(b.RefuseTransfer(c))
	if err := b.RefuseTransfer(c); err == nil {
		t.Error("refused twice")
	}
	b.pass(25 * time.Hour)
	b.flush()
	got := r.got()
	if len(got) != 1 || element(got[0], "ChangeType") != "transfer_fail" || element(got[0], "FailReason") != "customer_refused" || element(got[0], "UserID") != "li" {
		t.Errorf("told %q", got)
	}
	if b.handStatus(handActive, c) != transferRefused || b.ok(b.call("/externalcontact/get?external_userid="+c, nil)).Get("follow_user.0.userid").Str != "wang" {
		t.Error("a refused transfer moves the customer")
	}
}

func TestTransfer_TakerBecomesFull(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	b.SetKnobs(func(k *Knobs) { k.More.Capacity = 2 })
	c, late := b.friend("wang"), b.friend("wang")
	b.friend("li")
	if got := b.hand(handActive, c); got != 0 {
		t.Fatal(got)
	}
	b.friend("li")
	if got := b.hand(handActive, late); got != 40099 {
		t.Errorf("a full taker: %d", got)
	}
	b.flush()
	r.got()
	b.pass(25 * time.Hour)
	b.flush()
	got := r.got()
	if len(got) != 1 || element(got[0], "FailReason") != "customer_limit_exceed" || b.handStatus(handActive, c) != transferFull {
		t.Errorf("told %q, status %d", got, b.handStatus(handActive, c))
	}
}

func TestTransfer_TwiceInNinetyDays(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	c := b.friend("wang")
	back := func() int64 {
		return b.ok(b.call(handActive, obj{"handover_userid": "li", "takeover_userid": "wang", "external_userid": []string{c}})).Get("customer.0.errcode").Int()
	}
	b.hand(handActive, c)
	b.pass(25 * time.Hour)
	if got := back(); got != 0 {
		t.Fatalf("the second: %d", got)
	}
	b.pass(25 * time.Hour)
	if got := b.hand(handActive, c); got != 40128 {
		t.Errorf("the third: %d", got)
	}
	b.pass(88 * 24 * time.Hour)
	if got := b.hand(handActive, c); got != 0 {
		t.Errorf("90 days after the first: %d", got)
	}
}

func TestTransfer_ChecksItsParameters(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.must(b.PutMember(NewMember{User: "lazy", NoFollow: new(true)}))
	b.must(b.PutMember(NewMember{User: "unnamed", Unverified: new(true)}))
	b.must(b.PutMember(NewMember{User: "banned"}))
	b.SetKnobs(func(k *Knobs) { k.More.Banned = []string{"banned"} })
	c, other := b.friend("wang"), b.friend("li")
	ids := func(n int) []string { return append(make([]string, n-1), c) }
	for _, v := range []struct {
		path     string
		from, to string
		ids      []string
		want     int64
	}{
		{handActive, "", "li", ids(1), 41009},
		{handActive, "ghost", "li", ids(1), 40003},
		{handActive, "wang", "lazy", ids(1), 84074},
		{handActive, "wang", "unnamed", ids(1), 40098},
		{handActive, "wang", "banned", ids(1), 40143},
		{handActive, "wang", "wang", ids(1), 40130},
		{handActive, "wang", "li", nil, 41035},
		{handActive, "wang", "li", ids(101), 40058},
		{handResigned, "wang", "li", ids(1), 40097},
	} {
		got := b.call(v.path, obj{"handover_userid": v.from, "takeover_userid": v.to, "external_userid": v.ids})
		if got.Get("errcode").Int() != v.want {
			t.Errorf("%s %s→%s: %s, want %d", v.path, v.from, v.to, got.Raw, v.want)
		}
	}
	b.is(b.call(handActive, obj{"handover_userid": "wang", "takeover_userid": "li", "external_userid": ids(1), "transfer_success_msg": strings.Repeat("长", 201)}), 40058)
	r := b.ok(b.call(handActive, obj{"handover_userid": "wang", "takeover_userid": "li", "external_userid": []string{c, other, "wmx"}}))
	if got := r.Get("customer.#.errcode").Raw; got != "[0,40131,40096]" {
		t.Errorf("codes %s", got)
	}
}

func TestTransfer_OfALeaver(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	first, second := b.friend("wang"), b.friend("wang")
	chat, _ := b.groupOf(1)
	b.must(b.Resign("wang"))
	b.flush()
	r.got()
	list := b.ok(b.call("/externalcontact/get_unassigned_list", obj{"page_size": 1}))
	if list.Get("info.0.external_userid").Str != first || list.Get("info.0.handover_userid").Str != "wang" || list.Get("is_last").Bool() || list.Get("info.0.dimission_time").Int() != start.Unix() {
		t.Errorf("unassigned %s", list.Raw)
	}
	list = b.ok(b.call("/externalcontact/get_unassigned_list", obj{"page_size": 1, "cursor": list.Get("next_cursor").Str}))
	if list.Get("info.0.external_userid").Str != second || !list.Get("is_last").Bool() {
		t.Errorf("unassigned %s", list.Raw)
	}
	if b.ok(b.call("/externalcontact/get_unassigned_list", obj{"page_id": 1, "page_size": 1})).Get("info.0.external_userid").Str != second {
		t.Error("pages by number differ")
	}
	if got := b.hand(handResigned, first); got != 0 {
		t.Fatal(got)
	}
	b.is(b.call("/externalcontact/groupchat/onjob_transfer", obj{"chat_id_list": []string{chat}, "new_owner": "ghost"}), 40003)
	if got := b.ok(b.call("/externalcontact/groupchat/onjob_transfer", obj{"chat_id_list": []string{chat}, "new_owner": "li"})).Get("failed_chat_list.0.errcode").Int(); got != 90502 {
		t.Errorf("a leaver's group as one of an active owner: %d", got)
	}
	move := obj{"chat_id_list": []string{chat, "wrx"}, "new_owner": "li"}
	if got := b.ok(b.call("/externalcontact/groupchat/transfer", move)).Get("failed_chat_list.#.errcode").Raw; got != "[90501]" {
		t.Errorf("failed %s", got)
	}
	if got := b.ok(b.call("/externalcontact/groupchat/transfer", move)).Get("failed_chat_list.#.errcode").Raw; got != "[90507,90501]" {
		t.Errorf("while it moves: %s", got)
	}
	b.must(b.Advance(groupTakes))
	if got := b.ok(b.call("/externalcontact/groupchat/transfer", move)).Get("failed_chat_list.#.errcode").Raw; got != "[90508,90501]" {
		t.Errorf("after it moved: %s", got)
	}
	if g := b.chat(chat); g.Owner != "li" || g.Size != 3 {
		t.Errorf("got %+v", g)
	}
	b.pass(24 * time.Hour)
	b.flush()
	var seen []string
	for _, p := range r.got() {
		seen = append(seen, element(p, "ChangeType")+element(p, "UpdateDetail"))
	}
	if strings.Join(seen, " ") != "updatechange_owner add_external_contact" || b.handStatus(handResigned, first) != transferDone {
		t.Errorf("told %v", seen)
	}
	if list = b.ok(b.call("/externalcontact/get_unassigned_list", obj{})); list.Get("info.#.external_userid").Raw != `["`+second+`"]` {
		t.Errorf("still unassigned %s", list.Raw)
	}
}

func TestGroupTransfer_OfAnActiveOwner(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	move := func(to string, chats ...string) string {
		return b.ok(b.call("/externalcontact/groupchat/onjob_transfer", obj{"chat_id_list": chats, "new_owner": to})).Get("failed_chat_list.#.errcode").Raw
	}
	chat, _ := b.groupOf(1)
	if got := move("wang", chat); got != "[90504]" {
		t.Errorf("to the owner: %s", got)
	}
	if got := b.ok(b.call("/externalcontact/groupchat/transfer", obj{"chat_id_list": []string{chat}, "new_owner": "li"})).Get("failed_chat_list.0.errcode").Int(); got != 90500 {
		t.Errorf("as a leaver's: %d", got)
	}
	if move("li", chat) != "[]" || b.chat(chat).Owner != "li" || move("wang", chat) != "[]" || move("li", chat) != "[40128]" {
		t.Error("two moves in 90 days are not what is allowed")
	}
	var chats []string
	for range groupsADay {
		id, _ := b.groupOf(0)
		chats = append(chats, id)
	}
	for i := 0; i < groupsADay; i += 100 {
		move("li", chats[i:i+100]...)
	}
	owned := 0
	for _, id := range chats {
		if b.groups[id].owner == "li" {
			owned++
		}
	}
	if owned != groupsADay-1 { // one was given before
		t.Errorf("li got %d groups in a day", owned+1)
	}
	b.is(b.call("/externalcontact/groupchat/onjob_transfer", obj{"chat_id_list": []string{}, "new_owner": "li"}), 40058)
}
