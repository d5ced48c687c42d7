package channel

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/channel/mail"
	"yutang/internal/fault"
	"yutang/internal/id"
)

// Kind is what an endpoint is an account of.
type Kind string

// The kinds.
const (
	AliyunSMS      Kind = "aliyun_sms"
	TencentSMS     Kind = "tencent_sms"
	SMTP           Kind = "smtp"
	WeChatOfficial Kind = "wechat_official"
	WeChatMini     Kind = "wechat_mini"
)

// serves says which channels go through endpoints of a kind.
var serves = map[Kind][]string{
	AliyunSMS: {SMS}, TencentSMS: {SMS}, SMTP: {Email}, WeChatOfficial: {WeChatTemplate, WeChatService}, WeChatMini: {MiniSubscribe},
}

// Channels are those that go through endpoints of the kind.
func (k Kind) Channels() []string { return slices.Clone(serves[k]) }

// Endpoint is an account at a provider.
type Endpoint struct {
	ID        string
	Kind      Kind
	Name      string
	Settings  Settings
	Secret    string // of the key, the login or the app; kept when an update leaves it empty
	Serial    int    // of the path that receipts take; a new one closes the path before
	Disabled  bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Settings are what an endpoint needs beside its secret; each kind has its own.
type Settings struct {
	KeyID     string     `json:"key_id,omitempty" maxLength:"128" doc:"SMS: AccessKeyId or SecretId"`
	Sign      string     `json:"sign,omitempty" maxLength:"60" doc:"SMS: the approved signature"`
	AppID     string     `json:"app_id,omitempty" maxLength:"64" doc:"tencent_sms: SmsSdkAppId; WeChat: appid"`
	Region    string     `json:"region,omitempty" maxLength:"40" doc:"tencent_sms: ap-guangzhou if absent"`
	Reports   bool       `json:"reports,omitempty" doc:"SMS: a delivery is done when the carrier has reported, not when the provider has taken it"`
	Templates []Template `json:"templates,omitempty" maxItems:"200" doc:"SMS and WeChat: the approved templates; if any is listed, playbooks can use only these"`
	BaseURL   string     `json:"base_url,omitempty" maxLength:"500" doc:"SMS and WeChat: another address of the API"`

	Host      string        `json:"host,omitempty" maxLength:"253" doc:"smtp"`
	Port      int           `json:"port,omitempty" minimum:"0" maximum:"65535" doc:"smtp"`
	Security  mail.Security `json:"security,omitempty" enum:"starttls,tls,none" doc:"smtp: starttls if absent; none allows no login"`
	User      string        `json:"user,omitempty" maxLength:"254" doc:"smtp: absent sends without a login"`
	From      string        `json:"from,omitempty" maxLength:"254" doc:"smtp: the sender's address"`
	FromName  string        `json:"from_name,omitempty" maxLength:"100" doc:"smtp"`
	ReplyTo   string        `json:"reply_to,omitempty" maxLength:"254" doc:"smtp"`
	PublicURL string        `json:"public_url,omitempty" maxLength:"500" doc:"where this server is reached from outside, for reports and for links that end mails"`
}

// Template is an approved template with its text, such as "您好${name}" (Aliyun), "您好{1}"
// (Tencent Cloud) or "{{thing1.DATA}}" (WeChat).
type Template struct {
	Code string `json:"code" minLength:"1" maxLength:"64"`
	Name string `json:"name,omitempty" maxLength:"100"`
	Text string `json:"text" maxLength:"2000"`
}

var (
	placePattern = regexp.MustCompile(`\$\{([A-Za-z0-9_]{1,40})\}|\{([0-9]{1,2})\}|\{\{([A-Za-z0-9_]{1,40})\.DATA\}\}`)
	appPattern   = regexp.MustCompile(`^[A-Za-z0-9_-]{4,64}$`)
	hostPattern  = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$|^[0-9a-fA-F:]+$`)
)

// Places are the names (or numbers) of what is put into the text, each once.
func (t Template) Places() []string {
	var out []string
	for _, m := range placePattern.FindAllStringSubmatch(t.Text, -1) {
		if name := m[1] + m[2] + m[3]; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// faults gathers what is wrong with an endpoint.
type faults []fault.Field

func (f *faults) add(ptr, format string, args ...any) {
	*f = append(*f, fault.Field{Pointer: ptr, Detail: fmt.Sprintf(format, args...)})
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_endpoint", "%s", f[0].Detail)
	e.Fields = f
	return e
}

// check completes and validates what an operator sets.
func (s *Service) check(e *Endpoint) error {
	var f faults
	if e.Name == "" || len(e.Name) > 100 {
		f.add("/name", "an endpoint's name has 1 to 100 bytes")
	}
	switch e.Kind {
	case AliyunSMS, TencentSMS:
		e.checkSMS(&f)
	case SMTP:
		e.checkSMTP(&f)
	case WeChatOfficial, WeChatMini:
		if !appPattern.MatchString(e.Settings.AppID) {
			f.add("/settings/app_id", "is the appid, such as wx0123456789abcdef")
		}
	default:
		f.add("/kind", "must be aliyun_sms, tencent_sms, smtp, wechat_official or wechat_mini")
	}
	if e.Secret == "" && (e.Kind != SMTP || e.Settings.User != "") {
		f.add("/secret", "is missing")
	}
	if e.Settings.BaseURL != "" {
		if err := s.CheckURL(e.Settings.BaseURL); err != nil {
			f.add("/settings/base_url", "%s", err.Error())
		}
	}
	if u, err := url.Parse(e.Settings.PublicURL); err != nil || (e.Settings.PublicURL != "" && (!strings.HasPrefix(u.Scheme, "http") || u.Host == "")) {
		f.add("/settings/public_url", "must begin with https:// or http:// and name a host")
	}
	e.checkTemplates(&f)
	return f.err()
}

func (e *Endpoint) checkSMS(f *faults) {
	if e.Settings.KeyID == "" || strings.ContainsAny(e.Settings.KeyID, " ,/\r\n") {
		f.add("/settings/key_id", "is the id of an access key")
	}
	if e.Settings.Sign == "" || strings.ContainsAny(e.Settings.Sign, "【】[]") {
		f.add("/settings/sign", "is the approved signature, without brackets")
	}
	if e.Kind == TencentSMS {
		if _, err := strconv.ParseUint(e.Settings.AppID, 10, 64); err != nil {
			f.add("/settings/app_id", "is the SmsSdkAppId, such as 1400006666")
		}
	}
}

func (e *Endpoint) checkSMTP(f *faults) {
	s := &e.Settings
	if s.Security == "" {
		s.Security = mail.STARTTLS
	}
	if s.Port == 0 {
		s.Port = map[mail.Security]int{mail.STARTTLS: 587, mail.TLS: 465, mail.None: 25}[s.Security]
	}
	if !hostPattern.MatchString(s.Host) {
		f.add("/settings/host", "is the name of the SMTP server")
	}
	if s.Port < 1 || s.Port > 65535 {
		f.add("/settings/port", "must be a port; and security starttls, tls or none")
	}
	if s.Security == mail.None && s.User != "" {
		f.add("/settings/security", "a login needs tls or starttls: the password would be readable on the way")
	}
	if _, err := mail.Address(s.From); err != nil {
		f.add("/settings/from", "must be a plain e-mail address")
	}
	if s.ReplyTo != "" {
		if _, err := mail.Address(s.ReplyTo); err != nil {
			f.add("/settings/reply_to", "must be a plain e-mail address")
		}
	}
}

func (e *Endpoint) checkTemplates(f *faults) {
	seen := map[string]bool{}
	for i, t := range e.Settings.Templates {
		ptr := "/settings/templates/" + strconv.Itoa(i)
		if t.Code == "" || seen[t.Code] {
			f.add(ptr+"/code", "each template has a code of its own")
		}
		seen[t.Code] = true
		if t.Text == "" {
			f.add(ptr+"/text", "is the approved text, from which the parameters are known")
		}
	}
}

// Create adds an endpoint.
func (s *Service) Create(ctx context.Context, e Endpoint) (Endpoint, error) {
	if err := s.check(&e); err != nil {
		return Endpoint{}, err
	}
	now := s.Clock.Now()
	e.ID, e.Serial, e.CreatedAt, e.UpdatedAt = id.New("ch"), 1, now, now
	return e, s.insert(ctx, e)
}

// Update replaces name, settings and flags; an empty secret keeps the one before. The kind
// of an endpoint never changes.
func (s *Service) Update(ctx context.Context, e Endpoint) (Endpoint, error) {
	old, err := s.Get(ctx, e.ID)
	if err != nil {
		return Endpoint{}, err
	}
	if e.Kind == "" {
		e.Kind = old.Kind
	}
	if e.Kind != old.Kind {
		return Endpoint{}, fault.BadField("/kind", "the kind of an endpoint does not change; make another endpoint")
	}
	if e.Secret == "" {
		if moved(old, e) {
			return Endpoint{}, fault.BadField("/secret", "is needed again, because the endpoint now leads elsewhere")
		}
		e.Secret = old.Secret
	}
	if err := s.check(&e); err != nil {
		return Endpoint{}, err
	}
	e.Serial, e.CreatedAt, e.UpdatedAt = old.Serial, old.CreatedAt, s.Clock.Now()
	return e, s.update(ctx, e)
}

// moved says whether an endpoint would show its secret to another server than before.
func moved(old, e Endpoint) bool {
	return old.Settings.BaseURL != e.Settings.BaseURL || old.Settings.Host != e.Settings.Host
}

// Rotate closes the path of the endpoint's receipts and opens another.
func (s *Service) Rotate(ctx context.Context, key string) (Endpoint, error) {
	e, err := s.Get(ctx, key)
	if err != nil {
		return Endpoint{}, err
	}
	e.Serial++
	e.UpdatedAt = s.Clock.Now()
	return e, s.update(ctx, e)
}

// ReceiptPath is where the provider posts reports of an SMS endpoint. Only this server can
// make its last part; "" for other kinds.
func (s *Service) ReceiptPath(e Endpoint) string {
	if !slices.Contains(serves[e.Kind], SMS) {
		return ""
	}
	return receiptPrefix + e.ID + "/" + s.receiptToken(e)
}

func (s *Service) receiptToken(e Endpoint) string {
	sum := s.Box.Blind("channel_receipt", e.ID+"/"+strconv.Itoa(e.Serial))
	return hex.EncodeToString(sum[:])
}
