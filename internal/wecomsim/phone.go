package wecomsim

import (
	"slices"
	"strings"

	"yutang/internal/fault"
)

func phoneActions() []action {
	return slices.Concat([]action{
		act("add_customer", "a new person appears who is nobody's customer yet", addCustomer),
		act("scan", "a customer scans a code: by config_id, state, or URL of the code", scan),
		act("request", "a customer asks a member to be added, without a code", ask),
		act("add", "a member adds a customer", addByMember),
		act("confirm", "a member confirms a request or a half addition", confirm),
		act("send_text", "a customer or member of a pair says something", sendText),
		act("delete_staff", "a customer deletes a member", deleteStaff),
		act("delete_customer", "a member deletes a customer", deleteCustomer),
		act("edit_remark", "a member edits remark, description, company or mobiles", editRemark),
		act("edit_tags", "a member puts corp tags on a customer or takes them off", editTags),
		act("edit_personal_tags", "a member sets the own tags of a customer", editPersonalTags),
		act("consent", "a customer agrees to the conversation archive", consent),
		act("oauth_code", "a member or customer opens a page: an OAuth code", oauthCode),
		act("app_event", "a member enters the app or clicks its menu", appEvent),
		act("app_text", "a member writes to the app", appText),
	}, officeActions())
}

func notFound(what, id string) error {
	return fault.New(fault.NotFound, "no_"+what, "no %s %q", what, id)
}

// NewCustomer describes a person who appears. The zero value is a WeChat user with a made-up name.
type NewCustomer struct {
	Name     string `json:"name,omitempty"`
	Type     int    `json:"type,omitempty"` // 1 WeChat (default), 2 WeCom
	Gender   int    `json:"gender,omitempty"`
	Corp     string `json:"corp,omitempty"` // of a WeCom user
	Position string `json:"position,omitempty"`
	Unbound  bool   `json:"unbound,omitempty"` // has no unionid
}

// AddCustomer makes a person appear and gives the external_userid.
func (s *Sim) AddCustomer(n NewCustomer) string {
	c, _ := perform(s, "add_customer", n, addCustomer)
	return c.ID
}

func addCustomer(s *Sim, n NewCustomer) (Customer, error) {
	c := &customer{name: n.Name, kind: n.Type, gender: n.Gender, corp: n.Corp, position: n.Position, bound: !n.Unbound}
	if c.kind != typeWeCom {
		c.kind = typeWeChat
		c.id = s.ids.customer()
	} else {
		c.id = s.ids.wecomUser()
	}
	if c.name == "" {
		c.name = personName(s.ids.stream("name"))
	}
	s.customers[c.id] = c
	s.customerList = append(s.customerList, c)
	return s.customerView(c), nil
}

// Scan is a customer's scan of a code.
type Scan struct {
	Customer string `json:"external_userid"`
	Code     string `json:"code"`           // config_id, state, or URL of the code
	Half     bool   `json:"half,omitempty"` // the member's phone adds without asking, and the member confirms later
}

// Added says what an addition came to.
type Added struct {
	User     string `json:"userid"`
	Customer string `json:"external_userid"`
	Already  bool   `json:"already,omitempty"` // they were friends; nothing happened
	Waiting  bool   `json:"waiting,omitempty"` // the member must confirm
	Half     bool   `json:"half,omitempty"`
	ChatID   string `json:"chat_id,omitempty"` // of the group, if the code was of a join way
}

// ScanCode lets a customer scan a contact way or acquisition link, named by config_id, state or URL.
func (s *Sim) ScanCode(customer, code string) (Added, error) {
	return perform(s, "scan", Scan{Customer: customer, Code: code}, scan)
}

// ScanHalf is ScanCode where the member has yet to confirm, though both can talk already.
func (s *Sim) ScanHalf(customer, code string) (Added, error) {
	return perform(s, "scan", Scan{Customer: customer, Code: code, Half: true}, scan)
}

func scan(s *Sim, a Scan) (Added, error) {
	c, ok := s.customers[a.Customer]
	if !ok {
		return Added{}, notFound("customer", a.Customer)
	}
	w, err := s.findWay(a.Code)
	if err != nil {
		if added, known, err := s.scanLink(c, a.Code); known {
			return added, err
		}
		return Added{}, err
	}
	m, err := s.nextOf(w, c)
	if err != nil {
		return Added{}, err
	}
	if f, ok := c.relation(m.id); ok && !f.lost {
		return Added{User: m.id, Customer: c.id, Already: true}, nil
	}
	how := arrival{way: 1, state: w.state, half: a.Half, exclusive: w.exclusive, temp: w.temp}
	if !w.skip {
		s.requests[pair{m.id, c.id}] = how
		return Added{User: m.id, Customer: c.id, Waiting: true}, nil
	}
	s.arrive(m, c, how)
	return Added{User: m.id, Customer: c.id, Half: a.Half}, nil
}

// findWay finds a code by what a customer has of it.
func (s *Sim) findWay(v string) (*way, error) {
	id := v[strings.LastIndexByte(v, '/')+1:]
	id = strings.TrimSuffix(id, ".png")
	if w, ok := s.ways[id]; ok {
		if w.over(s.at.Unix()) {
			return nil, fault.New(fault.Precondition, "code_expired", "the code has expired")
		}
		return w, nil
	}
	for _, w := range slices.Backward(s.wayList) {
		if w.state != "" && w.state == v && !w.over(s.at.Unix()) {
			return w, nil
		}
	}
	return nil, notFound("code", v)
}

// nextOf is the member whom the code gives the customer: a friend among its members if the
// code is exclusive, else each in turn.
func (s *Sim) nextOf(w *way, c *customer) (*member, error) {
	list := slices.DeleteFunc(s.wayMembers(w.users, w.parties), func(m *member) bool { return m.status != memberActive || !m.follow || s.full(m) })
	if len(list) == 0 {
		return nil, fault.New(fault.Precondition, "code_without_members", "nobody of the code can be added now")
	}
	for _, m := range list {
		if f, ok := c.relation(m.id); ok && !f.lost && (w.exclusive || len(list) == 1) {
			return m, nil
		}
	}
	m := list[w.turn%len(list)]
	w.turn++
	return m, nil
}

// arrival is how a relation comes about.
type arrival struct {
	way       int
	state     string
	oper      string
	half      bool
	exclusive bool
	temp      bool
	link      string // acquisition link, "" for none
}

// arrive makes the relation and tells the apps, each with its welcome code.
func (s *Sim) arrive(m *member, c *customer, how arrival) *follow {
	if old, ok := c.relation(m.id); ok {
		s.part(old)
	}
	f := s.befriend(m, c, how.way, how.state)
	f.half, f.exclusive, f.temp = how.half, how.exclusive, how.temp
	if how.oper != "" {
		f.oper = how.oper
	}
	change := "add_external_contact"
	if f.half {
		change = "add_half_external_contact"
	}
	s.cameBy(how.link, f)
	s.met(m.id, how.oper == m.id)
	s.announce(f, change)
	return f
}

func (s *Sim) announce(f *follow, change string) {
	e := contactEvent(change, f)
	if f.state != "" {
		e.fields = append(e.fields, text("State", f.state))
	}
	s.emitTo(e, s.welcomeFor(f))
}

// Pair names a member and a customer.
type Pair struct {
	User     string `json:"userid"`
	Customer string `json:"external_userid"`
}

func (s *Sim) pairOf(p Pair) (*member, *customer, error) {
	m, err := s.activeMember(p.User)
	if err != nil {
		return nil, nil, err
	}
	c, ok := s.customers[p.Customer]
	if !ok {
		return nil, nil, notFound("customer", p.Customer)
	}
	return m, c, nil
}

// live finds the relation of a pair that both sides still have.
func (s *Sim) live(p Pair) (*follow, error) {
	c, ok := s.customers[p.Customer]
	if !ok {
		return nil, notFound("customer", p.Customer)
	}
	if f, ok := c.relation(p.User); ok && !f.lost {
		return f, nil
	}
	return nil, fault.New(fault.NotFound, "no_contact", "%s and %s are not in contact", p.User, p.Customer)
}

// Request lets a customer ask a member to be added, without a code; Accept is the answer.
func (s *Sim) Request(customer, user string) error {
	_, err := perform(s, "request", Pair{User: user, Customer: customer}, ask)
	return err
}

func ask(s *Sim, p Pair) (Added, error) {
	m, c, err := s.pairOf(p)
	if err != nil {
		return Added{}, err
	}
	if f, ok := c.relation(m.id); ok && !f.lost {
		return Added{User: m.id, Customer: c.id, Already: true}, nil
	}
	s.requests[pair{m.id, c.id}] = arrival{way: 2}
	return Added{User: m.id, Customer: c.id, Waiting: true}, nil
}

type addArgs struct {
	Pair
	Way int `json:"add_way,omitempty"` // default 3, card
}

// Add lets a member add a customer in the given add_way, 0 for a card; the customer agrees.
func (s *Sim) Add(user, customer string, way int) (Added, error) {
	return perform(s, "add", addArgs{Pair{user, customer}, way}, addByMember)
}

func addByMember(s *Sim, a addArgs) (Added, error) {
	m, c, err := s.pairOf(a.Pair)
	if err != nil {
		return Added{}, err
	}
	if f, ok := c.relation(m.id); ok && !f.lost {
		return Added{User: m.id, Customer: c.id, Already: true}, nil
	}
	if a.Way == 0 {
		a.Way = 3
	}
	s.arrive(m, c, arrival{way: a.Way, oper: m.id})
	return Added{User: m.id, Customer: c.id}, nil
}

// Accept lets a member confirm a request or a half addition.
func (s *Sim) Accept(user, customer string) (Added, error) {
	return perform(s, "confirm", Pair{user, customer}, confirm)
}

func confirm(s *Sim, p Pair) (Added, error) {
	m, c, err := s.pairOf(p)
	if err != nil {
		return Added{}, err
	}
	if how, ok := s.requests[pair{m.id, c.id}]; ok {
		delete(s.requests, pair{m.id, c.id})
		s.arrive(m, c, how)
		return Added{User: m.id, Customer: c.id}, nil
	}
	f, err := s.live(p)
	if err != nil {
		return Added{}, err
	}
	if !f.half {
		return Added{User: m.id, Customer: c.id, Already: true}, nil
	}
	f.half = false
	s.announce(f, "add_external_contact")
	return Added{User: m.id, Customer: c.id}, nil
}
