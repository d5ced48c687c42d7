package paths

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/pipeline/roadtest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) (*roadtest.Road, *Report) {
	t.Helper()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(noon.AddDate(0, 0, 1)), roadtest.Options{})
	t.Cleanup(r.Close)
	return r, &Report{EventName: r.Log.Name, Base: r.Reports()}
}

// visit has a user see pages at these minutes.
func visit(t *testing.T, r *roadtest.Road, user string, pages []string, minutes ...int) {
	t.Helper()
	for i, page := range pages {
		at := noon.Add(time.Duration(i) * time.Minute)
		if len(minutes) > 0 {
			at = noon.Add(time.Duration(minutes[i]) * time.Minute)
		}
		r.MustSubmit(t, r.Track(user, "Page Viewed", at, fmt.Sprintf(`{"page":%q}`, page)))
	}
}

// covers: I1
func TestNext_AnswersAsThePublishedCases(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/path_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Pages map[string][]string `json:"path_pages"`
		Cases []struct {
			ID, Direction, Base string
			Condition           string `json:"base_condition"`
			Chain               []string
			Expected            map[string]*string
		} `json:"path_cases"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	r, report := open(t)
	for user, pages := range file.Pages {
		visit(t, r, user, pages)
	}
	on := func(page string) json.RawMessage {
		return json.RawMessage(fmt.Sprintf(`{"event":"Page Viewed","where":[{"prop":"page","op":"eq","value":%q}]}`, page))
	}
	for _, c := range file.Cases {
		next := Next{Direction: c.Direction, Base: c.Base, BaseCondition: on(c.Condition)}
		for _, page := range c.Chain {
			next.Chain = append(next.Chain, on(page))
		}
		query, _ := json.Marshal(Query{Nodes: []json.RawMessage{[]byte(`{"event":"Page Viewed","prop":"page"}`)}, Next: &next})
		got, err := report.Paths(context.Background(), query)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		want := map[string]int{}
		for user, node := range c.Expected {
			name := ""
			if node != nil {
				name = *node
			}
			want[name]++
			cell, _ := json.Marshal(map[string]string{"next": name})
			people, err := report.People(context.Background(), query, cell)
			if err != nil || !people.Contains(r.Root(t, user)) {
				t.Errorf("%s: customer %s is not behind %q: %v, %v", c.ID, user, name, people, err)
			}
		}
		counts := map[string]int{}
		for _, n := range got.Next {
			counts[n.Node] = n.Customers
		}
		if got.Unmatched > 0 {
			counts[""] = got.Unmatched
		}
		if diff := cmp.Diff(want, counts); diff != "" {
			t.Errorf("%s: %s", c.ID, diff)
		}
	}
}

// covers: I1
func TestPaths_SessionsBecomeFlows(t *testing.T) {
	t.Parallel()
	r, report := open(t)
	visit(t, r, "ann", []string{"home", "list", "item", "home", "cart"}, 0, 5, 10, 100, 101) // two sessions
	visit(t, r, "bob", []string{"home", "list", "list", "cart"}, 0, 1, 2, 3)
	visit(t, r, "cid", []string{"ad", "home", "list"}, 0, 1, 2)
	query := json.RawMessage(`{"nodes":[{"event":"Page Viewed","prop":"page"}],"merge_repeats":true,"max_depth":3,
		"start":{"event":"Page Viewed","where":[{"prop":"page","op":"eq","value":"home"}]}}`)
	got, err := report.Paths(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	// home list item | home cart | home list cart | home list
	nodes := []NodeCount{
		{0, "home", 4, 3, 0}, {1, "list", 3, 3, 1}, {1, "cart", 1, 1, 1}, {2, "cart", 1, 1, 0}, {2, "item", 1, 1, 0},
	}
	links := []Link{{0, "home", "list", 3, 3}, {0, "home", "cart", 1, 1}, {1, "list", "cart", 1, 1}, {1, "list", "item", 1, 1}}
	if diff := cmp.Diff(nodes, got.Nodes); diff != "" || got.Paths != 4 || got.Customers != 3 {
		t.Errorf("%d paths of %d: %s", got.Paths, got.Customers, diff)
	}
	if diff := cmp.Diff(links, got.Links); diff != "" {
		t.Error(diff)
	}
	for cell, users := range map[string][]string{
		`{"depth":0,"node":"home"}`: {"ann", "bob", "cid"}, `{"depth":0,"node":"home","to":"cart"}`: {"ann"},
		`{"depth":1,"node":"list","dropped":true}`: {"cid"}, `{"depth":2,"node":"cart"}`: {"bob"}, `{"depth":2,"node":"none"}`: {},
	} {
		people, err := report.People(context.Background(), query, json.RawMessage(cell))
		if err != nil || int(people.GetCardinality()) != len(users) {
			t.Errorf("%s: %v, %v", cell, people, err)
			continue
		}
		for _, u := range users {
			if !people.Contains(r.Root(t, u)) {
				t.Errorf("%s: not %s", cell, u)
			}
		}
	}
	back, err := report.Paths(context.Background(), json.RawMessage(`{"nodes":[{"event":"Page Viewed","prop":"page"}],"top":1,
		"end":{"event":"Page Viewed","where":[{"prop":"page","op":"eq","value":"cart"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	// cart home | cart list list home; one node is shown at each depth
	want := []Link{{0, "cart", "(other)", 1, 1}, {0, "cart", "home", 1, 1}, {1, "(other)", "list", 1, 1}, {2, "list", "home", 1, 1}}
	if diff := cmp.Diff(want, back.Links); diff != "" {
		t.Error(diff)
	}
}

func TestPaths_BadQueriesAreToldByField(t *testing.T) {
	t.Parallel()
	_, report := open(t)
	for query, pointer := range map[string]string{
		`{"max_depth":11}`: "/max_depth", `{"top":101}`: "/top", `{"session_gap_seconds":-1}`: "/session_gap_seconds",
		`{"start":{"event":"A"},"end":{"event":"B"}}`: "/end", `{"next":{"chain":[]}}`: "/next/chain",
		`{"next":{"base":"head","direction":"backward","chain":[{"event":"A"}]}}`: "/next/base",
		`{"nodes":[{"event":"A","prop":"phone"}]}`:                                "/nodes/0/prop", `{"from":"2026-02-01","to":"2026-01-01"}`: "/to",
	} {
		_, err := report.Paths(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
	got, err := report.Paths(context.Background(), json.RawMessage(`{"nodes":[{"event":"Never Seen"}]}`))
	if err != nil || got.Paths != 0 || cmp.Diff([]string{"Never Seen"}, got.UnknownEvents) != "" {
		t.Errorf("unknown: %+v, %v", got, err)
	}
}
