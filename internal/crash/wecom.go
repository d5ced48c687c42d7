package crash

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/wecomsim"
)

const (
	wecomCorp   = "ww0000000000000001"
	wecomToken  = "SimToken01"
	wecomAESKey = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
)

// WeCom is a corp under test: the simulated platform, a door that notes what it calls back,
// and our server, which is killed.
//
//	Sim ── callbacks ──▶ Door ──▶ Server (kill -9)
//	 ▲                                │
//	 └────────── API ◀────────────────┘
//
// The door stands at one address whatever becomes of the server. It answers as the server
// does, and 503 while there is none.
type WeCom struct {
	Launch
	Seed uint64

	sim      *wecomsim.Sim
	platform *httptest.Server
	door     *Door
	server   *Server
	staff    []string

	Starts int
}

// late is a minute behind, so that what happens is old enough for lists to be believed: a
// comparison does not end what was added in its last half minute.
type late struct{ clock.System }

// Now implements clock.Clock.
func (l late) Now() time.Time { return l.System.Now().Add(-time.Minute) }

// WaitUntil implements clock.Clock.
func (l late) WaitUntil(ctx context.Context, t time.Time) error {
	return l.System.WaitUntil(ctx, t.Add(time.Minute))
}

// Begin makes the corp with some members, starts the server and connects it.
func (w *WeCom) Begin(ctx context.Context, knobs func(*wecomsim.Knobs)) (err error) {
	w.Key, w.staff = rand.Text(), []string{"li", "wang", "zhao"}
	if w.door, err = NewDoor(); err != nil {
		return err
	}
	w.sim, err = wecomsim.New(wecomsim.Config{
		CorpID: wecomCorp, Token: wecomToken, AESKey: wecomAESKey, CallbackURL: w.door.server.URL, Seed: w.Seed, LimitScale: -1,
		Clock: late{},
	})
	if err != nil {
		return err
	}
	for _, user := range w.staff {
		if err := w.sim.PutMember(wecomsim.NewMember{User: user}); err != nil {
			return err
		}
	}
	w.platform = httptest.NewServer(w.sim.Handler())
	w.sim.SetPublicURL(w.platform.URL)
	w.sim.SetKnobs(knobs)
	if err := w.Start(ctx); err != nil {
		return err
	}
	if err := w.connect(ctx); err != nil {
		return err
	}
	w.sim.Start()
	w.door.gate.Open(w.server.Address)
	return nil
}

func (w *WeCom) api() API { return API{w.server.Address} }

// connect tells the server of the corp, and of a greeting for everybody.
func (w *WeCom) connect(ctx context.Context) error {
	app := map[string]any{"name": "main", "agent_id": 1000002, "secret": w.sim.Apps()[0].Secret, "token": wecomToken, "aes_key": wecomAESKey}
	err := w.api().do(ctx, http.MethodPut, "/wecom/corps/"+wecomCorp, map[string]any{"name": "Tea", "base_url": w.platform.URL, "apps": []any{app}}, nil)
	if err != nil {
		return err
	}
	greeting := map[string]any{"corp": wecomCorp, "name": "all", "greeting": map[string]any{"text": "Welcome", "attachments": []any{}}}
	if err := w.api().Post(ctx, "/welcome/rules", greeting, nil); err != nil {
		return err
	}
	return w.Reconcile(ctx)
}

// Reconcile runs a full comparison with the platform to its end.
func (w *WeCom) Reconcile(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var run struct{ ID, State, Error string }
	if err := w.api().Post(ctx, "/wecom/corps/"+wecomCorp+"/sync", map[string]any{"full": true}, &run); err != nil {
		return err
	}
	err := Poll(ctx, func() (bool, error) {
		err := w.api().Get(ctx, "/wecom/corps/"+wecomCorp+"/sync/"+run.ID, &run)
		return run.State != "running", err
	})
	if err == nil && run.State != "done" {
		err = fmt.Errorf("the comparison %s: %s", run.State, run.Error)
	}
	return err
}

// Start starts the server and waits until it is ready.
func (w *WeCom) Start(ctx context.Context) error {
	s, err := Start(w.Launch)
	if err != nil {
		return err
	}
	w.server = s
	w.Starts++
	return s.AwaitReady(ctx)
}

// Restart starts the server and lets callbacks in.
func (w *WeCom) Restart(ctx context.Context) error {
	if err := w.Start(ctx); err != nil {
		return err
	}
	w.door.gate.Open(w.server.Address)
	return nil
}

// Kill ends the server as kill -9 does. Callbacks are under way.
func (w *WeCom) Kill() {
	w.door.gate.Close()
	w.server.Kill()
}

// Close ends everything.
func (w *WeCom) Close() {
	if w.sim != nil {
		w.sim.Stop()
	}
	if w.server != nil {
		w.server.Kill()
	}
	if w.platform != nil {
		w.platform.Close()
	}
	if w.door != nil {
		w.door.server.Close()
	}
}

// Settle returns when every callback has been delivered or given up, and everything in the
// inbox is processed.
func (w *WeCom) Settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return Poll(ctx, func() (bool, error) {
		var counts map[string]int
		if err := w.api().Get(ctx, "/wecom/callbacks/counts", &counts); err != nil {
			return false, err
		}
		if n := w.sim.Pending(); n > 0 || counts["pending"] > 0 {
			return false, fmt.Errorf("%d callbacks on their way, %v in the inbox", n, counts)
		}
		return true, nil
	})
}

// dieAt starts a server that ends at a point and waits for its end, while drive keeps the
// platform busy.
func (w *WeCom) dieAt(ctx context.Context, env string, drive func() error) error {
	was := w.Env
	w.Env = append(was[:len(was):len(was)], env)
	defer func() { w.Env = was }()
	if err := w.Restart(ctx); err != nil {
		if w.server.EndsWithin(time.Second) && w.server.Exit() == -1 {
			return nil // work of before led there at once
		}
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := Poll(ctx, func() (bool, error) {
		select {
		case <-w.server.Done():
			return true, nil
		default:
			return false, drive()
		}
	})
	w.door.gate.Close()
	if err == nil && w.server.Exit() != -1 {
		err = fmt.Errorf("the server ended by itself with %d\n%s", w.server.Exit(), w.server.Notes())
	}
	return err
}

// contactRow is a relation as the API shows it.
type contactRow struct {
	Staff     string
	External  string `json:"external_userid"`
	Customer  string
	State     string
	Additions int
}

// Contacts lists all relations that the server knows.
func (w *WeCom) Contacts(ctx context.Context) (all []contactRow, err error) {
	cursor := ""
	for {
		var got struct {
			Items []contactRow
			Next  string
		}
		if err := w.api().Get(ctx, "/contacts?limit=1000&corp="+wecomCorp+"&cursor="+url.QueryEscape(cursor), &got); err != nil {
			return nil, err
		}
		all = append(all, got.Items...)
		if cursor = got.Next; cursor == "" {
			return all, nil
		}
	}
}

// pair is one member and one customer.
type pair struct{ staff, external string }

// Door notes the callbacks that pass.
type Door struct {
	server *httptest.Server
	gate   *Gate
	open   func(r *http.Request, body []byte) (string, error)

	mu    sync.Mutex
	acked map[string]bool // by body, opened: whether it was answered 200
	err   error
}

// Acked is a copy of what has come so far, and whether it was answered 200.
func (d *Door) Acked() (map[string]bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make(map[string]bool, len(d.acked))
	for body, ok := range d.acked {
		out[body] = ok
	}
	return out, d.err
}

func (d *Door) note(body string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.acked[body] = d.acked[body] || ok
}

func (d *Door) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = errors.Join(d.err, err)
}

// element is the text of an element of a callback.
func element(body, name string) string {
	_, rest, _ := strings.Cut(body, "<"+name+">")
	text, _, _ := strings.Cut(rest, "</"+name+">")
	return strings.TrimSuffix(strings.TrimPrefix(text, "<![CDATA["), "]]>")
}
