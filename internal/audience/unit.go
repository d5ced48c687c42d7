package audience

import (
	"math"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/customer"
	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// unit is one thing that is evaluated per customer: an audience in one version, or one
// kind of level with a rule per level.
type unit struct {
	serial  uint32 // names the unit in timers; never used twice in a process
	num     int64  // of the audience; 0 for levels
	id      string // of the audience; the kind for levels
	version int
	rules   []*rule.Rule // one; for levels one per level, lowest first
	progs   []*rule.Program
	picks   [][]int // per program: places of its columns among the engine's
	members *roaring.Bitmap
	level   *customer.LevelColumn // nil for audiences
	pending []uint32              // per customer: tick of its timer, 0 if none
	placed  *roaring.Bitmap       // levels: whose next evaluation is no move; nil: nobody's

	dependents []uint64 // units to evaluate again when this one changes; bits by place
}

func (u *unit) isLevel() bool { return u.level != nil }

// deps joins what the unit's rules depend on.
func (u *unit) deps() []rule.Deps {
	out := make([]rule.Deps, len(u.rules))
	for i, r := range u.rules {
		out[i] = r.Deps()
	}
	return out
}

// eval says how the unit stands for the subject at now: member or not, or the level, and
// when that could next change by itself.
func (u *unit) eval(s *rule.Subject, codes []timeline.Codes, scratch *[]timeline.Codes, now int64) (state int, next int64) {
	next = math.MaxInt64
	for i := len(u.progs) - 1; i >= 0; i-- {
		picked := (*scratch)[:0]
		for _, c := range u.picks[i] {
			picked = append(picked, codes[c])
		}
		*scratch = picked
		s.Track.Codes = picked
		match, at := u.progs[i].Eval(s, now)
		next = min(next, at)
		if match {
			return i, next
		}
	}
	return -1, next
}

// pendingTick is the tick of the timer set for root, 0 if there is none.
func (u *unit) pendingTick(root uint32) uint32 {
	if int(root) >= len(u.pending) {
		return 0
	}
	return u.pending[root]
}

func (u *unit) setPending(root, tick uint32) {
	if int(root) >= len(u.pending) {
		if tick == 0 {
			return
		}
		grown := make([]uint32, max(int(root)+1, len(u.pending)*5/4, 1024))
		copy(grown, u.pending)
		u.pending = grown
	}
	u.pending[root] = tick
}
