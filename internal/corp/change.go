package corp

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
)

// NewCorp is what connecting or changing a corp takes. Apps that are not named stay.
type NewCorp struct {
	ID       string
	Name     string
	BaseURL  string
	Apps     []NewApp
	Settings *Settings // nil: as they are
}

var (
	corpID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	aesKey = regexp.MustCompile(`^[A-Za-z0-9]{43}$`)
	token  = regexp.MustCompile(`^[A-Za-z0-9]{1,32}$`)
	hhmm   = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
)

// Validate names each fault with its JSON pointer and what would be right.
func (n NewCorp) Validate() error {
	var out []fault.Field
	bad := func(ptr, detail string) { out = append(out, fault.Field{Pointer: ptr, Detail: detail}) }
	if !corpID.MatchString(n.ID) {
		bad("/id", "the corpid, as the admin console shows it under My Company: letters, digits, - and _")
	}
	if u, err := url.Parse(n.BaseURL); n.BaseURL != "" && (!web(n.BaseURL, "http", "https") || err != nil || strings.Trim(u.Path, "/") != "") {
		bad("/base_url", "leave empty for the platform, or give http(s)://host[:port] of a gateway or simulator, without a path")
	}
	for i, a := range n.Apps {
		ptr := "/apps/" + string(rune('0'+i))
		if !slices.Contains([]string{Main, Directory, Desk, Archive}, a.Name) {
			bad(ptr+"/name", "choose main, directory, kf or archive")
		}
		if a.AESKey != "" && !aesKey.MatchString(a.AESKey) {
			bad(ptr+"/aes_key", "the EncodingAESKey has 43 letters and digits")
		}
		if a.Token != "" && !token.MatchString(a.Token) {
			bad(ptr+"/token", "the callback token has 1 to 32 letters and digits")
		}
	}
	var s Settings
	if n.Settings != nil {
		s = *n.Settings
	}
	if !slices.Contains([]Quota{"", QuotaMonth, QuotaWeek, QuotaDay}, s.Quota) {
		bad("/settings/quota", "choose month, week or day")
	}
	if s.PublicURL != "" && !web(s.PublicURL, "https", "http") {
		bad("/settings/public_url", "give https://host where WeCom reaches this server")
	}
	if s.FullAt != "" && !hhmm.MatchString(s.FullAt) {
		bad("/settings/full_at", "give a time of day as HH:MM")
	}
	if len(out) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "invalid_corp", Message: "the corp cannot be saved", Fields: out}
}

func web(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && slices.Contains(schemes, u.Scheme)
}

// Put connects a corp or changes it. Credentials left empty keep their value. The main app
// needs a secret. audit, if not nil, runs in the same transaction.
func (s *Service) Put(ctx context.Context, n NewCorp, audit func(ctx context.Context) error) (Corp, error) {
	if err := n.Validate(); err != nil {
		return Corp{}, err
	}
	old, err := s.get(ctx, n.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Corp{}, err
	}
	created := old.Created
	if created.IsZero() {
		created = s.Clock.Now().Truncate(time.Millisecond)
	}
	apps := map[string]NewApp{}
	for name, a := range old.apps {
		apps[name] = a
	}
	for _, a := range n.Apps {
		apps[a.Name] = a.over(apps[a.Name])
	}
	if apps[Main].Secret == "" {
		return Corp{}, fault.BadField("/apps", "the app main needs its secret")
	}
	c := Corp{ID: n.ID, Name: n.Name, BaseURL: strings.TrimSuffix(n.BaseURL, "/"), Settings: old.Settings, Created: created}
	if n.Settings != nil {
		c.Settings = *n.Settings
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.store(ctx, c, apps); err != nil || audit == nil {
			return err
		}
		return audit(ctx)
	})
	s.forget(n.ID)
	if err == nil && s.Connected != nil {
		err = s.Connected(ctx, n.ID)
	}
	if err != nil {
		return Corp{}, err
	}
	return s.Get(ctx, n.ID)
}

// over is the app with what is empty taken from old.
func (a NewApp) over(old NewApp) NewApp {
	keep := func(v *string, old string) {
		if *v == "" {
			*v = old
		}
	}
	keep(&a.Secret, old.Secret)
	keep(&a.Token, old.Token)
	keep(&a.AESKey, old.AESKey)
	keep(&a.ReceiveID, old.ReceiveID)
	if a.AgentID == 0 {
		a.AgentID = old.AgentID
	}
	return a
}

// Delete disconnects a corp: its credentials are gone, what was learned from it stays.
// audit, if not nil, runs in the same transaction.
func (s *Service) Delete(ctx context.Context, id string, audit func(ctx context.Context) error) error {
	if _, err := s.get(ctx, id); err != nil {
		return err
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.remove(ctx, id); err != nil || audit == nil {
			return err
		}
		return audit(ctx)
	})
	s.forget(id)
	return err
}
