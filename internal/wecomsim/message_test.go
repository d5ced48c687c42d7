package wecomsim

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestMessageSend_ChecksItsParameters(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	many := strings.Repeat("u|", 1001)
	for body, want := range map[string]int64{
		`{"touser":"wang","msgtype":"text","text":{"content":"x"}}`:                                       41011,
		`{"touser":"wang","msgtype":"text","agentid":7,"text":{"content":"x"}}`:                           301002,
		`{"touser":"wang","msgtype":"telegram","agentid":1000002}`:                                        40008,
		`{"touser":"wang","msgtype":"text","agentid":1000002}`:                                            44004,
		`{"touser":"wang","msgtype":"text","agentid":1000002,"text":{"content":""}}`:                      44004,
		`{"msgtype":"text","agentid":1000002,"text":{"content":"x"}}`:                                     82001,
		`{"touser":"ghost","msgtype":"text","agentid":1000002,"text":{"content":"x"}}`:                    81013,
		`{"touser":"` + many + `","msgtype":"text","agentid":1000002,"text":{"content":"x"}}`:             40032,
		`{"touser":"wang","msgtype":"image","agentid":1000002,"image":{"media_id":"no"}}`:                 40007,
		`{"touser":"wang","msgtype":"textcard","agentid":1000002,"textcard":{"description":"d"}}`:         41016,
		`{"touser":"wang","msgtype":"news","agentid":1000002,"news":{"articles":[]}}`:                     45008,
		`{"touser":"wang","msgtype":"template_card","agentid":1000002,"template_card":{}}`:                40058,
		`{"touser":"wang|ghost","toparty":"9","msgtype":"text","agentid":1000002,"text":{"content":"x"}}`: 0,
	} {
		if got := b.call("/message/send", body); got.Get("errcode").Int() != want {
			t.Errorf("%.90s: %s, want %d", body, got.Raw, want)
		}
	}
	r := b.ok(b.call("/message/send", `{"touser":"wang|ghost","toparty":"9","msgtype":"markdown","agentid":1000002,"markdown":{"content":"**x**"}}`))
	if r.Get("invaliduser").Str != "ghost" || r.Get("invalidparty").Str != "9" {
		t.Error(r.Raw)
	}
	if got := b.AppMessages("wang"); len(got) != 2 || got[1].Type != "markdown" {
		t.Errorf("wang got %+v", got)
	}
}

func TestMessageSend_DropsTheSurplusAndRepeats(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	send := func(more string) string {
		return b.ok(b.call("/message/send", `{"touser":"wang","msgtype":"text","agentid":1000002,"text":{"content":"x"}`+more+`}`)).Get("msgid").Str
	}
	send(`,"enable_duplicate_check":1`)
	send(`,"enable_duplicate_check":1`)
	if got := len(b.AppMessages("wang")); got != 1 {
		t.Errorf("%d messages", got)
	}
	for range 40 {
		send("")
	}
	if got := len(b.AppMessages("wang")); got != 30 {
		t.Errorf("%d messages in a minute", got)
	}
}

func TestMessageRecall_WithinADay(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	send := func() obj {
		return obj{"msgid": b.ok(b.call("/message/send", `{"touser":"@all","msgtype":"text","agentid":1000002,"text":{"content":"x"}}`)).Get("msgid").Str}
	}
	first, second := send(), send()
	b.ok(b.call("/message/recall", first))
	b.is(b.call("/message/recall", `{"msgid":"x"}`), 41047)
	b.clock.Advance(25 * time.Hour)
	b.login("sim-secret-main")
	b.is(b.call("/message/recall", second), 42052)
}

func TestTemplateCard_IsUpdatedOnce(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	code := b.ok(b.call("/message/send", `{"touser":"li","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"button_interaction"}}`)).Get("response_code").Str
	update := obj{"userids": []string{"li"}, "agentid": 1000002, "response_code": code, "button": obj{"replace_name": "已办"}}
	b.ok(b.call("/message/update_template_card", update))
	b.is(b.call("/message/update_template_card", update), 60140)
}

func TestMedia_LivesThreeDaysAndKeepsToItsClass(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	for path, want := range map[string]int64{
		"/media/upload?type=sticker":                                  40004,
		"/media/upload?type=video":                                    40005,
		"/media/upload_attachment?media_type=image":                   41072,
		"/media/upload_attachment?media_type=file&attachment_type=1":  40004,
		"/media/upload_attachment?media_type=video&attachment_type=2": 40004,
		"/media/upload_attachment?media_type=image&attachment_type=2": 0,
	} {
		if got := b.upload(path, "a.png", pngData); got.Get("errcode").Int() != want {
			t.Errorf("%s: %s, want %d", path, got.Raw, want)
		}
	}
	b.is(b.upload("/media/upload?type=file", "a.txt", []byte("tiny")), 40006)
	b.is(b.upload("/media/upload?type=image", "a.png", append(pngData, make([]byte, 10<<20)...)), 45001)
	b.is(b.send(http.MethodPost, "/media/upload?type=image&access_token="+b.token, "application/json", []byte("{}")), 41005)
	b.ok(b.upload("/media/upload?type=video", "a.mp4", mp4Data))
	plain := b.ok(b.upload("/media/upload?type=image", "图.png", pngData))
	moment := b.ok(b.upload("/media/upload_attachment?media_type=image&attachment_type=1", "a.png", pngData))
	if plain.Get("created_at").Type.String() != "String" || moment.Get("created_at").Type.String() != "Number" {
		t.Errorf("created_at: %s %s", plain.Raw, moment.Raw)
	}
	welcome := func(id string) int64 {
		return b.call("/externalcontact/send_welcome_msg", obj{"welcome_code": "x", "attachments": []obj{{"msgtype": "image", "image": obj{"media_id": id}}}}).Get("errcode").Int()
	}
	if a, m := welcome(plain.Get("media_id").Str), welcome(moment.Get("media_id").Str); a != 41050 || m != 40007 {
		t.Errorf("plain media %d, moments media %d", a, m)
	}
	at := b.url + "/cgi-bin/media/get?access_token=" + b.token + "&media_id=" + plain.Get("media_id").Str
	res, err := http.Get(at) //nolint:noctx // a test's own server
	b.must(err)
	data, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if string(data) != string(pngData) || !strings.Contains(res.Header.Get("Content-Disposition"), "filename") {
		t.Errorf("%q %v", data, res.Header)
	}
	b.clock.Advance(72 * time.Hour)
	b.login("sim-secret-main")
	b.is(b.call("/media/get?media_id="+plain.Get("media_id").Str, nil), 40007)
	if got := welcome(plain.Get("media_id").Str); got != 40007 {
		t.Errorf("expired media: %d", got)
	}
}

func TestUploadImg_GivesAPermanentURL(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	at := b.ok(b.upload("/media/uploadimg?x=1", "a.png", pngData)).Get("url").Str
	b.clock.Advance(100 * day)
	res, err := http.Get(at) //nolint:noctx // a test's own server
	b.must(err)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

func TestAttachments_AreMeasured(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	link := func(title, desc, url string) obj {
		return obj{"msgtype": "link", "link": obj{"title": title, "desc": desc, "url": url}}
	}
	for i, c := range []struct {
		list []obj
		want int64
	}{
		{[]obj{link("t", "d", "https://x.example")}, 41050},
		{[]obj{link("", "d", "https://x.example")}, 41016},
		{[]obj{link(strings.Repeat("长", 43), "d", "https://x.example")}, 45003},
		{[]obj{link("t", strings.Repeat("长", 171), "https://x.example")}, 45004},
		{[]obj{link("t", "d", "https://"+strings.Repeat("x", 2048))}, 40039},
		{[]obj{{"msgtype": "poll"}}, 41065},
		{[]obj{{"msgtype": "miniprogram", "miniprogram": obj{"title": strings.Repeat("长", 22), "appid": "a", "page": "p"}}}, 45003},
		{[]obj{{"msgtype": "miniprogram", "miniprogram": obj{"title": "t", "appid": "a", "page": "p", "pic_media_id": "no"}}}, 40007},
		{make([]obj, 10), 41064},
	} {
		got := b.call("/externalcontact/send_welcome_msg", obj{"welcome_code": "x", "attachments": c.list})
		if got.Get("errcode").Int() != c.want {
			t.Errorf("case %d: %s, want %d", i, got.Raw, c.want)
		}
	}
	b.is(b.call("/externalcontact/send_welcome_msg", obj{"welcome_code": "x", "text": obj{"content": strings.Repeat("长", 1334)}}), 45002)
	b.is(b.call("/externalcontact/send_welcome_msg", obj{"welcome_code": "x"}), 40058)
}
