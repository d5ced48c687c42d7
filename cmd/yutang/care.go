package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"yutang/internal/app"
	"yutang/internal/bench"
	"yutang/internal/demo"
)

type backupCommand struct {
	place
	File string `arg:"" help:"Backup file to write." type:"path"`
}

// Run writes the backup.
func (c *backupCommand) Run(ctx context.Context) error {
	m, err := app.Backup(ctx, c.config(), c.File)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d events, %d MiB, sha256 %s\n", c.File, m.Events, m.Bytes>>20, m.SHA256)
	fmt.Println("The key file is not in it. Keep a copy of it in another place: without it the backup cannot be read.")
	return nil
}

type restoreCommand struct {
	place
	File string `arg:"" help:"Backup file." type:"existingfile"`
	Key  string `help:"Copy of the key file; put into the new data directory." placeholder:"FILE" type:"existingfile"`
}

// Run makes the data directory.
func (c *restoreCommand) Run(ctx context.Context) error {
	if c.Database != "" {
		return errors.New("on PostgreSQL the database restores its own backups: pg_restore")
	}
	m, err := app.Restore(ctx, c.config(), c.File, c.Key)
	if err != nil {
		return err
	}
	fmt.Printf("%s holds %d events of %s. Sending is held until it is released in the settings.\n", c.Data, m.Events, m.Made.Format("2006-01-02 15:04 MST"))
	return nil
}

type benchCommand struct {
	Name      string `arg:"" help:"What to measure: all, ingest, single, idle, visible, timers, preview, memory, restart, insight, customers, beside, callback, welcome, sync, resume, growth, masssend, playbook."`
	JSON      bool   `help:"One JSON object a figure."`
	Seconds   int    `help:"Seconds of load." default:"20"`
	Data      string `help:"Directory to fill and keep for the next run; a temporary one without it." type:"path"`
	Customers int    `help:"Customers known." default:"1000000"`
	Events    int    `help:"Events for the figures that need a filled log." default:"10000000"`
	Profile   string `help:"Write a CPU profile of the measuring, without the filling, to this file." type:"path"`
}

// Run measures.
func (c *benchCommand) Run(ctx context.Context) error {
	return bench.Run(ctx, c.Name, bench.Config{
		Data: c.Data, JSON: c.JSON, Seconds: c.Seconds, Customers: c.Customers, Events: c.Events, Profile: c.Profile, Out: os.Stdout, History: demoHistory,
	})
}

// historyEnd is the day after the last order of the demo's history.
var historyEnd = time.Date(2011, 12, 10, 0, 0, 0, 0, time.UTC)

// demoHistory makes an empty brand the demo's, without what lives on top.
func demoHistory(ctx context.Context, a *app.App) (time.Time, error) {
	if err := a.SetBrand(ctx, demo.Brand, demo.Zone, demo.Currency); err != nil {
		return time.Time{}, err
	}
	_, err := demo.Load(ctx, demo.Deps{Importer: a.Importer(), Totals: totals(a), Clock: a.Clock, Out: io.Discard})
	return historyEnd, err
}
