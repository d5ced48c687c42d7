package channel_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/channel"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/outreach"
)

// calls is how many messages are noted as on their way.
func (r *rig) calls() (n int) {
	r.t.Helper()
	if err := r.db.Get(context.Background(), `SELECT COUNT(*) FROM channel_call`, nil, &n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// covers: C7
func TestSMS_IsDoneWhenTheCarrierReports(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		e := r.aliyun(true)
		r.send(channel.SMS, e)
		one := r.is("taken by the provider", outreach.StateHanded, "")
		if len(r.road.seen) > 0 || r.provider.taken[one.ID] != 1 {
			t.Fatalf("events %v, taken %v", r.road.seen, r.provider.taken)
		}
		report := fmt.Sprintf(`[{"phone_number":"13912345670","report_time":"2026-03-02 11:59:58","success":true,"err_code":"DELIVERED","biz_id":"biz-1","out_id":%q}]`, one.ID)
		for range 2 {
			if w := r.door("POST", r.channels.ReceiptPath(e), report); w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"code":0,"msg":"OK"}` {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		one = r.is("reported", outreach.StateAccepted, "")
		ev := r.road.seen[one.ID]
		if one.Detail != "DELIVERED" || len(r.road.seen) != 1 || ev == nil || ev.Name != event.MessageDelivered || ev.Ord != 1 || !ev.At.Equal(noon.Add(-2*time.Second)) {
			t.Fatalf("%+v, %+v", one, ev)
		}
		if r.calls() != 0 {
			t.Error("the call is still noted")
		}
		r.clock.Advance(time.Hour)
		r.work()
		if r.provider.taken[one.ID] != 1 {
			t.Error("it was sent again")
		}
	})
}

// covers: C7
func TestSMS_FailedReportByTheProvidersNumber(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	e := r.tencent()
	r.content = `{"template":"1110","params":["王芳"]}`
	r.send(channel.SMS, e)
	one := r.is("taken", outreach.StateHanded, "")
	report := fmt.Sprintf(`[{"mobile":"13912345670","nationcode":"86","report_status":"FAIL","errmsg":"MK:0001","sid":%q},{"report_status":"FAIL","sid":"9:9"}]`, r.provider.serial[one.ID])
	if w := r.door("POST", r.channels.ReceiptPath(e), report); w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"errmsg":"OK","result":0}` {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	one = r.is("reported", outreach.StateRejected, outreach.Refused)
	if ev := r.road.seen[one.ID]; one.Detail != "MK:0001" || ev == nil || ev.Name != event.MessageFailed {
		t.Errorf("%+v %+v", one, ev)
	}
}

// covers: C7
func TestSMS_WithoutAnAnswerIsAskedForAndNeverRepeated(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		e := r.aliyun(true)
		r.provider.set(func() { r.provider.lost = true })
		r.send(channel.SMS, e)
		one := r.is("no answer", outreach.StateUnknown, outreach.NoAnswer)
		r.clock.Advance(11 * time.Second)
		r.work()
		r.is("not known there yet", outreach.StateUnknown, outreach.NoAnswer)
		r.provider.set(func() { r.provider.status[one.ID] = 1 })
		r.clock.Advance(10 * time.Minute)
		r.work()
		r.is("known there", outreach.StateHanded, "")
		r.provider.set(func() { r.provider.status[one.ID] = 3 })
		r.clock.Advance(30 * time.Minute)
		r.work()
		one = r.is("delivered, says the provider when asked", outreach.StateAccepted, "")
		if r.provider.taken[one.ID] != 1 || r.road.seen[one.ID] == nil || r.calls() != 0 {
			t.Errorf("taken %d times, event %v", r.provider.taken[one.ID], r.road.seen[one.ID])
		}
	})
}

// The ledger stops asking after some hours; the room does not, and a human is never
// overruled by a clock.
func TestSMS_UnknownIsAskedForLongAndNeverExpires(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.provider.set(func() { r.provider.lost = true })
	r.send(channel.SMS, r.aliyun(true))
	one := r.only()
	for range 16 {
		r.clock.Advance(6 * time.Hour)
		r.work()
	}
	r.is("four days on", outreach.StateUnknown, outreach.NoAnswer)
	r.provider.set(func() { r.provider.status[one.ID] = 2 })
	r.clock.Advance(12 * time.Hour)
	r.work()
	if r.is("found after all", outreach.StateRejected, outreach.Refused); r.provider.taken[one.ID] != 1 {
		t.Errorf("taken %d times", r.provider.taken[one.ID])
	}
}

func TestSMS_WithoutReports(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.send(channel.SMS, r.aliyun(false))
	one := r.is("taken is done", outreach.StateAccepted, "")
	if one.ProviderID != "biz-1" || r.calls() != 1 {
		t.Errorf("%+v, %d calls", one, r.calls())
	}
	r.clock.Advance(time.Hour)
	r.work()
	if r.calls() != 0 {
		t.Error("the call is still noted")
	}
}

func TestSMS_NobodyReportsForThreeDays(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.send(channel.SMS, r.aliyun(true))
	for range 12 {
		r.clock.Advance(6 * time.Hour)
		r.work()
	}
	r.clock.Advance(time.Second)
	r.work()
	r.is("three days on", outreach.Expired, outreach.Unconfirmed)
}

func TestSend_WithoutAddressOrEndpoint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(r *rig, e *channel.Endpoint)
		reason outreach.Reason
	}{
		"no phone":       {func(r *rig, _ *channel.Endpoint) { r.who = []event.Identity{{Type: "email", Value: "a@x.example"}} }, outreach.NoAddress},
		"deleted":        {func(r *rig, e *channel.Endpoint) { _ = r.channels.Delete(context.Background(), e.ID) }, outreach.NoEndpoint},
		"not a template": {func(r *rig, _ *channel.Endpoint) { r.content = `{"text":"free text"}` }, outreach.BadTemplate},
		"refused": {func(r *rig, _ *channel.Endpoint) {
			r.provider.code = "isv.MOBILE_NUMBER_ILLEGAL"
		}, outreach.NoAddress},
		"disabled": {func(r *rig, e *channel.Endpoint) {
			e.Disabled = true
			_, _ = r.channels.Update(context.Background(), *e)
		}, outreach.NoEndpoint},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, dbtest.SQLite(t))
			e := r.aliyun(false)
			c.change(r, &e)
			r.send(channel.SMS, e)
			d := r.is(name, outreach.StateRejected, c.reason)
			if len(r.provider.taken) != 0 || strings.Contains(d.Detail, "139") {
				t.Errorf("taken %v, %q", r.provider.taken, d.Detail)
			}
		})
	}
}

func TestReceive_OnlyThroughThePathOfNow(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	e := r.aliyun(true)
	r.send(channel.SMS, e)
	one := r.only()
	report := fmt.Sprintf(`[{"success":true,"err_code":"DELIVERED","out_id":%q}]`, one.ID)
	old := r.channels.ReceiptPath(e)
	e, err := r.channels.Rotate(t.Context(), e.ID)
	if err != nil || r.channels.ReceiptPath(e) == old {
		t.Fatal(err)
	}
	other := r.tencent()
	for _, path := range []string{old, "/channels/receipts/" + e.ID + "/x", "/channels/receipts/ch_x/y", strings.Replace(r.channels.ReceiptPath(other), other.ID, e.ID, 1)} {
		if w := r.door("POST", path, report); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := r.door("POST", r.channels.ReceiptPath(other), report); w.Code != 200 {
		t.Error("another endpoint's report of nothing", w.Code)
	}
	r.is("reported by those who may not", outreach.StateHanded, "")
	for _, body := range []string{"", "nope", `{"a":`, `"x"`} {
		if w := r.door("POST", r.channels.ReceiptPath(e), body); w.Code != http.StatusBadRequest {
			t.Errorf("%q: %d", body, w.Code)
		}
	}
	if w := r.door("POST", r.channels.ReceiptPath(e), report); w.Code != 200 {
		t.Error(w.Code)
	}
	r.is("reported", outreach.StateAccepted, "")
}

// covers: C7
func TestReply_ThatEndsMessagesWithdrawsConsent(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	e := r.aliyun(true)
	const replies = `[{"phone_number":"13912345670","send_time":"2026-03-02 11:00:00","content":"TD"},
		{"phone_number":"13912345671","send_time":"2026-03-02 11:00:00","content":"在吗"}]`
	for range 2 {
		if w := r.door("POST", r.channels.ReceiptPath(e), replies); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	if len(r.road.seen) != 1 {
		t.Fatalf("%d events", len(r.road.seen))
	}
	for _, ev := range r.road.seen {
		want := []event.Identity{{Type: "phone", Value: phone}}
		if diff := cmp.Diff(want, ev.Identities); diff != "" || ev.Name != event.ConsentWithdrawn || string(ev.Props) != `{"by":"reply","channel":"sms"}` || !ev.At.Equal(noon.Add(-time.Hour)) {
			t.Errorf("%+v %s", ev, diff)
		}
	}
}

// covers: C7
func TestUnsubscribe_AsksThenWithdrawsConsent(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.send(channel.SMS, r.aliyun(false)) // any delivery will do
	one := r.only()
	path := r.channels.UnsubscribePath(one.ID)
	if w := r.door("GET", path, ""); w.Code != 200 || !strings.Contains(w.Body.String(), "<form method=\"post\">") || r.road.seen["unsubscribe/"+one.ID] != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for range 2 {
		if w := r.door("POST", path, "List-Unsubscribe=One-Click"); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	ev := r.road.seen["unsubscribe/"+one.ID]
	if ev == nil || ev.Ord != 1 || ev.Name != event.ConsentWithdrawn || string(ev.Props) != `{"by":"link","channel":"email"}` {
		t.Fatalf("%+v", ev)
	}
	if w := r.door("POST", strings.Replace(path, one.ID, "dlv_2", 1), ""); w.Code != 404 {
		t.Error(w.Code)
	}
}

func TestEndpoints_SealTheirSecrets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		r := newRig(t, d)
		e := r.aliyun(true)
		var raw []byte
		var settings string
		if err := d.Get(ctx, `SELECT secret, settings FROM channel_endpoint WHERE id = $1`, []any{e.ID}, &raw, &settings); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte("key secret")) || strings.Contains(settings, "key secret") {
			t.Error("the secret lies open in the database")
		}
		changed := e
		changed.Secret, changed.Name = "", "aliyun 2"
		if _, err := r.channels.Update(ctx, changed); err != nil {
			t.Fatal(err)
		}
		got, err := r.channels.Get(ctx, e.ID)
		if err != nil || got.Secret != "key secret" || got.Name != "aliyun 2" {
			t.Fatalf("%+v %v", got, err)
		}
		changed.Settings.BaseURL = "https://elsewhere.example"
		if _, err := r.channels.Update(ctx, changed); !fault.Is(err, fault.Invalid) {
			t.Errorf("the old secret would go elsewhere: %v", err)
		}
		changed = e
		changed.ID, changed.Name = "", "aliyun 2"
		if _, err := r.channels.Create(ctx, changed); !fault.Is(err, fault.Conflict) {
			t.Errorf("a name twice: %v", err)
		}
		changed.Name, changed.Settings.BaseURL = "inner", "http://169.254.169.254/"
		if _, err := r.channels.Create(ctx, changed); !fault.Is(err, fault.Invalid) {
			t.Errorf("an inner address: %v", err)
		}
		if err := r.channels.Delete(ctx, e.ID); err != nil {
			t.Fatal(err)
		}
		if err := r.channels.Delete(ctx, e.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestEndpoints_NameWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	for name, c := range map[string]struct {
		e    channel.Endpoint
		want []string
	}{
		"kind":    {channel.Endpoint{Name: "a", Kind: "fax", Secret: "s"}, []string{"/kind"}},
		"sms":     {channel.Endpoint{Kind: channel.TencentSMS, Settings: channel.Settings{Sign: "【玉堂】"}}, []string{"/name", "/settings/key_id", "/settings/sign", "/settings/app_id", "/secret"}},
		"smtp":    {channel.Endpoint{Name: "a", Kind: channel.SMTP, Settings: channel.Settings{Host: "a b", From: "A <a@x>", ReplyTo: "x", User: "u", Security: "none"}}, []string{"/settings/host", "/settings/security", "/settings/from", "/settings/reply_to", "/secret"}},
		"wechat":  {channel.Endpoint{Name: "a", Kind: channel.WeChatMini, Secret: "s", Settings: channel.Settings{PublicURL: "x.example"}}, []string{"/settings/app_id", "/settings/public_url"}},
		"listing": {channel.Endpoint{Name: "a", Kind: channel.WeChatMini, Secret: "s", Settings: channel.Settings{AppID: "wx123", Templates: []channel.Template{{Code: "T", Text: "x"}, {Code: "T"}}}}, []string{"/settings/templates/1/code", "/settings/templates/1/text"}},
	} {
		_, err := r.channels.Create(t.Context(), c.e)
		if diff := cmp.Diff(c.want, pointers(err)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func pointers(err error) (out []string) {
	if f, ok := err.(*fault.Error); ok {
		for _, x := range f.Fields {
			out = append(out, x.Pointer)
		}
	}
	return out
}

// covers: C7
func TestCheckContent_WhenAPlaybookIsSaved(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	list := func(e channel.Endpoint, templates ...channel.Template) string {
		e.Secret, e.Settings.Templates = "s", templates
		return r.endpoint(e).ID
	}
	ali := list(channel.Endpoint{Name: "a", Kind: channel.AliyunSMS, Settings: channel.Settings{KeyID: "k", Sign: "玉堂"}}, channel.Template{Code: "SMS_1", Text: "您好${name}，订单${no}已发货"})
	ten := list(channel.Endpoint{Name: "t", Kind: channel.TencentSMS, Settings: channel.Settings{KeyID: "k", Sign: "玉堂", AppID: "1"}}, channel.Template{Code: "11", Text: "您好{1}，{2}"})
	mini := list(channel.Endpoint{Name: "m", Kind: channel.WeChatMini, Settings: channel.Settings{AppID: "wxmini"}}, channel.Template{Code: "T234567890", Text: "{{thing1.DATA}}\n{{time2.DATA}}"})
	for _, c := range []struct {
		channel, endpoint, content string
		want                       []string
	}{
		{"webhook", "x", `{"anything":1}`, nil},
		{channel.SMS, ali, `{"template":"SMS_1","params":{"name":"{{ traits.first_name }}","no":"{{ event.props.order_id }}"}}`, nil},
		{channel.SMS, ali, `{"text":"free text"}`, []string{"/c/text", "/c/template"}},
		{channel.SMS, ali, `{"template":"{{ traits.t }}"}`, []string{"/c/template"}},
		{channel.SMS, ali, `{"template":"SMS_2","params":{}}`, []string{"/c/template"}},
		{channel.SMS, ali, `{"template":"SMS_1","params":{"name":"x","more/":"y"}}`, []string{"/c/params", "/c/params/more~1"}},
		{channel.SMS, ali, `{"template":"SMS_1","params":["x","y"]}`, []string{"/c/params"}},
		{channel.SMS, ali, `{"template":"SMS_1","params":{"name":{"a":1},"no":null}}`, []string{"/c/params/name", "/c/params/no"}},
		{channel.SMS, ten, `{"template":"11","params":["{{ traits.first_name }}","y"]}`, nil},
		{channel.SMS, ten, `{"template":"11"}`, []string{"/c/params"}},
		{channel.SMS, ten, `{"template":"SMS_1","params":{"a":"b"}}`, []string{"/c/template", "/c/params"}},
		{channel.SMS, "ch_later", `{"template":"SMS_9","params":{"a":"b"}}`, nil},
		{channel.SMS, mini, `{"template":"SMS_9"}`, []string{"/c"}},
		{channel.Email, "ch_later", `{"subject":"Hi {{ traits.first_name }}","html":"<p>1</p>"}`, nil},
		{channel.Email, "ch_later", `{"subject":"a\nb","body":"x"}`, []string{"/c/body", "/c/subject", "/c/text"}},
		{channel.MiniSubscribe, mini, `{"template_id":"T234567890","data":{"thing1":"x","time2":"y"},"page":"pages/a?x=1","lang":"zh_CN"}`, nil},
		{channel.MiniSubscribe, mini, `{"template_id":"T234567890","data":{"thing1":"x","keyword1":"y"},"page":"/pages/a","lang":"de"}`, []string{"/c/data/keyword1", "/c/data", "/c/data/keyword1", "/c/page", "/c/lang"}},
		{channel.WeChatTemplate, "ch_later", `{"template_id":"T234567890","data":{"first":"x"},"url":"https://x.example/{{ customer.id }}"}`, nil},
		{channel.WeChatTemplate, "ch_later", `{"template_id":"T","data":{},"url":"javascript:1","miniprogram":{"appid":"{{ x }}"}}`, []string{"/c/template_id", "/c/data", "/c/url", "/c/miniprogram/appid"}},
		{channel.WeChatService, "ch_later", `{"text":"hello"}`, nil},
		{channel.WeChatService, "ch_later", `{"text":"hello","image":"M"}`, []string{"/c"}},
		{channel.WeChatService, "ch_later", `{"link":{"title":"t","url":"ftp://x"}}`, []string{"/c/link/picurl", "/c/link/url"}},
	} {
		faults, err := r.channels.CheckContent(t.Context(), c.channel, c.endpoint, json.RawMessage(c.content), "/c")
		var got []string
		for _, f := range faults {
			got = append(got, f.Pointer)
		}
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s %s: %v %s", c.channel, c.content, err, diff)
		}
	}
}

func TestAddress_OfEachChannel(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	e := r.endpoint(channel.Endpoint{Name: "m", Kind: channel.WeChatOfficial, Secret: "s", Settings: channel.Settings{AppID: "wxABC"}})
	for name, want := range map[string]string{"webhook": "", "wecom_mass": "", channel.SMS: "phone", channel.Email: "email", channel.WeChatService: "openid:wxABC", channel.WeChatTemplate: "openid:wxABC"} {
		if got, err := r.channels.Address(t.Context(), name, e.ID); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := r.channels.Address(t.Context(), channel.WeChatService, "ch_x"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}
