// Package app is the composition root: it opens the data directory, builds the rooms,
// starts them in one visible order and stops them in the reverse order.
//
// A server answers /healthz as soon as it listens and /readyz once derived state is
// loaded. On cancellation it stops taking requests, finishes what was accepted, saves
// derived state and returns nil.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"
	_ "time/tzdata" // the binary knows all zones by itself

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/channel"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/exporter"
	"yutang/internal/fault"
	"yutang/internal/identity"
	"yutang/internal/importer"
	"yutang/internal/job"
	"yutang/internal/money"
	"yutang/internal/outreach"
	"yutang/internal/overview"
	"yutang/internal/pipeline"
	"yutang/internal/playbook"
	"yutang/internal/privacy"
	"yutang/internal/reach"
	"yutang/internal/seal"
	"yutang/internal/search"
	"yutang/internal/system"
	"yutang/internal/timeline"
	"yutang/internal/webhook"
)

// App is a running server.
type App struct {
	Config
	rooms
	metrics  *metrics
	listener net.Listener
	server   *http.Server
	stoppers []stopper // in order of starting
}

// rooms are what the server is made of.
type rooms struct {
	db        *db.DB
	box       *seal.Box
	access    *access.Service
	log       *event.Log
	timeline  *timeline.Store
	identity  *identity.Service
	customers *customer.Service
	audiences *audience.Service
	outreach  *outreach.Service
	playbooks *playbook.Service
	pipeline  *pipeline.Pipeline
	importer  *importer.Service
	jobs      *job.Queue
	webhooks  *webhook.Service
	channels  *channel.Service
	search    *search.Service
	system    *system.Service
	rate      system.Rate
	overview  *overview.Service
	reach     *reach.Service
	apiSource int64
	wecomRooms
	playRooms
	proveRooms
	privacy *privacy.Service
	exports *exporter.Service
}

// stopper ends one thing that was started.
type stopper struct {
	name string
	stop func(ctx context.Context) error
}

// stopWithin is how long a stop may take all together.
const stopWithin = 9 * time.Second

// Run serves until ctx ends. started, if not nil, is called once the server is ready; its
// error ends the server.
func Run(ctx context.Context, cfg Config, started func(*App) error) error {
	a, err := Start(ctx, cfg)
	if err != nil {
		return err
	}
	if started != nil {
		err = started(a)
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-a.pipeline.Fatal():
		}
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if errors.Is(err, ErrDone) {
		err = nil
	}
	return errors.Join(err, a.Stop(stopCtx))
}

// Start opens and starts everything, and returns when the server is ready.
func Start(ctx context.Context, cfg Config) (a *App, err error) {
	a = &App{Config: cfg.Defaults()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
		}
	}()
	if err := a.open(ctx); err != nil {
		return a, err
	}
	if err := a.listen(ctx); err != nil {
		return a, err
	}
	if err := a.pipeline.Load(ctx); err != nil {
		return a, fmt.Errorf("load: %w", err)
	}
	if err := a.playbooks.Prepare(ctx); err != nil {
		return a, fmt.Errorf("prepare playbooks: %w", err)
	}
	return a, a.start(ctx)
}

// open takes the data directory and builds the rooms.
func (a *App) open(ctx context.Context) error {
	release, err := lockDir(a.Data)
	if err != nil {
		return err
	}
	a.onStop("lock", func(context.Context) error { return release() })
	if a.db, err = db.Open(ctx, a.DatabaseURL()); err != nil {
		return err
	}
	a.onStop("database", func(context.Context) error { return a.db.Close() })
	lease, err := a.db.Lease(ctx)
	if err != nil {
		return err
	}
	a.onStop("lease", func(context.Context) error { return lease() })
	if err := a.db.Migrate(ctx); err != nil {
		return err
	}
	if err := a.openKey(ctx); err != nil {
		return err
	}
	return a.build(ctx)
}

// build makes the rooms from the ground up.
func (a *App) build(ctx context.Context) error {
	a.metrics = newMetrics()
	a.access = access.New(a.db, a.box, a.Clock)
	a.log = event.NewLog(a.db, a.box)
	a.timeline = timeline.New()
	a.identity = identity.New(a.db, a.box, a.timeline, a.Clock)
	a.customers = customer.New(a.db, a.box, a.timeline, a.Clock)
	brand, err := a.access.Brand(ctx)
	if err != nil {
		return err
	}
	a.customers.UseCurrency(brand.Currency)
	engine := audience.NewEngine(a.timeline, a.customers, a.log, brandZone{a.access})
	writer := &lateWriter{}
	a.audiences = audience.NewService(a.db, engine, a.Clock, writer)
	if err := a.buildOutreach(ctx); err != nil {
		return err
	}
	road := &onRoad{playbooks: a.playbooks, experiments: a.experiments}
	a.pipeline = pipeline.New(pipeline.Rooms{
		DB: a.db, Clock: a.Clock, Log: a.log, Timeline: a.timeline, Identity: a.identity,
		Customers: a.customers, Audiences: a.audiences, Playbooks: road, Outreach: a.outreach, Regrouped: road.Regrouped,
	}, a.box, filepath.Join(a.Data, snapshotFile), a.stored)
	writer.Pipeline = a.pipeline
	a.importer = importer.New(importer.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Zone: brand.Location(), Dir: filepath.Join(a.Data, "imports"),
		Submit: patient{a.pipeline, a.Clock}, SourceID: a.internalSource, Log: a.Config.Log,
	})
	if err := a.buildWeCom(ctx); err != nil {
		return err
	}
	if err := a.buildPlay(ctx); err != nil {
		return err
	}
	road.tags, road.tasks, road.posts = a.tags, a.tasks, a.posts
	if err := a.buildInsight(ctx); err != nil {
		return err
	}
	a.buildSearch()
	a.buildSystem()
	a.buildOverview()
	a.buildReach()
	a.buildExports()
	a.buildPrivacy()
	source, err := a.internalSource(ctx, "playbooks")
	if err != nil {
		return fmt.Errorf("source of playbooks: %w", err)
	}
	a.playbooks.UseRoad(patient{a.pipeline, a.Clock}, source)
	if source, err = a.internalSource(ctx, "levels"); err != nil {
		return fmt.Errorf("source of levels: %w", err)
	}
	a.pipeline.RaiseLevels(source, a.playbooks.Hears)
	return nil
}

// lateWriter breaks the circle between audiences and the pipeline that is made of them.
type lateWriter struct{ *pipeline.Pipeline }

// brandZone tells audiences the brand's zone as it is set now.
type brandZone struct{ access *access.Service }

// Zone is the brand's zone; the default brand's if the setting cannot be read.
func (b brandZone) Zone() *time.Location {
	brand, err := b.access.Brand(context.Background())
	if err != nil {
		brand = access.DefaultBrand
	}
	return brand.Location()
}

// start runs the background services, innermost first, and opens the doors.
func (a *App) start(ctx context.Context) error {
	if err := a.bootstrap(ctx); err != nil {
		return err
	}
	a.pipeline.Start()
	a.onStop("pipeline", func(context.Context) error { a.pipeline.Stop(); return nil })
	a.onStop("snapshot", func(ctx context.Context) error { return a.pipeline.Snapshot(ctx) })
	if err := a.audiences.Start(ctx); err != nil {
		return err
	}
	a.onStop("audiences", func(context.Context) error { a.audiences.Stop(); return nil })
	if err := a.startWeCom(ctx); err != nil {
		return err
	}
	if err := a.privacy.Start(ctx); err != nil {
		return fmt.Errorf("start privacy: %w", err)
	}
	if err := a.startOutreach(ctx); err != nil {
		return err
	}
	if err := a.inbox.Start(ctx); err != nil {
		return fmt.Errorf("start inbox: %w", err)
	}
	a.onStop("inbox", a.inbox.Stop)
	if err := a.exports.Start(ctx); err != nil {
		return err
	}
	a.onStop("overview", func(context.Context) error { a.overview.Stop(); return nil })
	a.onStop("exports", func(context.Context) error { a.exports.Stop(); return nil })
	a.importer.Start(ctx)
	a.onStop("imports", func(context.Context) error { a.importer.Stop(); return nil })
	a.access.Start(a.Config.Log)
	a.onStop("access", a.access.Stop)
	a.startSnapshots()
	a.server.Handler.(*door).open(a.handler())
	a.onStop("http", a.stopHTTP)
	return nil
}

// bootstrap makes what a new data directory needs.
func (a *App) bootstrap(ctx context.Context) error {
	if err := a.access.Bootstrap(ctx, a.AdminToken); err != nil {
		return fmt.Errorf("bootstrap access: %w", err)
	}
	var err error
	if a.apiSource, err = a.internalSource(ctx, "api"); err != nil {
		return fmt.Errorf("bootstrap source: %w", err)
	}
	if a.WriteKey == "" {
		return nil
	}
	if _, err := a.log.Source(ctx, "default", a.WriteKey, a.Clock.Now()); err != nil {
		return fmt.Errorf("bootstrap source: %w", err)
	}
	return nil
}

// startSnapshots saves derived state from time to time, if enough has happened.
func (a *App) startSnapshots() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if a.Clock.WaitUntil(ctx, a.Clock.Now().Add(a.SnapshotEvery)) != nil {
				return
			}
			if a.pipeline.Unsaved() < minUnsaved {
				continue
			}
			if err := a.pipeline.Snapshot(ctx); err != nil && ctx.Err() == nil {
				slog.Warn("snapshot failed; the next start takes longer", "error", err)
			}
		}
	}()
	a.onStop("snapshots", func(context.Context) error { cancel(); <-done; return nil })
}

// minUnsaved is how many events make a new snapshot worth its writing.
const minUnsaved = 50_000

func (a *App) onStop(name string, stop func(ctx context.Context) error) {
	a.stoppers = append(a.stoppers, stopper{name, stop})
}

// Stop stops everything in the reverse order of starting. Once; later calls do nothing.
func (a *App) Stop(ctx context.Context) error {
	var errs []error
	for len(a.stoppers) > 0 {
		last := a.stoppers[len(a.stoppers)-1]
		a.stoppers = a.stoppers[:len(a.stoppers)-1]
		if err := last.stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", last.name, err))
		}
	}
	return errors.Join(errs...)
}

// internalSource finds or makes a source whose write key nobody knows.
func (a *App) internalSource(ctx context.Context, name string) (int64, error) {
	s, err := a.log.InternalSource(ctx, name, seal.NewSecret(), a.Clock.Now())
	return s.ID, err
}

// patient waits where others would be refused: a file or a receipt can wait its turn.
type patient struct {
	*pipeline.Pipeline
	clock interface {
		Now() time.Time
		WaitUntil(ctx context.Context, t time.Time) error
	}
}

// SubmitEvents submits, and again while the queue is full.
func (p patient) SubmitEvents(ctx context.Context, evs []*event.Event) (int, error) {
	for {
		n, err := p.Pipeline.SubmitEvents(ctx, evs)
		if !fault.Is(err, fault.RateLimited) {
			return n, err
		}
		if err := p.clock.WaitUntil(ctx, p.clock.Now().Add(50*time.Millisecond)); err != nil {
			return 0, err
		}
	}
}

// Pipeline is the server's road.
func (a *App) Pipeline() *pipeline.Pipeline { return a.pipeline }

// Audiences is the server's audiences.
func (a *App) Audiences() *audience.Service { return a.audiences }

// Events is the server's event log.
func (a *App) Events() *event.Log { return a.log }

// Customers is the highest customer number.
func (a *App) Customers() int {
	a.timeline.RLock()
	defer a.timeline.RUnlock()
	return a.timeline.Customers()
}

// Importer is the server's importer.
func (a *App) Importer() *importer.Service { return a.importer }

// Playbooks is the server's playbooks.
func (a *App) Playbooks() *playbook.Service { return a.playbooks }

// Webhooks is the server's webhook endpoints.
func (a *App) Webhooks() *webhook.Service { return a.webhooks }

// Access is the server's door.
func (a *App) Access() *access.Service { return a.access }

// NetRevenue is what all orders brought, net of refunds.
func (a *App) NetRevenue() money.Amount {
	a.timeline.RLock()
	defer a.timeline.RUnlock()
	t := a.customers.BrandOrders()
	return money.Amount{Minor: t.Net, Currency: t.Currency}
}

// SetBrand names the brand of a data directory that has no orders yet.
func (a *App) SetBrand(ctx context.Context, name, zone, currency string) error {
	err := a.access.SetBrand(access.As(ctx, access.System), access.Brand{Name: name, Zone: zone, Currency: currency})
	if err == nil {
		a.customers.UseCurrency(currency)
	}
	return err
}

// EnsureOwner makes an owner's account unless the address has one.
func (a *App) EnsureOwner(ctx context.Context, email, password string) error {
	_, err := a.access.AddAccount(access.As(ctx, access.System), access.NewAccount{
		Email: email, Name: "Owner", Role: access.Owner, Password: password,
	})
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// ErrDone ends Run from its started function without an error.
var ErrDone = errors.New("done")
