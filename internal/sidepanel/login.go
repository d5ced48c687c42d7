package sidepanel

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"path"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/seal"
	"yutang/internal/wecom"
)

// LoginFor is how long a begun log-in may take.
const LoginFor = 10 * time.Minute

const loginScope = "panel/login"

// ticket is what the cookie of a begun log-in holds, sealed.
type ticket struct {
	Corp  string `json:"c"`
	State string `json:"s"`
	Next  string `json:"n"`
	Until int64  `json:"u"`
}

// maxNext is how long a path to go to may be, in bytes: it travels in a cookie.
const maxNext = 1024

// Home is where the staff's pages are. A log-in leads nowhere else.
const Home = "/staff/"

// LocalPath keeps a redirect on the staff's pages: it is next if that is a path below Home
// with an optional query and fragment, and "" otherwise.
func LocalPath(next string) string {
	if len(next) > maxNext || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return ""
	}
	if strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return ""
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(path.Clean(u.Path)+"/", Home) {
		return ""
	}
	return next
}

// OnlyCorp is the corp of a log-in that names none: there must be no more than one.
func (s *Service) OnlyCorp(ctx context.Context) (string, error) {
	list, err := s.Corps.List(ctx)
	if err != nil {
		return "", err
	}
	if len(list) != 1 {
		return "", errWhichCorp
	}
	return list[0].ID, nil
}

// Begin starts a log-in: the address of the platform's page, and the secret for a cookie
// that lives LoginFor. base is our own address as browsers see it.
func (s *Service) Begin(ctx context.Context, corpID, base, next string) (page, cookie string, err error) {
	c, err := s.Corps.Get(ctx, corpID)
	if err != nil {
		return "", "", err
	}
	client, err := s.Corps.Client(ctx, corpID)
	if err != nil {
		return "", "", err
	}
	if c.Settings.PublicURL != "" {
		base = c.Settings.PublicURL
	}
	t := ticket{Corp: corpID, State: stateText(), Next: LocalPath(next), Until: s.Clock.Now().Add(LoginFor).UnixMilli()}
	raw, err := json.Marshal(t)
	if err != nil {
		return "", "", err
	}
	page = client.OAuthURL(wecom.Login{
		AuthorizeURL: authorizeURL(c.BaseURL), Redirect: strings.TrimSuffix(base, "/") + "/wecom/oauth/" + url.PathEscape(corpID), State: t.State,
	})
	return page, base64.RawURLEncoding.EncodeToString(s.Box.Seal(nil, raw, loginScope)), nil
}

// stateText is a random state: the platform takes letters and digits only.
func stateText() string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return 'x'
		}
		return r
	}, seal.NewSecret())
}

// authorizeURL is the platform's page; a corp that is reached at another address, such as a
// simulator's, has it there.
func authorizeURL(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/connect/oauth2/authorize"
}

// Return is what a browser brings back from the platform's page.
type Return struct {
	Corp, Code, State, Cookie string
}

var (
	errLoginStale = fault.New(fault.Precondition, "login_stale", "this log-in is too old, was used, or was begun in another browser: begin again")
	errOutsider   = fault.New(fault.Forbidden, "not_staff", "this person is no member of staff of the corp")
	errWhichCorp  = fault.New(fault.NotFound, "corp_not_named", "the address must name the corp: /wecom/login/CORPID")
	errUnknown    = fault.New(fault.Forbidden, "staff_unknown", "the directory does not know this member, or the member is disabled")
)

// Finish ends a log-in: a session's secret, and the path to go to, Home if none was wished.
// A state serves once, whatever comes of it.
func (s *Service) Finish(ctx context.Context, r Return) (secret, next string, err error) {
	t, ok := s.openTicket(r.Cookie)
	now := s.Clock.Now()
	if !ok || t.Corp != r.Corp || subtle.ConstantTimeCompare([]byte(t.State), []byte(r.State)) != 1 || now.UnixMilli() >= t.Until {
		return "", "", errLoginStale
	}
	first, err := s.useState(ctx, sha256.Sum256([]byte(t.State)), t.Until, now.UnixMilli())
	if err != nil {
		return "", "", err
	}
	if !first || r.Code == "" {
		return "", "", errLoginStale
	}
	client, err := s.Corps.Client(ctx, t.Corp)
	if err != nil {
		return "", "", err
	}
	who, err := client.GetUserInfo(ctx, r.Code)
	if err != nil {
		return "", "", err
	}
	if who.UserID == "" {
		return "", "", errOutsider
	}
	_, secret, err = s.Access.OpenStaffSession(ctx, access.StaffRef{Corp: t.Corp, User: who.UserID})
	if fault.Is(err, fault.Forbidden) {
		return "", "", errUnknown
	}
	return secret, cmp.Or(t.Next, Home), err
}

func (s *Service) openTicket(cookie string) (t ticket, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil {
		return t, false
	}
	raw, err := s.Box.Open(nil, sealed, loginScope)
	return t, err == nil && json.Unmarshal(raw, &t) == nil && t.State != ""
}
