package rule_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/rule"
)

var update = flag.Bool("update", false, "write the golden files anew")

// rulesOf are the rules of testdata/rules.txt, one a line.
func rulesOf(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/rules.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs; run with -update if that is right:\n%s", name, d)
	}
}

// covers: B6
func TestDescribe_Golden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, text := range rulesOf(t) {
		r, err := rule.Parse([]byte(text), shanghai)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		b.WriteString(text + "\n  " + r.Describe("en") + "\n  " + r.Describe("zh-CN") + "\n")
	}
	golden(t, "describe.golden", b.String())
}

// shopper is a customer whose explanations show every kind of observation.
func shopper() (*person, int64) {
	now := time.Date(2025, 6, 18, 12, 0, 0, 0, shanghai)
	ago := func(d time.Duration) int64 { return now.Add(-d).UnixMilli() }
	day := 24 * time.Hour
	return &person{
		traits: map[string]string{"city": `"Shanghai"`, "birthday": `"1990-05-20"`, "phone": `"+8613900000000"`, "age": "35", "interests": `["tea","tennis"]`, "last_visit": `"2025-06-01"`},
		tags:   []string{"VIP"}, audiences: []string{"aud_1"}, levels: map[string]string{"tier": "V3", "aipl": "purchase"},
		events: []happening{
			{at: ago(100 * day), seq: 1, name: "Coupon Applied", props: map[string]string{"amount": "10"}},
			{at: ago(40 * day), seq: 2, name: "Order Completed", props: map[string]string{"total": "300", "category": `"coffee"`, "status": `"paid"`}},
			{at: ago(29 * day), seq: 3, name: "Product Viewed", props: map[string]string{"category": `"tea"`}},
			{at: ago(28 * day), seq: 4, name: "Order Completed", props: map[string]string{"total": "299.5", "category": `"tea"`, "status": `"paid"`}},
			{at: ago(5 * day), seq: 7, name: "Product Viewed", props: map[string]string{"category": `"tea"`}},
			{at: ago(5 * day), seq: 8, name: "Order Completed", props: map[string]string{"total": "200.5", "category": `"tea"`, "status": `"shipped"`}},
		},
	}, now.UnixMilli()
}

// covers: B6
func TestExplain_Golden(t *testing.T) {
	t.Parallel()
	p, now := shopper()
	w := newWorld(shanghai, p)
	var b strings.Builder
	for _, text := range rulesOf(t) {
		r, err := rule.Parse([]byte(text), shanghai)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		prog, err := r.Compile(w)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		e := prog.Explain(w.subject(1, prog.Columns()), now)
		wordless(e)
		out, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(text + "\n  " + strings.ReplaceAll(string(out), `"text":{"en":"","zh":""},`, "") + "\n")
	}
	golden(t, "explain.golden", b.String())
}

// wordless drops the sentences, which describe.golden shows.
func wordless(e *rule.Explanation) {
	if e.Text.En == "" || e.Text.Zh == "" {
		panic("no text at " + e.Pointer)
	}
	e.Text = rule.Text{}
	for _, kid := range e.Children {
		wordless(kid)
	}
}
