package stat_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"yutang/internal/experiment/stat"
)

// near fails unless got is want, within a relative or absolute error of tol.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tol*math.Max(1, math.Abs(want)) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// cats is one version of the game: players, those who came back, and rounds played.
type cats struct {
	players int
	back    map[string]int
	rounds  stat.Moments
	values  []float64
}

func cookieCats(t *testing.T) map[string]*cats {
	t.Helper()
	f, err := os.Open("testdata/cookie_cats.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*cats{}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, row := range rows[1:] {
		v := out[row[0]]
		if v == nil {
			v = &cats{back: map[string]int{}}
			out[row[0]] = v
		}
		players := number(row[4])
		v.players += players
		v.back["retention_1"] += number(row[2]) * players
		v.back["retention_7"] += number(row[3]) * players
		for range players {
			v.rounds.Add(float64(number(row[1])), 0)
			v.values = append(v.values, float64(number(row[1])))
		}
	}
	return out
}

// covers: C8
func TestProportions_ReproduceCookieCats(t *testing.T) {
	t.Parallel()
	type side struct {
		N        int
		Retained int
		Rate     float64
	}
	var want struct {
		Counts map[string]struct {
			A       side `json:"gate_30"`
			B       side `json:"gate_40"`
			Diff, Z float64
			P       float64
		} `json:"counts_and_rates"`
	}
	raw, err := os.ReadFile("testdata/cookie_cats_expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if len(want.Counts) != 2 {
		t.Fatalf("the expected file has %d metrics", len(want.Counts))
	}
	data := cookieCats(t)
	for name, w := range want.Counts {
		a := stat.Rate{Hits: data["gate_30"].back[name], N: data["gate_30"].players}
		b := stat.Rate{Hits: data["gate_40"].back[name], N: data["gate_40"].players}
		if a.Hits != w.A.Retained || a.N != w.A.N || b.Hits != w.B.Retained || b.N != w.B.N {
			t.Fatalf("%s: %+v and %+v, want %+v and %+v", name, a, b, w.A, w.B)
		}
		e, _ := stat.Proportions(a, b, 0.05)
		near(t, name+" rate", a.Value(), w.A.Rate, 1e-12)
		near(t, name+" diff", e.Diff, w.Diff, 1e-12)
		near(t, name+" z", e.Stat, w.Z, 1e-9)
		near(t, name+" p", e.P, w.P, 1e-9)
		if e.CI.Contains(0) != (e.P > 0.05) {
			t.Errorf("%s: the interval %+v and p %v disagree", name, e.CI, e.P)
		}
	}
}

// covers: C8
func TestSampleRatio_WarnsOfCookieCats(t *testing.T) {
	t.Parallel()
	data := cookieCats(t)
	s, err := stat.SampleRatio([]int{data["gate_30"].players, data["gate_40"].players}, []float64{50, 50})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "chi-square", s.Chi2, 789.0*789/90189, 1e-12)
	near(t, "p", s.P, 0.008607, 1e-4)
	if !s.Warned() || s.Mismatched() {
		t.Errorf("p %v: warned %v, mismatched %v; the split deserves a look and no more", s.P, s.Warned(), s.Mismatched())
	}
}

func TestSampleRatio_OfPublishedCases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		counts  []int
		shares  []float64
		chi2, p float64
	}{
		{"Mendel's peas", []int{315, 108, 101, 32}, []float64{9, 3, 3, 1}, 0.470024, 0.925426},
		{"even", []int{50, 50}, []float64{1, 1}, 0, 1},
		{"821588 and 815482 users", []int{821588, 815482}, []float64{1, 1}, 22.7744, 1.82e-6},
	} {
		s, err := stat.SampleRatio(c.counts, c.shares)
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.name+": chi-square", s.Chi2, c.chi2, 1e-5)
		near(t, c.name+": p", s.P, c.p, 1e-5)
		if s.Mismatched() != (c.p < 0.001) {
			t.Errorf("%s: mismatched is %v", c.name, s.Mismatched())
		}
	}
	for _, bad := range [][2]int{{-1, 1}} {
		if _, err := stat.SampleRatio(bad[:], []float64{1, 1}); err == nil {
			t.Error("a negative count is taken")
		}
	}
	if _, err := stat.SampleRatio([]int{1, 2}, []float64{1, 0}); err == nil {
		t.Error("a share of nothing is taken")
	}
	if _, err := stat.SampleRatio([]int{1}, []float64{1}); err == nil {
		t.Error("one arm is taken")
	}
}

// The examples of Newcombe (1998), table II, method 10.
func TestProportions_HaveTheIntervalsOfNewcombe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b      stat.Rate
		low, high float64
	}{
		{stat.Rate{Hits: 56, N: 70}, stat.Rate{Hits: 48, N: 80}, 0.0524, 0.3339},
		{stat.Rate{Hits: 9, N: 10}, stat.Rate{Hits: 3, N: 10}, 0.1705, 0.8090},
		{stat.Rate{Hits: 6, N: 7}, stat.Rate{Hits: 2, N: 7}, 0.0582, 0.8062},
		{stat.Rate{Hits: 5, N: 56}, stat.Rate{Hits: 0, N: 29}, -0.0381, 0.1926},
		{stat.Rate{Hits: 0, N: 10}, stat.Rate{Hits: 0, N: 20}, -0.1611, 0.2775},
		{stat.Rate{Hits: 10, N: 10}, stat.Rate{Hits: 0, N: 10}, 0.6075, 1},
	} {
		e, ok := stat.Proportions(c.a, c.b, 0.05)
		if !ok {
			t.Fatal("no result")
		}
		near(t, "low", e.CI.Low, c.low, 6e-5)
		near(t, "high", e.CI.High, c.high, 6e-5)
	}
	if _, ok := stat.Proportions(stat.Rate{}, stat.Rate{Hits: 1, N: 2}, 0.05); ok {
		t.Error("an empty arm has a result")
	}
}

func moments(values ...float64) (m stat.Moments) {
	for _, v := range values {
		m.Add(v, 0)
	}
	return m
}

// Student's sleep data, as t.test of R prints them.
func TestWelch_OfStudentsSleepData(t *testing.T) {
	t.Parallel()
	a := moments(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
	b := moments(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
	e, ok := stat.Welch(a, b, 0.05)
	if !ok {
		t.Fatal("no result")
	}
	near(t, "t", e.Stat, -1.8608, 5e-5)
	near(t, "df", e.DF, 17.776, 5e-5)
	near(t, "p", e.P, 0.07939, 1e-4)
	near(t, "low", e.CI.Low, -3.3654832, 1e-6)
	near(t, "high", e.CI.High, 0.2054832, 1e-6)
	if _, ok := stat.Welch(moments(1), b, 0.05); ok {
		t.Error("one customer has a variance")
	}
	if _, ok := stat.Welch(moments(1, 1), moments(2, 2), 0.05); ok {
		t.Error("no spread has a test")
	}
}

func TestWinsorise_CutsTheTailOfCookieCats(t *testing.T) {
	t.Parallel()
	data := cookieCats(t)
	a, b := data["gate_30"], data["gate_40"]
	if top := stat.Winsorise(a.values, 1); top != 49854 {
		t.Fatalf("the largest value is %v: one player is said to have played 49,854 rounds", top)
	}
	all := append(append([]float64{}, a.values...), b.values...)
	limit := stat.Winsorise(all, 0.999)
	above := 0
	for _, v := range all {
		if v > limit {
			above++
		}
	}
	if above == 0 || above > len(all)/1000 {
		t.Fatalf("%d of %d players are above the limit %v", above, len(all), limit)
	}
	if got := stat.Winsorise([]float64{5, 1, 4, 2, 3}, 0.8); got != 4 {
		t.Fatalf("four of five values do not exceed %v", got)
	}
}

// 2 arms of 4, worked out by hand: the residuals of y on x have no spread beyond 0.5.
func TestCUPED_ByHand(t *testing.T) {
	t.Parallel()
	var a, b stat.Moments
	for _, p := range [][2]float64{{3, 1}, {6, 2}, {7, 3}, {10, 4}} {
		a.Add(p[0], p[1])
	}
	for _, p := range [][2]float64{{2, 1}, {3, 2}, {6, 3}, {7, 4}} {
		b.Add(p[0], p[1])
	}
	raw, _ := stat.Welch(a, b, 0.05)
	got, ok := stat.CUPED(a, b, 0.05)
	if !ok {
		t.Fatal("no result")
	}
	// within the arms: Sxx = 5 + 5, Sxy = 11 + 9, Syy = 25 + 17
	near(t, "theta", got.Theta, 2, 1e-12)
	near(t, "diff", got.Diff, 2, 1e-12) // the covariate's means are equal
	near(t, "se²", got.SE*got.SE, ((25-44+20)+(17-36+20))/3.0/4, 1e-12)
	near(t, "reduction", got.Reduction, 1-2.0/42, 1e-12)
	near(t, "diff without", raw.Diff, 2, 1e-12)
	if _, ok := stat.CUPED(moments(1, 2), moments(3, 5), 0.05); ok {
		t.Error("a covariate without spread adjusts something")
	}
}

// Two arms of 3 customers with (revenue, orders), worked out by hand.
func TestRatio_ByHand(t *testing.T) {
	t.Parallel()
	var a, b stat.Moments
	for _, p := range [][2]float64{{10, 1}, {30, 2}, {20, 3}} {
		a.Add(p[0], p[1])
	}
	for _, p := range [][2]float64{{8, 1}, {8, 1}, {14, 1}} {
		b.Add(p[0], p[1])
	}
	e, ok := stat.Ratio(a, b, 0.05)
	if !ok {
		t.Fatal("no result")
	}
	near(t, "diff", e.Diff, 0, 1e-12) // 60/6 - 30/3
	// var = (s_y² - 2R s_xy + R² s_x²)/(n x̄²): (100 - 100 + 100)/(3·4) and (12 - 0 + 0)/3
	near(t, "se²", e.SE*e.SE, 100.0/12+4, 1e-12)
}

// The first two are examples of power.prop.test in R; its n is of one group.
func TestPower_OfPublishedCases(t *testing.T) {
	t.Parallel()
	n, _ := stat.RateSize(0.50, 0.75, stat.Plan{Power: 0.90})
	near(t, "n", n, 2*76.7, 1e-3)
	diff, ok := stat.RateDetectable(100, 0.5, stat.Plan{Power: 0.740192})
	if !ok {
		t.Fatal("no result")
	}
	near(t, "detectable", diff, 0.25, 1e-4)
	n, _ = stat.MeanSize(1, 1, stat.Plan{Power: 0.90})
	near(t, "n of a mean", n, 2*21.01484, 1e-5) // 2 (1.959964 + 1.281552)² in each arm
	d, _ := stat.MeanDetectable(42, 1, stat.Plan{Power: 0.90})
	near(t, "detectable mean", d, 1.00035, 1e-4)
	wide, _ := stat.MeanSize(1, 1, stat.Plan{Power: 0.90, DesignEffect: 3})
	near(t, "design effect", wide, 3*n, 1e-9)
	uneven, _ := stat.MeanSize(1, 1, stat.Plan{Power: 0.90, Share: 0.1})
	near(t, "a tenth", uneven, n*0.25/0.09, 1e-9)
	always, _ := stat.MeanSize(1, 1, stat.Plan{Power: 0.90, AlwaysValid: true})
	if always < 1.5*n || always > 2.1*n {
		t.Errorf("looking daily costs %v of the sample", always/n)
	}
	if _, ok := stat.RateSize(0.1, 0.1, stat.Plan{}); ok {
		t.Error("nothing takes a sample")
	}
	if _, ok := stat.RateDetectable(4, 0.5, stat.Plan{}); ok {
		t.Error("four customers find something")
	}
}

// The ratings of Shrout and Fleiss (1979), whose ICC(1,1) is 0.17, as both arms.
func TestClusters_HaveTheCorrelationOfShroutAndFleiss(t *testing.T) {
	t.Parallel()
	var arm []stat.Moments
	for _, row := range [][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}} {
		arm = append(arm, moments(row...))
	}
	c, ok := stat.Clusters(arm, arm, 0.05)
	if !ok {
		t.Fatal("no result")
	}
	near(t, "ICC", c.ICC, 0.1657, 5e-5)
	near(t, "design effect", c.DesignEffect, 1+3*0.1657, 2e-4)
	near(t, "df", c.DF, 10, 0)
	// clusters of one size: the variance of the six means, divided by six, for each arm
	means := moments(6, 3, 6.5, 4, 7.5, 4.75)
	near(t, "se²", c.SE*c.SE, 2*means.VarY()/6, 1e-12)
	if !stat.Few(c.Treated, c.Control) {
		t.Error("six clusters are enough")
	}
	if _, ok := stat.Clusters(arm[:1], arm, 0.05); ok {
		t.Error("one cluster has a variance")
	}
}

func TestHolm_AsInR(t *testing.T) {
	t.Parallel()
	got := stat.Holm([]float64{0.01, 0.04, 0.03, 0.005})
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		near(t, "adjusted", got[i], want, 1e-12)
	}
}
