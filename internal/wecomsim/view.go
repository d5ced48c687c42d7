package wecomsim

import (
	"slices"
	"time"
)

// Customer is a person as the simulator's visitors see one.
type Customer struct {
	ID       string   `json:"external_userid"`
	Name     string   `json:"name"`
	Type     int      `json:"type"`
	Gender   int      `json:"gender"`
	UnionID  string   `json:"unionid,omitempty"`
	Corp     string   `json:"corp,omitempty"`
	Consents bool     `json:"consents"`
	Follows  []Follow `json:"follows"`
}

// Follow is a relation as visitors see it.
type Follow struct {
	User        string   `json:"userid"`
	Customer    string   `json:"external_userid"`
	Name        string   `json:"name"` // of the customer
	At          int64    `json:"at"`   // unix seconds
	Way         int      `json:"add_way"`
	State       string   `json:"state,omitempty"`
	Remark      string   `json:"remark,omitempty"`
	Description string   `json:"description,omitempty"`
	Mobiles     []string `json:"mobiles,omitempty"`
	Tags        []string `json:"tags,omitempty"` // group/name
	TagIDs      []string `json:"tag_ids,omitempty"`
	Personal    []string `json:"personal_tags,omitempty"`
	Half        bool     `json:"half,omitempty"`
	Lost        bool     `json:"lost,omitempty"`
}

// Member is a member as visitors see one.
type Member struct {
	User        string  `json:"userid"`
	Name        string  `json:"name"`
	Position    string  `json:"position"`
	Departments []int64 `json:"departments"`
	Leads       []int64 `json:"leads,omitempty"`
	Status      int     `json:"status"`
	Follow      bool    `json:"follow"`
	Contacts    int     `json:"contacts"`
}

// AppMessage is what an app sent to members.
type AppMessage = appMessage

func (s *Sim) customerView(c *customer) Customer {
	out := Customer{ID: c.id, Name: c.name, Type: c.kind, Gender: c.gender, UnionID: s.unionid(c), Corp: c.corp, Consents: c.consents, Follows: []Follow{}}
	for _, f := range c.follows {
		out.Follows = append(out.Follows, f.view())
	}
	return out
}

func (f *follow) view() Follow {
	v := Follow{
		User: f.member.id, Customer: f.customer.id, Name: f.customer.name, At: f.at, Way: f.way, State: f.state, Remark: f.remark,
		Description: f.description, Mobiles: slices.Clone(f.mobiles), Personal: slices.Clone(f.personal), Half: f.half, Lost: f.lost,
	}
	for _, t := range f.tags {
		v.Tags, v.TagIDs = append(v.Tags, t.group.name+"/"+t.name), append(v.TagIDs, t.id)
	}
	return v
}

func (m *member) view() Member {
	return Member{
		User: m.id, Name: m.name, Position: m.position, Departments: slices.Clone(m.departments), Leads: slices.Clone(m.leads),
		Status: m.status, Follow: m.follow, Contacts: len(m.contacts),
	}
}

// Customer shows one person.
func (s *Sim) Customer(external string) (Customer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.customers[external]
	if !ok {
		return Customer{}, false
	}
	return s.customerView(c), true
}

// Customers shows people in order of appearing, from the given place.
func (s *Sim) Customers(from, limit int) []Customer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Customer{}
	for i := max(from, 0); i < len(s.customerList) && len(out) < limit; i++ {
		out = append(out, s.customerView(s.customerList[i]))
	}
	return out
}

// Members shows all members, those who left too.
func (s *Sim) Members() []Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Member, len(s.memberList))
	for i, m := range s.memberList {
		out[i] = m.view()
	}
	return out
}

// Contacts shows a member's customers, oldest first, from the given place.
func (s *Sim) Contacts(user string, from, limit int) []Follow {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.member(user)
	out := []Follow{}
	for i := max(from, 0); ok && i < len(m.contacts) && len(out) < limit; i++ {
		out = append(out, m.contacts[i].view())
	}
	return out
}

// ContactCount is how many relations of active members there are.
func (s *Sim) ContactCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, m := range s.memberList {
		if m.status != memberLeft {
			n += len(m.contacts)
		}
	}
	return n
}

// Chat is what went between a member and a customer, oldest first, welcomes included.
func (s *Sim) Chat(user, external string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.member(user); ok {
		user = m.id
	}
	return slices.Clone(s.chats[pair{user, external}])
}

// Welcomes are the welcome messages a customer got, with the member who sent each.
func (s *Sim) Welcomes(external string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for p, chat := range s.chats {
		for _, m := range chat {
			if p.external == external && m.Kind == "welcome" {
				out = append(out, m)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Message) int { return a.At.Compare(b.At) })
	return out
}

// AppMessages are the messages an app sent to a member, oldest first; user "" is everybody.
func (s *Sim) AppMessages(user string) []AppMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []AppMessage{}
	for _, m := range s.messages {
		if user == "" || slices.Contains(m.To, user) {
			out = append(out, *m)
		}
	}
	slices.SortFunc(out, func(a, b AppMessage) int { return int(a.seq) - int(b.seq) })
	return out
}

// Code is a contact way as visitors see it.
type Code struct {
	ID    string   `json:"config_id"`
	State string   `json:"state,omitempty"`
	Users []string `json:"users"`
	Skip  bool     `json:"skip_verify"`
	Temp  bool     `json:"temp,omitempty"`
	URL   string   `json:"qr_code"`
	Note  string   `json:"remark,omitempty"`
}

// Codes are the contact ways that exist now, oldest first.
func (s *Sim) Codes() []Code {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Code{}
	for _, w := range s.wayList {
		if w.over(s.at.Unix()) {
			continue
		}
		c := Code{ID: w.id, State: w.state, Skip: w.skip, Temp: w.temp, URL: s.wayURL(w), Note: w.remark, Users: []string{}}
		for _, m := range s.wayMembers(w.users, w.parties) {
			c.Users = append(c.Users, m.id)
		}
		out = append(out, c)
	}
	return out
}

// Now is the virtual moment.
func (s *Sim) Now() time.Time { return s.clk.Now() }
