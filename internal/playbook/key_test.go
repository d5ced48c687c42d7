package playbook_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/playbook"
)

// covers: C1
func TestKey_ThatCannotBeStoredStartsNothingAndTheRoadGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		pb := b.play(`{"event":"Order Created"}`, `"key":"order_id",`, rest)
		b.track("ann", "Order Created", `{"order_id":"a\u0000b"}`)
		b.track("ann", "Order Created", `{"order_id":"`+strings.Repeat("x", 201)+`"}`)
		b.track("ann", "Order Created", `{"order_id":"7"}`)
		b.sync()
		if runs := b.runs(playbook.RunFilter{Playbook: pb}); len(runs) != 1 || runs[0].Key != "7" {
			t.Fatalf("%+v", runs)
		}
	})
}

// covers: C1
func TestStart_TheKeyIsPlainTextAPropertyAndTheIDOfOneCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		pb := b.play(`{"api":true}`, `"key":"coupon",`, b.say("hello", "coupon {{ event.props.coupon }}"), rest)
		b.track("ann", "X", `{}`)
		b.track("bob", "X", `{}`)
		o := playbook.StartOrder{Customer: b.customer("ann"), ID: "call-1", Key: "c\x007", Props: json.RawMessage(`null`)}
		if _, err := b.playbooks.Start(ctx, pb, o); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a key with a zero byte: %v", err)
		}
		o.ID, o.Key = "call\x001", "c7"
		if _, err := b.playbooks.Start(ctx, pb, o); !fault.Is(err, fault.Invalid) {
			t.Fatalf("an id with a zero byte: %v", err)
		}
		o.ID = "call-1"
		_, err := b.playbooks.Start(ctx, pb, o)
		b.must(err)
		if body := string(<-b.got); !strings.Contains(body, "coupon c7") {
			t.Fatal(body)
		}
		o.Customer = b.customer("bob")
		if _, err := b.playbooks.Start(ctx, pb, o); !fault.Is(err, fault.Conflict) {
			t.Fatalf("the id of another customer's run: %v", err)
		}
	})
}
