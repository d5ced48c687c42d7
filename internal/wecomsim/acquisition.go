package wecomsim

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
)

const (
	linkMost       = 5000 // links of a corp
	linkChannel    = 64   // bytes of customer_channel
	addedByLink    = 16   // add_way of a customer who came by a link
	acquireQuota   = 1000 // customers that a new corp may acquire
	acquireLife    = 365 * day
	acquireWarning = 7 * day // before a part of the quota ends
)

// acquisition is the corp's 获客助手: links by which people become customers, and the quota of
// customers who may come so.
type acquisition struct {
	links  map[string]*link
	list   []*link
	lots   []quotaLot // by end
	total  int
	warned bool // about a low balance
	came   map[pair]*acquired
}

// quotaLot is a part of the quota with an end of its own.
type quotaLot struct {
	ends    time.Time
	balance int
}

// link is one acquisition link (获客链接).
type link struct {
	seq     int64
	id      string
	name    string
	app     string
	created int64
	users   []string
	parties []int64
	skip    bool
	turn    int
	deleted bool
	clicks  []click
	came    []*acquired
}

type click struct {
	at       int64
	customer string
}

// acquired is a customer who came by a link.
type acquired struct {
	customer, user, state string
	at                    int64
	talked                bool
}

func newAcquisition() acquisition {
	return acquisition{links: map[string]*link{}, came: map[pair]*acquired{}}
}

// balance is how many more customers may come.
func (s *Sim) balance() int {
	n := 0
	for _, l := range s.more.acquisition.lots {
		if s.at.Before(l.ends) {
			n += l.balance
		}
	}
	return n
}

// topUp adds to the quota.
func (s *Sim) topUp(n int, life time.Duration) {
	a := &s.more.acquisition
	ends := s.at.Add(life)
	a.total, a.warned = a.total+n, false
	for i := range a.lots {
		if a.lots[i].ends.Equal(ends) {
			a.lots[i].balance += n
			return
		}
	}
	a.lots = append(a.lots, quotaLot{ends: ends, balance: n})
	slices.SortStableFunc(a.lots, func(x, y quotaLot) int { return x.ends.Compare(y.ends) })
	if life > acquireWarning {
		s.after(life-acquireWarning, func() { s.warnLot(ends) })
	}
}

// warnLot tells that a part of the quota ends soon, if anything is left of it.
func (s *Sim) warnLot(ends time.Time) {
	for _, l := range s.more.acquisition.lots {
		if l.ends.Equal(ends) && l.balance > 0 {
			s.acquisitionEvent("quota", "quota_expire_soon", nil)
			return
		}
	}
}

// spend takes one customer from the quota, from what ends first, and tells when it runs low.
func (s *Sim) spend() {
	a := &s.more.acquisition
	for i := range a.lots {
		if l := &a.lots[i]; l.balance > 0 && s.at.Before(l.ends) {
			l.balance--
			break
		}
	}
	switch left := s.balance(); {
	case left == 0:
		s.acquisitionEvent("quota", "balance_exhausted", nil)
	case left*10 <= a.total && !a.warned:
		a.warned = true
		s.acquisitionEvent("quota", "balance_low", nil)
	}
}

func (s *Sim) acquisitionEvent(key, change string, who *member, extra ...field) {
	s.emit(event{kind: kindContact, key: key, who: who, fields: append([]field{
		text("Event", "customer_acquisition"), text("ChangeType", change),
	}, extra...)})
}

// scanLink is a customer opening an acquisition link, named by its id or URL with or without
// customer_channel, or the code of a join way. known is false if it is neither.
func (s *Sim) scanLink(c *customer, address string) (added Added, known bool, err error) {
	place, query, _ := strings.Cut(address, "?")
	id := strings.TrimSuffix(place[strings.LastIndexByte(place, '/')+1:], ".png")
	l, ok := s.more.acquisition.links[id]
	if !ok {
		return s.scanJoinWay(c, id)
	}
	values, err := url.ParseQuery(query)
	if err != nil || len(values.Get("customer_channel")) > linkChannel {
		return Added{}, true, fault.New(fault.Invalid, "bad_channel", "customer_channel has at most %d bytes", linkChannel)
	}
	if l.deleted {
		return Added{}, true, fault.New(fault.Precondition, "link_deleted", "the link was deleted")
	}
	l.clicks = append(l.clicks, click{s.at.Unix(), c.id})
	m := s.nextOfLink(l, c)
	if m == nil {
		s.acquisitionEvent("link:"+l.id, "link_unavailable", nil, text("LinkId", l.id))
		return Added{}, true, fault.New(fault.Precondition, "link_unavailable", "nobody of the link can be added now")
	}
	if f, ok := c.relation(m.id); ok && !f.lost {
		return Added{User: m.id, Customer: c.id, Already: true}, true, nil
	}
	if s.balance() == 0 {
		return Added{}, true, fault.New(fault.Precondition, "quota_exhausted", "the quota of the links is used up")
	}
	how := arrival{way: addedByLink, state: values.Get("customer_channel"), link: l.id}
	if !l.skip {
		s.requests[pair{m.id, c.id}] = how
		s.acquisitionEvent("link:"+l.id, "friend_request", nil, text("LinkId", l.id), text("State", how.state))
		return Added{User: m.id, Customer: c.id, Waiting: true}, true, nil
	}
	s.arrive(m, c, how)
	return Added{User: m.id, Customer: c.id}, true, nil
}

// nextOfLink is a friend among the link's members, else each in turn.
func (s *Sim) nextOfLink(l *link, c *customer) *member {
	list := slices.DeleteFunc(s.wayMembers(l.users, l.parties), func(m *member) bool {
		return m.status != memberActive || !m.follow || s.full(m)
	})
	if len(list) == 0 {
		return nil
	}
	for _, m := range list {
		if f, ok := c.relation(m.id); ok && !f.lost {
			return m
		}
	}
	l.turn++
	return list[(l.turn-1)%len(list)]
}

// cameBy notes a customer who came by a link.
func (s *Sim) cameBy(id string, f *follow) {
	l, ok := s.more.acquisition.links[id]
	if !ok {
		return
	}
	a := &acquired{customer: f.customer.id, user: f.member.id, state: f.state, at: s.at.Unix()}
	l.came = append(l.came, a)
	s.more.acquisition.came[pair{a.user, a.customer}] = a
	s.spend()
}

// talkedTo notes the first words of a customer who came by a link.
func (s *Sim) talkedTo(user, customer string) {
	a, ok := s.more.acquisition.came[pair{user, customer}]
	if !ok || a.talked {
		return
	}
	a.talked = true
	m, _ := s.member(user)
	s.acquisitionEvent("external:"+customer, "customer_start_chat", m, text("UserID", user), text("ExternalUserID", customer))
}
