package crash

import (
	"context"
	"fmt"
	"net/url"

	"yutang/internal/wecomsim"
)

// massSend is one message to all customers, as the tests follow it.
type massSend struct{ id, text string }

// Befriend gives each member n customers and lets the server know them.
func (w *WeCom) Befriend(ctx context.Context, c *crowd, n int) error {
	for range n {
		for _, user := range w.staff {
			if err := c.come(pair{user, w.sim.AddCustomer(wecomsim.NewCustomer{})}, w.sim.Now().Unix()); err != nil {
				return err
			}
		}
	}
	if err := w.Settle(ctx); err != nil {
		return err
	}
	return w.Reconcile(ctx)
}

// Send makes n messages to everybody and lets them go.
func (w *WeCom) Send(ctx context.Context, n int) (all []massSend, err error) {
	for i := range n {
		m := massSend{text: fmt.Sprintf("Message %d", i)}
		var made struct{ ID string }
		err := w.api().Post(ctx, "/mass-sends", map[string]any{
			"corp": wecomCorp, "name": m.text, "target": map[string]any{"staff": w.staff},
			"content": map[string]any{"text": m.text, "attachments": []any{}}, "options": map[string]any{"transactional": true},
		}, &made)
		if err != nil {
			return nil, err
		}
		m.id = made.ID
		all = append(all, m)
		if err := w.api().Post(ctx, "/mass-sends/"+m.id+"/schedule", nil, nil); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// asked is how often each customer is in a task on a member's phone, by message.
func (w *WeCom) asked() map[string]map[string]int {
	out := map[string]map[string]int{}
	for _, user := range w.staff {
		for _, task := range w.sim.MassTasks(user) {
			if out[task.Text] == nil {
				out[task.Text] = map[string]int{}
			}
			for _, external := range task.Targets {
				out[task.Text][external]++
			}
		}
	}
	return out
}

// massRow is what the server says became of one customer.
type massRow struct{ Customer, Staff, State, Reason string }

func (w *WeCom) massRows(ctx context.Context, m massSend) (all []massRow, err error) {
	cursor := ""
	for {
		var got struct {
			Items []massRow
			Next  string
		}
		if err := w.api().Get(ctx, "/mass-sends/"+m.id+"/customers?limit=1000&cursor="+url.QueryEscape(cursor), &got); err != nil {
			return nil, err
		}
		all = append(all, got.Items...)
		if cursor = got.Next; cursor == "" {
			return all, nil
		}
	}
}

// CheckMass holds what the server says of each message against the members' phones. wrong
// cannot become right any more; open may, when the platform has been asked.
func (w *WeCom) CheckMass(ctx context.Context, sends []massSend, people int) (wrong, open []string, err error) {
	contacts, err := w.Contacts(ctx)
	if err != nil {
		return nil, nil, err
	}
	external := map[string]string{}
	for _, r := range contacts {
		external[r.Customer] = r.External
	}
	for _, m := range sends {
		rows, err := w.massRows(ctx, m)
		if err != nil {
			return nil, nil, err
		}
		asked := w.asked() // after the rows: phones only get more
		for who, n := range asked[m.text] {
			if n > 1 {
				wrong = append(wrong, fmt.Sprintf("%s is to be sent %d times to %s", m.text, n, who))
			}
		}
		if len(rows) != people {
			open = append(open, fmt.Sprintf("%s has %d receivers of %d", m.text, len(rows), people))
		}
		for _, r := range rows {
			there := asked[m.text][external[r.Customer]] > 0
			switch {
			case r.State == "handed" && there, r.State == "unknown" && !there:
			case r.State == "unknown", r.State == "planned", r.State == "attempting":
				open = append(open, fmt.Sprintf("%s to %s is %s, asked: %t", m.text, r.Customer, r.State, there))
			default:
				wrong = append(wrong, fmt.Sprintf("%s to %s is %s (%s), asked: %t", m.text, r.Customer, r.State, r.Reason, there))
			}
		}
	}
	return wrong, open, nil
}
