package livecode_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yutang/internal/contact"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/livecode"
	"yutang/internal/wecomsim"
)

// came tells the codes of some who arrived through one; the first has left again.
func (r *rig) came(c livecode.Code, externals ...string) {
	r.t.Helper()
	for i, external := range externals {
		added := wecomsim.Added{User: "li", Customer: external}
		tr := []contact.Transition{r.transition(c, added, contact.Added)}
		if i == 0 {
			tr = append(tr, r.transition(c, added, contact.WasLost))
		}
		for _, t := range tr {
			if err := r.codes.OnContact(context.Background(), t); err != nil {
				r.t.Fatal(err)
			}
		}
	}
}

// covers: A1
func TestRecent_CountsThirtyDaysOfManyCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		var codes []livecode.Code
		for i := range 60 {
			c, err := r.codes.Create(context.Background(), brand, livecode.Spec{Name: fmt.Sprint(i), Kind: livecode.Multi, Members: []livecode.Member{{User: "li"}}})
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, c)
		}
		r.came(codes[0], "wm1", "wm2")
		r.Clock.Advance(31 * 24 * time.Hour)
		r.came(codes[0], "wm3", "wm4", "wm5")
		r.came(codes[59], "wm6")
		got, err := r.codes.Recent(context.Background(), codes)
		if err != nil || len(got) != 2 || got[codes[0].Number] != (livecode.Tally{Added: 3, Lost: 1}) || got[codes[59].Number] != (livecode.Tally{Added: 1, Lost: 1}) {
			t.Errorf("%v %+v", err, got)
		}
	})
}

func BenchmarkRecent(b *testing.B) {
	r := start(b, dbtest.SQLite(b))
	ctx := context.Background()
	columns := []string{"code", "staff", "external", "addition", "corp", "ord", "day", "added_at", "ended_at"}
	for code := range 2_000 {
		var rows []any
		for i := range 100 {
			rows = append(rows, code+1, "li", fmt.Sprint("wm", i), 1, brand, i, "2026-03-01", r.Clock.Now().Add(-time.Duration(i)*12*time.Hour).UnixMilli(), i%3)
		}
		if err := r.DB.InTx(ctx, func(ctx context.Context) error { return r.DB.InsertMany(ctx, "livecode_arrival", columns, rows, "") }); err != nil {
			b.Fatal(err)
		}
	}
	for _, size := range []int{50, 1_000} {
		codes := make([]livecode.Code, size)
		for i := range codes {
			codes[i].Number = int64(2_000 - i)
		}
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				if _, err := r.codes.Recent(ctx, codes); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
