package contact_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/contact"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/pipeline"
	"yutang/internal/pipeline/roadtest"
	"yutang/internal/seal"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

const brandA, brandB = "wwaaaaaaaaaaaaaaa1", "wwbbbbbbbbbbbbbbb2"

// road is what the relations stand on, all real.
type road struct {
	*pipeline.Pipeline
	db       *db.DB
	box      *seal.Box
	clock    *clock.Manual
	log      *event.Log
	timeline *timeline.Store
	identity *identity.Service
	people   *customer.Service
	source   int64
}

type quiet struct{ roadtest.Nobody }

// unreachable is a platform that nobody can call: here callbacks and pulls are written out.
type unreachable struct{}

func (unreachable) Client(context.Context, string) (*wecom.Client, error) {
	return nil, fault.New(fault.Unavailable, "unreachable", "no platform here")
}

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

func newRoad(t testing.TB, d *db.DB) *road {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	r := &road{db: d, box: box, clock: clock.NewManual(noon), log: event.NewLog(d, box), timeline: timeline.New()}
	r.identity = identity.New(d, box, r.timeline, r.clock)
	r.people = customer.New(d, box, r.timeline, r.clock)
	late := &struct{ *pipeline.Pipeline }{}
	audiences := audience.NewService(d, audience.NewEngine(r.timeline, r.people, r.log, utc{}), r.clock, late)
	r.Pipeline = pipeline.New(pipeline.Rooms{
		DB: d, Clock: r.clock, Log: r.log, Timeline: r.timeline, Identity: r.identity, Customers: r.people,
		Audiences: audiences, Playbooks: quiet{}, Outreach: quiet{},
	}, box, "", nil)
	late.Pipeline = r.Pipeline
	ctx := context.Background()
	if err := r.Load(ctx); err != nil {
		t.Fatal(err)
	}
	source, err := r.log.Source(ctx, "wecom", "a-key-for-nobody", noon)
	if err != nil {
		t.Fatal(err)
	}
	r.source = source.ID
	r.Start()
	if err := audiences.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { audiences.Stop(); r.Stop() })
	return r
}

// rig is the relations on a road, with one who listens.
type rig struct {
	*road
	t testing.TB
	*contact.Service
	jobs *job.Queue

	mu    sync.Mutex
	heard []contact.Transition
	deaf  error // what the listener answers, if not nil
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	r := &rig{road: newRoad(t, d), t: t}
	r.boot()
	return r
}

// boot makes the relations anew, as a start does.
func (r *rig) boot() {
	r.t.Helper()
	r.jobs = job.New(r.db, r.clock)
	r.Service = contact.New(contact.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Jobs: r.jobs, Identity: r.identity, Timeline: r.timeline,
		Submit: r.Pipeline, Source: r.source, Clients: unreachable{},
	})
	r.Provenance(func(_ context.Context, corp, state string) (contact.Provenance, bool) {
		return contact.Provenance{Channel: "spring fair", CodeID: "code_1", CodeName: "Booth 3"}, state == "booth3"
	})
	r.Subscribe("listener", func(_ context.Context, t contact.Transition) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.deaf != nil {
			return r.deaf
		}
		r.heard = append(r.heard, t)
		return nil
	})
	if err := r.Service.Start(context.Background()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) kinds() []contact.Kind {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []contact.Kind
	for _, t := range r.heard {
		out = append(out, t.Kind)
	}
	return out
}

func tell(corp, change, user, external string, at time.Time) notice.Notice {
	return notice.Notice{Corp: corp, Event: notice.ExternalContact, ChangeType: change, UserID: user, ExternalUserID: external, At: at}
}

// take hands a notice to its handler, as the inbox does.
func (r *rig) take(n notice.Notice) {
	r.t.Helper()
	handlers := map[string]func(context.Context, notice.Notice) error{
		notice.AddContact: r.OnAdded, notice.AddHalfContact: r.OnHalfAdded, notice.EditContact: r.OnEdited,
		notice.DelContact: r.OnDeleted, notice.DelFollowUser: r.OnLost, notice.TransferFail: r.OnTransferFailed,
	}
	if err := handlers[n.ChangeType](context.Background(), n); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) contact(corp, user, external string) contact.Contact {
	r.t.Helper()
	c, _, err := r.Get(context.Background(), corp, user, external)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// happened lists the events of a customer's record by time: name and some properties.
func (r *rig) happened(leaf uint32) []string {
	r.t.Helper()
	var seqs []uint64
	r.timeline.RLock()
	track := &timeline.Track{}
	r.timeline.Read(leaf, nil, track)
	for _, seq := range track.Seq {
		seqs = append(seqs, uint64(seq))
	}
	r.timeline.RUnlock()
	evs, err := r.log.Read(context.Background(), seqs)
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, ev := range evs {
		if ev.Name == event.Identified {
			continue
		}
		var p struct {
			Staff, Channel, Reason, Code string
			First                        *bool
		}
		if err := json.Unmarshal(ev.Props, &p); err != nil {
			r.t.Fatal(err)
		}
		text := ev.Name + " " + p.Staff
		for _, more := range []string{p.Reason, p.Channel, p.Code} {
			if more != "" {
				text += " " + more
			}
		}
		if p.First != nil && *p.First {
			text += " first"
		}
		out = append(out, text)
	}
	return out
}

func (r *rig) traits(leaf uint32) map[string]string {
	r.t.Helper()
	r.timeline.RLock()
	root := r.timeline.Root(leaf)
	r.timeline.RUnlock()
	raw, _, err := r.people.TraitsAt(context.Background(), r.log, root, r.clock.Now().Add(time.Hour))
	if err != nil {
		r.t.Fatal(err)
	}
	out := map[string]string{}
	for name, v := range raw {
		if name != "net_revenue" && name != "orders_count" {
			out[name] = string(v)
		}
	}
	return out
}

func (r *rig) count(table string) int {
	r.t.Helper()
	n := 0
	err := r.db.Each(context.Background(), fmt.Sprintf(`SELECT COUNT(*) FROM %s`, table), nil, func(rows *sql.Rows) error { return rows.Scan(&n) })
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}
