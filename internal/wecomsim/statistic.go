package wecomsim

import (
	"math"
	"slices"
	"time"
)

const (
	statisticBack  = 180 // days
	behaviourSpan  = 30  // days
	behaviourUsers = 100
)

// dayNumber is the day in China that holds a moment given in unix seconds.
func dayNumber(sec int64) int32 {
	n, _, _ := periods(time.Unix(sec, 0))
	return n
}

// dayStart is the beginning of a day in China, in unix seconds.
func dayStart(n int32) int64 { return int64(n)*86400 - 8*3600 }

// behaviour is what one member did with customers on one day.
type behaviour struct {
	chats                   map[string]*chatDay // by external_userid
	said                    int
	lost, asked, newContact int
}

// chatDay is one chat on one day.
type chatDay struct {
	begun   int64 // when the customer wrote first, before the member did; 0 is never
	said    bool  // the member wrote
	replied int64
}

// behave gives the counters of a member for today.
func (s *Sim) behave(user string) *behaviour {
	today, _, _ := periods(s.at)
	days, ok := s.more.behaviours[user]
	if !ok {
		days = map[int32]*behaviour{}
		s.more.behaviours[user] = days
	}
	b, ok := days[today]
	if !ok {
		b = &behaviour{chats: map[string]*chatDay{}}
		days[today] = b
	}
	return b
}

// heard counts a message between a member and a customer.
func (s *Sim) heard(user, customer string, byMember bool) {
	b := s.behave(user)
	c, ok := b.chats[customer]
	if !ok {
		c = &chatDay{}
		b.chats[customer] = c
	}
	switch {
	case !byMember:
		if c.begun == 0 && !c.said {
			c.begun = s.at.Unix()
		}
		s.talkedTo(user, customer)
		return
	case c.begun != 0 && c.replied == 0:
		c.replied = s.at.Unix()
	}
	c.said = true
	b.said++
}

// met counts a new relation; asked says that the member asked for it.
func (s *Sim) met(user string, asked bool) {
	b := s.behave(user)
	b.newContact++
	if asked {
		b.asked++
	}
}

// dropped counts a customer who deleted the member.
func (s *Sim) dropped(user string) { s.behave(user).lost++ }

func statisticEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/externalcontact/get_user_behavior_data", need: permContact, run: behaviourData},
		{method: post, path: "/externalcontact/groupchat/statistic", need: permContact, run: groupStatistic},
		{method: post, path: "/externalcontact/groupchat/statistic_group_by_day", need: permContact, run: groupStatisticByDay},
	}
}

func behaviourData(s *Sim, c *call) (any, error) {
	var a struct {
		Users   []string `json:"userid"`
		Parties []int64  `json:"partyid"`
		Start   int64    `json:"start_time"`
		End     int64    `json:"end_time"`
	}
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if len(a.Users)+len(a.Parties) == 0 || len(a.Users) > behaviourUsers || len(a.Parties) > behaviourUsers {
		return nil, code(40058, "userid or partyid must have 1 to ", behaviourUsers)
	}
	users, err := s.countedUsers(c, a.Users, a.Parties)
	if err != nil {
		return nil, err
	}
	first, last, err := s.daysAsked(a.Start, a.End)
	if err != nil {
		return nil, err
	}
	rows := []obj{}
	for n := first; n <= last; n++ {
		rows = append(rows, s.behaviourRow(users, n))
	}
	return obj{"behavior_data": rows}, nil
}

// countedUsers are the members named, and those of the departments named.
func (s *Sim) countedUsers(c *call, ids []string, parties []int64) ([]string, error) {
	var out []string
	for _, id := range ids {
		m, err := c.user(s, id)
		if err != nil {
			return nil, err
		}
		out = append(out, m.id)
	}
	for _, d := range parties {
		if _, ok := s.department(d); !ok {
			return nil, code(60003)
		}
		for _, m := range s.memberList {
			if s.in(m, d) && s.sees(c.app, m) && !slices.Contains(out, m.id) {
				out = append(out, m.id)
			}
		}
	}
	return out, nil
}

// daysAsked checks a closed range of days.
func (s *Sim) daysAsked(start, end int64) (first, last int32, err error) {
	if start <= 0 || end <= 0 || end < start {
		return 0, 0, code(40058, "invalid start_time or end_time")
	}
	first, last = dayNumber(start), dayNumber(end)
	today, _, _ := periods(s.at)
	if last-first >= behaviourSpan || first < today-statisticBack || last > today {
		return 0, 0, code(40058, "invalid range of start_time and end_time")
	}
	return first, last, nil
}

func (s *Sim) behaviourRow(users []string, n int32) obj {
	var sum behaviour
	chats, begun, replied, waited := 0, 0, 0, int64(0)
	for _, u := range users {
		b, ok := s.more.behaviours[u][n]
		if !ok {
			continue
		}
		sum.said += b.said
		sum.lost, sum.asked, sum.newContact = sum.lost+b.lost, sum.asked+b.asked, sum.newContact+b.newContact
		for _, c := range b.chats {
			chats += boolInt(c.said)
			if c.begun != 0 {
				begun++
				if c.replied != 0 {
					replied++
					waited += c.replied - c.begun
				}
			}
		}
	}
	o := obj{
		"stat_time": dayStart(n), "chat_cnt": chats, "message_cnt": sum.said,
		"negative_feedback_cnt": sum.lost, "new_apply_cnt": sum.asked, "new_contact_cnt": sum.newContact,
	}
	if begun > 0 {
		o["reply_percentage"] = math.Round(10000*float64(replied)/float64(begun)) / 100
	}
	if replied > 0 {
		o["avg_reply_time"] = waited / int64(replied) / 60
	}
	return o
}
