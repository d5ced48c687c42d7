package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// load is what a run of senders found.
type load struct {
	acked   atomic.Int64
	refused atomic.Int64
	mu      sync.Mutex
	acks    []time.Duration
	err     error
}

// client speaks to the server with as many kept connections as senders.
func (b *bench) client(senders int) *http.Client {
	return &http.Client{
		Timeout: time.Minute,
		Transport: &http.Transport{
			MaxIdleConnsPerHost: senders, MaxConnsPerHost: senders, DisableCompression: true,
			DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		},
	}
}

// send runs senders for a time. Each posts bodies of n events made by its own generator.
func (b *bench) send(ctx context.Context, senders, n int, path string, d time.Duration) (*load, time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	l := &load{}
	client := b.client(senders)
	defer client.CloseIdleConnections()
	url := "http://" + b.app.Address() + path
	var wg sync.WaitGroup
	started := time.Now()
	for range senders {
		g := b.generator()
		wg.Go(func() { l.sender(ctx, client, url, g, n) })
	}
	wg.Wait()
	return l, time.Since(started)
}

func (l *load) sender(ctx context.Context, client *http.Client, url string, g *generator, n int) {
	var body []byte
	var acks []time.Duration
	for ctx.Err() == nil {
		if n == 1 {
			body = g.track(body[:0], g.moment(time.Now()))
		} else {
			body = g.batch(body, n, time.Now())
		}
		began := time.Now()
		status, err := post(client, url, body)
		if err != nil {
			l.fail(err)
			return
		}
		switch status {
		case http.StatusOK:
			l.acked.Add(int64(n))
			acks = append(acks, time.Since(began))
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			l.refused.Add(int64(n))
		default:
			l.fail(fmt.Errorf("status %d", status))
			return
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acks = append(l.acks, acks...)
}

func (l *load) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func post(client *http.Client, url string, body []byte) (int, error) {
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.SetBasicAuth(writeKey, "")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode, err
}
