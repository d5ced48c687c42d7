package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/audience"
	"yutang/internal/channel"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/playbook"
	"yutang/internal/webhook"
)

// buildOutreach makes the ledger, its channels, and the playbooks.
func (a *App) buildOutreach(context.Context) error {
	zone := brandZone{a.access}.Zone
	a.jobs = job.New(a.db, a.Clock)
	a.outreach = outreach.New(outreach.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Timeline: a.timeline, Zone: zone,
	})
	a.webhooks = webhook.New(a.db, a.box, a.Clock, a.WebhookAllow)
	a.outreach.Register(webhookChannel, a.webhooks)
	a.channels = channel.New(channel.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Ledger: a.outreach,
		Dial: webhook.Allow(a.WebhookAllow).Dial, Refused: webhook.Blocked,
		CheckURL: func(text string) error { _, err := webhook.Allow(a.WebhookAllow).CheckURL(text); return err },
	})
	for _, name := range channel.Names {
		a.outreach.Register(name, a.channels.Sender(name))
	}
	a.experiments = experiment.New(experiment.Config{
		DB: a.db, Clock: a.Clock, Timeline: a.timeline, Customers: a.customers, Log: a.log, Policy: a.outreach.Policy, Zone: zone,
	})
	cfg := playbook.Config{
		DB: a.db, Clock: a.Clock, Timeline: a.timeline, Log: a.log, Customers: a.customers, Identity: a.identity,
		Outreach: a.outreach, Zone: zone, Box: a.box, CheckEndpoint: a.checkEndpoint,
		CheckContent: a.channels.CheckContent, Address: a.channels.Address,
		CheckAudience: func(ctx context.Context, id string) error {
			_, err := a.audiences.Get(ctx, id)
			return err
		},
		Predicate: func(ctx context.Context, raw json.RawMessage) (playbook.Predicate, error) {
			return a.audiences.Predicate(ctx, raw)
		},
		Watch:  func(raw json.RawMessage) (playbook.Predicate, error) { return a.audiences.Watch(raw) },
		Member: a.audiences.IsMember,
	}
	a.hookPlaybooks(&cfg)
	a.playbooks = playbook.New(cfg)
	a.audiences.UsedBy(a.playbooks.UsingAudience)
	a.audiences.OnRebuilt(func(ctx context.Context, ed audience.Edit) error {
		return a.playbooks.OnRebuilt(ctx, ed.Audience, ed.Removed)
	})
	return nil
}

// The channels of playbooks. An endpoint of wecom_mass is a corp.
const (
	webhookChannel = "webhook"
	massChannel    = "wecom_mass"
)

func (a *App) checkEndpoint(ctx context.Context, name, endpoint string) error {
	var err error
	switch name {
	case webhookChannel:
		_, err = a.webhooks.Get(ctx, endpoint)
	case massChannel:
		_, err = a.corps.Get(ctx, endpoint)
	default:
		err = a.checkChannel(ctx, name, endpoint)
	}
	return err
}

// checkChannel asks for an account that serves the channel.
func (a *App) checkChannel(ctx context.Context, name, endpoint string) error {
	if !slices.Contains(channel.Names, name) {
		return fault.New(fault.Invalid, "unknown_channel", "there is no channel %q; choose webhook, wecom_mass, %s", name, strings.Join(channel.Names, ", "))
	}
	e, err := a.channels.Get(ctx, endpoint)
	if err == nil && !slices.Contains(e.Kind.Channels(), name) {
		err = fault.New(fault.Invalid, "wrong_endpoint", "%s endpoints do not serve the channel %s", e.Kind, name)
	}
	return err
}

// startOutreach starts sending: the ledger first, then the queue that feeds it.
func (a *App) startOutreach(ctx context.Context) error {
	source, err := a.internalSource(ctx, "outreach")
	if err != nil {
		return fmt.Errorf("source of receipts: %w", err)
	}
	a.outreach.UseSubmitter(patient{a.pipeline, a.Clock}, source)
	a.channels.UseSubmitter(patient{a.pipeline, a.Clock}, source)
	if err := a.outreach.CheckInstance(ctx, a.Data); err != nil {
		return fmt.Errorf("check instance: %w", err)
	}
	if err := a.outreach.Start(ctx); err != nil {
		return fmt.Errorf("start outreach: %w", err)
	}
	a.onStop("outreach", func(context.Context) error { a.outreach.Stop(); return nil })
	if err := a.startPlay(ctx); err != nil {
		return err
	}
	if err := a.sends.Start(ctx); err != nil {
		return fmt.Errorf("start mass sends: %w", err)
	}
	if err := a.jobs.Reclaim(ctx); err != nil { // this is the one process
		return err
	}
	if err := a.jobs.Start(ctx); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	a.onStop("jobs", func(ctx context.Context) error { a.jobs.Stop(ctx); return nil })
	return nil
}

// holdSending marks a restored database: nothing is sent until somebody releases it.
func holdSending(ctx context.Context, cfg Config) (err error) {
	d, err := db.Open(ctx, cfg.DatabaseURL())
	if err != nil {
		return err
	}
	defer func() {
		if cerr := d.Close(); err == nil {
			err = cerr
		}
	}()
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	return outreach.HoldSending(ctx, d, "restored", cfg.Clock.Now().Truncate(time.Millisecond))
}

// lookup finds the customer who owns an identity.
func (a *App) lookup(_ context.Context, who event.Identity) (uint32, error) {
	a.timeline.RLock()
	defer a.timeline.RUnlock()
	if ord, ok := a.identity.Lookup(who); ok {
		return ord, nil
	}
	return 0, fault.New(fault.NotFound, "customer_not_found", "nobody has this %s", who.Type)
}
