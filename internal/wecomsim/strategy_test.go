package wecomsim

import (
	"strings"
	"testing"
)

func TestStrategy_HasTagsOfItsOwn(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	const at = "/externalcontact/customer_strategy/"
	b.is(b.call(at+"create", `{"strategy_name":"华东"}`), 40063)
	b.is(b.call(at+"create", `{"strategy_name":"华东","admin_list":["ghost"],"range":[{"type":1,"userid":"wang"}]}`), 40003)
	b.is(b.call(at+"create", `{"strategy_name":"华东","admin_list":["wang"],"range":[{"type":3}]}`), 40058)
	id := b.ok(b.call(at+"create", `{"strategy_name":"华东","admin_list":["wang"],"range":[{"type":1,"userid":"wang"},{"type":2,"partyid":1}]}`)).Get("strategy_id").Int()
	b.ok(b.call(at+"edit", obj{"strategy_id": id, "range_del": []obj{{"type": 2, "partyid": 1}}, "strategy_name": "华南"}))
	if r := b.ok(b.call(at+"get", obj{"strategy_id": id})).Get("strategy"); r.Get("strategy_name").Str != "华南" || r.Get("admin_list").Raw != `["wang"]` {
		t.Error(r.Raw)
	}
	if r := b.ok(b.call(at+"get_range", obj{"strategy_id": id})); r.Get("range").Raw != `[{"type":1,"userid":"wang"}]` {
		t.Error(r.Raw)
	}
	b.is(b.call("/externalcontact/add_strategy_tag", obj{"strategy_id": 9, "group_name": "g", "tag": []obj{{"name": "x"}}}), 40058)
	g := b.ok(b.call("/externalcontact/add_strategy_tag", obj{"strategy_id": id, "group_name": "g", "tag": []obj{{"name": "x"}}})).Get("tag_group")
	tag := g.Get("tag.0.id").Str
	if !strings.HasPrefix(tag, "st") || g.Get("strategy_id").Int() != id {
		t.Error(g.Raw)
	}
	if r := b.ok(b.call("/externalcontact/get_corp_tag_list", `{}`)); strings.Contains(r.Raw, tag) {
		t.Error("a rule group's tag is among the corp's")
	}
	if r := b.ok(b.call("/externalcontact/get_strategy_tag_list", obj{"strategy_id": id})); !strings.Contains(r.Raw, tag) {
		t.Error(r.Raw)
	}
	c := b.friend("wang")
	b.ok(b.call("/externalcontact/mark_tag", obj{"userid": "wang", "external_userid": c, "add_tag": []string{tag}}))
	if got := b.ok(b.call("/externalcontact/get?external_userid="+c, nil)).Get("follow_user.0.tags.0.type").Int(); got != 3 {
		t.Errorf("the tag has type %d", got)
	}
	b.ok(b.call(at+"del", obj{"strategy_id": id}))
	if r := b.ok(b.call(at+"list", `{}`)); len(r.Get("strategy").Array()) != 0 {
		t.Error(r.Raw)
	}
	if got, _ := b.Customer(c); len(got.Follows[0].Tags) != 0 {
		t.Error("a deleted rule group's tag stays on a customer")
	}
}
