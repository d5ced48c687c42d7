package wecomsim

import (
	"slices"
	"unicode/utf8"
)

const (
	interceptRules   = 100
	interceptWords   = 300
	interceptChars   = 32 // of a word
	interceptName    = 20
	interceptCall    = 1000   // users or departments of one call
	interceptUsers   = 10_000 // users of one rule
	interceptRuleIDs = "rule"
)

// interceptRule is a rule about sensitive words (敏感词).
type interceptRule struct {
	id, name  string
	app       string
	made      int64
	words     []string
	semantics []int
	kind      int
	users     []string
	parties   []int64
	deleted   bool
}

type interceptRange struct {
	Users   []string `json:"user_list"`
	Parties []int64  `json:"department_list"`
}

type interceptArgs struct {
	ID        string    `json:"rule_id"`
	Name      *string   `json:"rule_name"`
	Words     *[]string `json:"word_list"`
	Semantics *[]int    `json:"semantics_list"`
	Extra     *struct {
		Semantics *[]int `json:"semantics_list"`
	} `json:"extra_rule"`
	Kind   *int            `json:"intercept_type"`
	Range  *interceptRange `json:"applicable_range"`
	Add    *interceptRange `json:"add_applicable_range"`
	Remove *interceptRange `json:"remove_applicable_range"`
}

func interceptEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/externalcontact/add_intercept_rule", need: permContact, run: addIntercept},
		{method: get, path: "/externalcontact/get_intercept_rule_list", need: permContact, run: listIntercepts},
		{method: post, path: "/externalcontact/get_intercept_rule", need: permContact, run: getIntercept},
		{method: post, path: "/externalcontact/update_intercept_rule", need: permContact, run: updateIntercept},
		{method: post, path: "/externalcontact/del_intercept_rule", need: permContact, run: delIntercept},
	}
}

// set checks and takes over what is given.
func (r *interceptRule) set(s *Sim, c *call, a interceptArgs) error {
	next := *r
	put(&next.name, a.Name)
	put(&next.words, a.Words)
	put(&next.semantics, a.Semantics)
	put(&next.kind, a.Kind)
	if a.Extra != nil {
		put(&next.semantics, a.Extra.Semantics)
	}
	if n := utf8.RuneCountInString(next.name); n < 1 || n > interceptName {
		return code(40058, "rule_name must have 1 to 20 characters")
	}
	for _, o := range s.more.intercepts {
		if !o.deleted && o.id != r.id && o.name == next.name {
			return code(41077)
		}
	}
	if len(next.words) > interceptWords {
		return code(41068)
	}
	if len(next.words)+len(next.semantics) == 0 {
		return code(40063, "missing word_list")
	}
	for _, w := range next.words {
		if n := utf8.RuneCountInString(w); n < 1 || n > interceptChars {
			return code(41083)
		}
	}
	for _, k := range next.semantics {
		if k < 1 || k > 3 {
			return code(41084)
		}
	}
	if next.kind != 1 && next.kind != 2 {
		return code(40058, "invalid intercept_type")
	}
	if err := next.reach(s, c, a); err != nil {
		return err
	}
	*r = next
	return nil
}

// reach takes over whom the rule binds.
func (r *interceptRule) reach(s *Sim, c *call, a interceptArgs) error {
	for _, given := range []*interceptRange{a.Range, a.Add, a.Remove} {
		if given == nil {
			continue
		}
		if len(given.Users) > interceptCall || len(given.Parties) > interceptCall {
			return code(41076)
		}
		for _, id := range given.Users {
			if _, err := c.user(s, id); err != nil {
				return err
			}
		}
	}
	users, parties := slices.Clone(r.users), slices.Clone(r.parties)
	if a.Range != nil {
		users, parties = slices.Clone(a.Range.Users), slices.Clone(a.Range.Parties)
	}
	if a.Add != nil {
		users, parties = append(users, a.Add.Users...), append(parties, a.Add.Parties...)
	}
	if a.Remove != nil {
		users = slices.DeleteFunc(users, func(u string) bool { return slices.Contains(a.Remove.Users, u) })
		parties = slices.DeleteFunc(parties, func(p int64) bool { return slices.Contains(a.Remove.Parties, p) })
	}
	slices.Sort(users)
	slices.Sort(parties)
	users, parties = slices.Compact(users), slices.Compact(parties)
	if len(users)+len(parties) == 0 {
		return code(40063, "missing applicable_range")
	}
	if len(users) > interceptUsers {
		return code(41076)
	}
	r.users, r.parties = users, parties
	return nil
}

func addIntercept(s *Sim, c *call) (any, error) {
	var a interceptArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	live := 0
	for _, r := range s.more.intercepts {
		live += boolInt(!r.deleted)
	}
	if live >= interceptRules {
		return nil, code(41069)
	}
	a.Extra, a.Add, a.Remove = nil, nil, nil
	r := &interceptRule{app: c.app.Name, made: s.at.Unix()}
	if err := r.set(s, c, a); err != nil {
		return nil, err
	}
	r.id = s.ids.make(interceptRuleIDs, 28)
	s.more.intercepts = append(s.more.intercepts, r)
	return obj{"rule_id": r.id}, nil
}

// intercept reads the call and finds a rule of the calling app.
func (c *call) intercept(s *Sim, a *interceptArgs) (*interceptRule, error) {
	if err := c.bind(a); err != nil {
		return nil, err
	}
	for _, r := range s.more.intercepts {
		if r.id != a.ID || r.app != c.app.Name {
			continue
		}
		if r.deleted {
			return nil, code(41071)
		}
		return r, nil
	}
	return nil, code(41070)
}

func listIntercepts(s *Sim, c *call) (any, error) {
	list := []obj{}
	for _, r := range s.more.intercepts {
		if !r.deleted && r.app == c.app.Name {
			list = append(list, obj{"rule_id": r.id, "rule_name": r.name, "create_time": r.made})
		}
	}
	return obj{"rule_list": list}, nil
}

func getIntercept(s *Sim, c *call) (any, error) {
	r, err := c.intercept(s, &interceptArgs{})
	if err != nil {
		return nil, err
	}
	return obj{"rule": obj{
		"rule_id": r.id, "rule_name": r.name, "word_list": orEmpty(r.words), "extra_rule": obj{"semantics_list": orEmpty(r.semantics)},
		"intercept_type": r.kind, "applicable_range": obj{"user_list": orEmpty(r.users), "department_list": orEmpty(r.parties)},
	}}, nil
}

func updateIntercept(s *Sim, c *call) (any, error) {
	var a interceptArgs
	r, err := c.intercept(s, &a)
	if err != nil {
		return nil, err
	}
	a.Semantics, a.Range = nil, nil
	return nil, r.set(s, c, a)
}

func delIntercept(s *Sim, c *call) (any, error) {
	r, err := c.intercept(s, &interceptArgs{})
	if err != nil {
		return nil, err
	}
	r.deleted = true
	return nil, nil
}
