package wecomsim

import (
	"strings"
	"testing"
	"time"
)

// newMoment makes a moment task and waits for its moment_id.
func (b *bench) newMoment(body obj) string {
	b.t.Helper()
	job := b.ok(b.call("/externalcontact/add_moment_task", body)).Get("jobid").Str
	b.must(b.Advance(momentDone))
	return b.ok(b.call("/externalcontact/get_moment_task_result?jobid="+job, nil)).Get("result.moment_id").Str
}

func senders(users ...string) obj { return obj{"sender_list": obj{"user_list": users}} }

func TestMoment_IsMadeInTheBackground(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	job := b.ok(b.call("/externalcontact/add_moment_task", obj{"text": obj{"content": "新茶上市"}, "visible_range": obj{
		"sender_list":           obj{"user_list": []string{"wang", "ghost"}, "department_list": []int{99}},
		"external_contact_list": obj{"tag_list": []string{}},
	}})).Get("jobid").Str
	status := func() int64 {
		return b.ok(b.call("/externalcontact/get_moment_task_result?jobid="+job, nil)).Get("status").Int()
	}
	if len(job) > 64 || status() != 1 {
		t.Error("the job does not begin")
	}
	b.must(b.Advance(momentStart))
	if status() != 2 {
		t.Error("the job does not run")
	}
	b.must(b.Advance(momentDone - momentStart))
	r := b.ok(b.call("/externalcontact/get_moment_task_result?jobid="+job, nil))
	if r.Get("status").Int() != 3 || !strings.HasPrefix(r.Get("result.moment_id").Str, "mom") ||
		r.Get("result.invalid_sender_list.user_list").Raw != `["ghost"]` || r.Get("result.invalid_sender_list.department_list").Raw != `[99]` {
		t.Errorf("got %s", r.Raw)
	}
	b.is(b.call("/externalcontact/get_moment_task_result?jobid=x", nil), 40088)
	b.pass(momentJobLife)
	b.is(b.call("/externalcontact/get_moment_task_result?jobid="+job, nil), 40088)
	if id := b.newMoment(obj{"text": obj{"content": "a"}, "visible_range": senders("ghost")}); id != "" {
		t.Error("a moment without senders")
	}
}

func TestMoment_ChecksItsParameters(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{LimitScale: -1})
	plain := b.ok(b.upload("/media/upload?type=image", "a.png", pngData)).Get("media_id").Str
	good := b.ok(b.upload("/media/upload_attachment?media_type=image&attachment_type=1", "a.png", pngData)).Get("media_id").Str
	image := func(id string) string { return `{"msgtype":"image","image":{"media_id":"` + id + `"}}` }
	link := `{"msgtype":"link","link":{"title":"t","url":"https://a.b","media_id":"` + good + `"}}`
	for _, v := range []struct {
		body string
		want int64
	}{
		{`{}`, 41089},
		{`{"text":{"content":"` + strings.Repeat("长", 2001) + `"}}`, 40058},
		{`{"attachments":[` + image(plain) + `]}`, 40007},
		{`{"attachments":[` + link + `,` + link + `]}`, 41064},
		{`{"attachments":[` + image(good) + `,` + link + `]}`, 41065},
		{`{"attachments":[` + strings.Repeat(image(good)+",", 9) + image(good) + `]}`, 41064},
		{`{"attachments":[{"msgtype":"file"}]}`, 41065},
		{`{"attachments":[` + strings.Repeat(image(good)+",", 8) + image(good) + `]}`, 0},
		{`{"attachments":[` + link + `]}`, 0},
	} {
		if got := b.call("/externalcontact/add_moment_task", v.body); got.Get("errcode").Int() != v.want {
			t.Errorf("%.80s: %s, want %d", v.body, got.Raw, v.want)
		}
	}
	for range momentJobs - 2 {
		b.ok(b.call("/externalcontact/add_moment_task", obj{"text": obj{"content": "a"}}))
	}
	b.is(b.call("/externalcontact/add_moment_task", obj{"text": obj{"content": "a"}}), 41078)
}

func TestMoment_TenAMinute(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	for range 10 {
		b.newMoment(obj{"text": obj{"content": "a"}})
	}
	for range 10 { // the bucket refills a little while the jobs run
		if b.call("/externalcontact/add_moment_task", obj{"text": obj{"content": "a"}}).Get("errcode").Int() == 45009 {
			return
		}
	}
	t.Error("20 moments in half a minute")
}

func TestMoment_IsPublishedOnThePhone(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	gold, err := b.CreateTag("等级", "金卡")
	b.must(err)
	seen, unseen := b.friend("wang"), b.friend("wang")
	b.must(b.EditTags("wang", seen, []string{gold}, nil))
	id := b.newMoment(obj{"text": obj{"content": "新茶上市"}, "visible_range": obj{
		"sender_list": obj{"user_list": []string{"wang", "li"}}, "external_contact_list": obj{"tag_list": []string{gold, "et0"}},
	}})
	q := obj{"moment_id": id, "userid": "wang"}
	if r := b.ok(b.call("/externalcontact/get_moment_task", obj{"moment_id": id})); r.Get("task_list.#.publish_status").Raw != "[0,0]" {
		t.Errorf("tasks %s", r.Raw)
	}
	b.is(b.call("/externalcontact/get_moment_send_result", q), 41062)
	b.is(b.call("/externalcontact/get_moment_comments", q), 41062)
	if r := b.ok(b.call("/externalcontact/get_moment_customer_list", q)); r.Get("customer_list.#.external_userid").Raw != `["`+seen+`"]` {
		t.Errorf("meant for %s", r.Raw)
	}
	if err := b.LikeMoment(id, "wang", seen); err == nil {
		t.Error("liked before it was published")
	}
	if tasks := b.MomentTasks("wang"); len(tasks) != 1 || tasks[0].Text != "新茶上市" {
		t.Errorf("on the phone: %v", tasks)
	}
	b.must(b.PublishMoment("wang", id))
	if err := b.PublishMoment("wang", id); err == nil {
		t.Error("published twice")
	}
	b.must(b.LikeMoment(id, "wang", seen))
	b.must(b.LikeMoment(id, "wang", seen))
	b.must(b.CommentMoment(id, "wang", seen, "好茶"))
	b.must(b.CommentMoment(id, "wang", "li", "欢迎来店"))
	if err := b.LikeMoment(id, "wang", unseen); err == nil {
		t.Error("liked by who does not see it")
	}
	if r := b.ok(b.call("/externalcontact/get_moment_send_result", q)); r.Get("customer_list.#.external_userid").Raw != `["`+seen+`"]` {
		t.Errorf("seen by %s", r.Raw)
	}
	r := b.ok(b.call("/externalcontact/get_moment_comments", q))
	if r.Get("like_list.#").Int() != 1 || r.Get("comment_list.0.external_userid").Str != seen || r.Get("comment_list.0.userid").Exists() ||
		r.Get("comment_list.1.userid").Str != "li" || r.Get("comment_list.1.external_userid").Exists() {
		t.Errorf("comments %s", r.Raw)
	}
	if feed := b.MomentsOf(seen); len(feed) != 1 || feed[0].Likes != 1 || len(feed[0].Comments) != 2 || len(b.MomentsOf(unseen)) != 0 {
		t.Errorf("the feed is %v", feed)
	}
	for body, want := range map[string]int64{`{}`: 41059, `{"moment_id":"x"}`: 41060, `{"moment_id":"` + id + `"}`: 41009, `{"moment_id":"` + id + `","userid":"ghost"}`: 40003} {
		b.is(b.call("/externalcontact/get_moment_comments", body), want)
	}
}

func TestMoment_ListAndCancel(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.friend("li")
	corp := b.newMoment(obj{"text": obj{"content": "a"}, "visible_range": senders("wang")})
	own, err := b.OwnMoment("li", "我的一天")
	b.must(err)
	span := obj{"start_time": start.Unix(), "end_time": start.Unix() + 86400}
	ids := func(more string, v any) string {
		body := obj{more: v}
		for k, v := range span {
			body[k] = v
		}
		return b.ok(b.call("/externalcontact/get_moment_list", body)).Get("moment_list.#.moment_id").Raw
	}
	if ids("filter_type", 0) != `["`+corp+`"]` || ids("filter_type", 1) != `["`+own+`"]` || ids("creator", "li") != `["`+own+`"]` {
		t.Error("filters do not filter")
	}
	b.is(b.call("/externalcontact/get_moment_list", obj{"start_time": start.Unix(), "end_time": start.Unix() + 31*86400}), 40058)
	b.is(b.call("/externalcontact/get_moment_list", obj{"start_time": start.Unix(), "end_time": start.Unix(), "limit": 21}), 40058)
	b.is(b.call("/externalcontact/get_moment_task", obj{"moment_id": own}), 41067)
	b.is(b.call("/externalcontact/get_moment_comments", obj{"moment_id": own, "userid": "wang"}), 41061)
	b.is(b.call("/externalcontact/cancel_moment_task", obj{"moment_id": own}), 41067)
	b.ok(b.call("/externalcontact/cancel_moment_task", obj{"moment_id": corp}))
	if err := b.PublishMoment("wang", corp); err == nil {
		t.Error("a cancelled moment is published")
	}
}

func TestMoment_CustomersSeeAsManyAsTheKnobSays(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.friend("wang")
	b.SetKnobs(func(k *Knobs) { k.More.MomentsAMonth = 1 })
	visible := func() int64 {
		id := b.newMoment(obj{"text": obj{"content": "a"}, "visible_range": senders("wang")})
		b.must(b.PublishMoment("wang", id))
		return b.ok(b.call("/externalcontact/get_moment_send_result", obj{"moment_id": id, "userid": "wang"})).Get("customer_list.#").Int()
	}
	if visible() != 1 || visible() != 0 {
		t.Error("the cap does not hold")
	}
	b.pass(31 * 24 * time.Hour)
	if visible() != 1 {
		t.Error("the cap does not turn with the month")
	}
}
