package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/app"
	"yutang/internal/event"
)

// shopHistory is 90 orders of 30 customers, one a day.
func shopHistory(ctx context.Context, a *app.App) (time.Time, error) {
	end := time.Date(2020, 6, 1, 12, 0, 0, 0, time.UTC)
	source, _ := a.Events().SourceByName("default")
	var evs []*event.Event
	for i := range 90 {
		at := end.Add(-time.Duration(i) * 24 * time.Hour)
		evs = append(evs, &event.Event{
			SourceID: source.ID, MessageID: fmt.Sprint("order-", i), Name: "Order Completed", At: at, ReceivedAt: at,
			Identities: []event.Identity{{Type: "user_id", Value: fmt.Sprint("u", i%30)}},
			Props:      json.RawMessage(fmt.Sprintf(`{"order_id":"o%d","revenue":10,"currency":"CNY"}`, i)),
		})
	}
	_, err := a.Pipeline().Submit(ctx, evs)
	return end.Add(time.Hour), err
}

// exact are the figures that do not depend on the machine.
var exact = map[string]bool{"event to outbox": true, "overdue timers": true, "replay, 90 days": true}

func TestPlaybook_GivesEveryFigure(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	cfg := Config{Data: t.TempDir(), Customers: 400, Seconds: 1, JSON: true, Out: &out, History: shopHistory}
	if err := Run(t.Context(), "playbook", cfg); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	var names []string
	for lines := bufio.NewScanner(&out); lines.Scan(); {
		var r Result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		t.Log(r)
		names = append(names, r.Name)
		if exact[r.Name] && !r.Met {
			t.Errorf("not met: %s", r)
		}
	}
	want := []string{"playbook steps", "event to outbox", "waiting runs", "woken by event", "restart, runs wait", "overdue timers", "replay, 90 days"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}
