// Package mail sends letters through an SMTP server: TLS from the start or STARTTLS, with
// PLAIN or LOGIN, one connection for each letter.
//
// It knows how far a letter came. Until the line that ends its data is written, the server
// does not have it, and it may be sent again; from then on, without an answer, nobody
// knows. What it says of a failure names the server's codes, never an address or a text.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	netmail "net/mail"
	"net/smtp"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"time"

	"yutang/internal/channel/wire"
	"yutang/internal/outreach"
)

const sendTimeout = 30 * time.Second

// Security is how a connection is protected.
type Security string

// The ways. None is for a relay on the same machine or network.
const (
	STARTTLS Security = "starttls" // port 587 or 25; refused if the server does not offer it
	TLS      Security = "tls"      // port 465
	None     Security = "none"
)

// Account is the right to send through a server.
type Account struct {
	Host     string
	Port     int
	Security Security
	User     string // "" sends without logging in
	Password string
	From     netmail.Address
	ReplyTo  string
}

// Client sends. Safe for concurrent use.
type Client struct {
	Dial    wire.Dial
	Refused func(error) bool // tells an address that is not allowed
	Trust   *tls.Config      // nil: the system's
}

// errOffer is a server that lacks what the account asks for.
var errOffer = errors.New("the server does not offer what the account needs")

// Send sends one letter.
func (c *Client) Send(ctx context.Context, a Account, l Letter) outreach.Outcome {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	l.From, l.ReplyTo = a.From, a.ReplyTo
	raw, err := l.bytes()
	if err != nil {
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.BadTemplate, Detail: "the letter cannot be written"}
	}
	s, err := c.open(ctx, a)
	if err != nil {
		return c.unsent(err, atAccount)
	}
	defer s.Close()
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	return c.transfer(s, a.From.Address, l, raw)
}

// open connects, protects the connection and logs in.
func (c *Client) open(ctx context.Context, a Account) (*smtp.Client, error) {
	conn, err := c.Dial(ctx, "tcp", net.JoinHostPort(a.Host, strconv.Itoa(a.Port)))
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.Trust != nil {
		trust = c.Trust.Clone()
	}
	trust.ServerName = a.Host
	if a.Security == TLS {
		conn = tls.Client(conn, trust)
	}
	s, err := smtp.NewClient(conn, a.Host)
	if err == nil {
		err = c.greet(s, a, trust)
		if err != nil {
			_ = s.Close()
		}
	} else {
		_ = conn.Close()
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (c *Client) greet(s *smtp.Client, a Account, trust *tls.Config) error {
	_, domain, _ := strings.Cut(a.From.Address, "@")
	if err := s.Hello(domain); err != nil {
		return err
	}
	if a.Security == STARTTLS {
		if ok, _ := s.Extension("STARTTLS"); !ok {
			return errOffer
		}
		if err := s.StartTLS(trust); err != nil {
			return err
		}
	}
	if a.User == "" {
		return nil
	}
	_, offered := s.Extension("AUTH")
	switch offered = " " + strings.ToUpper(offered) + " "; {
	case a.Security == None: // a password is never shown to the network
		return errOffer
	case strings.Contains(offered, " PLAIN "):
		return s.Auth(smtp.PlainAuth("", a.User, a.Password, a.Host))
	case strings.Contains(offered, " LOGIN "):
		return s.Auth(&login{user: a.User, password: a.Password})
	}
	return errOffer
}

// transfer gives the letter to the server and says how far it came.
func (c *Client) transfer(s *smtp.Client, from string, l Letter, raw []byte) outreach.Outcome {
	if err := s.Mail(from); err != nil {
		return c.unsent(err, atAccount)
	}
	if err := s.Rcpt(l.To); err != nil {
		return c.unsent(err, atRecipient)
	}
	if err := askData(s.Text); err != nil {
		return c.unsent(err, atData)
	}
	w := s.Text.DotWriter()
	if _, err := w.Write(raw); err != nil {
		return c.unsent(err, atData)
	}
	err := w.Close()
	if err == nil {
		_, _, err = s.Text.ReadResponse(250)
	}
	var said *textproto.Error
	switch {
	case err == nil:
		_ = s.Quit() // the letter is there already
		return outreach.Outcome{Verdict: outreach.Accepted, Detail: "SMTP 250", ProviderID: l.messageID()}
	case errors.As(err, &said):
		return c.unsent(err, atData)
	}
	return outreach.Outcome{Reason: outreach.NoAnswer, Detail: wire.Innermost(err)}
}

// askData has the server wait for the letter. net/smtp has this too, but does not tell
// whether what went wrong went wrong before the letter was whole.
func askData(text *textproto.Conn) error {
	id, err := text.Cmd("DATA")
	if err != nil {
		return err
	}
	text.StartResponse(id)
	defer text.EndResponse(id)
	_, _, err = text.ReadResponse(354)
	return err
}

// stage is where the server said no.
type stage uint8

const (
	atAccount   stage = iota // greeting, TLS, login, sender: true for every letter
	atRecipient              // this address
	atData                   // this letter
)

// unsent judges a letter that the server surely does not have.
func (c *Client) unsent(err error, at stage) outreach.Outcome {
	var said *textproto.Error
	switch {
	case c.Refused != nil && c.Refused(err):
		return outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.BlockedAddress, Detail: "the endpoint's address is not public"}
	case errors.Is(err, errOffer):
		return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.Account, Detail: errOffer.Error()}
	case !errors.As(err, &said):
		return outreach.Outcome{Verdict: outreach.Again, Reason: outreach.Unreachable, Detail: transport(err)}
	}
	o := outreach.Outcome{Verdict: outreach.Rejected, Reason: outreach.Refused, Detail: codes(said)}
	switch {
	case said.Code < 500:
		o.Verdict, o.Reason = outreach.Again, outreach.RateLimited
	case at == atAccount:
		o.Verdict, o.Reason = outreach.Again, outreach.Account
	case at == atRecipient && noSuchBox(said):
		o.Reason = outreach.NoAddress
	}
	return o
}

// transport is a failure below SMTP. What io and tls say names no address of a person.
func transport(err error) string {
	if errors.Is(err, io.EOF) {
		return "the server closed the connection"
	}
	return wire.Innermost(err)
}

// enhanced is a status code of RFC 3463.
var enhanced = regexp.MustCompile(`^[245]\.[0-9]{1,3}\.[0-9]{1,3}\b`)

func codes(e *textproto.Error) string {
	text := "SMTP " + strconv.Itoa(e.Code)
	if x := enhanced.FindString(e.Msg); x != "" {
		text += " " + x
	}
	return text
}

// noSuchBox tells an address that does not exist from one that is only refused.
func noSuchBox(e *textproto.Error) bool {
	switch x := enhanced.FindString(e.Msg); {
	case strings.HasPrefix(x, "5.1."):
		return true
	case x != "":
		return false
	}
	return e.Code == 550 || e.Code == 551 || e.Code == 553
}

// login is AUTH LOGIN, which some servers offer alone. It is used under TLS only.
type login struct {
	user, password string
	step           int
}

// Start begins the exchange.
func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS {
		return "", nil, errOffer
	}
	return "LOGIN", nil, nil
}

// Next answers the server's two questions.
func (l *login) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	l.step++
	switch l.step {
	case 1:
		return []byte(l.user), nil
	case 2:
		return []byte(l.password), nil
	}
	return nil, errOffer
}
