// Package wecom is the typed client of the WeCom platform: one method for each endpoint,
// tokens, limits and errors.
//
// It promises: a call goes out at most at 80 % of the published limits, in order of arrival,
// and never while the platform blocks it (45009) or its breaker is open; a token is fetched
// by one caller at a time, in one process of all those on the database, ahead of its end;
// a dead token is replaced once and the call repeated once; a call whose effect would double
// is repeated only when the first one surely had none; no error, log or observation holds a
// token, a secret or content.
//
//	closed ──5 failures──▶ open ──5 s, 10 s … 60 s──▶ half-open ──success──▶ closed
//	   │                    ▲                            │
//	   └──45009──▶ blocked ─┼──a minute, hour, day──▶────┘ one call goes first
//	                        └───────────failure──────────┘
//
// Crypto of callbacks is in wecom/crypt, their payloads are in wecom/notice. What the
// answers mean for contacts, groups or sends is the business of the rooms above.
package wecom

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"yutang/internal/clock"
)

const (
	publicURL    = "https://qyapi.weixin.qq.com"
	callTimeout  = 10 * time.Second
	mediaTimeout = 60 * time.Second
)

// Config says whose calls a client makes.
type Config struct {
	BaseURL string // "" is the public platform
	CorpID  string
	App     string // key of the secret: "main", "directory", "archive", "kf"
	AgentID int64
	Secret  string
	HTTP    *http.Client // nil: one that keeps connections and follows no redirect
	Clock   clock.Clock  // nil: the machine's
	Tokens  TokenStore   // nil: kept in memory, for this client alone
	Limits  *Limits      // shared by all clients of the process; nil: its own
	Hold    func() error // not nil: calls that change something are not made; may be nil
	Observe func(Call)   // called after each attempt and each refusal to make one; must not block; may be nil
}

// Call is one attempt of one call, as told to Observe. It holds no secret and no content.
// Took is 0 when the attempt was not made.
type Call struct {
	Corp, App string
	Path      string
	Code      int // 0 is success when Class is None
	Class     Class
	Took      time.Duration // from writing to the answer, without the wait for the limiter
	Waited    time.Duration // for the limiter
}

// Client calls the platform for one app of one corp. Safe for concurrent use.
type Client struct {
	cfg   Config
	base  string
	pause func(ctx context.Context, d time.Duration) error // between attempts; the network's time, not the business's
}

// New makes a client. It does not call anything.
func New(cfg Config) *Client {
	if cfg.BaseURL == "" {
		cfg.BaseURL = publicURL
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.HTTP == nil {
		cfg.HTTP = sharedHTTP()
	}
	if cfg.Tokens == nil {
		cfg.Tokens = NewTokens(nil, nil, cfg.Clock)
	}
	if cfg.Limits == nil {
		cfg.Limits = NewLimits(cfg.Clock)
	}
	return &Client{cfg: cfg, base: strings.TrimRight(cfg.BaseURL, "/") + "/cgi-bin", pause: pause}
}

// Corp is the corp's id.
func (c *Client) Corp() string { return c.cfg.CorpID }

// AgentID is the app's number, 0 if it has none.
func (c *Client) AgentID() int64 { return c.cfg.AgentID }

func pause(ctx context.Context, d time.Duration) error {
	wall := clock.System{}
	return wall.WaitUntil(ctx, wall.Now().Add(d))
}

// sharedHTTP is one for all clients, so that they share its connections.
var sharedHTTP = sync.OnceValue(defaultHTTP)

func defaultHTTP() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	t.IdleConnTimeout = 20 * time.Second // sooner than the platform's, so that no call goes out on a dying connection
	t.DialContext = (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	t.ResponseHeaderTimeout = callTimeout
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
