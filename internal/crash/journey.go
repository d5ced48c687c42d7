package crash

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Journeys is a brand whose customers go through playbooks of many steps while its server
// is killed. Runs wait for time and for events, change customers, which other playbooks
// hear of, set another playbook off, write to a receiver and give tasks to staff.
type Journeys struct {
	Launch
	Seed uint64

	gate     *Gate
	receiver *Receiver
	server   *Server
	walkers  *walkers
	books    map[string]string // playbooks by name

	Starts int
}

// playbooks of the harness, in the order of making. %s are the receiver's endpoint and
// the playbooks before.
const (
	epilogue = `{"name":"epilogue","trigger":{"api":true},"reentry":"always","limit":{"per_customer":100000},"steps":[
		{"id":"close","update":{"increase":{"closed":1}}},
		{"id":"pause","wait":{"for":"1s"}},
		{"id":"bye","webhook":{"endpoint":%q,"content":{"text":"bye"}}}]}`
	journey = `{"name":"journey","trigger":{"event":"Journey Started"},"key":"journey","steps":[
		{"id":"who","branch":{"cases":[
			{"name":"left","where":[{"prop":"side","op":"eq","value":"left"}],"steps":[{"id":"mark","update":{"increase":{"marks":1},"tag":["left"]}}]}],
			"else":[{"id":"flip","update":{"increase":{"marks":1}}}]}},
		{"id":"hello","send":{"channel":"webhook","endpoint":%[1]q,"transactional":true,"content":{"text":"hello"}}},
		{"id":"rest","wait":{"for":"1s"}},
		{"id":"ask","task":{"title":"Call"}},
		{"id":"answer","wait_for":{"event":"Journey Answered","same_key":true,"timeout":"5s",
			"steps":[{"id":"thanks","send":{"channel":"webhook","endpoint":%[1]q,"transactional":true,"content":{"text":"thanks"}}}],
			"else":[{"id":"remind","send":{"channel":"webhook","endpoint":%[1]q,"transactional":true,"content":{"text":"well?"}}}]}},
		{"id":"arm","split":{"arms":[{"name":"a","percent":50},{"name":"b","percent":50}]}},
		{"id":"next","start":{"playbook":%[2]q}}]}`
	echo = `{"name":"echo","trigger":{"event":"Tag Added","where":[{"prop":"playbook","op":"eq","value":%[2]q}]},"reentry":"always","limit":{"per_customer":100000},"steps":[
		{"id":"count","update":{"increase":{"echoes":1}}},
		{"id":"pause","wait":{"for":"1s"}},
		{"id":"ping","webhook":{"endpoint":%[1]q,"content":{"text":"ping"}}}]}`
)

// paths are all ways through each playbook, to the end: what history may say.
var paths = map[string][]string{
	"epilogue": {"entered, close done, pause entered, pause done, bye planned, done"},
	"echo":     {"entered, count done, pause entered, pause done, ping planned, done"},
	"journey":  journeyPaths(),
}

func journeyPaths() (out []string) {
	for _, side := range []string{"mark", "flip"} {
		for _, answer := range []string{"met, thanks", "timed_out, remind"} {
			out = append(out, "entered, who took, "+side+" done, hello planned, rest entered, rest done, ask planned, answer entered, answer "+
				answer+" planned, arm took, next done, done")
		}
	}
	return out
}

// Begin starts a server on a new data directory, publishes the playbooks and lets
// customers set out.
func (j *Journeys) Begin(ctx context.Context) error {
	j.Key, j.gate, j.receiver = rand.Text(), NewGate(), NewReceiver()
	j.Env = append(j.Env, j.receiver.Allow())
	if err := j.Start(ctx); err != nil {
		return err
	}
	var endpoint struct{ ID string }
	if err := j.api().Post(ctx, "/webhooks", map[string]any{"name": "receiver", "url": j.receiver.URL()}, &endpoint); err != nil {
		return err
	}
	j.books = map[string]string{}
	last := ""
	for _, b := range []struct{ name, definition string }{
		{"epilogue", fmt.Sprintf(epilogue, endpoint.ID)},
		{"journey", journey},
		{"echo", echo},
	} {
		if last != "" {
			b.definition = fmt.Sprintf(b.definition, endpoint.ID, last)
		}
		var err error
		if last, err = j.publish(ctx, b.definition); err != nil {
			return err
		}
		j.books[b.name] = last
	}
	j.walkers = newWalkers(j.gate, j.Key, j.Seed)
	j.gate.Open(j.server.Address)
	return nil
}

func (j *Journeys) publish(ctx context.Context, definition string) (string, error) {
	var book struct{ ID string }
	body := []byte(`{"definition":` + definition + `}`)
	if err := j.api().Post(ctx, "/playbooks", rawJSON(body), &book); err != nil {
		return "", err
	}
	return book.ID, j.api().Post(ctx, "/playbooks/"+book.ID+"/publish", nil, nil)
}

// rawJSON is JSON that is written already.
type rawJSON []byte

// MarshalJSON implements json.Marshaler.
func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

func (j *Journeys) api() API { return API{j.server.Address} }

// Start starts the server and waits until it is ready.
func (j *Journeys) Start(ctx context.Context) error {
	s, err := Start(j.Launch)
	if err != nil {
		return err
	}
	j.server = s
	j.Starts++
	return s.AwaitReady(ctx)
}

// Restart starts the server and lets customers go on.
func (j *Journeys) Restart(ctx context.Context) error {
	if err := j.Start(ctx); err != nil {
		return err
	}
	j.gate.Open(j.server.Address)
	return nil
}

// Kill ends the server as kill -9 does. Requests are under way.
func (j *Journeys) Kill() {
	j.gate.Close()
	j.server.Kill()
}

// AwaitAcks waits until n more requests are acknowledged, or the server is gone.
func (j *Journeys) AwaitAcks(ctx context.Context, n int64) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	want := j.walkers.acked.Load() + n
	return Poll(ctx, func() (bool, error) {
		select {
		case <-j.server.Done():
			return true, nil
		default:
			return j.walkers.acked.Load() >= want, j.walkers.err()
		}
	})
}

// Close ends everything.
func (j *Journeys) Close() error {
	var err error
	if j.walkers != nil {
		j.gate.Close()
		err = j.walkers.Stop()
	}
	if j.server != nil {
		j.server.Kill()
	}
	if j.receiver != nil {
		j.receiver.Close()
	}
	return err
}

// Look holds what the killed server has on disk against itself: whatever happened, each
// run is whole.
func (j *Journeys) Look(ctx context.Context) (*Walked, []string, error) {
	w, err := readWalked(ctx, j.Data)
	if err != nil {
		return nil, nil, err
	}
	return w, w.Check(j.books, j.receiver.Calls()), nil
}

// Verify lets customers arrive, and says what is wrong then. The server is stopped, and
// started with its snapshot and without one.
func (j *Journeys) Verify(ctx context.Context) (*Walked, []string, error) {
	j.gate.Close()
	if err := j.walkers.Stop(); err != nil {
		return nil, nil, err
	}
	if err := j.settle(ctx); err != nil {
		return nil, nil, err
	}
	sums, err := j.sums(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := j.server.Stop(); err != nil {
		return nil, nil, err
	}
	w, wrong, err := j.Look(ctx)
	if err != nil {
		return nil, nil, err
	}
	wrong = append(wrong, w.CheckArrived(j.books, j.walkers.sent(), j.walkers.stored())...)
	wrong = append(wrong, w.CheckSums(j.books, sums)...)
	if err := os.Remove(filepath.Join(j.Data, "snapshot")); err != nil {
		return w, wrong, err
	}
	if err := j.Start(ctx); err != nil {
		return w, wrong, err
	}
	if sums, err = j.sums(ctx); err != nil {
		return w, wrong, err
	}
	return w, append(wrong, w.CheckSums(j.books, sums)...), j.server.Stop()
}

// settle waits until every run has ended and every delivery has come to an end.
func (j *Journeys) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	return Poll(ctx, func() (bool, error) {
		for name, book := range j.books {
			var r struct{ Live int }
			if err := j.api().Get(ctx, "/playbooks/"+book+"/report", &r); err != nil {
				return false, err
			}
			moving, err := (&Brand{playbook: book}).moving(ctx, j.api())
			if err == nil && r.Live+moving > 0 {
				err = fmt.Errorf("%d runs of %s go on, %d deliveries have not come to an end", r.Live, name, moving)
			}
			if err != nil {
				return false, err
			}
		}
		return true, nil
	})
}

// sums reads what the updates have added up to, by customer and trait.
func (j *Journeys) sums(ctx context.Context) (map[string]map[string]int, error) {
	out := map[string]map[string]int{}
	for i := range walkerPeople {
		user := walkerOf(i)
		var list struct{ Items []struct{ ID string } }
		if err := j.api().Get(ctx, "/customers?identity=user_id:"+user, &list); err != nil {
			return nil, err
		}
		if len(list.Items) == 0 {
			continue
		}
		var one struct{ Traits map[string]any }
		if err := j.api().Get(ctx, "/customers/"+list.Items[0].ID, &one); err != nil {
			return nil, err
		}
		out[user] = map[string]int{}
		for _, name := range []string{"marks", "echoes", "closed"} {
			n, ok := one.Traits[name].(float64)
			if !ok && one.Traits[name] != nil {
				return nil, errors.New(name + " is no number")
			}
			out[user][name] = int(n)
		}
	}
	return out, nil
}
