package wecomsim

import (
	"container/heap"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"time"
)

// delivery is one callback on its way to one app.
type delivery struct {
	seq     uint64
	due     time.Time
	app     string
	url     string
	key     string
	event   string
	plain   string
	random  []byte
	nonce   string
	crypt   *cryptor
	agent   int64
	attempt int // made so far
}

// queue holds callbacks by due time, then by order of making.
type queue struct {
	heap deliveryHeap
	seq  uint64
	dice *rand.Rand
	away int // being delivered now
	kept int // delivered or given up since the start
}

func newQueue(seed uint64) queue {
	return queue{dice: rand.New(rand.NewPCG(seed, 0xca11))}
}

// maxAttempts is the first delivery and three more.
const maxAttempts = 4

// enqueue plans the delivery of a callback, subject to the knobs of loss, delay, repeat and
// reordering. It draws the same dice whatever the knobs say.
func (s *Sim) enqueue(a *app, e event, plain string) {
	k, dice := s.knobs, s.queue.dice
	lost, twice, late, jitter := dice.Float64() < k.Loss, dice.Float64() < k.Duplicate, dice.Float64() < k.Reorder, dice.Float64()
	due := s.at.Add(ms(k.DelayMS) + time.Duration(jitter*float64(ms(k.JitterMS))))
	if late {
		due = due.Add(time.Duration((0.5 + jitter/2) * float64(ms(k.ReorderByMS))))
	}
	random, _ := hex.DecodeString(s.ids.hex("random", 16))
	d := &delivery{
		due: due, app: a.Name, url: a.CallbackURL, key: e.key, event: e.name(), plain: plain,
		random: random, nonce: strconv.FormatUint(s.ids.stream("nonce").Uint64N(1e10), 10), crypt: a.crypt, agent: a.AgentID,
	}
	if s.restoring {
		return
	}
	s.rec.callback(s, d, lost, twice)
	if lost {
		s.logDelivery(d, "lost", "")
		return
	}
	s.push(d)
	if twice {
		again := *d
		again.due = due.Add(time.Duration(jitter * float64(time.Second)))
		s.push(&again)
	}
}

func (s *Sim) push(d *delivery) {
	s.queue.seq++
	d.seq = s.queue.seq
	heap.Push(&s.queue.heap, d)
	s.run.poke()
}

// pop takes the first callback due at now; the zero time means any.
func (q *queue) pop(now time.Time) *delivery {
	if len(q.heap) == 0 || !now.IsZero() && q.heap[0].due.After(now) {
		return nil
	}
	q.away++
	return heap.Pop(&q.heap).(*delivery)
}

func (q *queue) next() (time.Time, bool) {
	if len(q.heap) == 0 {
		return time.Time{}, false
	}
	return q.heap[0].due, true
}

// Pending is how many callbacks wait or are on their way.
func (s *Sim) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue.heap) + s.queue.away
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

type deliveryHeap []*delivery

func (h deliveryHeap) Len() int { return len(h) }
func (h deliveryHeap) Less(i, j int) bool {
	if !h[i].due.Equal(h[j].due) {
		return h[i].due.Before(h[j].due)
	}
	return h[i].seq < h[j].seq
}
func (h deliveryHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *deliveryHeap) Push(x any)   { *h = append(*h, x.(*delivery)) }
func (h *deliveryHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
