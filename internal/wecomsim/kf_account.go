package wecomsim

import (
	"slices"
	"strings"
	"unicode/utf8"
)

func (s *Sim) kfSet(k *kfAccount, a kfArgs) error {
	if a.Name != nil && (*a.Name == "" || utf8.RuneCountInString(*a.Name) > kfNameChars) {
		return code(95006)
	}
	if a.Media != nil {
		if err := s.usable(*a.Media, mediaPlain, "image"); err != nil {
			return err
		}
	}
	put(&k.name, a.Name)
	put(&k.media, a.Media)
	return nil
}

func kfAccountAdd(s *Sim, c *call) (any, error) {
	var a kfArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if a.Name == nil {
		return nil, code(95006)
	}
	if a.Media == nil {
		return nil, code(41006)
	}
	switch n := len(s.more.kf.accounts); {
	case s.knobs.More.Uncertified && n >= kfAccountsUncertified:
		return nil, code(95027)
	case n >= kfAccounts:
		return nil, code(95005)
	}
	k := &kfAccount{sessions: map[string]*kfSession{}, talk: map[string][]Message{}, rejects: map[string]bool{}, days: map[int32]*kfDay{}}
	if err := s.kfSet(k, a); err != nil {
		return nil, err
	}
	k.id = s.ids.kf()
	s.more.kf.accounts = append(s.more.kf.accounts, k)
	return obj{"open_kfid": k.id}, nil
}

func kfAccountUpdate(s *Sim, c *call) (any, error) {
	var a kfArgs
	k, err := c.kf(s, &a)
	if err != nil {
		return nil, err
	}
	return nil, s.kfSet(k, a)
}

func kfAccountDel(s *Sim, c *call) (any, error) {
	k, err := c.kf(s, &kfArgs{})
	if err != nil {
		return nil, err
	}
	s.more.kf.accounts = slices.DeleteFunc(s.more.kf.accounts, func(o *kfAccount) bool { return o == k })
	return nil, nil
}

func kfAccountList(s *Sim, c *call) (any, error) {
	var a kfArgs
	if err := c.bindOptional(&a); err != nil {
		return nil, err
	}
	limit, err := c.limit(a.Limit, 100, 100)
	if err != nil {
		return nil, err
	}
	list := []obj{}
	all := s.more.kf.accounts
	from := min(max(a.Offset, 0), len(all))
	for _, k := range all[from:min(from+limit, len(all))] {
		list = append(list, obj{"open_kfid": k.id, "name": k.name, "avatar": s.cfg.PublicURL + "/sim/avatar/" + k.id, "manage_privilege": true})
	}
	return obj{"account_list": list}, nil
}

const kfSceneChars = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"

func kfContactWay(s *Sim, c *call) (any, error) {
	var a kfArgs
	k, err := c.kf(s, &a)
	if err != nil {
		return nil, err
	}
	if len(a.Scene) > 32 || strings.Trim(a.Scene, kfSceneChars) != "" {
		return nil, code(40058, "invalid scene")
	}
	u := s.cfg.PublicURL + "/sim/kf/" + k.id
	if a.Scene != "" {
		u += "?enc_scene=" + a.Scene
	}
	return obj{"url": u}, nil
}

func kfServicerAdd(s *Sim, c *call) (any, error) { return s.kfServicers(c, true) }
func kfServicerDel(s *Sim, c *call) (any, error) { return s.kfServicers(c, false) }

func (s *Sim) kfServicers(c *call, add bool) (any, error) {
	var a kfArgs
	k, err := c.kf(s, &a)
	if err != nil {
		return nil, err
	}
	if len(a.Users)+len(a.Parties) == 0 || len(a.Users) > 100 || len(a.Parties) > 20 {
		return nil, code(40058, "userid_list has 1 to 100, department_id_list 1 to 20")
	}
	list := []obj{}
	for _, id := range a.Users {
		o := obj{"userid": id, "errcode": 0, "errmsg": "success"}
		if m, ok := s.member(id); !ok || m.status != memberActive {
			o["errcode"], o["errmsg"] = 95014, messages[95014]
		} else {
			k.serve(kfServicer{user: m.id}, add)
		}
		list = append(list, o)
	}
	for _, d := range a.Parties {
		o := obj{"department_id": d, "errcode": 0, "errmsg": "success"}
		if _, ok := s.department(d); !ok {
			o["errcode"], o["errmsg"] = 60003, messages[60003]
		} else {
			k.serve(kfServicer{party: d}, add)
		}
		list = append(list, o)
	}
	return obj{"result_list": list}, nil
}

// serve adds a servicer once, or takes one away.
func (a *kfAccount) serve(v kfServicer, add bool) {
	a.servicers = slices.DeleteFunc(a.servicers, func(o kfServicer) bool { return o.user == v.user && o.party == v.party })
	if add {
		a.servicers = append(a.servicers, v)
	}
}

func kfServicerList(s *Sim, c *call) (any, error) {
	k, err := s.kfNamed(c.query.Get("open_kfid"))
	if err != nil {
		return nil, err
	}
	list := []obj{}
	for _, v := range k.servicers {
		if v.party != 0 {
			list = append(list, obj{"department_id": v.party})
			continue
		}
		o := obj{"userid": v.user, "status": boolInt(v.paused)}
		if v.paused {
			o["stop_type"] = 0
		}
		list = append(list, o)
	}
	return obj{"servicer_list": list}, nil
}
