package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"yutang/internal/event"
)

// listCases are lists of customers as a console asks for them, the first page of 50.
var listCases = []struct{ name, body string }{
	{"all by id", `{}`},
	{"all by last seen", `{"sort":"-last_seen"}`},
	{"all by net revenue", `{"sort":"-net_revenue"}`},
	{"one of 40 cities, by orders", `{"trait":["city:city3"],"sort":"-orders"}`},
	{"tag, stage, staff, channel, orders, idle, by last seen", `{"no_tag":["x"],"staff":"m3","channel":"ch3","orders":"1..","active":"7d","sort":"-last_seen"}`},
	{"a rule over events, by revenue", `{"rule":` + newRule + `,"sort":"-net_revenue"}`},
	{"part of a name that 1 of 20 has", `{"q":"王","sort":"-last_seen"}`},
	{"a whole phone number", `{"q":"139 0000 1234"}`},
}

// measureCustomers asks for lists through the API.
func measureCustomers(ctx context.Context, b *bench) error {
	if err := b.nameCustomers(ctx); err != nil {
		return err
	}
	if err := b.measureReach(ctx); err != nil {
		return err
	}
	if err := b.measureExport(ctx); err != nil {
		return err
	}
	for _, c := range listCases {
		var first, later []time.Duration
		var total int
		for range 12 {
			next := ""
			for page := range 4 {
				body := c.body
				if next != "" {
					body = fmt.Sprintf(`{"cursor":%q`, next) + more(c.body)
				}
				began := time.Now()
				n, cursor, err := b.list(ctx, body)
				if err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
				if page == 0 {
					first, total = append(first, time.Since(began)), n
				} else {
					later = append(later, time.Since(began))
				}
				if next = cursor; next == "" {
					break
				}
			}
		}
		p95, then := quantile(first, 0.95), quantile(later, 0.95)
		b.report(Result{
			Name: "customers: " + c.name, Value: ms(p95), Unit: "ms p95", Target: "<= 100 ms with the total, later pages <= 50 ms",
			Met:     p95 <= 100*time.Millisecond && then <= 50*time.Millisecond,
			Details: fmt.Sprintf("p50 %.1f ms; later pages p95 %.1f ms, p50 %.1f ms; %d of %d customers", ms(quantile(first, 0.5)), ms(then), ms(quantile(later, 0.5)), total, b.app.Customers()),
		})
	}
	return nil
}

// more is the rest of an object after its first member.
func more(object string) string {
	if object == "{}" {
		return "}"
	}
	return "," + object[1:]
}

// measureReach asks how many of a rule's customers can be written to, and the palette.
func (b *bench) measureReach(ctx context.Context) error {
	for _, c := range []struct{ name, method, path, body string }{
		{"reach of a rule", http.MethodPost, "/audiences/reach", `{"rule":` + newRule + `}`},
		{"palette, part of a name", http.MethodGet, "/search?q=" + url.QueryEscape("王小"), ""},
		{"overview", http.MethodGet, "/overview", ""},
		{"system", http.MethodGet, "/system", ""},
	} {
		var times []time.Duration
		for range 30 {
			began := time.Now()
			if _, err := b.fetch(ctx, c.method, c.path, c.body); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			times = append(times, time.Since(began))
		}
		cold := times[0]
		p95 := quantile(times[1:], 0.95)
		b.report(Result{
			Name: c.name, Value: ms(p95), Unit: "ms p95", Target: "<= 300 ms", Met: p95 <= 300*time.Millisecond,
			Details: fmt.Sprintf("p50 %.1f ms, the first %.1f ms", ms(quantile(times[1:], 0.5)), ms(cold)),
		})
	}
	return nil
}

func (b *bench) list(ctx context.Context, body string) (total int, next string, err error) {
	raw, err := b.fetch(ctx, http.MethodPost, "/customers/query", body)
	if err != nil {
		return 0, "", err
	}
	var page struct {
		Total int
		Next  string
	}
	return page.Total, page.Next, json.Unmarshal(raw, &page)
}

// fetch calls the management API.
func (b *bench) fetch(ctx context.Context, method, path, body string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+b.app.Address()+"/api/v1"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+adminToken)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s", res.Status, raw)
	}
	return raw, err
}

// nameCustomers gives everybody a name, a member of staff and a channel, once.
func (b *bench) nameCustomers(ctx context.Context) error {
	const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
	set := func(name string, value any) event.TraitOp {
		raw, _ := json.Marshal(value) // texts always marshal
		return event.TraitOp{Action: event.TraitSet, Name: name, Value: raw}
	}
	family, now := []rune(surnames), time.Now()
	for start := 0; start < b.Customers; start += seedBatch {
		var evs []*event.Event
		for i := start; i < min(start+seedBatch, b.Customers); i++ {
			evs = append(evs, &event.Event{
				SourceID: b.source, MessageID: fmt.Sprint("named-", i), Name: event.Identified, At: now.Add(-24 * time.Hour), ReceivedAt: now,
				Identities: []event.Identity{{Type: "user_id", Value: fmt.Sprint("u", i)}},
				Traits: []event.TraitOp{
					set("name", fmt.Sprintf("%c小%c%d", family[i%20], family[i/20%20], i%97)), set("staff", []string{fmt.Sprint("m", i%200)}),
					set("contacts", 1), set("channel", fmt.Sprint("ch", i%8)),
				},
			})
		}
		if _, err := b.app.Pipeline().Submit(ctx, evs); err != nil {
			return err
		}
		b.progress("names", start, b.Customers)
	}
	return nil
}
