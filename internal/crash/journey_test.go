package crash

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yutang/internal/failpoint"
)

var journeyKills = flag.Int("journey-kills", 8, "how often the tests of playbooks kill the server")

func beginJourneys(t *testing.T, bugs ...failpoint.Bug) *Journeys {
	t.Helper()
	tags, env := "", []string(nil)
	if len(bugs) > 0 {
		tags, env = "failpoint", []string{bugEnv(bugs...)}
	}
	j := &Journeys{Launch: Launch{Program: program(t, tags), Data: filepath.Join(t.TempDir(), "data"), Env: env}, Seed: drawSeed()}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Errorf("end harness (seed %d): %v", j.Seed, err)
		}
	})
	must(t, j.Begin(t.Context()))
	return j
}

// sound requires that nothing is wrong.
func (j *Journeys) sound(t *testing.T, w *Walked, wrong []string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", j.Seed, err, j.server.Notes())
	}
	if n := len(wrong); n > 0 {
		t.Fatalf("seed %d, %s: %d faults: %q\n%s", j.Seed, w, n, wrong[:min(n, 8)], j.server.Notes())
	}
}

// arrive requires that all customers arrive well.
func (j *Journeys) arrive(t *testing.T) {
	t.Helper()
	w, wrong, err := j.Verify(t.Context())
	j.sound(t, w, wrong, err)
	t.Logf("%s; 0 lost, 0 doubled; %d starts, seed %d", w, j.Starts, j.Seed)
	if len(w.Started) < 20 {
		t.Fatal("next to nobody set out, so nothing was tested")
	}
}

// covers: C1, J4
func TestJourneyCrash_LosesNoStepAndRepeatsNone(t *testing.T) {
	t.Parallel()
	j := beginJourneys(t)
	rng := rand.New(rand.NewPCG(j.Seed, 4))
	for i := range *journeyKills {
		must(t, j.AwaitAcks(t.Context(), 1+rng.Int64N(15)))
		must(t, rest(t.Context(), time.Duration(rng.IntN(800))*time.Millisecond))
		switch i % 4 {
		case 2: // while it starts
			j.Kill()
			s, err := Start(j.Launch)
			must(t, err)
			j.server = s
			must(t, rest(t.Context(), time.Duration(rng.IntN(120))*time.Millisecond))
		case 3: // while it stops
			must(t, j.server.Terminate())
			must(t, rest(t.Context(), time.Duration(rng.IntN(25))*time.Millisecond))
		}
		j.Kill()
		if i%2 == 1 { // else nobody touches the files before the next start
			w, wrong, err := j.Look(t.Context())
			j.sound(t, w, wrong, err)
		}
		must(t, j.Restart(t.Context()))
	}
	j.arrive(t)
}

// covers: C1, J4
func TestJourneyCrash_AtNamedPoints(t *testing.T) {
	t.Parallel()
	j := beginJourneys(t, "none")
	env := j.Env
	points := []failpoint.Point{
		failpoint.RunsDue, failpoint.HistoryWritten, failpoint.RunsWritten, failpoint.BeforeCommit, failpoint.BeforeAck, failpoint.Attempting, failpoint.Called,
	}
	for i, p := range points {
		j.Kill()
		j.Env = append(env[:len(env):len(env)], fmt.Sprintf("YUTANG_FAILPOINT=%s:%d", p, 1+i%3*4))
		if err := j.dieAt(t.Context()); err != nil {
			t.Fatalf("%s (seed %d): %v\n%s", p, j.Seed, err, j.server.Notes())
		}
		j.Env = env
		w, wrong, err := j.Look(t.Context())
		j.sound(t, w, wrong, err)
		must(t, j.Restart(t.Context()))
		must(t, j.AwaitAcks(t.Context(), 10))
	}
	j.arrive(t)
}

// dieAt starts a server that ends at a point, and lets it get there.
func (j *Journeys) dieAt(ctx context.Context) error {
	if err := j.Restart(ctx); err != nil && (!j.server.EndsWithin(time.Second) || j.server.Exit() != -1) {
		return err
	}
	if !j.server.EndsWithin(patience) {
		return errors.New("the point was not reached")
	}
	j.gate.Close()
	if j.server.Exit() != -1 {
		return fmt.Errorf("the server ended by itself with %d", j.server.Exit())
	}
	return nil
}

func TestJourneyControl_RunsLeftBehindAreCaught(t *testing.T) {
	t.Parallel()
	j := beginJourneys(t, failpoint.LoseRuns)
	must(t, j.AwaitAcks(t.Context(), 30))
	must(t, rest(t.Context(), 2*time.Second)) // for those who rest to go on
	j.Kill()
	if wrong := j.faults(t); len(wrong) == 0 {
		t.Fatal("where runs have come to is not written, and nothing is wrong")
	}
}

func TestJourneyControl_EventsOutsideTheTransactionAreCaught(t *testing.T) {
	t.Parallel()
	j := beginJourneys(t, failpoint.EmitLater)
	env := j.Env
	for visit := 5; ; visit++ {
		j.Kill()
		j.Env = append(env[:len(env):len(env)], fmt.Sprintf("YUTANG_FAILPOINT=%s:%d", failpoint.BeforeAck, visit))
		must(t, j.dieAt(t.Context()))
		if wrong := j.faults(t); len(wrong) > 0 {
			return
		}
		if visit == 30 {
			t.Fatal("events of steps are lost, and nothing is wrong")
		}
	}
}

// faults is what a look at the dead server's files finds.
func (j *Journeys) faults(t *testing.T) []string {
	t.Helper()
	w, wrong, err := j.Look(t.Context())
	must(t, err)
	t.Logf("%s; %d faults: %q", w, len(wrong), wrong[:min(len(wrong), 3)])
	return wrong
}

// walkedWell is a journey that has arrived, with what it set off.
func walkedWell() (w *Walked, books map[string]string, calls map[string]int) {
	run := func(id, book, key string, trigger uint64, way string) walkedRun {
		r := walkedRun{id: id, book: book, key: key, trigger: trigger, ended: true}
		for i, part := range strings.Split(way, ", ") {
			step, outcome, two := strings.Cut(part, " ")
			if !two {
				step, outcome = "", part
			}
			r.lines = append(r.lines, line{pos: i + 1, step: step, outcome: outcome})
		}
		r.entries = len(r.lines)
		return r
	}
	w = &Walked{
		Runs: []walkedRun{
			run("run_1", "J", "j-1", 1, paths["journey"][0]), run("run_2", "E", "", 3, paths["echo"][0]), run("run_3", "L", "", 1, paths["epilogue"][0]),
		},
		Acts: []act{
			{"run_1", "hello", "d1", "accepted"},
			{"run_1", "ask", "t1", "task"},
			{"run_1", "thanks", "d2", "unknown"},
			{"run_2", "ping", "d3", "accepted"},
			{"run_3", "bye", "d4", "accepted"},
		},
		Started: map[uint64]string{1: "j-1"}, Replies: map[string]int64{"j-1": 5},
		Emitted: map[string]uint64{"run_1/mark": 2, "run_1/mark/tag": 3, "run_2/count": 4, "run_3/close": 6},
	}
	return w, map[string]string{"journey": "J", "echo": "E", "epilogue": "L"}, map[string]int{"d1": 1, "d3": 1, "d4": 1}
}

func TestWalked_SeesEachKindOfHarm(t *testing.T) {
	t.Parallel()
	sums := map[string]map[string]int{walkerOf(1): {"marks": 1, "echoes": 1, "closed": 1}}
	for name, harm := range map[string]func(w *Walked, calls map[string]int){
		"":                              func(*Walked, map[string]int) {},
		"a step twice":                  func(w *Walked, _ map[string]int) { r := &w.Runs[0]; r.lines = append(r.lines, r.lines[3]) },
		"a step missing":                func(w *Walked, _ map[string]int) { r := &w.Runs[0]; r.lines, r.entries = r.lines[:12], 12 },
		"a run behind its history":      func(w *Walked, _ map[string]int) { w.Runs[1].ended, w.Runs[1].step = false, "pause" },
		"a run lost":                    func(w *Walked, _ map[string]int) { w.Runs, w.Acts = w.Runs[:2], w.Acts[:4] },
		"a run twice":                   func(w *Walked, _ map[string]int) { r := w.Runs[2]; r.id = "run_4"; w.Runs = append(w.Runs, r) },
		"a message lost":                func(w *Walked, _ map[string]int) { w.Acts = w.Acts[1:] },
		"a message twice":               func(w *Walked, _ map[string]int) { w.Acts = append(w.Acts, act{"run_1", "hello", "d9", "unknown"}) },
		"a message without a step":      func(w *Walked, _ map[string]int) { w.Acts = append(w.Acts, act{"run_1", "remind", "d9", "unknown"}) },
		"a message received twice":      func(_ *Walked, calls map[string]int) { calls["d1"]++ },
		"a message received by nobody":  func(_ *Walked, calls map[string]int) { delete(calls, "d1") },
		"a message that nobody planned": func(_ *Walked, calls map[string]int) { calls["d9"]++ },
		"an event lost":                 func(w *Walked, _ map[string]int) { delete(w.Emitted, "run_1/mark") },
		"an event twice":                func(w *Walked, _ map[string]int) { w.Twice = []string{"run_1/mark"} },
		"an update made twice": func(_ *Walked, _ map[string]int) {
			sums = map[string]map[string]int{walkerOf(1): {"marks": 2, "echoes": 1, "closed": 1}}
		},
		"an answer that nobody gave":         func(w *Walked, _ map[string]int) { delete(w.Replies, "j-1") },
		"a journey that nobody sent":         func(w *Walked, _ map[string]int) { w.Started[1] = "j-2" },
		"a message that is planned for ever": func(w *Walked, _ map[string]int) { w.Acts[2].state = "planned" },
	} {
		w, books, calls := walkedWell()
		whole := sums
		harm(w, calls)
		wrong := w.Check(books, calls)
		wrong = append(wrong, w.CheckArrived(books, []string{"j-1"}, []string{"j-1"})...)
		wrong = append(wrong, w.CheckSums(books, sums)...)
		sums = whole
		if (len(wrong) > 0) != (name != "") {
			t.Errorf("%s: %q", name, wrong)
		}
	}
}

func TestWalked_SeesAnAnswerNotHeard(t *testing.T) {
	t.Parallel()
	w, books, _ := walkedWell()
	waits, ends := &w.Runs[0].lines[7], &w.Runs[0].lines[8]
	waits.at, ends.outcome = 7_000, "timed_out"
	for _, test := range []struct {
		reply, until int64
		faults       int
	}{
		{0, 12_000, 0},     // nobody answered
		{6_000, 12_000, 0}, // before it waited
		{7_500, 9_000, 0},  // too late to tell
		{7_500, 12_000, 1},
	} {
		ends.at, w.Replies["j-1"] = test.until, test.reply
		if wrong := w.CheckArrived(books, []string{"j-1"}, []string{"j-1"}); len(wrong) != test.faults {
			t.Errorf("answered at %d, waited until %d: %q", test.reply, test.until, wrong)
		}
	}
}
