package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"yutang/internal/app"
	"yutang/internal/audience"
	"yutang/internal/event"
)

// bench is a brand under load.
type bench struct {
	Config
	dir    string
	app    *app.App
	seeded uint64 // seed of the generators used so far
	source int64
	ahead  time.Duration // of the server's clock
}

const (
	adminToken = "yt_benchmark_owner_token"
	writeKey   = "benchmark-write-key"
	seedBatch  = 2000
)

func (b *bench) start(ctx context.Context) (err error) {
	b.app, err = app.Start(ctx, app.Config{
		Data: b.dir, Listen: "127.0.0.1:0", AdminToken: adminToken, WriteKey: writeKey,
		SnapshotEvery: time.Hour, Clock: later{by: b.ahead}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return err
	}
	s, _ := b.app.Events().SourceByName("default")
	b.source = s.ID
	return nil
}

func (b *bench) stop(ctx context.Context) error {
	a := b.app
	b.app = nil
	return a.Stop(ctx)
}

func (b *bench) close() {
	if b.app != nil {
		if err := b.app.Stop(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "stop:", err)
		}
	}
}

// prepare starts the brand and fills it: customers, the 20 audiences, and at least n events.
func (b *bench) prepare(ctx context.Context, n int) error {
	if b.app == nil {
		if err := b.start(ctx); err != nil {
			return err
		}
	}
	if err := b.fillCustomers(ctx); err != nil {
		return err
	}
	if err := b.fillAudiences(ctx); err != nil {
		return err
	}
	return b.fillEvents(ctx, n)
}

func (b *bench) fillCustomers(ctx context.Context) error {
	now := time.Now()
	for start := b.app.Customers(); start < b.Customers; start += seedBatch {
		var evs []*event.Event
		for i := start; i < min(start+seedBatch, b.Customers); i++ {
			evs = append(evs, b.identify(i, now))
		}
		if _, err := b.app.Pipeline().Submit(ctx, evs); err != nil {
			return err
		}
		b.progress("customers", start, b.Customers)
	}
	return nil
}

func (b *bench) identify(i int, now time.Time) *event.Event {
	set := func(name, value string) event.TraitOp {
		return event.TraitOp{Action: event.TraitSet, Name: name, Value: json.RawMessage(value)}
	}
	joined := now.Add(-time.Duration(i%400) * 24 * time.Hour)
	return &event.Event{
		SourceID: b.source, MessageID: fmt.Sprint("customer-", i), Name: event.Identified, At: joined, ReceivedAt: now,
		Identities: []event.Identity{
			{Type: "user_id", Value: fmt.Sprint("u", i)},
			{Type: "phone", Value: fmt.Sprintf("+86139%08d", i)},
		},
		Traits: []event.TraitOp{
			set("city", fmt.Sprintf(`"city%d"`, i%40)), set("level", fmt.Sprint(i%6)), set("age", fmt.Sprint(18+i%50)),
			set("joined_at", `"`+joined.UTC().Format(time.RFC3339)+`"`),
		},
	}
}

func (b *bench) fillAudiences(ctx context.Context) error {
	have, err := b.app.Audiences().List(ctx)
	if err != nil {
		return err
	}
	for i := len(have); i < len(rules); i++ {
		a, err := b.app.Audiences().Create(ctx, audience.Input{Name: rules[i].name, Rule: json.RawMessage(rules[i].rule), By: "bench"})
		if err != nil {
			return fmt.Errorf("audience %s: %w", rules[i].name, err)
		}
		if err := b.app.Audiences().Settled(ctx, a.ID); err != nil {
			return fmt.Errorf("audience %s: %w", rules[i].name, err)
		}
	}
	return nil
}

// fillEvents brings the log to n events, past the doors: the road is the same.
func (b *bench) fillEvents(ctx context.Context, n int) error {
	g := b.generator()
	for b.app.Events().Last() < uint64(n) {
		if err := b.seed(ctx, g, seedBatch); err != nil {
			return err
		}
		b.progress("events", int(b.app.Events().Last()), n)
	}
	return nil
}

// generator is one that no event came from yet.
func (b *bench) generator() *generator {
	b.seeded++
	return newGenerator(b.app.Events().Last()+b.seeded, b.Customers)
}

// seed submits n events of the mix, spread over the last 60 days.
func (b *bench) seed(ctx context.Context, g *generator, n int) error {
	now := time.Now().UTC()
	evs := make([]*event.Event, n)
	for i := range evs {
		back := time.Duration(g.rng.IntN(60*24*3600)) * time.Second
		evs[i] = b.decode(g.track(nil, now.Add(-back).AppendFormat(nil, time.RFC3339)), now)
	}
	_, err := b.app.Pipeline().Submit(ctx, evs)
	return err
}

// decode reads the generator's own form; the doors' decoders are measured by "ingest".
func (b *bench) decode(raw []byte, now time.Time) *event.Event {
	var call struct {
		MessageID  string          `json:"messageId"`
		Event      string          `json:"event"`
		UserID     string          `json:"userId"`
		Timestamp  time.Time       `json:"timestamp"`
		Properties json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(raw, &call); err != nil {
		panic(err) // the generator is ours
	}
	return &event.Event{
		SourceID: b.source, MessageID: call.MessageID, Name: call.Event, At: call.Timestamp, ReceivedAt: now,
		Identities: []event.Identity{{Type: "user_id", Value: call.UserID}}, Props: call.Properties,
	}
}

func (b *bench) progress(what string, done, total int) {
	if done%500_000 < seedBatch {
		fmt.Fprintf(os.Stderr, "filling %s: %d of %d\n", what, done, total)
	}
}
