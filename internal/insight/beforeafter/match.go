package beforeafter

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/insight"
)

// study is everything that one answer is made from.
type study struct {
	p         *plan
	meta      insight.Meta
	now       int64
	customers []customer
	book      *insight.Book

	cuts   []int64 // between bins of revenue, minor units
	strata map[key]*stratum
	order  []*stratum // of those with both kinds, in a fixed order
	groups map[group]*roaring.Bitmap
	all    []tested // everybody who joined and was seen long enough, matched or not
	weekly []week   // who had not joined
	sample float64  // share of pairs of customer and week that were looked at
}

// key says what customers of one stratum have in common.
type key struct {
	week                     int16
	orders, revenue, recency int8
}

// stratum is customers alike.
type stratum struct {
	key    key
	joined []tested
	others []tested
	met    int // others, kept or not
}

// tested is one customer around one week. Money in minor units.
type tested struct {
	at               int32 // place among the customers
	early, pre, post float64
	orders           float64 // before
	known            bool    // for the window before the window before
}

// week is the mean customer of those who had not joined.
type week struct {
	joined, others    float64
	pre, post, orders float64 // sums over others
}

const (
	maxPairs   = 20_000_000
	perJoined  = 20  // others kept for each who joined
	leastOther = 200 // others kept in any case
)

var (
	orderBins   = []int64{1, 2, 3, 5, 10}
	recencyBins = []int64{8, 15, 31, 61, 91, 181, 366} // days; the last bin is beyond, and never
)

func bin(cuts []int64, v int64) int8 {
	i, found := slices.BinarySearch(cuts, v)
	if found {
		i++
	}
	return int8(i)
}

// match finds those who joined, and who was like them.
func (s *study) match(ctx context.Context) error {
	s.strata, s.groups = map[key]*stratum{}, map[group]*roaring.Bitmap{}
	for _, g := range groups {
		s.groups[g] = roaring.New()
	}
	s.weekly = make([]week, len(s.p.weeks)-1)
	eligible := s.findJoined()
	s.cutRevenue(eligible)
	for _, i := range eligible {
		w := insight.Find(s.p.weeks, s.customers[i].joined)
		t, k := s.look(i, w)
		st := s.strata[k]
		if st == nil {
			st = &stratum{key: k}
			s.strata[k] = st
		}
		st.joined = append(st.joined, t)
		s.all = append(s.all, t)
		s.weekly[w].joined++
	}
	if err := s.findOthers(ctx); err != nil {
		return err
	}
	s.settle()
	return nil
}

// findJoined sorts out who can be compared at all.
func (s *study) findJoined() (eligible []int) {
	for i, c := range s.customers {
		if c.joined < s.p.from || c.joined > s.p.to || c.joined == 0 {
			continue
		}
		s.groups[joiners].Add(c.root)
		w := insight.Find(s.p.weeks, c.joined)
		switch {
		case c.first > s.p.weeks[w]-s.p.pre:
			s.groups[tooNew].Add(c.root)
		case s.p.weeks[w+1]+s.p.post > s.now:
			s.groups[tooLate].Add(c.root)
		default:
			eligible = append(eligible, i)
		}
	}
	return eligible
}

// cutRevenue divides those who joined and had bought into fifths by revenue before.
func (s *study) cutRevenue(eligible []int) {
	var spent []int64
	for _, i := range eligible {
		t, _ := s.look(i, insight.Find(s.p.weeks, s.customers[i].joined))
		if t.pre > 0 {
			spent = append(spent, int64(t.pre))
		}
	}
	slices.Sort(spent)
	s.cuts = []int64{1}
	for q := 1; q < 5 && len(spent) > 0; q++ {
		s.cuts = append(s.cuts, spent[len(spent)*q/5])
	}
	s.cuts = slices.Compact(s.cuts)
}

// look shows a customer around a week.
func (s *study) look(i, w int) (tested, key) {
	c := &s.customers[i]
	start, end := s.p.weeks[w], s.p.weeks[w+1]
	t := tested{at: int32(i), known: c.first <= start-2*s.p.pre}
	orders, last := int64(0), int64(-1)
	for _, o := range s.book.Of(c.root) {
		switch {
		case o.At >= end+s.p.post:
		case o.At >= end:
			t.post += float64(o.Net)
		case o.At >= start:
		case o.At >= start-s.p.pre:
			t.pre += float64(o.Net)
			if !o.Void {
				orders++
			}
		case o.At >= start-2*s.p.pre:
			t.early += float64(o.Net)
		}
		if o.At < start && !o.Void {
			last = o.At
		}
	}
	t.orders = float64(orders)
	k := key{week: int16(w), orders: bin(orderBins, orders), revenue: bin(s.cuts, int64(t.pre)), recency: int8(len(recencyBins))}
	if last >= 0 {
		k.recency = bin(recencyBins, (start-last)/dayMS)
	}
	return t, k
}

// findOthers looks at everybody who had not joined by the end of a week's comparison.
func (s *study) findOthers(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(s.p.Seed, 1))
	s.sample = 1
	if pairs := len(s.customers) * len(s.weekly); pairs > maxPairs {
		s.sample = maxPairs / float64(pairs)
	}
	for i, c := range s.customers {
		if i%10_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for w := range s.weekly {
			if s.weekly[w].joined == 0 || c.first > s.p.weeks[w]-s.p.pre || c.joined != 0 && c.joined < s.p.weeks[w+1]+s.p.post {
				continue
			}
			if s.sample < 1 && rng.Float64() >= s.sample {
				continue
			}
			s.meet(i, w, rng)
		}
	}
	return nil
}

// meet takes a customer into the stratum that is theirs, if somebody there joined.
func (s *study) meet(i, w int, rng *rand.Rand) {
	t, k := s.look(i, w)
	sum := &s.weekly[w]
	sum.others++
	sum.pre, sum.post, sum.orders = sum.pre+t.pre, sum.post+t.post, sum.orders+t.orders
	st := s.strata[k]
	if st == nil {
		return
	}
	st.met++
	if most := max(leastOther, perJoined*len(st.joined)); len(st.others) < most {
		st.others = append(st.others, t)
	} else if at := rng.IntN(st.met); at < most { // reservoir sampling
		st.others[at] = t
	}
}

// settle says who is matched.
func (s *study) settle() {
	for _, st := range s.strata {
		to := s.groups[matched]
		if len(st.others) == 0 {
			to = s.groups[alone]
		} else {
			s.order = append(s.order, st)
		}
		for _, t := range st.joined {
			to.Add(s.customers[t.at].root)
		}
		for _, t := range st.others {
			s.groups[compared].Add(s.customers[t.at].root)
		}
	}
	slices.SortFunc(s.order, func(a, b *stratum) int { return a.key.compare(b.key) })
}

func (k key) compare(o key) int {
	for _, d := range [...]int{int(k.week) - int(o.week), int(k.orders) - int(o.orders), int(k.revenue) - int(o.revenue)} {
		if d != 0 {
			return d
		}
	}
	return int(k.recency) - int(o.recency)
}

func (s *study) of(g group) *roaring.Bitmap { return s.groups[g] }
