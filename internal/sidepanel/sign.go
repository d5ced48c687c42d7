package sidepanel

import (
	"context"
	"net/url"
	"strings"

	"yutang/internal/fault"
	"yutang/internal/wecom"
)

// Signed is what a page passes to wx.config and wx.agentConfig.
type Signed struct {
	Config wecom.Signature
	Agent  wecom.Signature
}

// Sign signs the address of one of our own pages for the JS-SDK. host is the request's own;
// a page is ours when it is there or at the corp's public address.
func (s *Service) Sign(ctx context.Context, v Viewer, host, address string) (Signed, error) {
	c, err := s.Corps.Get(ctx, v.Corp)
	if err != nil {
		return Signed{}, err
	}
	if !ours(address, host, c.Settings.PublicURL) {
		return Signed{}, fault.BadField("/url", "wants the address of a page of this site")
	}
	client, err := s.Corps.Client(ctx, v.Corp)
	if err != nil {
		return Signed{}, err
	}
	var out Signed
	if out.Config, err = client.SignConfig(ctx, address); err != nil {
		return Signed{}, err
	}
	out.Agent, err = client.SignAgent(ctx, address)
	return out, err
}

func ours(address, host, public string) bool {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
		return false
	}
	if strings.EqualFold(u.Host, host) {
		return true
	}
	p, err := url.Parse(public)
	return err == nil && p.Host != "" && u.Scheme == p.Scheme && strings.EqualFold(u.Host, p.Host)
}
