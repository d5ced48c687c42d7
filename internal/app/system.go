package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"yutang/internal/httpapi"
	"yutang/internal/inbox"
	"yutang/internal/outreach"
	"yutang/internal/pipeline"
	"yutang/internal/reconcile"
	"yutang/internal/system"
	"yutang/internal/system/systemhttp"
)

// backupMark is touched by each backup, so that a server knows of the last.
const backupMark = "last-backup"

// buildSystem makes the reports of how the program is. All other rooms are there already.
func (a *App) buildSystem() {
	a.system = system.New(system.Config{
		DB: a.db, Jobs: a.jobs, Clock: a.Clock, Version: a.Version, Data: a.Data,
		Snapshot: filepath.Join(a.Data, snapshotFile), Backup: filepath.Join(a.Data, backupMark),
		Road: a.roadState, Outbox: a.outboxState, Corps: a.corpStates,
		Callbacks: func(ctx context.Context) (waiting, dead int, err error) {
			n, err := a.inbox.Counts(ctx)
			return n[inbox.Pending], n[inbox.Dead], err
		},
	})
}

// stored counts what a batch has stored, for the rate of events.
func (a *App) stored(b pipeline.Batch) {
	a.metrics.batch(b)
	a.rate.Add(a.Clock.Now(), b.Events)
}

func (a *App) roadState() system.Road {
	r := system.Road{
		Queued: a.pipeline.Queued(), Capacity: pipeline.MaxQueued, Last: a.log.Last(), Unsaved: a.pipeline.Unsaved(),
		Trouble: a.pipeline.Ready(), PerSecond: a.rate.PerSecond(a.Clock.Now()),
	}
	a.timeline.RLock()
	defer a.timeline.RUnlock()
	if due, ok := a.audiences.NextDue(); ok {
		r.Behind = max(0, a.Clock.Now().Sub(time.UnixMilli(due)))
	}
	return r
}

func (a *App) outboxState(ctx context.Context) (o system.Outbox, err error) {
	counts, err := a.outreach.Counts(ctx, "")
	for _, c := range counts {
		switch c.State {
		case outreach.Planned:
			o.Waiting += c.Count
		case outreach.Attempting:
			o.Attempting += c.Count
		case outreach.StateUnknown:
			o.Unknown += c.Count
		}
	}
	if hold, held := a.outreach.Held(); held {
		o.Held = hold.Reason
	}
	o.Resting = len(a.outreach.Closed())
	return o, err
}

// silentAfter is how long a corp's callbacks may stay away without being missed.
const silentAfter = 48 * time.Hour

// corpStates are the connections, by what is known of them: the platform is not asked.
func (a *App) corpStates(ctx context.Context) (out []system.CorpCheck, err error) {
	corps, err := a.corps.List(ctx)
	if err != nil {
		return nil, err
	}
	heard, synced := lastCallback(a.inbox), lastSync(a.sync)
	for _, c := range corps {
		x := system.CorpCheck{ID: c.ID, Name: c.Name, State: system.OK}
		if x.Heard, err = heard(ctx, c.ID); err != nil {
			return nil, err
		}
		run, err := synced(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		x.Synced = run.Done
		switch {
		case run.State == reconcile.Failed:
			x.State, x.Remedy, x.Detail = system.Bad, "corp_sync_failed", run.Error
		case run.Done.IsZero():
			x.State, x.Remedy = system.Warn, "corp_sync_first"
		case x.Heard.IsZero():
			x.State, x.Remedy = system.Warn, "corp_callbacks_missing"
		case a.Clock.Now().Sub(x.Heard) > silentAfter:
			x.State, x.Remedy = system.Warn, "corp_callbacks_silent"
		}
		out = append(out, x)
	}
	return out, nil
}

// markBackup notes that a backup was made. A server that cannot be told still has it.
func markBackup(cfg Config) error {
	at := cfg.Clock.Now().UTC().Format(time.RFC3339) + "\n"
	if err := os.WriteFile(filepath.Join(cfg.Data, backupMark), []byte(at), 0o600); err != nil {
		return fmt.Errorf("note the backup: %w", err)
	}
	return nil
}

// systemRoutes lists what they serve.
func (a *App) systemRoutes(api *httpapi.API) {
	systemhttp.Routes(api, systemhttp.Deps{System: a.system, Jobs: a.jobs, Access: a.access})
}
