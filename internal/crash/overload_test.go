package crash

import (
	"crypto/rand"
	"flag"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"yutang/internal/failpoint"
)

var overload = flag.Duration("overload", 8*time.Second, "how long the overload lasts")

// What the server may use under overload, in MiB. Its queue holds 40,000 events and the
// doors 64 MiB of bodies.
const memoryBound = 700

// queueSize is how many events wait at most before the server refuses more.
const queueSize = 40_000

// flooded starts a server and floods it with five times what it queues.
func flooded(t *testing.T, d time.Duration, bugs ...failpoint.Bug) (s *Server, l Launch, calm, flood *Flood) {
	t.Helper()
	l = Launch{Program: program(t, ""), Data: filepath.Join(t.TempDir(), "data"), Key: rand.Text(), Env: []string{"YUTANG_LOG=WARN"}}
	if len(bugs) > 0 {
		l.Program, l.Env = program(t, "failpoint"), append(l.Env, bugEnv(bugs...))
	}
	s, err := Start(l)
	must(t, err)
	t.Cleanup(s.Kill)
	must(t, s.AwaitReady(t.Context()))
	calm = &Flood{Address: s.Address, Key: l.Key, Connections: 8, Batch: 400, Name: "calm"}
	calm.Run(t.Context(), d/4)
	flood = &Flood{Address: s.Address, Key: l.Key, Connections: 5 * queueSize / 400, Batch: 400, Name: "flood"}
	flood.Run(t.Context(), d)
	return s, l, calm, flood
}

// covers: B1, J4
func TestOverload_RefusesWhatItCannotTake(t *testing.T) {
	s, l, calm, flood := flooded(t, *overload)
	if flood.Refused.Load() == 0 || flood.Unsaid.Load() > 0 || flood.Accepted.Load() == 0 {
		t.Errorf("%d events accepted, %d requests refused, %d of them without Retry-After",
			flood.Accepted.Load(), flood.Refused.Load(), flood.Unsaid.Load())
	}
	if n := flood.Strange.Load() + calm.Strange.Load() + calm.Refused.Load(); n > 0 {
		t.Errorf("%d requests had other answers, such as %v", n, flood.Last.Load())
	}
	peak, err := s.Peak()
	must(t, err)
	if peak > memoryBound {
		t.Errorf("the server took %d MiB, more than %d", peak, memoryBound)
	}
	after := &Flood{Address: s.Address, Key: l.Key, Connections: 2, Batch: 10, Name: "after"}
	after.Run(t.Context(), time.Second/2)
	if after.Accepted.Load() == 0 || after.Refused.Load()+after.Strange.Load() > 0 {
		t.Errorf("after the flood %d events are accepted, %d requests refused, %d otherwise",
			after.Accepted.Load(), after.Refused.Load(), after.Strange.Load())
	}
	must(t, s.Stop())
	log, err := ReadLog(t.Context(), l.Data)
	must(t, err)
	v := CheckFloods(log.Facts, calm, flood, after)
	t.Logf("%.0f events/s accepted at ease, %.0f under %d connections with %d requests refused; %d MiB at most\n%s",
		float64(calm.Accepted.Load())/(*overload/4).Seconds(), float64(flood.Accepted.Load())/overload.Seconds(),
		flood.Connections, flood.Refused.Load(), peak, v)
	must(t, v.Err())
}

func TestOverloadControl_UnboundedQueueIsCaught(t *testing.T) {
	s, _, _, flood := flooded(t, 2*time.Second, failpoint.Unbounded)
	peak, err := s.Peak()
	must(t, err)
	said := fmt.Sprintf("%d requests refused, %d MiB", flood.Refused.Load(), peak)
	t.Log(said)
	if flood.Refused.Load() > 0 {
		t.Fatalf("the queue takes everything, and the harness sees %s", said)
	}
}
