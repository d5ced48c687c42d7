package attribution

import (
	"cmp"
	"fmt"
	"slices"

	"yutang/internal/money"
)

// answer computes everything that is shown.
func (f *folded) answer(currency string) Answer {
	scale := float64(money.Scale(currency))
	out := Answer{
		Meta: f.meta, Currency: currency, By: f.p.By, Lookback: f.p.Lookback, HalfLife: f.p.HalfLife, Touches: f.p.kinds,
		OtherValues: f.others, Models: []Result{}, Values: []Value{}, Paths: []PathRow{},
	}
	out.reconcile(f, scale)
	var effects map[string]float64
	for _, m := range f.p.Models {
		if m == Markov && effects == nil {
			effects = f.markov().effects()
		}
		out.Models = append(out.Models, f.result(m, effects, scale))
	}
	out.addValues(f, effects)
	out.addPaths(f, scale)
	out.addJourney(f)
	out.addNotes(f)
	return out
}

// result is the credits of one model.
func (f *folded) result(m Model, effects map[string]float64, scale float64) Result {
	l := newLedger(m, float64(f.p.half), effects)
	buf := make([]Touch, 0, maxPath)
	for i := range f.sales {
		if x := &f.sales[i]; !f.outside(x) {
			l.enter(f.path(x, buf))
		}
	}
	if f.nobody.orders > 0 && f.p.Audience == "" {
		l.add(Nobody, float64(f.nobody.orders), f.nobody.net)
	}
	out := Result{Model: m, Credits: []Owed{}}
	total := int64(0)
	credits := l.credits()
	for _, c := range credits {
		total += c.Revenue
		out.Orders += c.Orders
	}
	out.Revenue = float64(total) / scale
	out.Difference = float64(f.due()-total) / scale
	for _, c := range credits {
		row := Owed{Value: c.Channel, Orders: c.Orders, Revenue: float64(c.Revenue) / scale}
		if total != 0 {
			row.Share = float64(c.Revenue) / float64(total)
		}
		out.Credits = append(out.Credits, row)
	}
	return out
}

// due is the net of the ledger that every model has to credit.
func (f *folded) due() int64 {
	due := f.all.net - f.void.net
	if f.p.Audience != "" {
		due -= f.nobody.net
	}
	for i := range f.sales {
		if x := &f.sales[i]; f.outside(x) {
			due -= x.net
		}
	}
	return due
}

func (a *Answer) reconcile(f *folded, scale float64) {
	var touched, direct, outside sums
	for i := range f.sales {
		switch x := &f.sales[i]; {
		case f.outside(x):
			outside.add(x.net)
		case len(x.path) == 0:
			direct.add(x.net)
		default:
			touched.add(x.net)
		}
	}
	sum := func(s sums) Sum { return Sum{s.orders, float64(s.net) / scale} }
	a.Reconciliation = Reconciliation{
		Ledger: sum(f.all), Touched: sum(touched), Direct: sum(direct), Nobody: sum(f.nobody), Outside: sum(outside), Void: sum(f.void),
		Difference: float64(f.all.net-touched.net-direct.net-f.nobody.net-outside.net-f.void.net) / scale,
	}
}

func (a *Answer) addValues(f *folded, effects map[string]float64) {
	for i, name := range f.names[1:] {
		v := Value{Value: name, Touches: f.counts[i+1]}
		if effects != nil {
			e := effects[name]
			v.Removal = &e
		}
		a.Values = append(a.Values, v)
	}
	slices.SortStableFunc(a.Values, func(x, y Value) int { return cmp.Compare(y.Touches, x.Touches) })
}

// addPaths counts ways, to orders and to none.
func (a *Answer) addPaths(f *folded, scale float64) {
	type tally struct {
		orders, lost int
		net          int64
	}
	all := map[string]*tally{}
	at := func(key string) *tally {
		t := all[key]
		if t == nil {
			t = &tally{}
			all[key] = t
		}
		return t
	}
	var key []byte
	for i := range f.sales {
		x := &f.sales[i]
		if key = f.key(key, x.path); len(key) > 0 {
			t := at(string(key))
			t.orders++
			t.net += x.net
		}
	}
	for i := range f.work {
		for lost, l := range f.work[i].lost {
			at(f.refold(lost)).lost += l.count
		}
	}
	keys := make([]string, 0, len(all))
	for key := range all {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y string) int {
		s, t := all[x], all[y]
		return cmp.Or(cmp.Compare(t.orders+t.lost, s.orders+s.lost), cmp.Compare(t.orders, s.orders), cmp.Compare(x, y))
	})
	a.OtherPaths = max(0, len(keys)-f.p.Paths)
	for _, key := range keys[:min(len(keys), f.p.Paths)] {
		t := all[key]
		a.Paths = append(a.Paths, PathRow{
			Path: f.unkey(key), Orders: t.orders, Lost: t.lost, Revenue: float64(t.net) / scale,
			Conversion: float64(t.orders) / float64(t.orders+t.lost),
		})
	}
}

func (a *Answer) addJourney(f *folded) {
	var touches, days []float64
	for i := range f.sales {
		x := &f.sales[i]
		if len(x.path) == 0 {
			continue
		}
		touches = append(touches, float64(len(x.path)))
		days = append(days, float64(x.at-x.path[0].at)/86_400_000)
		if x.cut {
			a.Journey.Cut++
		}
	}
	a.Journey.Orders = len(touches)
	a.Journey.MeanTouches, a.Journey.MedianTouches = spread(touches)
	a.Journey.MeanDays, a.Journey.MedianDays = spread(days)
}

// spread is the mean and the median, nil of nothing.
func spread(list []float64) (mean, median *float64) {
	n := len(list)
	if n == 0 {
		return nil, nil
	}
	slices.Sort(list)
	sum := 0.0
	for _, x := range list {
		sum += x
	}
	average, middle := sum/float64(n), (list[(n-1)/2]+list[n/2])/2
	return &average, &middle
}

func (a *Answer) addNotes(f *folded) {
	a.Notes = []string{
		"Models tell where touched orders came through, not what caused them; experiments measure that.",
		"A touch counts at or before the order and at most the look-back before it. An event is one touch.",
	}
	if a.Journey.Cut > 0 {
		a.Notes = append(a.Notes, fmt.Sprintf("%d ways are longer than %d touches; their last %d count.", a.Journey.Cut, maxPath, maxPath))
	}
	if f.others > 0 {
		a.Notes = append(a.Notes, fmt.Sprintf("%d rare values are joined in %q; ask for more values, at most %d.", f.others, Other, maxShown))
	}
	more := 0
	for i := range f.work {
		more += f.work[i].more
	}
	if more > 0 {
		a.Notes = append(a.Notes, fmt.Sprintf("%d ways that led to no order are not told apart: there are too many kinds.", more))
	}
}
