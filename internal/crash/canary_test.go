package crash

import (
	"crypto/rand"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The canaries: things that nobody may find on the disk or in the logs.
const (
	phone       = "13912340987"
	email       = "canary.zhang@mail-canary.example"
	fullName    = "张金丝雀"
	address     = "杭州市西湖区金丝雀路88号3幢2201室"
	chat        = "我想问一下金丝雀的尺码 canarychat7741"
	network     = "198.51.100.177"
	member      = "member-canary-40412"
	importPhone = "13787650123"
	importName  = "李画眉鸟"
	sensorPhone = "13655520417"
	handwritten = "手写备注画眉鸟 note-canary-5591"
)

var canaries = []string{phone, email, fullName, address, chat, network, member, importPhone, importName, sensorPhone, handwritten}

// covers: J3
func TestCanary_IsNowhereInClear(t *testing.T) {
	t.Parallel()
	receiver := NewReceiver()
	t.Cleanup(receiver.Close)
	dir := t.TempDir()
	l := Launch{Program: program(t, ""), Data: filepath.Join(dir, "data"), Key: rand.Text(), Env: []string{receiver.Allow(), "YUTANG_LOG=DEBUG"}}
	logs := filepath.Join(dir, "logs")
	must(t, os.Mkdir(logs, 0o700))
	begin := func() *plant {
		s, err := Start(l)
		must(t, err)
		t.Cleanup(s.Kill)
		must(t, s.AwaitReady(t.Context()))
		return &plant{t: t, server: s, api: API{s.Address}, key: l.Key, ids: map[string]string{}}
	}
	p := begin()
	p.events()
	p.sensors()
	p.file()
	p.people()
	p.outside(receiver)
	open := filepath.Join(dir, "open")
	p.copyOpen(open)
	keep := func(name, text string) { must(t, os.WriteFile(filepath.Join(logs, name), []byte(text), 0o600)) }
	figures, err := p.server.page(t.Context(), "/metrics")
	must(t, err)
	keep("metrics", figures)
	out, err := exec.CommandContext(t.Context(), l.Program, "backup", "--data", l.Data, filepath.Join(dir, "backup")).CombinedOutput()
	must(t, err)
	keep("backup", string(out))
	clean(t, l.Data, filepath.Join(dir, "backup"), logs) // beside the running server: with its write-ahead log
	must(t, p.server.Stop())
	keep("first", p.server.Output())
	clean(t, l.Data, logs) // with a snapshot
	again := begin()
	again.find("phone:" + phone)
	again.server.Kill()
	keep("second", again.server.Output())
	clean(t, l.Data, logs)
	control(t, open)
}

// clean requires that no canary is found.
func clean(t *testing.T, paths ...string) {
	t.Helper()
	hits, files, err := Scan(canaries, paths...)
	must(t, err)
	if files < 5 {
		t.Errorf("only %d files were scanned", files)
	}
	for _, h := range hits {
		t.Errorf("%s holds %q as %s", h.Place, h.Canary, h.Form)
	}
}

// control requires that every canary is found in what the server shows to its owner.
func control(t *testing.T, path string) {
	t.Helper()
	hits, _, err := Scan(canaries, path)
	must(t, err)
	found := map[string]bool{}
	for _, h := range hits {
		found[h.Canary] = true
	}
	for _, c := range canaries {
		if !found[c] {
			t.Errorf("%q was planted, and the server does not have it", c)
		}
	}
}

func TestScan_FindsEachForm(t *testing.T) {
	t.Parallel()
	for _, text := range canaries {
		for name, form := range forms(text) {
			path := filepath.Join(t.TempDir(), "file")
			must(t, os.WriteFile(path, append([]byte("before"), append(form, "after"...)...), 0o600))
			hits, _, err := Scan([]string{text}, path)
			must(t, err)
			if len(hits) == 0 {
				t.Errorf("%q as %s is not found", text, name)
			}
		}
		for shift := range 6 {
			encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + text + "and so on"))
			if len(find("", []byte(encoded), []string{text})) == 0 {
				t.Errorf("%q is not found in base64 behind %d bytes", text, shift)
			}
		}
	}
}
