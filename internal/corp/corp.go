// Package corp owns the WeCom corps that are connected: who they are, their apps with
// sealed credentials, their settings, and one client for each app.
//
// Several corps live in one deployment. An app is known by the role of its secret: main
// (customer contact and messages), directory (the address book), kf (customer service) or
// archive (the conversation archive). Only main is needed; the others fall back to it where
// the platform allows that.
//
// Credentials go in and never come out again: answers say only that there are some.
package corp

import (
	"context"
	"net/http"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/seal"
	"yutang/internal/wecom"
	"yutang/internal/wecom/crypt"
)

// The apps by the role of their secret.
const (
	Main      = "main"
	Directory = "directory"
	Desk      = "kf"
	Archive   = "archive"
)

// Corp is one connected corp.
type Corp struct {
	ID       string // corpid
	Name     string
	BaseURL  string // of the API; "" is the platform's own
	Apps     []App  // by name
	Settings Settings
	Created  time.Time
}

// App is one app of a corp, as it may be shown.
type App struct {
	Name      string
	AgentID   int64  // 0: none
	ReceiveID string // of callbacks; "" is the corp's id
	Secret    bool   // a secret is stored
	Callback  bool   // token and key of callbacks are stored
}

// Settings are what an operator decides for a corp. The zero value is usable.
type Settings struct {
	Quota     Quota    `json:"quota,omitempty"`      // of mass messages per customer
	Managers  []string `json:"managers,omitempty"`   // userids told of losses and failures
	PublicURL string   `json:"public_url,omitempty"` // where WeCom and staff reach us, "https://..."
	FullAt    string   `json:"full_at,omitempty"`    // "HH:MM" of the nightly pull, in the brand's zone; "" is 03:30
}

// Quota is how many mass messages a customer may get, as the corp's admin has set it on
// the platform.
type Quota string

// The quotas. "" is QuotaMonth.
const (
	QuotaMonth Quota = "month" // as many a month as the month has days
	QuotaWeek  Quota = "week"  // 7 a week
	QuotaDay   Quota = "day"   // 1 a day
)

// NewApp is an app with its credentials. Empty ones keep what is stored.
type NewApp struct {
	Name      string
	AgentID   int64
	ReceiveID string
	Secret    string
	Token     string
	AESKey    string
}

// Config is what the service is made of.
type Config struct {
	DB      *db.DB
	Box     *seal.Box
	Clock   clock.Clock
	HTTP    *http.Client // nil: http.DefaultClient
	Tokens  wecom.TokenStore
	Limits  *wecom.Limits
	Observe func(wecom.Call)
	Hold    func() error // see wecom.Config

	// Connected hears of a corp that was connected or changed, after the fact. May be nil.
	Connected func(ctx context.Context, id string) error
}

// Service knows the corps. Safe for concurrent use.
type Service struct {
	Config

	mu      sync.RWMutex
	corps   map[string]*held // by id; nil until loaded
	clients map[[2]string]*wecom.Client
}

// held is a corp with its credentials.
type held struct {
	Corp
	apps map[string]NewApp
}

// New makes the service.
func New(cfg Config) *Service {
	return &Service{Config: cfg, clients: map[[2]string]*wecom.Client{}}
}

// List is all corps by id.
func (s *Service) List(ctx context.Context) ([]Corp, error) {
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return sorted(s.corps), nil
}

// Get is one corp.
func (s *Service) Get(ctx context.Context, id string) (Corp, error) {
	h, err := s.get(ctx, id)
	return h.Corp, err
}

func (s *Service) get(ctx context.Context, id string) (held, error) {
	if err := s.load(ctx); err != nil {
		return held{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	h := s.corps[id]
	if h == nil {
		return held{}, fault.New(fault.NotFound, "corp_not_found", "no corp %q is connected", id)
	}
	return *h, nil
}

// Client is the client of a corp's main app.
func (s *Service) Client(ctx context.Context, id string) (*wecom.Client, error) {
	return s.ClientOf(ctx, id, Main)
}

// ClientOf is the client of one app, of main when that app has no secret of its own.
// The error is precondition when there is no secret at all.
func (s *Service) ClientOf(ctx context.Context, id, app string) (*wecom.Client, error) {
	h, err := s.get(ctx, id)
	if err != nil {
		return nil, err
	}
	a, ok := h.apps[app]
	if !ok || a.Secret == "" {
		a = h.apps[Main]
	}
	if a.Secret == "" {
		return nil, fault.New(fault.Precondition, "corp_without_secret", "corp %s has no secret of the app %q: enter it under WeCom settings", id, app)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := [2]string{id, a.Name}
	if s.clients[key] == nil {
		s.clients[key] = wecom.New(wecom.Config{
			BaseURL: h.BaseURL, CorpID: id, App: a.Name, AgentID: a.AgentID, Secret: a.Secret,
			HTTP: s.HTTP, Clock: s.Clock, Tokens: s.Tokens, Limits: s.Limits, Observe: s.Observe, Hold: s.Hold,
		})
	}
	return s.clients[key], nil
}

// Keys are what decrypts the callbacks of an app. The error is not_found when the corp or
// the app expects none.
func (s *Service) Keys(ctx context.Context, id, app string) (crypt.Keys, error) {
	h, err := s.get(ctx, id)
	if err != nil {
		return crypt.Keys{}, err
	}
	a, ok := h.apps[app]
	if !ok || a.Token == "" || a.AESKey == "" {
		return crypt.Keys{}, fault.New(fault.NotFound, "callback_not_configured", "app %q of corp %s has no callback token and key", app, id)
	}
	keys := crypt.Keys{Token: a.Token, AESKey: a.AESKey, ReceiveID: a.ReceiveID}
	if keys.ReceiveID == "" {
		keys.ReceiveID = id
	}
	return keys, nil
}

// forget drops what is cached of a corp after it changed.
func (s *Service) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.corps = nil
	for key := range s.clients {
		if key[0] == id {
			delete(s.clients, key)
		}
	}
}

// CallbackPath is where callbacks of an app arrive.
func CallbackPath(id, app string) string { return "/wecom/callback/" + id + "/" + app }
