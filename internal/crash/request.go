package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// The driver's events.
const (
	viewed    = "Product Viewed"
	ordered   = "Order Completed"
	submitted = "Form Submitted" // starts the playbook
	identify  = "Identified"
)

// call is a fact as the Segment API takes it.
type call struct {
	Type        string         `json:"type"`
	Event       string         `json:"event,omitempty"`
	MessageID   string         `json:"messageId"`
	UserID      string         `json:"userId,omitempty"`
	AnonymousID string         `json:"anonymousId,omitempty"`
	Timestamp   string         `json:"timestamp"`
	Properties  map[string]any `json:"properties,omitempty"`
	Traits      map[string]any `json:"traits,omitempty"`
}

func (f Fact) call() call {
	c := call{
		Type: "track", Event: f.Name, MessageID: f.ID, UserID: f.User, AnonymousID: f.Anon,
		Timestamp: time.UnixMilli(f.At).UTC().Format("2006-01-02T15:04:05.000Z"),
	}
	if f.Name == identify {
		c.Type, c.Event, c.Traits = "identify", "", map[string]any{"plan": f.Plan}
	}
	if f.Order != "" {
		c.Properties = map[string]any{"order_id": f.Order, "revenue": float64(f.Revenue) / 100, "currency": "CNY"}
	}
	return c
}

// request is what is sent at once; a request sent again is the same.
type request struct {
	number int // in the ledger
	facts  []Fact
	path   string
	body   []byte
}

func newRequest(l *Ledger, facts []Fact) (*request, error) {
	number, err := l.Intend(facts)
	if err != nil {
		return nil, err
	}
	r := &request{number: number, facts: facts, path: "/v1/batch"}
	calls := make([]call, len(facts))
	for i, f := range facts {
		calls[i] = f.call()
	}
	if len(calls) == 1 {
		r.path = "/v1/" + calls[0].Type
		r.body, err = json.Marshal(calls[0])
	} else {
		r.body, err = json.Marshal(map[string]any{"batch": calls})
	}
	return r, err
}

// answer is what came back.
type answer struct {
	status int
	code   string // of a problem
	retry  string // Retry-After
}

// post sends a request once.
func (r *request) post(ctx context.Context, client *http.Client, address, key string) (a answer, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+r.path, bytes.NewReader(r.body))
	if err != nil {
		return a, err
	}
	req.SetBasicAuth(key, "")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return a, err
	}
	a.status, a.retry = resp.StatusCode, resp.Header.Get("Retry-After")
	if a.status == http.StatusOK {
		return a, nil
	}
	var problem struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(raw, &problem) == nil {
		a.code = problem.Code
	}
	if a.status == http.StatusBadRequest {
		return a, fmt.Errorf("the driver's request is refused: %s", raw)
	}
	return a, nil
}

// maker invents facts: some people, known by a user id, an anonymous id, or both.
type maker struct {
	people  int
	serial  atomic.Int64
	orders  atomic.Int64
	changed atomic.Int64 // time of the last trait change, ms: each has its own
}

func (m *maker) fact(rng *rand.Rand) Fact {
	who := strconv.Itoa(rng.IntN(m.people))
	f := Fact{ID: "m-" + strconv.FormatInt(m.serial.Add(1), 10), Name: viewed, At: time.Now().UnixMilli()}
	switch p := rng.IntN(100); {
	case p < 45:
		f.User = "user-" + who
	case p < 75:
		f.Anon = "anon-" + who
	case p < 93:
		f.Name, f.User = ordered, "user-"+who
		f.Order, f.Revenue = m.order(rng, f.User)
	case p < 95:
		f.Name, f.User = submitted, "user-"+who
	default:
		f.Name, f.User, f.Anon = identify, "user-"+who, "anon-"+who
		f.Plan = []string{"gold", "silver", "basic"}[rng.IntN(3)]
		f.At = m.moment(f.At)
	}
	return f
}

// order is one of a person's orders; an old one is sent anew with another message id.
func (m *maker) order(rng *rand.Rand, user string) (id string, revenue int64) {
	n := rng.Int64N(m.orders.Add(1)/int64(m.people) + 2)
	return fmt.Sprintf("order-%s-%d", user, n), 1 + (n*3_701+int64(len(user)))%50_000
}

// moment is now, or just after the last moment given.
func (m *maker) moment(now int64) int64 {
	for {
		last := m.changed.Load()
		at := max(now, last+1)
		if m.changed.CompareAndSwap(last, at) {
			return at
		}
	}
}
