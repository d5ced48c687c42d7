package wecomsim

import (
	"net/url"
	"slices"
	"strings"

	"yutang/internal/fault"
)

func kfActions() []action {
	return []action{
		act("kf_enter", "a customer opens a customer-service account", kfEnter),
		act("kf_say", "a customer writes to a customer-service account", kfSay),
		act("kf_serve", "a servicer takes a session from the queue, takes it back, or gets it from another", kfServe),
		act("kf_answer", "a servicer writes to the customer", kfAnswer),
		act("kf_end", "a servicer ends a session", kfEnd),
		act("kf_pause", "a servicer stops or goes on serving", kfPause),
		act("kf_reject", "a customer refuses messages, or takes them again", kfReject),
		act("kf_auth", "the admin gives accounts to the app, or takes them away", kfAuth),
	}
}

// KfAct is one act at a customer-service account.
type KfAct struct {
	Account  string `json:"open_kfid"` // or the URL of its contact way
	Customer string `json:"external_userid,omitempty"`
	User     string `json:"userid,omitempty"`
	Text     string `json:"text,omitempty"`
	Param    string `json:"scene_param,omitempty"`
	Off      bool   `json:"off,omitempty"` // kf_pause: serve again; kf_reject: take messages again
}

func (s *Sim) kfActAt(a KfAct) (*kfAccount, error) {
	id, _, _ := strings.Cut(a.Account, "?")
	k := s.kfAccount(id[strings.LastIndexByte(id, '/')+1:])
	if k == nil {
		return nil, notFound("kf account", a.Account)
	}
	return k, nil
}

// kfVisitor finds account and customer.
func (s *Sim) kfVisitor(a KfAct) (*kfAccount, *kfSession, error) {
	k, err := s.kfActAt(a)
	if err != nil {
		return nil, nil, err
	}
	if _, ok := s.customers[a.Customer]; !ok {
		return nil, nil, notFound("customer", a.Customer)
	}
	return k, k.session(a.Customer), nil
}

// KfEnter is a customer opening the account, named by its id or the URL of its contact way,
// whose scene and scene_param come along. It gives the welcome code the app was told, if any.
func (s *Sim) KfEnter(account, customer string) (string, error) {
	return perform(s, "kf_enter", KfAct{Account: account, Customer: customer}, kfEnter)
}

func kfEnter(s *Sim, a KfAct) (string, error) {
	k, session, err := s.kfVisitor(a)
	if err != nil {
		return "", err
	}
	e := obj{"external_userid": a.Customer}
	if _, query, ok := strings.Cut(a.Account, "?"); ok {
		v, err := url.ParseQuery(query)
		if err != nil {
			return "", fault.New(fault.Invalid, "bad_url", "the address cannot be read")
		}
		e["scene"] = v.Get("enc_scene")
		if a.Param == "" {
			a.Param = v.Get("scene_param")
		}
	}
	if len(a.Param) > 128 {
		return "", fault.New(fault.Invalid, "bad_scene_param", "scene_param has at most 128 bytes")
	}
	if a.Param != "" {
		e["scene_param"] = a.Param
	}
	welcome := ""
	if session.deservesWelcome(s.at) {
		welcome = s.kfCodeFor(k, a.Customer, true)
		e["welcome_code"] = welcome
	}
	session.entered = s.at
	s.kfEvent(k, "enter_session", e)
	return welcome, nil
}

// KfSay is a customer writing to the account.
func (s *Sim) KfSay(account, customer, words string) error {
	_, err := perform(s, "kf_say", KfAct{Account: account, Customer: customer, Text: words}, kfSay)
	return err
}

func kfSay(s *Sim, a KfAct) (struct{}, error) {
	k, _, err := s.kfVisitor(a)
	if err == nil {
		s.kfHears(k, a.Customer, a.Text)
	}
	return struct{}{}, err
}

// KfServe brings a session to a servicer: from the queue, from another servicer, or an ended one.
func (s *Sim) KfServe(account, customer, user string) error {
	_, err := perform(s, "kf_serve", KfAct{Account: account, Customer: customer, User: user}, kfServe)
	return err
}

func kfServe(s *Sim, a KfAct) (struct{}, error) {
	k, session, err := s.kfVisitor(a)
	if err != nil {
		return struct{}{}, err
	}
	m, err := s.activeMember(a.User)
	if err != nil {
		return struct{}{}, err
	}
	if v, ok := s.servicer(k, m); !ok || v.paused {
		return struct{}{}, fault.New(fault.Precondition, "not_serving", "%s does not serve at the account now", m.id)
	}
	change, old := 1, session.servicer
	switch session.state {
	case kfPerson:
		change = 2
	case kfEnded:
		if session.spoke.IsZero() {
			return struct{}{}, fault.New(fault.Precondition, "no_session", "the customer has not written yet")
		}
		change = 4
	}
	session.state, session.servicer = kfPerson, m.id
	s.kfServed(k, m.id)
	e := obj{"external_userid": a.Customer, "change_type": change, "new_servicer_userid": m.id}
	if change == 1 {
		e["msg_code"] = s.kfCodeFor(k, a.Customer, false)
	} else {
		e["old_servicer_userid"] = old
	}
	s.kfEvent(k, "session_status_change", e)
	return struct{}{}, nil
}

// KfAnswer is the servicer of a session writing to the customer.
func (s *Sim) KfAnswer(account, customer, words string) error {
	_, err := perform(s, "kf_answer", KfAct{Account: account, Customer: customer, Text: words}, kfAnswer)
	return err
}

func kfAnswer(s *Sim, a KfAct) (struct{}, error) {
	k, session, err := s.kfVisitor(a)
	if err != nil {
		return struct{}{}, err
	}
	if session.state != kfPerson {
		return struct{}{}, fault.New(fault.Precondition, "not_serving", "nobody serves the customer")
	}
	k.talk[a.Customer] = append(k.talk[a.Customer], Message{At: s.at, From: session.servicer, Kind: "text", Text: a.Text})
	s.kfAppend(k, obj{
		"open_kfid": k.id, "external_userid": a.Customer, "servicer_userid": session.servicer, "origin": 5, "msgtype": "text", "text": obj{"content": a.Text},
	})
	return struct{}{}, nil
}

// KfEnd is the servicer ending a session.
func (s *Sim) KfEnd(account, customer string) error {
	_, err := perform(s, "kf_end", KfAct{Account: account, Customer: customer}, kfEnd)
	return err
}

func kfEnd(s *Sim, a KfAct) (struct{}, error) {
	k, session, err := s.kfVisitor(a)
	if err != nil {
		return struct{}{}, err
	}
	if session.state != kfPerson {
		return struct{}{}, fault.New(fault.Precondition, "not_serving", "nobody serves the customer")
	}
	old := session.servicer
	session.state, session.servicer = kfEnded, ""
	s.kfEvent(k, "session_status_change", obj{
		"external_userid": a.Customer, "change_type": 3, "old_servicer_userid": old, "msg_code": s.kfCodeFor(k, a.Customer, false),
	})
	return struct{}{}, nil
}

// KfPause is a servicer who stops serving at an account, or goes on.
func (s *Sim) KfPause(account, user string, paused bool) error {
	_, err := perform(s, "kf_pause", KfAct{Account: account, User: user, Off: !paused}, kfPause)
	return err
}

func kfPause(s *Sim, a KfAct) (struct{}, error) {
	k, err := s.kfActAt(a)
	if err != nil {
		return struct{}{}, err
	}
	m, err := s.activeMember(a.User)
	if err != nil {
		return struct{}{}, err
	}
	i := slices.IndexFunc(k.servicers, func(v kfServicer) bool { return v.user == m.id })
	if i < 0 {
		return struct{}{}, notFound("servicer", a.User)
	}
	k.servicers[i].paused = !a.Off
	s.kfEvent(k, "servicer_status_change", obj{"servicer_userid": m.id, "status": 1 + boolInt(!a.Off), "stop_type": 0})
	return struct{}{}, nil
}

// KfReject is a customer refusing messages of an account, or taking them again.
func (s *Sim) KfReject(account, customer string, refuse bool) error {
	_, err := perform(s, "kf_reject", KfAct{Account: account, Customer: customer, Off: !refuse}, kfReject)
	return err
}

func kfReject(s *Sim, a KfAct) (struct{}, error) {
	k, _, err := s.kfVisitor(a)
	if err == nil {
		k.rejects[a.Customer] = !a.Off
	}
	return struct{}{}, err
}

type kfAuthArgs struct {
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
}

// KfAuth tells that the admin gave the app accounts, or took them away: kf_account_auth_change.
// The app's calls work for every account all the same.
func (s *Sim) KfAuth(add, remove []string) error {
	_, err := perform(s, "kf_auth", kfAuthArgs{add, remove}, kfAuth)
	return err
}

func kfAuth(s *Sim, a kfAuthArgs) (struct{}, error) {
	fields := []field{text("Event", "kf_account_auth_change")}
	for _, id := range a.Add {
		fields = append(fields, text("AuthAddOpenKfId", id))
	}
	for _, id := range a.Remove {
		fields = append(fields, text("AuthDelOpenKfId", id))
	}
	s.emit(event{kind: kindKf, key: "kf", fields: fields})
	return struct{}{}, nil
}

// KfTalk is what a customer and an account said to each other.
func (s *Sim) KfTalk(account, customer string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.kfAccount(account)
	if k == nil {
		return nil
	}
	return slices.Clone(k.talk[customer])
}
