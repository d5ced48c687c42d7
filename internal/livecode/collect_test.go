package livecode_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/livecode"
	"yutang/internal/wecom"
)

// way makes a contact way at the platform behind the back of the codes.
func (r *rig) way(state string) (configID string) {
	r.t.Helper()
	added, err := r.client().AddContactWay(context.Background(), wecom.ContactWay{
		Type: wecom.WayMulti, Scene: wecom.SceneQR, State: state, User: []string{"li"},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return added.ConfigID
}

func (r *rig) unmake(configID string) {
	r.t.Helper()
	if err := r.client().DelContactWay(context.Background(), configID); err != nil {
		r.t.Fatal(err)
	}
}

// alive says whether the platform has a contact way.
func (r *rig) alive(configID string) bool {
	r.t.Helper()
	_, err := r.client().GetContactWay(context.Background(), configID)
	if err != nil && !wecom.Is(err, wecom.CodeBadContactWay) {
		r.t.Fatal(err)
	}
	return err == nil
}

func (r *rig) client() *wecom.Client {
	r.t.Helper()
	client, err := r.corps.Client(context.Background(), brand)
	if err != nil {
		r.t.Fatal(err)
	}
	return client
}

// collect collects and compares what that did.
func (r *rig) collect(want livecode.Collection) {
	r.t.Helper()
	ctx := context.Background()
	got, err := r.codes.Collect(ctx, brand)
	if err != nil {
		r.t.Fatal(err)
	}
	r.settle()
	want.Corp = brand
	times := cmpopts.IgnoreFields(livecode.Collection{}, "StartedAt", "EndedAt")
	if diff := cmp.Diff(want, got, times); diff != "" {
		r.t.Errorf("collected: %s", diff)
	}
	if last, err := r.codes.LastCollection(ctx, brand); err != nil || !cmp.Equal(got, last) {
		r.t.Errorf("the last collection is %+v, %v", last, err)
	}
}

// covers: A1
func TestCollect_DeletesOrphansAdoptsTheLostAndSparesTheOthers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ctx := context.Background()
		spec := livecode.Spec{Name: "x", Kind: livecode.Multi, Members: []livecode.Member{{User: "li"}}}
		c, kept, over := r.create(spec), r.create(spec), r.create(spec)
		if err := r.codes.Delete(ctx, over.ID); err != nil {
			t.Fatal(err)
		}
		r.settle()
		orphan, double, stranger := r.way(over.State), r.way(c.State), r.way("yesterday-shop")
		r.unmake(kept.Remote.ConfigID)
		r.collect(livecode.Collection{Listed: 3, Deleted: 1, Missing: 1, Doubled: 1})
		if r.alive(orphan) || !r.alive(double) || !r.alive(stranger) {
			t.Errorf("alive: the orphan %v, the double %v, the stranger %v", r.alive(orphan), r.alive(double), r.alive(stranger))
		}
		remade := r.get(kept.ID).Remote
		if remade.ConfigID == kept.Remote.ConfigID || remade.RemadeAt.IsZero() || !remade.HasImage {
			t.Errorf("the missing one is not made anew: %+v", remade)
		}
		r.unmake(c.Remote.ConfigID)
		r.collect(livecode.Collection{Listed: 1, Adopted: 1})
		if got := r.get(c.ID).Remote; got.ConfigID != double || !got.HasImage {
			t.Errorf("the code whose contact way is gone has %+v, want the other", got)
		}
		if _, err := d.Exec(ctx, `UPDATE livecode SET config_id = '', qr_url = '' WHERE id = $1`, c.ID); err != nil {
			t.Fatal(err)
		}
		r.collect(livecode.Collection{Listed: 1, Adopted: 1})
		if got := r.get(c.ID).Remote.ConfigID; got != double {
			t.Errorf("adopted %s, want %s", got, double)
		}
	})
}

// A copy of last night is put in place of the database: what was made and changed since is
// unknown to it, and hangs printed in shops.
//
// covers: A1
func TestCollect_OfARestoredCopySparesWhatWasMadeSince(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := start(t, dbtest.Open(t, filepath.Join(dir, "brand.db")))
	ctx := context.Background()
	spec := livecode.Spec{Name: "x", Kind: livecode.Multi, Members: []livecode.Member{{User: "li"}}}
	remade, over := r.create(spec), r.create(spec)
	if err := r.codes.Delete(ctx, over.ID); err != nil {
		t.Fatal(err)
	}
	r.settle()
	if err := db.CopySQLite(ctx, filepath.Join(dir, "brand.db"), filepath.Join(dir, "copy.db")); err != nil {
		t.Fatal(err)
	}
	r.Clock.Advance(time.Hour)
	var since []livecode.Code
	for range 3 {
		since = append(since, r.create(spec))
	}
	r.unmake(remade.Remote.ConfigID)
	r.collect(livecode.Collection{Missing: 1})
	remade = r.get(remade.ID)
	r.jobs.Stop(ctx)
	r.Clock.Advance(time.Hour)

	back := r.restored(dbtest.Open(t, filepath.Join(dir, "copy.db")))
	orphan := back.way(over.State)
	back.collect(livecode.Collection{Listed: 5, Adopted: 1, Deleted: 1, Foreign: 3})
	for _, c := range since {
		if !back.alive(c.Remote.ConfigID) {
			t.Errorf("the code %s, made after the backup, is deleted", c.State)
		}
	}
	if got := back.get(remade.ID).Remote.ConfigID; got != remade.Remote.ConfigID {
		t.Errorf("the code made anew after the backup has %s, want %s", got, remade.Remote.ConfigID)
	}
	if back.alive(orphan) {
		t.Error("the contact way of a code that the copy knows as deleted is still there")
	}
	next := back.create(spec)
	if slices.ContainsFunc(since, func(c livecode.Code) bool { return c.State == next.State || c.Number == next.Number }) {
		t.Errorf("the next code gets the state %s of one made after the backup", next.State)
	}
	back.collect(livecode.Collection{Foreign: 3})
}
