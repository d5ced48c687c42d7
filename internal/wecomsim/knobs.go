package wecomsim

import (
	"bytes"
	"encoding/json"
	"slices"

	"yutang/internal/fault"
)

// Knobs turn the simulator's behaviour. The zero value is not the default; read Knobs first.
type Knobs struct {
	DelayMS      int     `json:"delay_ms"`      // before a callback goes out
	JitterMS     int     `json:"jitter_ms"`     // random addition to it
	Loss         float64 `json:"loss"`          // share of callbacks that never go out
	Duplicate    float64 `json:"duplicate"`     // share that goes out twice
	Reorder      float64 `json:"reorder"`       // share put off by half to all of ReorderByMS
	ReorderByMS  int     `json:"reorder_by_ms"` // default 3000
	RetryDelayMS int     `json:"retry_delay_ms"`

	LimitScale float64  `json:"limit_scale"` // of the frequency limits; negative is unlimited
	Strict     bool     `json:"strict"`
	TokenLife  int      `json:"token_life"`  // seconds; default 7200
	TrustedIPs []string `json:"trusted_ips"` // others answer 60020; empty trusts all

	ConsoleWelcome []string `json:"console_welcome"` // members with a welcome set in the admin console: no welcome code
	WelcomeBusy    int      `json:"welcome_busy"`    // so many next welcome calls answer 41096
	ArchiveConsent bool     `json:"archive_consent"` // welcomes answer 41053 until the customer agreed
	UnionID        bool     `json:"unionid"`         // the corp is bound to an open-platform account
	KeepLost       bool     `json:"keep_lost"`       // customers who deleted the member stay in the member's lists
	WayCap         int      `json:"way_cap"`         // contact ways of the corp; 0 is 500,000
	TagCap         int      `json:"tag_cap"`         // corp tags; 0 is 3,000

	More MoreKnobs `json:"more"`
}

// Knobs gives the present settings.
func (s *Sim) Knobs() Knobs {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.knobs
}

// SetKnobs changes the settings.
func (s *Sim) SetKnobs(change func(*Knobs)) {
	k := s.Knobs()
	change(&k)
	_, _ = perform(s, "knobs", k, setKnobs)
}

func setKnobs(s *Sim, k Knobs) (Knobs, error) {
	s.knobs = k
	return k, nil
}

// knobsAction changes the knobs named and leaves the others.
func knobsAction() action {
	a := act("knobs", "change the knobs named, leave the others", setKnobs)
	a.run = func(s *Sim, raw []byte) (any, error) {
		k := s.Knobs()
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&k); err != nil {
			return nil, fault.New(fault.Invalid, "bad_request", "knobs: %v", err)
		}
		return perform(s, "knobs", k, setKnobs)
	}
	return a
}

// Fault makes calls of one path fail.
type Fault struct {
	Path        string  `json:"path"` // below /cgi-bin; "*" is every one
	Code        int     `json:"errcode"`
	Count       int     `json:"count"`       // so many calls; 0 is until cleared
	Probability float64 `json:"probability"` // 0 is always
	LatencyMS   int     `json:"latency_ms"`  // the answer comes so much later; the effect does not
	Drop        string  `json:"drop"`        // "before" or "after" the effect the connection breaks
	Effect      bool    `json:"effect"`      // with Code: the call has its effect all the same
	After       int     `json:"after"`       // lets so many calls pass first
}

// Inject adds a fault; faults of one path are tried in order of adding.
func (s *Sim) Inject(f Fault) error {
	_, err := perform(s, "fault", f, inject)
	return err
}

// ClearFaults removes all faults.
func (s *Sim) ClearFaults() {
	_, _ = perform(s, "clear_faults", struct{}{}, clearFaults)
}

func inject(s *Sim, f Fault) (struct{}, error) {
	if f.Path == "" || f.Drop != "" && f.Drop != "before" && f.Drop != "after" {
		return struct{}{}, fault.New(fault.Invalid, "bad_fault", "name a path; drop is before or after")
	}
	if _, ok := s.table[f.Path]; !ok && f.Path != "*" {
		return struct{}{}, fault.New(fault.NotFound, "no_endpoint", "no endpoint %s", f.Path)
	}
	if f.Count == 0 {
		f.Count = -1
	}
	s.faults = append(s.faults, &f)
	return struct{}{}, nil
}

func clearFaults(s *Sim, _ struct{}) (struct{}, error) {
	s.faults = nil
	return struct{}{}, nil
}

// fault is the one that strikes this call, nil if none does.
func (s *Sim) fault(path string) *Fault {
	for _, f := range s.faults {
		if f.Path != path && f.Path != "*" {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Probability > 0 && s.dice.Float64() >= f.Probability {
			continue
		}
		if f.Count > 0 {
			f.Count--
		}
		hit := *f
		s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool { return f.Count == 0 })
		return &hit
	}
	return nil
}

type revokeArgs struct {
	App string `json:"app"` // "" is every app
}

// RevokeTokens makes the valid access tokens of an app, or of all, invalid at once: 40014.
func (s *Sim) RevokeTokens(app string) {
	_, _ = perform(s, "revoke_tokens", revokeArgs{app}, revokeTokens)
}

func revokeTokens(s *Sim, a revokeArgs) (struct{}, error) {
	for _, app := range s.apps {
		if (a.App == "" || a.App == app.Name) && app.token != nil {
			app.token.revoked = true
			app.token = nil
		}
	}
	return struct{}{}, nil
}

// PutApp adds an app or changes the one of its name: secret, scope, callback, permissions.
// Empty permissions follow from the name; credentials and callback that are empty stay.
func (s *Sim) PutApp(a App) error {
	_, err := perform(s, "app", a, func(s *Sim, a App) (struct{}, error) { return struct{}{}, s.putApp(a) })
	return err
}

type callbackArgs struct {
	App   string `json:"app,omitempty"` // default main
	URL   string `json:"url"`
	Token string `json:"token"`
	Key   string `json:"aeskey"`
}

// SetCallback says where an app is called back, and with which token and EncodingAESKey. An
// empty url ends its callbacks.
func (s *Sim) SetCallback(app, url, token, aesKey string) error {
	_, err := perform(s, "callback", callbackArgs{app, url, token, aesKey}, setCallback)
	return err
}

func setCallback(s *Sim, c callbackArgs) (struct{}, error) {
	if c.App == "" {
		c.App = "main"
	}
	for _, a := range s.apps {
		if a.Name == c.App {
			changed := a.App
			changed.CallbackURL, changed.Token, changed.AESKey = c.URL, c.Token, c.Key
			return struct{}{}, s.putApp(changed)
		}
	}
	return struct{}{}, notFound("app", c.App)
}

type urlArgs struct {
	URL string `json:"url"`
}

// SetPublicURL says under which address the simulator is reached; codes, avatars and media
// carry it.
func (s *Sim) SetPublicURL(url string) {
	_, _ = perform(s, "public_url", urlArgs{url}, setPublicURL)
}

func setPublicURL(s *Sim, a urlArgs) (struct{}, error) {
	s.cfg.PublicURL = a.URL
	return struct{}{}, nil
}

func coreActions() []action {
	return []action{
		act("advance", "move the virtual clock on by seconds", advance),
		knobsAction(),
		act("fault", "make calls of a path fail", inject),
		act("clear_faults", "remove all faults", clearFaults),
		act("revoke_tokens", "make the access tokens of an app, or all, invalid", revokeTokens),
		act("callback", "set where an app is called back; an empty url ends it", setCallback),
		act("app", "add or change an app", func(s *Sim, a App) (struct{}, error) { return struct{}{}, s.putApp(a) }),
		act("public_url", "say under which address the simulator is reached", setPublicURL),
	}
}
