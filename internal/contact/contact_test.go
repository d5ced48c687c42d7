package contact_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/contact"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/wecom/notice"
)

// covers: A1, B1
func TestCallbacks_BecomeRelationsEventsAndTraits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		add := tell(brandA, notice.AddContact, "li", "wm1", noon)
		add.State, add.WelcomeCode = "booth3", "welcome"
		r.take(add)
		r.take(add)
		r.clock.Advance(time.Hour)
		r.take(tell(brandA, notice.AddContact, "wang", "wm1", r.clock.Now()))
		r.clock.Advance(time.Hour)
		r.take(tell(brandA, notice.DelFollowUser, "li", "wm1", r.clock.Now()))
		gone := tell(brandA, notice.DelContact, "wang", "wm1", r.clock.Now().Add(time.Second))
		gone.Source = notice.DeletedByTransfer
		r.take(gone)

		li, wang := r.contact(brandA, "li", "wm1"), r.contact(brandA, "wang", "wm1")
		if li.State != contact.Lost || li.Count != 1 || li.Channel != "spring fair" || li.Leaf == 0 || wang.State != contact.Transferred {
			t.Fatalf("%+v %+v", li, wang)
		}
		want := []string{
			"Contact Added li spring fair code_1 first", "Contact Added wang", "Contact Lost li spring fair code_1", "Contact Deleted wang transfer",
		}
		if diff := cmp.Diff(want, r.happened(li.Leaf)); diff != "" {
			t.Fatal(diff)
		}
		kinds := []contact.Kind{contact.Added, contact.Added, contact.WasLost, contact.WasTransferred}
		if diff := cmp.Diff(kinds, r.kinds()); diff != "" {
			t.Fatal(diff)
		}
		if !r.heard[0].WelcomeCode || r.heard[1].WelcomeCode {
			t.Fatal("who may be welcomed is not told")
		}
		traits := map[string]string{"channel": `"spring fair"`, "staff": `[]`, "contacts": `0`}
		if diff := cmp.Diff(traits, r.traits(li.Leaf)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// story is a small history of one relation: additions and ends by turns, an hour apart.
func story(t *rapid.T) []notice.Notice {
	var out []notice.Notice
	at := noon.Add(-100 * time.Hour)
	for range rapid.IntRange(1, 3).Draw(t, "rounds") {
		if rapid.Bool().Draw(t, "half") {
			out = append(out, tell(brandA, notice.AddHalfContact, "li", "wm1", at))
			at = at.Add(time.Hour)
		}
		out = append(out, tell(brandA, notice.AddContact, "li", "wm1", at))
		at = at.Add(time.Hour)
		if rapid.Bool().Draw(t, "ends") {
			end := rapid.SampledFrom([]string{notice.DelContact, notice.DelFollowUser}).Draw(t, "end")
			out = append(out, tell(brandA, end, "li", "wm1", at))
			at = at.Add(time.Hour)
		}
	}
	return out
}

// covers: B1
func TestCallbacks_AnyOrderGivesTheSameRelation(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	serial := 0
	rapid.Check(t, func(rt *rapid.T) {
		told := story(rt)
		arrived := rapid.Permutation(append(slices.Clone(told), told[0])).Draw(rt, "arrival")
		outcome := func(list []notice.Notice) contact.Contact {
			serial++
			external := fmt.Sprint("wm_", serial)
			for _, n := range list {
				n.ExternalUserID = external
				r.take(n)
			}
			c := r.contact(brandA, "li", external)
			c.External, c.Leaf, c.ChangedAt = "", 0, time.Time{}
			if seen, alive := lastAddition(told); alive {
				r.drift(rt, external, seen)
			} else {
				r.drift(rt, external, time.Time{})
			}
			return c
		}
		if diff := cmp.Diff(outcome(told), outcome(arrived)); diff != "" {
			rt.Fatalf("(-in order +as arrived)\n%s", diff)
		}
	})
}

// lastAddition is the truth that a pull finds.
func lastAddition(told []notice.Notice) (at time.Time, alive bool) {
	for _, n := range told {
		switch n.ChangeType {
		case notice.AddContact:
			at, alive = n.At, true
		case notice.DelContact, notice.DelFollowUser:
			alive = false
		}
	}
	return at, alive
}

// drift pulls one relation twice: once as callbacks left it, and again; neither may find
// anything different.
func (r *rig) drift(t *rapid.T, external string, added time.Time) {
	ctx := context.Background()
	for range 2 {
		roster, err := r.Roster(ctx, brandA, "li")
		if err != nil {
			t.Fatal(err)
		}
		var found contact.Drift
		if added.IsZero() {
			found, err = r.Absent(ctx, brandA, "li", []string{external}, r.clock.Now())
		} else {
			found, err = r.Merge(ctx, roster, []contact.Seen{{User: "li", External: external, AddedAt: added, AddWay: 1}}, r.clock.Now())
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != 0 {
			t.Fatalf("a pull after the callbacks finds %v", found)
		}
	}
}

// covers: B1
func TestMerge_RepairsWhatCallbacksMissed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		r.take(tell(brandA, notice.AddContact, "li", "wm1", noon))
		r.take(tell(brandA, notice.AddContact, "li", "wm2", noon))
		r.take(tell(brandA, notice.AddContact, "li", "wm3", noon))
		r.take(tell(brandA, notice.DelFollowUser, "li", "wm3", noon.Add(time.Minute)))
		r.clock.Advance(time.Hour)
		now := r.clock.Now()
		seen := []contact.Seen{
			{User: "li", External: "wm2", AddedAt: now.Add(-10 * time.Minute), AddWay: 3},
			{User: "li", External: "wm3", AddedAt: noon, AddWay: 1},
			{
				User: "li", External: "wm4", AddedAt: noon.Add(-time.Hour), State: "booth3", AddWay: 1, Tags: []string{"et2", "et1"}, Remark: "aunt",
				Person: contact.Person{Name: "Mei", UnionID: "ou4", Gender: 2, Type: 1},
			},
		}
		pull := func() contact.Drift {
			roster, err := r.Roster(ctx, brandA, "li")
			if err != nil {
				t.Fatal(err)
			}
			drift, err := r.Merge(ctx, roster, seen, now)
			if err != nil {
				t.Fatal(err)
			}
			_, _, absent := roster.Compare([]string{"wm2", "wm3", "wm4"})
			more, err := r.Absent(ctx, brandA, "li", absent, now)
			if err != nil {
				t.Fatal(err)
			}
			drift.Add(more)
			return drift
		}
		want := contact.Drift{contact.DriftReadded: 1, contact.DriftMissing: 1, contact.DriftEnded: 1}
		if diff := cmp.Diff(want, pull()); diff != "" {
			t.Fatal(diff)
		}
		events, told := r.count("event"), len(r.kinds())
		if again := pull(); len(again) != 0 || r.count("event") != events || len(r.kinds()) != told {
			t.Fatalf("a second pull finds %v, or says something", again)
		}
		states := map[string]contact.State{}
		list, err := r.OfStaff(ctx, brandA, "li", "", 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list.Items {
			states[c.External] = c.State
		}
		wantStates := map[string]contact.State{"wm1": contact.Deleted, "wm2": contact.Active, "wm3": contact.Lost, "wm4": contact.Active}
		if diff := cmp.Diff(wantStates, states); diff != "" {
			t.Fatal(diff)
		}
		mei := r.contact(brandA, "li", "wm4")
		if mei.Remark != "aunt" || !slices.Equal(mei.Tags, []string{"et1", "et2"}) || mei.CodeName != "Booth 3" {
			t.Fatalf("%+v", mei)
		}
		traits := map[string]string{
			"channel": `"spring fair"`, "staff": `["li"]`, "contacts": `1`, "name": `"Mei"`, "gender": `"female"`, "external_type": `"wechat"`,
		}
		if diff := cmp.Diff(traits, r.traits(mei.Leaf)); diff != "" {
			t.Fatal(diff)
		}

		err = r.Wrote(ctx, brandA, "li", "wm4", func(c *contact.Contact) { c.Tags, c.Remark = append(c.Tags, "et3"), "aunt Mei" })
		if err != nil {
			t.Fatal(err)
		}
		seen[2].Tags, seen[2].Remark = []string{"et3", "et1", "et2"}, "aunt Mei"
		if again := pull(); len(again) != 0 || r.count("event") != events {
			t.Fatalf("what we wrote ourselves counts as a difference: %v", again)
		}
		seen[2].Tags, seen[2].Person.Name = []string{"et1"}, "Mei Mei"
		if diff := cmp.Diff(contact.Drift{contact.DriftChanged: 1, contact.DriftPerson: 1}, pull()); diff != "" {
			t.Fatal(diff)
		}
		last := r.heard[len(r.heard)-1]
		if last.Kind != contact.Edited || !slices.Equal(last.OldTags, []string{"et1", "et2", "et3"}) || r.traits(mei.Leaf)["name"] != `"Mei Mei"` {
			t.Fatalf("%+v", last)
		}
	})
}

func TestSubscribers_HearAtLeastOnceAndInOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		r.deaf = errors.New("not now")
		r.take(tell(brandA, notice.AddContact, "li", "wm1", noon))
		r.take(tell(brandA, notice.DelContact, "li", "wm1", noon.Add(time.Minute)))
		r.deaf = nil
		r.take(tell(brandA, notice.AddContact, "li", "wm2", noon))
		if diff := cmp.Diff([]contact.Kind{contact.Added}, r.kinds()); diff != "" {
			t.Fatalf("another customer waits too\n%s", diff)
		}
		r.boot() // a crash: what was not heard is on disk
		r.take(tell(brandA, notice.AddContact, "li", "wm1", noon.Add(time.Hour)))
		if n := len(r.kinds()); n != 1 {
			t.Fatalf("the newest overtakes: %v", r.kinds())
		}
		r.clock.Advance(time.Minute)
		heard := make(chan struct{})
		r.SubscribeMany("witness", func(_ context.Context, ts []contact.Transition) error {
			if len(ts) > 0 && ts[len(ts)-1].At.Equal(noon.Add(time.Hour)) {
				close(heard)
			}
			return nil
		})
		if err := r.jobs.Start(ctx); err != nil {
			t.Fatal(err)
		}
		<-heard
		r.jobs.Stop(ctx)
		want := []contact.Kind{contact.Added, contact.Added, contact.WasDeleted, contact.Added}
		if diff := cmp.Diff(want, r.kinds()); diff != "" {
			t.Fatal(diff)
		}
		if n := r.count("contact_news"); n != 0 {
			t.Fatalf("%d told news are kept", n)
		}
	})
}

// covers: B2, J1
func TestCorps_AreApartAndOnePersonIsOne(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	ctx := context.Background()
	for _, corp := range []string{brandA, brandB} {
		r.take(tell(corp, notice.AddContact, "li", "wm1", noon))
	}
	a, b := r.contact(brandA, "li", "wm1"), r.contact(brandB, "li", "wm1")
	if a.Leaf == b.Leaf {
		t.Fatal("two corps' external ids are one customer")
	}
	person := contact.Person{Name: "Mei", UnionID: "ou1", Type: 1}
	for _, corp := range []string{brandA, brandB} {
		roster, err := r.Roster(ctx, corp, "li")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Merge(ctx, roster, []contact.Seen{{User: "li", External: "wm1", AddedAt: noon, Person: person}}, noon); err != nil {
			t.Fatal(err)
		}
	}
	r.take(tell(brandB, notice.AddContact, "zhao", "wm1", noon.Add(time.Second)))
	leaves, err := r.timeline.Records(a.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	all, err := r.OfLeaves(ctx, leaves)
	if err != nil {
		t.Fatal(err)
	}
	if traits := r.traits(a.Leaf); len(all) != 3 || traits["contacts"] != "3" || traits["staff"] != `["li","zhao"]` {
		t.Fatalf("%d relations, traits %v", len(all), traits)
	}
	scanned := 0
	if err := r.Scan(ctx, brandB, func(c contact.Contact) error { scanned++; return nil }); err != nil {
		t.Fatal(err)
	}
	if scanned != 2 {
		t.Fatalf("%d relations of the second corp", scanned)
	}
}

func TestList_PagesAndFilters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		for i := range 9 {
			user := []string{"li", "wang", "zhao"}[i%3]
			r.take(tell(brandA, notice.AddContact, user, fmt.Sprint("wm", i), noon))
			if i%2 == 0 {
				r.take(tell(brandA, notice.DelContact, user, fmt.Sprint("wm", i), noon.Add(time.Minute)))
			}
		}
		for name, tc := range map[string]struct {
			filter contact.Filter
			want   int
		}{
			"all": {contact.Filter{}, 9}, "corp": {contact.Filter{Corp: brandA}, 9}, "other corp": {contact.Filter{Corp: brandB}, 0},
			"staff": {contact.Filter{Corp: brandA, User: "li"}, 3}, "state": {contact.Filter{State: contact.Active}, 4},
			"customer": {contact.Filter{Leaves: []uint32{r.contact(brandA, "li", "wm0").Leaf}}, 1}, "nobody": {contact.Filter{Leaves: []uint32{}}, 0},
		} {
			seen := map[string]bool{}
			for f := tc.filter; ; {
				f.Limit = 2
				p, err := r.List(ctx, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range p.Items {
					seen[c.User+c.External] = true
				}
				if f.Cursor = p.Next; f.Cursor == "" {
					break
				}
			}
			if len(seen) != tc.want {
				t.Errorf("%s: %d relations, want %d", name, len(seen), tc.want)
			}
		}
	})
}
