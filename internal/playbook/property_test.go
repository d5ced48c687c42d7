package playbook_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/playbook"
)

// twin is one brand twice: the second one loads its state after each act.
type twin struct {
	a, b   *brand
	serial int // of the case: names of events and users are its own
}

// TestTwins_OutcomesArePlannedToTheRowAndARestartChangesNothing walks random flows with
// random events, merges and times through both brands.
//
// covers: C1, B2
func TestTwins_OutcomesArePlannedToTheRowAndARestartChangesNothing(t *testing.T) {
	t.Parallel()
	w := &twin{a: open(t, dbtest.SQLite(t), clock.NewManual(noon)), b: open(t, dbtest.SQLite(t), clock.NewManual(noon))}
	defer w.a.stop()
	defer w.b.stop()
	w.both(func(b *brand) { b.must(b.outreach.Hold(context.Background(), "test", "Ann")) })
	rapid.Check(t, func(t *rapid.T) {
		w.serial++
		books := w.publish(t)
		var merges [][2]string
		for range rapid.IntRange(3, 14).Draw(t, "acts") {
			w.act(t, &merges)
		}
		w.both(func(b *brand) { b.sync() })
		for i := range books {
			w.compare(t, books[i])
		}
	})
}

func (w *twin) both(do func(b *brand)) {
	do(w.a)
	do(w.b)
}

// name is a name of this case.
func (w *twin) name(of string) string { return fmt.Sprint(of, w.serial) }

// publish publishes a random flow, and sometimes a second one.
func (w *twin) publish(t *rapid.T) (books [][2]string) {
	for i := range rapid.IntRange(1, 2).Draw(t, "playbooks") {
		n := 0
		steps := w.steps(t, 2, &n)
		more := rapid.SampledFrom([]string{``, `"reentry":"always",`, `"reentry":"3h",`}).Draw(t, "reentry")
		more += rapid.SampledFrom([]string{``, fmt.Sprintf(`"holdout_percent":40,"experiment":"exp%d.%d",`, w.serial, i)}).Draw(t, "holdout")
		more += rapid.SampledFrom([]string{``, `"key":"k",`}).Draw(t, "key")
		more += rapid.SampledFrom([]string{``, fmt.Sprintf(`"goal":{"event":%q},`, w.name("G")), fmt.Sprintf(`"exit":[{"rule":{"tag":%q}}],`, w.name("t"))}).Draw(t, "end")
		trigger := fmt.Sprintf(`{"event":%q}`, w.name("A"))
		books = append(books, [2]string{w.a.play(trigger, more, steps), w.b.play(trigger, more, strings.ReplaceAll(steps, w.a.endpoint, w.b.endpoint))})
	}
	return books
}

// steps is a random list of steps.
func (w *twin) steps(t *rapid.T, depth int, n *int) string {
	kinds := []string{"send", "wait", "update"}
	if depth > 0 {
		kinds = append(kinds, "wait_for", "rule", "branch", "split")
	}
	var out []string
	for range rapid.IntRange(1, 3).Draw(t, "steps") {
		*n++
		id := fmt.Sprint("s", *n)
		step := ""
		switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
		case "send":
			step = w.a.say(id, id)
		case "wait":
			step = fmt.Sprintf(`{"id":%q,"wait":{"for":"%dh"}}`, id, rapid.IntRange(1, 5).Draw(t, "hours"))
		case "update":
			step = fmt.Sprintf(`{"id":%q,"update":{"tag":[%q]}}`, id, w.name(rapid.SampledFrom([]string{"t", "o"}).Draw(t, "tag")))
		case "wait_for":
			step = fmt.Sprintf(`{"id":%q,"wait_for":{"event":%q,"timeout":"4h","steps":[%s],"else":[%s]}}`, id, w.name("B"), w.steps(t, depth-1, n), w.steps(t, depth-1, n))
		case "rule":
			step = fmt.Sprintf(`{"id":%q,"wait_for":{"rule":{"not":{"did":{"event":%q,"within":"2h"}}},"timeout":"6h","steps":[%s]}}`, id, w.name("B"), w.steps(t, depth-1, n))
		case "branch":
			step = fmt.Sprintf(`{"id":%q,"branch":{"cases":[{"name":"n","where":[{"prop":"n","op":"gt","value":1}],"steps":[%s]},
				{"name":"t","rule":{"tag":%q},"steps":[]}],"else":[%s]}}`, id, w.steps(t, depth-1, n), w.name("t"), w.steps(t, depth-1, n))
		case "split":
			step = fmt.Sprintf(`{"id":%q,"split":{"experiment":"e%d.%s","arms":[{"name":"x","percent":50,"steps":[%s]},{"name":"y","percent":50}]}}`, id, w.serial, id, w.steps(t, depth-1, n))
		}
		out = append(out, step)
	}
	return strings.Join(out, ",")
}

// act does something to both; only the second brand loads its state.
func (w *twin) act(t *rapid.T, merges *[][2]string) {
	user := func(label string) string {
		return w.name(rapid.SampledFrom([]string{"ann", "bob", "cyd"}).Draw(t, label) + ".")
	}
	switch rapid.SampledFrom([]string{"event", "event", "event", "time", "time", "merge", "unmerge"}).Draw(t, "act") {
	case "event":
		name := w.name(rapid.SampledFrom([]string{"A", "A", "B", "G", "X"}).Draw(t, "name"))
		props := fmt.Sprintf(`{"n":%d,"k":"k%d"}`, rapid.IntRange(0, 3).Draw(t, "n"), rapid.IntRange(0, 2).Draw(t, "k"))
		who := user("user")
		w.both(func(b *brand) { b.track(who, name, props) })
	case "time":
		d := time.Duration(rapid.IntRange(1, 400).Draw(t, "minutes")) * time.Minute
		w.both(func(b *brand) { b.after(d) })
	case "merge":
		one, other := user("one"), user("other")
		if one == other {
			return
		}
		var ids [2]string
		for i, b := range []*brand{w.a, w.b} {
			for _, who := range []string{one, other} {
				b.track(who, w.name("X"), `{}`)
			}
			m, err := b.Merge(context.Background(), b.customer(one), b.customer(other), "Eve")
			if err != nil {
				return // one customer already
			}
			ids[i] = m.ID
		}
		*merges = append(*merges, ids)
	case "unmerge":
		if len(*merges) == 0 {
			break
		}
		ids := (*merges)[len(*merges)-1]
		*merges = (*merges)[:len(*merges)-1]
		for i, b := range []*brand{w.a, w.b} {
			_, _, err := b.Unmerge(context.Background(), ids[i], "Eve")
			b.must(err)
		}
	}
	w.b.timeline.Lock()
	err := w.b.playbooks.Load(context.Background())
	w.b.timeline.Unlock()
	w.b.must(err)
}

// compare checks that both brands did the same, and that history, ledger and report agree.
func (w *twin) compare(t *rapid.T, books [2]string) {
	a, b := w.a.story(t, books[0]), w.b.story(t, books[1])
	if diff := cmp.Diff(a, b); diff != "" {
		t.Fatalf("loading made a difference:\n%s", diff)
	}
}

// story is each run with its history. It fails if the ledger or the report disagree.
func (b *brand) story(t *rapid.T, pb string) (out []string) {
	ctx := context.Background()
	ledger := map[string]outreach.Delivery{}
	f := outreach.Filter{Playbook: pb, Limit: 1000}
	list, err := b.outreach.List(ctx, f)
	b.must(err)
	for _, d := range list.Items {
		ledger[d.Run+"/"+d.Step] = d
	}
	if len(ledger) != len(list.Items) {
		t.Fatalf("%d deliveries for %d steps of runs", len(list.Items), len(ledger))
	}
	version, err := b.playbooks.Flow(ctx, pb, 1)
	b.must(err)
	live := 0
	runs := b.runs(playbook.RunFilter{Playbook: pb})
	for _, r := range runs {
		if r.EndedAt.IsZero() {
			live++
		}
		lines, err := b.playbooks.History(ctx, r)
		b.must(err)
		out = append(out, fmt.Sprintf("run of %d: %s %s %v at %s", r.Ord, r.Key, r.Outcome, r.Holdout, r.Step))
		for _, l := range lines {
			out = append(out, fmt.Sprintf("%s %s %s %s", l.Step, l.Outcome, l.Detail, l.At))
			i, ok := version.Index(l.Step)
			if !ok || version.Steps[i].Kind != flow.KindSend {
				continue
			}
			d, ok := ledger[r.ID+"/"+l.Step]
			if !ok || (l.Outcome == flow.HeldOut) != (d.Reason == outreach.Holdout) {
				t.Fatalf("%s says %s of %s, the ledger %+v", r.ID, l.Outcome, l.Step, d)
			}
			delete(ledger, r.ID+"/"+l.Step)
		}
	}
	if len(ledger) > 0 {
		t.Fatalf("deliveries that no history knows: %v", ledger)
	}
	b.balance(t, pb, len(runs), live)
	return out
}

// balance checks that each step has let go or holds everybody who came.
func (b *brand) balance(t *rapid.T, pb string, runs, live int) {
	r, err := b.playbooks.Report(context.Background(), pb, 0)
	b.must(err)
	if r.Runs != runs || r.Live != live || r.Runs != r.Live+r.Goal+r.Done+r.Exited+r.Stopped {
		t.Fatalf("%d runs, %d live, report %+v", runs, live, r)
	}
	for _, s := range r.Steps {
		sum := s.Waiting
		for _, f := range s.Outcomes {
			sum += f.Count
		}
		if sum != s.Entered {
			t.Fatalf("%s: %d entered, %d left or wait: %+v", s.Step, s.Entered, sum, s)
		}
	}
}

// covers: B2
func TestMergeAndUnmerge_RestoreWhoseRunsAreWhose(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	pb := b.play(`{"event":"A"}`, `"key":"k",`, rest)
	users := []string{"ann", "bob", "cyd", "dan"}
	for i, user := range users {
		for n := range i + 1 {
			b.track(user, "A", fmt.Sprintf(`{"k":"%s%d"}`, user, n))
		}
	}
	shown := func() (out []int) {
		for _, user := range users {
			out = append(out, len(b.runs(playbook.RunFilter{Customer: b.customer(user), Playbook: pb})))
		}
		return out
	}
	before := shown()
	rapid.Check(t, func(t *rapid.T) {
		var done []string
		for range rapid.IntRange(1, 5).Draw(t, "merges") {
			x, y := rapid.SampledFrom(users).Draw(t, "x"), rapid.SampledFrom(users).Draw(t, "y")
			if m, err := b.Merge(context.Background(), b.customer(x), b.customer(y), "Eve"); err == nil {
				done = append(done, m.ID)
			}
			b.track(x, "A", `{"k":"`+x+`0"}`) // had already, whoever they are now
		}
		for _, i := range rapid.Permutation(done).Draw(t, "order") {
			_, _, err := b.Unmerge(context.Background(), i, "Eve")
			b.must(err)
		}
		if diff := cmp.Diff(before, shown()); diff != "" {
			t.Fatal(diff)
		}
	})
}
