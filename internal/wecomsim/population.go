package wecomsim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

var regions = []string{"华东", "华南", "华北", "西南", "华中"}

var seededTags = []struct {
	group string
	names []string
}{
	{"客户等级", []string{"普通", "银卡", "金卡", "钻石"}},
	{"意向", []string{"高意向", "中意向", "低意向"}},
	{"来源", []string{"门店", "公众号", "视频号", "老客推荐", "活动"}},
	{"关注品类", []string{"护肤", "彩妆", "香氛", "母婴", "零食", "茶饮"}},
}

// populate makes the corp as Config describes it.
func (s *Sim) populate() {
	s.departments = append(s.departments, &department{id: rootDepartment, name: s.cfg.Name, order: 1})
	r := rand.New(rand.NewPCG(s.cfg.Seed, 0x9e0))
	if s.cfg.Staff > 0 {
		s.seedDepartments()
		s.seedMembers(r)
	}
	if s.cfg.Customers > 0 && len(s.memberList) > 0 {
		s.seedTags()
		s.seedCustomers(r)
	}
	s.populateMore()
}

// seedDepartments makes regions, and a shop for every ten members.
func (s *Sim) seedDepartments() {
	id := int64(rootDepartment)
	add := func(name string, parent int64) int64 {
		id++
		s.departments = append(s.departments, &department{id: id, name: name, parent: parent, order: id})
		return id
	}
	shops := max(s.cfg.Staff/10, 1)
	heads := make([]int64, min(len(regions), shops))
	for i := range heads {
		heads[i] = add(regions[i]+"大区", rootDepartment)
	}
	for i := range shops {
		add(fmt.Sprintf("%s%d店", regions[i%len(heads)], i/len(heads)+1), heads[i%len(heads)])
	}
}

func (s *Sim) seedMembers(r *rand.Rand) {
	leaves := s.departments[1:]
	shops := slices.DeleteFunc(slices.Clone(leaves), func(d *department) bool { return d.parent == rootDepartment })
	joined := s.at.Add(-2 * 365 * day)
	for i := range s.cfg.Staff {
		n := surname(r)
		id := fmt.Sprintf("%s%03d", surnames[n].reading, i+1)
		m := s.addMember(id, surnames[n].name+given(r))
		shop := shops[i%len(shops)]
		m.departments, m.orders, m.joined, m.gender = []int64{shop.id}, []int64{0}, joined, 1+r.IntN(2)
		if i < len(shops) {
			m.position, m.leads = "店长", []int64{shop.id}
			shop.leaders = append(shop.leaders, m.id)
			continue
		}
		m.direct = slices.Clone(shop.leaders)
	}
}

func (s *Sim) seedTags() {
	for _, g := range seededTags {
		group := &tagGroup{id: s.ids.tag(), name: g.group, made: s.at.Unix()}
		s.tagGroups = append(s.tagGroups, group)
		for _, name := range g.names {
			t := &tag{id: s.ids.tag(), name: name, made: s.at.Unix(), group: group}
			group.tags = append(group.tags, t)
			s.tags[t.id] = t
		}
	}
}

// seedCustomers makes customers with a relation each, one in thirty with two, over the last
// two years.
func (s *Sim) seedCustomers(r *rand.Rand) {
	n := s.cfg.Customers
	all := make([]customer, n)
	follows := make([]follow, n+n/30+1)
	firsts := make([]*follow, n+len(follows)-n) // relation lists of the customers, cut from one array
	s.customers = make(map[string]*customer, n)
	s.customerList = make([]*customer, 0, n)
	combos := s.tagCombos(r)
	names := make([]string, 4096)
	for i := range names {
		names[i] = strings.Clone(customerName(r))
	}
	const span = 2 * 365 * 24 * time.Hour
	start, step := s.at.Add(-span).Unix(), int64(span/time.Second)/int64(n)+1
	used := 0
	for i := range all {
		c := &all[i]
		*c = customer{id: s.customerID(r), name: names[r.IntN(len(names))], kind: typeWeChat, gender: r.IntN(3), bound: r.IntN(5) > 0}
		s.customers[c.id] = c
		s.customerList = append(s.customerList, c)
		want := 1
		if i%30 == 29 {
			want = 2
		}
		c.follows = firsts[used : used : used+want]
		first := r.IntN(len(s.memberList))
		for k := range want {
			m := s.memberList[(first+k*7)%len(s.memberList)]
			if _, ok := c.relation(m.id); ok {
				continue
			}
			f := &follows[used]
			used++
			s.seedFollow(r, f, m, c, combos)
			f.at = min(start+int64(i)*step, s.at.Unix())
		}
		c.follows = slices.Clip(c.follows) // what is left of the array is the next one's
	}
}

// customerID is a fresh id of the seeded population, cheaper than one of ids.
func (s *Sim) customerID(r *rand.Rand) string {
	var b [32]byte
	b[0], b[1] = 'w', 'm'
	for k := 2; k < len(b); {
		for bits, n := r.Uint64(), 0; n < 10 && k < len(b); n++ {
			b[k] = idAlphabet[bits&63]
			bits >>= 6
			k++
		}
	}
	return string(b[:])
}

func (s *Sim) seedFollow(r *rand.Rand, f *follow, m *member, c *customer, combos [][]*tag) {
	s.followSeq++
	*f = follow{seq: s.followSeq, member: m, customer: c, way: 1, oper: c.id, chatted: true}
	switch r.IntN(10) {
	case 0:
		f.way = 3
	case 1:
		f.way = 4
	case 2:
		f.way, f.oper = 2, m.id
	default:
		f.state = seededStates[r.IntN(len(seededStates))]
	}
	f.tags = combos[r.IntN(len(combos))]
	if r.IntN(3) == 0 {
		f.remark = c.name
	}
	m.contacts = append(m.contacts, f)
	c.follows = append(c.follows, f)
}

var seededStates = []string{"", "store-01", "store-02", "store-03", "poster-spring", "parcel-card", "live-room"}

// tagCombos are sets of tags shared by many relations; nothing changes them in place.
func (s *Sim) tagCombos(r *rand.Rand) [][]*tag {
	combos := make([][]*tag, 64)
	for i := range combos {
		for _, g := range s.tagGroups {
			if r.IntN(2) == 0 {
				combos[i] = append(combos[i], g.tags[r.IntN(len(g.tags))])
			}
		}
	}
	return combos
}
