package masssend_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/experiment"
	"yutang/internal/fault"
	"yutang/internal/masssend"
	"yutang/internal/outreach"
	"yutang/internal/wecomsim"
)

func (r *rig) variants() masssend.Wish {
	w := r.wish()
	w.Content = content.Content{}
	w.Options.Holdout = 20
	w.Variants = []masssend.Variant{
		{Name: "warm", Percent: 75, Content: content.Content{Text: "A warm spring"}},
		{Name: "short", Percent: 25, Content: content.Content{Text: "Spring"}},
	}
	return w
}

// assigned is the exposures of a send by customer.
func (r *rig) assigned(send string) map[uint32]string {
	r.t.Helper()
	page, err := r.experiments.Exposures(context.Background(), experiment.Campaign(send), "", 1000)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	r.ok(err)
	out := map[uint32]string{}
	for _, e := range page.Items {
		out[e.Ord] = e.Arm
	}
	return out
}

// texts is what the phones of the staff show, by customer.
func (r *rig) texts() map[string]string {
	out := map[string]string{}
	for _, user := range r.staff {
		for _, m := range r.sim.MassTasks(user) {
			for _, external := range m.Targets {
				out[external] += m.Text
			}
		}
	}
	return out
}

// covers: C4, C8
func TestVariants_EachCustomerGetsTheMessageOfTheirArm(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d, 6, 150)
		n := len(r.names) - 1
		r.no(3, 4) // consent is asked before the draw: they are no part of the experiment
		x, err := r.Create(ctx, r.variants())
		r.ok(err)
		p, err := r.Preview(ctx, x)
		r.ok(err)
		r.ok(r.sim.Inject(wecomsim.Fault{Path: "/externalcontact/add_msg_template", Drop: "after", Count: 2})) // answers that never come
		first := r.variants()
		first.Variants[0].Name = "loud"
		_, err = r.Update(ctx, x.ID, first)
		r.ok(err)
		_, err = r.Schedule(ctx, x.ID)
		r.ok(err)
		_, err = r.Unschedule(ctx, x.ID)
		r.ok(err)
		_, err = r.Update(ctx, x.ID, r.variants())
		r.ok(err)
		_, err = r.Schedule(ctx, x.ID)
		r.ok(err)
		x = r.until(x.ID, time.Hour, func(x masssend.Send, open int) bool { return x.State == masssend.Waiting && open == 0 })

		assigned, texts := r.assigned(x.ID), r.texts()
		want := map[string]string{"warm": "A warm spring", "short": "Spring", "control": ""}
		counts := map[string]int{}
		for ord := uint32(1); ord <= uint32(n); ord++ {
			arm := assigned[ord]
			counts[arm]++
			if got := texts[r.names[ord]]; got != want[arm] {
				t.Errorf("customer %d of arm %q is to get %q", ord, arm, got)
			}
			if (arm == "") != (ord == 3 || ord == 4) {
				t.Errorf("customer %d has arm %q", ord, arm)
			}
			if (arm == "control") != (arm != "" && outreach.InHoldout(x.ID, ord, 20)) {
				t.Errorf("customer %d: arm %q and the policy's draw disagree", ord, arm)
			}
		}
		if len(p.Arms) != 3 || p.Calls != len(r.calls(x.ID)) {
			t.Fatalf("preview %+v, %d calls", p, len(r.calls(x.ID)))
		}
		for _, a := range p.Arms {
			if a.Count != counts[a.Arm] || a.Count == 0 {
				t.Errorf("the preview has %d in arm %s, %d came", a.Count, a.Arm, counts[a.Arm])
			}
		}
		if counts["warm"] <= counts["short"] || counts["warm"]+counts["short"] != p.Gets {
			t.Errorf("%v", counts)
		}
		r.confirm()
		r.until(x.ID, time.Hour, func(x masssend.Send, _ int) bool { return x.State == masssend.Done })
		progress, err := r.Progress(ctx, x.ID)
		r.ok(err)
		for _, v := range progress.Variants {
			if v.Accepted != counts[v.Name] || v.Size != v.Accepted || v.Calls == 0 {
				t.Errorf("%+v", v)
			}
		}
		if got := r.tally(x.ID); got["suppressed holdout"] != counts["control"] || got["accepted "] != p.Gets {
			t.Errorf("%v", got)
		}
		info, err := r.experiments.Get(ctx, x.Experiment())
		r.ok(err)
		if info.Kind != experiment.Cohort || info.Origin != x.ID || len(info.Arms) != 3 || info.Arms[1].Share != 60 || info.Arms[2].Share != 20 {
			t.Errorf("%+v", info)
		}
	})
}

func TestHoldout_OfASendIsMeasuredAgainstThoseWhoGotIt(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 4, 80)
	w := r.wish()
	w.Options.Holdout = 50
	x := r.sent(w)
	counts := map[string]int{}
	for _, arm := range r.assigned(x.ID) {
		counts[arm]++
	}
	got := r.tally(x.ID)
	if counts[experiment.ArmControl] != got["suppressed holdout"] || counts[experiment.ArmTreatment] != got["handed "] || counts[experiment.ArmControl] == 0 {
		t.Fatalf("exposed %v, ledger %v", counts, got)
	}
	if plain := r.sent(r.wish()); plain.Experiment() != "" || len(r.assigned(plain.ID)) != 0 {
		t.Fatal("a send without variants and holdout is an experiment")
	}
}

func TestVariants_FaultsArePointedAt(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 1, 1)
	for pointer, spoil := range map[string]func(w *masssend.Wish){
		"/variants":                func(w *masssend.Wish) { w.Variants[0].Percent = 10 },
		"/variants/1/name":         func(w *masssend.Wish) { w.Variants[1].Name = "warm" },
		"/variants/0/name":         func(w *masssend.Wish) { w.Variants[0].Name = "control" },
		"/variants/1/percent":      func(w *masssend.Wish) { w.Variants[0].Percent, w.Variants[1].Percent = 100, 0 },
		"/content":                 func(w *masssend.Wish) { w.Content.Text = "one for all" },
		"/variants/1/content/text": func(w *masssend.Wish) { w.Variants[1].Content.Text = strings.Repeat("鱼", 2000) },
	} {
		w := r.variants()
		spoil(&w)
		var e *fault.Error
		if _, err := r.Create(context.Background(), w); !asFault(err, &e) || len(e.Fields) != 1 || e.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, err)
		}
	}
}

// covers: C8
func TestGlobalHoldout_OfASendHasAllWhomItConcerned(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRig(t, dbtest.SQLite(t), 4, 120)
	r.ledger.UseExposures(r.experiments.Global)
	r.ok(r.ledger.SetPolicy(ctx, outreach.Policy{Holdout: 30, Consent: map[string]outreach.ConsentNeed{}}))
	r.no(1, 2)
	w := r.wish()
	w.Options.Holdout = 50
	x := r.sent(w)
	page, err := r.experiments.Exposures(ctx, experiment.Global, "", 1000)
	r.ok(err)
	own, arms := r.assigned(x.ID), map[string]int{}
	for _, e := range page.Items {
		arms[e.Arm]++
		held := r.ledger.Policy().HeldOut(e.Ord)
		if held != (e.Arm == experiment.ArmControl) || held == (own[e.Ord] != "") {
			t.Errorf("customer %d: arm %s of the brand's holdout, %q of the send's", e.Ord, e.Arm, own[e.Ord])
		}
	}
	if n := len(r.names) - 1; len(page.Items) != n-2 || arms[experiment.ArmControl] == 0 || arms[experiment.ArmTreatment] != len(own) {
		t.Fatalf("%v of %d customers, two without consent; the send has %d", arms, n, len(own))
	}
}
