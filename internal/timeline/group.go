package timeline

import (
	"slices"

	"yutang/internal/fault"
	"yutang/internal/id"
)

// groups says which customers are one person: a partition of all customers into groups
// with one root each.
type groups struct {
	root   []Ord         // by customer; [0] is 0
	leaves map[Ord][]Ord // by root, of groups of two and more
	joint  []uint64      // one bit per customer: is the root of two and more
}

func (g *groups) grow(ord Ord) {
	for len(g.root) <= int(ord) {
		g.root = append(g.root, Ord(len(g.root)))
	}
	for len(g.joint) <= int(ord>>6) {
		g.joint = append(g.joint, 0)
	}
}

func (g *groups) isJoint(ord Ord) bool { return g.joint[ord>>6]>>(ord&63)&1 != 0 }

// SetGroup makes leaves one customer with this root; leaves includes root. A former
// group of any of them that is not said anew falls apart: its other members stand alone.
// The write lock is held.
func (s *Store) SetGroup(root Ord, leaves []Ord) {
	g := &s.groups
	leaves = slices.Clone(leaves)
	for _, l := range leaves {
		g.dissolve(l)
		g.leave(l)
	}
	g.dissolve(root)
	if len(leaves) < 2 {
		return
	}
	for _, l := range leaves {
		g.root[l] = root
	}
	g.leaves[root] = leaves
	g.joint[root>>6] |= 1 << (root & 63)
}

func (g *groups) dissolve(root Ord) {
	for _, l := range g.leaves[root] {
		g.root[l] = l
	}
	delete(g.leaves, root)
	g.joint[root>>6] &^= 1 << (root & 63)
}

func (g *groups) leave(leaf Ord) {
	root := g.root[leaf]
	if root == leaf {
		return
	}
	rest := slices.DeleteFunc(g.leaves[root], func(l Ord) bool { return l == leaf })
	g.root[leaf], g.leaves[root] = leaf, rest
	if len(rest) < 2 {
		g.dissolve(root)
	}
}

// Root is the root of ord's group: ord itself if it stands alone. Any lock is held.
func (s *Store) Root(ord Ord) Ord {
	if int(ord) >= len(s.groups.root) {
		return ord
	}
	return s.groups.root[ord]
}

// Leaves are the members of ord's group, its root among them. The caller does not keep
// or change them. Any lock is held.
func (s *Store) Leaves(ord Ord) []Ord {
	g := &s.groups
	if int(ord) >= len(g.root) {
		return nil
	}
	root := g.root[ord]
	if g.isJoint(root) {
		return g.leaves[root]
	}
	return g.root[root : root+1 : root+1]
}

// Records are the leaves of the customer whom ord belongs to. It takes the read lock
// itself, and the list is the caller's. An unknown number is not_found.
func (s *Store) Records(ord Ord) ([]Ord, error) {
	s.RLock()
	defer s.RUnlock()
	if ord == 0 || int64(ord) > int64(s.Customers()) {
		return nil, fault.New(fault.NotFound, "customer_not_found", "no customer has the id %q", id.Customer(ord))
	}
	return slices.Clone(s.Leaves(s.Root(ord))), nil
}
