package wecomsim

import "time"

// grantFor makes an OAuth code for a member or a customer.
type grantFor struct {
	User     string `json:"userid,omitempty"`
	Customer string `json:"external_userid,omitempty"`
	Private  bool   `json:"private,omitempty"` // snsapi_privateinfo
	Agent    int64  `json:"agentid,omitempty"` // the code is for this agent only
}

type oauthGrant struct {
	Code string `json:"code"`
}

// OAuthCode is the code of a member who opens a page with scope snsapi_base, or
// snsapi_privateinfo if private.
func (s *Sim) OAuthCode(user string, private bool) (string, error) {
	g, err := perform(s, "oauth_code", grantFor{User: user, Private: private}, oauthCode)
	return g.Code, err
}

func oauthCode(s *Sim, a grantFor) (oauthGrant, error) {
	if a.User != "" {
		m, err := s.activeMember(a.User)
		if err != nil {
			return oauthGrant{}, err
		}
		a.User = m.id
	} else if _, ok := s.customers[a.Customer]; !ok {
		return oauthGrant{}, notFound("customer", a.Customer)
	}
	v := s.ids.make("", 43)
	s.oauth[v] = &grant{user: a.User, external: a.Customer, private: a.Private, agent: a.Agent, expires: s.at.Add(5 * time.Minute)}
	s.after(time.Hour, func() { delete(s.oauth, v) })
	return oauthGrant{v}, nil
}

type appEventArgs struct {
	App   string `json:"app,omitempty"` // default main
	User  string `json:"userid"`
	Event string `json:"event"` // enter_agent, click, view, subscribe, unsubscribe, template_card_event
	Key   string `json:"key,omitempty"`
	Task  string `json:"task_id,omitempty"`
	Code  string `json:"response_code,omitempty"`
	Text  string `json:"text,omitempty"` // of app_text
}

func (s *Sim) inApp(a appEventArgs) (app string, m *member, err error) {
	app = a.App
	if app == "" {
		app = "main"
	}
	m, err = s.activeMember(a.User)
	return app, m, err
}

func appEvent(s *Sim, a appEventArgs) (struct{}, error) {
	app, m, err := s.inApp(a)
	if err != nil {
		return struct{}{}, err
	}
	f := []field{text("Event", a.Event), text("EventKey", a.Key)}
	if a.Event == "template_card_event" {
		f = append(f, text("TaskId", a.Task), text("CardType", "button_interaction"), text("ResponseCode", a.Code))
	}
	s.emit(event{kind: kindApp, key: "user:" + m.id, from: m.id, who: m, only: app, fields: f})
	return struct{}{}, nil
}

func appText(s *Sim, a appEventArgs) (struct{}, error) {
	app, m, err := s.inApp(a)
	if err != nil {
		return struct{}{}, err
	}
	s.emit(event{
		kind: kindApp, key: "user:" + m.id, from: m.id, msg: "text", who: m, only: app,
		fields: []field{text("Content", a.Text), text("MsgId", s.ids.digits("msgid"))},
	})
	return struct{}{}, nil
}
