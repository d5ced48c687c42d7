package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"yutang/internal/app"
	"yutang/internal/fault"
)

// covers: J3, J4
func TestStart_RefusesAnotherKey(t *testing.T) {
	t.Parallel()
	cfg := app.Config{Data: t.TempDir(), Listen: "127.0.0.1:0"}
	stop(t, cfg)
	key := filepath.Join(cfg.Data, "key")
	own, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Start(t.Context(), cfg); !fault.Is(err, fault.Precondition) {
		t.Fatalf("start without the key: %v, want a refusal", err)
	}
	if _, err := os.Stat(key); !os.IsNotExist(err) {
		t.Fatalf("a new key was made beside old data: %v", err)
	}
	other := app.Config{Data: t.TempDir(), Listen: "127.0.0.1:0"}
	stop(t, other)
	wrong, err := os.ReadFile(filepath.Join(other.Data, "key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text []byte
		ok   bool
	}{{wrong, false}, {own, true}} {
		if err := os.WriteFile(key, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := app.Start(t.Context(), cfg)
		if (err == nil) != c.ok {
			t.Fatalf("start: %v, want success %v", err, c.ok)
		}
		if err == nil {
			err = a.Stop(t.Context())
		}
		if c.ok && err != nil {
			t.Fatal(err)
		}
	}
}

// stop starts a server and stops it again.
func stop(t *testing.T, cfg app.Config) {
	t.Helper()
	a, err := app.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
