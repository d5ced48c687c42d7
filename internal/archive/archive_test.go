package archive_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/archive"
	"yutang/internal/clock"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

const (
	corpID = "ww0000000000000001"
	secret = "simulated-secret"
)

// rig is an archive over a simulated corp with wang and li.
type rig struct {
	*archive.Service
	t     *testing.T
	db    *db.DB
	clock *clock.Manual
	sim   *wecomsim.Sim
	jobs  *job.Queue
	url   string // of the simulator
	tweak func(rows []archive.Row) []archive.Row

	mu     sync.Mutex
	events []*event.Event
	broken error // what the road answers, if not nil
}

// SubmitEvents keeps events once by message id, as the road does.
func (r *rig) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken != nil {
		return 0, r.broken
	}
	for _, ev := range evs {
		if !slices.ContainsFunc(r.events, func(old *event.Event) bool { return old.MessageID == ev.MessageID }) {
			r.events = append(r.events, ev)
		}
	}
	return len(evs), nil
}

// tweaked passes rows through a test's hands.
type tweaked struct {
	archive.Source
	rig *rig
}

func (s tweaked) Rows(ctx context.Context, after int64, limit int) ([]archive.Row, error) {
	rows, err := s.Source.Rows(ctx, after, limit)
	if s.rig.tweak != nil {
		rows = s.rig.tweak(rows)
	}
	return rows, err
}

func newRig(t *testing.T, d *db.DB) *rig {
	t.Helper()
	r := &rig{t: t, db: d, clock: clock.NewManual(time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC))}
	box, err := seal.New(bytes.Repeat([]byte{5}, 32))
	r.must(err)
	r.sim, err = wecomsim.New(wecomsim.Config{CorpID: corpID, Secret: secret, AgentID: 1000002, Clock: r.clock})
	r.must(err)
	for _, user := range []string{"wang", "li"} {
		r.must(r.sim.PutMember(wecomsim.NewMember{User: user}))
	}
	web := httptest.NewServer(r.sim.Handler())
	t.Cleanup(web.Close)
	r.url = web.URL
	corps := corp.New(corp.Config{DB: d, Box: box, Clock: r.clock, Tokens: wecom.NewTokens(d, box, r.clock), Limits: wecom.NewLimits(r.clock)})
	_, err = corps.Put(context.Background(), corp.NewCorp{ID: corpID, Name: "Sim", BaseURL: web.URL, Apps: []corp.NewApp{
		{Name: corp.Main, AgentID: 1000002, Secret: secret}, {Name: corp.Archive, Secret: secret + "-archive"},
	}}, nil)
	r.must(err)
	r.jobs = job.New(d, r.clock)
	r.Service = archive.New(archive.Config{
		DB: d, Box: box, Clock: r.clock, Jobs: r.jobs, Corps: corps, Submit: r, SourceID: 3,
		Member: func(_ context.Context, _, user string) (bool, error) { return user == "wang" || user == "li", nil },
		Sources: map[string]archive.Open{archive.SimulatorName: func(_ context.Context, id, secret string) (archive.Source, error) {
			return tweaked{&archive.Simulator{BaseURL: web.URL, Corp: id, Secret: secret, HTTP: http.DefaultClient}, r}, nil
		}},
	})
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) setUp() {
	r.t.Helper()
	key, err := r.sim.ArchiveKey()
	r.must(err)
	_, err = r.Put(context.Background(), archive.Setup{
		Corp: corpID, Source: archive.SimulatorName, Secret: secret + "-archive", Keys: map[int]string{1: key},
	}, nil)
	r.must(err)
}

// friend is a customer of wang.
func (r *rig) friend() string {
	r.t.Helper()
	who := r.sim.AddCustomer(wecomsim.NewCustomer{})
	_, err := r.sim.Add("wang", who, 0)
	r.must(err)
	return who
}

func (r *rig) say(from, to, words string) {
	r.t.Helper()
	r.must(r.sim.SendText(from, to, words))
}

// refuse has a customer refuse to be archived.
func (r *rig) refuse(user, who string) {
	r.t.Helper()
	body := strings.NewReader(`{"userid":"` + user + `","external_userid":"` + who + `","refuse":true}`)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, r.url+"/sim/api/consent", body)
	r.must(err)
	res, err := http.DefaultClient.Do(req)
	r.must(err)
	r.must(res.Body.Close())
	if res.StatusCode != http.StatusOK {
		r.t.Fatalf("consent: %s", res.Status)
	}
}

func (r *rig) pull() archive.Status {
	r.t.Helper()
	_, err := r.Pull(context.Background(), corpID)
	r.must(err)
	return r.status()
}

func (r *rig) status() archive.Status {
	r.t.Helper()
	st, err := r.Status(context.Background(), corpID)
	r.must(err)
	return st
}

func (r *rig) names() (out []string) {
	for _, ev := range r.events {
		out = append(out, ev.Name)
	}
	return out
}

func (r *rig) texts(external string) (out []string) {
	r.t.Helper()
	p, err := r.Messages(context.Background(), corpID, external, "", 0)
	r.must(err)
	for _, m := range p.Items {
		out = append(out, m.Text)
	}
	return out
}

// covers: H5
func TestPull_KeepsMessagesSealedAndTellsTheCustomersHistory(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		if st := r.status(); st.State != archive.NotConfigured || st.Reason == "" {
			t.Errorf("before: %+v", st)
		}
		r.setUp()
		who := r.friend()
		r.say(who, "wang", "这件还有吗")
		r.clock.Advance(90 * time.Second)
		r.say("wang", who, "有的")
		st := r.pull()
		if st.State != archive.Running || st.Stored != 2 || st.Cursor != 2 || st.PulledAt != r.clock.Now() || st.Withheld != 0 || st.Unread != 0 {
			t.Errorf("status %+v", st)
		}
		if got := r.names(); !slices.Equal(got, []string{event.MessageReplied, event.MessageSent}) {
			t.Fatalf("events %v", got)
		}
		ev := r.events[1]
		if string(ev.Props) != `{"corp":"`+corpID+`","staff":"wang","kind":"text"}` || ev.Identities[0] != (event.Identity{Type: "external_userid:" + corpID, Value: who}) ||
			!ev.At.Equal(r.clock.Now()) || ev.SourceID != 3 {
			t.Errorf("event %+v %s", ev, ev.Props)
		}
		if got := r.texts(who); !slices.Equal(got, []string{"有的", "这件还有吗"}) {
			t.Errorf("texts %v", got)
		}
		var body []byte
		r.must(d.Get(context.Background(), `SELECT body FROM archive_message WHERE seq = 1`, nil, &body))
		if bytes.Contains(body, []byte("这件")) || gjson.ValidBytes(body) {
			t.Error("a text lies open")
		}
		replies, err := r.Replies(context.Background(), corpID, r.clock.Now().Add(-time.Hour), r.clock.Now().Add(time.Hour))
		r.must(err)
		if len(replies) != 1 || replies[0] != (archive.Reply{Staff: "wang", Answered: 1, Median: 90 * time.Second}) {
			t.Errorf("replies %+v", replies)
		}
		again := r.pull()
		if again.Stored != 2 || len(r.events) != 2 {
			t.Errorf("a second pull: %+v, %d events", again, len(r.events))
		}
	})
}

// covers: H5
func TestPull_RepeatsWithoutEffectAfterACrash(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.setUp()
		who := r.friend()
		r.say(who, "wang", "一")
		r.broken = errors.New("the road is closed")
		if _, err := r.Pull(context.Background(), corpID); err == nil {
			t.Fatal("the pull succeeded")
		}
		if st := r.status(); st.Cursor != 0 || st.Stored != 0 {
			t.Errorf("the cursor went ahead of the events: %+v", st)
		}
		r.broken = nil
		r.pull()
		// The cursor is lost after all was stored, as if the process had died before the commit.
		_, err := d.Exec(context.Background(), `UPDATE archive SET cursor = 0 WHERE corp = $1`, corpID)
		r.must(err)
		if st := r.pull(); st.Stored != 1 || st.Cursor != 1 || len(r.events) != 1 {
			t.Errorf("repeated: %+v, %d events", st, len(r.events))
		}
		// The platform gives a message again under a later number.
		r.tweak = func(rows []archive.Row) []archive.Row {
			r.tweak = nil
			first, err := r.sim.ArchiveRows(0, 1)
			r.must(err)
			return []archive.Row{{Seq: 7, MsgID: first[0].MsgID, KeyVersion: 1, RandomKey: first[0].EncryptRandomKey, Message: first[0].EncryptChatMsg}}
		}
		if st := r.pull(); st.Stored != 1 || st.Cursor != 7 || len(r.events) != 1 {
			t.Errorf("the same message again: %+v, %d events", st, len(r.events))
		}
	})
}

// covers: H5
func TestPull_KeepsOnlyWhatMayBeKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.setUp()
		yes, no := r.friend(), r.friend()
		r.refuse("wang", no)
		r.say(yes, "wang", "同意的客户")
		r.say(no, "wang", "不同意的客户")
		r.say("wang", no, "给不同意的客户")
		st := r.pull()
		// A customer's refusal is a row of its own.
		if st.Stored != 1 || st.Withheld != 3 || len(r.events) != 1 || len(r.texts(no)) != 0 {
			t.Errorf("status %+v, events %v", st, r.names())
		}
		// li talks, but only wang may be archived: the platform's list of today decides.
		_, err := r.sim.Add("li", yes, 0)
		r.must(err)
		r.say(yes, "li", "给李的")
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.More.ArchiveUsers = []string{"wang"} })
		if st := r.pull(); st.Stored != 1 || st.Withheld != 4 {
			t.Errorf("a member without a seat: %+v", st)
		}
		chat, err := r.sim.CreateGroup(wecomsim.NewGroup{Owner: "wang", Name: "群", Customers: []string{yes, no}})
		r.must(err)
		r.must(r.sim.SayInGroup(chat, yes, "群里同意的"))
		r.must(r.sim.SayInGroup(chat, no, "群里不同意的"))
		r.must(r.sim.SayInGroup(chat, "wang", "群主说"))
		st = r.pull()
		if st.Stored != 3 || st.Withheld != 5 || len(r.events) != 2 || r.events[1].Name != event.MessageReplied || gjson.GetBytes(r.events[1].Props, "room").Str != chat {
			t.Errorf("in a group: %+v, events %v", st, r.names())
		}
	})
}

// covers: H5
func TestPull_StopsAtAnUnknownKeyAndPassesDamage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.setUp()
		who := r.friend()
		r.say(who, "wang", "旧钥匙")
		r.say(who, "wang", "坏的")
		r.tweak = func(rows []archive.Row) []archive.Row {
			for i := range rows {
				if rows[i].Seq == 2 {
					rows[i].Message = "AAAA"
				}
			}
			return rows
		}
		if st := r.pull(); st.Stored != 1 || st.Unread != 1 || st.Cursor != 2 {
			t.Errorf("a damaged row: %+v", st)
		}
		r.tweak = nil
		fresh, err := rsa.GenerateKey(rand.Reader, 2048)
		r.must(err)
		public, err := x509.MarshalPKIXPublicKey(&fresh.PublicKey)
		r.must(err)
		r.must(r.sim.SetArchiveKey(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))))
		r.say(who, "wang", "新钥匙")
		if _, err := r.Pull(context.Background(), corpID); err == nil || !strings.Contains(err.Error(), "version 2") {
			t.Errorf("an unknown key: %v", err)
		}
		if st := r.status(); st.Cursor != 2 {
			t.Errorf("passed over a row that a key would open: %+v", st)
		}
		other, err := rsa.GenerateKey(rand.Reader, 2048)
		r.must(err)
		for _, step := range []struct {
			key    *rsa.PrivateKey
			stored int64
		}{{other, 1}, {fresh, 2}} {
			private, err := x509.MarshalPKCS8PrivateKey(step.key)
			r.must(err)
			_, err = r.Put(context.Background(), archive.Setup{Corp: corpID, Source: archive.SimulatorName, Keys: map[int]string{
				2: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
			}}, nil)
			r.must(err)
			_, err = r.Pull(context.Background(), corpID)
			if st := r.status(); st.Stored != step.stored || (err == nil) != (step.key == fresh) {
				t.Errorf("%+v, %v", st, err)
			}
		}
	})
}

// covers: H5
func TestJobs_PullWhenToldAndSayWhatFails(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		told := notice.Notice{Corp: corpID, Event: notice.Archive, At: r.clock.Now()}
		r.must(r.OnNotify(ctx, told)) // no source: says nothing to us
		if err := r.Wake(ctx, corpID); !fault.Is(err, fault.Precondition) {
			t.Errorf("woken without a source: %v", err)
		}
		r.setUp()
		r.must(r.Start(ctx))
		r.must(r.jobs.Start(ctx))
		t.Cleanup(func() { r.jobs.Stop(context.Background()) })
		r.until("the first pull", func(st archive.Status) bool { return !st.PulledAt.IsZero() })
		who := r.friend()
		r.say(who, "wang", "在吗")
		r.must(r.OnNotify(ctx, told))
		r.until("the notice wakes", func(st archive.Status) bool { return st.Stored == 1 })
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.More.NoArchive = true })
		r.must(r.Wake(ctx, corpID))
		r.until("the failure shows", func(st archive.Status) bool {
			return st.State == archive.Failing && strings.Contains(st.Reason, "301053")
		})
		if st := r.status(); strings.Contains(st.Reason, secret) {
			t.Error("the reason shows the secret")
		}
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.More.NoArchive = false })
		r.until("it comes again by itself", func(st archive.Status) bool {
			r.clock.Advance(time.Second)
			return st.State == archive.Running
		})
		r.must(r.Delete(ctx, corpID, nil))
		if st := r.status(); st.State != archive.NotConfigured {
			t.Errorf("deleted: %+v", st)
		}
		if got := r.texts(who); len(got) != 1 {
			t.Errorf("messages went with the credentials: %v", got)
		}
	})
}

// until polls what the jobs reach by themselves.
func (r *rig) until(what string, done func(archive.Status) bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for !done(r.status()) {
		if (clock.System{}).WaitUntil(ctx, (clock.System{}).Now().Add(2*time.Millisecond)) != nil {
			r.t.Fatalf("never came: %s: %+v", what, r.status())
		}
	}
}

func TestPut_RefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	key, err := r.sim.ArchiveKey()
	r.must(err)
	good := archive.Setup{Corp: corpID, Source: archive.SimulatorName, Secret: "s", Keys: map[int]string{1: key}}
	for pointer, spoil := range map[string]func(*archive.Setup){
		"/source": func(s *archive.Setup) { s.Source = "fax" },
		"/secret": func(s *archive.Setup) { s.Secret = "" },
		"/keys":   func(s *archive.Setup) { s.Keys = nil },
		"/keys/0": func(s *archive.Setup) { s.Keys = map[int]string{0: key} },
		"/keys/1": func(s *archive.Setup) { s.Keys = map[int]string{1: strings.Replace(key, "A", "B", 3) + "x"} },
		"/keys/2": func(s *archive.Setup) { s.Keys = map[int]string{1: key, 2: "none"} },
	} {
		in := good
		spoil(&in)
		_, err := r.Put(context.Background(), in, nil)
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.Invalid || e.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, err)
		}
	}
}
