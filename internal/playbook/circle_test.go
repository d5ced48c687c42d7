package playbook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/playbook"
)

// covers: C1
func TestPublish_RefusesACircleOfStarts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		make := func(name string, starts ...string) playbook.Playbook {
			doc := fmt.Sprintf(`{"name":%q,"trigger":{"api":true},"steps":[{"id":"first","wait":{"for":"1h"}}`, name)
			for i, other := range starts {
				doc += fmt.Sprintf(`,{"id":"s%d","start":{"playbook":%q}}`, i, other)
			}
			p, err := b.playbooks.Create(ctx, json.RawMessage(doc+`]}`))
			b.must(err)
			return p
		}
		publish := func(p playbook.Playbook) error { _, err := b.playbooks.Publish(ctx, p.ID, "Ann"); return err }
		one := make("one")
		b.must(publish(one))
		two := make("two", "one", one.ID) // twice is no circle
		b.must(publish(two))
		three := make("three", "two")
		b.must(publish(three))
		_, err := b.playbooks.Update(ctx, one.ID, json.RawMessage(`{"name":"one","trigger":{"api":true},"steps":[
			{"id":"ok","wait":{"for":"1h"}},{"id":"again","start":{"playbook":"three"}}]}`))
		b.must(err)
		if err := publish(one); !points(err, "/steps/1/start/playbook") {
			t.Fatalf("one → three → two → one: %v", err)
		}
		_, err = b.playbooks.End(ctx, two.ID)
		b.must(err)
		b.must(publish(one)) // three starts nobody any more
		own := make("own", "x")
		_, err = b.playbooks.Update(ctx, own.ID, json.RawMessage(`{"name":"own","trigger":{"api":true},"steps":[{"id":"me","start":{"playbook":"`+own.ID+`"}}]}`))
		b.must(err)
		if err := publish(own); !points(err, "/steps/0/start/playbook") {
			t.Fatalf("itself: %v", err)
		}
	})
}

// A name that is changed later may close a circle that no publishing saw: then the length of
// the chain is the limit.
func TestChain_OfStartsStops(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		document := func(name, starts string) json.RawMessage {
			return json.RawMessage(fmt.Sprintf(`{"name":%q,"trigger":{"event":%q},"reentry":"always","limit":{"per_customer":99},"steps":[{"id":"s","start":{"playbook":%q}}]}`, name, name, starts))
		}
		leaf, err := b.playbooks.Create(ctx, json.RawMessage(`{"name":"pong","trigger":{"api":true},"steps":[{"id":"x","exit":{}}]}`))
		b.must(err)
		_, err = b.playbooks.Publish(ctx, leaf.ID, "Ann")
		b.must(err)
		ping, err := b.playbooks.Create(ctx, document("ping", "pong"))
		b.must(err)
		_, err = b.playbooks.Publish(ctx, ping.ID, "Ann")
		b.must(err)
		pong, err := b.playbooks.Create(ctx, document("pong", ping.ID)) // the name means leaf still
		b.must(err)
		_, err = b.playbooks.Publish(ctx, pong.ID, "Ann")
		b.must(err)
		_, err = b.playbooks.End(ctx, leaf.ID) // now it means this one
		b.must(err)
		b.track("ann", "ping", `{}`)
		n := len(b.runs(playbook.RunFilter{Playbook: ping.ID})) + len(b.runs(playbook.RunFilter{Playbook: pong.ID}))
		if n != 9 {
			t.Errorf("%d runs", n)
		}
	})
}
