package access_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/page"
)

// covers: J1
func TestSession_EndsByAgeIdlenessAndSignOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		s.account(t, lin)
		open := func() string {
			secret, err := s.signIn(lin.Password, "10.0.0.1")
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
		alive := func(secret string) bool {
			_, err := s.AuthenticateSession(s.ctx, secret)
			if err != nil && !fault.Is(err, fault.Unauthenticated) {
				t.Fatal(err)
			}
			return err == nil
		}
		used, idle := open(), open()
		for range 7 {
			if !alive(used) {
				t.Fatal("a used session ended")
			}
			s.clock.Advance(access.SessionIdle - time.Second)
			if err := s.Maintain(s.ctx); err != nil {
				t.Fatal(err)
			}
		}
		if alive(idle) {
			t.Error("an idle session lives")
		}
		if !alive(used) {
			t.Error("a used session ended")
		}
		s.clock.Advance(10 * time.Second)
		if alive(used) {
			t.Error("a session outlives its age")
		}
		last := open()
		if err := s.SignOut(s.ctx, last); err != nil || alive(last) {
			t.Errorf("signed out: %v", err)
		}
	})
}

func TestAccount_ChangesTakeEffectAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		owner := s.account(t, lin)
		if _, err := s.AddAccount(s.ctx, access.NewAccount{Email: "LIN@example.com", Name: "L", Password: "correct horse", Role: access.Viewer}); !fault.Is(err, fault.Conflict) {
			t.Errorf("same address: %v", err)
		}
		viewer, yes := access.Viewer, true
		for name, c := range map[string]access.AccountChange{"demoted": {Role: &viewer}, "disabled": {Disabled: &yes}} {
			if _, err := s.UpdateAccount(s.ctx, owner.ID, c); !fault.Is(err, fault.Precondition) {
				t.Errorf("last owner %s: %v", name, err)
			}
		}
		secret, err := s.signIn(lin.Password, "10.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		second := lin
		second.Email = "second@example.com"
		s.account(t, second)
		if _, err := s.UpdateAccount(s.ctx, owner.ID, access.AccountChange{Role: &viewer}); err != nil {
			t.Fatal(err)
		}
		if p, err := s.AuthenticateSession(s.ctx, secret); err != nil || p.Role != access.Viewer {
			t.Errorf("demoted: %+v %v", p, err)
		}
		if _, err := s.UpdateAccount(s.ctx, owner.ID, access.AccountChange{Disabled: &yes}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AuthenticateSession(s.ctx, secret); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("disabled: %v", err)
		}
		if _, err := s.signIn(lin.Password, "10.0.0.1"); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("sign-in of a disabled account: %v", err)
		}
	})
}

func TestChangePassword_NeedsTheCurrentOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		s.account(t, lin)
		secret, err := s.signIn(lin.Password, "10.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.AuthenticateSession(s.ctx, secret)
		if err != nil {
			t.Fatal(err)
		}
		ctx := access.As(context.Background(), p)
		wantField(t, s.ChangePassword(ctx, "wrong", "battery staple"), "/current")
		wantField(t, s.ChangePassword(ctx, lin.Password, "short"), "/password")
		if err := s.ChangePassword(ctx, lin.Password, "battery staple"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AuthenticateSession(s.ctx, secret); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the old session lives: %v", err)
		}
		if _, err := s.signIn("battery staple", "10.0.0.1"); err != nil {
			t.Error(err)
		}
	})
}

// covers: J1
func TestSignIn_WrongPasswordsCostGrowingTime(t *testing.T) {
	t.Parallel()
	s := newDoor(t, dbtest.SQLite(t))
	s.account(t, lin)
	var waits []time.Duration
	for range 8 {
		_, err := s.signIn("wrong password", "10.0.0.1")
		var e *fault.Error
		if errors.As(err, &e) && e.Kind == fault.RateLimited {
			waits = append(waits, e.RetryAfter)
			s.clock.Advance(e.RetryAfter)
			_, err = s.signIn("wrong password", "10.0.0.1")
		}
		if !fault.Is(err, fault.Unauthenticated) {
			t.Fatal(err)
		}
	}
	if len(waits) != 3 || waits[0] != time.Second || waits[1] != 2*time.Second || waits[2] != 4*time.Second {
		t.Fatalf("waits %v", waits)
	}
	if _, err := s.signIn(lin.Password, "10.9.9.9"); !fault.Is(err, fault.RateLimited) {
		t.Errorf("from another address the account is not throttled: %v", err)
	}
	s.clock.Advance(time.Hour)
	if _, err := s.signIn(lin.Password, "10.0.0.1"); err != nil {
		t.Errorf("the right password after the wait: %v", err)
	}
	if _, err := s.signIn("wrong password", "10.0.0.1"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the count is not forgotten: %v", err)
	}
}

func TestSignIn_ThrottlesAnAddressThatTriesManyAccounts(t *testing.T) {
	t.Parallel()
	s := newDoor(t, dbtest.SQLite(t))
	for i := range 40 {
		_, _, err := s.SignIn(s.ctx, access.Credentials{Email: fmt.Sprintf("a%d@example.com", i), Password: "guess", Remote: "10.0.0.1"})
		if fault.Is(err, fault.RateLimited) {
			if i < 20 {
				t.Errorf("throttled after %d", i)
			}
			return
		}
		if !fault.Is(err, fault.Unauthenticated) {
			t.Fatal(err)
		}
	}
	t.Error("never throttled")
}

// covers: J3
func TestAudit_TellsWhoDidWhatAndCommitsWithTheChange(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		ctx := access.As(context.Background(), access.Principal{ID: "acc_1", Role: access.Owner})
		broken := errors.New("changed my mind")
		err := s.Audited(ctx, "pond.drain", func(context.Context) (string, any, error) { return "pond/1", nil, broken })
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		for i := range 5 {
			err := s.Audited(ctx, "pond.fill", func(context.Context) (string, any, error) {
				return fmt.Sprintf("pond/%d", i), map[string]int{"level": i}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			s.clock.Advance(time.Second)
		}
		var seen []string
		q := access.AuditQuery{Actor: "acc_1", Limit: 2}
		for {
			p, err := s.AuditTrail(s.ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range p.Items {
				seen = append(seen, e.Action+" "+e.Object+" "+string(e.Detail))
			}
			if q.Cursor = p.Next; q.Cursor == "" {
				break
			}
		}
		want := "pond.fill pond/4 {\"level\":4}|pond.fill pond/3 {\"level\":3}|pond.fill pond/2 {\"level\":2}|pond.fill pond/1 {\"level\":1}|pond.fill pond/0 {\"level\":0}"
		if got := strings.Join(seen, "|"); got != want {
			t.Fatalf("got %s", got)
		}
	})
}

// covers: J3
func TestAuditTrail_IsNarrowedByWhoWhatAndWhen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		for i, act := range []string{"pond.fill", "pond.drain", "pond.clean", "pond.fill", "pond.drain"} {
			ctx := access.As(context.Background(), access.Principal{ID: fmt.Sprintf("acc_%d", i%2), Role: access.Owner})
			if err := s.Audit(ctx, act, fmt.Sprintf("pond/%d", i), nil); err != nil {
				t.Fatal(err)
			}
			if i%2 == 1 {
				s.clock.Advance(time.Hour)
			}
		}
		for _, tc := range []struct {
			name string
			q    access.AuditQuery
			want string
		}{
			{"all", access.AuditQuery{}, "43210"},
			{"actor", access.AuditQuery{Actor: "acc_1"}, "31"},
			{"action", access.AuditQuery{Actions: []string{"pond.fill"}}, "30"},
			{"actions", access.AuditQuery{Actions: []string{"pond.clean", "pond.drain"}}, "421"},
			{"object", access.AuditQuery{Object: "pond/2"}, "2"},
			{"from is in, to is not", access.AuditQuery{From: start.Add(time.Hour), To: start.Add(2 * time.Hour)}, "32"},
			{"since", access.AuditQuery{From: start.Add(2 * time.Hour)}, "4"},
			{"everything", access.AuditQuery{Actor: "acc_0", Actions: []string{"pond.fill", "pond.clean"}, Object: "pond/2", From: start, To: start.Add(3 * time.Hour)}, "2"},
		} {
			got := ""
			for q := tc.q; ; {
				q.Limit = 1
				p, err := s.AuditTrail(s.ctx, q)
				if err != nil {
					t.Fatal(tc.name, err)
				}
				for _, e := range p.Items {
					got += strings.TrimPrefix(e.Object, "pond/")
				}
				if q.Cursor = p.Next; q.Cursor == "" {
					break
				}
			}
			if got != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
			}
		}
	})
}

func TestBrand_DefaultsAndRefusesNonsense(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		if b, err := s.Brand(s.ctx); err != nil || b != access.DefaultBrand {
			t.Fatal(b, err)
		}
		want := access.Brand{Name: "锦鲤", Zone: "Europe/London", Currency: "GBP"}
		if err := s.SetBrand(s.ctx, want); err != nil {
			t.Fatal(err)
		}
		if b, err := s.Brand(s.ctx); err != nil || b != want {
			t.Fatal(b, err)
		}
		wantField(t, s.SetBrand(s.ctx, access.Brand{Zone: "UTC", Currency: "CNY"}), "/name")
		wantField(t, s.SetBrand(s.ctx, access.Brand{Name: "x", Zone: "Mars/Olympus", Currency: "CNY"}), "/zone")
		wantField(t, s.SetBrand(s.ctx, access.Brand{Name: "x", Zone: "UTC", Currency: "yuan"}), "/currency")
	})
}

func TestStop_WritesLastUses(t *testing.T) {
	t.Parallel()
	s := newDoor(t, dbtest.SQLite(t))
	token, secret, err := s.AddToken(s.ctx, access.NewToken{Name: "x", Role: access.Viewer})
	if err != nil {
		t.Fatal(err)
	}
	s.Start(discard())
	if _, err := s.Authenticate(s.ctx, secret); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(s.ctx); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Token(s.ctx, token.ID); err != nil || !got.UsedAt.Equal(start) {
		t.Errorf("last used %v, %v", got.UsedAt, err)
	}
}

func TestList_NULIsNotOurFault(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		_, err := s.AuditTrail(s.ctx, access.AuditQuery{Object: "a\x00b", Cursor: page.Cursor(map[string]any{"a": 1, "i": "a\x00b"})})
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	})
}

// FuzzCursor: any cursor gives a page or is refused as bad input.
func FuzzCursor(f *testing.F) {
	for _, c := range []string{"", "ImFkdF8wMSI", "e30", "bnVsbA", "MTIz", "!!!", "WzEsMl0", strings.Repeat("A", 4000)} {
		f.Add(c)
	}
	s := newDoor(f, dbtest.SQLite(f))
	if err := s.Audit(s.ctx, "pond.fill", "pond/1", nil); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		_, err := s.AuditTrail(s.ctx, access.AuditQuery{Cursor: cursor})
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q: %v", cursor, err)
		}
		if _, err := s.Tokens(s.ctx, cursor, 1); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q: %v", cursor, err)
		}
	})
}
