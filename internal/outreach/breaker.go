package outreach

import "time"

// breaker closes the queue of an endpoint that fails or asks for rest. After its rest
// one call may try; if that fails too, the rest is twice as long.
type breaker struct {
	failures int // in a row
	until    time.Time
}

const (
	tolerated = 5 // failures in a row
	firstRest = 15 * time.Second
	longRest  = 5 * time.Minute
)

// limit is how many calls may be under way; 0 until the time given.
func (b *breaker) limit(most int, now time.Time) (int, time.Time) {
	switch {
	case now.Before(b.until) && b.until.Sub(now) <= longRest: // longer: the clock was set back
		return 0, b.until
	case b.failures >= tolerated:
		return 1, time.Time{}
	}
	return most, time.Time{}
}

// note records the outcome of a call.
func (b *breaker) note(o Outcome, now time.Time) {
	if o.Verdict == Accepted || o.Verdict == Rejected || o.Verdict == Handed {
		*b = breaker{}
		return
	}
	b.failures++
	if b.failures >= tolerated {
		b.rest(now, min(firstRest<<min(b.failures-tolerated, 10), longRest))
	}
	if o.RetryAfter > 0 {
		b.rest(now, min(o.RetryAfter, longRest))
	}
}

func (b *breaker) rest(now time.Time, d time.Duration) {
	if end := now.Add(d); end.After(b.until) {
		b.until = end
	}
}
