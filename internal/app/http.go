package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"yutang/internal/access/accesshttp"
	"yutang/internal/audience/audiencehttp"
	"yutang/internal/channel/channelhttp"
	"yutang/internal/customer/customerhttp"
	"yutang/internal/exporter/exporthttp"
	"yutang/internal/httpapi"
	"yutang/internal/identity/identityhttp"
	"yutang/internal/importer/importhttp"
	"yutang/internal/ingest"
	"yutang/internal/ingest/segment"
	"yutang/internal/ingest/sensors"
	"yutang/internal/outreach/outreachhttp"
	"yutang/internal/overview/overviewhttp"
	"yutang/internal/playbook/playbookhttp"
	"yutang/internal/search/searchhttp"
	"yutang/internal/vocabulary"
	"yutang/internal/vocabulary/vocabularyhttp"
	"yutang/internal/web"
)

// door answers health checks at once and everything else when it is open.
type door struct {
	inside atomic.Pointer[http.Handler]
}

func (d *door) open(h http.Handler) { d.inside.Store(&h) }

// ServeHTTP answers 503 until the server is ready.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := d.inside.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	if r.URL.Path == "/healthz" {
		writeText(w, http.StatusOK, "ok")
		return
	}
	w.Header().Set("Retry-After", "1")
	writeText(w, http.StatusServiceUnavailable, "loading")
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a caller that went away needs no answer
}

// listen binds the address, so that health can be asked while state is loaded.
func (a *App) listen(ctx context.Context) (err error) {
	var open net.ListenConfig
	if a.listener, err = open.Listen(ctx, "tcp", a.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	a.server = &http.Server{
		Handler:           &door{},
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	go func() {
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			a.Config.Log.Error("http server ended", "error", err)
		}
	}()
	a.onStop("listener", func(context.Context) error { return a.server.Close() })
	return nil
}

// stopHTTP stops taking requests and lets those under way finish.
func (a *App) stopHTTP(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	if err := a.server.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// Address is where the server listens, HOST:PORT.
func (a *App) Address() string { return a.listener.Addr().String() }

// handler assembles every route of the program.
func (a *App) handler() http.Handler {
	api := httpapi.New(httpapi.Config{
		Access: a.access, DB: a.db, Box: a.box, Clock: a.Clock, Log: a.Config.Log,
		Metrics: httpapi.NewMetrics(a.metrics.registry), Version: a.Version,
	})
	a.gauges()
	api.Start()
	a.onStop("api", api.Stop)
	a.routes(api)
	web.Mount(api, a.phoneOrigins)
	intake := http.NewServeMux()
	in := ingest.New(a.log, a.pipeline, a.Clock, a.Log)
	in.Busy = a.pipeline.Busy
	segment.Routes(intake, in)
	sensors.Routes(intake, in)
	inside := api.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case isIntake(path):
			intake.ServeHTTP(w, r)
		case path == "/healthz":
			writeText(w, http.StatusOK, "ok")
		case path == "/readyz":
			a.readyz(w)
		case path == "/metrics":
			promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
		default:
			inside.ServeHTTP(w, r)
		}
	})
}

// isIntake says whether a path belongs to the doors of event intake, which answer in
// their protocols' own ways.
func isIntake(path string) bool {
	return strings.HasPrefix(path, "/v1/") || path == "/sa" || path == "/sa.gif" || path == "/debug"
}

func (a *App) readyz(w http.ResponseWriter) {
	if err := a.pipeline.Ready(); err != nil {
		w.Header().Set("Retry-After", "2")
		writeText(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	writeText(w, http.StatusOK, "ready")
}

// maxUpload is how large an imported file may be, in bytes.
const maxUpload = 1 << 30

// routes lists the domains of the management API.
func (a *App) routes(api *httpapi.API) {
	accesshttp.Routes(api, a.access, a.log, a.Clock, a.Demo)
	identityhttp.Routes(api, identityhttp.Deps{
		Identity: a.identity, Timeline: a.timeline, Merger: a.pipeline, Access: a.access,
	})
	customerhttp.Routes(api, customerhttp.Deps{
		Customers: a.customers, Identity: a.identity, Timeline: a.timeline, Log: a.log, Audiences: a.audiences,
		Access: a.access, Submit: a.pipeline, Source: a.apiSource, Clock: a.Clock, Zone: brandZone{a.access}.Zone,
		Search: a.search, Keep: a.audiences, KeepFixed: a.saver.Save, StaffNames: a.staff.Names,
	})
	searchhttp.Routes(api, a.search)
	a.systemRoutes(api)
	overviewhttp.Routes(api, a.overview)
	a.reachRoutes(api)
	audiencehttp.Routes(api, a.audiences, a.access, a.timeline)
	vocabularyhttp.Routes(api, vocabulary.New(a.log, a.timeline, a.customers, a.Clock))
	importhttp.Routes(api, a.importer, a.access, maxUpload)
	outreachhttp.Routes(api, outreachhttp.Deps{Outreach: a.outreach, Webhooks: a.webhooks, Access: a.access})
	channelhttp.Routes(api, channelhttp.Deps{Channels: a.channels, Access: a.access})
	a.playRoutes(api)
	a.insightRoutes(api)
	a.privacyRoutes(api)
	exporthttp.Routes(api, a.exports)
	playbookhttp.Routes(api, playbookhttp.Deps{Playbooks: a.playbooks, Access: a.access, Lookup: a.lookup, Lifts: a.experiments.Lifts})
	a.wecomRoutes(api)
}
