package ltvtree

import (
	"cmp"
	"slices"
	"time"

	"yutang/internal/event"
)

// sides are numerator and denominator of a leaf.
func (s *study) sides(n Name, m *sums) (num, den float64) {
	switch n {
	case Frequency:
		return float64(m.tried), float64(m.customers[known])
	case Delivery:
		return float64(m.delivered), float64(m.tried)
	case Conversion:
		return float64(m.customers[converted]), float64(m.delivered)
	case Spend:
		return s.book.Major(m.spent), float64(m.customers[converted])
	default:
		return float64(m.referrals), float64(m.customers[known])
	}
}

func (s *study) answer() Answer {
	whole := &s.sums[len(s.sums)-1]
	out := Answer{
		Meta: s.meta, Customers: whole.customers[known], Leaves: []Leaf{}, Levers: []Lever{}, Notes: s.notes(),
		From: time.UnixMilli(s.p.from).In(s.p.zone).Format(time.RFC3339), To: time.UnixMilli(s.p.to).In(s.p.zone).Format(time.RFC3339),
	}
	for _, n := range names {
		out.Leaves = append(out.Leaves, s.leaf(n, whole))
	}
	s.multiply(&out)
	return out
}

func (s *study) leaf(n Name, whole *sums) Leaf {
	l := Leaf{Name: n, Definition: definitions[n], Trend: []Month{}}
	l.Numerator, l.Denominator = s.sides(n, whole)
	if l.Reason = s.missing(n, whole); l.Reason == nil {
		v := l.Numerator / l.Denominator
		one := 1.0
		if l.Value, l.Elasticity = &v, &one; n == Referral {
			one = v / (1 + v)
		}
	}
	for k := range s.sums[:len(s.sums)-1] {
		m := Month{Month: time.UnixMilli(s.p.months[k]).In(s.p.zone).Format("2006-01"), Partial: s.partial(k)}
		m.Numerator, m.Denominator = s.sides(n, &s.sums[k])
		if m.Denominator > 0 && l.Reason == nil {
			v := m.Numerator / m.Denominator
			m.Value = &v
		}
		l.Trend = append(l.Trend, m)
	}
	return l
}

// partial says that a month is not seen whole, or that its touches may still convert.
func (s *study) partial(k int) bool {
	return s.p.months[k] < s.p.from || s.p.months[k+1]-1 > s.p.to || s.p.months[k+1]+s.p.window > s.now
}

// missing says why a leaf is not known.
func (s *study) missing(n Name, m *sums) *Text {
	switch {
	case n == Referral && !s.base.EventKnown(event.ReferralCompleted):
		return &Text{"品牌还没有任何推荐完成事件（Referral Completed）。", "The brand has no Referral Completed event yet."}
	case m.customers[known] == 0:
		return &Text{"时段内没有已连接或被触达的客户。", "Nobody is connected or was touched by the end of the span."}
	case n == Referral:
		return nil
	case m.tried == 0:
		return &Text{"时段内还没有触达（Message Delivered 或 Message Failed）。", "There are no touches in the span yet (Message Delivered, Message Failed)."}
	case n == Conversion && m.delivered == 0:
		return &Text{"时段内没有送达的触达。", "No touch of the span was delivered."}
	case n == Spend && m.customers[converted] == 0:
		return &Text{"还没有客户在触达后下单。", "Nobody has ordered after a touch yet."}
	}
	return nil
}

// multiply makes the product of the leaves, and finds what would move it.
func (s *study) multiply(out *Answer) {
	product := 1.0
	for _, l := range out.Leaves {
		switch {
		case l.Value == nil && l.Name == Referral:
			out.Notes = append(out.Notes, Text{"推荐率未知，LTV 未乘以（1 + 推荐率）。", "The referral rate is not known, so LTV is without its factor."})
		case l.Value == nil:
			out.Reason = l.Reason
			return
		case l.Name == Referral:
			product *= 1 + *l.Value
		default:
			product *= *l.Value
		}
	}
	out.LTV = &product
	for i := range out.Leaves {
		if x, ok := s.lever(&out.Leaves[i], product); ok {
			x.TotalBest, x.TotalP75 = x.GainBest*float64(out.Customers), x.GainP75*float64(out.Customers)
			out.Levers = append(out.Levers, x)
		}
	}
	slices.SortStableFunc(out.Levers, func(a, b Lever) int {
		return cmp.Or(cmp.Compare(b.GainP75, a.GainP75), cmp.Compare(b.GainBest, a.GainBest))
	})
}

// lever compares a leaf with the brand's own months; false without two months that count.
func (s *study) lever(l *Leaf, ltv float64) (Lever, bool) {
	x := Lever{Leaf: l.Name}
	num, den := 0.0, 0.0
	var values []float64
	for _, m := range l.Trend {
		if m.Partial || m.Value == nil || m.Denominator < float64(s.p.MinCount) {
			continue
		}
		num, den = num+m.Numerator, den+m.Denominator
		if values = append(values, *m.Value); x.BestMonth == "" || *m.Value > x.Best {
			x.Best, x.BestMonth = *m.Value, m.Month
		}
	}
	if x.Months = len(values); x.Months < 2 || num == 0 || l.Value == nil {
		return x, false
	}
	x.Present, x.P75 = num/den, max(quartile(values), num/den)
	gain := func(target float64) float64 {
		grown := target / x.Present
		if l.Name == Referral {
			return ltv * ((1+*l.Value*grown)/(1+*l.Value) - 1)
		}
		return ltv * (grown - 1)
	}
	x.GainBest, x.GainP75 = max(0, gain(x.Best)), gain(x.P75)
	return x, true
}

// quartile is the 75th percentile (type 7 of Hyndman and Fan, Sample Quantiles in
// Statistical Packages, 1996).
func quartile(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	at := 0.75 * float64(len(v)-1)
	i := int(at)
	if i+1 >= len(v) {
		return v[i]
	}
	return v[i] + (at-float64(i))*(v[i+1]-v[i])
}
