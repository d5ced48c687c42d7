// Package wechat sends template and customer-service messages of official accounts, and
// subscribe messages of mini-programs.
//
// Tokens come from stable_token and are shared by all processes on a database, one fetch
// at a time for each app; several apps live side by side. A token the platform calls dead
// is dropped and the call made once more: the platform checks tokens first, so nothing was
// sent. No other answer is repeated here. Template messages carry our delivery's id
// (client_msg_id), by which the platform drops an immediate repeat.
package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yutang/internal/channel/wire"
	"yutang/internal/fault"
	"yutang/internal/outreach"
	"yutang/internal/wecom"
)

const platformURL = "https://api.weixin.qq.com"

// Account is an app: an official account or a mini-program.
type Account struct {
	AppID   string
	Secret  string
	BaseURL string // "" is the platform's own
}

// Client sends. Safe for concurrent use.
type Client struct {
	Wire   *wire.Client
	Tokens wecom.TokenStore
}

// answer is what every call answers.
type answer struct {
	Code    int         `json:"errcode"`
	MsgID   json.Number `json:"msgid"`
	Token   string      `json:"access_token"`
	Seconds int64       `json:"expires_in"`
}

// tokenKey names the token of an app. Corps of WeCom never have an app of this name.
func tokenKey(a Account) wecom.TokenKey {
	return wecom.TokenKey{Corp: a.AppID, App: "wechat", Kind: "stable", Secret: a.Secret}
}

// refusal is an answer with an error code.
type refusal struct{ code int }

// Error is the code.
func (r *refusal) Error() string { return strconv.Itoa(r.code) }

func (c *Client) token(ctx context.Context, a Account) (string, error) {
	return c.Tokens.Get(ctx, tokenKey(a), func(ctx context.Context) (wecom.Token, error) {
		ans, status, err := c.call(ctx, a, "/cgi-bin/stable_token", "", map[string]string{
			"grant_type": "client_credential", "appid": a.AppID, "secret": a.Secret,
		})
		switch {
		case err != nil:
			return wecom.Token{}, err
		case ans.Code != 0:
			return wecom.Token{}, &refusal{ans.Code}
		case ans.Token == "" || ans.Seconds <= 0:
			return wecom.Token{}, fault.New(fault.Unavailable, "wechat_no_token", "the platform gave no token, HTTP %d", status)
		}
		return wecom.Token{Value: ans.Token, Life: time.Duration(ans.Seconds) * time.Second}, nil
	})
}

// Send posts one message to a path of the platform.
func (c *Client) Send(ctx context.Context, a Account, path string, body any) outreach.Outcome {
	for first := true; ; first = false {
		token, err := c.token(ctx, a)
		if err != nil {
			return unsent(err)
		}
		ans, status, err := c.call(ctx, a, path, token, body)
		switch {
		case err != nil:
			return wire.OutcomeOf(err)
		case status < 200 || status > 299:
			return wire.ByStatus(status)
		case first && deadToken(ans.Code):
			if err := c.Tokens.Drop(ctx, tokenKey(a), token); err != nil {
				return unsent(err)
			}
			continue
		}
		return judge(ans.Code, ans.MsgID.String())
	}
}

// unsent is a message that could not be tried for want of a token.
func unsent(err error) outreach.Outcome {
	if r, ok := asRefusal(err); ok {
		o := judge(r.code, "")
		if o.Verdict == outreach.Rejected || o.Verdict == outreach.Unknown {
			o.Verdict, o.Reason = outreach.Again, outreach.Account
		}
		return o
	}
	o := wire.OutcomeOf(err)
	if o.Verdict == outreach.Unknown { // of the token: the message was not sent
		o.Verdict = outreach.Again
	}
	return o
}

// call posts JSON. The token travels in the address, as the platform wants it.
func (c *Client) call(ctx context.Context, a Account, path, token string, body any) (ans answer, status int, err error) {
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return ans, 0, err
	}
	base := a.BaseURL
	if base == "" {
		base = platformURL
	}
	base = strings.TrimSuffix(base, "/") + path
	if token != "" {
		base += "?access_token=" + url.QueryEscape(token)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base, &raw)
	if err != nil {
		return ans, 0, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	got, err := c.Wire.Do(ctx, req)
	if err != nil {
		return ans, 0, err
	}
	if json.Unmarshal(got.Body, &ans) != nil {
		ans.Code = unreadable
	}
	return ans, got.Status, nil
}
