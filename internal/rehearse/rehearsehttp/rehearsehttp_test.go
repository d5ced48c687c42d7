package rehearsehttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/page"
	"yutang/internal/pipeline"
	"yutang/internal/rehearse"
	"yutang/internal/rehearse/rehearsehttp"
	"yutang/internal/timeline"
)

type books struct{}

func (books) Flow(_ context.Context, playbook string, _ int) (*flow.Flow, error) {
	if playbook != "pb_1" {
		return nil, fault.New(fault.NotFound, "playbook_not_found", "there is no playbook %q", playbook)
	}
	return flow.Parse([]byte(definition), time.UTC)
}

func (books) Waiting(context.Context, func(flow.Run) error) error { return nil }

const definition = `{"name":"Hello","trigger":{"event":"Form Submitted"},"reentry":"always",
	"steps":[{"id":"hi","send":{"channel":"webhook","endpoint":"e","transactional":true,"content":{"text":"Hello {{ traits.first_name }}"}}}]}`

type road struct{ *pipeline.Pipeline }

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

// quiet stands where playbooks are.
type quiet struct{ *outreach.Service }

func (quiet) OnEvent(context.Context, *event.Event, uint32, uint32) error { return nil }
func (quiet) OnTransition(context.Context, string, bool, uint32, uint32, int64, uint64) error {
	return nil
}
func (quiet) OnTouched(context.Context, uint32) error           { return nil }
func (quiet) NextDue() (int64, bool)                            { return 0, false }
func (quiet) Advance(context.Context, int64, int) (bool, error) { return false, nil }
func (quiet) Emitted() []*event.Event                           { return nil }
func (quiet) Load(context.Context) error                        { return nil }
func (quiet) Flush(context.Context) error                       { return nil }

type rig struct {
	*httpapitest.Server
	jobs *job.Queue
	road *pipeline.Pipeline
	src  int64
}

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	ctx := context.Background()
	r := &rig{Server: httpapitest.New(t, d)}
	tl, log := timeline.New(), event.NewLog(d, r.Box)
	people, ids := customer.New(d, r.Box, tl, r.Clock), identity.New(d, r.Box, tl, r.Clock)
	writer := &road{}
	audiences := audience.NewService(d, audience.NewEngine(tl, people, log, utc{}), r.Clock, writer)
	r.jobs = job.New(d, r.Clock)
	out := outreach.New(outreach.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: r.jobs, Timeline: tl, Zone: utc{}.Zone})
	r.road = pipeline.New(pipeline.Rooms{
		DB: d, Clock: r.Clock, Log: log, Timeline: tl, Identity: ids, Customers: people, Audiences: audiences, Playbooks: quiet{out}, Outreach: out,
	}, r.Box, "", nil)
	writer.Pipeline = r.road
	must(t, r.road.Load(ctx))
	src, err := log.Source(ctx, "test", "test-write-key", r.Clock.Now())
	must(t, err)
	r.src = src.ID
	s := rehearse.New(rehearse.Config{
		DB: d, Clock: r.Clock, Jobs: r.jobs, Timeline: tl, Log: log, Customers: people, Audiences: audiences, Outreach: out,
		Playbooks: books{}, Zone: utc{}.Zone, Identities: ids.Identities,
	})
	rehearsehttp.Routes(r.API, rehearsehttp.Deps{Rehearse: s, Access: r.Access})
	r.road.Start()
	must(t, r.jobs.Start(ctx))
	t.Cleanup(func() { r.jobs.Stop(ctx); r.road.Stop() })
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r *rig) happened(t *testing.T) {
	t.Helper()
	who := []event.Identity{{Type: "user_id", Value: "ann"}}
	named := &event.Event{SourceID: r.src, MessageID: "1", Name: event.Identified, At: r.Clock.Now().Add(-time.Hour), ReceivedAt: r.Clock.Now(), Identities: who}
	named.Traits = []event.TraitOp{{Action: event.TraitSet, Name: "first_name", Value: json.RawMessage(`"Annabelle"`)}}
	form := &event.Event{SourceID: r.src, MessageID: "2", Name: "Form Submitted", At: r.Clock.Now().Add(-time.Hour), ReceivedAt: r.Clock.Now(), Identities: who}
	_, err := r.road.Submit(context.Background(), []*event.Event{named, form})
	must(t, err)
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

// covers: C1
func TestTest_MasksWhatTheCallerMayNotSee(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	r.happened(t)
	for _, c := range []struct {
		client *httpapitest.Client
		name   bool
	}{
		{r.Client(t, access.Owner), true},
		{r.Client(t, access.Owner, access.PlaybooksWrite), false},
	} {
		res := c.client.Do(http.MethodPost, "/playbooks/pb_1/test", map[string]any{"customer": "c1"})
		if res.Status != http.StatusOK || bytes.Contains(res.Body, []byte("Annabelle")) != c.name {
			t.Errorf("%d, want the name %v: %s", res.Status, c.name, res.Body)
		}
	}
	owner := r.Client(t, access.Owner)
	for path, want := range map[string]int{"/playbooks/pb_2/test": http.StatusNotFound, "/playbooks/test": http.StatusUnprocessableEntity} {
		if res := owner.Do(http.MethodPost, path, map[string]any{"customer": "c1"}); res.Status != want {
			t.Errorf("%s: %d, want %d: %s", path, res.Status, want, res.Body)
		}
	}
}

// covers: C1
func TestReplay_IsOrderedAndFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		r.happened(t)
		owner := r.Client(t, access.Owner)
		var got rehearsehttp.Replay
		owner.Call(http.MethodPost, "/playbooks/pb_1/replay", map[string]any{"days": 7}, &got)
		must(t, r.jobs.Idle(context.Background()))
		owner.Call(http.MethodGet, "/replays/"+got.ID, nil, &got)
		if got.State != rehearse.Done || got.Result == nil || got.Result.Entries != 1 || got.Result.Channels[0].Sent != 1 {
			t.Fatalf("%+v", got)
		}
		var list page.Page[rehearsehttp.Replay]
		owner.Call(http.MethodGet, "/replays?playbook=pb_1", nil, &list)
		if len(list.Items) != 1 || list.Items[0].Result != nil {
			t.Fatalf("%+v", list)
		}
		body := map[string]any{"definition": json.RawMessage(strings.Replace(definition, "Form Submitted", "", 1)), "days": 7}
		if res := owner.Do(http.MethodPost, "/playbooks/replay", body); !bytes.Contains(res.Body, []byte("/definition/trigger")) {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
	})
}
