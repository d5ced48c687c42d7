package playbook_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/outreach"
)

// covers: C1, C7
func TestContent_IsCheckedByItsChannelWhenSaved(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	ctx := context.Background()
	b.playbooks.CheckContent = func(_ context.Context, channel, endpoint string, content json.RawMessage, ptr string) ([]fault.Field, error) {
		if channel == "webhook" && endpoint == b.endpoint && strings.Contains(string(content), "wrong") {
			return fault.BadField(ptr+"/text", "is wrong").Fields, nil
		}
		return nil, nil
	}
	wrong, right := b.definition(`{"event":"A"}`, "", `{"text":"wrong"}`), b.definition(`{"event":"A"}`, "", `{"text":"right"}`)
	refused := func(what string, err error) {
		t.Helper()
		if f, ok := err.(*fault.Error); !ok || f.Code != "invalid_playbook" || f.Fields[0].Pointer != "/steps/0/send/content/text" {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := b.playbooks.Create(ctx, wrong)
	refused("create", err)
	p, err := b.playbooks.Create(ctx, right)
	b.must(err)
	_, err = b.playbooks.Update(ctx, p.ID, wrong)
	refused("update", err)
	b.playbooks.CheckContent = func(context.Context, string, string, json.RawMessage, string) ([]fault.Field, error) {
		return fault.BadField("/steps/0/send/content/text", "no longer").Fields, nil
	}
	_, err = b.playbooks.Publish(ctx, p.ID, "Ann")
	refused("publish", err)
}

// covers: C1, C7
func TestAddress_IsPassedOnOrTheTouchSuppressed(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	b.playbooks.Address = func(context.Context, string, string) (string, error) { return "phone", nil }
	pb := b.publish(`{"event":"A"}`, "", `{"text":"x"}`)
	b.track("nobody", "A", `{}`)
	b.submit(&event.Event{Name: "A", At: noon, Identities: []event.Identity{{Type: "user_id", Value: "li"}, {Type: "phone", Value: "139 1234 5670"}}})
	if body := string(<-b.got); !strings.Contains(body, `"identities":[{"type":"phone","value":"+8613912345670"}]`) {
		t.Errorf("sent %s", body)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		counts, err := b.outreach.Counts(context.Background(), pb)
		b.must(err)
		if slices.Contains(counts, outreach.Count{State: outreach.Suppressed, Reason: outreach.NoAddress, Count: 1}) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("counts %v", counts)
		}
	}
}
