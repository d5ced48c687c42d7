package wecomsim

import (
	"strings"
	"testing"
)

func TestCorpTags_FollowTheRules(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	const add, list = "/externalcontact/add_corp_tag", "/externalcontact/get_corp_tag_list"
	g := b.ok(b.call(add, `{"group_name":"等级","tag":[{"name":"金"},{"name":"银"},{"name":"金"}]}`)).Get("tag_group")
	if len(g.Get("tag").Array()) != 2 || !strings.HasPrefix(g.Get("group_id").Str, "et") {
		t.Fatal(g.Raw)
	}
	more := b.ok(b.call(add, `{"group_name":"等级","tag":[{"name":"铜"}]}`)).Get("tag_group")
	if more.Get("group_id").Str != g.Get("group_id").Str {
		t.Error("an existing group was made again")
	}
	gold, silver, bronze := g.Get("tag.0.id").Str, g.Get("tag.1.id").Str, more.Get("tag.0.id").Str
	for body, want := range map[string]int64{
		`{"group_name":"等级","tag":[{"name":"金"}]}`:                               40071,
		`{"group_name":"等级"}`:                                                    40063,
		`{"tag":[{"name":"x"}]}`:                                                 40063,
		`{"group_id":"etno","tag":[{"name":"x"}]}`:                               40068,
		`{"group_name":"等级","tag":[{"name":"` + strings.Repeat("长", 31) + `"}]}`: 40058,
	} {
		if got := b.call(add, body); got.Get("errcode").Int() != want {
			t.Errorf("%s: %s, want %d", body, got.Raw, want)
		}
	}
	b.is(b.call("/externalcontact/edit_corp_tag", obj{"id": silver, "name": "金"}), 40071)
	b.ok(b.call("/externalcontact/edit_corp_tag", obj{"id": silver, "name": "白银"}))
	b.ok(b.call("/externalcontact/del_corp_tag", obj{"tag_id": []string{gold, silver}}))
	r := b.ok(b.call(list, obj{"tag_id": []string{gold, bronze}}))
	if !r.Get("tag_group.0.tag.0.deleted").Bool() || r.Get("tag_group.0.deleted").Bool() {
		t.Error(r.Raw)
	}
	b.ok(b.call("/externalcontact/del_corp_tag", obj{"tag_id": []string{bronze}}))
	if r := b.ok(b.call(list, `{}`)); len(r.Get("tag_group").Array()) != 0 {
		t.Errorf("the group outlives its last tag: %s", r.Raw)
	}
	made, err := b.CreateTag("后台", "手工")
	b.must(err)
	b.is(b.call("/externalcontact/del_corp_tag", obj{"tag_id": []string{made}}), 81011)
	b.SetKnobs(func(k *Knobs) { k.TagCap = 2 })
	b.is(b.call(add, `{"group_name":"多","tag":[{"name":"1"},{"name":"2"}]}`), 40126)
}

func TestMarkTag_IsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	c := b.friend("wang")
	id, err := b.CreateTag("等级", "金")
	b.must(err)
	const path = "/externalcontact/mark_tag"
	b.is(b.call(path, obj{"userid": "wang", "external_userid": c}), 40063)
	b.is(b.call(path, obj{"userid": "li", "external_userid": c, "add_tag": []string{id}}), 84061)
	b.is(b.call(path, obj{"userid": "wang", "external_userid": c, "add_tag": []string{id, "etno"}}), 40068)
	if got, _ := b.Customer(c); len(got.Follows[0].Tags) != 0 {
		t.Errorf("a refused call left %v", got.Follows[0].Tags)
	}
	b.ok(b.call(path, obj{"userid": "wang", "external_userid": c, "add_tag": []string{id}}))
	tag := b.ok(b.call("/externalcontact/get?external_userid="+c, nil)).Get("follow_user.0.tags.0")
	if tag.Get("tag_id").Str != id || tag.Get("group_name").Str != "等级" || tag.Get("type").Int() != 1 {
		t.Error(tag.Raw)
	}
	b.must(b.DeleteTag(id))
	if got, _ := b.Customer(c); len(got.Follows[0].Tags) != 0 {
		t.Error("a deleted tag stays on a customer")
	}
}

func TestMarkTag_FiveAtOnce(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	a := b.answer(request{method: post, path: "/externalcontact/mark_tag", query: "access_token=" + b.token, body: []byte("{}"), ip: "1", flight: 6})
	if !strings.Contains(string(a.body), `"errcode":45033`) {
		t.Errorf("%s", a.body)
	}
}
