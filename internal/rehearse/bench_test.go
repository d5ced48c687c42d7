package rehearse_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/rehearse"
)

// welcome is a playbook with a step of each kind that asks something of history.
const welcome = `{"name":"Repurchase","audiences":{"active":{"name":"Active","rule":{"did":{"event":"Page Viewed","within":"14d"}}}},
	"trigger":{"event":"Order Completed"},"reentry":"30d","holdout_percent":10,
	"goal":{"event":"Order Completed","where":[{"prop":"revenue","op":"gte","value":50}]},
	"exit":[{"event":"Order Refunded"}],
	"steps":[
		{"id":"rest","wait":{"for":"2d"}},
		{"id":"noon","wait_until":{"time":"12:00"}},
		{"id":"who","branch":{"cases":[
			{"name":"active","rule":{"all":[{"audience":"active"},{"did":{"event":"Order Completed","within":"60d","count":{"gte":2}}}]},"steps":[
				{"id":"arms","split":{"arms":[{"name":"a","percent":50,"steps":[{"id":"say_a","send":{"channel":"webhook","endpoint":"e","content":{"text":"A"}}}]},
					{"name":"b","percent":50,"steps":[{"id":"say_b","send":{"channel":"webhook","endpoint":"e","content":{"text":"B"}}}]}]}}]}],
			"else":[{"id":"call","task":{"title":"Call"}}]}},
		{"id":"back","wait_for":{"rule":{"did":{"event":"Page Viewed","within":"3d","count":{"gte":3}}},"timeout":"14d",
			"steps":[{"id":"thank","send":{"channel":"webhook","endpoint":"e","content":{"text":"T"}}}]}},
		{"id":"viewed","wait_for":{"event":"Product Viewed","where":[{"prop":"color","op":"eq","value":"red"}],"timeout":"7d"}},
		{"id":"last","send":{"channel":"webhook","endpoint":"e","content":{"text":"L"}}}
	]}`

// BenchmarkReplay replays 90 days of a brand of 5,000 customers with 400,000 events.
func BenchmarkReplay(b *testing.B) {
	r := begin(b, dbtest.SQLite(b))
	fill(r, 5000, 400_000, 90)
	for _, c := range []struct{ name, definition string }{
		{"event", welcome},
		{"audience", `{"name":"Lapsed","audiences":{"lapsed":{"name":"Lapsed","rule":{"all":[{"did":{"event":"Order Completed","sum":{"of":"revenue","gte":100}}},{"not":{"did":{"event":"Page Viewed","within":"7d"}}}]}}},
			"trigger":{"audience":"lapsed"},"reentry":"7d","exit":[{"audience":"lapsed","on":"left"}],
			"steps":[{"id":"say","send":{"channel":"webhook","endpoint":"e","content":{"text":"L"}}},{"id":"w","wait":{"for":"3d"}}]}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				res, err := r.rehearse.Replay(context.Background(), rehearse.Spec{Definition: json.RawMessage(c.definition), Days: 90})
				r.must(err)
				b.ReportMetric(float64(res.Entries), "entries")
				b.ReportMetric(float64(touches(res)), "touches")
			}
		})
	}
}

// fill gives a brand a history of many days up to now.
func fill(r *rig, customers, events, days int) {
	rnd := rand.New(rand.NewPCG(1, 2))
	names := []string{"Page Viewed", "Page Viewed", "Page Viewed", "Product Viewed", "Product Viewed", "Product Added", "Order Completed", "Order Refunded"}
	batch := make([]*event.Event, 0, 8000)
	for i := range events {
		name := names[rnd.IntN(len(names))]
		props := fmt.Sprintf(`{"color":%q,"revenue":%d,"order_id":"o%d"}`, []string{"red", "blue", "green"}[rnd.IntN(3)], rnd.IntN(80), i)
		at := noon.Add(-time.Duration(rnd.Int64N(int64(days) * int64(day))))
		batch = append(batch, r.event(fmt.Sprint("u", rnd.IntN(customers)), name, at, props))
		if len(batch) == cap(batch) || i == events-1 {
			_, err := r.Submit(context.Background(), batch)
			r.must(err)
			batch = make([]*event.Event, 0, 8000)
		}
	}
}
