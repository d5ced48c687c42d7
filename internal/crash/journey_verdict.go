package crash

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
)

// take keeps what an event says about journeys.
func (w *Walked) take(ev *event.Event, steps int64) {
	key := gjson.GetBytes(ev.Props, "journey").Str
	switch {
	case ev.SourceID == steps:
		if w.Emitted[ev.MessageID] != 0 {
			w.Twice = append(w.Twice, ev.MessageID)
		}
		w.Emitted[ev.MessageID] = ev.Seq
	case ev.Name == "Journey Started":
		w.Started[ev.Seq] = key
	case ev.Name == "Journey Answered":
		w.Replies[key] = ev.ReceivedAt.UnixMilli()
	}
}

// faults gathers what is wrong.
type faults []string

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// Check says what is wrong whenever the server was ended: runs that are not as their
// history, steps twice or without what they do, deeds without their steps, runs without
// their cause. Each fact about a run is written once, or not at all.
func (w *Walked) Check(books map[string]string, calls map[string]int) []string {
	var wrong faults
	names := map[string]string{}
	for name, id := range books {
		names[id] = name
	}
	due := w.deeds(&wrong)
	for i := range w.Runs {
		w.Runs[i].check(names[w.Runs[i].book], &wrong)
		due.claim(&w.Runs[i], &wrong)
	}
	due.unclaimed(&wrong)
	w.causes(books, &wrong)
	w.checkCalls(calls, &wrong)
	for _, id := range w.Twice {
		wrong.add("the event %s is there more than once", id)
	}
	return wrong
}

// check holds a run against the ways through its playbook.
func (r *walkedRun) check(name string, wrong *faults) {
	if r.entries != len(r.lines) {
		wrong.add("%s of %s says that it has %d lines of history and has %d", r.id, name, r.entries, len(r.lines))
	}
	var parts []string
	for i, l := range r.lines {
		if l.pos != i+1 {
			wrong.add("line %d of the history of %s stands at place %d", i+1, r.id, l.pos)
		}
		parts = append(parts, strings.TrimSpace(l.step+" "+l.outcome))
	}
	way := strings.Join(parts, ", ")
	last := ""
	if n := len(parts); n > 0 {
		last = parts[n-1]
	}
	switch {
	case r.ended && !slices.Contains(paths[name], way):
		wrong.add("%s of %s has ended by: %s", r.id, name, way)
	case !r.ended && !slices.ContainsFunc(paths[name], func(p string) bool { return strings.HasPrefix(p, way+", ") }):
		wrong.add("%s of %s goes on by: %s", r.id, name, way)
	case !r.ended && (last != r.step+" entered" || r.due == 0):
		wrong.add("%s of %s waits in %q until %d, but its history ends with %q", r.id, name, r.step, r.due, last)
	}
}

// deeds are what steps have left outside history, by run and step: deliveries, tasks and
// events.
type deeds map[string]int

func (w *Walked) deeds(wrong *faults) deeds {
	d := deeds{}
	for _, a := range w.Acts {
		d[a.run+"/"+a.step]++
		if d[a.run+"/"+a.step] == 2 {
			wrong.add("step %s of %s is carried out twice", a.step, a.run)
		}
	}
	for id := range w.Emitted {
		d[id]++
	}
	return d
}

// claim takes off what a run's history tells of, and misses what is not there.
func (d deeds) claim(r *walkedRun, wrong *faults) {
	for _, l := range r.lines {
		wants := []string{r.id + "/" + l.step}
		switch {
		case l.outcome == "planned":
		case l.outcome == "done" && l.step == "mark":
			wants = append(wants, r.id+"/mark/tag")
		case l.outcome == "done" && slices.Contains([]string{"flip", "count", "close"}, l.step):
		default:
			continue
		}
		for _, want := range wants {
			if d[want] == 0 {
				wrong.add("%s is in the history, and nothing came of it", want)
			}
			delete(d, want)
		}
	}
}

func (d deeds) unclaimed(wrong *faults) {
	for id := range d {
		wrong.add("%s was carried out, and is not in the history", id)
	}
}

// causes holds runs against what starts them: an event each, and for those that journeys
// set off, the journey.
func (w *Walked) causes(books map[string]string, wrong *faults) {
	want := map[string]string{} // playbook and event → why
	for seq, key := range w.Started {
		want[fmt.Sprint(books["journey"], " ", seq)] = "journey " + key
	}
	for id, seq := range w.Emitted {
		if strings.HasSuffix(id, "/mark/tag") {
			want[fmt.Sprint(books["echo"], " ", seq)] = "event " + id
		}
	}
	for _, r := range w.Runs {
		for _, l := range r.lines {
			if l.step == "next" {
				want[fmt.Sprint(books["epilogue"], " ", r.trigger)] = "the end of " + r.id
			}
		}
	}
	for _, r := range w.Runs {
		cause := fmt.Sprint(r.book, " ", r.trigger)
		if want[cause] == "" {
			wrong.add("%s of playbook and event %q has no cause, or is a second one", r.id, cause)
		}
		delete(want, cause)
	}
	for cause, why := range want {
		wrong.add("%s started no run: playbook and event %q", why, cause)
	}
}

// checkCalls holds the ledger against what the receiver saw.
func (w *Walked) checkCalls(calls map[string]int, wrong *faults) {
	known := map[string]bool{}
	for _, a := range w.Acts {
		known[a.id] = true
		n := calls[a.id]
		if n > 1 || a.state == "accepted" && n != 1 || a.state == "planned" && n != 0 {
			wrong.add("delivery %s of %s is %s and was received %d times", a.id, a.run, a.state, n)
		}
	}
	for id := range calls {
		if !known[id] {
			wrong.add("the receiver saw a delivery %s that nobody planned", id)
		}
	}
}

// wakes is how long after an answer was taken in a time-out would be a missed wake-up, ms.
const wakes = 2000

// CheckArrived says what is wrong when nothing is left to do: runs that go on, journeys
// that are lost or that nobody sent, answers that were not heard.
func (w *Walked) CheckArrived(books map[string]string, sent, stored []string) []string {
	var wrong faults
	begun := map[string]int{}
	for _, key := range w.Started {
		begun[key]++
	}
	for _, key := range stored {
		if begun[key] != 1 {
			wrong.add("journey %s was acknowledged and is there %d times", key, begun[key])
		}
	}
	for _, key := range sent {
		delete(begun, key)
	}
	for key := range begun {
		wrong.add("nobody sent journey %s", key)
	}
	for _, r := range w.Runs {
		if !r.ended {
			wrong.add("%s waits in %s for ever", r.id, r.step)
		}
		if r.book == books["journey"] {
			r.heard(w.Replies[r.key], &wrong)
		}
	}
	for _, a := range w.Acts {
		if a.state == "planned" || a.state == "attempting" {
			wrong.add("delivery %s is %s for ever", a.id, a.state)
		}
	}
	return wrong
}

// heard holds a journey against its answer.
func (r *walkedRun) heard(reply int64, wrong *faults) {
	var since int64
	for _, l := range r.lines {
		switch {
		case l.step == "answer" && l.outcome == "entered":
			since = l.at
		case l.step == "answer" && l.outcome == "met" && reply == 0:
			wrong.add("%s heard an answer that nobody gave", r.id)
		case l.step == "answer" && l.outcome == "timed_out" && reply > since && l.at > reply+wakes:
			wrong.add("%s waited from %d to %d and did not hear the answer at %d", r.id, since, l.at, reply)
		}
	}
}

// CheckSums holds the customers' traits against the updates in the log.
func (w *Walked) CheckSums(books map[string]string, sums map[string]map[string]int) []string {
	var wrong faults
	of := map[uint64]string{} // whose a run is, by the event that caused it
	for seq, key := range w.Started {
		var n int
		_, _ = fmt.Sscanf(key, "j-%d", &n)
		of[seq] = walkerOf(n)
	}
	whose := map[string]string{}
	for _, r := range w.Runs {
		whose[r.id] = of[r.trigger]
	}
	for _, r := range w.Runs {
		if r.book == books["echo"] {
			for id, seq := range w.Emitted {
				if seq == r.trigger {
					whose[r.id] = whose[strings.TrimSuffix(id, "/mark/tag")]
				}
			}
		}
	}
	want := map[string]map[string]int{}
	for _, r := range w.Runs {
		user := whose[r.id]
		if want[user] == nil {
			want[user] = map[string]int{}
		}
		for _, l := range r.lines {
			name := map[string]string{"mark": "marks", "flip": "marks", "count": "echoes", "close": "closed"}[l.step]
			if name != "" && l.outcome == "done" {
				want[user][name]++
			}
		}
	}
	for user, sum := range want {
		for name, n := range sum {
			if sums[user][name] != n {
				wrong.add("%s of %s is %d after %d updates", name, user, sums[user][name], n)
			}
		}
	}
	return wrong
}

// String is what was walked, in one line.
func (w *Walked) String() string {
	lines, ended := 0, 0
	for _, r := range w.Runs {
		lines += len(r.lines)
		if r.ended {
			ended++
		}
	}
	return fmt.Sprintf("%d journeys, %d runs, %d of them ended, %d lines of history, %d deliveries and tasks, %d events of steps",
		len(w.Started), len(w.Runs), ended, lines, len(w.Acts), len(w.Emitted))
}
