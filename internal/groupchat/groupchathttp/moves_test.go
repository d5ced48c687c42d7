package groupchathttp_test

import (
	"context"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/groupchat/groupchathttp"
)

// covers: D1
func TestGroups_ListCountsTheWeeksMovesAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, ctx := start(t, d), context.Background()
		old := r.group(t, "Old", "Ann")
		r.Clock.Advance(10 * 24 * time.Hour)
		fresh := r.group(t, "New", "Elizabeth")
		g, err := r.groups.Get(ctx, old)
		if err != nil {
			t.Fatal(err)
		}
		members, err := r.groups.Members(ctx, g, false, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range members.Items {
			if !m.External {
				continue
			}
			if err := r.sim.LeaveGroup(old, m.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.groups.PullChat(ctx, corpID, old); err != nil {
			t.Fatal(err)
		}
		got := map[string]groupchathttp.Moves{}
		for _, g := range decode[list[groupchathttp.Group]](t, r.Client(t, access.Analyst).Do("GET", "/groups", nil), 200).Items {
			got[g.ID] = *g.Moves
		}
		if m := got[old]; m.Joined != 0 || m.Left != 1 || m.Since.After(r.Clock.Now()) {
			t.Errorf("the old group %+v", m)
		}
		if m := got[fresh]; m.Joined != 1 || m.Left != 0 {
			t.Errorf("the new group %+v", m)
		}
	})
}
