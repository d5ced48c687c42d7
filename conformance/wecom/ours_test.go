package wecom

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"io"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// sealing is a line of the command tools/wecomcrypt.
type sealing struct {
	Token, AESKey, ReceiveID    string
	Timestamp, Nonce, Signature string
	Encrypt, Plain              string
	XML, Error                  string
}

func (s sealing) encrypt(t *testing.T) string {
	t.Helper()
	var reply struct{ Encrypt string }
	unmarshal(t, []byte(s.XML), &reply)
	return reply.Encrypt
}

func unmarshal(t *testing.T, raw []byte, into any) {
	t.Helper()
	must(t, "XML", xml.Unmarshal(raw, into))
}

// crypt is the running command; it ends with the tests, when its input closes.
var crypt struct {
	once sync.Once
	in   io.Writer
	out  *bufio.Reader
	err  error
}

func startCrypt(t *testing.T) error {
	dir, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	program := filepath.Join(t.TempDir(), "wecomcrypt")
	build := exec.Command("go", "build", "-o", program, "./tools/wecomcrypt")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Log(string(out))
		return err
	}
	cmd := exec.Command(program)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	crypt.in, crypt.out = in, bufio.NewReader(out)
	return cmd.Start()
}

// answerOf has the product's encryption work on one message.
func answerOf(t *testing.T, ask sealing) sealing {
	t.Helper()
	crypt.once.Do(func() { crypt.err = startCrypt(t) })
	must(t, "start tools/wecomcrypt", crypt.err)
	ask.Token, ask.AESKey, ask.ReceiveID = token, aesKey, corpID
	must(t, "ask", json.NewEncoder(crypt.in).Encode(ask))
	raw, err := crypt.out.ReadBytes('\n')
	must(t, "answer", err)
	var got sealing
	must(t, "answer", json.Unmarshal(raw, &got))
	return got
}

// ours is answerOf for what must succeed.
func ours(t *testing.T, ask sealing) sealing {
	t.Helper()
	got := answerOf(t, ask)
	if got.Error != "" {
		t.Fatal(got.Error)
	}
	return got
}
