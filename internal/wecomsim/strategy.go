package wecomsim

import (
	"cmp"
	"slices"
)

// strategy is a rule group: which members may do what with customers, with tags of its own.
type strategy struct {
	id, parent int64
	name       string
	made       int64
	admins     []string
	privilege  map[string]bool
	spread     []strategyRange
}

type strategyRange struct {
	Type  int    `json:"type"` // 1 member, 2 department
	User  string `json:"userid,omitempty"`
	Party int64  `json:"partyid,omitempty"`
}

// maxStrategyAdmins is how many may administer a rule group.
const maxStrategyAdmins = 20

func strategyEndpoints() []endpoint {
	const at = "/externalcontact/customer_strategy/"
	return []endpoint{
		{method: post, path: at + "list", need: permContact, run: listStrategies},
		{method: post, path: at + "get", need: permContact, run: getStrategy},
		{method: post, path: at + "get_range", need: permContact, run: getStrategyRange},
		{method: post, path: at + "create", need: permContact, atOnce: 1, run: createStrategy},
		{method: post, path: at + "edit", need: permContact, atOnce: 1, run: editStrategy},
		{method: post, path: at + "del", need: permContact, run: delStrategy},
		{method: post, path: "/externalcontact/get_strategy_tag_list", need: permContact, run: listStrategyTags},
		{method: post, path: "/externalcontact/add_strategy_tag", need: permContact, run: addStrategyTag},
		{method: post, path: "/externalcontact/edit_strategy_tag", need: permContact, run: editTag},
		{method: post, path: "/externalcontact/del_strategy_tag", need: permContact, run: delTag},
	}
}

type strategyIn struct {
	ID        int64           `json:"strategy_id"`
	Parent    int64           `json:"parent_id"`
	Name      string          `json:"strategy_name"`
	Admins    []string        `json:"admin_list"`
	Privilege map[string]bool `json:"privilege"`
	Range     []strategyRange `json:"range"`
	Add       []strategyRange `json:"range_add"`
	Remove    []strategyRange `json:"range_del"`
	Cursor    string          `json:"cursor"`
	Limit     int             `json:"limit"`
}

func (s *Sim) strategy(id int64) (*strategy, error) {
	i, ok := slices.BinarySearchFunc(s.strategies, id, func(r *strategy, id int64) int { return cmp.Compare(r.id, id) })
	if !ok {
		return nil, code(40058, "invalid strategy_id")
	}
	return s.strategies[i], nil
}

func listStrategies(s *Sim, c *call) (any, error) {
	var in strategyIn
	if err := c.bindOptional(&in); err != nil {
		return nil, err
	}
	limit, err := c.limit(in.Limit, 1000, 1000)
	if err != nil {
		return nil, err
	}
	from, err := c.after(in.Cursor)
	if err != nil {
		return nil, err
	}
	out, next := []obj{}, ""
	for _, r := range s.strategies {
		if r.id <= from {
			continue
		}
		if len(out) == limit {
			next = cursorOf(from)
			break
		}
		out, from = append(out, obj{"strategy_id": r.id}), r.id
	}
	return obj{"strategy": out, "next_cursor": next}, nil
}

func getStrategy(s *Sim, c *call) (any, error) {
	var in strategyIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	r, err := s.strategy(in.ID)
	if err != nil {
		return nil, err
	}
	return obj{"strategy": obj{
		"strategy_id": r.id, "parent_id": r.parent, "strategy_name": r.name, "create_time": r.made, "admin_list": orEmpty(r.admins), "privilege": r.privilege,
	}}, nil
}

func getStrategyRange(s *Sim, c *call) (any, error) {
	var in strategyIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	r, err := s.strategy(in.ID)
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(in.Limit, 1000, 1000)
	if err != nil {
		return nil, err
	}
	from, err := c.after(in.Cursor)
	if err != nil {
		return nil, err
	}
	rest := r.spread[min(int(from), len(r.spread)):]
	out := obj{"range": orEmpty(rest[:min(limit, len(rest))])}
	if len(rest) > limit {
		out["next_cursor"] = cursorOf(from + int64(limit))
	}
	return out, nil
}

func createStrategy(s *Sim, c *call) (any, error) {
	var in strategyIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.Name == "" || len(in.Admins) == 0 || len(in.Range) == 0 {
		return nil, code(40063, "strategy_name, admin_list and range are required")
	}
	if in.Parent != 0 {
		if _, err := s.strategy(in.Parent); err != nil {
			return nil, err
		}
	}
	r := &strategy{id: int64(s.ids.number("strategy")), parent: in.Parent, made: s.at.Unix(), privilege: map[string]bool{"view_customer_list": true, "send_customer_msg": true}}
	in.Add = in.Range
	if err := r.change(s, c, in); err != nil {
		return nil, err
	}
	s.strategies = append(s.strategies, r)
	return obj{"strategy_id": r.id}, nil
}

func editStrategy(s *Sim, c *call) (any, error) {
	var in strategyIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	r, err := s.strategy(in.ID)
	if err != nil {
		return nil, err
	}
	next := *r
	if err := next.change(s, c, in); err != nil {
		return nil, err
	}
	*r = next
	return nil, nil
}

// change applies what is given.
func (r *strategy) change(s *Sim, c *call, in strategyIn) error {
	if err := c.chars("strategy_name", in.Name, maxTagsName); err != nil {
		return err
	}
	if len(in.Admins) > maxStrategyAdmins {
		return code(40032)
	}
	for _, u := range in.Admins {
		if _, err := c.user(s, u); err != nil {
			return err
		}
	}
	spread := slices.DeleteFunc(slices.Clone(r.spread), func(o strategyRange) bool { return slices.Contains(in.Remove, o) })
	for _, a := range in.Add {
		if err := a.check(s, c); err != nil {
			return err
		}
		if !slices.Contains(spread, a) {
			spread = append(spread, a)
		}
	}
	r.spread = spread
	if in.Name != "" {
		r.name = in.Name
	}
	if len(in.Admins) > 0 {
		r.admins = in.Admins
	}
	if in.Privilege != nil {
		r.privilege = in.Privilege
	}
	return nil
}

func (a strategyRange) check(s *Sim, c *call) error {
	switch a.Type {
	case 1:
		_, err := c.user(s, a.User)
		return err
	case 2:
		if _, ok := s.department(a.Party); !ok {
			return code(60003)
		}
		return nil
	}
	return code(40058, "invalid range type")
}

// delStrategy deletes a rule group with its tags. One that has groups below it stays.
func delStrategy(s *Sim, c *call) (any, error) {
	var in strategyIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	r, err := s.strategy(in.ID)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(s.strategies, func(o *strategy) bool { return o.parent == r.id }) {
		return nil, code(40058, "the strategy has strategies below it")
	}
	s.strategies = slices.DeleteFunc(s.strategies, func(o *strategy) bool { return o == r })
	for _, g := range s.tagGroups {
		if g.strategy == r.id {
			s.dropTags(g.tags)
		}
	}
	return nil, nil
}

func listStrategyTags(s *Sim, c *call) (any, error) {
	var in tagQuery
	if err := c.bindOptional(&in); err != nil {
		return nil, err
	}
	return s.showTags(in, func(g *tagGroup) bool {
		return g.strategy != 0 && (in.Strategy == 0 || g.strategy == in.Strategy)
	}), nil
}

func addStrategyTag(s *Sim, c *call) (any, error) {
	var in tagsIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if _, err := s.strategy(in.Strategy); err != nil {
		return nil, err
	}
	return s.addTags(c, in, func() string { return s.ids.make("st", 30) })
}
