package wecom

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

const (
	kindAccess = "access"
	kindJSAPI  = "jsapi"
	kindAgent  = "agent"
)

func (c *Client) tokenKey(kind string) TokenKey {
	return TokenKey{Corp: c.cfg.CorpID, App: c.cfg.App, Kind: kind, Secret: c.cfg.Secret}
}

// token is the access token for r, "" if it needs none.
func (c *Client) token(ctx context.Context, r request) (string, error) {
	if r.open {
		return "", nil
	}
	return c.cfg.Tokens.Get(ctx, c.tokenKey(kindAccess), c.fetchToken)
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	Ticket      string `json:"ticket"`
	ExpiresIn   int64  `json:"expires_in"`
}

func (a tokenAnswer) token() Token {
	return Token{Value: a.AccessToken + a.Ticket, Life: time.Duration(a.ExpiresIn) * time.Second}
}

// fetchToken asks for an access token with the secret.
func (c *Client) fetchToken(ctx context.Context) (Token, error) {
	a, err := decode[tokenAnswer](ctx, c, request{
		method: http.MethodGet, path: "/gettoken", repeat: true, open: true,
		query: url.Values{"corpid": {c.cfg.CorpID}, "corpsecret": {c.cfg.Secret}},
	})
	return a.token(), err
}

// CheckSecret asks for an access token, past every cache, and so tells whether corp id,
// secret and the caller's address are accepted.
func (c *Client) CheckSecret(ctx context.Context) error {
	_, err := c.fetchToken(ctx)
	return err
}

// JSAPITicket is the corp's ticket, for the signature of config.
func (c *Client) JSAPITicket(ctx context.Context) (string, error) {
	return c.ticket(ctx, kindJSAPI, "/get_jsapi_ticket", nil)
}

// AgentTicket is the app's ticket, for the signature of agentConfig.
func (c *Client) AgentTicket(ctx context.Context) (string, error) {
	return c.ticket(ctx, kindAgent, "/ticket/get", url.Values{"type": {"agent_config"}})
}

func (c *Client) ticket(ctx context.Context, kind, path string, q url.Values) (string, error) {
	return c.cfg.Tokens.Get(ctx, c.tokenKey(kind), func(ctx context.Context) (Token, error) {
		a, err := get[tokenAnswer](ctx, c, path, q)
		return a.token(), err
	})
}
