package maturity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/insight/board"
	"yutang/internal/pipeline/roadtest"
)

var now = time.Date(2026, 4, 30, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, d *db.DB) (*roadtest.Road, *Service) {
	t.Helper()
	r := roadtest.Open(t, d, clock.NewManual(now), roadtest.Options{})
	t.Cleanup(r.Close)
	base := r.Reports()
	return r, &Service{DB: d, Clock: r.Clock, Numbers: &board.Report{Base: base}}
}

// all answers every question about practice alike.
func all(answer int) map[string]int {
	out := map[string]int{}
	for _, q := range questions {
		if q.Number == "" {
			out[q.ID] = answer
		}
	}
	return out
}

// covers: I7
func TestAssess_ReadsTheBrandsOwnNumbersAndPlans(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, s := open(t, d)
		for i := range 10 { // four of ten adds succeed; one of the four leaves on the second day
			user, at := fmt.Sprint("user", i), now.AddDate(0, 0, -20)
			r.MustSubmit(t, r.Track(user, "Contact Half Added", at, `{"staff":"li"}`))
			if i < 4 {
				r.MustSubmit(t, r.Track(user, "Contact Added", at.Add(time.Hour), `{"staff":"li"}`))
			}
		}
		r.MustSubmit(t, r.Track("user0", "Contact Lost", now.AddDate(0, 0, -18), `{"staff":"li"}`))
		asked, err := s.Questions(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]string{}
		for _, q := range asked {
			if q.Evidence != nil {
				found[q.ID] = fmt.Sprintf("%.3g: %d", q.Evidence.Value, q.Evidence.Answer)
			}
		}
		if diff := cmp.Diff(map[string]string{
			"add_success": "0.4: 2", "welcome": "0: 0", "reply": "0: 0", "stay": "0.75: 1", "groups": "0: 0", "first_order": "0: 0", "rate": "0: 0",
		}, found); diff != "" {
			t.Error(diff)
		}
		answers := all(3)
		answers["welcome"] = 4 // another tool greets
		first, err := s.Assess(context.Background(), answers, "olga")
		if err != nil {
			t.Fatal(err)
		}
		scores := map[string]string{}
		for _, x := range first.Scores {
			scores[x.Dimension] = fmt.Sprintf("%.4g, %d", x.Score, x.Level)
		}
		// reception: 3 3 4 0 1 of 20
		if diff := cmp.Diff(map[string]string{
			"strategy": "75, 4", "traffic": "68.75, 4", "reception": "55, 3", "data": "75, 4", "content": "56.25, 3", "conversion": "50, 3",
			"service": "75, 4", "referral": "56.25, 3",
		}, scores); diff != "" {
			t.Error(diff)
		}
		if want := (75 + 68.75 + 55 + 75 + 56.25 + 50 + 75 + 56.25) / 8; first.Score != want || first.Level != 4 {
			t.Errorf("score %v at level %d, want %v", first.Score, first.Level, want)
		}
		var steps []string
		for _, p := range first.Plan {
			steps = append(steps, p.Question)
			if p.Evidence == nil || p.EffectZh == "" || p.EffectEn == "" || p.DoZh == "" || p.Page == "" {
				t.Errorf("the step %s does not say enough: %+v", p.Question, p)
			}
		}
		if diff := cmp.Diff([]string{"first_order", "reply", "groups", "rate", "stay", "add_success"}, steps); diff != "" {
			t.Error(diff)
		}
		if why := first.Plan[5].WhyEn; why != "add success 40.0 %: below 50 %" {
			t.Errorf("why: %q", why)
		}
		r.Clock.Advance(time.Hour)
		second, err := s.Assess(context.Background(), all(4), "olga")
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.List(context.Background(), "", 1)
		if err != nil || len(list.Items) != 1 || list.Items[0].ID != second.ID || list.Next == "" {
			t.Fatalf("newest: %+v, %v", list, err)
		}
		rest, err := s.List(context.Background(), list.Next, 1)
		if err != nil || len(rest.Items) != 1 || rest.Next != "" {
			t.Fatalf("older: %+v, %v", rest, err)
		}
		again, err := s.Get(context.Background(), first.ID)
		if err != nil || cmp.Diff(first, again) != "" || cmp.Diff(first, rest.Items[0]) != "" {
			t.Errorf("kept otherwise: %v %s", err, cmp.Diff(first, again))
		}
	})
}

func TestQuestions_EachHasFiveAnswersInBothTonguesAndAWayOn(t *testing.T) {
	t.Parallel()
	count, seen := map[string]int{}, map[string]bool{}
	for _, q := range questions {
		if count[q.Dimension]++; seen[q.ID] {
			t.Errorf("%s is asked twice", q.ID)
		}
		seen[q.ID] = true
		for i := range 5 {
			if q.AnchorsZh[i] == "" || q.AnchorsEn[i] == "" || strings.Contains(q.AnchorsEn[4], "|") || strings.Contains(q.AnchorsZh[4], "|") {
				t.Errorf("%s has no answer %d", q.ID, i)
			}
		}
		if q.do.zh == "" || q.do.en == "" || q.do.effectZh == "" || q.do.effectEn == "" {
			t.Errorf("%s leads nowhere", q.ID)
		}
		if q.Number != "" && (len(q.Edges) != 4 || !boardHas(q.Board, q.Number)) {
			t.Errorf("%s asks for a number that no board has, or without edges", q.ID)
		}
	}
	for _, d := range Dimensions {
		if n := count[d.ID]; n < 4 || n > 6 {
			t.Errorf("%s has %d questions", d.ID, n)
		}
	}
}

// boardHas says whether a board has a number.
func boardHas(name, number string) bool {
	for _, b := range board.List() {
		for _, id := range b.IDs {
			if b.Name == name && id == number {
				return true
			}
		}
	}
	return false
}

func TestAssess_NamesEachWrongAnswer(t *testing.T) {
	t.Parallel()
	_, s := open(t, dbtest.SQLite(t))
	answers := all(2)
	delete(answers, "goal")
	answers["team"], answers["nonsense"] = 5, 1
	_, err := s.Assess(context.Background(), answers, "olga")
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Fatal(err)
	}
	var pointers []string
	for _, x := range f.Fields {
		pointers = append(pointers, x.Pointer)
	}
	if diff := cmp.Diff([]string{"/answers/goal", "/answers/nonsense", "/answers/team"}, pointers); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Get(context.Background(), "mat_none"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown one: %v", err)
	}
}
