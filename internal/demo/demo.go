// Package demo owns the demonstration brand: a real shop's history, audiences made for
// it, one playbook, and live activity on top.
//
// Run loads the history through the importer, as an operator would, and then lives: it
// sends events of customers and new visitors to the server's own intake over HTTP until
// its context ends. With the same seed and history the same people do the same things.
// What Run made before it does not make again, so a demo can be stopped and started.
//
// Decisions about the history are written in README.md; the reasons appear in the summary.
package demo

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"yutang/internal/clock"
	"yutang/internal/importer/importcli"
	"yutang/internal/money"
)

// Facts of the demo brand.
const (
	Brand    = "Yutang Demo Shop"
	Currency = "GBP"
	Zone     = "Europe/London" // the shop's; times in the history are its wall times
	Source   = "online-retail"
)

//go:embed mapping.json
var mapping []byte

// Audiences keeps audiences by name.
type Audiences interface {
	// Find gives the id of the audience of this name, "" if there is none.
	Find(ctx context.Context, name string) (id string, err error)
	// Create makes an audience and returns once it is live.
	Create(ctx context.Context, name, description string, rule json.RawMessage) (id string, err error)
	Count(ctx context.Context, id string) (int, error)
}

// Playbooks makes the playbook of the demo unless one of its name exists.
type Playbooks interface {
	Ensure(ctx context.Context, p Playbook) error
}

// Playbook sends one message by webhook to who enters an audience.
type Playbook struct {
	Name     string
	Audience string // id
	URL      string // of the webhook
	Text     string // liquid template
}

// Totals are the brand's figures as the product knows them.
type Totals struct {
	Customers  int
	NetRevenue money.Amount
}

// Deps are what the demo needs of the program. Playbooks, WeCom and Ready may be nil.
type Deps struct {
	Importer  importcli.Importer
	Audiences Audiences
	Playbooks Playbooks
	WeCom     *WeCom
	Totals    func(ctx context.Context) (Totals, error)
	Clock     clock.Clock
	Out       io.Writer
	Terminal  bool    // Out can move its cursor
	URL       string  // of the running server, "http://127.0.0.1:8080"
	WriteKey  string  // of a source for the live events
	Webhook   string  // URL of the receiver (see Receiver)
	Seed      uint64  // of the activity
	Rate      float64 // live events a second; 0 is 4
	Ready     func()  // called once the brand is filled and its clock is right; may be nil
}

// Run fills the brand and keeps it alive until ctx ends, which is not an error.
func Run(ctx context.Context, d Deps) error {
	err := d.run(ctx, onlineRetail)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (d Deps) run(ctx context.Context, h history) error {
	if _, err := d.load(ctx, h); err != nil {
		return fmt.Errorf("load history: %w", err)
	}
	live, past, err := d.prepare(ctx, h)
	if err != nil {
		return err
	}
	if d.WeCom == nil {
		d.ready()
		return live.run(ctx)
	}
	shop := newShopping(d, live)
	if err := d.connect(ctx, live.audiences, shop, past); err != nil {
		return fmt.Errorf("set WeCom up: %w", err)
	}
	d.ready()
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return live.run(ctx) })
	all.Go(func() error { return shop.live(ctx) })
	return all.Wait()
}

func (d Deps) ready() {
	if d.Ready != nil {
		d.Ready()
	}
}

// prepare learns who buys what, sends the weeks before now, and makes audiences and the
// playbook, which those weeks then do not wake. If the clock is behind today, the rest of the
// weeks is still to be sent.
func (d Deps) prepare(ctx context.Context, h history) (*live, *past, error) {
	people, err := learn(h.each)
	if err != nil {
		return nil, nil, fmt.Errorf("learn from history: %w", err)
	}
	l, now, today := newLive(d, people), d.Clock.Now(), d.Clock.Now()
	if d.WeCom != nil {
		today = now.Add(max(0, d.WeCom.late()))
	}
	p, err := l.newPast(people, today)
	if err == nil {
		err = p.until(ctx, now)
	}
	if err != nil {
		return nil, nil, err
	}
	made, err := ensureAudiences(ctx, d)
	if err != nil {
		return nil, nil, fmt.Errorf("make audiences: %w", err)
	}
	if d.Playbooks != nil {
		p := Playbook{Name: playbookName, Audience: made[playbookAudience], URL: d.Webhook, Text: playbookText}
		if err := d.Playbooks.Ensure(ctx, p); err != nil {
			return nil, nil, fmt.Errorf("make playbook: %w", err)
		}
	}
	l.audiences = made
	return l, p, nil
}

const (
	playbookName     = "加购未付款提醒"
	playbookAudience = "刚加购未付款"
	playbookText     = "您挑选的商品还在购物车里，需要帮忙吗？"
)
