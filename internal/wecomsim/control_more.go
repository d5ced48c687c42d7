package wecomsim

import "net/http"

// moreRoutes serves what the further chapters show to visitors, their pages and the archive.
func (s *Sim) moreRoutes(mux *http.ServeMux) {
	s.archiveRoutes(mux)
	s.phoneRoutes(mux)
	mux.HandleFunc("GET /sim/ca/{config}", s.scanPage)
	mux.HandleFunc("POST /sim/ca/{config}", s.scanPosted)
	reads := map[string]func(*http.Request) (any, error){
		"mass_tasks": func(r *http.Request) (any, error) { return s.MassTasks(q(r, "userid")), nil },
		"mass_received": func(r *http.Request) (any, error) {
			return orEmpty(s.MassReceived(q(r, "userid"), q(r, "external_userid"))), nil
		},
		"quota_left":   func(r *http.Request) (any, error) { return obj{"left": s.QuotaLeft(q(r, "id"))}, nil },
		"moment_tasks": func(r *http.Request) (any, error) { return s.MomentTasks(q(r, "userid")), nil },
		"moments":      func(r *http.Request) (any, error) { return s.MomentsOf(q(r, "external_userid")), nil },
		"groups":       func(r *http.Request) (any, error) { return s.GroupsOf(q(r, "who")), nil },
		"group":        s.readGroup,
		"join_ways":    func(*http.Request) (any, error) { return s.JoinWays(), nil },
		"transfers":    func(r *http.Request) (any, error) { return s.Transfers(q(r, "external_userid")), nil },
		"links":        func(*http.Request) (any, error) { return s.Links(), nil },
		"templates":    func(*http.Request) (any, error) { return orEmpty(s.Templates()), nil },
		"kf_accounts":  func(*http.Request) (any, error) { return s.KfAccounts(), nil },
		"kf_talk": func(r *http.Request) (any, error) {
			return orEmpty(s.KfTalk(q(r, "open_kfid"), q(r, "external_userid"))), nil
		},
	}
	for name, read := range reads {
		mux.HandleFunc("GET /sim/api/"+name, func(w http.ResponseWriter, r *http.Request) { reply(w, read, r) })
	}
}

func (s *Sim) readGroup(r *http.Request) (any, error) {
	g, ok := s.Group(q(r, "chat_id"))
	if !ok {
		return nil, notFound("group", q(r, "chat_id"))
	}
	return g, nil
}

// JoinWay is a way into groups, as visitors see it.
type JoinWay struct {
	ID     string   `json:"config_id"`
	State  string   `json:"state,omitempty"`
	Remark string   `json:"remark,omitempty"`
	Chats  []string `json:"chat_id_list"`
	URL    string   `json:"qr_code"`
}

// JoinWays lists the ways into groups, in order of making.
func (s *Sim) JoinWays() []JoinWay {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []JoinWay{}
	for _, id := range s.more.joinOrder {
		if w, ok := s.more.joinWays[id]; ok {
			out = append(out, JoinWay{w.id, w.state, w.remark, append([]string{}, w.chats...), s.joinCode(w)})
		}
	}
	return out
}

// Link is an acquisition link, as visitors see it.
type Link struct {
	ID        string `json:"link_id"`
	Name      string `json:"link_name"`
	URL       string `json:"url"`
	Customers int    `json:"customers"`
}

// Links lists the acquisition links that are not deleted, in order of making.
func (s *Sim) Links() []Link {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Link{}
	for _, l := range s.more.acquisition.list {
		if !l.deleted {
			out = append(out, Link{l.id, l.name, s.linkURL(l), len(l.came)})
		}
	}
	return out
}

// KfAccount is a customer-service account, as visitors see it.
type KfAccount struct {
	ID        string      `json:"open_kfid"`
	Name      string      `json:"name"`
	Servicers []string    `json:"servicers"`
	Sessions  []KfSession `json:"sessions"` // of customers who wrote or entered
}

// KfSession is one customer at an account.
type KfSession struct {
	Customer string `json:"external_userid"`
	Name     string `json:"name"`
	State    int    `json:"service_state"`
	Servicer string `json:"servicer_userid,omitempty"`
}

// KfAccounts lists the customer-service accounts with their sessions.
func (s *Sim) KfAccounts() []KfAccount {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []KfAccount{}
	for _, k := range s.more.kf.accounts {
		a := KfAccount{ID: k.id, Name: k.name, Servicers: []string{}, Sessions: []KfSession{}}
		for _, v := range k.servicers {
			if v.user != "" {
				a.Servicers = append(a.Servicers, v.user)
			}
		}
		for _, c := range k.visitors {
			session := k.sessions[c]
			a.Sessions = append(a.Sessions, KfSession{c, s.nameOf(c), session.state, session.servicer})
		}
		out = append(out, a)
	}
	return out
}
