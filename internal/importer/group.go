package importer

import (
	"strings"

	"yutang/internal/event"
)

// item is one row of a group, with the reason if it is rejected.
type item struct {
	line    int
	cells   []string
	problem problem
	left    bool // rejected by the mapping: the order goes on without it
	again   bool // the same line stood in the order before
}

// group is the rows that become one event together: the lines of an order, or one row.
// Rows with problems ride along until the group is closed, so that what is before a
// checkpoint is settled as a whole.
type group struct {
	key   string // "": rows without an order
	items []item
}

// outcome is what became of a group.
type outcome struct {
	ev      *event.Event // nil if every row is rejected
	items   []item
	stored  int64 // rows that count as accepted if ev is stored
	repeats int64 // rows that stood twice
}

// rejects says how many rows of the outcome are rejected.
func (o *outcome) rejects() int64 { return int64(len(o.items)) - o.stored - o.repeats }

// settle turns a group into an event.
func (b *binding) settle(g *group) outcome {
	o := outcome{items: g.items}
	var lines []*item
	for i := range g.items {
		if it := &g.items[i]; !it.left && it.cells != nil {
			lines = append(lines, it)
		}
	}
	if b.kind == Orders {
		lines = b.dropRepeats(lines)
		o.ev = b.order(g.key, lines)
	} else if len(lines) == 1 && !lines[0].problem.bad() {
		o.ev = b.plain(lines[0])
	}
	for i := range g.items {
		if it := &g.items[i]; o.ev == nil && !it.problem.bad() {
			it.problem = problem{"", held}
		}
	}
	if o.ev == nil {
		return o
	}
	for i := range g.items {
		switch it := &g.items[i]; {
		case it.again:
			o.repeats++
		case !it.problem.bad():
			o.stored++
		}
	}
	return o
}

// dropRepeats marks lines that are equal in every column to one before.
func (b *binding) dropRepeats(lines []*item) []*item {
	if len(lines) < 2 {
		return lines
	}
	seen := make(map[string]bool, len(lines))
	kept := lines[:0]
	for _, it := range lines {
		text := strings.Join(it.cells, "\x1f")
		if it.again = seen[text]; it.again {
			continue
		}
		seen[text] = true
		kept = append(kept, it)
	}
	return kept
}

// item makes an item of a row that was read, checking what every kind needs.
func (b *binding) item(r row) item {
	it := item{line: r.line, cells: append([]string(nil), r.cells...)}
	if r.bad != "" {
		it.problem, it.left = problem{"", r.bad}, true
		return it
	}
	if it.problem = b.unwanted(r.cells); it.problem.bad() {
		it.left = true
	}
	return it
}

// key is the order's id; other kinds have no groups. A row that cannot be read has none.
func (b *binding) key(r row) string {
	if b.kind != Orders || r.bad != "" {
		return ""
	}
	return b.fields["order_id"].text(r.cells)
}
