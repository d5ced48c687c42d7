package contact

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
)

const insertName = "INSERT INTO event_name (id, name) VALUES ($1, $2)"

func TestTogether_OneThatFailsFailsAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := context.Background(), newTogether()
		c.turn <- struct{}{} // so that all are in one transaction
		var all sync.WaitGroup
		failures := make([]error, 20)
		for i := range failures {
			all.Go(func() {
				failures[i] = c.inTx(ctx, d, func(ctx context.Context) error {
					_, err := d.Exec(ctx, insertName, i+1, fmt.Sprint("name ", i/2*2)) // each name is wanted twice
					return err
				})
			})
		}
		for waiting := 0; waiting < len(failures); time.Sleep(time.Millisecond) {
			c.mu.Lock()
			waiting = len(c.waiting)
			c.mu.Unlock()
		}
		<-c.turn
		all.Wait()
		for i := 0; i < len(failures); i += 2 {
			a, b := failures[i], failures[i+1]
			if (a == nil) == (b == nil) || !fault.Is(errors.Join(a, b), fault.Conflict) {
				t.Errorf("%v, %v: want one conflict", a, b)
			}
		}
		var n int
		if err := d.Get(ctx, "SELECT COUNT(*) FROM event_name", nil, &n); err != nil || n != len(failures)/2 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

func TestTogether_APanicIsOnlyItsOwn(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t), newTogether()
	ctx := context.Background()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_ = c.inTx(ctx, d, func(context.Context) error { panic("broken") })
	}()
	err := c.inTx(ctx, d, func(ctx context.Context) error {
		_, err := d.Exec(ctx, insertName, 1, "a")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
