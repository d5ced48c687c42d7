package livecode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the platform draws QR codes as JPEG or PNG
	_ "image/png"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"yutang/internal/job"
)

const (
	imageKind    = "livecode.image" // one job per code whose QR image is not stored
	patience     = 6                // quick attempts; after them one in six hours
	maxImage     = 2 << 20
	minImageSide = 60
	maxImageSide = 4000
	imageTimeout = 15 * time.Second
	platformURL  = "https://qyapi.weixin.qq.com"
)

func (s *Service) putImage(ctx context.Context, code Code) error {
	return s.Jobs.Put(ctx, job.Job{Kind: imageKind, Key: code.ID, Queue: code.Corp, Due: s.Clock.Now()})
}

// fetchImage stores the QR image of a code.
func (s *Service) fetchImage(ctx context.Context, j job.Job) error {
	code, err := s.byID(ctx, j.Key)
	if err != nil || code.Gone(s.Clock.Now()) || code.Remote.HasImage || code.Remote.QRURL == "" {
		return err
	}
	c, err := s.Corps.Get(ctx, code.Corp)
	if err != nil {
		return err
	}
	raw, err := s.download(ctx, code.Remote.QRURL, c.BaseURL)
	if err != nil && j.Attempts >= patience {
		return &job.Later{At: s.Clock.Now().Add(6 * time.Hour), Reason: err.Error()}
	}
	if err != nil {
		return fmt.Errorf("fetch the QR image of live code %s: %w", code.ID, err)
	}
	return s.saveImage(ctx, code, raw)
}

// download reads an image from the platform.
func (s *Service) download(ctx context.Context, text, baseURL string) ([]byte, error) {
	u, own, err := checkImageURL(text, baseURL)
	if err != nil {
		return nil, err
	}
	client := s.HTTP
	if client == nil {
		client = fetcher(own)
	}
	ctx, cancel := context.WithTimeout(ctx, imageTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the platform answered %d", res.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxImage+1))
	if err != nil {
		return nil, err
	}
	return raw, checkImage(raw)
}

// checkImageURL lets through images of the platform: https on its hosts, or the host that
// the operator connected the corp by (own), whatever its address.
func checkImageURL(text, baseURL string) (u *url.URL, own bool, err error) {
	u, err = url.Parse(text)
	if err != nil || u.User != nil || u.Hostname() == "" {
		return nil, false, errors.New("the QR image has no usable address")
	}
	if baseURL == "" {
		baseURL = platformURL
	}
	base, err := url.Parse(baseURL)
	if err == nil && u.Scheme == base.Scheme && strings.EqualFold(u.Host, base.Host) {
		return u, base.Hostname() != "qyapi.weixin.qq.com", nil
	}
	host := strings.ToLower(u.Hostname())
	if u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && (host == "work.weixin.qq.com" || strings.HasSuffix(host, ".qpic.cn")) {
		return u, false, nil
	}
	return nil, false, fmt.Errorf("the QR image lies at %s, which is not a host of the platform", u.Host)
}

// fetcher makes a client that follows no redirect and, unless own, reaches public
// addresses only, whatever the name resolves to.
func fetcher(own bool) *http.Client {
	d := &net.Dialer{Timeout: imageTimeout}
	if !own {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !public(ap.Addr()) {
				return fmt.Errorf("%s is not a public address", address)
			}
			return nil
		}
	}
	return &http.Client{
		Transport:     &http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: imageTimeout, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       imageTimeout,
	}
}

// shared is the address block of carriers and clouds that is neither private nor public.
var shared = netip.MustParsePrefix("100.64.0.0/10")

func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !shared.Contains(ip)
}

// checkImage refuses what is no PNG or JPEG of a sane size.
func checkImage(raw []byte) error {
	if len(raw) > maxImage {
		return fmt.Errorf("the QR image has more than %d bytes", maxImage)
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("the QR image is neither PNG nor JPEG: %w", err)
	}
	if format != "png" && format != "jpeg" || min(cfg.Width, cfg.Height) < minImageSide || max(cfg.Width, cfg.Height) > maxImageSide {
		return fmt.Errorf("the QR image is a %s of %d x %d", format, cfg.Width, cfg.Height)
	}
	if _, _, err := image.Decode(bytes.NewReader(raw)); err != nil {
		return fmt.Errorf("the QR image is damaged: %w", err)
	}
	return nil
}
