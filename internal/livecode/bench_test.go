package livecode_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yutang/internal/contact"
	"yutang/internal/db/dbtest"
	"yutang/internal/livecode"
	"yutang/internal/wecomsim"
)

func BenchmarkPlan(b *testing.B) {
	in := livecode.Input{
		Spec: livecode.Spec{Kind: livecode.Multi, Backup: []string{"z"}}, Counters: map[string]livecode.Counter{},
		Active: func(string) bool { return true }, Now: time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC), Zone: time.FixedZone("CST", 8*3600),
	}
	for i := range 20 {
		in.Spec.Members = append(in.Spec.Members, livecode.Member{User: fmt.Sprint("u", i), DailyCap: 50})
	}
	in.Spec.Schedule.Shifts = []livecode.Shift{
		{Days: []int{1, 2, 3, 4, 5}, Span: livecode.Span{From: "09:00", To: "12:00"}},
		{Days: []int{1, 2, 3, 4, 5}, Span: livecode.Span{From: "13:00", To: "18:00"}},
	}
	for b.Loop() {
		livecode.Plan(in)
	}
}

func BenchmarkArrival(b *testing.B) {
	r := start(b, dbtest.SQLite(b))
	c, err := r.codes.Create(context.Background(), brand, livecode.Spec{
		Name: "a", Kind: livecode.Multi, Members: []livecode.Member{{User: "li", DailyCap: 100_000}, {User: "wang", Weight: 3}}, Backup: []string{"zhao"},
	})
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		n++
		added := wecomsim.Added{User: []string{"li", "wang"}[n%2], Customer: fmt.Sprint("wm", n)}
		now := r.Clock.Now()
		err := r.codes.OnContact(context.Background(), contact.Transition{Kind: contact.Added, At: now, Contact: contact.Contact{
			Corp: brand, User: added.User, External: added.Customer, Count: 1, AddedAt: now, Code: c.State, Leaf: uint32(n),
		}})
		if err != nil {
			b.Fatal(err)
		}
	}
}
