package rehearse_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/audience"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/flow"
	"yutang/internal/pipeline"
	"yutang/internal/playbook"
	"yutang/internal/rehearse"
)

// onRoad is playbooks on the road, with the arms that they assign.
type onRoad struct {
	*playbook.Service
	experiments *experiment.Service
}

// Load reads both.
func (r *onRoad) Load(ctx context.Context) error {
	if err := r.experiments.Load(ctx); err != nil {
		return err
	}
	return r.Service.Load(ctx)
}

// Flush writes both.
func (r *onRoad) Flush(ctx context.Context) error {
	if err := r.Service.Flush(ctx); err != nil {
		return err
	}
	return r.experiments.Flush(ctx)
}

type nobody struct{}

// Plan takes a task that nobody does.
func (nobody) Plan(playbook.TaskOrder) {}
func (nobody) Cancel(string)           {}
func (nobody) End(string)              {}

// stage is a rig whose playbooks run.
type stage struct {
	*rig
	playbooks *playbook.Service
}

func newStage(t fataler, d *db.DB) *stage {
	t.Helper()
	s := &stage{}
	s.rig = assemble(t, d, func(r *rig) pipeline.Playbooks {
		arms := experiment.New(experiment.Config{DB: d, Clock: r.clock, Timeline: r.tl, Customers: r.customers, Log: r.log, Zone: utc{}.Zone})
		s.playbooks = playbook.New(playbook.Config{
			DB: d, Box: r.box, Clock: r.clock, Timeline: r.tl, Log: r.log, Customers: r.customers, Identity: r.identity, Outreach: r.outreach,
			Zone: utc{}.Zone, Exposures: arms, Tasks: nobody{}, Member: r.audiences.IsMember,
			Predicate: func(ctx context.Context, raw json.RawMessage) (playbook.Predicate, error) {
				return r.audiences.Predicate(ctx, raw)
			},
			Watch: func(raw json.RawMessage) (playbook.Predicate, error) { return r.audiences.Watch(raw) },
			Ensure: func(ctx context.Context, _, _ string, a flow.Audience) (string, error) {
				made, err := r.audiences.Create(ctx, audience.Input{Name: a.Name, Rule: a.Rule, By: "test"})
				if err == nil {
					err = r.audiences.Settled(ctx, made.ID)
				}
				return made.ID, err
			},
			CheckEndpoint: func(context.Context, string, string) error { return nil },
			CheckAudience: func(ctx context.Context, id string) error { _, err := r.audiences.Get(ctx, id); return err },
		})
		return &onRoad{s.playbooks, arms}
	}, func(c *rehearse.Config) {
		c.Playbooks, c.Past, c.Published = s.playbooks, s.playbooks.Past, s.published
	})
	src, err := s.log.Source(context.Background(), "playbooks", "playbooks-write-key", s.clock.Now())
	s.must(err)
	s.playbooks.UseRoad(s.Pipeline, src.ID)
	s.must(s.outreach.Hold(context.Background(), "only steps are looked at", "test"))
	return s
}

// until lets time pass moment by moment: what is due happens when it is due.
func (s *stage) until(at time.Time) {
	s.t.Helper()
	ctx := context.Background()
	for {
		next := at.UnixMilli()
		s.must(s.Do(ctx, func(context.Context) error {
			for _, due := range []func() (int64, bool){s.playbooks.NextDue, s.audiences.NextDue} {
				if ms, ok := due(); ok {
					next = min(next, ms)
				}
			}
			return nil
		}))
		if now := s.clock.Now(); next > now.UnixMilli() {
			s.clock.Advance(time.UnixMilli(next).Sub(now))
		} else if next == at.UnixMilli() || !now.Before(at) {
			return
		}
	}
}

// happened is what became of a playbook's runs, in the words of a replay.
type happened struct {
	Entries, HeldOut int
	Ended            map[string]int
	Outcomes         map[string]int // STEP OUTCOME, with the way of a branch or split
}

func (s *stage) lived(book string) happened {
	s.t.Helper()
	ctx := context.Background()
	out := happened{Ended: map[string]int{}, Outcomes: map[string]int{}}
	page, err := s.playbooks.Runs(ctx, playbook.RunFilter{Playbook: book, Limit: 1000})
	s.must(err)
	for _, r := range page.Items {
		out.Entries++
		if r.EndedAt.IsZero() {
			out.Ended["open"]++
		} else {
			out.Ended[string(r.Outcome)]++
		}
		lines, err := s.playbooks.History(ctx, r)
		s.must(err)
		if len(lines) > 0 && lines[0].Detail == flow.ArmControl {
			out.HeldOut++
		}
		for _, l := range lines {
			if l.Step == "" || l.Outcome == flow.Entered {
				continue
			}
			out.Outcomes[l.Step+" "+string(l.Outcome)]++
			if l.Detail != "" && (l.Outcome == flow.Took || l.Outcome == flow.HeldOut) {
				out.Outcomes[l.Step+" = "+l.Detail]++
			}
		}
	}
	return out
}

func replayed(r *rehearse.Result) happened {
	out := happened{Entries: r.Entries, HeldOut: r.HeldOut, Ended: r.Ended, Outcomes: map[string]int{}}
	for _, s := range r.Steps {
		for o, n := range s.Outcomes {
			out.Outcomes[s.Step+" "+o] += n
		}
		for way, n := range s.Ways {
			if s.Outcomes[string(flow.Took)]+s.Outcomes[string(flow.HeldOut)] > 0 {
				out.Outcomes[s.Step+" = "+way] += n
			}
		}
	}
	return out
}

// drama draws definitions.
type drama struct {
	*rapid.T
	n    int
	live string // id of an audience in force
}

func (d *drama) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(d.T, label)
}

func (d *drama) steps(depth int) string {
	var list []string
	for range rapid.IntRange(1, 3).Draw(d.T, "steps") {
		list = append(list, d.step(depth))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func (d *drama) rule() string {
	return d.pick("rule",
		`{"did":{"event":"A","within":"6h"}}`, `{"not":{"did":{"event":"B","within":"1d"}}}`, `{"did":{"event":"A","count":{"gte":3}}}`,
		`{"did":{"event":"B","where":[{"prop":"color","op":"eq","value":"red"}],"within":"2d"}}`,
		`{"all":[{"audience":"own"},{"did":{"event":"B"}}]}`, fmt.Sprintf(`{"not":{"audience":%q}}`, d.live))
}

func (d *drama) condition() string {
	return d.pick("condition",
		`"event":"A"`, `"event":"B","where":[{"prop":"color","op":"eq","value":"red"}]`, `"event":"B","same_key":true`,
		`"rule":`+d.rule(), `"audience":"own"`, `"audience":"own","on":"left"`, fmt.Sprintf(`"audience":%q,"on":"left"`, d.live))
}

func (d *drama) step(depth int) string {
	d.n++
	id := fmt.Sprintf(`{"id":"s%d",`, d.n)
	kinds := []string{"wait", "until", "send", "wait_for", "task", "update"}
	if depth < 2 {
		kinds = append(kinds, "branch", "split", "holdout", "wait_for")
	}
	switch d.pick("kind", kinds...) {
	case "wait":
		return id + `"wait":{"for":"` + d.pick("for", "7m", "5h", "2d") + `"}}`
	case "until":
		return id + `"wait_until":{"time":"` + d.pick("time", "09:30", "18:00", `09:30","until":"21:00`) + `"}}`
	case "send":
		return id + `"send":{"channel":"webhook","endpoint":"e","content":{"text":"x"}}}`
	case "task":
		return id + `"task":{"title":"x","wait":true,"deadline":"9h"}}`
	case "update":
		return id + `"update":{"set":{"seen":true}}}`
	case "wait_for":
		more := ""
		if depth < 2 {
			more = `,"steps":` + d.steps(depth+1) + `,"else":` + d.steps(depth+1)
		}
		return id + `"wait_for":{` + d.condition() + `,"timeout":"` + d.pick("timeout", "50m", "8h", "3d") + `"` + more + `}}`
	case "branch":
		return id + `"branch":{"cases":[{"name":"a","rule":` + d.rule() + `,"steps":` + d.steps(depth+1) + `},{"name":"b","rule":` + d.rule() + `}],"else":` + d.steps(depth+1) + `}}`
	case "split":
		return id + `"split":{"arms":[{"name":"x","percent":40,"steps":` + d.steps(depth+1) + `},{"name":"y","percent":60}]}}`
	}
	return id + `"holdout":{"percent":30}}`
}

func (d *drama) definition() string {
	trigger := d.pick("trigger", `{"event":"A"}`, `{"event":"A","rule":`+d.rule()+`}`, `{"event":"A","where":[{"prop":"color","op":"eq","value":"red"}]}`, `{"audience":"own"}`,
		`{"audience":"own","on":"left"}`, fmt.Sprintf(`{"audience":%q}`, d.live), `{"schedule":{"every":"day","time":"10:00","audience":"own"}}`)
	more := ""
	keyed := strings.HasPrefix(trigger, `{"event"`) && rapid.Bool().Draw(d.T, "keyed")
	if keyed {
		more += `"key":"order",`
	}
	if rapid.Bool().Draw(d.T, "goal") {
		more += `"goal":{` + d.condition() + `},`
	}
	if rapid.Bool().Draw(d.T, "exit") {
		more += `"exit":[{` + d.condition() + `}],`
	}
	if rapid.Bool().Draw(d.T, "holdout") {
		more += `"holdout_percent":30,`
	}
	text := `{"name":"x","audiences":{"own":{"name":"Own","rule":{"did":{"event":"B","within":"20h"}}}},"trigger":` + trigger + `,` + more +
		`"reentry":"` + d.pick("reentry", "once", "always", "1d") + `","steps":` + d.steps(0) + `}`
	if !keyed {
		text = strings.ReplaceAll(text, `,"same_key":true`, "")
	}
	return text
}

// covers: C1
func TestReplay_EqualsWhatTheRoadDid(t *testing.T) {
	t.Parallel()
	left := 20 // each takes a brand of its own
	if testing.Verbose() {
		left = 1 << 30
	}
	rapid.Check(t, func(t *rapid.T) {
		if left--; left < 0 {
			return
		}
		dir, err := os.MkdirTemp("", "replay")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		ctx := context.Background()
		d, err := db.Open(ctx, filepath.Join(dir, "yutang.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		s := newStage(t, d)
		defer func() { s.stop() }()
		s.perform(t, &left)
	})
}

func (s *stage) perform(t *rapid.T, left *int) {
	ctx := context.Background()
	play := &drama{T: t, live: s.audience(`{"did":{"event":"A","within":"30h","count":{"gte":2}}}`)}
	definition := play.definition()
	b, err := s.playbooks.Create(ctx, json.RawMessage(definition))
	if err != nil {
		t.Fatalf("%v\n%s", err, definition)
	}
	if _, err := s.playbooks.Publish(ctx, b.ID, "test"); err != nil {
		t.Fatalf("%v\n%s", err, definition)
	}
	s.until(noon.Add(time.Hour))
	var story []string
	for i := range rapid.IntRange(1, 25).Draw(t, "events") {
		gap := rapid.SampledFrom([]int{1, 3, 11, 47, 130, 700, 1900}).Draw(t, "gap")
		s.until(s.clock.Now().Add(time.Duration(gap)*time.Minute + 17*time.Second + time.Duration(i)*time.Millisecond))
		user, name := rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(t, "user"), rapid.SampledFrom([]string{"A", "B"}).Draw(t, "name")
		props := fmt.Sprintf(`{"color":%q,"order":%d}`, rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "color"), rapid.IntRange(1, 3).Draw(t, "order"))
		_, err := s.Submit(ctx, []*event.Event{s.event(user, name, s.clock.Now(), props)})
		s.must(err)
		story = append(story, fmt.Sprint(s.clock.Now().Format(time.DateTime), " ", user, " ", name, " ", props))
	}
	s.until(s.clock.Now().Add(time.Duration(rapid.IntRange(1, 80).Draw(t, "hours"))*time.Hour + 5*time.Second)) // timers of audiences fire a tick late
	got, err := s.rehearse.Replay(ctx, rehearse.Spec{Playbook: b.ID, Version: 1, Days: 100})
	s.must(err)
	if diff := cmp.Diff(s.lived(b.ID), replayed(got)); diff != "" {
		*left = 1 << 30 // as many as it takes to make it small
		t.Fatalf("(-lived +replayed):\n%s\n%s\n%s", diff, definition, strings.Join(story, "\n"))
	}
}

// published are the playbooks in force.
func (s *stage) published(ctx context.Context) (out []rehearse.Book, err error) {
	list, err := s.playbooks.List(ctx, "", 100)
	for _, b := range list.Items {
		if b.State == playbook.Published {
			out = append(out, rehearse.Book{Playbook: b.ID, Version: b.Version})
		}
	}
	return out, err
}

// Who went through a playbook before, and whose run is long over, does not start again.
//
// covers: C5
func TestForecast_KnowsWhoHadTheirRun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		t.Cleanup(func() { s.stop() })
		ctx := context.Background()
		viewers := s.audience(`{"did":{"event":"Page Viewed"}}`)
		b, err := s.playbooks.Create(ctx, json.RawMessage(`{"name":"D","trigger":{"schedule":{"every":"day","time":"10:00","audience":"`+viewers+`"}},"reentry":"3d",
			"steps":[{"id":"daily","send":{"channel":"sms","endpoint":"e","content":{"text":"x"}}}]}`))
		s.must(err)
		_, err = s.playbooks.Publish(ctx, b.ID, "test")
		s.must(err)
		s.at("ann", "Page Viewed", 0, "")
		s.until(noon.Add(23 * time.Hour)) // ann had hers at ten
		s.at("bob", "Page Viewed", 22*time.Hour+30*time.Minute, "")
		got := s.forecast(100 * time.Hour)
		want := []string{
			fmt.Sprintf("%s daily %d  sms 23h0m0s 50", b.ID, s.customer("bob")),
			fmt.Sprintf("%s daily %d  sms 71h0m0s 50", b.ID, s.customer("ann")),
			fmt.Sprintf("%s daily %d  sms 95h0m0s 50", b.ID, s.customer("bob")),
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}
