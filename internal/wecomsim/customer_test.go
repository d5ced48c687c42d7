package wecomsim

import (
	"fmt"
	"strings"
	"testing"
)

func TestCustomers_ListGetAndBatchAgree(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.is(b.call("/externalcontact/list?userid=wang", nil), 84061)
	b.is(b.call("/externalcontact/list?userid=ghost", nil), 40003)
	b.is(b.call("/externalcontact/list", nil), 41009)
	var all []string
	for range 5 {
		all = append(all, b.friend("wang"))
	}
	all = append(all, b.friend("li"))
	if got := b.ok(b.call("/externalcontact/list?userid=wang", nil)).Get("external_userid").Array(); len(got) != 5 {
		t.Errorf("listed %v", got)
	}
	var batch []string
	cursor := ""
	for {
		r := b.ok(b.call("/externalcontact/batch/get_by_user", obj{"userid_list": []string{"wang", "li"}, "limit": 2, "cursor": cursor}))
		for _, c := range r.Get("external_contact_list").Array() {
			batch = append(batch, c.Get("external_contact.external_userid").Str)
			if c.Get("follow_info.userid").Str == "" || !c.Get("follow_info.tag_id").IsArray() {
				t.Error(c.Raw)
			}
		}
		if cursor = r.Get("next_cursor").Str; cursor == "" {
			break
		}
	}
	if strings.Join(batch, " ") != strings.Join(all, " ") {
		t.Errorf("batch %v, want %v", batch, all)
	}
	b.is(b.call("/externalcontact/batch/get_by_user", `{"userid_list":["wang"],"limit":101}`), 40058)
	b.is(b.call("/externalcontact/batch/get_by_user", `{"userid_list":["wang"],"cursor":"c5.c1"}`), 40058)
}

func TestCustomer_WithManyFollowersIsPaged(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{Staff: 620})
	b.login("sim-secret-main")
	c := b.AddCustomer(NewCustomer{})
	for _, m := range b.Members() {
		_, err := b.Add(m.User, c, 0)
		b.must(err)
	}
	first := b.ok(b.call("/externalcontact/get?external_userid="+c, nil))
	next := b.ok(b.call("/externalcontact/get?external_userid="+c+"&cursor="+first.Get("next_cursor").Str, nil))
	users := map[string]bool{}
	for _, f := range append(first.Get("follow_user").Array(), next.Get("follow_user").Array()...) {
		users[f.Get("userid").Str] = true
	}
	if n := len(first.Get("follow_user").Array()); n != 500 || len(users) != 620 || next.Get("next_cursor").Exists() {
		t.Errorf("first page %d, together %d", n, len(users))
	}
}

func TestCustomer_UnionIDOnlyForBoundWeChatUsers(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	get := func(n NewCustomer) string {
		c := b.AddCustomer(n)
		_, err := b.Add("wang", c, 0)
		b.must(err)
		if want := map[int]string{0: "wm", 2: "wo"}[n.Type]; !strings.HasPrefix(c, want) || len(c) != 32 {
			t.Errorf("id %q", c)
		}
		return b.ok(b.call("/externalcontact/get?external_userid="+c, nil)).Get("external_contact.unionid").Str
	}
	union := get(NewCustomer{})
	if union == "" || get(NewCustomer{Unbound: true}) != "" || get(NewCustomer{Type: 2}) != "" {
		t.Error("unionid shown to the wrong ones")
	}
	r := b.ok(b.call("/externalcontact/unionid_to_external_userid", obj{"unionid": union, "openid": "o"}))
	if !strings.HasPrefix(r.Get("external_userid").Str, "wm") {
		t.Error(r.Raw)
	}
	b.SetKnobs(func(k *Knobs) { k.UnionID = false })
	if get(NewCustomer{}) != "" {
		t.Error("a corp that is not bound sees a unionid")
	}
}

func TestRemark_ChecksLengthsAndReplacesMobiles(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	c := b.friend("wang")
	at := func(more string) string { return fmt.Sprintf(`{"userid":"wang","external_userid":"%s"%s}`, c, more) }
	for body, want := range map[string]int64{
		at(""): 40035,
		at(`,"remark":"` + strings.Repeat("长", 21) + `"`):            40058,
		at(`,"description":"` + strings.Repeat("长", 151) + `"`):      40058,
		at(`,"remark_pic_mediaid":"no"`):                             40007,
		`{"userid":"li","external_userid":"` + c + `","remark":"x"}`: 84061,
		`{"userid":"wang","external_userid":"wmno","remark":"x"}`:    40096,
		`{"userid":"wang","remark":"x"}`:                             41035,
		at(`,"remark":"老王","remark_mobiles":["13800000000"]`):        0,
	} {
		if got := b.call("/externalcontact/remark", body); got.Get("errcode").Int() != want {
			t.Errorf("%s: %s, want %d", body, got.Raw, want)
		}
	}
	get := func() string {
		return b.ok(b.call("/externalcontact/get?external_userid="+c, nil)).Get("follow_user.0.remark_mobiles").Raw
	}
	if got := get(); got != `["13800000000"]` {
		t.Error(got)
	}
	b.ok(b.call("/externalcontact/remark", at(`,"remark_mobiles":[""]`)))
	if got := get(); got != `[]` {
		t.Error(got)
	}
}
