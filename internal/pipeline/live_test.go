package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
)

// ruleForms are rules of every kind, with holes for an event name and a duration.
var ruleForms = []string{
	`{"did":{"event":%[1]q,"within":%[2]q}}`,
	`{"did":{"event":%[1]q,"within":%[2]q,"count":{"gte":2}}}`,
	`{"not":{"did":{"event":%[1]q,"within":%[2]q}}}`,
	`{"did":{"event":%[1]q,"count":{"eq":0}}}`,
	`{"did":{"event":%[1]q,"within":%[2]q,"sum":{"of":"revenue","gte":50}}}`,
	`{"did":{"event":[%[1]q,"A"],"where":[{"prop":"color","op":"eq","value":"red"}],"within":%[2]q}}`,
	`{"did":{"event":%[1]q,"last":{"prop":"color","op":"ne","value":"red"}}}`,
	`{"sequence":{"steps":[{"event":"A"},{"event":%[1]q}],"within":"2h","in_last":%[2]q}}`,
	`{"all":[{"trait":"city","op":"eq","value":"hz"},{"did":{"event":%[1]q,"within":%[2]q}}]}`,
	`{"any":[{"tag":"VIP"},{"did":{"event":%[1]q,"within":%[2]q,"distinct_days":{"gte":2}}}]}`,
	`{"trait":"since","op":"within_last","value":%[2]q}`,
	`{"stage":{"aipl":"purchase"}}`,
	`{"all":[{"tier":">=V2"},{"not":{"did":{"event":%[1]q,"within":%[2]q}}}]}`,
	`{"trait":"net_revenue","op":"gte","value":60}`,
	`{"did":{"event":"*","within":%[2]q,"count":{"gte":2}}}`,
	`{"did":{"event":["Tier Changed","Stage Changed"],"where":[{"prop":"direction","op":"eq","value":"up"}],"within":%[2]q}}`,
}

var (
	names = []string{"A", "B", "Order Completed", "Order Refunded", "Product Viewed"}
	spans = []string{"30m", "3h", "1d"}
	users = []string{"ann", "bob", "cid", "dan", "eve"}
)

func drawRule(t *rapid.T) string {
	form := rapid.SampledFrom(ruleForms).Draw(t, "form")
	name, span := rapid.SampledFrom(names).Draw(t, "name"), rapid.SampledFrom(spans).Draw(t, "span")
	raw := fmt.Sprintf(form, name, span)
	if i := slices.Index([]byte(raw), '%'); i >= 0 { // a form that uses not all holes
		raw = raw[:i]
	}
	return raw
}

// machine drives a road with random acts and checks after each that membership is what a
// recomputation from scratch gives.
type machine struct {
	*road
	ids    []string
	merges []string
	old    []*event.Event
}

// covers: B6, B2
func TestLive_EqualsRecompute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "live")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		d := openFile(t, filepath.Join(dir, "yutang.db"))
		defer d.Close()
		m := &machine{road: newLevelRoad(t, d, clock.NewManual(start0), filepath.Join(dir, "snapshot"))}
		defer func() { m.stop() }()
		for range rapid.IntRange(1, 3).Draw(t, "audiences") {
			m.create(t)
		}
		for range rapid.IntRange(1, 25).Draw(t, "acts") {
			m.act(t)
			m.check(t)
		}
		m.checkLevelEvents(t)
	})
}

func openFile(t fataler, path string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), path)
	if err == nil {
		err = d.Migrate(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (m *machine) create(t *rapid.T) {
	m.ids = append(m.ids, m.audience(t, drawRule(t)))
}

func (m *machine) act(t *rapid.T) {
	switch rapid.SampledFrom([]string{
		"events", "events", "events", "time", "time", "traits", "tags", "again", "link", "merge", "unmerge",
		"rule", "nested", "restart", "rebuild", "back",
	}).Draw(t, "act") {
	case "events":
		var evs []*event.Event
		for range rapid.IntRange(1, 4).Draw(t, "n") {
			evs = append(evs, m.draw(t))
		}
		m.submit(t, evs...)
		m.old = append(m.old, evs...)
	case "time":
		m.clock.Advance(time.Duration(rapid.IntRange(1, 2000).Draw(t, "minutes")) * time.Minute)
		m.sync(t)
	case "back":
		m.clock.Advance(-time.Duration(rapid.IntRange(1, 60*24*30).Draw(t, "minutes")) * time.Minute)
		m.sync(t)
	case "traits":
		ev := m.track(rapid.SampledFrom(users).Draw(t, "user"), event.Identified, m.ago(t), "")
		since := m.clock.Now().Add(-m.ago(t)).Format(time.RFC3339)
		ev.Traits = []event.TraitOp{
			{Action: event.TraitSet, Name: "city", Value: json.RawMessage(rapid.SampledFrom([]string{`"hz"`, `"sh"`}).Draw(t, "city"))},
			{Action: event.TraitSet, Name: "since", Value: json.RawMessage(`"` + since + `"`)},
		}
		m.submit(t, ev)
	case "tags":
		ev := m.track(rapid.SampledFrom(users).Draw(t, "user"), event.TagAdded, m.ago(t), "")
		ev.Tags = []event.TagOp{{Tag: "VIP", Remove: rapid.Bool().Draw(t, "remove")}}
		m.submit(t, ev)
	case "again":
		if len(m.old) > 0 {
			again := *rapid.SampledFrom(m.old).Draw(t, "old")
			if res := m.submit(t, &again); res.Accepted != 0 {
				t.Fatalf("a repeat was accepted: %+v", res)
			}
		}
	case "link":
		ev := m.draw(t)
		ev.Identities = append(ev.Identities, event.Identity{Type: "anonymous_id", Value: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "anon")})
		if rapid.Bool().Draw(t, "only anonymous") {
			ev.Identities = ev.Identities[1:]
		}
		m.submit(t, ev)
	case "merge":
		m.merge(t)
	case "unmerge":
		m.unmerge(t)
	case "rule":
		id := rapid.SampledFrom(m.ids).Draw(t, "audience")
		_, err := m.audiences.Update(context.Background(), id, audience.Input{Name: "a", Rule: json.RawMessage(drawRule(t)), By: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 3).Draw(t, "meanwhile") { // while the build runs
			m.submit(t, m.draw(t))
		}
		m.settle(t, id)
	case "nested":
		if len(m.ids) < 5 {
			on := rapid.SampledFrom(m.ids).Draw(t, "on")
			m.ids = append(m.ids, m.audience(t, fmt.Sprintf(`{"all":[{"not":{"audience":%q}},%s]}`, on, drawRule(t))))
		}
	case "restart":
		if rapid.Bool().Draw(t, "snapshot") {
			if err := m.Snapshot(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		m.restart(t)
	case "rebuild":
		if err := os.Remove(m.snapshot); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		m.restart(t)
	}
}

// ago is how long before now something happened: late events are ordinary.
func (m *machine) ago(t *rapid.T) time.Duration {
	return time.Duration(rapid.IntRange(-20, 3000).Draw(t, "ago")) * time.Minute
}

func (m *machine) draw(t *rapid.T) *event.Event {
	name := rapid.SampledFrom(names).Draw(t, "name")
	props := fmt.Sprintf(`{"color":%q,"revenue":%d,"order_id":"o%d"}`,
		rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "color"), rapid.IntRange(1, 80).Draw(t, "revenue"),
		rapid.IntRange(1, 6).Draw(t, "order"))
	return m.track(rapid.SampledFrom(users).Draw(t, "user"), name, m.ago(t), props)
}

func (m *machine) known(t *rapid.T) uint32 {
	m.tl.RLock()
	defer m.tl.RUnlock()
	n := m.tl.Customers()
	if n == 0 {
		return 0
	}
	return uint32(rapid.IntRange(1, n).Draw(t, "customer"))
}

func (m *machine) merge(t *rapid.T) {
	a, b := m.known(t), m.known(t)
	if a == 0 || b == 0 {
		return
	}
	merge, err := m.Merge(context.Background(), a, b, "test")
	if err == nil {
		m.merges = append(m.merges, merge.ID)
	} else if fault.Is(err, fault.Internal) {
		t.Fatal(err)
	}
}

func (m *machine) unmerge(t *rapid.T) {
	if len(m.merges) == 0 {
		return
	}
	_, _, err := m.Unmerge(context.Background(), rapid.SampledFrom(m.merges).Draw(t, "merge"), "test")
	if fault.Is(err, fault.Internal) {
		t.Fatal(err)
	}
}

// restart stops the road and opens it anew on the same database.
func (m *machine) restart(t *rapid.T) {
	m.stop()
	serial := m.serial
	m.road = newLevelRoad(t, m.db, m.clock, m.snapshot)
	m.serial = serial
	m.sync(t)
}

// check compares each audience with who matches its rule now, and levels likewise.
func (m *machine) check(t *rapid.T) {
	m.sync(t)
	ctx := context.Background()
	for _, id := range m.ids {
		a, err := m.audiences.Get(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		want, err := m.audiences.Matching(ctx, a.Rule, m.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got := m.members(t, id); !slices.Equal(got, want) {
			t.Fatalf("audience %s %s: live %v, recomputed %v", id, a.Rule, got, want)
		}
	}
	if wrong := m.audiences.WrongLevels(m.Now()); len(wrong) > 0 {
		t.Fatalf("levels differ from their rules: %v", wrong)
	}
}
