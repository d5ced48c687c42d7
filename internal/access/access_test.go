package access_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/seal"
)

var start = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

type door struct {
	*access.Service
	clock *clock.Manual
	db    *db.DB
	ctx   context.Context // the program asks
}

func newDoor(t testing.TB, d *db.DB) *door {
	t.Helper()
	key := sha256.Sum256([]byte("access test"))
	box, err := seal.New(key[:])
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewManual(start)
	return &door{Service: access.New(d, box, clk), clock: clk, db: d, ctx: access.As(context.Background(), access.System)}
}

var lin = access.NewAccount{Email: "Lin@Example.com", Name: "Lin", Password: "correct horse", Role: access.Owner}

func (d *door) account(t *testing.T, n access.NewAccount) access.Account {
	t.Helper()
	a, err := d.AddAccount(d.ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (d *door) signIn(password, remote string) (string, error) {
	_, secret, err := d.SignIn(context.Background(), access.Credentials{Email: " lin@example.COM ", Password: password, Remote: remote})
	return secret, err
}

// covers: J1
func TestRoles_GrantWhatTheTableSays(t *testing.T) {
	t.Parallel()
	want := map[access.Role][]access.Permission{
		access.Viewer: {
			access.AudiencesRead, access.CodesRead, access.ContentRead, access.CustomersRead, access.ExperimentsRead,
			access.GroupsRead, access.InsightRead, access.OutreachRead, access.PlaybooksRead, access.SettingsRead, access.StaffRead, access.SystemRead,
			access.TagsRead, access.TasksRead,
		},
		access.Analyst: {
			access.AudiencesRead, access.CodesRead, access.ContactsRead, access.ContentRead, access.CustomersRead, access.EventsRead,
			access.ExperimentsRead, access.GroupsRead, access.HandoverRead, access.IdentityRead, access.ImportsRead, access.InsightRead,
			access.OutreachRead, access.PlaybooksRead,
			access.SettingsRead, access.SourcesRead, access.StaffRead, access.SystemRead, access.TagsRead,
			access.TasksRead, access.WeComRead,
		},
		access.Owner: access.Permissions(),
	}
	for role, permissions := range want {
		if diff := cmp.Diff(permissions, access.Principal{Role: role}.Permissions()); diff != "" {
			t.Errorf("%s: %s", role, diff)
		}
	}
	operator := access.Principal{Role: access.Operator}
	for _, p := range access.Permissions() {
		forbidden := map[access.Permission]bool{
			access.AccountsRead: true, access.AccountsWrite: true, access.AuditRead: true, access.SettingsWrite: true, access.SourcesWrite: true,
			access.WeComWrite: true, access.PanelUse: true, access.CustomersErase: true,
		}[p]
		if operator.Can(p) == forbidden {
			t.Errorf("operator can %s: %v", p, !forbidden)
		}
	}
	if access.Owner.Has("ponds.drain") || access.Role("").Has(access.AuditRead) || access.Can(context.Background(), access.SystemRead) {
		t.Error("somebody may do what no table says")
	}
}

// covers: J1
func TestToken_Authenticates(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		only := []access.Permission{access.CustomersRead}
		token, secret, err := s.AddToken(s.ctx, access.NewToken{Name: "sync", Role: access.Operator, Only: only, ExpiresAt: start.Add(time.Hour)})
		if err != nil || !strings.HasPrefix(secret, access.TokenPrefix) || len(secret) != len(access.TokenPrefix)+43 {
			t.Fatal(secret, err)
		}
		p, err := s.Authenticate(s.ctx, secret)
		if err != nil || p.ID != token.ID || !p.Can(access.CustomersRead) || p.Can(access.CustomersWrite) {
			t.Fatalf("%+v, %v", p, err)
		}
		for _, wrong := range []string{"", "yt_", secret[:len(secret)-1], secret + "x", strings.ToUpper(secret)} {
			if _, err := s.Authenticate(s.ctx, wrong); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if err := s.Maintain(s.ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Token(s.ctx, token.ID); err != nil || !got.UsedAt.Equal(start) {
			t.Errorf("last used %v, %v", got.UsedAt, err)
		}
		s.clock.Advance(time.Hour)
		if _, err := s.Authenticate(s.ctx, secret); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("expired: %v", err)
		}
	})
}

func TestToken_RevokedIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		token, secret, err := s.AddToken(s.ctx, access.NewToken{Name: "x", Role: access.Viewer})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.RevokeToken(s.ctx, token.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Authenticate(s.ctx, secret); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("revoked: %v", err)
		}
		if err := s.RevokeToken(s.ctx, "tok_none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown: %v", err)
		}
	})
}

// covers: J1
func TestToken_CannotGrantMoreThanItsMakerHas(t *testing.T) {
	t.Parallel()
	s := newDoor(t, dbtest.SQLite(t))
	ctx := access.As(context.Background(), access.Principal{ID: "acc_1", Role: access.Owner, Only: []access.Permission{access.AccountsWrite, access.AuditRead}})
	if _, _, err := s.AddToken(ctx, access.NewToken{Name: "x", Role: access.Viewer}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("wider: %v", err)
	}
	if _, _, err := s.AddToken(ctx, access.NewToken{Name: "x", Role: access.Owner, Only: []access.Permission{access.AuditRead}}); err != nil {
		t.Errorf("narrower: %v", err)
	}
	owner := s.account(t, lin)
	weak := access.As(context.Background(), access.Principal{ID: "tok_1", Role: access.Owner, Only: []access.Permission{access.AccountsWrite}})
	again := lin
	again.Email = "second@example.com"
	if _, err := s.AddAccount(weak, again); !fault.Is(err, fault.Forbidden) {
		t.Errorf("account: %v", err)
	}
	wanted := "battery staple"
	if _, err := s.UpdateAccount(weak, owner.ID, access.AccountChange{Password: &wanted}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("password of a stronger account: %v", err)
	}
	for pointer, n := range map[string]access.NewToken{
		"/name":        {Name: " ", Role: access.Viewer},
		"/role":        {Name: "x", Role: "king"},
		"/permissions": {Name: "x", Role: access.Viewer, Only: []access.Permission{access.AuditRead}},
		"/expires_at":  {Name: "x", Role: access.Viewer, ExpiresAt: start},
	} {
		_, _, err := s.AddToken(s.ctx, n)
		wantField(t, err, pointer)
	}
}

func wantField(t *testing.T, err error, pointer string) {
	t.Helper()
	e, ok := err.(*fault.Error)
	if !ok || e.Kind != fault.Invalid || len(e.Fields) != 1 || e.Fields[0].Pointer != pointer {
		t.Errorf("%v, want a fault at %s", err, pointer)
	}
}

func TestBootstrap_OnlyOnANewDirectory(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		if err := s.Bootstrap(s.ctx, ""); err != nil {
			t.Fatal(err)
		}
		if needs, err := s.NeedsSetup(s.ctx); err != nil || !needs {
			t.Fatal(needs, err)
		}
		for _, token := range []string{"first-token", "second-token"} {
			if err := s.Bootstrap(s.ctx, token); err != nil {
				t.Fatal(err)
			}
		}
		if p, err := s.Authenticate(s.ctx, "first-token"); err != nil || p.Role != access.Owner {
			t.Errorf("first: %+v %v", p, err)
		}
		if _, err := s.Authenticate(s.ctx, "second-token"); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("second: %v", err)
		}
		if token, err := s.SetupToken(s.ctx); err != nil || token != "" {
			t.Errorf("set-up link though owned: %q %v", token, err)
		}
	})
}

// covers: J1
func TestSetup_LinkWorksOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newDoor(t, d)
		if _, _, err := s.Setup(s.ctx, "", lin); !fault.Is(err, fault.Forbidden) {
			t.Errorf("before there is a link: %v", err)
		}
		old, err := s.SetupToken(s.ctx)
		if err != nil {
			t.Fatal(err)
		}
		token, err := s.SetupToken(s.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Setup(s.ctx, old, lin); !fault.Is(err, fault.Forbidden) {
			t.Errorf("former link: %v", err)
		}
		viewer := lin
		viewer.Role = access.Viewer
		_, secret, err := s.Setup(s.ctx, token, viewer)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := s.AuthenticateSession(s.ctx, secret); err != nil || p.Role != access.Owner {
			t.Errorf("%+v %v", p, err)
		}
		if _, _, err := s.Setup(s.ctx, token, lin); !fault.Is(err, fault.Forbidden) {
			t.Errorf("second use: %v", err)
		}
	})
}

// covers: J3
func TestAccount_IsSealedAtRest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newDoor(t, dbtest.Open(t, filepath.Join(dir, "yutang.db")))
	s.account(t, lin)
	if _, err := s.signIn(lin.Password, "10.0.0.1"); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"lin@example.com", "Lin@Example.com", lin.Password, "10.0.0.1"} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds %q in clear", filepath.Base(file), secret)
			}
		}
	}
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
