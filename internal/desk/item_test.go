package desk

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var now = time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)

func TestParse_KeepsWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]item{
		`{"msgid":"m1","open_kfid":"wk2","external_userid":"wm1","send_time":1773108000,"origin":3,"msgtype":"hologram","hologram":{"x":1}}`: {
			id: "m1", account: "wk2", external: "wm1", origin: FromCustomer, kind: "hologram", at: now,
		},
		`{"msgid":"m2","send_time":"1773108000","origin":4,"msgtype":"event","event":{"event_type":"moon_landing","external_userid":"wm1","open_kfid":"wk3"}}`: {
			id: "m2", account: "wk3", external: "wm1", origin: FromSystem, kind: "event:moon_landing", at: now,
		},
		`{"msgid":"m3","event":"text","msgtype":7,"origin":"x","send_time":-4}`: {id: "m3", account: "wk1", at: now},
		`{"msgid":"m4","msgtype":"event","event":{"event_type":"session_status_change","change_type":3,"old_servicer_userid":"ann"}}`: {
			id: "m4", account: "wk1", kind: "event:session_status_change", step: Ended, servicer: "ann", before: "ann", at: now,
		},
		`{"msgid":"m5","msgtype":"event","event":{"event_type":"user_recall_msg","recall_msgid":"m1"}}`: {
			id: "m5", account: "wk1", kind: "event:user_recall_msg", recalled: "m1", at: now,
		},
		`{"msgid":"a\u0000b","send_time":99999999999999}`: {id: "ab", account: "wk1", at: now},
	} {
		got := parse([]byte(raw), "wk1", now)
		if string(got.raw) != raw {
			t.Errorf("%s is kept as %s", raw, got.raw)
		}
		if got.raw = nil; !equal(got, want) {
			t.Errorf("%s\n is %+v\nwant %+v", raw, got, want)
		}
	}
	for _, raw := range []string{``, `null`, `[1]`, `{}`, `{"msgid":`} {
		got := parse([]byte(raw), "wk1", now)
		if !strings.HasPrefix(got.id, "sha256-") || got.account != "wk1" || got.external != "" {
			t.Errorf("%q is %+v", raw, got)
		}
	}
}

func equal(a, b item) bool {
	ok := a.at.Equal(b.at)
	a.at, b.at, a.raw, b.raw = time.Time{}, time.Time{}, nil, nil
	return ok && a.id == b.id && a.account == b.account && a.external == b.external && a.servicer == b.servicer && a.origin == b.origin &&
		a.kind == b.kind && a.step == b.step && a.before == b.before && a.scene == b.scene && a.param == b.param && a.code == b.code &&
		a.failed == b.failed && a.failType == b.failType && a.recalled == b.recalled
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"msgid":"m1","open_kfid":"wk2","external_userid":"wm1","send_time":1773108000,"origin":3,"msgtype":"text","text":{"content":"在吗"}}`,
		`{"msgid":"m2","origin":4,"msgtype":"event","event":{"event_type":"enter_session","scene":"a","scene_param":"b","welcome_code":"c"}}`,
		`{"msgid":"m3","msgtype":"event","event":{"event_type":"msg_send_fail","fail_msgid":"x","fail_type":10}}`,
		`{"msgid":"\ud800","msgtype":"\u0000"}`, `{"msgid":"` + strings.Repeat("长", 100) + `"}`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		it := parse(raw, "wk1", now)
		if it.id == "" || it.account == "" || it.at.After(now.Add(time.Hour)) || it.at.Unix() <= 0 {
			t.Fatalf("%q is %+v", raw, it)
		}
		for _, s := range []string{it.id, it.account, it.external, it.servicer, it.kind, it.before, it.scene, it.param, it.code, it.failed, it.recalled} {
			if !utf8.ValidString(s) || strings.Contains(s, "\x00") || len(s) > maxScene {
				t.Fatalf("%q gives %q", raw, s)
			}
		}
		if again := parse(raw, "wk1", now); again.id != it.id {
			t.Fatalf("%q has ids %q and %q", raw, it.id, again.id)
		}
		if name, _ := it.tells(); name != "" && it.kind == "" && it.said() && it.origin == 0 {
			t.Fatalf("%q tells %s", raw, name)
		}
	})
}

func TestTally_CountsQuestionsNotMessages(t *testing.T) {
	t.Parallel()
	tl := &tally{figures: map[who]*count{}}
	at := func(sec int, external, servicer string, origin Origin, step Step) item {
		it := item{account: "wk1", external: external, servicer: servicer, origin: origin, step: step, kind: "text", at: now.Add(time.Duration(sec) * time.Second)}
		if step != "" {
			it.kind = eventKind + "session_status_change"
		}
		return it
	}
	for _, it := range []item{
		at(0, "a", "", FromCustomer, ""), at(5, "a", "", FromCustomer, ""), at(10, "a", "ann", FromServicer, ""), at(11, "a", "ann", FromServicer, ""),
		at(20, "a", "", FromCustomer, ""), at(50, "a", "ann", FromServicer, ""),
		at(60, "a", "", FromCustomer, ""), at(70, "a", "ann", FromSystem, Ended),
		at(80, "a", "bob", FromServicer, ""), // nobody asked
		at(0, "b", "bob", FromSystem, Taken), at(1, "b", "", FromCustomer, ""),
	} {
		tl.see(it)
	}
	got := tl.list()
	want := []Figure{
		{Account: "wk1", Received: 5, Replied: 4, Sessions: 1, Ended: 1, Answered: 2, Unanswered: 1, Open: 1, Median: 20 * time.Second},
		{Account: "wk1", Servicer: "ann", Replied: 3, Ended: 1, Answered: 2, Unanswered: 1, Median: 20 * time.Second},
		{Account: "wk1", Servicer: "bob", Replied: 1, Sessions: 1, Open: 1},
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}
