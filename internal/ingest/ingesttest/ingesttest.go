// Package ingesttest lets tests of the doors send requests and see what would be stored.
// It promises nothing about storage: that is the pipeline's.
package ingesttest

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/event"
	"yutang/internal/ingest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Now is the time at which every request of a Bench arrives.
var Now = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

// The sources of a Bench.
var (
	Shop   = event.Source{ID: 1, Name: "default"}
	App    = event.Source{ID: 2, Name: "app"}
	Closed = event.Source{ID: 3, Name: "closed", Disabled: true}
)

var keys = map[string]event.Source{"shop-key": Shop, "app-key": App, "closed-key": Closed}

// Bench is a door on a work bench. Fail, if set, is what storing answers.
type Bench struct {
	Mux  *http.ServeMux
	Fail error

	mu     sync.Mutex
	stored []*event.Event
}

// New makes a bench with the door that routes puts on it.
func New(routes func(*http.ServeMux, *ingest.Intake)) *Bench {
	b := &Bench{Mux: http.NewServeMux()}
	routes(b.Mux, ingest.New(b, b, clock.NewManual(Now), slog.New(slog.DiscardHandler)))
	return b
}

// SourceByKey knows shop-key, app-key and closed-key.
func (*Bench) SourceByKey(key string) (event.Source, bool) { s, ok := keys[key]; return s, ok }

// SourceByName knows default, app and closed.
func (*Bench) SourceByName(name string) (event.Source, bool) {
	for _, s := range keys {
		if s.Name == name {
			return s, true
		}
	}
	return event.Source{}, false
}

// SubmitEvents keeps evs, or fails with Fail.
func (b *Bench) SubmitEvents(_ context.Context, evs []*event.Event) (accepted int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Fail != nil {
		return 0, b.Fail
	}
	b.stored = append(b.stored, evs...)
	return len(evs), nil
}

// Stored gives what was stored since the last call.
func (b *Bench) Stored() []*event.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	evs := b.stored
	b.stored = nil
	return evs
}

// Send sends one request; head is pairs of header names and values.
func (b *Bench) Send(method, target string, body io.Reader, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, body)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	b.Mux.ServeHTTP(w, r)
	return w
}

// Golden sends every testdata/golden/NAME.json and compares the events with
// NAME.events.json. send gives the answer's status.
func (b *Bench) Golden(t *testing.T, send func(name string, body []byte) int) {
	t.Helper()
	files, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".events.json") {
			continue
		}
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if status := send(strings.TrimSuffix(filepath.Base(file), ".json"), body); status != http.StatusOK {
			t.Errorf("%s: status %d", file, status)
		}
		compare(t, strings.TrimSuffix(file, ".json")+".events.json", b.Stored())
	}
}

// shape is how an event looks in a golden file.
type shape struct {
	Source     int64            `json:"source"`
	MessageID  string           `json:"message_id"`
	Name       string           `json:"name"`
	At         time.Time        `json:"at"`
	Clamped    bool             `json:"clamped,omitempty"`
	Identities []event.Identity `json:"identities,omitempty"`
	Alias      *event.Identity  `json:"alias,omitempty"`
	Props      json.RawMessage  `json:"props,omitempty"`
	Context    json.RawMessage  `json:"context,omitempty"`
	Traits     []event.TraitOp  `json:"traits,omitempty"`
	Tags       []event.TagOp    `json:"tags,omitempty"`
}

func compare(t *testing.T, file string, evs []*event.Event) {
	t.Helper()
	shown := make([]shape, len(evs))
	for i, ev := range evs {
		Check(t, ev)
		shown[i] = shape{
			ev.SourceID, ev.MessageID, ev.Name, ev.At, ev.Clamped, ev.Identities,
			ev.Alias, ev.Props, ev.Context, ev.Traits, ev.Tags,
		}
	}
	got, err := json.MarshalIndent(shown, "", "  ")
	if err != nil {
		t.Fatalf("%s: events are not JSON: %v", file, err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(bytes.TrimSpace(want)), string(bytes.TrimSpace(got))); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}

// Check fails unless ev can be stored: it has a message id, a name, somebody it happened
// to (or is about a thing), and valid JSON.
func Check(t *testing.T, ev *event.Event) {
	t.Helper()
	if ev.MessageID == "" || ev.Name == "" || ev.At.IsZero() || ev.ReceivedAt.IsZero() || ev.SourceID == 0 {
		t.Errorf("incomplete event: %+v", ev)
	}
	if len(ev.Identities) == 0 && ev.Name != event.ItemUpdated {
		t.Errorf("event of nobody: %+v", ev)
	}
	for _, doc := range []json.RawMessage{ev.Props, ev.Context} {
		if doc != nil && (doc[0] != '{' || !json.Valid(doc)) {
			t.Errorf("not a JSON object: %q", doc)
		}
	}
	for _, op := range ev.Traits {
		if op.Name == "" || (op.Value != nil && !json.Valid(op.Value)) {
			t.Errorf("bad trait change: %+v", op)
		}
	}
	if age := ev.ReceivedAt.Sub(ev.At); age < -time.Hour || age > 3660*24*time.Hour {
		t.Errorf("unbelievable time %v", ev.At)
	}
}
