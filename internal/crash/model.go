package crash

// Model is what the stored messages mean, computed plainly: who is who, and what each one
// did.
type Model struct {
	parent map[string]string // of identities: a union forest
	people map[string]*person
	Forms  int // messages that start the playbook
}

// person is a customer.
type person struct {
	orders  map[string]int64 // minor units by order
	views   int
	bought  int // Order Completed messages
	spent   int64
	plan    string
	planned int64 // time of plan
}

// NewModel computes the model of some messages.
func NewModel(facts []Fact) *Model {
	m := &Model{parent: map[string]string{}, people: map[string]*person{}}
	for _, f := range facts {
		if f.User != "" && f.Anon != "" {
			m.parent[m.find("u:"+f.User)] = m.find("a:" + f.Anon)
		}
	}
	once := map[string]bool{}
	for _, f := range facts {
		if !once[f.ID] {
			once[f.ID] = true
			m.take(f)
		}
	}
	return m
}

func (m *Model) find(identity string) string {
	for {
		up, ok := m.parent[identity]
		if !ok || up == identity {
			return identity
		}
		identity = up
	}
}

// of is the person of a message.
func (m *Model) of(f Fact) *person {
	identity := "a:" + f.Anon
	if f.User != "" {
		identity = "u:" + f.User
	}
	root := m.find(identity)
	if m.people[root] == nil {
		m.people[root] = &person{orders: map[string]int64{}}
	}
	return m.people[root]
}

func (m *Model) take(f Fact) {
	p := m.of(f)
	switch f.Name {
	case viewed:
		p.views++
	case ordered:
		p.bought++
		p.spent += f.Revenue
		p.orders[f.Order] = f.Revenue
	case submitted:
		m.Forms++
	case identify:
		if f.At > p.planned {
			p.plan, p.planned = f.Plan, f.At
		}
	}
}

// Orders is how many distinct orders a user has, and their sum in minor units.
func (m *Model) Orders(user string) (count int, sum int64, known bool) {
	p := m.people[m.find("u:"+user)]
	if p == nil {
		return 0, 0, false
	}
	return len(p.orders), p.net(), true
}

func (p *person) net() (sum int64) {
	for _, revenue := range p.orders {
		sum += revenue
	}
	return sum
}

// Count is how many people match.
func (m *Model) Count(match func(p *person) bool) (n int) {
	for _, p := range m.people {
		if match(p) {
			n++
		}
	}
	return n
}
