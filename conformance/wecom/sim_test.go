package wecom

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	corpID  = "ww0000000000000001"
	agentID = 1000002
	secret  = "sim-secret-main"
	token   = "SimToken01"
	aesKey  = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
)

// sim is a simulator in a process of its own, with members li, wang and zhao in the
// departments 1 and 2 and no customers.
type sim struct {
	t   *testing.T
	url string
}

var address = regexp.MustCompile(`platform\s+(http://[^/]+)/`)

func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("YUTANG_BINARY")
	if path == "" {
		path = "../../bin/yutang"
	}
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("no program to test, run make build: %v", err)
	}
	return path
}

// startSim starts the program on a free port and ends it with the test.
func startSim(t *testing.T) *sim {
	t.Helper()
	cmd := exec.Command(binary(t), "wecom-sim", "--listen", "127.0.0.1:0", "--seed", "7", "--staff", "0", "--customers", "0", "--groups", "0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	s := &sim{t: t, url: addressOf(t, out)}
	s.act("put_department", obj{"id": 2, "name": "门店", "parentid": 1, "order": 5})
	s.act("put_member", obj{"userid": "li", "name": "李雷", "alias": "Lei", "position": "店长", "mobile": "13800000001", "gender": 1,
		"departments": []int{1, 2}, "leads": []int{2}})
	s.act("put_member", obj{"userid": "wang", "name": "王芳", "gender": 2, "departments": []int{2}, "direct_leader": []string{"li"}})
	s.act("put_member", obj{"userid": "zhao", "name": "赵敏", "departments": []int{2}})
	return s
}

func addressOf(t *testing.T, out io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return m[1]
		}
	}
	t.Fatal("the simulator did not start")
	return ""
}

type obj = map[string]any

// act performs a phone action or turns a knob and gives what it answers.
func (s *sim) act(name string, body any) obj {
	s.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.Post(s.url+"/sim/api/"+name, "application/json", bytes.NewReader(raw))
	return s.answer(name, resp, err)
}

// read gives what the control API shows under name; what is no object comes under "list".
func (s *sim) read(name string, query url.Values) obj {
	s.t.Helper()
	resp, err := http.Get(s.url + "/sim/api/" + name + "?" + query.Encode())
	return s.answer(name, resp, err)
}

func (s *sim) answer(name string, resp *http.Response, err error) obj {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s %s %v", name, resp.Status, raw, err)
	}
	out := obj{}
	if !strings.HasPrefix(string(raw), "{") {
		raw = fmt.Appendf(nil, `{"list":%s}`, raw)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		s.t.Fatalf("%s: %v in %s", name, err, raw)
	}
	return out
}

// customer makes a person of WeChat who is nobody's customer yet.
func (s *sim) customer(name string) string {
	s.t.Helper()
	return s.act("add_customer", obj{"name": name, "gender": 2})["external_userid"].(string)
}

// friend makes a customer of user.
func (s *sim) friend(user, name string) string {
	s.t.Helper()
	who := s.customer(name)
	s.act("add", obj{"userid": user, "external_userid": who})
	return who
}

// now is the simulator's time.
func (s *sim) now() time.Time {
	s.t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s.read("clock", nil)["now"].(string))
	if err != nil {
		s.t.Fatal(err)
	}
	return at
}

func (s *sim) advance(d time.Duration) {
	s.t.Helper()
	s.act("advance", obj{"seconds": d.Seconds()})
}
