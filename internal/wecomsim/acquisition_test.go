package wecomsim

import (
	"strings"
	"testing"
	"time"
)

func (b *bench) newLink(body obj) (id, url string) {
	b.t.Helper()
	if _, ok := body["range"]; !ok {
		body["range"] = obj{"user_list": []string{"wang"}}
	}
	body["link_name"] = "抖音"
	l := b.ok(b.call("/externalcontact/customer_acquisition/create_link", body)).Get("link")
	return l.Get("link_id").Str, l.Get("url").Str
}

func TestLink_BringsCustomersWithTheirChannel(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	id, url := b.newLink(obj{})
	c := b.AddCustomer(NewCustomer{})
	added, err := b.ScanCode(c, url+"?customer_channel=dy-01")
	b.must(err)
	if added.User != "wang" || added.Waiting {
		t.Errorf("added %+v", added)
	}
	again, err := b.ScanCode(c, url)
	b.must(err)
	if !again.Already {
		t.Error("added twice")
	}
	b.must(b.SendText("wang", c, "您好"))
	b.must(b.SendText(c, "wang", "你好"))
	b.must(b.SendText(c, "wang", "在吗"))
	b.flush()
	got := r.got()
	if len(got) != 2 || element(got[0], "State") != "dy-01" || element(got[0], "WelcomeCode") == "" ||
		element(got[1], "ChangeType") != "customer_start_chat" || element(got[1], "ExternalUserID") != c {
		t.Errorf("told %q", got)
	}
	list := b.ok(b.call("/externalcontact/customer_acquisition/customer", obj{"link_id": id}))
	row := list.Get("customer_list.0")
	if list.Get("customer_list.#").Int() != 1 || row.Get("state").Str != "dy-01" || row.Get("chat_status").Int() != 1 || row.Get("userid").Str != "wang" {
		t.Errorf("customers %s", list.Raw)
	}
	f := b.ok(b.call("/externalcontact/get?external_userid="+c, nil)).Get("follow_user.0")
	if f.Get("add_way").Int() != addedByLink || f.Get("state").Str != "dy-01" {
		t.Errorf("followed by %s", f.Raw)
	}
	n := b.ok(b.call("/externalcontact/customer_acquisition/statistic", obj{"link_id": id, "start_time": start.Unix(), "end_time": start.Unix() + 86400}))
	if n.Get("click_link_customer_cnt").Int() != 1 || n.Get("new_customer_cnt").Int() != 1 {
		t.Errorf("statistic %s", n.Raw)
	}
	if q := b.ok(b.call("/externalcontact/customer_acquisition_quota", nil)); q.Get("balance").Int() != acquireQuota-1 || q.Get("quota_list.0.balance").Int() != acquireQuota-1 {
		t.Errorf("quota %s", q.Raw)
	}
	if _, err := b.ScanCode(b.AddCustomer(NewCustomer{}), url+"?customer_channel="+strings.Repeat("a", 65)); err == nil {
		t.Error("a channel of 65 bytes")
	}
}

func TestLink_ConfirmationIsAskedIfSet(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	id, url := b.newLink(obj{"skip_verify": false})
	c := b.AddCustomer(NewCustomer{})
	added, err := b.ScanCode(c, url+"?customer_channel=x")
	b.must(err)
	if !added.Waiting {
		t.Error("added without confirmation")
	}
	_, err = b.Accept("wang", c)
	b.must(err)
	b.flush()
	got := r.got()
	if len(got) != 2 || element(got[0], "ChangeType") != "friend_request" || element(got[0], "LinkId") != id || element(got[0], "State") != "x" ||
		element(got[1], "ChangeType") != "add_external_contact" || element(got[1], "State") != "x" {
		t.Errorf("told %q", got)
	}
	if b.ok(b.call("/externalcontact/customer_acquisition/customer", obj{"link_id": id})).Get("customer_list.#").Int() != 1 {
		t.Error("the confirmed customer is not the link's")
	}
}

func TestLink_QuotaRunsOut(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	_, url := b.newLink(obj{})
	b.pass(acquireLife)
	if q := b.ok(b.call("/externalcontact/customer_acquisition_quota", nil)); q.Get("balance").Int() != 0 || q.Get("quota_list.#").Int() != 0 {
		t.Errorf("a year later %s", q.Raw)
	}
	b.must(b.TopUpLinks(100, 30))
	come := func() error {
		_, err := b.ScanCode(b.AddCustomer(NewCustomer{}), url)
		return err
	}
	b.flush()
	r.got()
	var told []string
	for range 100 {
		b.must(come())
	}
	b.flush()
	for _, p := range r.got() {
		if element(p, "Event") == "customer_acquisition" {
			told = append(told, element(p, "ChangeType"))
		}
	}
	if strings.Join(told, " ") != "balance_low balance_exhausted" {
		t.Errorf("told %v", told)
	}
	if come() == nil {
		t.Error("a customer beyond the quota")
	}
	b.must(b.TopUpLinks(10, 30))
	b.must(come())
	b.flush()
	r.got()
	b.pass(23 * 24 * time.Hour)
	b.flush()
	if got := r.got(); len(got) != 1 || element(got[0], "ChangeType") != "quota_expire_soon" {
		t.Errorf("told %q", got)
	}
}

func TestLink_ChecksItsParameters(t *testing.T) {
	t.Parallel()
	b, r := listening(t)
	create := "/externalcontact/customer_acquisition/create_link"
	b.is(b.call(create, obj{"link_name": "a"}), 40063)
	b.is(b.call(create, obj{"link_name": "a", "range": obj{}}), 40063)
	b.is(b.call(create, obj{"link_name": strings.Repeat("长", 31), "range": obj{"user_list": []string{"wang"}}}), 40058)
	b.is(b.call(create, obj{"link_name": "a", "range": obj{"user_list": []string{"ghost"}}}), 40003)
	b.is(b.call(create, obj{"link_name": "a", "range": obj{"department_list": []int{9}}}), 60003)
	id, url := b.newLink(obj{})
	b.ok(b.call("/externalcontact/customer_acquisition/update_link", obj{"link_id": id, "link_name": "快手"}))
	l := b.ok(b.call("/externalcontact/customer_acquisition/get", obj{"link_id": id}))
	if l.Get("link.link_name").Str != "快手" || l.Get("range.user_list.0").Str != "wang" || !l.Get("skip_verify").Bool() {
		t.Errorf("got %s", l.Raw)
	}
	b.newLink(obj{})
	page := b.ok(b.call("/externalcontact/customer_acquisition/list_link", obj{"limit": 1}))
	if page.Get("link_id_list.0").Str != id || page.Get("next_cursor").Str == "" {
		t.Errorf("page %s", page.Raw)
	}
	b.must(b.PutMember(NewMember{User: "wang", Status: memberDisabled}))
	b.flush()
	r.got()
	if _, err := b.ScanCode(b.AddCustomer(NewCustomer{}), url); err == nil {
		t.Error("added a disabled member")
	}
	b.must(b.DeleteLink(id))
	b.flush()
	if got := r.got(); len(got) != 2 || element(got[0], "ChangeType") != "link_unavailable" || element(got[1], "ChangeType") != "delete_link" || element(got[1], "LinkId") != id {
		t.Errorf("told %q", got)
	}
	b.is(b.call("/externalcontact/customer_acquisition/get", obj{"link_id": id}), 40058)
	b.is(b.call("/externalcontact/customer_acquisition/get", obj{"link_id": ""}), 40063)
}
