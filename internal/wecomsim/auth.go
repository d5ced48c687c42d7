package wecomsim

import (
	"time"
)

// ticket is a JS-SDK ticket.
type ticket struct {
	value   string
	expires time.Time
}

// grant is an OAuth code or a user ticket.
type grant struct {
	user, external string // one of them
	private        bool   // snsapi_privateinfo
	ticket         bool   // a user ticket, not a code
	agent          int64
	expires        time.Time
	used           bool
}

func authEndpoints() []endpoint {
	return []endpoint{
		{method: get, path: "/gettoken", open: true, secrets: true, run: getToken},
		{method: get, path: "/get_jsapi_ticket", secrets: true, own: []rate{{400, time.Hour}}, ownApp: []rate{{100, time.Hour}}, run: corpTicket},
		{method: get, path: "/ticket/get", secrets: true, ownApp: []rate{{100, time.Hour}}, run: appTicket},
		{method: get, path: "/auth/getuserinfo", free: true, secrets: true, run: getUserInfo},
		{method: get, path: "/user/getuserinfo", free: true, secrets: true, run: getUserInfo},
		{method: post, path: "/auth/getuserdetail", secrets: true, run: getUserDetail},
		{method: get, path: "/miniprogram/jscode2session", secrets: true, run: codeToSession},
		{method: get, path: "/get_api_domain_ip", run: platformIPs},
		{method: get, path: "/getcallbackip", run: platformIPs},
	}
}

func getToken(s *Sim, c *call) (any, error) {
	corp, secret := c.query.Get("corpid"), c.query.Get("corpsecret")
	switch {
	case corp == "":
		return nil, code(41002)
	case secret == "":
		return nil, code(41004)
	case corp != s.cfg.CorpID:
		return nil, code(40013)
	}
	for _, a := range s.apps {
		if a.Secret == secret {
			c.app = a
			t := s.tokenOf(a)
			return obj{"access_token": t.value, "expires_in": int(t.expires.Sub(s.at) / time.Second)}, nil
		}
	}
	return nil, code(40001)
}

// tokenOf gives the app's valid token, a new one if there is none.
func (s *Sim) tokenOf(a *app) *token {
	if t := a.token; t != nil && s.at.Before(t.expires) {
		return t
	}
	t := &token{value: s.ids.make("", 214), app: a, expires: s.at.Add(time.Duration(s.knobs.TokenLife) * time.Second)}
	a.token, s.tokens[t.value] = t, t
	return t
}

func corpTicket(s *Sim, _ *call) (any, error) { return s.ticketOf("corp"), nil }

func appTicket(s *Sim, c *call) (any, error) {
	if c.query.Get("type") != "agent_config" {
		return nil, code(91040)
	}
	return s.ticketOf("app " + c.app.Name), nil
}

func (s *Sim) ticketOf(who string) obj {
	t, ok := s.tickets[who]
	if !ok || !s.at.Before(t.expires) {
		t = &ticket{value: s.ids.make("", 86), expires: s.at.Add(2 * time.Hour)}
		s.tickets[who] = t
	}
	return obj{"ticket": t.value, "expires_in": int(t.expires.Sub(s.at) / time.Second)}
}

// redeem takes a code once.
func (s *Sim) redeem(c *call, v string) (*grant, error) {
	g, ok := s.oauth[v]
	switch {
	case v == "" || !ok || g.ticket || g.used:
		return nil, code(40029)
	case !s.at.Before(g.expires):
		return nil, code(42003)
	case g.agent != 0 && c.app.AgentID != 0 && g.agent != c.app.AgentID:
		return nil, code(42022)
	}
	g.used = true
	return g, nil
}

func getUserInfo(s *Sim, c *call) (any, error) {
	g, err := s.redeem(c, c.query.Get("code"))
	if err != nil {
		return nil, err
	}
	if g.user == "" {
		return obj{"openid": openID(g.external), "external_userid": g.external}, nil
	}
	m, ok := s.member(g.user)
	if !ok || !s.sees(c.app, m) {
		return nil, code(60011)
	}
	out := obj{"userid": g.user, "UserId": g.user}
	if g.private {
		v := s.ids.make("", 64)
		s.oauth[v] = &grant{user: g.user, ticket: true, expires: s.at.Add(30 * time.Minute)}
		s.after(time.Hour, func() { delete(s.oauth, v) })
		out["user_ticket"], out["expires_in"] = v, 1800
	}
	return out, nil
}

func getUserDetail(s *Sim, c *call) (any, error) {
	var in struct {
		Ticket string `json:"user_ticket"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	g, ok := s.oauth[in.Ticket]
	switch {
	case !ok || !g.ticket:
		return nil, code(84015)
	case !s.at.Before(g.expires):
		return nil, code(84014)
	}
	m, ok := s.member(g.user)
	if !ok {
		return nil, code(60111)
	}
	return obj{
		"userid": m.id, "gender": genderText(m.gender), "avatar": s.avatar(m.id), "mobile": m.mobile, "qr_code": s.cfg.PublicURL + "/sim/card/" + m.id,
		"email": m.id + "@brand.example", "biz_mail": m.id + "@mail.brand.example", "address": "",
	}, nil
}

func codeToSession(s *Sim, c *call) (any, error) {
	g, err := s.redeem(c, c.query.Get("js_code"))
	if err != nil {
		return nil, err
	}
	return obj{"corpid": s.cfg.CorpID, "userid": g.user, "session_key": s.ids.make("", 24)}, nil
}

func platformIPs(*Sim, *call) (any, error) {
	return obj{"ip_list": []string{"101.226.103.0/25", "101.226.62.0/24"}}, nil
}

func genderText(g int) string {
	return string(rune('0' + g))
}

// openID follows from the external_userid.
func openID(external string) string {
	if len(external) < 28 {
		return "o" + external
	}
	return "o" + external[2:28]
}

func (s *Sim) avatar(id string) string { return s.cfg.PublicURL + "/sim/avatar/" + id }
