package wecomsim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
	"pgregory.net/rapid"
)

// pass lets time go by, longer than a token lives.
func (b *bench) pass(d time.Duration) {
	b.t.Helper()
	b.must(b.Advance(d))
	b.login("sim-secret-main")
}

// massSend makes a mass message and waits until it can be asked for.
func (b *bench) massSend(body obj) string {
	b.t.Helper()
	if _, ok := body["text"]; !ok {
		body["text"] = obj{"content": "上新啦"}
	}
	id := b.ok(b.call("/externalcontact/add_msg_template", body)).Get("msgid").Str
	b.must(b.Advance(massDispatch))
	return id
}

// statuses are the results of a member's part, by receiver.
func (b *bench) statuses(msgid, user string) map[string]int64 {
	b.t.Helper()
	out, cursor := map[string]int64{}, ""
	for {
		r := b.ok(b.call("/externalcontact/get_groupmsg_send_result", obj{"msgid": msgid, "userid": user, "limit": 1000, "cursor": cursor}))
		r.Get("send_list").ForEach(func(_, v gjson.Result) bool {
			out[v.Get("external_userid").Str+v.Get("chat_id").Str] = v.Get("status").Int()
			return true
		})
		if cursor = r.Get("next_cursor").Str; cursor == "" {
			return out
		}
	}
}

func TestMassSend_ChecksItsParameters(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.must(b.PutMember(NewMember{User: "lazy", NoFollow: new(true)}))
	c := b.friend("wang")
	text := `"text":{"content":"a"}`
	image := `{"msgtype":"image","image":{"media_id":"gone"}}`
	link := `{"msgtype":"link","link":{"title":"t","url":"https://a.b"}}`
	for _, v := range []struct {
		body string
		want int64
	}{
		{``, 40063},
		{`{"chat_type":"both",` + text + `}`, 86214},
		{`{"external_userid":["` + c + `"]}`, 40058},
		{`{"external_userid":["` + c + `"],"text":{"content":"` + strings.Repeat("a", 4001) + `"}}`, 45002},
		{`{"external_userid":["` + c + `"],"attachments":[` + image + `]}`, 40007},
		{`{"external_userid":["` + c + `"],"attachments":[` + strings.Repeat(link+",", 9) + link + `]}`, 41064},
		{`{"external_userid":["` + c + `"],"attachments":[{"msgtype":"voice"}]}`, 41065},
		{`{` + text + `}`, 40058},
		{`{"sender":"ghost",` + text + `}`, 40003},
		{`{"sender":"lazy",` + text + `}`, 84074},
		{`{"chat_type":"group",` + text + `}`, 41009},
		{`{"chat_type":"group","sender":"wang",` + text + `}`, 41048},
		{`{"external_userid":["wmnobody"],` + text + `}`, 41048},
		{`{"tag_filter":{"group_list":[{"tag_list":["et0"]}]},` + text + `}`, 40068},
		{`{"external_userid":["` + c + `","wmnobody"],"attachments":[` + link + `]}`, 0},
	} {
		if got := b.call("/externalcontact/add_msg_template", v.body); got.Get("errcode").Int() != v.want {
			t.Errorf("%.120s: %s, want %d", v.body, got.Raw, v.want)
		}
	}
	many := make([]string, massTargets+1)
	b.is(b.call("/externalcontact/add_msg_template", obj{"external_userid": many, "text": obj{"content": "a"}}), 40058)
}

func TestMassSend_AsksWhoInteractedLast(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	c := b.friend("wang")
	b.must(b.Advance(time.Minute))
	_, err := b.Add("li", c, 0)
	b.must(err)
	other := b.friend("wang")
	first := b.massSend(obj{"external_userid": []string{c, other, "wmghost"}})
	if b.statuses(first, "li")[c] != 0 || len(b.statuses(first, "wang")) != 1 || len(b.statuses(first, "li")) != 1 {
		t.Error("the newer contact is not the one asked")
	}
	b.must(b.SendText(c, "wang", "在吗"))
	second := b.massSend(obj{"external_userid": []string{c}})
	if tasks := b.ok(b.call("/externalcontact/get_groupmsg_task", obj{"msgid": second})).Get("task_list.#.userid").Raw; tasks != `["wang"]` {
		t.Errorf("asked are %s", tasks)
	}
	third := b.massSend(obj{"external_userid": []string{c}, "sender": "li"})
	if tasks := b.ok(b.call("/externalcontact/get_groupmsg_task", obj{"msgid": third})).Get("task_list.#.userid").Raw; tasks != `["li"]` {
		t.Errorf("asked are %s", tasks)
	}
}

func TestMassSend_ByTags(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	gold, err := b.CreateTag("等级", "金卡")
	b.must(err)
	silver, err := b.CreateTag("等级", "银卡")
	b.must(err)
	tea, err := b.CreateTag("品类", "茶饮")
	b.must(err)
	golden, silvery, plain := b.friend("wang"), b.friend("wang"), b.friend("li")
	b.must(b.EditTags("wang", golden, []string{gold, tea}, nil))
	b.must(b.EditTags("wang", silvery, []string{silver}, nil))
	filter := func(lists ...[]string) obj {
		var groups []obj
		for _, l := range lists {
			groups = append(groups, obj{"tag_list": l})
		}
		return obj{"tag_filter": obj{"group_list": groups}}
	}
	either := b.massSend(filter([]string{gold, silver}))
	if got := b.statuses(either, "wang"); len(got) != 2 {
		t.Errorf("one of gold and silver: %v", got)
	}
	both := b.massSend(filter([]string{gold, silver}, []string{tea}))
	if got := b.statuses(both, "wang"); len(got) != 1 || len(b.statuses(both, "li")) != 0 {
		t.Errorf("a tag of each list: %v", got)
	}
	all := b.massSend(obj{"sender": "li"})
	if _, ok := b.statuses(all, "li")[plain]; !ok {
		t.Error("a sender alone does not mean all the sender's customers")
	}
}

func TestMassSend_GoesOutOnlyWhenConfirmed(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	c, gone := b.friend("wang"), b.friend("wang")
	r := b.ok(b.call("/externalcontact/add_msg_template", obj{"external_userid": []string{c, gone, "wmx"}, "text": obj{"content": "上新"}}))
	id := r.Get("msgid").Str
	if !strings.HasPrefix(id, "msg") || r.Get("fail_list").Raw != `["wmx"]` {
		t.Errorf("got %s", r.Raw)
	}
	day := obj{"chat_type": "single", "start_time": start.Unix(), "end_time": start.Unix() + 86400}
	for _, path := range []string{"get_groupmsg_task", "get_groupmsg_send_result"} {
		b.is(b.call("/externalcontact/"+path, obj{"msgid": id, "userid": "wang"}), 41063)
	}
	b.is(b.call("/externalcontact/get_groupmsg_list_v2", day), 41063)
	b.must(b.Advance(massDispatch))
	listed := b.ok(b.call("/externalcontact/get_groupmsg_list_v2", day)).Get("group_msg_list.0")
	if listed.Get("msgid").Str != id || listed.Get("create_type").Int() != 0 || listed.Get("creator").Exists() || listed.Get("text.content").Str != "上新" {
		t.Errorf("listed as %s", listed.Raw)
	}
	if task := b.ok(b.call("/externalcontact/get_groupmsg_task", obj{"msgid": id})).Get("task_list.0"); task.Get("status").Int() != 0 || task.Get("send_time").Exists() {
		t.Errorf("before: %s", task.Raw)
	}
	b.must(b.DeleteStaff(gone, "wang"))
	if len(b.MassTasks("wang")) != 1 {
		t.Error("nothing on the phone")
	}
	sent, err := b.ConfirmMassSend("wang", id)
	b.must(err)
	if sent != (MassSent{MsgID: id, Sent: 1, Gone: 1}) {
		t.Errorf("sent %+v", sent)
	}
	if got := b.statuses(id, "wang"); got[c] != targetSent || got[gone] != targetGone {
		t.Errorf("results %v", got)
	}
	if task := b.ok(b.call("/externalcontact/get_groupmsg_task", obj{"msgid": id})).Get("task_list.0"); task.Get("status").Int() != 2 || task.Get("send_time").Int() == 0 {
		t.Errorf("after: %s", task.Raw)
	}
	if _, err := b.ConfirmMassSend("wang", id); err == nil {
		t.Error("sent twice")
	}
	if got := b.MassReceived("wang", c); len(got) != 1 || got[0].Text != "上新" {
		t.Errorf("the customer got %v", got)
	}
	b.is(b.call("/externalcontact/get_groupmsg_task", obj{}), 41046)
	b.is(b.call("/externalcontact/get_groupmsg_task", obj{"msgid": "msgx"}), 41047)
}

func TestMassSend_MemberMayChooseIfAllowed(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	a, c := b.friend("wang"), b.friend("wang")
	fixed := b.massSend(obj{"external_userid": []string{a, c}})
	if _, err := b.ConfirmMassSend("wang", fixed, a); err == nil {
		t.Error("chosen among fixed customers")
	}
	free := b.massSend(obj{"external_userid": []string{a, c}, "allow_select": true})
	_, err := b.ConfirmMassSend("wang", free, a)
	b.must(err)
	if got := b.statuses(free, "wang"); got[a] != targetSent || got[c] != targetUnsent {
		t.Errorf("results %v", got)
	}
}

func TestMassSend_RemindAndCancel(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	id := b.massSend(obj{"external_userid": []string{b.friend("wang")}})
	b.must(b.IgnoreMassSend("wang", id))
	for range massReminders {
		b.ok(b.call("/externalcontact/remind_groupmsg_send", obj{"msgid": id}))
	}
	b.is(b.call("/externalcontact/remind_groupmsg_send", obj{"msgid": id}), 41094)
	if got := b.MassTasks("wang"); len(got) != 1 || got[0].Reminders != 3 || got[0].Ignored {
		t.Errorf("on the phone: %+v", got)
	}
	b.pass(24 * time.Hour)
	b.ok(b.call("/externalcontact/remind_groupmsg_send", obj{"msgid": id}))
	b.ok(b.call("/externalcontact/cancel_groupmsg_send", obj{"msgid": id}))
	b.is(b.call("/externalcontact/cancel_groupmsg_send", obj{"msgid": id}), 41093)
	b.is(b.call("/externalcontact/remind_groupmsg_send", obj{"msgid": id}), 41093)
	if _, err := b.ConfirmMassSend("wang", id); err == nil {
		t.Error("a cancelled message goes out")
	}
}

func TestMassSend_QuotaIsSharedAndTurnsWithTheMonth(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{}) // March has 31 days
	c := b.friend("wang")
	for i := range 30 {
		id := b.massSend(obj{"external_userid": []string{c}})
		sent, err := b.ConfirmMassSend("wang", id)
		b.must(err)
		if sent.Sent != 1 {
			t.Fatalf("message %d: %+v", i, sent)
		}
	}
	own, err := b.SendOwnMass(OwnMassSend{"wang", "个人群发", []string{c}})
	b.must(err)
	if own.Sent != 1 {
		t.Fatalf("the member's own: %+v", own)
	}
	over := b.massSend(obj{"external_userid": []string{c}})
	next := b.massSend(obj{"external_userid": []string{c}})
	sent, err := b.ConfirmMassSend("wang", over)
	b.must(err)
	if sent.Full != 1 || b.statuses(over, "wang")[c] != targetFull {
		t.Errorf("message 32 in March: %+v", sent)
	}
	b.pass(time.Date(2026, 4, 1, 0, 0, 0, 0, chinaTime).Sub(b.Clock().Now()))
	if sent, err = b.ConfirmMassSend("wang", next); err != nil || sent.Sent != 1 {
		t.Errorf("in April: %+v, %v", sent, err)
	}
	b.SetKnobs(func(k *Knobs) { k.More.Quota = QuotaDay })
	if today, err := b.ConfirmMassSend("wang", b.massSend(obj{"external_userid": []string{c}})); err != nil || today.Full != 1 {
		t.Errorf("a second today: %+v, %v", today, err)
	}
	listed := b.ok(b.call("/externalcontact/get_groupmsg_list_v2", obj{"chat_type": "single", "filter_type": 1, "start_time": start.Unix(), "end_time": start.Unix() + 30*86400}))
	if listed.Get("group_msg_list.#").Int() != 1 || listed.Get("group_msg_list.0.creator").Str != "wang" || listed.Get("group_msg_list.0.create_type").Int() != 1 {
		t.Errorf("the member's own: %s", listed.Raw)
	}
}

func TestMassSend_ToGroupsListsOnlyWhatWasSent(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	mine, err := b.CreateGroup(NewGroup{Owner: "wang", Name: "福利群"})
	b.must(err)
	ended, err := b.CreateGroup(NewGroup{Owner: "wang", Name: "老群"})
	b.must(err)
	his, err := b.CreateGroup(NewGroup{Owner: "li", Name: "李群"})
	b.must(err)
	r := b.ok(b.call("/externalcontact/add_msg_template", obj{"chat_type": "group", "sender": "wang", "chat_id_list": []string{mine, ended, his}, "text": obj{"content": "a"}}))
	if r.Get("fail_list.0").Str != his {
		t.Errorf("failed are %s", r.Raw)
	}
	id := r.Get("msgid").Str
	b.must(b.Advance(massDispatch))
	if got := b.statuses(id, "wang"); len(got) != 0 {
		t.Errorf("before: %v", got)
	}
	b.must(b.DismissGroup(ended))
	_, err = b.ConfirmMassSend("wang", id)
	b.must(err)
	if got := b.statuses(id, "wang"); len(got) != 1 || got[mine] != targetSent {
		t.Errorf("after: %v", got)
	}
}

// TestMassSend_NobodyGetsMoreThanTheQuota confirms messages in any order, at any time, under
// changing rules: no customer ever gets more in a period than the strictest rule then in force allows.
func TestMassSend_NobodyGetsMoreThanTheQuota(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s, err := New(Config{Staff: 3, Customers: 12, Seed: rapid.Uint64().Draw(r, "seed")})
		if err != nil {
			r.Fatal(err)
		}
		rule := rapid.SampledFrom([]string{QuotaMonth, QuotaWeek, QuotaDay}).Draw(r, "rule")
		s.SetKnobs(func(k *Knobs) { k.More.Quota = rule })
		all := s.customerList
		var waiting []*massMessage
		got := map[string]int{}
		for range rapid.IntRange(1, 80).Draw(r, "steps") {
			switch {
			case len(waiting) == 0 || rapid.Bool().Draw(r, "make"):
				plan := massPlan{}
				for range rapid.IntRange(1, 20).Draw(r, "targets") {
					e := all[rapid.IntRange(0, len(all)-1).Draw(r, "customer")]
					if f := s.lastInteracted(nil, e, ""); f != nil {
						plan.add(f.member.id, e.id)
					}
				}
				waiting = append(waiting, s.addMass(massMessage{tasks: plan.tasks()}))
			default:
				i := rapid.IntRange(0, len(waiting)-1).Draw(r, "which")
				m := waiting[i]
				waiting = slices.Delete(waiting, i, i+1)
				for _, task := range m.tasks {
					if _, err := s.ConfirmMassSend(task.user, m.id); err != nil {
						r.Fatal(err)
					}
					count(r, s, rule, task, got)
				}
			}
			if err := s.Advance(time.Duration(rapid.IntRange(0, 20).Draw(r, "hours")) * time.Hour); err != nil {
				r.Fatal(err)
			}
		}
	})
}

// count adds up what the task sent by receiver and period, and fails above the rule's limit.
func count(r *rapid.T, s *Sim, rule string, t massTask, got map[string]int) {
	day, week, month := periods(s.at)
	period := map[string]int32{QuotaDay: day, QuotaWeek: week, QuotaMonth: month}[rule]
	for _, v := range t.targets {
		key := fmt.Sprintf("%s/%d", v.id, period)
		if v.status == targetSent {
			got[key]++
		}
		if got[key] > quotaLimit(rule, s.at) {
			r.Fatalf("%s got %d messages under the rule %q", v.id, got[key], rule)
		}
		if v.status == targetFull && got[key] < quotaLimit(rule, s.at) {
			r.Fatalf("%s is called full after %d messages under the rule %q", v.id, got[key], rule)
		}
	}
}

func TestMassSend_PagesAreOfAThousand(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{Staff: 2, Customers: 4000, Seed: 7})
	b.login("sim-secret-main")
	user := b.memberList[0].id
	id := b.massSend(obj{"sender": user})
	first := b.ok(b.call("/externalcontact/get_groupmsg_send_result", obj{"msgid": id, "userid": user, "limit": 1000}))
	if first.Get("send_list.#").Int() != 1000 || first.Get("next_cursor").Str == "" {
		t.Errorf("a page of %d", first.Get("send_list.#").Int())
	}
	if all := b.statuses(id, user); len(all) < 1500 {
		t.Errorf("pages give %d receivers", len(all))
	}
	b.is(b.call("/externalcontact/get_groupmsg_send_result", obj{"msgid": id, "userid": user, "limit": 1001}), 40058)
	b.is(b.call("/externalcontact/get_groupmsg_send_result", obj{"msgid": id, "userid": user, "cursor": "x"}), 40058)
}
