package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"yutang/internal/clock"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/seal"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

// connected makes a data directory with a simulated corp in it.
func connected(t *testing.T, secret string) (dir string) {
	t.Helper()
	const id = "ww0000000000000001"
	sim, err := wecomsim.New(wecomsim.Config{CorpID: id, Secret: "simulated-secret", AgentID: 1000002, Clock: clock.System{}, Staff: 2})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(sim.Handler())
	t.Cleanup(web.Close)
	dir = t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(context.Background(), filepath.Join(dir, "yutang.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	box, err := seal.OpenKeyFile(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	corps := corp.New(corp.Config{
		DB: d, Box: box, Clock: clock.System{}, HTTP: http.DefaultClient, Tokens: wecom.NewTokens(d, box, clock.System{}),
		Limits: wecom.NewLimits(clock.System{}),
	})
	_, err = corps.Put(context.Background(), corp.NewCorp{ID: id, Name: "Sim", BaseURL: web.URL, Apps: []corp.NewApp{
		{Name: corp.Main, AgentID: 1000002, Secret: secret, Token: "SimToken01", AESKey: strings.Repeat("a", 43)},
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// covers: J4
func TestDoctorWeCom_SpeaksBothLanguagesAndFailsOnAFault(t *testing.T) {
	t.Parallel()
	good := connected(t, "simulated-secret")
	if out := must(t, "doctor", "wecom", "--data", good, "--lang", "zh"); !strings.Contains(out, "主应用的凭证有效") || strings.Contains(out, "FAIL") {
		t.Errorf("healthy:\n%s", out)
	}
	bad := connected(t, "wrong")
	out, ok := run(t, "doctor", "wecom", "--data", bad, "--corp", "ww0000000000000001", "--lang", "en")
	if ok || !strings.Contains(out, "FAIL  credentials") || !strings.Contains(out, "→ open the self-built app") {
		t.Errorf("with a wrong secret, success %t:\n%s", ok, out)
	}
	if strings.Contains(out, "wrong\n") {
		t.Errorf("the secret is shown:\n%s", out)
	}
	cmd := program(t, nil, "doctor", "wecom", "--data", bad, "--json")
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	if err := cmd.Run(); err == nil || gjson.GetBytes(stdout.Bytes(), `0.items.#(check=="credentials").state`).Str != "fail" {
		t.Errorf("as JSON: %v %s", err, stdout.Bytes())
	}
	if out, ok := run(t, "doctor", "wecom", "--data", good, "--corp", "ww-nobody"); ok {
		t.Errorf("an unknown corp:\n%s", out)
	}
	if out := must(t, "doctor", "--data", good); !strings.Contains(out, "key file") {
		t.Errorf("the plain doctor:\n%s", out)
	}
}
