package identity_test

import (
	"slices"
	"strings"
	"time"

	"yutang/internal/identity"
)

// model is One-ID said again in the plainest way: a map of owners, a list of edges, and
// walks over all of them. Identities are "type=value", already in their one spelling.
type model struct {
	policy identity.Policy
	now    time.Time
	leaves uint32
	owner  map[string]uint32
	seen   map[string]time.Time
	edges  []edge
	apart  [][2]uint32
	merges int
}

type edge struct {
	child, via uint32
	id         int
	person     bool
}

func newModel() *model {
	return &model{policy: identity.DefaultPolicy(), now: start, owner: map[string]uint32{}, seen: map[string]time.Time{}}
}

func typeOf(name string) string {
	typ, _, _ := strings.Cut(name, "=")
	return typ
}

func (m *model) rule(name string) identity.TypePolicy {
	typ, _, _ := strings.Cut(typeOf(name), ":")
	for _, want := range []string{typ, identity.AnyType} {
		for _, p := range m.policy.Types {
			if p.Type == want {
				return p
			}
		}
	}
	panic("no policy for " + name)
}

func (m *model) root(leaf uint32) uint32 {
	for _, e := range m.edges {
		if e.child == leaf {
			return m.root(e.via)
		}
	}
	return leaf
}

// held lists the identities of a customer.
func (m *model) held(root uint32) (names []string) {
	for name, leaf := range m.owner {
		if m.root(leaf) == root {
			names = append(names, name)
		}
	}
	return names
}

func (m *model) count(root uint32, typ string) (n int) {
	for _, name := range m.held(root) {
		p := m.rule(name)
		today, that := m.now.Unix()/86400, m.seen[name].Unix()/86400
		if typeOf(name) == typ && (p.WindowDays == 0 || that > today-int64(p.WindowDays)) {
			n++
		}
	}
	return n
}

func (m *model) class(root uint32) (best identity.Class) {
	for _, name := range m.held(root) {
		best = max(best, m.rule(name).Class)
	}
	return best
}

func exclusive(p identity.TypePolicy) bool { return p.Class == identity.Strong && p.Limit == 1 }

func (m *model) fits(root uint32, name string, more int, explicit bool) bool {
	p := m.rule(name)
	if p.Limit == 0 || (explicit && !exclusive(p)) {
		return true
	}
	held := 0
	if root != 0 {
		held = m.count(root, typeOf(name))
	}
	return held+more <= p.Limit
}

func (m *model) separated(a, b uint32) bool {
	return slices.ContainsFunc(m.apart, func(pair [2]uint32) bool {
		x, y := m.root(pair[0]), m.root(pair[1])
		return (x == a && y == b) || (x == b && y == a)
	})
}

func (m *model) mayJoin(a, b uint32, link string, explicit bool) bool {
	if m.separated(a, b) || (!explicit && !m.rule(link).Merge) {
		return false
	}
	for _, name := range m.held(a) {
		p, na, nb := m.rule(name), m.count(a, typeOf(name)), m.count(b, typeOf(name))
		if p.Limit > 0 && na > 0 && nb > 0 && na+nb > p.Limit && (exclusive(p) || !explicit) {
			return false
		}
	}
	weak := m.rule(link).Class == identity.Weak && m.class(a) == identity.Strong && m.class(b) == identity.Strong
	return explicit || !weak
}

func (m *model) outranks(a, b uint32) bool {
	return m.class(a) > m.class(b) || (m.class(a) == m.class(b) && a < b)
}

func (m *model) join(kept, gone, via uint32, person bool) {
	m.merges++
	m.edges = append(m.edges, edge{child: gone, via: via, id: m.merges, person: person})
	_ = kept
}

// resolve gives the leaf and root of an event with these identities.
func (m *model) resolve(names []string, explicit bool) (leaf, root uint32) {
	slices.SortStableFunc(names, func(a, b string) int { return m.rule(a).Priority - m.rule(b).Priority })
	var waiting []string
	give := func() {
		for _, name := range waiting {
			m.owner[name], m.seen[name] = leaf, m.now
		}
		waiting = nil
	}
	like := func(name string) (n int) {
		for _, w := range waiting {
			if typeOf(w) == typeOf(name) {
				n++
			}
		}
		return n
	}
	for _, name := range names {
		owner := m.owner[name]
		switch {
		case owner == 0:
			if m.fits(root, name, 1+like(name), explicit) {
				waiting = append(waiting, name)
			}
			if root != 0 {
				give()
			}
		case root == 0:
			if !slices.ContainsFunc(waiting, func(w string) bool { return !m.fits(m.root(owner), w, like(w), explicit) }) {
				leaf, root = owner, m.root(owner)
				give()
			}
		case m.root(owner) != root && m.mayJoin(root, m.root(owner), name, explicit):
			if other := m.root(owner); m.outranks(other, root) {
				m.join(other, root, owner, false)
				root = other
			} else {
				m.join(root, other, leaf, false)
			}
		}
	}
	if root == 0 && len(waiting) > 0 {
		m.leaves++
		leaf, root = m.leaves, m.leaves
		give()
	}
	return leaf, root
}

// merge is a merge by a person; false if there is nothing to merge.
func (m *model) merge(a, b uint32) bool {
	a, b = m.root(a), m.root(b)
	if a == b {
		return false
	}
	if m.outranks(b, a) {
		a, b = b, a
	}
	m.apart = slices.DeleteFunc(m.apart, func(pair [2]uint32) bool {
		x, y := m.root(pair[0]), m.root(pair[1])
		return (x == a && y == b) || (x == b && y == a)
	})
	m.join(a, b, a, true)
	return true
}

// unmerge undoes a merge; false if that is not in force.
func (m *model) unmerge(id int) bool {
	i := slices.IndexFunc(m.edges, func(e edge) bool { return e.id == id })
	if i < 0 {
		return false
	}
	e := m.edges[i]
	m.apart = append(m.apart, [2]uint32{e.child, e.via}, [2]uint32{e.child, m.root(e.child)})
	m.edges = slices.Delete(m.edges, i, i+1)
	return true
}

// twice finds a type of one value per person of which events gave a customer two.
func (m *model) twice() string {
	automatic := *m
	automatic.edges = slices.DeleteFunc(slices.Clone(m.edges), func(e edge) bool { return e.person })
	for leaf := range m.leaves {
		seen := map[string]bool{}
		for _, name := range automatic.held(leaf + 1) {
			if typ := typeOf(name); exclusive(m.rule(name)) && seen[typ] {
				return name
			} else {
				seen[typ] = true
			}
		}
	}
	return ""
}
