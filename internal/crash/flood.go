package crash

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Flood is a crowd of clients that ask for more than the server can give and do not wait
// as long as they are told to.
type Flood struct {
	Address     string
	Key         string // write key
	Connections int
	Batch       int    // events of a request
	Name        string // begins the message ids, so that floods differ

	Accepted atomic.Int64 // events
	Refused  atomic.Int64 // requests answered 429
	Unsaid   atomic.Int64 // of them, those without a Retry-After
	Strange  atomic.Int64 // requests answered in another way, or not
	Last     atomic.Pointer[string]

	mu    sync.Mutex
	acked map[string]bool // requests
}

// Run floods for a time.
func (f *Flood) Run(ctx context.Context, d time.Duration) {
	f.acked = map[string]bool{}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: f.Connections}, Timeout: patience}
	defer client.CloseIdleConnections()
	until := time.Now().Add(d)
	var all sync.WaitGroup
	for c := range f.Connections {
		all.Go(func() {
			for n := 0; time.Now().Before(until); n++ {
				f.one(ctx, client, fmt.Sprintf("%s-%d-%d", f.Name, c, n), until)
			}
		})
	}
	all.Wait()
}

// one sends a request until it is taken or the time is over.
func (f *Flood) one(ctx context.Context, client *http.Client, id string, until time.Time) {
	r := &request{path: "/v1/batch", body: f.body(id)}
	for {
		a, err := r.post(ctx, client, f.Address, f.Key)
		switch {
		case err == nil && a.status == http.StatusOK:
			f.Accepted.Add(int64(f.Batch))
			f.mu.Lock()
			f.acked[id] = true
			f.mu.Unlock()
			return
		case err == nil && a.status == http.StatusTooManyRequests:
			f.Refused.Add(1)
			if n, err := strconv.Atoi(a.retry); err != nil || n < 1 {
				f.Unsaid.Add(1)
			}
		default:
			f.Strange.Add(1)
			said := fmt.Sprintf("%d %s %v", a.status, a.code, err)
			f.Last.Store(&said)
		}
		if time.Now().After(until) || rest(ctx, 50*time.Millisecond) != nil {
			return
		}
	}
}

func (f *Flood) body(id string) []byte {
	b := bytes.NewBufferString(`{"batch":[`)
	for i := range f.Batch {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, `{"type":"track","event":"Page Opened","messageId":"%s-%d","userId":"user-%d","properties":{"path":"/p/%d"}}`, id, i, i, i%50)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// CheckFloods holds a log against what the floods were told.
func CheckFloods(facts []Fact, floods ...*Flood) *Verdict {
	v := &Verdict{}
	parts := map[string]int{}
	seen := map[string]bool{}
	for _, fact := range facts {
		if seen[fact.ID] {
			v.Twice = append(v.Twice, fact.ID)
		}
		seen[fact.ID] = true
		if at := strings.LastIndexByte(fact.ID, '-'); at > 0 {
			parts[fact.ID[:at]]++
		}
	}
	v.Stored = len(seen)
	for _, f := range floods {
		for id := range f.acked {
			v.Acked += f.Batch
			if parts[id] == 0 {
				v.Lost = append(v.Lost, id)
			}
		}
		for id, n := range parts {
			if strings.HasPrefix(id, f.Name+"-") && n != f.Batch {
				v.Torn = append(v.Torn, fmt.Sprintf("%s: %d of %d", id, n, f.Batch))
			}
		}
	}
	return v
}
