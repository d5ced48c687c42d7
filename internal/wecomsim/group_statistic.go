package wecomsim

import (
	"slices"
	"sort"
)

type groupStatisticArgs struct {
	Begin  int64        `json:"day_begin_time"`
	End    int64        `json:"day_end_time"`
	Owners *ownerFilter `json:"owner_filter"`
	Order  int          `json:"order_by"`
	Asc    int          `json:"order_asc"`
	Offset int          `json:"offset"`
	Limit  int          `json:"limit"`
}

// groupNumbers are the counters of groups over some days.
type groupNumbers struct {
	NewChats    int `json:"new_chat_cnt"`
	Chats       int `json:"chat_total"`
	ChatsAlive  int `json:"chat_has_msg"`
	NewMembers  int `json:"new_member_cnt"`
	Members     int `json:"member_total"`
	MembersSaid int `json:"member_has_msg"`
	Messages    int `json:"msg_total"`
	Trainees    int `json:"migrate_trainee_chat_cnt"`
}

// add counts one group from first to last day.
func (n *groupNumbers) add(g *group, first, last int32) {
	made := dayNumber(g.created)
	if made > last || g.dismissed && dayNumber(g.ended) <= last {
		return
	}
	n.Chats++
	n.NewChats += boolInt(made >= first)
	total, latest, alive := 0, int32(-1), false
	said := map[string]bool{}
	for d, v := range g.days {
		if d > last {
			continue
		}
		n.Messages += v.said
		if d > latest {
			latest, total = d, v.total
		}
		if d >= first {
			n.NewMembers += v.joined
			alive = alive || v.said > 0
			for id := range v.speakers {
				said[id] = true
			}
		}
	}
	n.Members += total
	n.MembersSaid += len(said)
	n.ChatsAlive += boolInt(alive)
}

// groupDays reads the call: the owners and the days, which end yesterday at the latest.
func (s *Sim) groupDays(c *call, a *groupStatisticArgs) (owners []string, first, last int32, err error) {
	if err = c.bind(a); err != nil {
		return nil, 0, 0, err
	}
	if a.Owners == nil || len(a.Owners.Users) == 0 {
		return nil, 0, 0, code(40063, "missing owner_filter")
	}
	if owners, err = c.owners(s, a.Owners); err != nil {
		return nil, 0, 0, err
	}
	if a.End == 0 {
		a.End = a.Begin
	}
	if first, last, err = s.daysAsked(a.Begin, a.End); err != nil {
		return nil, 0, 0, err
	}
	if today, _, _ := periods(s.at); last >= today {
		return nil, 0, 0, code(40058, "statistics end yesterday")
	}
	return owners, first, last, nil
}

func groupStatistic(s *Sim, c *call) (any, error) {
	var a groupStatisticArgs
	owners, first, last, err := s.groupDays(c, &a)
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(a.Limit, 500, 1000)
	if err != nil {
		return nil, err
	}
	if a.Order < 0 || a.Order > 4 {
		return nil, code(40058, "invalid order_by")
	}
	type row struct {
		Owner string       `json:"owner"`
		Data  groupNumbers `json:"data"`
	}
	rows := make([]row, len(owners))
	for i, o := range owners {
		rows[i].Owner = o
		for _, g := range s.groupList {
			if g.owner == o {
				rows[i].Data.add(g, first, last)
			}
		}
	}
	by := func(n groupNumbers) int {
		return [...]int{n.NewChats, n.NewChats, n.Chats, n.NewMembers, n.Members}[a.Order]
	}
	sort.SliceStable(rows, func(i, j int) bool {
		if a.Asc == 1 {
			return by(rows[i].Data) < by(rows[j].Data)
		}
		return by(rows[i].Data) > by(rows[j].Data)
	})
	from := min(max(a.Offset, 0), len(rows))
	to := min(from+limit, len(rows))
	return obj{"total": len(rows), "next_offset": to, "items": rows[from:to]}, nil
}

func groupStatisticByDay(s *Sim, c *call) (any, error) {
	owners, first, last, err := s.groupDays(c, &groupStatisticArgs{})
	if err != nil {
		return nil, err
	}
	items := []obj{}
	for n := first; n <= last; n++ {
		var sum groupNumbers
		for _, g := range s.groupList {
			if slices.Contains(owners, g.owner) {
				sum.add(g, n, n)
			}
		}
		items = append(items, obj{"stat_time": dayStart(n), "data": sum})
	}
	return obj{"items": items}, nil
}
