package stat

import "math"

// MinClusters is how many clusters an arm needs for its variance to be trusted.
const MinClusters = 10

// Clustered is a comparison of arms that were drawn for clusters, such as members of
// staff or stores, and not for customers.
type Clustered struct {
	Effect
	Treated, Control int     // clusters
	ICC              float64 // intraclass correlation: how alike the customers of a cluster are
	DesignEffect     float64 // how many times the variance is that of customers drawn one by one
	NaiveSE          float64 // what ignoring the clusters would claim
}

// Few says that one of two arms has fewer than MinClusters.
func Few(treated, control int) bool { return min(treated, control) < MinClusters }

// Clusters compares means per customer, each element the customers of one cluster.
//
// The variance is the CR2 estimator (Bell and McCaffrey, Survey Methodology 28 (2002)) of
// the regression on the arm, which has a closed form here: with e the sum of a cluster's
// residuals about its arm's mean, n its customers and N those of its arm, an arm's mean has
// the variance sum(e² / (1 - n/N)) / N². For clusters of one size that is the variance
// of the cluster means divided by their number. t has clusters - 2 degrees of freedom
// (Donner and Klar, "Design and Analysis of Cluster Randomization Trials", 2000).
//
// ICC is the one-way analysis-of-variance estimator within the arms, cut off at 0;
// DesignEffect is Kish's 1 + (m - 1) ICC with m = sum(n²)/sum(n).
func Clusters(treated, control []Moments, alpha float64) (Clustered, bool) {
	t, okT := byCluster(treated)
	c, okC := byCluster(control)
	if !okT || !okC {
		return Clustered{}, false
	}
	effect, ok := wald(t.estimate, c.estimate, float64(t.clusters+c.clusters-2), alpha)
	if !ok {
		return Clustered{}, false
	}
	out := Clustered{Effect: effect, Treated: t.clusters, Control: c.clusters, DesignEffect: 1}
	out.NaiveSE = math.Sqrt(t.all.estimate().variance + c.all.estimate().variance)
	if icc, size, ok := intraclass(t, c); ok {
		out.ICC = icc
		out.DesignEffect = 1 + (size-1)*icc
	}
	return out, true
}

// armOf is one arm of a cluster experiment.
type armOf struct {
	estimate
	all             Moments
	clusters        int
	between, within float64 // sums of squares
	squares         float64 // sum of squared sizes
}

func byCluster(list []Moments) (a armOf, ok bool) {
	for _, m := range list {
		if m.N > 0 {
			a.all.Merge(m)
			a.clusters++
		}
	}
	if a.clusters < 2 {
		return a, false
	}
	n := float64(a.all.N)
	for _, m := range list {
		if m.N == 0 {
			continue
		}
		size := float64(m.N)
		off := m.Y - a.all.Y
		a.variance += size * size * off * off / (1 - size/n)
		a.between += size * off * off
		a.within += m.yy
		a.squares += size * size
	}
	a.mean, a.variance = a.all.Y, a.variance/(n*n)
	return a, true
}

// intraclass is the intraclass correlation over both arms, with the size of the cluster
// of the average customer.
func intraclass(t, c armOf) (icc, size float64, ok bool) {
	n := float64(t.all.N + c.all.N)
	groups := float64(t.clusters + c.clusters)
	if n <= groups || groups <= 2 {
		return 0, 0, false
	}
	between := (t.between + c.between) / (groups - 2)
	within := (t.within + c.within) / (n - groups)
	typical := (n - t.squares/float64(t.all.N) - c.squares/float64(c.all.N)) / (groups - 2)
	if total := between + (typical-1)*within; total > 0 {
		icc = math.Max(0, (between-within)/total)
	}
	return icc, (t.squares + c.squares) / n, true
}
