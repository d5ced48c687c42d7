package mail

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// Letter is one mail.
type Letter struct {
	From        mail.Address
	ReplyTo     string
	To          string
	Subject     string
	Text        string
	HTML        string
	Ref         string // ours; makes the Message-ID
	Unsubscribe string // URL that ends mails, for one click too; "" is none
	At          time.Time
}

// placeholder is replaced by the URL that ends mails, in text and HTML.
const placeholder = "[[unsubscribe_url]]"

// bytes writes the mail as RFC 5322 and RFC 2045 want it. Line breaks in what becomes a
// header are taken out, so that no text can add one.
func (l Letter) bytes() ([]byte, error) {
	var out bytes.Buffer
	head := func(name, value string) { fmt.Fprintf(&out, "%s: %s\r\n", name, value) }
	head("Date", l.At.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	from := l.From
	from.Name = oneLine(from.Name)
	head("From", from.String())
	head("To", (&mail.Address{Address: l.To}).String())
	if l.ReplyTo != "" {
		head("Reply-To", (&mail.Address{Address: l.ReplyTo}).String())
	}
	head("Subject", fold(mime.QEncoding.Encode("utf-8", oneLine(l.Subject))))
	head("Message-ID", l.messageID())
	if l.Unsubscribe != "" {
		head("List-Unsubscribe", "<"+l.Unsubscribe+">")
		head("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	head("MIME-Version", "1.0")
	fill := strings.NewReplacer(placeholder, l.Unsubscribe)
	err := l.body(&out, fill)
	return out.Bytes(), err
}

func (l Letter) messageID() string {
	_, domain, _ := strings.Cut(l.From.Address, "@")
	return "<" + l.Ref + "@" + domain + ">"
}

func (l Letter) body(out *bytes.Buffer, fill *strings.Replacer) error {
	switch {
	case l.HTML == "":
		return part(out, "text/plain", fill.Replace(l.Text))
	case l.Text == "":
		return part(out, "text/html", fill.Replace(l.HTML))
	}
	w := multipart.NewWriter(out)
	if err := w.SetBoundary("=_" + l.Ref); err != nil {
		return err
	}
	fmt.Fprintf(out, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", w.Boundary())
	for _, alternative := range [][2]string{{"text/plain", l.Text}, {"text/html", l.HTML}} {
		p, err := w.CreatePart(partHeader(alternative[0]))
		if err != nil {
			return err
		}
		if err := quoted(p, fill.Replace(alternative[1])); err != nil {
			return err
		}
	}
	return w.Close()
}

func partHeader(kind string) textproto.MIMEHeader {
	return textproto.MIMEHeader{"Content-Type": {kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}}
}

func part(out *bytes.Buffer, kind, text string) error {
	fmt.Fprintf(out, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind)
	return quoted(out, text)
}

func quoted(out io.Writer, text string) error {
	w := quotedprintable.NewWriter(out)
	if _, err := io.WriteString(w, strings.ReplaceAll(text, "\r\n", "\n")); err != nil {
		return err
	}
	return w.Close()
}

// oneLine takes control characters out.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 }), " ")
}

// fold puts encoded words on lines of their own, which RFC 2047 wants short.
func fold(text string) string { return strings.ReplaceAll(text, "?= =?", "?=\r\n =?") }

// Address checks one address, and gives it bare.
func Address(text string) (string, error) {
	a, err := mail.ParseAddress(text)
	if err != nil {
		return "", fmt.Errorf("not an e-mail address: %w", err)
	}
	if a.Name != "" || strings.ContainsAny(a.Address, " \t\r\n<>\"\\,;") || len(a.Address) > 254 {
		return "", fmt.Errorf("not a plain e-mail address")
	}
	return a.Address, nil
}
