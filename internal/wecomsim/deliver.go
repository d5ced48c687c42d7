package wecomsim

import (
	"container/heap"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// lanes is how many callbacks go out at once; those of one key share a lane, so that only
// the knobs reorder them.
const lanes = 32

// running is what Start began.
type running struct {
	mu     sync.Mutex
	wake   chan struct{}
	ended  chan struct{} // closed when a delivery ends; guarded by Sim.mu
	cancel context.CancelFunc
	out    [lanes]chan *delivery
	done   sync.WaitGroup
}

func (r *running) init() { r.wake, r.ended = make(chan struct{}, 1), make(chan struct{}) }

// poke makes the loop look at the queue and the timers again.
func (r *running) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *running) start(s *Sim) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	for i := range r.out {
		out := make(chan *delivery, 256)
		r.out[i] = out
		r.done.Go(func() { s.lane(ctx, out) })
	}
	r.done.Go(func() { s.loop(ctx, r.out[:]) })
}

// lane delivers one callback after the other. One under way when ctx ends is finished.
func (s *Sim) lane(ctx context.Context, out <-chan *delivery) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case d := <-out:
			s.deliver(context.WithoutCancel(ctx), d)
		}
	}
}

func (r *running) stop(s *Sim) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cancel == nil {
		return
	}
	r.cancel()
	r.done.Wait()
	r.cancel = nil
	for _, out := range r.out {
		for len(out) > 0 {
			s.putBack(<-out)
		}
	}
}

// loop hands out callbacks and runs timers as they become due.
func (s *Sim) loop(ctx context.Context, out []chan *delivery) {
	for ctx.Err() == nil {
		due, next, waits := s.takeDue()
		for _, d := range due {
			h := fnv.New32a()
			_, _ = h.Write([]byte(d.key))
			select {
			case out[h.Sum32()%lanes] <- d:
			case <-ctx.Done():
				s.putBack(d)
			}
		}
		wait, cancel := context.WithCancel(ctx)
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			select {
			case <-s.run.wake:
				cancel()
			case <-wait.Done():
			}
		}()
		if waits {
			_ = s.clk.WaitUntil(wait, next)
			cancel()
		}
		<-stop
		cancel()
	}
}

// takeDue takes all callbacks due and says when to look again.
func (s *Sim) takeDue() (due []*delivery, next time.Time, waits bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	for {
		d := s.queue.pop(s.at)
		if d == nil {
			break
		}
		due = append(due, d)
	}
	next, waits = s.queue.next()
	if t, ok := s.timers.next(); ok && (!waits || t.Before(next)) {
		next, waits = t, true
	}
	return due, next, waits
}

func (s *Sim) putBack(d *delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.away--
	heap.Push(&s.queue.heap, d)
}

func (s *Sim) flush(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("flush callbacks: %w", err)
		}
		s.mu.Lock()
		s.enter()
		d := s.queue.pop(time.Time{})
		if d == nil {
			if s.queue.away == 0 {
				s.mu.Unlock()
				return nil
			}
			wait := s.run.ended
			s.mu.Unlock()
			select {
			case <-wait:
			case <-ctx.Done():
			}
			continue
		}
		s.mu.Unlock()
		s.deliver(ctx, d)
	}
}

// deliver posts one callback and plans the next attempt if it was not received.
func (s *Sim) deliver(ctx context.Context, d *delivery) {
	status, err := s.post(ctx, d)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	s.queue.away--
	close(s.run.ended)
	s.run.ended = make(chan struct{})
	d.attempt++
	switch {
	case err == nil && status == http.StatusOK:
		s.queue.kept++
		s.logDelivery(d, "delivered", "")
	case d.attempt >= maxAttempts:
		s.queue.kept++
		s.logDelivery(d, "given up", reason(status, err))
	default:
		s.logDelivery(d, "failed", reason(status, err))
		d.due = s.at.Add(ms(s.knobs.RetryDelayMS))
		s.push(d)
	}
}

func reason(status int, err error) string {
	if err != nil {
		return err.Error()
	}
	return "HTTP " + strconv.Itoa(status)
}

// post sends the callback as the platform does. Only the status counts.
func (s *Sim) post(ctx context.Context, d *delivery) (int, error) {
	encrypted := d.crypt.seal(d.random, []byte(d.plain))
	stamp := strconv.FormatInt(d.due.Unix(), 10)
	q := url.Values{"msg_signature": {d.crypt.sign(stamp, d.nonce, encrypted)}, "timestamp": {stamp}, "nonce": {d.nonce}}
	body := fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><AgentID><![CDATA[%d]]></AgentID><Encrypt><![CDATA[%s]]></Encrypt></xml>",
		d.crypt.receiver, d.agent, encrypted)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, join(d.url, q), strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "text/xml")
	res, err := s.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, nil
}

// join adds a query to a URL that may have one.
func join(u string, q url.Values) string {
	if strings.Contains(u, "?") {
		return u + "&" + q.Encode()
	}
	return u + "?" + q.Encode()
}
