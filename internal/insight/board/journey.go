package board

import (
	"cmp"
	"context"
	"slices"

	"yutang/internal/customer"
)

// step is one change of a customer's stage.
type step struct {
	root uint32
	at   int64
	to   int8 // customer.NoLevel none
}

// journey is all changes of a kind by root and time. Changes noted under a record that
// was merged into another since are not the customer's: the survivor's are.
type journey []step

func (r *Report) journey(ctx context.Context, kind string, asOf int64) (journey, error) {
	var out journey
	err := r.Base.Customers.LevelMoves(ctx, func(m customer.LevelMove) error {
		if m.At <= asOf {
			out = append(out, step{m.Record, m.At, int8(m.To)})
		}
		return nil
	}, kind)
	if err != nil {
		return nil, err
	}
	tl := r.Base.Timeline
	tl.RLock()
	out = slices.DeleteFunc(out, func(s step) bool { return tl.Root(s.root) != s.root })
	tl.RUnlock()
	slices.SortStableFunc(out, func(a, b step) int { return cmp.Or(cmp.Compare(a.root, b.root), cmp.Compare(a.at, b.at)) })
	return out, nil
}

func (j journey) of(root uint32) journey {
	i, _ := slices.BinarySearchFunc(j, root, func(s step, root uint32) int {
		if s.root < root {
			return -1
		}
		return 1
	})
	k := i
	for k < len(j) && j[k].root == root {
		k++
	}
	return j[i:k]
}

// at is the stage just before a moment.
func (j journey) at(moment int64) int {
	level := customer.NoLevel
	for _, s := range j {
		if s.at >= moment {
			break
		}
		level = int(s.to)
	}
	return level
}

// moved says whether the customer went from one stage to another within a window.
func (j journey) moved(w window, from, to int) bool {
	level := customer.NoLevel
	for _, s := range j {
		if int(s.to) != level && level == from && int(s.to) == to && w.holds(s.at) {
			return true
		}
		level = int(s.to)
	}
	return false
}
