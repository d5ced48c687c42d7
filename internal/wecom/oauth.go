package wecom

import (
	"context"
	"net/url"
	"strconv"
)

const authorizeURL = "https://open.weixin.qq.com/connect/oauth2/authorize"

// Scopes of a log-in.
const (
	ScopeBase    = "snsapi_base"        // who it is, without asking
	ScopePrivate = "snsapi_privateinfo" // more, with consent
)

// Login asks a member who they are. AuthorizeURL is for simulators; "" is the platform's.
type Login struct {
	AuthorizeURL string
	Redirect     string
	Scope        string // "" is ScopeBase
	State        string
}

// OAuthURL is the page that sends a member back to Redirect with a code.
func (c *Client) OAuthURL(l Login) string {
	base, scope := l.AuthorizeURL, l.Scope
	if base == "" {
		base = authorizeURL
	}
	if scope == "" {
		scope = ScopeBase
	}
	agent := ""
	if c.cfg.AgentID != 0 {
		agent = "&agentid=" + strconv.FormatInt(c.cfg.AgentID, 10)
	}
	return base + "?appid=" + url.QueryEscape(c.cfg.CorpID) + "&redirect_uri=" + url.QueryEscape(l.Redirect) +
		"&response_type=code&scope=" + scope + "&state=" + url.QueryEscape(l.State) + agent + "#wechat_redirect"
}

// Visitor is who came with a code: a member (UserID), or somebody else (OpenID, and
// ExternalUserID if a customer). UserTicket comes with ScopePrivate and lives 30 minutes.
type Visitor struct {
	UserID         string `json:"userid"`
	UserTicket     string `json:"user_ticket"`
	OpenID         string `json:"openid"`
	ExternalUserID string `json:"external_userid"`
}

// GetUserInfo tells who came with a code. A code is good once, for five minutes, so a call
// of unknown outcome is not repeated.
func (c *Client) GetUserInfo(ctx context.Context, code string) (Visitor, error) {
	return decode[Visitor](ctx, c, request{method: "GET", path: "/auth/getuserinfo", query: url.Values{"code": {code}}})
}

// UserDetail is what a member has consented to show.
type UserDetail struct {
	UserID  string `json:"userid"`
	Gender  string `json:"gender"`
	Avatar  string `json:"avatar"`
	QRCode  string `json:"qr_code"`
	Mobile  string `json:"mobile"`
	Email   string `json:"email"`
	BizMail string `json:"biz_mail"`
	Address string `json:"address"`
}

// GetUserDetail reads what the member with a ticket has consented to.
func (c *Client) GetUserDetail(ctx context.Context, ticket string) (UserDetail, error) {
	return read[UserDetail](ctx, c, "/auth/getuserdetail", struct {
		UserTicket string `json:"user_ticket"`
	}{ticket})
}

// MiniSession is the log-in of a member in a mini program.
type MiniSession struct {
	CorpID     string `json:"corpid"`
	UserID     string `json:"userid"`
	SessionKey string `json:"session_key"`
}

// JSCode2Session tells who logged in to a mini program. A code is good once.
func (c *Client) JSCode2Session(ctx context.Context, code string) (MiniSession, error) {
	q := url.Values{"js_code": {code}, "grant_type": {"authorization_code"}}
	return decode[MiniSession](ctx, c, request{method: "GET", path: "/miniprogram/jscode2session", query: q})
}

type ipList struct {
	IPList []string `json:"ip_list"`
}

// CallbackIP is the addresses that callbacks come from.
func (c *Client) CallbackIP(ctx context.Context) ([]string, error) {
	a, err := get[ipList](ctx, c, "/getcallbackip", nil)
	return a.IPList, err
}

// APIDomainIP is the addresses of the platform itself.
func (c *Client) APIDomainIP(ctx context.Context) ([]string, error) {
	a, err := get[ipList](ctx, c, "/get_api_domain_ip", nil)
	return a.IPList, err
}
