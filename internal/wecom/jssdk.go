package wecom

import (
	"context"
	"crypto/sha1" //nolint:gosec // the platform's signature is SHA-1
	"encoding/hex"
	"strconv"
	"strings"

	"yutang/internal/seal"
)

// Signature is what a page passes to wx.config or wx.agentConfig.
type Signature struct {
	CorpID    string `json:"corp_id"`
	AgentID   int64  `json:"agent_id,omitempty"` // with SignAgent
	Timestamp int64  `json:"timestamp"`
	Nonce     string `json:"nonce"`
	Signature string `json:"signature"`
}

// SignConfig signs a page's address for wx.config, with the corp's ticket.
func (c *Client) SignConfig(ctx context.Context, page string) (Signature, error) {
	ticket, err := c.JSAPITicket(ctx)
	if err != nil {
		return Signature{}, err
	}
	return c.sign(ticket, page), nil
}

// SignAgent signs a page's address for wx.agentConfig, with the app's ticket.
func (c *Client) SignAgent(ctx context.Context, page string) (Signature, error) {
	ticket, err := c.AgentTicket(ctx)
	if err != nil {
		return Signature{}, err
	}
	s := c.sign(ticket, page)
	s.AgentID = c.cfg.AgentID
	return s, nil
}

func (c *Client) sign(ticket, page string) Signature {
	s := Signature{CorpID: c.cfg.CorpID, Timestamp: c.cfg.Clock.Now().Unix(), Nonce: seal.NewSecret()[:16]}
	s.Signature = SignJS(ticket, s.Nonce, s.Timestamp, page)
	return s
}

// SignJS is the platform's signature of a page: SHA-1 in hex over fixed fields, the address
// without its fragment and not encoded.
func SignJS(ticket, nonce string, timestamp int64, page string) string {
	page, _, _ = strings.Cut(page, "#")
	text := "jsapi_ticket=" + ticket + "&noncestr=" + nonce + "&timestamp=" + strconv.FormatInt(timestamp, 10) + "&url=" + page
	sum := sha1.Sum([]byte(text)) //nolint:gosec // the platform's signature is SHA-1
	return hex.EncodeToString(sum[:])
}
