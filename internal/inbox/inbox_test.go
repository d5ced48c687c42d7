package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/inbox"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
)

const corp = "ww0000000000000001"

var keys = crypt.Keys{Token: "SimToken01", AESKey: strings.Repeat("abcdefghij", 4) + "abA", ReceiveID: corp}

var start = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

// rig is an inbox with its door on a real database.
type rig struct {
	*inbox.Service
	t    testing.TB
	clk  *clock.Manual
	door *httptest.Server
	seal *crypt.Crypt
}

func newRig(t testing.TB, d *db.DB, set func(s *inbox.Service)) *rig {
	t.Helper()
	r := &rig{t: t, clk: clock.NewManual(start)}
	r.Service = inbox.New(inbox.Config{
		DB: d, Box: httpapitest.Box(t), Clock: r.clk, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Keys: func(_ context.Context, id, app string) (crypt.Keys, error) {
			if id != corp || app != "main" {
				return crypt.Keys{}, fault.New(fault.NotFound, "corp_not_found", "no such corp")
			}
			return keys, nil
		},
	})
	set(r.Service)
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /wecom/callback/{corp}/{app}", r.Check)
	mux.HandleFunc("POST /wecom/callback/{corp}/{app}", r.Receive)
	r.door = httptest.NewServer(mux)
	t.Cleanup(func() { r.door.Close(); r.stop() })
	var err error
	if r.seal, err = crypt.New(keys); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) stop() {
	if err := r.Stop(context.Background()); err != nil {
		r.t.Error(err)
	}
}

func (r *rig) post(plain string) int {
	r.t.Helper()
	return r.postTo("/wecom/callback/"+corp+"/main", r.seal, plain)
}

func (r *rig) postTo(path string, c *crypt.Crypt, plain string) int {
	r.t.Helper()
	body, err := c.Encrypt([]byte(plain), "1700000000", "nonce1")
	if err != nil {
		r.t.Fatal(err)
	}
	envelope, err := notice.ParseEnvelope(body)
	if err != nil {
		r.t.Fatal(err)
	}
	q := url.Values{"msg_signature": {c.Sign("1700000000", "nonce1", envelope.Encrypt)}, "timestamp": {"1700000000"}, "nonce": {"nonce1"}}
	res, err := http.Post(r.door.URL+path+"?"+q.Encode(), "text/xml", strings.NewReader(string(body)))
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	if text, _ := io.ReadAll(res.Body); res.StatusCode == http.StatusOK && len(text) > 0 {
		r.t.Errorf("the answer is %q, want nothing", text)
	}
	return res.StatusCode
}

func added(user, external string, at int64) string {
	return fmt.Sprintf(`<xml><ToUserName>%s</ToUserName><FromUserName>sys</FromUserName><CreateTime>%d</CreateTime><MsgType>event</MsgType>`+
		`<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType><UserID>%s</UserID>`+
		`<ExternalUserID>%s</ExternalUserID><WelcomeCode>CODE</WelcomeCode></xml>`, corp, at, user, external)
}

// settled waits until no callback is pending. Each look is a real query; handlers and the
// writing goroutine run meanwhile.
func (r *rig) settled() map[inbox.State]int {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		n, err := r.Counts(ctx)
		if err != nil {
			r.t.Fatal(err)
		}
		if n[inbox.Pending] == 0 {
			return n
		}
	}
}

// covers: A9
func TestReceive_StoresThenProcessesOnceInOrderOfEachCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		seen, fast := map[string][]int64{}, 0
		r := newRig(t, d, func(s *inbox.Service) {
			s.Handle(notice.ExternalContact, notice.AddContact, "test", func(_ context.Context, n notice.Notice) error {
				mu.Lock()
				defer mu.Unlock()
				seen[n.ExternalUserID] = append(seen[n.ExternalUserID], n.At.Unix())
				return nil
			})
			s.Fast(func(context.Context, notice.Notice, time.Time) { mu.Lock(); fast++; mu.Unlock() })
		})
		for at := range int64(20) {
			for _, who := range []string{"wmA", "wmB", "wmC"} {
				for range 2 { // the platform sends again what it thinks was lost
					if status := r.post(added("zhang", who, 1700000000+at)); status != http.StatusOK {
						t.Fatalf("status %d", status)
					}
				}
			}
		}
		if n := r.settled(); n[inbox.Done] != 60 || len(n) != 1 {
			t.Errorf("states: %v, want 60 done", n)
		}
		mu.Lock()
		defer mu.Unlock()
		for who, times := range seen {
			if len(times) != 20 || !slices.IsSorted(times) {
				t.Errorf("%s: %v", who, times)
			}
		}
		if fast != 60 {
			t.Errorf("the fast lane saw %d, want 60", fast)
		}
	})
}

func TestReceive_FailingLaneWaitsAloneAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		order := make(chan string, 100)
		var mu sync.Mutex
		failures := 2
		failed := make(chan struct{}, 10)
		r := newRig(t, d, func(s *inbox.Service) {
			s.Handle(notice.ExternalContact, "", "test", func(_ context.Context, n notice.Notice) error {
				mu.Lock()
				defer mu.Unlock()
				if n.ExternalUserID == "wmBad" && failures > 0 {
					failures--
					failed <- struct{}{}
					return errors.New("no luck")
				}
				order <- n.ExternalUserID + n.UserID
				return nil
			})
		})
		r.post(added("1", "wmBad", 1))
		r.post(added("2", "wmBad", 2))
		r.post(added("1", "wmGood", 3))
		<-failed
		if got := <-order; got != "wmGood1" {
			t.Fatalf("%s came first", got)
		}
		for failures := 1; failures > 0; {
			r.clk.Advance(time.Second)
			select {
			case <-failed:
				failures--
			default:
			}
		}
		for got := 0; got < 2; {
			r.clk.Advance(time.Second)
			select {
			case who := <-order:
				if want := []string{"wmBad1", "wmBad2"}[got]; who != want {
					t.Fatalf("%s, want %s", who, want)
				}
				got++
			default:
			}
		}
		r.settled()
		p, err := r.List(context.Background(), inbox.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		attempts := map[int64]int{}
		for _, c := range p.Items {
			attempts[c.ID] = c.Attempts
		}
		if diff := cmp.Diff(map[int64]int{1: 3, 2: 1, 3: 1}, attempts); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReceive_RefusesWhatIsNotAuthentic(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, func(s *inbox.Service) {
			s.Handle(notice.ExternalContact, "", "test", func(context.Context, notice.Notice) error { return nil })
		})
		other := func(k crypt.Keys) *crypt.Crypt {
			c, err := crypt.New(k)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		good, home := added("zhang", "wmA", 1), "/wecom/callback/"+corp+"/main"
		for name, test := range map[string]struct {
			path string
			with *crypt.Crypt
			want int
		}{
			"wrong token":   {home, other(crypt.Keys{Token: "Other", AESKey: keys.AESKey, ReceiveID: corp}), http.StatusForbidden},
			"wrong AES key": {home, other(crypt.Keys{Token: keys.Token, AESKey: strings.Repeat("bcdefghija", 4) + "abA", ReceiveID: corp}), http.StatusBadRequest},
			"foreign corp":  {home, other(crypt.Keys{Token: keys.Token, AESKey: keys.AESKey, ReceiveID: "ww2"}), http.StatusForbidden},
			"unknown corp":  {"/wecom/callback/ww9/main", r.seal, http.StatusNotFound},
			"unknown app":   {"/wecom/callback/" + corp + "/kf", r.seal, http.StatusNotFound},
		} {
			if got := r.postTo(test.path, test.with, good); got != test.want {
				t.Errorf("%s: status %d, want %d", name, got, test.want)
			}
		}
		for _, body := range []string{"", "<xml>", "<xml><Encrypt>", "{}", `<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>`} {
			res, err := http.Post(r.door.URL+home+"?msg_signature=x&timestamp=1&nonce=2", "text/xml", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode < 400 || res.StatusCode >= 500 {
				t.Errorf("%q: status %d", body, res.StatusCode)
			}
		}
		if n := r.settled(); len(n) != 0 {
			t.Errorf("stored: %v, want nothing", n)
		}
	})
}

func TestReceive_KeepsWhatIsAuthenticButOfNoUse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, func(s *inbox.Service) {
			s.Handle(notice.ExternalContact, "", "test", func(_ context.Context, n notice.Notice) error {
				return fault.New(fault.Invalid, "no", "this one cannot be used")
			})
		})
		for _, plain := range []string{
			"<xml><ToUserName>" + corp, // truncated
			strings.ReplaceAll(added("zhang", "wmA", 1), corp, "ww0000000000000002"),             // another corp
			strings.ReplaceAll(added("zhang", "wmA", 2), "change_external_contact", "new_thing"), // unknown
			added("zhang", "wmB", 3), // refused by its handler
		} {
			if status := r.post(plain); status != http.StatusOK {
				t.Errorf("status %d for %q", status, plain)
			}
		}
		if diff := cmp.Diff(map[inbox.State]int{inbox.Dead: 3, inbox.Ignored: 1}, r.settled()); diff != "" {
			t.Error(diff)
		}
		p, err := r.List(context.Background(), inbox.Filter{State: inbox.Dead})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Items {
			if c.Reason == "" {
				t.Errorf("%d is dead without a reason", c.ID)
			}
		}
		if err := r.Retry(context.Background(), 1); !fault.Is(err, fault.Precondition) {
			t.Errorf("retry of an unreadable callback: %v", err)
		}
		if err := r.Retry(context.Background(), 99); !fault.Is(err, fault.NotFound) {
			t.Errorf("retry of an unknown callback: %v", err)
		}
	})
}

func TestStart_TakesUpWhatWasPending(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		blocked := make(chan struct{})
		r := newRig(t, d, func(s *inbox.Service) {
			s.Handle(notice.ExternalContact, "", "test", func(ctx context.Context, _ notice.Notice) error {
				close(blocked)
				<-ctx.Done()
				return ctx.Err()
			})
		})
		r.post(added("1", "wmA", 1))
		<-blocked
		r.post(added("2", "wmA", 2))
		r.stop()
		var mu sync.Mutex
		var got, fast []string
		again := newRig(t, d, func(s *inbox.Service) {
			s.Handle(notice.ExternalContact, "", "test", func(_ context.Context, n notice.Notice) error {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, n.UserID)
				return nil
			})
			s.Fast(func(_ context.Context, n notice.Notice, _ time.Time) { fast = append(fast, n.UserID) })
		})
		again.settled()
		mu.Lock()
		defer mu.Unlock()
		if diff := cmp.Diff([]string{"1", "2"}, got); diff != "" {
			t.Error(diff)
		}
		if len(fast) != 2 {
			t.Errorf("young notices were not hurried again: %v", fast)
		}
	})
}

func TestCheck_AnswersTheEchoInPlainText(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), func(*inbox.Service) {})
	body, err := r.seal.Encrypt([]byte("1616140317555161061"), "1", "n")
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := notice.ParseEnvelope(body)
	if err != nil {
		t.Fatal(err)
	}
	q := url.Values{"msg_signature": {r.seal.Sign("1", "n", envelope.Encrypt)}, "timestamp": {"1"}, "nonce": {"n"}, "echostr": {envelope.Encrypt}}
	res, err := http.Get(r.door.URL + "/wecom/callback/" + corp + "/main?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK || string(text) != "1616140317555161061" {
		t.Errorf("%d %q", res.StatusCode, text)
	}
}

// Whatever the mix of customers, failures and repeats: each body is processed to its end
// once, in order for each customer.
func TestLanes_KeepOrderUnderFailures(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	round := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		round++
		plan := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 20).Draw(rt, "customers")
		fails := rapid.SliceOfN(rapid.IntRange(0, 1), len(plan), len(plan)).Draw(rt, "failures")
		var mu sync.Mutex
		left, got := map[int64]int{}, map[string][]int64{}
		r := newRig(t, d, func(s *inbox.Service) {
			s.Handle(notice.ExternalContact, "", "test", func(_ context.Context, n notice.Notice) error {
				mu.Lock()
				defer mu.Unlock()
				at := n.At.Unix()
				if left[at] > 0 {
					left[at]--
					return errors.New("no luck")
				}
				got[n.ExternalUserID] = append(got[n.ExternalUserID], at)
				return nil
			})
		})
		defer r.stop()
		want := map[string][]int64{}
		for i, who := range plan {
			at, name := round*1000+int64(i), fmt.Sprint("wm", who)
			mu.Lock()
			left[at] = fails[i]
			mu.Unlock()
			want[name] = append(want[name], at)
			if r.post(added("u", name, at)) != http.StatusOK {
				rt.Fatal("not stored")
			}
		}
		for {
			n, err := r.Counts(context.Background())
			if err != nil {
				rt.Fatal(err)
			}
			if n[inbox.Pending] == 0 {
				break
			}
			r.clk.Advance(time.Second)
		}
		mu.Lock()
		defer mu.Unlock()
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatal(diff)
		}
	})
}
