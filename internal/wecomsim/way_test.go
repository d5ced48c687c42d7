package wecomsim

import (
	"bytes"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestContactWay_ChecksItsParameters(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.must(b.PutMember(NewMember{User: "lazy", NoFollow: new(true)}))
	b.must(b.PutMember(NewMember{User: "nobody", Unverified: new(true)}))
	long := strings.Repeat("长", 31)
	for _, c := range []struct {
		body string
		want int64
	}{
		{``, 40063},
		{`{}`, 41037},
		{`{"type":1}`, 41038},
		{`{"type":3,"scene":2}`, 41039},
		{`{"type":1,"scene":3}`, 41040},
		{`{"type":1,"scene":1,"style":4,"user":["wang"]}`, 41042},
		{`{"type":1,"scene":2}`, 40003},
		{`{"type":1,"scene":2,"user":["wang","li"]}`, 40003},
		{`{"type":1,"scene":2,"user":["ghost"]}`, 40003},
		{`{"type":1,"scene":2,"user":["lazy"]}`, 84074},
		{`{"type":1,"scene":2,"user":["nobody"]}`, 41054},
		{`{"type":2,"scene":2,"party":[99]}`, 60003},
		{`{"type":1,"scene":2,"user":["wang"],"state":"` + long + `"}`, 40058},
		{`{"type":1,"scene":2,"user":["wang"],"remark":"` + long + `"}`, 40058},
		{`{"type":2,"scene":2,"user":["wang"],"is_temp":true}`, 41039},
		{`{"type":1,"scene":2,"user":["wang"],"is_temp":true,"expires_in":1209601}`, 40058},
		{`{"type":1,"scene":2,"user":"wang"}`, 40058},
		{`{"type":1,"scene":2,"user":["wang"],"surprise":1}`, 0},
	} {
		if got := b.call("/externalcontact/add_contact_way", c.body); got.Get("errcode").Int() != c.want {
			t.Errorf("%s: %s, want %d", c.body, got.Raw, c.want)
		}
	}
	b.SetKnobs(func(k *Knobs) { k.Strict = true })
	b.is(b.call("/externalcontact/add_contact_way", `{"type":1,"scene":2,"user":["wang"],"surprise":1}`), 40058)
	b.is(b.call("/externalcontact/get_contact_way", `{"config_id":""}`), 41043)
	b.is(b.call("/externalcontact/get_contact_way", `{"config_id":"x"}`), 41044)
}

func TestContactWay_BrokenJSONIsToleratedWithAWarning(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	r := b.is(b.call("/externalcontact/add_contact_way", `{"type":1`), 40063)
	if !strings.Contains(r.Get("errmsg").Str, "Warning: wrong json format. ") {
		t.Error(r.Raw)
	}
	r = b.ok(b.call("/externalcontact/add_contact_way", `{"type":1,"scene":2,"user":["wang"]} tail`))
	if !strings.Contains(r.Get("errmsg").Str, "Warning: wrong json format.") {
		t.Error(r.Raw)
	}
}

func TestContactWay_LivesFromAddToDelete(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	made := b.ok(b.call("/externalcontact/add_contact_way", obj{"type": 2, "scene": 2, "user": []string{"WANG", "li"}, "state": "s1", "skip_verify": false}))
	id := obj{"config_id": made.Get("config_id").Str}
	way := b.ok(b.call("/externalcontact/get_contact_way", id)).Get("contact_way")
	if way.Get("user").Raw != `["wang","li"]` || way.Get("state").Str != "s1" || way.Get("skip_verify").Bool() || way.Get("qr_code").Str != made.Get("qr_code").Str {
		t.Error(way.Raw)
	}
	b.ok(b.call("/externalcontact/update_contact_way", obj{"config_id": id["config_id"], "user": []string{"li"}, "remark": "门店"}))
	way = b.ok(b.call("/externalcontact/get_contact_way", id)).Get("contact_way")
	if way.Get("user").Raw != `["li"]` || way.Get("remark").Str != "门店" || way.Get("state").Str != "s1" {
		t.Error(way.Raw)
	}
	b.ok(b.call("/externalcontact/del_contact_way", id))
	b.is(b.call("/externalcontact/get_contact_way", id), 41044)
}

func TestContactWay_ListPagesAndLeavesTemporaryOnesOut(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	for range 5 {
		b.ok(b.call("/externalcontact/add_contact_way", `{"type":1,"scene":1,"user":["wang"]}`))
	}
	temp := b.ok(b.call("/externalcontact/add_contact_way", `{"type":1,"scene":2,"user":["wang"],"is_temp":true,"expires_in":60}`)).Get("config_id").Str
	seen, cursor := map[string]bool{}, ""
	for pages := 0; ; pages++ {
		r := b.ok(b.call("/externalcontact/list_contact_way", obj{"limit": 2, "cursor": cursor}))
		for _, w := range r.Get("contact_way").Array() {
			seen[w.Get("config_id").Str] = true
		}
		if cursor = r.Get("next_cursor").Str; cursor == "" {
			if pages != 2 {
				t.Errorf("%d pages", pages+1)
			}
			break
		}
	}
	if len(seen) != 5 || seen[temp] {
		t.Errorf("listed %v", seen)
	}
	b.is(b.call("/externalcontact/list_contact_way", `{"limit":1001}`), 40058)
	b.is(b.call("/externalcontact/list_contact_way", `{"cursor":"nonsense"}`), 40058)
	b.clock.Advance(time.Minute)
	b.is(b.call("/externalcontact/get_contact_way", obj{"config_id": temp}), 41044)
}

func TestContactWay_CapsMembersAndCodes(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{Staff: 101})
	b.login("sim-secret-main")
	b.is(b.call("/externalcontact/add_contact_way", `{"type":2,"scene":2,"party":[1]}`), 41041)
	user := b.Members()[0].User
	b.SetKnobs(func(k *Knobs) { k.WayCap = 1 })
	way := obj{"type": 1, "scene": 2, "user": []string{user}}
	b.ok(b.call("/externalcontact/add_contact_way", way))
	b.is(b.call("/externalcontact/add_contact_way", way), 41045)
	way["is_temp"] = true
	b.ok(b.call("/externalcontact/add_contact_way", way))
}

func TestContactWay_CodeIsAPicture(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	at := b.ok(b.call("/externalcontact/add_contact_way", `{"type":1,"scene":2,"user":["wang"]}`)).Get("qr_code").Str
	res, err := http.Get(at) //nolint:noctx // a test's own server
	b.must(err)
	defer func() { _ = res.Body.Close() }()
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	b.must(err)
	if picture, err := png.Decode(&body); err != nil || picture.Bounds().Dx() < 50 {
		t.Errorf("no picture at %s: %v", at, err)
	}
}
