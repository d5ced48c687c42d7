package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
)

func openLevels(t *testing.T, d *db.DB) *road {
	t.Helper()
	r := newLevelRoad(t, d, clock.NewManual(start0), filepath.Join(t.TempDir(), "snapshot"))
	t.Cleanup(func() { r.stop() })
	return r
}

// levelEvents are the events of levels in the log.
func (r *road) levelEvents(t fataler) (evs []*event.Event) {
	t.Helper()
	var seqs []uint64
	for seq := uint64(1); seq <= r.log.Last(); seq++ {
		seqs = append(seqs, seq)
	}
	all, err := r.log.Read(context.Background(), seqs)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(ev *event.Event) bool { return !event.Internal(ev.Name) })
}

// raised are the events of one name: "tier none>V2 up".
func (r *road) raised(t fataler, name string) (out []string) {
	t.Helper()
	for _, ev := range r.levelEvents(t) {
		if ev.Name != name {
			continue
		}
		var p struct{ Kind, From, To, Direction string }
		if err := json.Unmarshal(ev.Props, &p); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %s>%s %s", p.Kind, p.From, p.To, p.Direction))
	}
	return out
}

func order(id string, amount int) string {
	return fmt.Sprintf(`{"order_id":%q,"revenue":%d}`, id, amount)
}

// checkLevelEvents compares the events of tiers with the history of tiers.
func (m *machine) checkLevelEvents(t fataler) {
	t.Helper()
	rows, messages := map[string]bool{}, map[string]bool{}
	column := m.customers.Level(customer.Tier)
	name := func(level int) string {
		if level < 0 {
			return ""
		}
		return column.Names()[level]
	}
	err := m.customers.LevelMoves(context.Background(), func(v customer.LevelMove) error {
		rows[v.Kind+">"+name(v.To)] = true
		return nil
	}, customer.Tier)
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range m.levelEvents(t) {
		if messages[ev.MessageID] {
			t.Fatalf("%s is in the log twice", ev.MessageID)
		}
		messages[ev.MessageID] = true
	}
	for _, text := range m.raised(t, event.TierChanged) {
		kind, rest, _ := strings.Cut(text, " ")
		_, to, _ := strings.Cut(rest, ">")
		to, _, _ = strings.Cut(to, " ")
		if !rows[kind+">"+to] {
			t.Fatalf("%q is told and not in the history", text)
		}
	}
}

// covers: B5, B7
func TestLevels_RaiseEventsInTheTransactionOfTheirCause(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := openLevels(t, d)
		rich := r.audience(t, `{"did":{"event":"Tier Changed","where":[{"prop":"to","op":"eq","value":"V2"},{"prop":"direction","op":"eq","value":"up"}]}}`)
		r.submit(t, r.track("ann", "Seen", time.Hour, ""), r.track("ann", "Order Completed", 30*time.Minute, order("1", 100)))
		r.submit(t, r.track("ann", "Order Completed", time.Minute, order("2", 600)))
		if got, want := r.raised(t, event.TierChanged), []string{"tier >V1 up", "tier V1>V2 up"}; !slices.Equal(got, want) {
			t.Errorf("tiers: %q, want %q", got, want)
		}
		want := []string{"aipl aware>purchase up", "aarrr acquisition>revenue up", "aipl purchase>loyal up"}
		if got := r.raised(t, event.StageChanged); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("stages: %q, want %q", got, want)
		}
		if got := r.members(t, rich); !slices.Equal(got, []uint32{r.root(t, "ann")}) {
			t.Errorf("members by the event: %v", got)
		}
		p, err := r.customers.Profile(context.Background(), r.root(t, "ann"))
		if err != nil {
			t.Fatal(err)
		}
		if p.Events != 3 || !p.LastSeen.Equal(start0.Add(-time.Minute)) || p.Tier != "V2" {
			t.Errorf("profile: %d events, last seen %v, tier %s", p.Events, p.LastSeen, p.Tier)
		}
		for _, ev := range r.levelEvents(t) {
			if ev.At.After(start0.Add(-time.Minute)) {
				t.Errorf("%s is younger than what caused it: %v", ev.Name, ev.At)
			}
		}
	})
}

// What time does is told, and is no activity.
func TestLevels_MovedByTimeAreNoActivity(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := openLevels(t, d)
		active := r.audience(t, `{"did":{"event":"*","within":"3d"}}`)
		told := r.audience(t, `{"did":{"event":"Stage Changed","within":"3d"}}`)
		r.submit(t, r.track("ann", "Product Viewed", 48*time.Hour, ""), r.track("ann", "Product Viewed", 0, ""))
		if len(r.members(t, active)) != 1 {
			t.Fatal("who did something is not active")
		}
		r.clock.Advance(29 * 24 * time.Hour)
		r.sync(t)
		if got := r.raised(t, event.StageChanged); got[len(got)-1] != "aarrr retention>activation down" {
			t.Errorf("raised %q", got)
		}
		if len(r.members(t, active)) != 0 || len(r.members(t, told)) != 1 {
			t.Errorf("active %v, told %v", r.members(t, active), r.members(t, told))
		}
		p, err := r.customers.Profile(context.Background(), r.root(t, "ann"))
		if err != nil || p.Events != 2 || !p.LastSeen.Equal(start0) {
			t.Errorf("%d events, last seen %v, %v", p.Events, p.LastSeen, err)
		}
		evs := r.levelEvents(t)
		if at := evs[len(evs)-1].At; !at.Equal(start0.Add(28 * 24 * time.Hour)) {
			t.Errorf("told as of %v", at)
		}
	})
}

// setTiers puts rules of the tiers V1 and V2 in force.
func (r *road) setTiers(t fataler, v1, v2 string) {
	t.Helper()
	ctx := context.Background()
	defs, err := r.customers.LevelDefs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	tiers := defs[customer.Tier]
	for i := range tiers {
		tiers[i].Rule = json.RawMessage(`{"any":[]}`)
	}
	tiers[0].Rule, tiers[1].Rule = json.RawMessage(v1), json.RawMessage(v2)
	if err := r.customers.SetLevelDefs(ctx, map[string][]customer.LevelDef{customer.Tier: tiers}); err != nil {
		t.Fatal(err)
	}
	if err := r.audiences.LevelsChanged(ctx); err != nil {
		t.Fatal(err)
	}
}

// A tier that its own event takes away again would go on for ever.
func TestLevels_ThatAnswerTheirOwnEventsAreCutOff(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := openLevels(t, d)
		r.setTiers(t, `{"did":{"event":"A"}}`, `{"did":{"event":"Tier Changed","last":{"prop":"to","op":"eq","value":"V1"}}}`)
		r.submit(t, r.track("ann", "A", 0, ""))
		if got := r.raised(t, event.TierChanged); len(got) != 8 || got[0] != "tier >V1 up" || got[7] != "tier V1>V2 up" && got[7] != "tier V2>V1 down" {
			t.Errorf("raised %q", got)
		}
		if wrong := r.audiences.WrongLevels(r.Now()); len(wrong) != 0 {
			t.Errorf("levels differ from their rules: %v", wrong)
		}
		r.submit(t, r.track("bob", "A", 0, ""))
		if n := len(r.raised(t, event.TierChanged)); n != 16 {
			t.Errorf("%d events after the next customer", n)
		}
	})
}

func TestLevels_ChangedRulesPlaceWithoutEvents(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := openLevels(t, d)
		r.submit(t, r.track("ann", "A", 0, ""), r.track("bob", "B", 0, ""))
		r.setTiers(t, `{"did":{"event":"A"}}`, `{"did":{"event":"B"}}`)
		r.clock.Advance(time.Second)
		r.sync(t)
		tier := r.customers.Level(customer.Tier)
		if a, b := tier.Name(r.root(t, "ann")), tier.Name(r.root(t, "bob")); a != "V1" || b != "V2" {
			t.Errorf("placed at %s and %s", a, b)
		}
		if got := r.raised(t, event.TierChanged); len(got) != 0 {
			t.Errorf("raised %q", got)
		}
		r.submit(t, r.track("ann", "B", 0, ""))
		if got := r.raised(t, event.TierChanged); !slices.Equal(got, []string{"tier V1>V2 up"}) {
			t.Errorf("afterwards %q", got)
		}
	})
}

func TestLevels_OfAMergeAreToldIfNeitherWasThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := openLevels(t, d)
		for i, user := range []string{"ann", "bob", "cid"} {
			r.submit(t, r.track(user, "Order Completed", 0, order(fmt.Sprint(i), 300)))
		}
		r.submit(t, r.track("dan", "Seen", 0, ""))
		had := len(r.raised(t, event.TierChanged))
		if _, err := r.Merge(ctx, r.root(t, "cid"), r.root(t, "dan"), "test"); err != nil {
			t.Fatal(err)
		}
		if got := r.raised(t, event.TierChanged)[had:]; len(got) != 0 {
			t.Errorf("a tier that one of two had was told again: %q", got)
		}
		m, err := r.Merge(ctx, r.root(t, "ann"), r.root(t, "bob"), "test")
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"tier V1>V2 up"}
		if got := r.raised(t, event.TierChanged)[had:]; !slices.Equal(got, want) {
			t.Errorf("after the merge: %q", got)
		}
		if _, _, err := r.Unmerge(ctx, m.ID, "test"); err != nil {
			t.Fatal(err)
		}
		if got := r.raised(t, event.TierChanged)[had:]; !slices.Equal(got, want) {
			t.Errorf("after its undoing: %q", got)
		}
	})
}

// The event of a customer's record goes with it.
func TestLevels_EventsStayWithTheRecordThatCausedThem(t *testing.T) {
	t.Parallel()
	r := openLevels(t, dbtest.SQLite(t))
	ctx := context.Background()
	r.submit(t, r.track("ann", "Seen", 0, ""), r.track("bob", "Seen", 0, ""))
	ann, bob := r.root(t, "ann"), r.root(t, "bob")
	if _, err := r.Merge(ctx, ann, bob, "test"); err != nil {
		t.Fatal(err)
	}
	r.submit(t, r.track("bob", "Order Completed", 0, order("1", 100)))
	for _, ev := range r.levelEvents(t) {
		if ev.Ord != bob {
			t.Errorf("%s is recorded under %d, want %d", ev.Name, ev.Ord, bob)
		}
	}
}

func TestLevels_ABatchThatFailsTellsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := openLevels(t, d)
		first := r.track("ann", "Order Completed", 0, order("1", 100))
		if _, err := r.Submit(context.Background(), []*event.Event{first, r.track("ann", "Poison", 0, "")}); err == nil {
			t.Fatal("poison was taken")
		}
		for r.Ready() != nil && t.Context().Err() == nil {
			runtime.Gosched() // derived state is being loaded
		}
		if got := r.levelEvents(t); len(got) != 0 {
			t.Fatalf("%d events of a batch that failed", len(got))
		}
		again := *first
		r.submit(t, &again)
		if got := r.raised(t, event.TierChanged); !slices.Equal(got, []string{"tier >V1 up"}) {
			t.Errorf("raised %q", got)
		}
	})
}

// A start tells nothing again, with a snapshot or without.
func TestLevels_AStartTellsNothingAgain(t *testing.T) {
	t.Parallel()
	d, clk, path := dbtest.SQLite(t), clock.NewManual(start0), filepath.Join(t.TempDir(), "snapshot")
	r := newLevelRoad(t, d, clk, path)
	r.submit(t, r.track("ann", "Order Completed", 0, order("1", 100)))
	before := len(r.levelEvents(t))
	for _, save := range []bool{false, true} {
		if save {
			if err := r.Snapshot(context.Background()); err != nil {
				t.Fatal(err)
			}
			r.submit(t, r.track("ann", "Seen", 0, ""))
		}
		serial := r.serial
		r.stop()
		clk.Advance(time.Minute)
		r = newLevelRoad(t, d, clk, path)
		r.serial = serial + 1
		r.sync(t)
		if n := len(r.levelEvents(t)); n != before {
			t.Errorf("%d events of levels after a start, had %d", n, before)
		}
		if p, err := r.customers.Profile(context.Background(), r.root(t, "ann")); err != nil || p.Events > 2 {
			t.Errorf("%d events of the customer, %v", p.Events, err)
		}
	}
	r.stop()
}
