package desk_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
)

// odd is a page that no document describes, beside what one does.
const odd = `{"errcode":0,"has_more":0,"next_cursor":"n1","msg_list":[
	{"msgid":"m1","open_kfid":"%[1]s","external_userid":"wm1","send_time":1773108000,"origin":3,"msgtype":"text","text":{"content":"手滑了"}},
	{"msgid":"m2","open_kfid":"%[1]s","external_userid":"wm1","send_time":"1773108001","origin":"3","msgtype":"hologram","hologram":{"x":1}},
	{"msgid":"m3","event":"not an object","msgtype":["text"],"send_time":{}},
	null, 7,
	{"msgid":"m4","open_kfid":"%[1]s","send_time":1773108002,"origin":4,"msgtype":"event","event":{"event_type":"user_recall_msg","external_userid":"wm1","recall_msgid":"m1"}},
	{"msgid":"m5","open_kfid":"%[1]s","external_userid":"cursed","send_time":1773108002,"origin":3,"msgtype":"text","text":{"content":"x"}},
	{"msgid":"m1","open_kfid":"%[1]s","external_userid":"wm1","send_time":1773108000,"origin":3,"msgtype":"text","text":{"content":"手滑了"}}
]}`

// refuseCursed refuses one customer for good.
func refuseCursed(evs []*event.Event) error {
	for _, ev := range evs {
		if ev.Identities[0].Value == "cursed" {
			return fault.New(fault.Invalid, "bad_identity", "cursed")
		}
	}
	return nil
}

func TestDesk_OddItemsHoldUpNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, 0)
		r.refuse = refuseCursed
		platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if strings.HasSuffix(req.URL.Path, "/gettoken") {
				fmt.Fprint(w, `{"errcode":0,"access_token":"t","expires_in":7200}`)
				return
			}
			fmt.Fprintf(w, odd, r.account)
		}))
		t.Cleanup(platform.Close)
		r.client = wecom.New(wecom.Config{BaseURL: platform.URL, CorpID: corpID, App: "kf", Secret: secret, Clock: r.clock})
		r.ok(r.OnMessage(ctx, notice.Notice{Corp: corpID, OpenKfID: r.account, Token: "t1", At: start}))
		r.run()
		r.rest()
		p, err := r.Messages(ctx, corpID, "wm1", "", 0)
		r.ok(err)
		var seen []string
		for _, m := range p.Items {
			seen = append(seen, fmt.Sprintf("%s %s %v %s%s", m.ID, m.Kind, m.Recalled, m.Text, m.Content))
		}
		want := `m4 event:user_recall_msg false {"event_type":"user_recall_msg","external_userid":"wm1","recall_msgid":"m1"}, m2 hologram false {"x":1}, m1 text true `
		if got := strings.Join(seen, ", "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if n := r.count(`SELECT COUNT(*) FROM desk_message`); n != 7 {
			t.Errorf("%d rows", n)
		}
		if n := len(r.told("wm1")); n != 2 {
			t.Errorf("told %v", r.told("wm1"))
		}
	})
}
