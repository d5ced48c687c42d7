package ltv

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"yutang/internal/insight"
	"yutang/internal/insight/btyd"
)

// Bin is the customers who bought equally often during the calibration.
type Bin struct {
	Frequency string  `json:"frequency"` // "0" to "6", "7+"
	Count     int     `json:"count"`
	Actual    float64 `json:"actual"`   // mean days bought on after it
	Expected  float64 `json:"expected"` // as predicted
}

// Track is one unit of time of the brand: repeat purchases, as they came and as the model
// expects them of those customers from what is known of nobody in particular.
type Track struct {
	Unit       int     `json:"unit"` // units since the first customer's first purchase
	Actual     int     `json:"actual"`
	Expected   float64 `json:"expected"`
	Cumulative int     `json:"cumulative_actual"`
	CumExpect  float64 `json:"cumulative_expected"`
	Holdout    bool    `json:"holdout"`
}

// Quality says how well the hold-out was predicted.
type Quality struct {
	HoldoutUnits float64 `json:"holdout_units"`
	Actual       int     `json:"actual"`   // purchases of all customers in it
	Expected     float64 `json:"expected"` // predicted
	Error        float64 `json:"relative_error"`
	MAE          float64 `json:"mean_absolute_error"` // per customer
}

const bins = 8

func bin(frequency float64) int { return int(min(frequency, bins-1)) }

// often is a bin in a cell: its number, or its name.
type often int

// UnmarshalJSON reads 7, "7" and "7+".
func (o *often) UnmarshalJSON(raw []byte) error {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.Trim(string(raw), `"`), "+"))
	if err != nil || n < 0 || n >= bins {
		return insight.BadCell("/frequency", "is 0 to %d, which is %d and more", bins-1, bins-1)
	}
	*o = often(n)
	return nil
}

// answer tells what was learned.
func (s *study) answer() Answer {
	out := Answer{
		Meta: s.meta, Unit: s.p.Unit, Horizon: s.p.Horizon, Model: s.used, Models: s.models, LogLike: s.like,
		Count: len(s.people), Parameters: map[string]float64{}, Deciles: s.deciles(),
	}
	for _, p := range append(s.buying.Params(), s.spend.Params()...) {
		out.Parameters[p.Name] = p.Value
	}
	for _, c := range s.people {
		out.Total += c.Value
		out.Alive += c.Alive
	}
	out.Tracking = s.tracking()
	if s.p.end > s.p.split {
		out.Calibration, out.Fit = s.calibration()
	}
	out.Notes = s.notes()
	return out
}

func (s *study) deciles() []Decile {
	out := make([]Decile, 10)
	for i := range out {
		out[i].Decile = i + 1
	}
	for _, c := range s.people {
		d := &out[c.Decile-1]
		d.Count++
		d.Value += c.Value
		d.Alive += c.Alive
	}
	for i := range out {
		if out[i].Count > 0 {
			out[i].Alive /= float64(out[i].Count)
		}
	}
	return out
}

// calibration compares the hold-out with its prediction.
func (s *study) calibration() ([]Bin, *Quality) {
	ahead := float64(s.p.end-s.p.split) / s.p.days
	out := make([]Bin, bins)
	q := &Quality{HoldoutUnits: ahead}
	for i := range out {
		out[i].Frequency = fmt.Sprint(i)
	}
	out[bins-1].Frequency += "+"
	for _, c := range s.people {
		b := &out[bin(c.Frequency)]
		expected := s.buying.Expected(historyOf(c), ahead)
		b.Count++
		b.Actual += float64(c.later)
		b.Expected += expected
		q.Actual += c.later
		q.Expected += expected
		q.MAE += math.Abs(expected - float64(c.later))
	}
	for i := range out {
		if n := float64(out[i].Count); n > 0 {
			out[i].Actual, out[i].Expected = out[i].Actual/n, out[i].Expected/n
		}
	}
	if q.Actual > 0 {
		q.Error = q.Expected/float64(q.Actual) - 1
	}
	if n := float64(len(s.people)); n > 0 {
		q.MAE /= n
	}
	return out, q
}

// maxTrack bounds the points of the tracking plot.
const maxTrack = 400

// tracking is the plot of repeat purchases, unit by unit of time.
func (s *study) tracking() []Track {
	if len(s.people) == 0 {
		return nil
	}
	origin := s.firsts[0]
	began := map[int64]int{}
	for _, day := range s.firsts {
		origin = min(origin, day)
		began[day]++
	}
	step := s.p.days
	units := float64(s.p.end-origin+1) / step
	for units > maxTrack {
		step, units = step*2, units/2
	}
	out := make([]Track, int(units))
	for _, days := range s.repeats {
		for _, day := range days {
			if k := int(float64(day-origin) / step); k < len(out) {
				out[k].Actual++
			}
		}
	}
	cumulative, before := 0, 0.0
	for k := range out {
		end := origin + int64(float64(k+1)*step)
		expected := 0.0
		for day, n := range began {
			if end > day {
				expected += float64(n) * s.buying.ExpectedNew(float64(end-day)/s.p.days)
			}
		}
		cumulative += out[k].Actual
		out[k].Unit, out[k].Cumulative, out[k].CumExpect, out[k].Expected = k+1, cumulative, expected, expected-before
		out[k].Holdout = end > s.p.split
		before = expected
	}
	return out
}

func (s *study) notes() []string {
	notes := []string{
		"purchases of one day count as one; refunds are not taken off single purchases",
		"the models take buying and spending to be independent of each other, and customers not to change their habits until they stop",
	}
	if s.undying() {
		notes = append(notes, "in these data hardly anybody stops for good, as far as can be seen: p_alive is near 1 for all and tells nobody apart")
	}
	if s.p.end == s.p.split {
		notes = append(notes, "without calibration_end nothing is held out, so the prediction is not judged")
	}
	return notes
}

// historyOf is a customer as the models know them.
func historyOf(c Customer) btyd.Customer { return btyd.Customer{X: c.Frequency, TX: c.Recency, T: c.T} }
