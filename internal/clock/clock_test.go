package clock

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestManual_WakesWhoWaitsForIt(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	m := NewManual(start)
	woken := make(chan error, 1)
	go func() { woken <- m.WaitUntil(context.Background(), start.Add(time.Hour)) }()
	m.Advance(59 * time.Minute)
	select {
	case err := <-woken:
		t.Fatalf("woken early: %v", err)
	default:
	}
	m.Advance(time.Minute)
	if err := <-woken; err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := m.WaitUntil(ctx, start.Add(24*time.Hour)); !errors.Is(err, context.Canceled) {
		t.Fatalf("WaitUntil = %v, want the context's error", err)
	}
}

func TestSystem_WaitsAsLongAsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := System{}.Now()
		if err := (System{}).WaitUntil(t.Context(), began.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if passed := (System{}).Now().Sub(began); passed != time.Hour {
			t.Fatalf("waited %s", passed)
		}
	})
}
