package outreach

import "time"

// pace remembers the calls to one endpoint in the last minute. The zero value is none. It
// forgets when the program ends.
type pace struct{ calls []int64 } // ms, oldest first

// left is how many calls may begin now, at most rate in any minute; when it is 0, at is when
// the next one may.
func (p *pace) left(rate int, now time.Time) (n int, at time.Time) {
	since, old := now.Add(-time.Minute).UnixMilli(), 0
	for old < len(p.calls) && (p.calls[old] <= since || p.calls[old] > now.UnixMilli()) { // later: the clock was set back
		old++
	}
	p.calls = append(p.calls[:0], p.calls[old:]...)
	if n = rate - len(p.calls); n > 0 {
		return n, at
	}
	return 0, time.UnixMilli(p.calls[len(p.calls)-rate]).Add(time.Minute)
}

func (p *pace) note(now time.Time) { p.calls = append(p.calls, now.UnixMilli()) }

// rate is how many calls a minute an endpoint takes, 0 unlimited.
func (p Policy) rate(channel, endpoint string) int {
	if n, ok := p.Rates[queueOf(channel, endpoint)]; ok {
		return n
	}
	return p.Rates[channel]
}
