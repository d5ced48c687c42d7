package wecomsim

import (
	"slices"
	"strings"
	"time"
)

// obj is a JSON object of an answer.
type obj = map[string]any

// state is the corp. All of it is guarded by Sim.mu.
type state struct {
	apps   []*app
	tokens map[string]*token // by value

	departments []*department // by id, ascending; the first is the root, id 1
	members     map[string]*member
	memberList  []*member // in order of joining

	customers    map[string]*customer // by external_userid
	customerList []*customer
	followSeq    int64

	groups    map[string]*group // by chat_id
	groupList []*group

	ways    map[string]*way // contact ways by config_id
	wayList []*way
	tempDay map[string]int // temporary ways made, by day

	tagGroups  []*tagGroup
	tags       map[string]*tag
	strategies []*strategy // rule groups, by id

	media    map[string]*media
	welcomes map[string]*welcomeCode
	messages map[string]*appMessage
	requests map[pair]arrival   // additions that wait for the member
	chats    map[pair][]Message // what went between a member and a customer
	tickets  map[string]*ticket
	oauth    map[string]*grant // codes and user tickets
	cards    map[string]string // response_code → msgid
}

func newState() state {
	return state{
		tokens: map[string]*token{}, members: map[string]*member{}, customers: map[string]*customer{}, groups: map[string]*group{},
		ways: map[string]*way{}, tempDay: map[string]int{}, tags: map[string]*tag{}, media: map[string]*media{}, welcomes: map[string]*welcomeCode{},
		messages: map[string]*appMessage{}, requests: map[pair]arrival{}, chats: map[pair][]Message{}, tickets: map[string]*ticket{}, oauth: map[string]*grant{}, cards: map[string]string{},
	}
}

type department struct {
	id, parent, order int64
	name              string
	leaders           []string
}

// Member states of the platform.
const (
	memberActive    = 1
	memberDisabled  = 2
	memberInactive  = 4
	memberLeft      = 5
	rootDepartment  = 1
	typeWeChat      = 1
	typeWeCom       = 2
	maxFollowerPage = 500
)

type member struct {
	id          string
	name, alias string
	position    string
	mobile      string
	gender      int
	departments []int64
	orders      []int64
	leads       []int64 // departments led
	direct      []string
	status      int
	follow      bool // has 客户联系
	verified    bool // real-named
	joined      time.Time
	left        time.Time
	contacts    []*follow // by seq, ascending
}

type customer struct {
	id       string
	name     string
	kind     int // 1 WeChat, 2 WeCom
	gender   int
	corp     string // of a WeCom user
	position string
	bound    bool // has a unionid
	consents bool // agreed to the conversation archive
	follows  []*follow
}

// follow is the relation of one member and one customer.
type follow struct {
	seq                          int64 // grows with each relation made; lists go by it
	member                       *member
	customer                     *customer
	at                           int64 // unix seconds
	way                          int
	state                        string
	oper                         string
	remark, description, company string
	mobiles                      []string
	picture                      string
	tags                         []*tag
	personal                     []string // the member's own tags
	half                         bool     // added without verification, not yet confirmed by the member
	lost                         bool     // the customer deleted the member
	chatted                      bool     // has exchanged messages
	welcomed                     bool
	talked                       int64 // unix seconds of the last message either way
	exclusive                    bool
	temp                         bool // made by a temporary contact way
}

// pair names a relation.
type pair struct{ user, external string }

// member finds a member by userid, which compares without regard to case.
func (s *Sim) member(id string) (*member, bool) {
	m, ok := s.members[strings.ToLower(id)]
	return m, ok
}

// relation finds a live relation of member and customer.
func (c *customer) relation(user string) (*follow, bool) {
	for _, f := range c.follows {
		if strings.EqualFold(f.member.id, user) {
			return f, true
		}
	}
	return nil, false
}

// befriend makes a relation. The caller has checked that there is none.
func (s *Sim) befriend(m *member, c *customer, way int, state string) *follow {
	s.followSeq++
	f := &follow{seq: s.followSeq, member: m, customer: c, at: s.at.Unix(), way: way, state: state, oper: c.id}
	m.contacts = append(m.contacts, f)
	c.follows = append(c.follows, f)
	return f
}

// part ends a relation on both sides.
func (s *Sim) part(f *follow) {
	f.customer.follows = slices.DeleteFunc(f.customer.follows, func(o *follow) bool { return o == f })
	if i, ok := slices.BinarySearchFunc(f.member.contacts, f.seq, bySeq); ok {
		f.member.contacts = slices.Delete(f.member.contacts, i, i+1)
	}
}

func bySeq(f *follow, seq int64) int {
	switch {
	case f.seq < seq:
		return -1
	case f.seq > seq:
		return 1
	}
	return 0
}

func (s *Sim) department(id int64) (*department, bool) {
	i, ok := slices.BinarySearchFunc(s.departments, id, func(d *department, id int64) int { return int(d.id - id) })
	if !ok {
		return nil, false
	}
	return s.departments[i], true
}

// within lists a department and all below it.
func (s *Sim) within(id int64) []int64 {
	out := []int64{id}
	for i := 0; i < len(out); i++ {
		for _, d := range s.departments {
			if d.parent == out[i] && d.id != out[i] {
				out = append(out, d.id)
			}
		}
	}
	return out
}

// in says whether the member belongs to the department or one below it.
func (s *Sim) in(m *member, dept int64) bool {
	under := s.within(dept)
	return slices.ContainsFunc(m.departments, func(d int64) bool { return slices.Contains(under, d) })
}
