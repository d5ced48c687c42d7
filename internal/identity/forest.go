package identity

// node is a customer record.
type node struct {
	parent uint32   // leaf it was joined to; 0: it is a root
	merge  uint32   // number of the merge that joined it
	first  recordID // its latest identity
}

// forest holds the customer records, by number from 1, and the merges between them. An
// edge leads from the root that went to the leaf of the other tree whose identity linked
// them, so cutting an edge leaves with each side what came by that side. Guarded by the
// timeline store's lock.
type forest struct {
	nodes     []node // nodes[0] is not used
	nextMerge uint32 // number of the next merge
}

func newForest() forest { return forest{nodes: make([]node, 1), nextMerge: 1} }

// len is the highest number.
func (f *forest) len() uint32 { return uint32(len(f.nodes) - 1) }

// grow makes records up to ord.
func (f *forest) grow(ord uint32) {
	for uint32(len(f.nodes)) <= ord {
		f.nodes = append(f.nodes, node{})
	}
}

// root follows the edges up.
func (f *forest) root(ord uint32) uint32 {
	for f.nodes[ord].parent != 0 {
		ord = f.nodes[ord].parent
	}
	return ord
}

// under says whether ord hangs below top, or is top.
func (f *forest) under(ord, top uint32) bool {
	for ; ord != 0; ord = f.nodes[ord].parent {
		if ord == top {
			return true
		}
	}
	return false
}

// typeTable numbers the identity types in use from 1.
type typeTable struct {
	names   []string // names[0] is not used
	numbers map[string]uint16
	of      []*TypePolicy // by number, under the settings below
	under   *settings
}

// maxKnownTypes keeps a sender from filling the table; identities of further types are
// not attached.
const maxKnownTypes = 50_000

func newTypeTable() typeTable {
	return typeTable{names: make([]string, 1), of: make([]*TypePolicy, 1), numbers: map[string]uint16{}}
}

// number gives a type's number, making one if it is new; 0 if the table is full.
func (t *typeTable) number(typ string) uint16 {
	n, ok := t.numbers[typ]
	if !ok && len(t.names) <= maxKnownTypes {
		n = uint16(len(t.names))
		t.numbers[typ] = n
		t.names = append(t.names, typ)
		t.of = append(t.of, nil)
		if t.under != nil {
			t.of[n] = t.under.policy(typ)
		}
	}
	return n
}

// use makes the policies those of st.
func (t *typeTable) use(st *settings) {
	if t.under == st {
		return
	}
	t.under = st
	for i := 1; i < len(t.names); i++ {
		t.of[i] = st.policy(t.names[i])
	}
}
