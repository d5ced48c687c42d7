package stat

import "math"

// Plan is what an experiment is to find. The zero Alpha is 0.05, the zero Power 0.8, the
// zero Share (of the treatment, of both arms) 0.5.
type Plan struct {
	Alpha, Power, Share float64
	AlwaysValid         bool    // sized for the tests of Sequential instead of one look at the end
	DesignEffect        float64 // of clusters; see Clusters. 0 is 1
}

func (p Plan) defaults() Plan {
	if p.Alpha == 0 {
		p.Alpha = 0.05
	}
	if p.Power == 0 {
		p.Power = 0.8
	}
	if p.Share == 0 {
		p.Share = 0.5
	}
	p.DesignEffect = math.Max(1, p.DesignEffect)
	return p
}

// reach is the critical values of error and power.
func (p Plan) reach() (za, zb float64) {
	if p.AlwaysValid {
		return sequentialCritical(p.Alpha), normal.Quantile(p.Power)
	}
	return z(p.Alpha), normal.Quantile(p.Power)
}

// RateSize is how many customers it takes in both arms to find that a rate of base
// becomes target: Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions",
// 3rd ed., section 4.2, without continuity correction, for any share. False for rates
// outside 0 to 1 or equal ones.
func RateSize(base, target float64, plan Plan) (n float64, ok bool) {
	if !(base > 0 && base < 1 && target > 0 && target < 1) || base == target {
		return 0, false
	}
	p := plan.defaults()
	za, zb := p.reach()
	pool := p.Share*target + (1-p.Share)*base
	null := math.Sqrt(pool * (1 - pool) / (p.Share * (1 - p.Share)))
	alt := math.Sqrt(target*(1-target)/p.Share + base*(1-base)/(1-p.Share))
	root := (za*null + zb*alt) / (target - base)
	return root * root * p.DesignEffect, true
}

// MeanSize is how many customers it takes in both arms to find a difference of means,
// where sd is the standard deviation between customers: the normal approximation.
func MeanSize(diff, sd float64, plan Plan) (n float64, ok bool) {
	if diff == 0 || !(sd > 0) {
		return 0, false
	}
	p := plan.defaults()
	za, zb := p.reach()
	root := (za + zb) * sd / diff
	return root * root / (p.Share * (1 - p.Share)) * p.DesignEffect, true
}

// MeanDetectable is the smallest difference of means that n customers in both arms find.
func MeanDetectable(n int, sd float64, plan Plan) (diff float64, ok bool) {
	if n < 2 || !(sd > 0) {
		return 0, false
	}
	p := plan.defaults()
	za, zb := p.reach()
	return (za + zb) * sd * math.Sqrt(p.DesignEffect/(float64(n)*p.Share*(1-p.Share))), true
}

// RateDetectable is the smallest rise of a rate of base that n customers in both arms
// find; false if not even a rise to 1 would be found.
func RateDetectable(n int, base float64, plan Plan) (diff float64, ok bool) {
	low, high := base, 1-1e-12
	if size, sound := RateSize(base, high, plan); !sound || n < 2 || size > float64(n) {
		return 0, false
	}
	for range 200 {
		mid := (low + high) / 2
		if size, sound := RateSize(base, mid, plan); !sound || size > float64(n) {
			low = mid
		} else {
			high = mid
		}
	}
	return high - base, true
}
