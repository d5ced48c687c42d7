// Command wecomcrypt lets the conformance tests use our encryption of callbacks from another
// module. It reads one JSON object per line and answers each with one: Plain is sealed and
// signed when Encrypt is empty, else Encrypt is verified and opened.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"yutang/internal/wecom/crypt"
)

type line struct {
	Token, AESKey, ReceiveID    string
	Timestamp, Nonce, Signature string
	Encrypt, Plain              string
	XML                         string // the sealed answer
	Error                       string // why it was refused
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			l.Error = err.Error()
		} else if err := l.work(); err != nil {
			l.Error = err.Error()
		}
		if err := out.Encode(l); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func (l *line) work() error {
	c, err := crypt.New(crypt.Keys{Token: l.Token, AESKey: l.AESKey, ReceiveID: l.ReceiveID})
	if err != nil {
		return err
	}
	if l.Encrypt == "" {
		raw, err := c.Encrypt([]byte(l.Plain), l.Timestamp, l.Nonce)
		l.XML = string(raw)
		return err
	}
	raw, err := c.Decrypt(l.Signature, l.Timestamp, l.Nonce, l.Encrypt)
	l.Plain = string(raw)
	return err
}
