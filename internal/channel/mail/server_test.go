package mail

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// server is an SMTP server with one user, over loopback.
type server struct {
	tls      *tls.Config
	implicit bool              // TLS from the start
	plainly  bool              // offers no STARTTLS
	auth     string            // methods offered under TLS; "" none
	say      map[string]string // answers instead of the usual ones, by command; "drop" hangs up
	listener net.Listener

	mu      sync.Mutex
	letters []received
	secure  bool
}

// received is a letter as it came.
type received struct{ from, to, data string }

const (
	user     = "sender"
	password = "the password"
)

func serve(t *testing.T, s *server) (*Client, Account) {
	t.Helper()
	web := httptest.NewTLSServer(nil)
	web.Close()
	s.tls = &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() {
		for {
			c, err := s.listener.Accept()
			if err != nil {
				return
			}
			done.Go(func() { s.talk(c) })
		}
	})
	t.Cleanup(func() { _ = s.listener.Close(); done.Wait() })
	security := STARTTLS
	if s.implicit {
		security = TLS
	}
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	n, _ := strconv.Atoi(port)
	return &Client{Dial: (&net.Dialer{}).DialContext, Trust: trustOf(web)}, Account{Host: "127.0.0.1", Port: n, Security: security, User: user, Password: password}
}

// talk is one session.
func (s *server) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	if s.implicit {
		c = tls.Server(c, s.tls)
		s.setSecure()
	}
	in := bufio.NewReader(c)
	say := func(usual, command string) bool {
		text := usual
		if x, ok := s.say[command]; ok {
			text = x
		}
		if text == "drop" {
			_ = c.Close()
			return false
		}
		_, err := c.Write([]byte(text + "\r\n"))
		return err == nil && text[0] < '4'
	}
	if !say("220 mx.example ESMTP", "greeting") {
		return
	}
	var l received
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		command, rest, _ := strings.Cut(line, " ")
		switch command = strings.ToUpper(command); command {
		case "EHLO":
			say(s.hello(), "EHLO")
		case "STARTTLS":
			if !say("220 go on", command) {
				return
			}
			c = tls.Server(c, s.tls)
			in = bufio.NewReader(c)
			s.setSecure()
		case "AUTH":
			if !s.login(in, say, rest) {
				return
			}
		case "MAIL":
			l.from = rest
			say("250 ok", command)
		case "RCPT":
			l.to = rest
			say("250 ok", command)
		case "DATA":
			if !say("354 go on", command) {
				continue
			}
			l.data = ""
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				l.data += strings.TrimPrefix(line, ".")
			}
			if say("250 2.0.0 queued", ".") {
				s.mu.Lock()
				s.letters = append(s.letters, l)
				s.mu.Unlock()
			}
		case "QUIT":
			say("221 bye", command)
			return
		default:
			say("500 what", "other")
		}
	}
}

func (s *server) setSecure() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secure = true
}

func (s *server) hello() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := "250-mx.example\r\n250-8BITMIME\r\n"
	if !s.secure && !s.plainly {
		text += "250-STARTTLS\r\n"
	}
	if s.secure && s.auth != "" {
		text += "250-AUTH " + s.auth + "\r\n"
	}
	return text + "250 SIZE 10000000"
}

func (s *server) login(in *bufio.Reader, say func(usual, command string) bool, rest string) bool {
	decode := func(text string) string {
		raw, _ := base64.StdEncoding.DecodeString(text)
		return string(raw)
	}
	method, first, _ := strings.Cut(rest, " ")
	got := decode(first)
	want := "\x00" + user + "\x00" + password
	if method == "LOGIN" {
		got, want = "", user+"/"+password
		for _, prompt := range []string{"334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"} {
			if !say(prompt, "prompt") {
				return false
			}
			line, err := in.ReadString('\n')
			if err != nil {
				return false
			}
			got += "/" + decode(strings.TrimSpace(line))
		}
		got = strings.TrimPrefix(got, "/")
	}
	if got != want {
		return say("535 5.7.8 no", "refusal") || true
	}
	say("235 2.7.0 welcome", "AUTH")
	return true
}

func (s *server) last(t *testing.T) received {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.letters) != 1 {
		t.Fatalf("%d letters", len(s.letters))
	}
	return s.letters[0]
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.letters)
}
