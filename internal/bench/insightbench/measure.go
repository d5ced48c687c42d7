package insightbench

import (
	"slices"
	"syscall"
	"time"
)

// Processors is the time that the process has spent on processors, all together.
func Processors() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// Timed is what a question cost.
type Timed struct {
	P50, P95, Best time.Duration
	Processors     time.Duration // mean
	Rounds         int
}

// Time asks some times after having asked twice, which warms up.
func Time(rounds int, ask func() error) (t Timed, err error) {
	for range 2 {
		if err := ask(); err != nil {
			return t, err
		}
	}
	times := make([]time.Duration, rounds)
	used := Processors()
	for i := range times {
		began := time.Now()
		if err := ask(); err != nil {
			return t, err
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	at := func(q float64) time.Duration { return times[min(int(q*float64(rounds)), rounds-1)] }
	return Timed{at(0.5), at(0.95), times[0], (Processors() - used) / time.Duration(rounds), rounds}, nil
}
