package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strconv"
)

// audience is a rule and what the model says of it. A nil match means nobody, once the
// window has passed.
type audience struct {
	name  string
	rule  string
	match func(p *person) bool
}

var audiences = []audience{
	{"everybody", `{"all":[]}`, func(*person) bool { return true }},
	{"buyers", `{"did":{"event":"Order Completed","count":{"gte":3}}}`, func(p *person) bool { return p.bought >= 3 }},
	{"spenders", `{"did":{"event":"Order Completed","sum":{"of":"revenue","gte":500}}}`, func(p *person) bool { return p.spent >= 500_00 }},
	{"never bought", `{"not":{"did":{"event":"Order Completed"}}}`, func(p *person) bool { return p.bought == 0 }},
	{
		"gold", `{"all":[{"trait":"plan","op":"eq","value":"gold"},{"did":{"event":"Product Viewed","within":"30d"}}]}`,
		func(p *person) bool { return p.plan == "gold" && p.views > 0 },
	},
	{"net", `{"trait":"net_revenue","op":"gte","value":300}`, func(p *person) bool { return p.net() >= 300_00 }},
	{"just now", `{"did":{"event":"Product Viewed","within":"2s"}}`, nil},
}

// Brand is what the harness sets up over the API before it drives.
type Brand struct {
	ids      map[string]string // of audiences by name
	playbook string            // "" if there is none
}

// SetUp makes the audiences and, with a receiver, a playbook that sends to it.
func SetUp(ctx context.Context, api API, receiver string) (*Brand, error) {
	b := &Brand{ids: map[string]string{}}
	for _, a := range audiences {
		var made struct{ ID string }
		if err := api.Post(ctx, "/audiences", map[string]any{"name": a.name, "rule": json.RawMessage(a.rule)}, &made); err != nil {
			return nil, err
		}
		b.ids[a.name] = made.ID
	}
	if receiver == "" {
		return b, nil
	}
	var endpoint, book struct{ ID string }
	if err := api.Post(ctx, "/webhooks", map[string]any{"name": "receiver", "url": receiver}, &endpoint); err != nil {
		return nil, err
	}
	definition := map[string]any{
		"name": "thanks", "trigger": map[string]any{"event": submitted}, "reentry": "always",
		"steps": []any{map[string]any{"id": "send", "send": map[string]any{
			"channel": "webhook", "endpoint": endpoint.ID, "transactional": true, "content": map[string]any{"text": "Thanks"},
		}}},
	}
	if err := api.Post(ctx, "/playbooks", map[string]any{"definition": definition}, &book); err != nil {
		return nil, err
	}
	b.playbook = book.ID
	return b, api.Post(ctx, "/playbooks/"+book.ID+"/publish", nil, nil)
}

// Settle returns when everything due is done: timers, builds, deliveries.
func (b *Brand) Settle(ctx context.Context, api API) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return Poll(ctx, func() (bool, error) {
		for _, a := range audiences {
			n, state, err := b.count(ctx, api, a)
			if err != nil {
				return false, err
			}
			if state != "live" || (a.match == nil && n != 0) {
				return false, fmt.Errorf("audience %q is %s with %d", a.name, state, n)
			}
		}
		moving, err := b.moving(ctx, api)
		if err == nil && moving > 0 {
			err = fmt.Errorf("%d deliveries have not come to an end", moving)
		}
		return true, err
	})
}

func (b *Brand) count(ctx context.Context, api API, a audience) (n int, state string, err error) {
	var got struct {
		Count int
		State string
	}
	err = api.Get(ctx, "/audiences/"+b.ids[a.name], &got)
	return got.Count, got.State, err
}

// Check lists what the server says of customers that the model does not.
func (b *Brand) Check(ctx context.Context, api API, m *Model, people int) (wrong []string, err error) {
	for _, a := range audiences {
		want := 0
		if a.match != nil {
			want = m.Count(a.match)
		}
		n, _, err := b.count(ctx, api, a)
		if err != nil {
			return nil, err
		}
		var preview struct{ Count int }
		if err := api.Post(ctx, "/audiences/preview", map[string]any{"rule": json.RawMessage(a.rule)}, &preview); err != nil {
			return nil, err
		}
		if n != want || preview.Count != want {
			wrong = append(wrong, fmt.Sprintf("audience %q has %d members, a preview gives %d, the log %d", a.name, n, preview.Count, want))
		}
	}
	for i := range people {
		w, err := checkOrders(ctx, api, m, "user-"+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, w...)
	}
	return wrong, nil
}

// checkOrders compares a user's order totals with the sum over distinct orders.
func checkOrders(ctx context.Context, api API, m *Model, user string) (wrong []string, err error) {
	var got struct {
		Items []struct {
			Orders struct {
				Count      int
				NetRevenue float64 `json:"net_revenue"`
			}
		}
	}
	if err := api.Get(ctx, "/customers?identity="+url.QueryEscape("user_id:"+user), &got); err != nil {
		return nil, err
	}
	count, sum, known := m.Orders(user)
	if !known || len(got.Items) != 1 {
		if known || len(got.Items) != 0 {
			wrong = append(wrong, fmt.Sprintf("%s is %d customers, in the log: %t", user, len(got.Items), known))
		}
		return wrong, nil
	}
	if o := got.Items[0].Orders; o.Count != count || int64(math.Round(o.NetRevenue*100)) != sum {
		wrong = append(wrong, fmt.Sprintf("%s has %d orders of %.2f, in the log %d of %.2f", user, o.Count, o.NetRevenue, count, float64(sum)/100))
	}
	return wrong, nil
}
