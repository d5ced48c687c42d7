package rehearse_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db/dbtest"
	"yutang/internal/flow"
	"yutang/internal/rehearse"
)

// put makes a definition a playbook of the rig.
func (r *rig) put(id, definition string) *flow.Flow {
	r.t.Helper()
	f, err := flow.Parse(json.RawMessage(definition), time.UTC)
	r.must(err)
	r.books.flows[id] = f
	return f
}

// wait makes a run that waits in a step.
func (r *rig) wait(f *flow.Flow, playbook, user, step string, since, due time.Time) {
	r.t.Helper()
	i, ok := f.Index(step)
	if !ok {
		r.t.Fatalf("no step %s", step)
	}
	r.books.waiting = append(r.books.waiting, flow.Run{
		ID: fmt.Sprint("run_", len(r.books.waiting)+1), Playbook: playbook, Version: 1, Subject: flow.Subject{Ord: r.customer(user)},
		Started: since.UnixMilli(), Since: since.UnixMilli(), Step: i, Due: due.UnixMilli(),
	})
}

func (r *rig) forecast(d time.Duration) (out []string) {
	r.t.Helper()
	err := r.rehearse.Forecast(context.Background(), r.clock.Now().Add(d), func(t rehearse.Touch) error {
		kind := t.Channel
		if t.Task {
			kind = "task " + t.Member
		}
		out = append(out, strings.Join([]string{
			t.Playbook, t.Step, fmt.Sprint(t.Customer), t.Run, kind, t.Due.Sub(r.clock.Now()).String(), fmt.Sprint(t.Priority),
		}, " "))
		return nil
	})
	r.must(err)
	slices.Sort(out)
	return out
}

// covers: C5
func TestForecast_WalksRunsForwardAsIfNothingHappened(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t), func(c *rehearse.Config) {
		c.Published = func(context.Context) ([]rehearse.Book, error) {
			return []rehearse.Book{{Playbook: "pb_a", Version: 1}, {Playbook: "pb_b", Version: 1}, {Playbook: "pb_c", Version: 1}, {Playbook: "pb_d", Version: 1}}, nil
		}
		c.Owners = func(_ context.Context, visit func(uint32, rehearse.Owner) error) error {
			return visit(1, rehearse.Owner{Corp: "ww1", User: "lin"})
		}
	})
	r.at("ann", "Page Viewed", -6*day-22*time.Hour, "")
	r.at("bob", "Page Viewed", -time.Hour, "")
	r.trait("ann", "member_since", `"2020-03-04"`)
	a := r.put("pb_a", `{"name":"A","trigger":{"event":"X"},"priority":70,"steps":[
		{"id":"w","wait_for":{"event":"Order Completed","timeout":"1d","steps":[{"id":"thank","send":{"channel":"webhook","endpoint":"e","content":{"text":"x"}}}],
			"else":[{"id":"ask","send":{"channel":"webhook","endpoint":"e","content":{"text":"x"}}}]}},
		{"id":"r","wait":{"for":"2d"}},
		{"id":"b","branch":{"cases":[{"name":"quiet","rule":{"not":{"did":{"event":"Page Viewed","within":"3d"}}},"steps":[{"id":"call","task":{"title":"Call"}}]}]}},
		{"id":"r2","wait":{"for":"30d"}},{"id":"late","send":{"channel":"webhook","endpoint":"e","content":{"text":"x"}}}]}`)
	r.put("pb_b", `{"name":"B","trigger":{"schedule":{"every":"day","time":"09:00","audience":"recent"}},"audiences":{"recent":{"name":"R","rule":{"did":{"event":"Page Viewed","within":"2d"}}}},
		"steps":[{"id":"daily","send":{"channel":"sms","endpoint":"e","content":{"text":"x"}}}]}`)
	r.put("pb_c", `{"name":"C","trigger":{"date":{"trait":"member_since","at":"10:00"}},"steps":[{"id":"jubilee","send":{"channel":"sms","endpoint":"e","content":{"text":"x"}}}]}`)
	r.put("pb_d", `{"name":"D","trigger":{"audience":"gone"},"audiences":{"gone":{"name":"G","rule":{"not":{"did":{"event":"Page Viewed","within":"7d"}}}}},
		"steps":[{"id":"back","send":{"channel":"sms","endpoint":"e","content":{"text":"x"}}}]}`)
	r.wait(a, "pb_a", "ann", "w", noon.Add(-20*time.Hour), noon.Add(4*time.Hour))
	r.wait(a, "pb_gone", "ann", "w", noon, noon.Add(time.Hour)) // its playbook is not in force
	want := []string{
		"pb_a ask 1 run_1 webhook 4h0m0s 70",
		"pb_a call 1 run_1 task ww1/lin 52h0m0s 70",
		"pb_b daily 2  sms 21h0m0s 50",   // tomorrow at nine; the day after at nine bob's window is 44 hours old
		"pb_b daily 2  sms 45h0m0s 50",   // and still open
		"pb_c jubilee 1  sms 46h0m0s 50", // 4 March at ten
		"pb_d back 1  sms 2h0m0s 50",     // when her window ends
	}
	if diff := cmp.Diff(want, r.forecast(5*day)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if got := r.forecast(time.Hour); len(got) != 0 {
		t.Fatalf("within an hour: %v", got)
	}
	stop := errors.New("stop")
	if err := r.rehearse.Forecast(context.Background(), noon.Add(5*day), func(rehearse.Touch) error { return stop }); !errors.Is(err, stop) {
		t.Fatalf("the visitor's error: %v", err)
	}
}
