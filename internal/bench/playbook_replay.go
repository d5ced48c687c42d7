package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// repurchase is a draft with a step of each kind that asks something of history.
const repurchase = `{"name":"Repurchase","audiences":{"loyal":{"name":"Loyal","rule":{"did":{"event":"Order Completed","within":"180d","count":{"gte":3}}}}},
	"trigger":{"event":"Order Completed"},"reentry":"30d","holdout_percent":10,
	"goal":{"event":"Order Completed","where":[{"prop":"revenue","op":"gte","value":500}]},
	"exit":[{"event":"Order Refunded"}],
	"steps":[
		{"id":"rest","wait":{"for":"2d"}},
		{"id":"noon","wait_until":{"time":"12:00"}},
		{"id":"who","branch":{"cases":[
			{"name":"loyal","rule":{"audience":"loyal"},"steps":[
				{"id":"arms","split":{"arms":[
					{"name":"a","percent":50,"steps":[{"id":"say_a","send":{"channel":"webhook","endpoint":%[1]q,"content":{"text":"A"}}}]},
					{"name":"b","percent":50,"steps":[{"id":"say_b","send":{"channel":"webhook","endpoint":%[1]q,"content":{"text":"B"}}}]}]}}]}],
			"else":[{"id":"hint","send":{"channel":"webhook","endpoint":%[1]q,"content":{"text":"H"}}}]}},
		{"id":"back","wait_for":{"rule":{"did":{"event":"Order Completed","within":"30d","count":{"gte":3}}},"timeout":"14d",
			"steps":[{"id":"thank","send":{"channel":"webhook","endpoint":%[1]q,"content":{"text":"T"}}}]}},
		{"id":"soon","wait_for":{"event":"Order Completed","timeout":"7d"}},
		{"id":"last","send":{"channel":"webhook","endpoint":%[1]q,"content":{"text":"L"}}}]}`

// measureReplay loads the demo's history and replays a draft of several steps on its last
// 90 days, through the API.
func measureReplay(ctx context.Context, parent *bench, _ string) error {
	b := &bench{Config: parent.Config, dir: parent.dir + "-replay"}
	defer b.close()
	endpoint, err := b.loadHistory(ctx)
	if err != nil {
		return err
	}
	year, err := b.replay(ctx, endpoint, 365)
	if err != nil {
		return err
	}
	r, err := b.replay(ctx, endpoint, 90)
	if err != nil {
		return err
	}
	touches := 0
	for _, d := range r.Result.Days {
		for _, n := range d.Touches {
			touches += n
		}
	}
	b.report(Result{
		Name: "replay, 90 days", Value: r.took.Seconds(), Unit: "s", Target: "<= 10 s", Met: r.took <= 10*time.Second && r.Result.Entries > 0 && touches > 0,
		Details: fmt.Sprintf("the demo's history: %d customers, %d events in 90 days; a draft of 12 steps, %d runs, %d touches; asked through the API; 365 days take %.2f s",
			r.Result.Customers, r.Result.Events, r.Result.Entries, touches, year.took.Seconds()),
	})
	return nil
}

// loadHistory fills an empty brand and moves its clock to the end of the history. It gives
// an endpoint to write to.
func (b *bench) loadHistory(ctx context.Context) (endpoint string, err error) {
	if b.History == nil {
		return "", errors.New("there is no history to load")
	}
	if err := b.start(ctx); err != nil {
		return "", err
	}
	end, err := b.History(ctx, b.app)
	if err != nil {
		return "", err
	}
	b.ahead = time.Until(end)
	if _, err := b.restart(ctx); err != nil {
		return "", err
	}
	policy := map[string]any{
		"quiet_hours": map[string]any{"from": "22:00", "to": "08:00"}, "cap": map[string]any{"per_day": 3}, "consent": map[string]any{"webhook": "not_withdrawn"},
	}
	if err := b.manage(ctx, http.MethodPut, "/outreach/policy", policy, nil); err != nil {
		return "", err
	}
	var made struct{ ID string }
	err = b.manage(ctx, http.MethodPost, "/webhooks", map[string]any{"name": "nowhere", "url": "https://example.com/bench"}, &made)
	return made.ID, err
}

// replayed is what the API says of a replay.
type replayed struct {
	ID     string
	State  string
	Error  string
	Result struct {
		Customers, Events, Entries int
		Days                       []struct{ Touches map[string]int }
	}
	took time.Duration
}

func (b *bench) replay(ctx context.Context, endpoint string, days int) (r replayed, err error) {
	body := map[string]any{"definition": json.RawMessage(fmt.Sprintf(repurchase, endpoint)), "days": days}
	began := time.Now()
	if err := b.manage(ctx, http.MethodPost, "/playbooks/replay", body, &r); err != nil {
		return r, err
	}
	for r.State == "waiting" || r.State == "running" {
		time.Sleep(5 * time.Millisecond)
		if err := b.manage(ctx, http.MethodGet, "/replays/"+r.ID, nil, &r); err != nil {
			return r, err
		}
	}
	r.took = time.Since(began)
	if r.State != "done" {
		return r, fmt.Errorf("the replay is %s: %s", r.State, r.Error)
	}
	return r, nil
}
