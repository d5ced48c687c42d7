package check_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/corp"
	"yutang/internal/corp/check"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/seal"
	"yutang/internal/wecom"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecomsim"
)

const (
	corpID  = "ww0000000000000001"
	secret  = "simulated-secret"
	agentID = 1000002
	token   = "SimToken01"
	aesKey  = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
)

// rig is a connected corp in full health, until a test breaks something.
type rig struct {
	t       *testing.T
	clock   *clock.Manual
	sim     *wecomsim.Sim
	corps   *corp.Service
	limits  *wecom.Limits
	checker *check.Checker
	put     corp.NewCorp
	skew    time.Duration // of the platform's clock
	door    http.HandlerFunc
	heard   time.Time
	sync    check.Sync
	ways    int
}

func newRig(t *testing.T, d *db.DB) *rig {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{3}, 32))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, clock: clock.NewManual(time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)), ways: 12}
	r.heard, r.sync = r.clock.Now().Add(-time.Hour), check.Sync{State: "done", Done: r.clock.Now().Add(-time.Hour)}
	if r.sim, err = wecomsim.New(wecomsim.Config{CorpID: corpID, Secret: secret, AgentID: agentID, Clock: r.clock, Staff: 3}); err != nil {
		t.Fatal(err)
	}
	inside := r.sim.Handler()
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Date", r.clock.Now().Add(r.skew).Format(http.TimeFormat))
		inside.ServeHTTP(w, q)
	}))
	t.Cleanup(platform.Close)
	r.door = r.answer
	ours := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { r.door(w, q) }))
	t.Cleanup(ours.Close)
	r.limits = wecom.NewLimits(r.clock, wecom.WithDB(d))
	r.corps = corp.New(corp.Config{DB: d, Box: box, Clock: r.clock, Tokens: wecom.NewTokens(d, box, r.clock), Limits: r.limits})
	r.put = corp.NewCorp{
		ID: corpID, Name: "Sim", BaseURL: platform.URL, Settings: &corp.Settings{PublicURL: ours.URL},
		Apps: []corp.NewApp{{Name: corp.Main, AgentID: agentID, Secret: secret, Token: token, AESKey: aesKey}},
	}
	r.connect()
	r.checker = check.New(check.Config{DB: d, Box: box, Clock: r.clock, Limits: r.limits, Facts: check.Facts{
		Heard: func(context.Context, string) (time.Time, error) { return r.heard, nil },
		Sync:  func(context.Context, string) (check.Sync, error) { return r.sync, nil },
		Ways:  func(context.Context, string) (int, error) { return r.ways, nil },
	}})
	return r
}

func (r *rig) connect() {
	r.t.Helper()
	if _, err := r.corps.Put(context.Background(), r.put, nil); err != nil {
		r.t.Fatal(err)
	}
}

// answer is our own door as it should be.
func (r *rig) answer(w http.ResponseWriter, q *http.Request) {
	c, err := crypt.New(crypt.Keys{Token: token, AESKey: aesKey, ReceiveID: corpID})
	if err != nil {
		r.t.Error(err)
	}
	v := q.URL.Query()
	plain, err := c.Decrypt(v.Get("msg_signature"), v.Get("timestamp"), v.Get("nonce"), v.Get("echostr"))
	if err != nil || q.URL.Path != corp.CallbackPath(corpID, corp.Main) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	_, _ = w.Write(plain)
}

func (r *rig) run() map[string]check.Finding {
	r.t.Helper()
	list, err := r.checker.Run(context.Background(), corpID)
	if err != nil {
		r.t.Fatal(err)
	}
	out := map[string]check.Finding{}
	for _, f := range list {
		if _, twice := out[f.Check]; twice {
			r.t.Errorf("%s is told twice", f.Check)
		}
		if f.Found.ZH == "" || f.Found.EN == "" || (f.State == check.OK) != (f.Remedy == nil) || strings.Contains(f.Found.EN+f.Found.ZH, "%!") {
			r.t.Errorf("finding %+v", f)
		}
		if strings.Contains(f.Found.EN, secret) {
			r.t.Errorf("%s shows the secret", f.Check)
		}
		out[f.Check] = f
	}
	return out
}

// covers: J4
func TestRun_FindsNothingWhereAllIsWell(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.put.Settings.Managers = []string{r.sim.Members()[0].User}
		r.connect()
		got := r.run()
		for _, name := range []string{
			"credentials", "trusted_ip", "clock", "secret_kind", "visible", "managers", "contact_permission", "directory", "members", "tag_quota",
			"callback_echo", "callback_seen", "limits", "way_quota", "last_sync",
		} {
			if f, ok := got[name]; !ok || f.State != check.OK {
				t.Errorf("%s: %+v", name, f)
			}
			delete(got, name)
		}
		if len(got) != 0 {
			t.Errorf("more findings: %+v", got)
		}
		if _, err := r.checker.Run(context.Background(), "ww-nobody"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown corp: %v", err)
		}
	})
}

// covers: J4
func TestRun_TellsEachFaultWithItsRemedy(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		spoil  func(r *rig)
		check  string
		state  check.State
		found  string // in English
		remedy string
	}{
		{"a wrong secret", func(r *rig) { r.put.Apps[0].Secret = "wrong"; r.connect() }, "credentials", check.Fail, "40001", "secret"},
		{"an unknown corp", func(r *rig) { r.fault("/gettoken", 40013) }, "credentials", check.Fail, corpID, "corp id"},
		{"another corp's secret", func(r *rig) { r.fault("/gettoken", 40091) }, "credentials", check.Fail, "40091", "secret"},
		{"an untrusted address", func(r *rig) {
			r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.TrustedIPs = []string{"10.9.9.9"} })
		}, "trusted_ip", check.Fail, "127.0.0.1", "add 127.0.0.1"},
		{"no platform", func(r *rig) { r.put.BaseURL = "http://127.0.0.1:1"; r.connect() }, "reach", check.Fail, "cannot be reached", "DNS"},
		{"a slow clock", func(r *rig) { r.skew = time.Minute }, "clock", check.Warn, "1 minute behind", "NTP"},
		{"a clock far ahead", func(r *rig) { r.skew = -time.Hour }, "clock", check.Fail, "ahead of", "NTP"},
		{"the address book's secret", func(r *rig) { r.put.Apps[0].Secret = secret + "-directory"; r.connect() }, "secret_kind", check.Fail, "does not belong", "self-built"},
		{"no agent id", func(r *rig) {
			if err := r.corps.Delete(context.Background(), corpID, nil); err != nil {
				r.t.Fatal(err)
			}
			r.put.Apps[0].AgentID = 0
			r.connect()
		}, "secret_kind", check.Warn, "no agent id", "agent id"},
		{"no customer contact", func(r *rig) {
			r.putApp(wecomsim.App{Name: "main", AgentID: agentID, Secret: secret, Needs: []string{"directory", "message"}})
		}, "contact_permission", check.Fail, "48002", "Apps that may call"},
		{"nobody with customers", func(r *rig) {
			for _, m := range r.sim.Members() {
				r.member(wecomsim.NewMember{User: m.User, NoFollow: new(true)})
			}
		}, "contact_permission", check.Warn, "no member", "range"},
		{"a manager who is nobody", func(r *rig) {
			r.put.Settings.Managers = []string{r.sim.Members()[0].User, "zhang.wrong"}
			r.connect()
		}, "managers", check.Warn, "see: zhang.wrong", "userids"},
		{"a member without customers", func(r *rig) {
			r.member(wecomsim.NewMember{User: "zhao", NoFollow: new(true)})
		}, "members", check.Warn, "zhao", "range"},
		{"no address book", func(r *rig) {
			r.putApp(wecomsim.App{Name: "main", AgentID: agentID, Secret: secret, Needs: []string{"contact"}})
		}, "directory", check.Warn, "48002", "Contacts Sync"},
		{"a wrong address book secret", func(r *rig) {
			r.put.Apps = append(r.put.Apps, corp.NewApp{Name: corp.Directory, Secret: "wrong"})
			r.connect()
		}, "directory", check.Fail, "40001", "Contacts Sync"},
		{"an archive without secret", func(r *rig) {
			r.put.Apps = append(r.put.Apps, corp.NewApp{Name: corp.Archive, Secret: "wrong"})
			r.connect()
		}, "archive", check.Fail, "40001", "Conversation Archive"},
		{"a door that answers wrongly", func(r *rig) {
			r.door = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }
		}, "callback_echo", check.Fail, "another text", "proxy"},
		{"a door that is not ours", func(r *rig) { r.door = http.NotFound }, "callback_echo", check.Fail, "HTTP 404", "proxy"},
		{"no public address", func(r *rig) { r.put.Settings.PublicURL = ""; r.connect() }, "callback_echo", check.Warn, "no public address", "public_url"},
		{"silence", func(r *rig) { r.heard = r.clock.Now().Add(-48 * time.Hour) }, "callback_seen", check.Warn, "2 days ago", "save the URL"},
		{"silence from the beginning", func(r *rig) { r.heard = time.Time{} }, "callback_seen", check.Warn, "ever", "save the URL"},
		{"full of contact ways", func(r *rig) { r.ways = 499_000 }, "way_quota", check.Warn, "499000", "delete"},
		{"nearly all tags", func(r *rig) {
			for i := range check.MaxTags {
				if _, err := r.sim.CreateTag("g", fmt.Sprintf("t%d", i)); err != nil {
					break
				}
			}
		}, "tag_quota", check.Warn, "3000", "delete tags"},
		{"a failed sync", func(r *rig) { r.sync = check.Sync{State: "failed", Error: "boom"} }, "last_sync", check.Fail, "boom", "by hand"},
		{"no sync", func(r *rig) { r.sync = check.Sync{} }, "last_sync", check.Warn, "no sync", "by hand"},
		{"an old sync", func(r *rig) { r.sync.Done = r.clock.Now().Add(-72 * time.Hour) }, "last_sync", check.Warn, "3 days ago", "by hand"},
		{"a block", func(r *rig) { r.blocked() }, "limits", check.Warn, "get_follow_user_list", "wait"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, dbtest.SQLite(t))
			tc.spoil(r)
			f, ok := r.run()[tc.check]
			if !ok || f.State != tc.state || !strings.Contains(f.Found.EN, tc.found) || f.Remedy == nil || !strings.Contains(f.Remedy.EN, tc.remedy) {
				t.Errorf("%s: %+v, remedy %v", tc.check, f, f.Remedy)
			}
		})
	}
}

func (r *rig) fault(path string, code int) {
	r.t.Helper()
	if err := r.sim.Inject(wecomsim.Fault{Path: path, Code: code}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) putApp(a wecomsim.App) {
	r.t.Helper()
	if err := r.sim.PutApp(a); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) member(n wecomsim.NewMember) {
	r.t.Helper()
	if err := r.sim.PutMember(n); err != nil {
		r.t.Fatal(err)
	}
}

// blocked has the platform refuse a call for its frequency.
func (r *rig) blocked() {
	r.t.Helper()
	if err := r.sim.Inject(wecomsim.Fault{Path: "/externalcontact/get_follow_user_list", Code: wecom.CodeRateLimited, Count: 1}); err != nil {
		r.t.Fatal(err)
	}
	c, err := r.corps.Client(context.Background(), corpID)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := c.FollowUserList(context.Background()); wecom.ClassOf(err) != wecom.Rate {
		r.t.Fatalf("the call was not limited: %v", err)
	}
}
