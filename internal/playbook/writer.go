package playbook

import (
	"context"
	"fmt"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/rule"
)

// writer is what the road's writer keeps in memory: derived from SQL by Load, and changed
// by what Flush has yet to write.
type writer struct {
	slab     *slab
	books    map[string]*book
	byNum    map[int64]*book
	editions []*edition
	asked    map[string]*asked // by rule
	on       index
	bulks    []*bulk
	lastRun  int64
	lastCell int64

	batch   uint32
	changes []change
	rows    []any // of history
	cells   []*cell
	fires   map[*book]bool // books whose place in their schedule is to be written
	placed  map[*bulk]bool // bulks whose place is to be written
	over    []*bulk        // bulks to be deleted

	world   world
	now     int64 // never goes back
	epoch   uint64
	places  []uint32
	moves   []move
	wants   []want
	emitted []*event.Event
	depths  map[*event.Event]int // of the batch's events that steps made
}

func newWriter(s *Service) *writer {
	w := &writer{
		slab: newSlab(), books: map[string]*book{}, byNum: map[int64]*book{}, asked: map[string]*asked{}, batch: 1,
		fires: map[*book]bool{}, placed: map[*bulk]bool{}, depths: map[*event.Event]int{},
	}
	w.world.s = s
	return w
}

// book is a playbook that was published once.
type book struct {
	id       string
	num      int64
	state    State
	version  int
	fired    int64 // moments of its schedule up to here are dealt with
	next     int64 // the next one, 0 none
	live     int   // runs that go on
	tasks    bool  // a step of some version gives work to staff
	past     map[uint64]record
	editions map[int]*edition
}

// current is the version that starts runs.
func (b *book) current() *edition { return b.editions[b.version] }

// edition is a version on the writer.
type edition struct {
	*plan
	book  *book
	at    uint32 // its place in writer.editions
	rules []*asked
	ruled []bool // by step: rules are asked while a run stands there
	joins []bool // by step: memberships are
	cells map[cellKey]*cell
}

// asked is a rule with its last answer: it is asked once about one customer after one
// event, however many runs wait for it.
type asked struct {
	Predicate
	root  uint32
	epoch uint64
	match bool
	next  int64
	used  bool
}

func (a *asked) about(root uint32, epoch uint64, now int64) (bool, int64) {
	if a.root != root || a.epoch != epoch {
		a.root, a.epoch = root, epoch
		a.match, a.next = a.Eval(root, now)
	}
	return a.match, a.next
}

// cellKey names what can happen in a step of a version.
type cellKey struct {
	step    int // -1 the run as a whole
	outcome flow.Outcome
	detail  string
	atOnce  bool
}

// cell is a counter of history: see the package comment.
type cell struct {
	cellKey
	edition *edition
	num     int64
	count   int64
}

// cellBits is how much of a row's number is the count within its cell.
const cellBits = 36

// maxCells bounds the counters of a version. Details beyond them are counted as "other".
const maxCells = 5000

// cell is the counter of what happened.
func (s *Service) cell(e *edition, key cellKey) *cell {
	if c := e.cells[key]; c != nil {
		return c
	}
	if len(e.cells) >= maxCells && key.detail != otherDetail {
		key.detail = otherDetail
		return s.cell(e, key)
	}
	s.lastCell++
	c := &cell{cellKey: key, edition: e, num: s.lastCell}
	e.cells[key] = c
	s.writer.cells = append(s.writer.cells, c)
	return c
}

const (
	otherDetail = "other"
	maxDetail   = 100 // bytes
)

// note writes one row of history. run and ord are 0 for what is nobody's.
func (s *Service) note(e *edition, key cellKey, run int64, ord uint32, pos uint16, at int64) {
	if len(key.detail) > maxDetail {
		key.detail = cut(key.detail, maxDetail)
	}
	c := s.cell(e, key)
	c.count++
	s.rows = append(s.rows, c.num<<cellBits+c.count, run, int64(ord), int64(pos), at)
}

// cut shortens a text to at most n bytes of whole characters.
func cut(text string, n int) string {
	for i := range text {
		if i > n {
			return text[:last(text, n)]
		}
	}
	if len(text) > n {
		return text[:last(text, n)]
	}
	return text
}

func last(text string, n int) (at int) {
	for i := range text {
		if i <= n {
			at = i
		}
	}
	return at
}

// edition is a version on the writer, made when it is first needed.
func (s *Service) edition(ctx context.Context, b *book, version int) (*edition, error) {
	if e := b.editions[version]; e != nil {
		return e, nil
	}
	p, err := s.plan(ctx, b.id, version)
	if err != nil {
		return nil, err
	}
	return s.install(b, p)
}

// install lets a version run.
func (s *Service) install(b *book, p *plan) (*edition, error) {
	e := &edition{plan: p, book: b, at: uint32(len(s.editions)), cells: map[cellKey]*cell{}}
	for i, ask := range p.asks {
		a := s.asked[ask]
		if a == nil {
			if s.Watch == nil {
				return nil, fmt.Errorf("rule %d of playbook %s cannot be asked", i, b.id)
			}
			made, err := s.Watch([]byte(ask))
			if err != nil {
				return nil, fmt.Errorf("rule %d of playbook %s: %w", i, b.id, err)
			}
			a = &asked{Predicate: made}
			s.asked[ask] = a
		}
		e.rules = append(e.rules, a)
	}
	for i, op := range p.Steps {
		b.tasks = b.tasks || op.Kind == flow.KindTask
		there := &flow.Run{Step: i}
		e.ruled = append(e.ruled, len(p.RulesOf(there)) > 0)
		e.joins = append(e.joins, slices.ContainsFunc(p.heard, func(audience string) bool { return p.ListensTo(there, audience) }))
	}
	b.editions[p.version] = e
	s.editions = append(s.editions, e)
	return e, nil
}

// tick moves the writer's time on. It never goes back.
func (s *Service) tick() int64 {
	s.now = max(s.now, s.Clock.Now().UnixMilli())
	return s.now
}

// index finds what listens to what.
type index struct {
	state   map[string]State // every playbook that is not a draft
	events  map[string][]*edition
	entered map[string][]*edition // by audience
	left    map[string][]*edition
	hears   map[string][]bool // event → by edition: a wait, the goal or an exit names it
	minds   map[string][]bool // audience → the same
	named   map[string]bool   // events that a playbook which has not ended names, also in a rule
}

// reindex makes the index anew. Under the lock of derived state.
func (s *Service) reindex() {
	on := index{
		state: map[string]State{}, events: map[string][]*edition{}, entered: map[string][]*edition{}, left: map[string][]*edition{},
		hears: map[string][]bool{}, minds: map[string][]bool{}, named: map[string]bool{},
	}
	for _, e := range s.editions {
		if e.book.state != Ended {
			on.name(e)
		}
		for _, name := range e.Events {
			mark(on.hears, name, int(e.at), len(s.editions))
		}
		for _, audience := range e.heard {
			mark(on.minds, audience, int(e.at), len(s.editions))
		}
		if e.book.state == Published && e.book.version == e.version {
			on.listen(e)
		}
	}
	for _, b := range s.books {
		on.state[b.id] = b.state
	}
	s.writer.on = on
	s.listening.Store(&on)
}

// name notes the events that an edition names.
func (on *index) name(e *edition) {
	on.named[e.Definition.Trigger.Event] = true
	for _, name := range e.Events {
		on.named[name] = true
	}
	for _, r := range e.Rules {
		for _, name := range r.Deps().Events {
			on.named[name] = true
		}
	}
}

// Hears says whether a published playbook names an event: as its trigger, in a wait, its
// goal, an exit or a rule. Under the lock of derived state.
func (s *Service) Hears(event string) bool { return s.on.named[event] }

func mark(sets map[string][]bool, name string, at, n int) {
	if sets[name] == nil {
		sets[name] = make([]bool, n)
	}
	sets[name][at] = true
}

func (on *index) listen(e *edition) {
	switch t := e.Definition.Trigger; {
	case t.Event != "":
		on.events[t.Event] = append(on.events[t.Event], e)
	case t.Audience != "" && t.On == "left":
		on.left[t.Audience] = append(on.left[t.Audience], e)
	case t.Audience != "":
		on.entered[t.Audience] = append(on.entered[t.Audience], e)
	}
}

// record is what the past of one customer record in a playbook was: of all its runs, or of
// those with one key.
type record struct {
	last    int64 // trigger time of the last run, ms
	runs    uint32
	holdout bool
}

// pastKey is where the past of a record is kept.
func pastKey(leaf uint32, key string) uint64 {
	if key == "" {
		return uint64(leaf)
	}
	return 1<<63 | hash(leaf, key)
}

// hash is FNV-1a over the record and the key, finished as MurmurHash3 does.
func hash(leaf uint32, key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range 4 {
		h = (h ^ uint64(byte(leaf>>(8*i)))) * 1099511628211
	}
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// fold is the past of all records of a customer together.
func (b *book) fold(leaves []uint32, key string) (sum record) {
	for _, leaf := range leaves {
		r, ok := b.past[pastKey(leaf, key)]
		if !ok {
			continue
		}
		if sum.runs == 0 || r.last >= sum.last {
			sum.last, sum.holdout = r.last, r.holdout
		}
		sum.runs += r.runs
	}
	return sum
}

// remember notes a run in the past and gives its number among those of the record.
func (b *book) remember(leaf uint32, key string, at int64, holdout bool) (occurrence int) {
	for _, k := range []string{"", key} {
		r := b.past[pastKey(leaf, k)]
		b.past[pastKey(leaf, k)] = record{last: max(r.last, at), runs: r.runs + 1, holdout: holdout}
		if key == "" {
			break
		}
	}
	return int(b.past[uint64(leaf)].runs)
}

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// never is a due time that does not come by itself.
const never = int64(rule.Never)
