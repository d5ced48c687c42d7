package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"yutang/internal/fault"
)

// Allow lists "host" or "host:port" entries that may be called although they are inside
// the operator's network.
type Allow []string

// ParseAllow reads a comma-separated list.
func ParseAllow(text string) Allow {
	var out Allow
	for entry := range strings.SplitSeq(text, ",") {
		if entry = strings.TrimSpace(entry); entry != "" {
			out = append(out, entry)
		}
	}
	return out
}

// has says whether host:port, or host on every port, is listed.
func (a Allow) has(host, port string) bool {
	for _, entry := range a {
		if strings.EqualFold(entry, host) || strings.EqualFold(entry, net.JoinHostPort(host, port)) {
			return true
		}
	}
	return false
}

// CheckURL says whether text can be an endpoint: absolute http or https, a host, no
// user, no fragment, and no inner address written out. Names are checked when dialled.
func (a Allow) CheckURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || len(text) > 2000 {
		return nil, fault.BadField("/url", "is not a URL of at most 2000 characters")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fault.BadField("/url", "must begin with https:// or http://")
	case u.Hostname() == "":
		return nil, fault.BadField("/url", "names no host")
	case u.User != nil:
		return nil, fault.BadField("/url", "must not carry a user name or password; the signature proves who calls")
	case u.Fragment != "":
		return nil, fault.BadField("/url", "must not have a fragment")
	}
	port := portOf(u)
	if n, err := net.LookupPort("tcp", port); err != nil || n == 0 {
		return nil, fault.BadField("/url", "has no valid port")
	}
	if a.has(u.Hostname(), port) {
		return u, nil
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !outer(ip) {
		return nil, fault.BadField("/url", "%s is not a public address; the operator can allow it with YUTANG_WEBHOOK_ALLOW", ip)
	}
	return u, nil
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// inner are address blocks that are not the public internet (IANA special-purpose
// registries), beyond those netip names.
var inner = func() []netip.Prefix {
	var out []netip.Prefix
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
		"3fff::/20", "5f00::/16", "fec0::/10",
	} {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}()

// outer says whether ip is a public unicast address. The cloud metadata addresses
// (169.254.169.254, fd00:ec2::254, 100.100.100.200) are link-local, private or shared.
func outer(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() {
		return false
	}
	for _, block := range inner {
		if block.Contains(ip) {
			return false
		}
	}
	return true
}

// errBlocked is a connection that the guard refused.
var errBlocked = errors.New("webhook: the address is not public")

// dialer connects to public addresses only. The check sees the address that is really
// dialled, after the name was resolved, so a name that changes its mind gains nothing.
func dialer(timeout time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: timeout, Control: func(network, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil || (network != "tcp4" && network != "tcp6") || !outer(ap.Addr()) {
			return fmt.Errorf("%w: %s", errBlocked, address)
		}
		return nil
	}}
}

// Blocked says whether err comes of a connection that the guard refused.
func Blocked(err error) bool { return errors.Is(err, errBlocked) }

// Dial connects to HOST:PORT if that is listed or public.
func (a Allow) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && a.has(host, port) {
		return (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, address)
	}
	return dialer(dialTimeout).DialContext(ctx, network, address)
}
