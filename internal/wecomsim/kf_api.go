package wecomsim

import (
	"slices"
	"strings"
	"time"
)

func kfEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/kf/account/add", need: permKf, run: kfAccountAdd},
		{method: post, path: "/kf/account/update", need: permKf, run: kfAccountUpdate},
		{method: post, path: "/kf/account/del", need: permKf, run: kfAccountDel},
		{method: post, path: "/kf/account/list", need: permKf, run: kfAccountList},
		{method: post, path: "/kf/add_contact_way", need: permKf, run: kfContactWay},
		{method: post, path: "/kf/servicer/add", need: permKf, run: kfServicerAdd},
		{method: post, path: "/kf/servicer/del", need: permKf, run: kfServicerDel},
		{method: get, path: "/kf/servicer/list", need: permKf, run: kfServicerList},
		{method: post, path: "/kf/service_state/get", need: permKf, run: kfStateGet},
		{method: post, path: "/kf/service_state/trans", need: permKf, run: kfStateTrans},
		{method: post, path: "/kf/sync_msg", need: permKf, run: kfSync},
		{method: post, path: "/kf/send_msg", need: permKf, run: kfSend},
		{method: post, path: "/kf/send_msg_on_event", need: permKf, run: kfSendOnEvent},
		{method: post, path: "/kf/customer/batchget", need: permKf, run: kfCustomers},
		{method: post, path: "/kf/get_corp_statistic", need: permKf, run: kfCorpStatistic},
		{method: post, path: "/kf/get_servicer_statistic", need: permKf, run: kfServicerStatistic},
	}
}

type kfArgs struct {
	Account  string   `json:"open_kfid"`
	Name     *string  `json:"name"`
	Media    *string  `json:"media_id"`
	Scene    string   `json:"scene"`
	Users    []string `json:"userid_list"`
	Parties  []int64  `json:"department_id_list"`
	Customer string   `json:"external_userid"`
	State    *int     `json:"service_state"`
	Servicer string   `json:"servicer_userid"`
	Offset   int      `json:"offset"`
	Limit    int      `json:"limit"`
	Start    int64    `json:"start_time"`
	End      int64    `json:"end_time"`
}

// kf reads the call and finds the account named by the required open_kfid.
func (c *call) kf(s *Sim, a *kfArgs) (*kfAccount, error) {
	if err := c.bind(a); err != nil {
		return nil, err
	}
	return s.kfNamed(a.Account)
}

func (s *Sim) kfNamed(id string) (*kfAccount, error) {
	if id == "" {
		return nil, code(40063, "missing open_kfid")
	}
	if !strings.HasPrefix(id, "wk") {
		return nil, code(95000)
	}
	if k := s.kfAccount(id); k != nil {
		return k, nil
	}
	return nil, code(95004)
}

// kfSession reads the call and finds a customer's session.
func (s *Sim) kfSession(c *call, a *kfArgs) (*kfAccount, *kfSession, error) {
	k, err := c.kf(s, a)
	if err != nil {
		return nil, nil, err
	}
	if _, err := c.external(s, a.Customer); err != nil {
		return nil, nil, err
	}
	if session, ok := k.sessions[a.Customer]; ok {
		return k, session, nil
	}
	return k, newKfSession(), nil
}

func kfStateGet(s *Sim, c *call) (any, error) {
	_, k, err := s.kfSession(c, &kfArgs{})
	if err != nil {
		return nil, err
	}
	o := obj{"service_state": k.state}
	if k.servicer != "" {
		o["servicer_userid"] = k.servicer
	}
	return o, nil
}

func kfStateTrans(s *Sim, c *call) (any, error) {
	var a kfArgs
	acc, k, err := s.kfSession(c, &a)
	if err != nil {
		return nil, err
	}
	if a.State == nil || *a.State < kfNew || *a.State > kfEnded {
		return nil, code(40058, "invalid service_state")
	}
	if *a.State == kfPerson {
		if a.Servicer == "" {
			return nil, code(41009, "missing servicer_userid")
		}
		m, ok := s.member(a.Servicer)
		if !ok {
			return nil, code(40003)
		}
		v, serves := s.servicer(acc, m)
		switch {
		case !serves || m.status != memberActive:
			return nil, code(95014)
		case v.paused:
			return nil, code(95019)
		}
		a.Servicer = m.id
	}
	if n := k.move(*a.State, a.Servicer); n != 0 {
		return nil, code(n)
	}
	if *a.State == kfPerson {
		s.kfServed(acc, a.Servicer)
	}
	if *a.State == kfRobot {
		return nil, nil
	}
	return obj{"msg_code": s.kfCodeFor(acc, a.Customer, false)}, nil
}

func kfSync(s *Sim, c *call) (any, error) {
	var a struct {
		Cursor  string `json:"cursor"`
		Token   string `json:"token"`
		Limit   int    `json:"limit"`
		Voice   int    `json:"voice_format"`
		Account string `json:"open_kfid"`
	}
	if err := c.bindOptional(&a); err != nil {
		return nil, err
	}
	if a.Account != "" {
		if _, err := s.kfNamed(a.Account); err != nil {
			return nil, err
		}
	}
	limit, err := c.limit(a.Limit, kfPage, kfPage)
	if err != nil {
		return nil, err
	}
	if len(a.Cursor) > 64 {
		return nil, code(40058, "cursor exceed max utf8 length 64")
	}
	after, err := c.after(a.Cursor)
	if err != nil {
		return nil, err
	}
	if err := s.kfAdmit(a.Token, a.Account); err != nil {
		return nil, err
	}
	rows, last, more := s.kfRows(after, a.Account, limit)
	return obj{"next_cursor": cursorOf(last), "has_more": boolInt(more), "msg_list": rows}, nil
}

// kfAdmit checks the token of a pull; without one only few pulls go.
func (s *Sim) kfAdmit(token, account string) error {
	k := &s.more.kf
	if token != "" {
		t, ok := k.tokens[token]
		if !ok || !s.at.Before(t.expires) || account != "" && t.account != account {
			return code(95007)
		}
		return nil
	}
	k.pulls = slices.DeleteFunc(k.pulls, func(t time.Time) bool { return s.at.Sub(t) >= time.Minute })
	if len(k.pulls) >= kfPulls && s.knobs.LimitScale >= 0 {
		return code(45009)
	}
	k.pulls = append(k.pulls, s.at)
	return nil
}
