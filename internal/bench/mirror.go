package bench

import (
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"yutang/internal/wecomsim"
)

// mirror is a simulated corp at the published limits, with a count of what it is asked.
type mirror struct {
	sim    *wecomsim.Sim
	inner  http.Handler
	server *http.Server
	base   string
	tag    string // a corp tag that nobody has

	mu       sync.Mutex
	seed     maphash.Seed
	asked    map[uint64]struct{} // calls since reset, by path and body
	calls    map[string]int      // by path, since reset
	repeated int                 // calls since reset that were made before
	limited  int                 // 45009 ever
	onCall   func(path string, n int)
}

func newMirror(cfg wecomsim.Config) (*mirror, error) {
	sim, err := wecomsim.New(cfg)
	if err != nil {
		return nil, err
	}
	m := &mirror{sim: sim, inner: sim.Handler(), seed: maphash.MakeSeed()}
	m.reset()
	if m.tag, err = sim.CreateTag("repair", "repaired"); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m.base, m.server = "http://"+l.Addr().String(), &http.Server{Handler: m, ReadHeaderTimeout: time.Minute}
	go func() { _ = m.server.Serve(l) }()
	return m, nil
}

func (m *mirror) close() { _ = m.server.Close() }

// reset begins to count anew.
func (m *mirror) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked, m.calls, m.repeated = map[uint64]struct{}{}, map[string]int{}, 0
}

// counted is all calls since reset, those made twice, and every 45009 ever.
func (m *mirror) counted() (calls, repeated, limited int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range m.calls {
		calls += n
	}
	return calls, m.repeated, m.limited
}

// on has fn hear of every call, before it is answered.
func (m *mirror) on(fn func(path string, n int)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.onCall = fn
}

// ServeHTTP counts a call and passes it on.
func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	q := r.URL.Query()
	q.Del("access_token")
	path := strings.TrimPrefix(r.URL.Path, "/cgi-bin")
	key := maphash.String(m.seed, path+"?"+q.Encode()+"\n"+string(raw))
	m.mu.Lock()
	m.calls[path]++
	if _, again := m.asked[key]; again {
		m.repeated++
	}
	m.asked[key] = struct{}{}
	n, hear := m.calls[path], m.onCall
	m.mu.Unlock()
	if hear != nil {
		hear(path, n)
	}
	m.inner.ServeHTTP(&reading{w, m}, r)
}

// reading looks for refusals by a frequency limit in what goes back.
type reading struct {
	http.ResponseWriter
	mirror *mirror
}

// Write looks at short answers: those are the refusals.
func (r *reading) Write(p []byte) (int, error) {
	if len(p) < 1000 && bytes.Contains(p, []byte(`"errcode":45009`)) {
		r.mirror.mu.Lock()
		r.mirror.limited++
		r.mirror.mu.Unlock()
	}
	return r.ResponseWriter.Write(p)
}

// leaveOut changes n relations of which nobody is told: of ten, four are new, four ended
// and two have other tags or another remark.
func (m *mirror) leaveOut(n int) error {
	members := m.sim.Members()
	each := n/len(members) + 2
	held := make([][]wecomsim.Follow, len(members))
	for i, who := range members {
		held[i] = m.sim.Contacts(who.User, 0, each)
	}
	for i := range n {
		at := i % len(members)
		if i/len(members) >= len(held[at]) {
			return errors.New("the population is too small for so many changes")
		}
		if err := m.change(i, held[at][i/len(members)]); err != nil {
			return err
		}
	}
	return nil
}

func (m *mirror) change(i int, f wecomsim.Follow) error {
	switch i % 10 {
	case 0, 1, 2, 3:
		_, err := m.sim.Add(f.User, m.sim.AddCustomer(wecomsim.NewCustomer{}), 0)
		return err
	case 4, 5:
		return m.sim.DeleteStaff(f.Customer, f.User)
	case 6, 7:
		return m.sim.DeleteCustomer(f.User, f.Customer)
	case 8:
		return m.sim.EditTags(f.User, f.Customer, []string{m.tag}, nil)
	}
	remark := "repaired"
	return m.sim.EditRemark(wecomsim.Remark{Pair: wecomsim.Pair{User: f.User, Customer: f.Customer}, Remark: &remark})
}
