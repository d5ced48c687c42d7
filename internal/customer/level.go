package customer

import (
	"slices"

	"yutang/internal/timeline"
)

// The kinds of level.
const (
	AIPL  = "aipl"
	AARRR = "aarrr"
	Tier  = "tier"
)

// NoLevel is the level of a customer whom no rule matches.
const NoLevel = -1

var levelKinds = [3]struct {
	name   string
	levels []string
}{
	{AIPL, []string{"aware", "interest", "purchase", "loyal"}},
	{AARRR, []string{"acquisition", "activation", "retention", "revenue", "referral"}},
	{Tier, []string{"V1", "V2", "V3", "V4", "V5"}},
}

// LevelKinds are "aipl", "aarrr" and "tier".
func LevelKinds() []string { return []string{AIPL, AARRR, Tier} }

// LevelColumn is one kind of level of all customers, at their roots. Read it under the
// timeline store's lock.
type LevelColumn struct {
	kind   string
	names  []string
	of     []uint8 // level + 1
	counts []int
}

// move is one change of a level, as in the table customer_level.
type move struct {
	seq      int64
	ord      timeline.Ord
	kind     string
	from, to int
	at       int64
	prev     int64 // seq of the customer's move before, 0 none
}

// Level is the column of a kind; an unknown kind has no levels.
func (s *Service) Level(kind string) *LevelColumn {
	if i := kindIndex(kind); i >= 0 {
		return s.levels[i]
	}
	return &LevelColumn{kind: kind}
}

func kindIndex(kind string) int {
	for i := range levelKinds {
		if levelKinds[i].name == kind {
			return i
		}
	}
	return -1
}

// Of is the index of root's level in Names, NoLevel if none.
func (l *LevelColumn) Of(root timeline.Ord) int {
	if int(root) >= len(l.of) {
		return NoLevel
	}
	return int(l.of[root]) - 1
}

// Names are the levels, lowest first. Do not change them.
func (l *LevelColumn) Names() []string { return l.names }

// Name is root's level, "" if none.
func (l *LevelColumn) Name(root timeline.Ord) string { return l.name(l.Of(root)) }

func (l *LevelColumn) name(level int) string {
	if level < 0 || level >= len(l.names) {
		return ""
	}
	return l.names[level]
}

// Counts is how many customers are at each level.
func (l *LevelColumn) Counts() []int { return slices.Clone(l.counts) }

func (l *LevelColumn) put(root timeline.Ord, level int) (was int) {
	was = l.Of(root)
	if was == level {
		return was
	}
	l.of = reach(l.of, root)
	l.of[root] = uint8(level + 1)
	if was >= 0 {
		l.counts[was]--
	}
	if level >= 0 {
		l.counts[level]++
	}
	return was
}

func (l *LevelColumn) reset() {
	l.of = nil
	clear(l.counts)
}

// LastMove is the row of the last change that SetLevel recorded. Writer only.
func (s *Service) LastMove() int64 { return s.moveSeq }

// SetLevel records that root's level of kind is level since at (ms). It says what it was
// and whether it changed. Writer only; the history row is written at Flush.
func (s *Service) SetLevel(kind string, root uint32, level int, at int64) (was int, changed bool) {
	i := kindIndex(kind)
	if i < 0 || level >= len(levelKinds[i].levels) {
		return NoLevel, false
	}
	level = max(level, NoLevel)
	if was = s.levels[i].put(root, level); was == level {
		return was, false
	}
	s.moveSeq++
	s.moves = append(s.moves, move{s.moveSeq, root, kind, was, level, at, s.chain(root, s.moveSeq)})
	return was, true
}
