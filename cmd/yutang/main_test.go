package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

const (
	testToken = "yt_token"
	testKey   = "wk"
)

// asProgram makes the test binary the program, so that tests can run it as a process.
const asProgram = "YUTANG_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	main()
}

// program is a command line of the program with a clean environment.
func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "TMPDIR=" + os.TempDir()}, env...)
	return cmd
}

// run runs a command to its end.
func run(t *testing.T, args ...string) (out string, ok bool) {
	t.Helper()
	raw, err := program(t, nil, args...).CombinedOutput()
	return string(raw), err == nil
}

// must is run for a command that has to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, ok := run(t, args...)
	if !ok {
		t.Fatalf("%v:\n%s", args, out)
	}
	return out
}

// served is a running server.
type served struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	out  *bytes.Buffer // standard output until the address was printed
	errs *bytes.Buffer
	rest chan string // standard output after that
}

// serve starts a server and waits for its address.
func serve(t *testing.T, env []string, args ...string) *served {
	t.Helper()
	s := &served{t: t, cmd: program(t, env, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), out: &bytes.Buffer{}, errs: &bytes.Buffer{}, rest: make(chan string, 1)}
	s.cmd.Stderr = s.errs
	pipe, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(pipe)
	for s.url == "" {
		line, err := lines.ReadString('\n')
		s.out.WriteString(line)
		if err != nil {
			t.Fatalf("the server did not start: %v\n%s%s", err, s.out, s.errs)
		}
		if _, url, found := strings.Cut(strings.TrimSpace(line), " listens on "); found {
			s.url = url
		}
	}
	go func() {
		more, err := io.ReadAll(lines)
		if err != nil {
			more = append(more, err.Error()...)
		}
		s.rest <- string(more)
	}()
	return s
}

// stop asks the server to end, which it does in order and in time; it gives what was printed.
func (s *served) stop() string {
	s.t.Helper()
	started := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	more := <-s.rest
	if err := s.cmd.Wait(); err != nil {
		s.t.Fatalf("SIGTERM: %v\n%s", err, s.errs)
	}
	if took := time.Since(started); took > 10*time.Second {
		s.t.Errorf("the server took %v to stop", took)
	}
	return s.out.String() + more
}

// call makes a request and reads the answer.
func (s *served) call(method, path, body string) (status int, answer gjson.Result) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testToken)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] != '{' {
		if raw, err = json.Marshal(string(raw)); err != nil {
			s.t.Fatal(err)
		}
	}
	return res.StatusCode, gjson.ParseBytes(raw)
}

// known is the environment of a new directory with known keys.
func known(data string) []string {
	return []string{"YUTANG_ADMIN_TOKEN=" + testToken, "YUTANG_WRITE_KEY=" + testKey, "YUTANG_DATA=" + data}
}

// covers: J5
func TestServe_FromNewDirectoryToOrderlyStop(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "brand")
	s := serve(t, known(data))
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready"} {
		if status, a := s.call("GET", path, ""); status != 200 || a.String() != want {
			t.Errorf("%s: %d %s", path, status, a.Raw)
		}
	}
	if status, a := s.call("GET", "/metrics", ""); status != 200 || !strings.Contains(a.String(), "yutang_") {
		t.Errorf("/metrics: %d", status)
	}
	if status, a := s.call("POST", "/v1/track", `{"writeKey":"wk","userId":"u1","event":"Seen"}`); status != 200 {
		t.Errorf("track: %d %s", status, a.Raw)
	}
	if status, a := s.call("GET", "/api/v1/me", ""); status != 200 || a.Get("role").String() != "owner" {
		t.Errorf("me: %d %s", status, a.Raw)
	}
	if status, a := s.call("GET", "/api/v1/sources", ""); a.Get(`items.#(name=="default")`).String() == "" {
		t.Errorf("sources: %d %s", status, a.Raw)
	}
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0", "--data", data}, {"import", "orders", os.Args[0], "--data", data}} {
		if out, ok := run(t, args...); ok || !strings.Contains(out, "in use by another yutang") {
			t.Errorf("%v on a directory in use: %s", args, out)
		}
	}
	if printed := s.stop(); strings.Contains(printed, "setup") {
		t.Errorf("a set-up link although the token was given: %s", printed)
	}
	for _, file := range []string{"yutang.db", "key", "lock"} {
		if info, err := os.Stat(filepath.Join(data, file)); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", file, info.Mode(), err)
		}
	}
	again := serve(t, nil, "--data", data)
	if status, a := again.call("GET", "/api/v1/customers?identity=user_id:u1", ""); status != 200 || a.Get("items.#").Int() != 1 {
		t.Errorf("after a restart: %d %s", status, a.Raw)
	}
	again.stop()
}

// covers: J4
func TestServe_PrintsASetupLinkWithoutAToken(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	if status, _ := s.call("GET", "/api/v1/customers", ""); status != http.StatusUnauthorized {
		t.Errorf("without any account: %d", status)
	}
	if printed := s.stop(); strings.Count(printed, "/setup?token=") != 1 {
		t.Errorf("printed: %s", printed)
	}
	if _, err := os.Stat(filepath.Join(s.cmd.Dir, "yutang-data", "yutang.db")); err != nil {
		t.Error(err)
	}
}

// covers: J5
func TestBackup_BesideTheServerAndRestoreHolds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, file, copied := filepath.Join(dir, "brand"), filepath.Join(dir, "backup"), filepath.Join(dir, "copy")
	s := serve(t, known(data))
	if status, a := s.call("POST", "/v1/identify", `{"writeKey":"wk","userId":"u1","traits":{"phone":"13912345670"}}`); status != 200 {
		t.Fatalf("identify: %d %s", status, a.Raw)
	}
	if out := must(t, "backup", file, "--data", data); !strings.Contains(out, "1 events") {
		t.Errorf("backup: %s", out)
	}
	if out := must(t, "doctor", "--data", data); !strings.Contains(out, "ok") {
		t.Errorf("doctor: %s", out)
	}
	s.stop()
	if out, ok := run(t, "restore", file, "--data", data); ok {
		t.Errorf("restored over a brand: %s", out)
	}
	must(t, "restore", file, "--data", copied, "--key", filepath.Join(data, "key"))
	r := serve(t, nil, "--data", copied)
	if _, a := r.call("GET", "/api/v1/outreach/status", ""); !a.Get("held").Bool() {
		t.Errorf("the copy may send: %s", a.Raw)
	}
	if status, a := r.call("POST", "/api/v1/outreach/release", ""); status != 200 || a.Get("held").Bool() {
		t.Errorf("release: %d %s", status, a.Raw)
	}
	if _, a := r.call("GET", "/api/v1/customers?identity=phone:13912345670", ""); a.Get("items.0.identities.#").Int() != 2 {
		t.Errorf("customer of the copy: %s", a.Raw)
	}
	r.stop()
	if out, ok := run(t, "restore", data+"/key", "--data", filepath.Join(dir, "x")); ok {
		t.Errorf("restored from a file that is no backup: %s", out)
	}
}

// covers: B1
func TestImport_FromTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "brand")
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := write("orders.csv", "单号,下单时间,实付,会员\nA1,2026-01-02 10:00:00,12.50,M1\nA2,2026-01-03 10:00:00,7.50,M1\nA3,whenever,1,M2\n")
	mapping := write("map.json", `{"time":{"layout":"2006-01-02 15:04:05"},"fields":{"order_id":"单号","at":"下单时间","revenue":"实付"},"identities":{"member_no":"会员"}}`)
	if out := must(t, "import", "orders", file, "--map", mapping, "--data", data, "--source", "shop"); !strings.Contains(out, "time") {
		t.Errorf("the rejected row is not reported: %s", out)
	}
	must(t, "import", "orders", file, "--map", mapping, "--data", data, "--source", "shop")
	s := serve(t, known(data), "--data", data)
	if _, a := s.call("GET", "/api/v1/customers?identity=member_no:M1", ""); a.Get("items.0.orders.net_revenue").Float() != 20 || a.Get("items.0.orders.count").Int() != 2 {
		t.Errorf("M1: %s", a.Raw)
	}
	s.stop()
	if out, ok := run(t, "import", "orders", filepath.Join(dir, "none.csv"), "--data", data); ok {
		t.Errorf("imported nothing: %s", out)
	}
}

func TestBench_PrintsJSONObjects(t *testing.T) {
	t.Parallel()
	out := must(t, "bench", "idle", "--customers", "2000", "--events", "5000", "--seconds", "1", "--json")
	n := 0
	for line := range strings.Lines(out) {
		if o := gjson.Parse(line); o.IsObject() {
			n++
			if o.Get("name").Type != gjson.String || o.Get("value").Type != gjson.Number || o.Get("unit").Type != gjson.String || !o.Get("target").Exists() {
				t.Errorf("line: %s", line)
			}
		}
	}
	if n == 0 {
		t.Errorf("no figures: %s", out)
	}
}

func TestCommandLine_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	if out := must(t, "version"); !strings.HasPrefix(out, "yutang ") {
		t.Errorf("version: %s", out)
	}
	for _, args := range [][]string{
		{},
		{"nope"},
		{"serve", "--listen", "nowhere"},
		{"bench", "nope"},
		{"serve", "--database", "mysql://x", "--listen", "127.0.0.1:0"},
		{"backup", "x", "--data", "/nonexistent"},
		{"doctor", "--data", "/proc/nope"},
	} {
		if out, ok := run(t, args...); ok || len(out) < 10 || strings.Contains(out, "goroutine ") {
			t.Errorf("%v: %v %s", args, ok, out)
		}
	}
}
