package wecomsim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"yutang/internal/fault"
)

// App is one app of the corp, or one of the built-in ones with an own secret.
type App struct {
	Name    string   `json:"name"` // main, directory, archive, kf or any other
	AgentID int64    `json:"agentid,omitempty"`
	Secret  string   `json:"secret,omitempty"`
	Needs   []string `json:"permissions,omitempty"` // of Permissions; empty is by name, all for an unknown name

	Home        string   `json:"home,omitempty"`    // address of the app's page (应用主页)
	Toolbar     string   `json:"toolbar,omitempty"` // address of its page beside chats with customers (聊天工具栏)
	CallbackURL string   `json:"callback_url,omitempty"`
	Token       string   `json:"token,omitempty"`
	AESKey      string   `json:"aeskey,omitempty"`
	Events      []string `json:"events,omitempty"`   // kinds of events called back, see the README; empty is those of its permissions, for main all
	SuiteID     string   `json:"suite_id,omitempty"` // callbacks come in the form of third-party apps, sealed for this suite

	Users       []string `json:"users,omitempty"`       // visible members; with Departments empty too, everybody
	Departments []int64  `json:"departments,omitempty"` // visible departments and all below them
}

// Permissions of an app: which groups of calls it may make. A call without one answers 48002.
const (
	permContact   = "contact"   // externalcontact
	permDirectory = "directory" // departments and users
	permMessage   = "message"   // app messages
	permKf        = "kf"
	permArchive   = "archive" // msgaudit
)

// Permissions lists what an app may be allowed.
var Permissions = []string{permContact, permDirectory, permMessage, permKf, permArchive}

type app struct {
	App
	crypt *cryptor // nil without callback
	token *token   // the valid one, if any
}

type token struct {
	value   string
	app     *app
	expires time.Time
	revoked bool
}

func permissionsByName(name string) []string {
	switch name {
	case "main":
		return []string{permContact, permDirectory, permMessage, permKf}
	case "directory":
		return []string{permDirectory}
	case "contact":
		return []string{permContact}
	case "archive":
		return []string{permArchive}
	case "kf":
		return []string{permKf}
	}
	return Permissions
}

func (s *Sim) addApps() error {
	c := s.cfg
	list := append([]App{{Name: "main", AgentID: c.AgentID, Secret: c.Secret, CallbackURL: c.CallbackURL, Token: c.Token, AESKey: c.AESKey}}, c.Apps...)
	for _, name := range []string{"directory", "archive", "kf"} {
		if !slices.ContainsFunc(list, func(a App) bool { return a.Name == name }) {
			list = append(list, App{Name: name, Secret: c.Secret + "-" + name})
		}
	}
	for _, a := range list {
		if err := s.putApp(a); err != nil {
			return err
		}
	}
	return nil
}

// putApp adds an app or replaces the one of its name.
// keep fills credentials and callback that a change does not name from the app as it was.
func (a *App) keep(old App) {
	a.AgentID = cmp.Or(a.AgentID, old.AgentID)
	a.Secret = cmp.Or(a.Secret, old.Secret)
	if a.CallbackURL == "" {
		a.CallbackURL, a.Token, a.AESKey = old.CallbackURL, cmp.Or(a.Token, old.Token), cmp.Or(a.AESKey, old.AESKey)
	}
}

func (s *Sim) putApp(a App) error {
	if a.Name == "" {
		return fault.BadField("/name", "give the app a name")
	}
	if i := slices.IndexFunc(s.apps, func(old *app) bool { return old.Name == a.Name }); i >= 0 {
		a.keep(s.apps[i].App)
	}
	if a.Secret == "" {
		a.Secret = s.cfg.Secret + "-" + a.Name
	}
	if len(a.Needs) == 0 {
		a.Needs = permissionsByName(a.Name)
	}
	made := &app{App: a}
	if a.CallbackURL != "" {
		receiver := s.cfg.CorpID
		if a.SuiteID != "" {
			receiver = a.SuiteID
		}
		c, err := newCryptor(a.Token, a.AESKey, receiver)
		if err != nil {
			return fmt.Errorf("callback of app %s: %w", a.Name, err)
		}
		made.crypt = c
	}
	for i, old := range s.apps {
		if old.Name == a.Name {
			s.apps[i] = made
			for _, t := range s.tokens {
				if t.app == old {
					t.app = made
				}
			}
			made.token = old.token
			return nil
		}
	}
	s.apps = append(s.apps, made)
	return nil
}

func (a *app) may(perm string) bool { return perm == "" || slices.Contains(a.Needs, perm) }

// hears says whether the app is called back about events of the kind.
func (a *app) hears(kind string) bool {
	switch {
	case a.crypt == nil:
		return false
	case len(a.Events) > 0:
		return slices.Contains(a.Events, kind)
	case a.Name == "main", kind == kindApp:
		return true
	}
	return a.may(kind) // kinds are named like the permissions
}

// sees says whether the member is in the app's visible range.
func (s *Sim) sees(a *app, m *member) bool {
	if a == nil || len(a.Users) == 0 && len(a.Departments) == 0 {
		return true
	}
	if slices.Contains(a.Users, m.id) {
		return true
	}
	return slices.ContainsFunc(a.Departments, func(d int64) bool { return s.in(m, d) })
}

// Apps lists the apps with their secrets.
func (s *Sim) Apps() []App {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]App, len(s.apps))
	for i, a := range s.apps {
		out[i] = a.App
	}
	return out
}
