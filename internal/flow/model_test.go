package flow

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/event"
	"yutang/internal/rule"
)

// The model is the road with two workers, of which one at a time is the writer:
//
//	idle ──take──▶ performed ──commit──▶ committed ──ack──▶ idle
//	  ▲               │ crash               │ crash
//	  └───────────────┴─────────────────────┘ the job comes again
//
// The transitions of the runs are the real ones. Every order of takes, commits, acks,
// crashes and ticks of the clock is tried.
type model struct {
	flow      *Flow
	customers int
	held      int   // customer of the control group
	last      int8  // the clock stops here, in seconds
	events    []job // may happen to each customer once, at any time or never
	crashes   bool
	bug       string
	lives     []life           // all that were met; states name them by place
	places    map[life]place   // in lives
	done      map[moment]place // transitions are functions: what came of those made already
}

type place uint16

// moment is all that a transition depends on.
type moment struct {
	life place
	job  job
	now  int8
}

// at is the place of a life.
func (m *model) at(l life) place {
	p, ok := m.places[l]
	if !ok {
		p = place(len(m.lives))
		m.lives, m.places[l] = append(m.lives, l), p
	}
	return p
}

// change is the place of a life with something else.
func (m *model) change(p place, with func(l *life)) place {
	l := m.lives[p]
	with(&l)
	return m.at(l)
}

// job is what a worker does for a customer.
type job struct {
	kind  string // "start", "timer", or "event"
	who   int8
	event int8 // in model.events
}

// life is what is committed of a customer: the run, its history and ledger.
type life struct {
	begun      bool
	step       int8
	since, due int8
	end        Outcome
	result     string // of the task
	history    string
	acts       string
	seen       uint8 // events in the log
	stale      bool  // a timer that has fired comes again
}

const (
	idle uint8 = iota
	performed
	ledgered // bug: the ledger is committed before the run
	committed
)

type worker struct {
	phase uint8
	job   job
	next  place
}

const maxCustomers = 3

type state struct {
	now     int8
	lives   [maxCustomers]place
	workers [2]worker
}

// modelWorld is the World of one transition.
type modelWorld struct {
	*model
	now     int8
	history []string
	acts    []string
	early   bool // something timed out before its time
}

func (w *modelWorld) Now() int64                           { return int64(w.now)*second + 1 }
func (w *modelWorld) Zone(*Run, bool) *time.Location       { return time.UTC }
func (w *modelWorld) Match(*Run, int) (bool, int64, error) { return false, rule.Never, nil }
func (w *modelWorld) Member(*Run, string) bool             { return false }
func (w *modelWorld) Trigger(*Run) ([]event.Prop, error)   { return nil, nil }
func (w *modelWorld) Cluster(*Run, string) string          { return "" }
func (w *modelWorld) Assigned(*Run, string) string         { return "" }
func (w *modelWorld) Expose(*Run, string, string, string)  {}
func (w *modelWorld) Perform(_ *Run, i int, _ string) (Result, error) {
	w.acts = append(w.acts, w.flow.Steps[i].Step.ID)
	return Result{Outcome: Planned}, nil
}

func (w *modelWorld) Note(r *Run, e Entry) {
	id := "run"
	if e.Step >= 0 {
		op := w.flow.Steps[e.Step]
		id = op.Step.ID
		w.early = w.early || e.Outcome == TimedOut && e.At < r.Since+op.Within.Milliseconds()
	}
	w.history = append(w.history, id+":"+string(e.Outcome))
}

// do is what a transition makes of a life.
func (m *model) do(l life, j job, now int8) (life, error) {
	w := &modelWorld{model: m, now: now}
	r := &Run{ID: "r", Subject: Subject{Ord: uint32(j.who)}, Holdout: int(j.who) == m.held, End: l.end, Step: int(l.step)}
	if l.due > 0 {
		r.Since, r.Due = int64(l.since)*second+1, int64(l.due)*second+1
	}
	if l.result != "" {
		r.Results = map[string]string{"k": l.result}
	}
	var err error
	switch j.kind {
	case "start":
		l.begun, err = true, m.flow.Start(w, r)
	case "timer":
		err, l.stale = m.flow.Wake(w, r), false
	case "event":
		l.seen |= 1 << j.event
		if task := m.events[j.event].kind == "task"; task && !strings.Contains(l.acts, "k") {
			break // a task that was never given
		} else if task {
			_, err = m.flow.Signal(w, r, Signal{Task: "k", Result: "done"})
		} else {
			_, err = m.flow.Signal(w, r, Signal{Event: m.events[j.event].kind})
		}
	}
	if w.early {
		return l, fmt.Errorf("timed out early: %v", w.history)
	}
	l.step, l.end, l.result = int8(r.Step), r.End, r.Results["k"]
	l.since, l.due = int8(r.Since/second), int8(r.Due/second)
	l.history += strings.Join(append(w.history, ""), " ")
	l.acts += strings.Join(append(w.acts, ""), " ")
	return l, err
}

// jobs is what a worker may take now.
func (m *model) jobs(s state) (out []job) {
	for who := range int8(m.customers) {
		l := m.lives[s.lives[who]]
		switch {
		case !l.begun:
			out = append(out, job{kind: "start", who: who})
			continue
		case l.end == "" && l.due <= s.now || l.stale:
			out = append(out, job{kind: "timer", who: who})
		}
		for e := range m.events {
			if l.seen&(1<<e) == 0 {
				out = append(out, job{kind: "event", who: who, event: int8(e)})
			}
		}
	}
	return out
}

// after is every state that can come next.
func (m *model) after(s state) (out []state, err error) {
	if s.now < m.last {
		t := s
		t.now++
		out = append(out, t)
	}
	free := s.workers[0].phase != performed && s.workers[1].phase != performed &&
		s.workers[0].phase != ledgered && s.workers[1].phase != ledgered
	for i, w := range s.workers {
		if w.phase == idle {
			if !free || i == 1 && s.workers[0].phase == idle { // idle workers are the same
				continue
			}
			for _, j := range m.jobs(s) {
				t := s
				at := moment{s.lives[j.who], j, s.now}
				next, ok := m.done[at]
				if !ok {
					l, err := m.do(m.lives[at.life], j, s.now)
					if err != nil {
						return nil, err
					}
					next = m.at(l)
					m.done[at] = next
				}
				t.workers[i] = worker{performed, j, next}
				if m.bug == "ack first" && j.kind == "event" {
					t.lives[j.who] = m.change(t.lives[j.who], func(l *life) { l.seen |= 1 << j.event })
				}
				out = append(out, t)
			}
			continue
		}
		out = append(out, m.advance(s, i)...)
	}
	return out, nil
}

// advance is a worker's next move, or its crash.
func (m *model) advance(s state, i int) (out []state) {
	w, t := s.workers[i], s
	switch {
	case w.phase == performed && m.bug == "ledger first":
		t.lives[w.job.who] = m.change(t.lives[w.job.who], func(l *life) { l.acts = m.lives[w.next].acts })
		t.workers[i].phase = ledgered
	case w.phase == performed || w.phase == ledgered:
		t.lives[w.job.who] = w.next
		t.workers[i] = worker{phase: committed, job: w.job}
	default:
		t.workers[i] = worker{}
	}
	out = append(out, t)
	if m.crashes {
		t = s
		if w.phase == committed && w.job.kind == "timer" {
			t.lives[w.job.who] = m.change(t.lives[w.job.who], func(l *life) { l.stale = true })
		}
		t.workers[i] = worker{}
		out = append(out, t)
	}
	return out
}

// check holds in every state.
func (m *model) check(s state) error {
	for who := range m.customers {
		l := m.lives[s.lives[who]]
		acts := strings.Fields(l.acts)
		slices.Sort(acts)
		switch {
		case len(slices.Compact(slices.Clone(acts))) != len(acts):
			return fmt.Errorf("customer %d: done twice: %s", who, l.acts)
		case who == m.held && len(acts) > 0:
			return fmt.Errorf("customer %d is held out: %s", who, l.acts)
		case l.begun && (l.end == "") != (l.due > 0):
			return fmt.Errorf("customer %d neither waits nor has ended: %+v", who, l)
		case strings.Count(l.history, ":"+string(Planned)) != len(acts) && s.workers[0].phase != ledgered && s.workers[1].phase != ledgered:
			return fmt.Errorf("customer %d: history %s, ledger %s", who, l.history, l.acts)
		}
	}
	return nil
}

// explore visits all states and gives those in which nothing is left to do but events that
// never happen, as what became of everybody.
func (m *model) explore() (ends map[string]bool, states int, err error) {
	ends, m.lives, m.places, m.done = map[string]bool{}, nil, map[life]place{}, map[moment]place{}
	m.at(life{}) // place 0: nothing has begun
	first := state{}
	seen, queue := map[state]bool{first: true}, []state{first}
	for len(queue) > 0 {
		s := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if err := m.check(s); err != nil {
			return nil, len(seen), err
		}
		next, err := m.after(s)
		if err != nil {
			return nil, len(seen), err
		}
		if m.settled(s) {
			ends[m.story(s)] = true
		}
		for _, t := range next {
			if t.workers[0].phase == idle && t.workers[1].phase != idle {
				t.workers[0], t.workers[1] = t.workers[1], t.workers[0]
			}
			if !seen[t] {
				seen[t] = true
				queue = append(queue, t)
			}
		}
	}
	return ends, len(seen), nil
}

// settled says that time is over and everything that is due has been done.
func (m *model) settled(s state) bool {
	return s.now == m.last && s.workers == [2]worker{} && !slices.ContainsFunc(m.jobs(s), func(j job) bool { return j.kind != "event" })
}

func (m *model) story(s state) string {
	var b strings.Builder
	for who := range m.customers {
		l := m.lives[s.lives[who]]
		fmt.Fprintf(&b, "%s| %s| %s, seen %d\n", l.history, l.acts, l.end, l.seen)
	}
	return b.String()
}

func modelled(t *testing.T, customers int, last int8, kinds ...string) *model {
	t.Helper()
	f := steps(t, `[{"id":"a","send":{"channel":"c","content":{}}},
		{"id":"w","wait_for":{"event":"X","timeout":"1s","steps":[{"id":"b","send":{"channel":"c","content":{}}}],
			"else":[{"id":"k","task":{"title":"t","deadline":"1s","wait":true}}]}},
		{"id":"z","update":{"tag":["t"]}}]`, `,"goal":{"event":"G"},"exit":[{"event":"G"},{"event":"E"}]`)
	m := &model{flow: f, customers: customers, held: customers - 1, last: last, crashes: true}
	for _, kind := range kinds {
		m.events = append(m.events, job{kind: kind})
	}
	return m
}

// covers: C1
func TestModel_CrashAnywhereLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]*model{
		"three customers": modelled(t, 3, 2, "X"),
		"two customers":   modelled(t, 2, 3, "X"),
		"one customer":    modelled(t, 1, 4, "X", "task", "G", "E"),
	} {
		if name == "one customer" {
			m.held = -1
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ends, states, err := m.explore()
			if err != nil {
				t.Fatal(err)
			}
			calm := *m
			calm.crashes = false
			without, _, err := calm.explore()
			if err != nil {
				t.Fatal(err)
			}
			if len(ends) == 0 || !maps.Equal(ends, without) {
				t.Fatalf("%d ends with crashes, %d without", len(ends), len(without))
			}
			for story := range ends {
				if strings.Contains(story, "exited") && strings.Contains(story, "seen 4") { // G alone
					t.Fatalf("an exit came before the goal:\n%s", story)
				}
			}
			t.Logf("%d states, %d ends", states, len(ends))
		})
	}
}

// TestModel_FindsSeededBugs is the control: a road that commits in the wrong order fails.
func TestModel_FindsSeededBugs(t *testing.T) {
	t.Parallel()
	m := modelled(t, 1, 2, "X")
	m.held, m.bug = -1, "ledger first"
	if _, _, err := m.explore(); err == nil {
		t.Error("a ledger committed before its run is not found")
	}
	m.crashes = false
	if _, _, err := m.explore(); err != nil {
		t.Errorf("without crashes nothing is wrong: %v", err)
	}
	m.crashes = true
	m.bug = "ack first"
	ends, _, err := m.explore()
	if err != nil {
		t.Fatal(err)
	}
	m.bug = ""
	right, _, err := m.explore()
	if err != nil || maps.Equal(ends, right) {
		t.Errorf("an event acknowledged before the commit is not missed: %v", err)
	}
}
