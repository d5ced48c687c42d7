package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/app"
	"yutang/internal/audience"
	"yutang/internal/corp"
	"yutang/internal/demo"
	"yutang/internal/fault"
	"yutang/internal/seal"
	"yutang/internal/webhook"
	"yutang/internal/wecomsim"
)

type demoCommand struct {
	Data     string  `help:"Data directory of the demo brand." default:"./yutang-demo" env:"YUTANG_DATA" type:"path"`
	Database string  `help:"PostgreSQL URL; without it SQLite in the data directory." env:"YUTANG_DATABASE" placeholder:"URL"`
	Listen   string  `help:"HOST:PORT to listen on." default:"127.0.0.1:8080" env:"YUTANG_LISTEN"`
	Rate     float64 `help:"Live events a second." default:"4"`
	Sim      string  `help:"HOST:PORT of the simulated WeCom with its phones; a free port if it is taken." default:"127.0.0.1:8090" env:"YUTANG_SIM"`
}

// The demo's keys are known to everybody: it holds a public data set and serves loopback.
const (
	demoToken    = "yt_demo_owner_token_for_the_public_demo_brand"
	demoWriteKey = "demo-write-key"
	demoEmail    = "owner@demo.example"
	demoPassword = "yutang-demo"
)

// Run fills the brand and keeps it alive until a signal.
func (c *demoCommand) Run(ctx context.Context) error {
	if os.Getenv("YUTANG_LOG") == "" {
		level.Set(slog.LevelWarn) // requests would drown what the demo says
	}
	receiver := &demo.Receiver{}
	address, stop, err := serveReceiver(ctx, receiver)
	if err != nil {
		return err
	}
	defer stop()
	sim, phones, end, err := c.simulate(ctx)
	if err != nil {
		return err
	}
	defer end()
	cfg := place{Data: c.Data, Database: c.Database}.config()
	cfg.Clock = sim.Clock() // moving the phones' clock moves everything
	cfg.Listen, cfg.AdminToken, cfg.WriteKey, cfg.WebhookAllow = c.Listen, demoToken, demoWriteKey, []string{address}
	cfg.Demo = phones + "/sim/"
	return app.Run(ctx, cfg, func(a *app.App) error {
		if err := c.open(ctx, a); err != nil {
			return err
		}
		fmt.Println("Filling the demo brand; its address follows in half a minute.")
		err := demo.Run(ctx, demo.Deps{
			Importer: a.Importer(), Audiences: demoAudiences{a.Audiences()}, Clock: a.Clock, Out: os.Stdout,
			Playbooks: demoPlaybooks{a, receiver}, Totals: totals(a), Terminal: screen().Terminal,
			URL: "http://" + a.Address(), WriteKey: demoWriteKey, Webhook: "http://" + address + "/messages", Seed: 1, Rate: c.Rate,
			WeCom: &demo.WeCom{Sim: sim, URL: phones, Token: demoToken, Callback: corp.CallbackPath(demo.Corp, corp.Main)},
			Ready: func() {
				fmt.Printf("\n  address   http://%s\n  login     %s\n  password  %s\n  API       Authorization: Bearer %s\n  ingest    write key %s\n  phones    %s/sim/\n\n",
					a.Address(), demoEmail, demoPassword, demoToken, demoWriteKey, phones)
			},
		})
		if err == nil {
			err = app.ErrDone
		}
		return err
	})
}

// open sets the brand up, refusing a directory that holds another.
func (c *demoCommand) open(ctx context.Context, a *app.App) error {
	brand, err := a.Access().Brand(ctx)
	if err != nil {
		return err
	}
	if a.Events().Last() > 0 && brand.Name != demo.Brand {
		return fault.New(fault.Conflict, "not_a_demo", "%s holds a brand that is not the demo's; choose another --data", c.Data)
	}
	if brand.Name != demo.Brand {
		if err := a.SetBrand(ctx, demo.Brand, demo.Zone, demo.Currency); err != nil {
			return err
		}
	}
	return a.EnsureOwner(ctx, demoEmail, demoPassword)
}

// simulate starts the simulated WeCom. Its journal lies in the data directory, so that a
// restart goes on with the same corp.
func (c *demoCommand) simulate(ctx context.Context) (sim *wecomsim.Sim, url string, end func(), err error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, "", nil, fmt.Errorf("make data directory: %w", err)
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", c.Sim)
	if errors.Is(err, syscall.EADDRINUSE) {
		l, err = listen.Listen(ctx, "tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, "", nil, fmt.Errorf("listen for the simulated WeCom: %w", err)
	}
	if sim, err = demo.NewCorp(filepath.Join(c.Data, "wecom-sim.jsonl"), l.Addr().String()); err != nil {
		_ = l.Close()
		return nil, "", nil, fmt.Errorf("simulate WeCom: %w", err)
	}
	server := &http.Server{Handler: sim.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "the simulated WeCom ended:", err)
		}
	}()
	sim.Start()
	return sim, "http://" + l.Addr().String(), func() {
		_ = server.Close()
		if err := sim.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "the journal of the simulated WeCom:", err)
		}
	}, nil
}

func serveReceiver(ctx context.Context, r http.Handler) (address string, stop func(), err error) {
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("listen for the demo's webhook: %w", err)
	}
	server := &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "the demo's webhook ended:", err)
		}
	}()
	return l.Addr().String(), func() { _ = server.Close() }, nil
}

func totals(a *app.App) func(context.Context) (demo.Totals, error) {
	return func(context.Context) (demo.Totals, error) {
		return demo.Totals{Customers: a.Customers(), NetRevenue: a.NetRevenue()}, nil
	}
}

// demoAudiences keeps audiences by name.
type demoAudiences struct{ *audience.Service }

// Find gives the id of the audience of this name.
func (d demoAudiences) Find(ctx context.Context, name string) (string, error) {
	all, err := d.List(ctx)
	for _, a := range all {
		if a.Name == name {
			return a.ID, nil
		}
	}
	return "", err
}

// Create makes an audience and waits until it is live.
func (d demoAudiences) Create(ctx context.Context, name, description string, rule json.RawMessage) (string, error) {
	a, err := d.Service.Create(ctx, audience.Input{Name: name, Description: description, Rule: rule, By: "demo"})
	if err != nil {
		return "", err
	}
	return a.ID, d.Settled(ctx, a.ID)
}

// Count is how many members an audience has.
func (d demoAudiences) Count(ctx context.Context, id string) (int, error) {
	a, err := d.Get(ctx, id)
	return a.Count, err
}

// demoPlaybooks makes the demo's playbook with its webhook.
type demoPlaybooks struct {
	app      *app.App
	receiver *demo.Receiver
}

// Ensure points the demo's webhook at this run's receiver and publishes the playbook once.
func (d demoPlaybooks) Ensure(ctx context.Context, p demo.Playbook) error {
	end, err := d.endpoint(ctx, p)
	if err != nil {
		return fmt.Errorf("make webhook: %w", err)
	}
	d.receiver.Trust(end.Secrets...)
	books := d.app.Playbooks()
	all, err := books.List(ctx, "", 0)
	if err != nil {
		return err
	}
	for _, b := range all.Items {
		if gjson.GetBytes(b.Draft, "name").Str == p.Name {
			return nil
		}
	}
	definition, err := json.Marshal(map[string]any{
		"name":    p.Name,
		"trigger": map[string]any{"audience": p.Audience, "on": "entered"},
		"steps": []any{map[string]any{"id": "send", "send": map[string]any{
			"channel": "webhook", "endpoint": end.ID, "content": map[string]any{"text": p.Text}, "identities": []string{"member_no"},
		}}},
		"reentry":     "1d",
		"quiet_hours": map[string]any{"from": "00:00", "to": "00:00"}, // none: a demo is looked at in the evening too
	})
	if err != nil {
		return err
	}
	made, err := books.Create(ctx, definition)
	if err != nil {
		return err
	}
	_, err = books.Publish(ctx, made.ID, "demo")
	return err
}

// endpoint is the demo's webhook with this run's address.
func (d demoPlaybooks) endpoint(ctx context.Context, p demo.Playbook) (webhook.Endpoint, error) {
	hooks := d.app.Webhooks()
	all, err := hooks.List(ctx, "", 100)
	if err != nil {
		return webhook.Endpoint{}, err
	}
	for _, e := range all {
		if e.Name == demo.Brand {
			e.URL = p.URL
			return hooks.Update(ctx, e)
		}
	}
	return hooks.Create(ctx, webhook.Endpoint{
		Name: demo.Brand, URL: p.URL, Secrets: []string{seal.NewSecret()}, Idempotent: true, Timeout: 5 * time.Second,
	})
}
