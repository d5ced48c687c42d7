package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"yutang/internal/clock"
	"yutang/internal/wecomsim"
)

const (
	weeksBefore = 14 * 24 * time.Hour // which a new demo lives through before it is shown
	dayBegins   = 9*time.Hour + 30*time.Minute
	dayLasts    = 10 * time.Hour
	later       = 2 * time.Hour // when staff do what has come up
	settleLook  = 10 * time.Millisecond
	settleMost  = 2 * time.Second // a greeting that takes longer is not waited for
)

// behind is a clock that is some time behind another.
type behind struct {
	clock.Clock
	by time.Duration
}

// Now is the other clock's moment less what it is behind.
func (b behind) Now() time.Time { return b.Clock.Now().Add(-b.by) }

// WaitUntil returns when Now is not before t.
func (b behind) WaitUntil(ctx context.Context, t time.Time) error {
	return b.Clock.WaitUntil(ctx, t.Add(b.by))
}

// weeks lets the corp live through the weeks before today, a day at a time: its clock begins
// weeks behind the machine's and catches up. Whoever comes, buys or goes does so at that
// moment, and the program hears of it as of anything.
type weeks struct {
	*setup
	shop  *shopping
	past  *past
	zone  *time.Location
	doors []door
}

// catchUp lives through the weeks that a new corp is behind.
func (c *setup) catchUp(ctx context.Context, shop *shopping, p *past) error {
	if c.d.WeCom.late() < newFrom {
		return nil
	}
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return err
	}
	w := &weeks{setup: c, shop: shop, past: p, zone: zone}
	if err := w.open(ctx); err != nil {
		return err
	}
	return w.live(ctx)
}

// late is how far the corp's clock is behind the machine's.
func (w *WeCom) late() time.Duration { return (clock.System{}).Now().Sub(w.Sim.Clock().Now()) }

// live catches up. A demo that is up to date has nothing to live through.
func (w *weeks) live(ctx context.Context) error {
	sim := w.d.WeCom.Sim
	for {
		now := sim.Clock().Now()
		next, last := w.next(now), now.Add(w.d.WeCom.late()-later)
		if !next.Before(last) {
			break
		}
		if err := sim.Advance(next.Sub(now)); err != nil {
			return err
		}
		if err := w.day(ctx, next); err != nil {
			return fmt.Errorf("%s: %w", next.Format(time.DateOnly), err)
		}
	}
	if late := w.d.WeCom.late(); late > 0 {
		if err := sim.Advance(late); err != nil {
			return err
		}
	}
	return w.past.until(ctx, sim.Clock().Now())
}

// next is the next moment at which something happens: one a day, at an hour that follows
// from the date.
func (w *weeks) next(now time.Time) time.Time {
	y, m, d := now.In(w.zone).Date()
	for ; ; d++ {
		midnight := time.Date(y, m, d, 0, 0, 0, 0, w.zone)
		at := midnight.Add(dayBegins + time.Duration(w.dice(midnight).Int64N(int64(dayLasts))))
		if at.After(now) {
			return at.UTC()
		}
	}
}

// dice follow from the seed and the date.
func (w *weeks) dice(at time.Time) *rand.Rand {
	return rand.New(rand.NewPCG(w.d.Seed^0xda75, uint64(at.In(w.zone).YearDay())))
}

// day is what happens on one.
func (w *weeks) day(ctx context.Context, at time.Time) error {
	r := w.dice(at.Add(24 * time.Hour))
	came, err := w.arrive(r, at)
	if err != nil {
		return err
	}
	if err := w.leave(r); err != nil {
		return err
	}
	all, together := errgroup.WithContext(ctx)
	w.click(together, all, r)
	all.Go(func() error { return w.settle(together, came) })
	all.Go(func() error {
		if err := w.past.until(together, at); err != nil {
			return err
		}
		return w.shop.turn(together)
	})
	if err := all.Wait(); err != nil {
		return err
	}
	if err := w.d.WeCom.Sim.Advance(later); err != nil {
		return err
	}
	return w.work(ctx, r)
}

// door is where newcomers come in, and how many of a hundred.
type door struct {
	address string // state of a code or URL of a link
	share   int
	users   []string // of a link
}

// arrive lets newcomers in: more from week to week, most at the weekend.
func (w *weeks) arrive(r *rand.Rand, at time.Time) (came int64, err error) {
	n := 2 + r.IntN(3) + int(weeksBefore-min(weeksBefore, w.d.WeCom.late()))/int(5*24*time.Hour)
	if day := at.In(w.zone).Weekday(); day == time.Saturday || day == time.Sunday {
		n += 2 + r.IntN(2)
	}
	sim := w.d.WeCom.Sim
	for range n {
		through := w.doors[pick(r, w.doors)]
		added, err := sim.ScanCode(sim.AddCustomer(wecomsim.NewCustomer{}), through.address)
		if err == nil && added.Waiting {
			_, err = sim.Accept(added.User, added.Customer)
		}
		if friend := w.friend(r, through.users); err == nil && friend != "" && r.IntN(2) == 0 {
			_, err = sim.ScanCode(friend, through.address) // known already: only a click
		}
		if err != nil {
			return 0, fmt.Errorf("come in: %w", err)
		}
		came++
	}
	return came, nil
}

// friend is a customer of one of the users, "" if none was found.
func (w *weeks) friend(r *rand.Rand, users []string) string {
	for range 4 * len(users) {
		for _, c := range w.d.WeCom.Sim.Customers(r.IntN(corpPeople), 1) {
			if slices.ContainsFunc(c.Follows, func(f wecomsim.Follow) bool { return slices.Contains(users, f.User) }) {
				return c.ID
			}
		}
	}
	return ""
}

// pick draws a door by its share.
func pick(r *rand.Rand, doors []door) int {
	total := 0
	for _, d := range doors {
		total += d.share
	}
	n := r.IntN(total)
	for i, d := range doors {
		if n -= d.share; n < 0 {
			return i
		}
	}
	return 0
}

// leave ends a relation on most days: somebody who has had enough, of all there are.
func (w *weeks) leave(r *rand.Rand) error {
	sim := w.d.WeCom.Sim
	for range r.IntN(3) {
		list := sim.Customers(r.IntN(sim.ContactCount()), 1)
		if len(list) == 0 || len(list[0].Follows) == 0 {
			continue
		}
		if err := sim.DeleteStaff(list[0].ID, list[0].Follows[0].User); err != nil {
			return fmt.Errorf("leave: %w", err)
		}
	}
	return nil
}

// settle waits until the program has greeted who came, before more time passes: a greeting is possible for some seconds only.
func (w *weeks) settle(ctx context.Context, came int64) error {
	until := (clock.System{}).Now().Add(settleMost)
	for {
		n, err := w.greeted(ctx)
		if machine := (clock.System{}); err != nil || n >= came || machine.Now().After(until) {
			return err
		}
		if err := (clock.System{}).WaitUntil(ctx, (clock.System{}).Now().Add(settleLook)); err != nil {
			return err
		}
	}
}

// greeted is how many newcomers of these minutes the program has greeted, or could not.
func (w *weeks) greeted(ctx context.Context) (n int64, err error) {
	now := w.d.WeCom.Sim.Clock().Now()
	from, to := now.Add(-time.Hour).Format(time.RFC3339), now.Add(time.Minute).Format(time.RFC3339)
	got, err := w.api.do(ctx, "GET", "/welcome/stats?corp="+Corp+"&from="+from+"&to="+to, nil)
	if err != nil {
		return 0, err
	}
	n = got.Get("sent").Int()
	for _, why := range []string{"missed", "failed"} {
		for _, x := range got.Get(why).Map() {
			n += x.Int()
		}
	}
	return n, nil
}
