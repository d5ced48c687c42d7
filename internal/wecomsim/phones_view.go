package wecomsim

import (
	"cmp"
	"slices"
	"time"

	"yutang/internal/fault"
)

// chatsMost is how many conversations a phone lists.
const chatsMost = 80

// PhoneView is what a phone shows when it is opened.
type PhoneView struct {
	Person
	Chats    []PhoneChat     `json:"chats"` // latest first
	Total    int             `json:"total"` // conversations, listed or not
	Requests []Person        `json:"requests,omitempty"`
	Mass     []MassTask      `json:"mass,omitempty"`
	Posts    []MomentTask    `json:"posts,omitempty"` // moments that wait to be published
	Moments  []PhoneMoment   `json:"moments,omitempty"`
	Messages []AppMessage    `json:"messages,omitempty"` // of apps, latest last
	Offers   []TransferOffer `json:"offers,omitempty"`
	Accounts []Person        `json:"accounts,omitempty"` // customer-service accounts
}

// PhoneChat is one conversation in a phone's list.
type PhoneChat struct {
	Peer   string    `json:"peer"` // userid, external_userid or chat_id
	Name   string    `json:"name"`
	Kind   string    `json:"kind"` // staff, customer or group
	Remark string    `json:"remark,omitempty"`
	Last   string    `json:"last,omitempty"`
	Media  string    `json:"media,omitempty"` // kind of what was last sent, if it has no text
	At     time.Time `json:"at"`
	Unread int       `json:"unread"`
	Half   bool      `json:"half,omitempty"`
	Lost   bool      `json:"lost,omitempty"`
	People int       `json:"people,omitempty"` // of a group
}

// PhoneMoment is a moment in somebody's feed.
type PhoneMoment struct {
	MomentSeen
	Name  string `json:"name"`
	Liked bool   `json:"liked"`
}

// phone shows one phone; words choose among its conversations.
func (s *Sim) phone(who, words string) (PhoneView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	var v PhoneView
	if m, ok := s.member(who); ok {
		v = s.staffPhone(m)
	} else if c, ok := s.customers[who]; ok {
		v = s.customerPhone(c)
	} else {
		return v, fault.New(fault.NotFound, "no_phone", "nobody has the id %q", who)
	}
	v.Chats = slices.DeleteFunc(v.Chats, func(c PhoneChat) bool { return !matches(words, c.Name, c.Remark) })
	slices.SortStableFunc(v.Chats, func(a, b PhoneChat) int { return b.At.Compare(a.At) })
	v.Total = len(v.Chats)
	v.Chats = v.Chats[:min(len(v.Chats), chatsMost)]
	return v, nil
}

func (s *Sim) staffPhone(m *member) PhoneView {
	v := PhoneView{Person: Person{m.id, m.name, "staff", m.position, len(m.contacts), m.status == memberLeft}, Chats: []PhoneChat{}}
	for _, f := range m.contacts {
		v.Chats = append(v.Chats, s.chatOf(f, m.id))
	}
	s.addGroups(&v, m.id)
	for p := range s.requests {
		if p.user == m.id {
			v.Requests = append(v.Requests, Person{ID: p.external, Name: s.nameOf(p.external), Kind: "customer"})
		}
	}
	slices.SortFunc(v.Requests, func(a, b Person) int { return cmp.Compare(a.ID, b.ID) })
	v.Mass, v.Posts = s.massTasksOf(m.id), s.momentTasksOf(m.id)
	for _, a := range s.messages {
		if slices.Contains(a.To, m.id) {
			v.Messages = append(v.Messages, *a)
		}
	}
	slices.SortFunc(v.Messages, func(a, b AppMessage) int { return cmp.Compare(a.seq, b.seq) })
	v.Messages = v.Messages[max(0, len(v.Messages)-chatsMost):]
	return v
}

func (s *Sim) customerPhone(c *customer) PhoneView {
	v := PhoneView{Person: Person{c.id, c.name, "customer", c.corp, len(c.follows), false}, Chats: []PhoneChat{}}
	for _, f := range c.follows {
		if !f.lost {
			v.Chats = append(v.Chats, s.chatOf(f, c.id))
		}
	}
	s.addGroups(&v, c.id)
	for _, t := range s.more.handovers.byCustomer[c.id] {
		if t.status == transferWaiting {
			v.Offers = append(v.Offers, TransferOffer{t.external, t.handover, t.takeover})
		}
	}
	v.Moments = s.feed(c.id)
	for _, k := range s.more.kf.accounts {
		v.Accounts = append(v.Accounts, Person{ID: k.id, Name: k.name, Kind: "service", Contacts: len(k.talk[c.id])})
	}
	return v
}

// chatOf is the conversation of a relation as one of both sees it.
func (s *Sim) chatOf(f *follow, me string) PhoneChat {
	c := PhoneChat{Peer: f.member.id, Name: f.member.name, Kind: "staff", At: time.Unix(f.at, 0).UTC(), Half: f.half, Lost: f.lost}
	if me == f.member.id {
		c.Peer, c.Name, c.Kind, c.Remark = f.customer.id, f.customer.name, "customer", f.remark
	}
	list := s.talkOf(f.member.id, f.customer.id)
	seen := s.more.phones.seen[reading{me, c.Peer}]
	for i := len(list) - 1; i >= 0 && list[i].From != me && list[i].At.After(seen); i-- {
		c.Unread++
	}
	if n := len(list); n > 0 {
		c.At, c.Last = list[n-1].At, list[n-1].Text
		if a := list[n-1].Attachments; c.Last == "" && len(a) > 0 {
			c.Media = a[len(a)-1].MsgType
		}
	}
	return c
}

func (s *Sim) addGroups(v *PhoneView, who string) {
	for _, g := range s.groupList {
		if g.dismissed || g.in(who) < 0 {
			continue
		}
		c := PhoneChat{Peer: g.id, Name: g.name, Kind: "group", At: time.Unix(g.created, 0).UTC(), People: len(g.members)}
		if n := len(g.talk); n > 0 {
			c.At, c.Last = g.talk[n-1].At, s.nameOf(g.talk[n-1].From)+": "+g.talk[n-1].Text
		}
		seen := s.more.phones.seen[reading{who, g.id}]
		for i := len(g.talk) - 1; i >= 0 && g.talk[i].From != who && g.talk[i].At.After(seen); i-- {
			c.Unread++
		}
		v.Chats = append(v.Chats, c)
	}
}

// talk is what went between two, mass messages included, oldest first.
func (s *Sim) talk(user, external string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.member(user); ok {
		user = m.id
	}
	return s.talkOf(user, external)
}

func (s *Sim) talkOf(user, external string) []Message {
	list, mass := s.chats[pair{user, external}], s.massReceived(user, external)
	if len(mass) == 0 {
		return list
	}
	out := slices.Concat(list, mass)
	slices.SortStableFunc(out, func(a, b Message) int { return a.At.Compare(b.At) })
	return out
}

// feed is the moments a customer sees, latest first.
func (s *Sim) feed(external string) []PhoneMoment {
	var out []PhoneMoment
	for _, m := range slices.Backward(s.more.moments.list) {
		for _, t := range m.tasks {
			if _, sees := slices.BinarySearch(t.visible, external); !sees {
				continue
			}
			p := PhoneMoment{
				MomentSeen: MomentSeen{MomentID: m.id, UserID: t.user, At: t.published, Text: m.text, Attachments: m.attachments, Likes: len(t.likes), Comments: []string{}},
				Name:       s.nameOf(t.user),
				Liked:      slices.ContainsFunc(t.likes, func(l momentMark) bool { return l.external == external }),
			}
			for _, c := range t.comments {
				p.Comments = append(p.Comments, s.nameOf(c.external+c.user)+": "+c.text)
			}
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b PhoneMoment) int { return b.At.Compare(a.At) })
	return out[:min(len(out), chatsMost)]
}
