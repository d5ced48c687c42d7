package wecomsim

import "time"

// rate is one published limit: n calls per window. Who is over it is blocked.
type rate struct {
	n   int
	per time.Duration
}

const (
	day   = 24 * time.Hour
	month = 30 * day
)

// The basic limits of every call.
var (
	corpRates = []rate{{10_000, time.Minute}, {150_000, time.Hour}}
	ipRates   = []rate{{20_000, time.Minute}, {600_000, time.Hour}}
)

// limits are token buckets by who, path and window, and the blocks of who ran one dry.
type limits struct {
	buckets map[string]*bucket
	blocked map[string]time.Time
}

type bucket struct {
	left float64
	at   time.Time
}

// take counts one call of who to path against rates; false answers 45009.
func (l *limits) take(who, path string, rates []rate, scale float64, now time.Time) bool {
	if scale < 0 || len(rates) == 0 {
		return true
	}
	key := who + " " + path
	if until, ok := l.blocked[key]; ok {
		if now.Before(until) {
			return false
		}
		delete(l.blocked, key)
	}
	for _, r := range rates {
		if !l.draw(key+" "+r.per.String(), r, scale, now) {
			l.blocked[key] = blockEnd(r.per, now)
			return false
		}
	}
	return true
}

func (l *limits) draw(key string, r rate, scale float64, now time.Time) bool {
	size := max(float64(r.n)*scale, 1)
	b, ok := l.buckets[key]
	if !ok {
		b = &bucket{left: size, at: now}
		l.buckets[key] = b
	}
	b.left = min(size, b.left+now.Sub(b.at).Seconds()*size/r.per.Seconds())
	b.at = now
	if b.left < 1-1e-9 {
		return false
	}
	b.left--
	return true
}

// blockEnd is until when a window run dry blocks: a minute, an hour, the rest of the day or
// 30 days.
func blockEnd(per time.Duration, now time.Time) time.Time {
	switch {
	case per <= time.Minute:
		return now.Add(time.Minute)
	case per <= time.Hour:
		return now.Add(time.Hour)
	case per <= day:
		return midnight(now).Add(day)
	}
	return now.Add(month)
}

// midnight is the beginning of t's day in the platform's zone.
func midnight(t time.Time) time.Time {
	t = t.In(chinaTime)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, chinaTime)
}

// frequency counts the call against all its limits.
func (s *Sim) frequency(e *endpoint, c *call) error {
	take := func(who string, rates []rate) bool {
		return s.limits.take(who, e.path, rates, s.knobs.LimitScale, s.at)
	}
	ok := e.free || take("ip "+c.ip, ipRates) && take("corp", corpRates)
	ok = ok && take("own", e.own)
	if ok && c.app != nil {
		ok = take("app "+c.app.Name, e.ownApp)
	}
	if !ok {
		return code(45009)
	}
	return nil
}
