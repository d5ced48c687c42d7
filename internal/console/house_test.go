package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/console"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/pipeline"
	"yutang/internal/pipeline/roadtest"
	"yutang/internal/timeline"
)

// quiet stands where playbooks and outreach do in a brand that has none.
type quiet struct{ roadtest.Nobody }

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

type late struct{ *pipeline.Pipeline }

// brand is a house with a running road.
type brand struct {
	console.House
	*pipeline.Pipeline
	source int64
}

func newBrand(t *testing.T, d *db.DB) *brand {
	t.Helper()
	ctx, box, clk := context.Background(), httpapitest.Box(t), clock.NewManual(httpapitest.Start)
	b := &brand{}
	b.Log, b.Timeline = event.NewLog(d, box), timeline.New()
	b.Identity = identity.New(d, box, b.Timeline, clk)
	b.Customers = customer.New(d, box, b.Timeline, clk)
	writer := &late{}
	b.Audiences = audience.NewService(d, audience.NewEngine(b.Timeline, b.Customers, b.Log, utc{}), clk, writer)
	b.Pipeline = pipeline.New(pipeline.Rooms{
		DB: d, Clock: clk, Log: b.Log, Timeline: b.Timeline, Identity: b.Identity, Customers: b.Customers,
		Audiences: b.House.Audiences, Playbooks: quiet{}, Outreach: quiet{},
	}, box, filepath.Join(t.TempDir(), "snapshot"), nil)
	writer.Pipeline = b.Pipeline
	if err := b.Pipeline.Load(ctx); err != nil {
		t.Fatal(err)
	}
	src, err := b.Log.Source(ctx, "mall", "test-write-key", clk.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.source = src.ID
	b.Start()
	t.Cleanup(b.Stop)
	if err := b.House.Audiences.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.House.Audiences.Stop)
	return b
}

// buy stores an order of a customer known by user id and phone.
func (b *brand) buy(t *testing.T, n int, revenue string) {
	t.Helper()
	_, err := b.Submit(context.Background(), []*event.Event{{
		SourceID: b.source, MessageID: fmt.Sprint("m", n), Name: "Order Completed", At: httpapitest.Start, ReceivedAt: httpapitest.Start,
		Identities: []event.Identity{{Type: "user_id", Value: fmt.Sprint("u", n)}, {Type: "phone", Value: fmt.Sprint("1391234560", n)}},
		Props:      json.RawMessage(fmt.Sprintf(`{"order_id":"o%d","revenue":%s,"currency":"CNY"}`, n, revenue)),
		Traits:     []event.TraitOp{{Action: event.TraitSet, Name: "name", Value: json.RawMessage(`"王小明"`)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// covers: J3
func TestHouse_ShowsTheRealRoomsMasked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := newBrand(t, d)
		if n, err := b.Numbers(ctx); err != nil || n.Events != 0 || n.Customers != 0 {
			t.Fatalf("empty: %+v %v", n, err)
		}
		aud, err := b.House.Audiences.Create(ctx, audience.Input{Name: "buyers", Rule: json.RawMessage(`{"did":{"event":"Order Completed"}}`)})
		if err != nil {
			t.Fatal(err)
		}
		b.House.Audiences.Build(aud)
		if err := b.House.Audiences.Settled(ctx, aud.ID); err != nil {
			t.Fatal(err)
		}
		for n, revenue := range []string{"99.50", "0.50", "1200"} {
			b.buy(t, n, revenue)
		}
		n, err := b.Numbers(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n.Events < 3 || n.Customers != 3 || n.Orders != 3 || n.NetRevenue.Minor != 130_000 {
			t.Errorf("numbers %+v", n)
		}
		if len(n.Audiences) != 1 || n.Audiences[0].Count != 3 || len(n.Transitions) != 3 || n.Transitions[0].Audience != "buyers" {
			t.Errorf("audiences %+v, transitions %+v", n.Audiences, n.Transitions)
		}
		if len(n.Feed) == 0 || n.Watermark.IsZero() {
			t.Errorf("feed %+v, watermark %v", n.Feed, n.Watermark)
		}
		m, err := b.Members(ctx, aud.ID, "", 2)
		if err != nil || len(m.Items) != 2 || m.Next == "" {
			t.Fatalf("members %+v %v", m, err)
		}
		m, err = b.Members(ctx, aud.ID, m.Next, 2)
		if err != nil || len(m.Items) != 1 || m.Next != "" {
			t.Fatalf("second page %+v %v", m, err)
		}
		c, err := b.Customer(ctx, m.Items[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		shown := fmt.Sprintf("%+v %+v", m, c)
		if c.Orders != 1 || c.Net.Minor != 120_000 || len(c.Timeline) == 0 || c.Timeline[len(c.Timeline)-1].Detail != "¥1,200.00" || len(c.Identities) != 2 {
			t.Errorf("customer %s", shown)
		}
		if strings.Contains(shown, "13912345602") || strings.Contains(shown, "王小明") {
			t.Errorf("not masked: %s", shown)
		}
		for _, id := range []string{"c99", "x", "c0"} {
			if _, err := b.Customer(ctx, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", id, err)
			}
		}
		if _, err := b.Members(ctx, aud.ID, "!!", 2); !fault.Is(err, fault.Invalid) {
			t.Errorf("bad cursor: %v", err)
		}
	})
}
