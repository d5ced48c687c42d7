package wecomsim

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
)

func TestFault_StrikesSoManyCallsOfOnePath(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.must(b.Inject(Fault{Path: "/getcallbackip", Code: -1, Count: 2, After: 1}))
	var got []int64
	for range 4 {
		got = append(got, b.call("/getcallbackip", nil).Get("errcode").Int())
	}
	if got[0] != 0 || got[1] != -1 || got[2] != -1 || got[3] != 0 {
		t.Errorf("codes %v", got)
	}
	if b.Inject(Fault{Path: "/nowhere", Code: 1}) == nil {
		t.Error("a fault of an unknown path is accepted")
	}
}

func TestFault_DropsTheConnectionBeforeOrAfterTheEffect(t *testing.T) {
	t.Parallel()
	for drop, want := range map[string]int{"before": 0, "after": 1} {
		b := staffed(t, Config{})
		b.must(b.Inject(Fault{Path: "/externalcontact/add_contact_way", Drop: drop, Count: 1}))
		res, err := http.Post(b.url+"/cgi-bin/externalcontact/add_contact_way?access_token="+b.token, "application/json", //nolint:noctx // a test's own server
			strings.NewReader(`{"type":1,"scene":1,"user":["wang"]}`))
		if err == nil {
			_ = res.Body.Close()
			t.Errorf("%s: an answer came", drop)
		}
		if got := len(b.Codes()); got != want {
			t.Errorf("%s: %d codes", drop, got)
		}
	}
}

func TestFault_AnswersWithACodeThoughTheEffectTookPlace(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.must(b.Inject(Fault{Path: "*", Code: -1, Effect: true, Count: 1}))
	b.is(b.call("/externalcontact/add_contact_way", `{"type":1,"scene":1,"user":["wang"]}`), -1)
	if len(b.Codes()) != 1 {
		t.Error("no effect")
	}
}

func TestFault_DelaysTheAnswerOnTheVirtualClock(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	b.must(b.Inject(Fault{Path: "/getcallbackip", LatencyMS: 60_000}))
	done := make(chan int64)
	go func() { done <- b.call("/getcallbackip", nil).Get("errcode").Int() }()
	for len(b.Log(LogFilter{Path: "/getcallbackip"})) == 0 {
		select {
		case <-done:
			t.Fatal("answered at once")
		default:
		}
	}
	b.must(b.Advance(2 * time.Minute))
	if got := <-done; got != 0 {
		t.Errorf("errcode %d", got)
	}
}

// traffic drives a simulator through a bit of everything and gives its record.
func traffic(t *testing.T, seed uint64) []byte {
	t.Helper()
	var record bytes.Buffer
	cfg := Config{CallbackURL: "http://receiver.invalid/", Token: testToken, AESKey: testKey}
	cfg.Seed, cfg.Staff, cfg.Customers, cfg.Record, cfg.Clock, cfg.PublicURL = seed, 5, 40, &record, clock.NewManual(start), "http://sim.example"
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	call := func(path, query, body string) string {
		a := s.answer(request{method: post, path: path, query: query, body: []byte(body), ip: "1.2.3.4", flight: 1})
		return string(a.body)
	}
	token := strings.Split(call("/gettoken", "corpid=ww0000000000000001&corpsecret=sim-secret-main", ""), `"`)[9]
	s.SetKnobs(func(k *Knobs) { k.Loss, k.Duplicate, k.Reorder, k.JitterMS = 0.2, 0.2, 0.2, 500 })
	user := s.Members()[0].User
	for i := range 30 {
		c := s.AddCustomer(NewCustomer{})
		call("/externalcontact/add_contact_way", "access_token="+token, `{"type":1,"scene":2,"user":["`+user+`"],"state":"s"}`)
		if _, err := s.ScanCode(c, "s"); err != nil {
			t.Fatal(err)
		}
		call("/externalcontact/get", "access_token="+token+"&external_userid="+c, "")
		call("/externalcontact/remark", "access_token="+token, `{"userid":"ghost"}`)
		if i%10 == 9 {
			if err := s.Inject(Fault{Path: "/externalcontact/get", Code: -1, Probability: 0.5}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Advance(7 * time.Second); err != nil {
			t.Fatal(err)
		}
	}
	return record.Bytes()
}

func TestTraffic_FollowsFromTheSeed(t *testing.T) {
	t.Parallel()
	one, two, other := traffic(t, 7), traffic(t, 7), traffic(t, 8)
	if !bytes.Equal(one, two) {
		t.Error("the same seed and calls gave different traffic")
	}
	if bytes.Equal(one, other) {
		t.Error("another seed gave the same traffic")
	}
}

func TestReplay_GivesTheSameAnswersAndFindsADifference(t *testing.T) {
	t.Parallel()
	record := traffic(t, 7)
	done, err := Replay(bytes.NewReader(record))
	if err != nil || done.Difference != "" || done.Lines != bytes.Count(record, []byte("\n")) {
		t.Errorf("replayed %d of %d lines: %v %s", done.Lines, bytes.Count(record, []byte("\n")), err, done.Difference)
	}
	changed := bytes.Replace(record, []byte(`40003`), []byte(`40004`), 1)
	if bytes.Equal(changed, record) {
		t.Fatal("the record holds no 40003")
	}
	if done, err := Replay(bytes.NewReader(changed)); err != nil || done.Difference == "" {
		t.Errorf("a changed record passes: %v", err)
	}
	if _, err := Replay(strings.NewReader("{}\n")); err == nil {
		t.Error("a record without header passes")
	}
}
