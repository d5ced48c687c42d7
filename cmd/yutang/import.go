package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"yutang/internal/app"
	"yutang/internal/clock"
	"yutang/internal/importer"
	"yutang/internal/importer/importcli"
)

type importCommand struct {
	place
	Kind   string `arg:"" enum:"orders,events,customers" help:"orders, events or customers."`
	File   string `arg:"" type:"existingfile" help:"CSV, TSV or XLSX file, also .gz."`
	Map    string `help:"Mapping document; without it columns are found by their headers." type:"existingfile" placeholder:"MAP.json"`
	Source string `help:"Name of the data source." default:"import"`
}

// Run imports the file into the data directory, with the server stopped; a running server
// takes files at POST /api/v1/imports.
func (c *importCommand) Run(ctx context.Context) (err error) {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	var mapping []byte
	if c.Map != "" {
		if mapping, err = os.ReadFile(c.Map); err != nil {
			return err
		}
	}
	cfg := c.config()
	cfg.Listen = "127.0.0.1:0"
	return app.Run(ctx, cfg, func(a *app.App) error {
		job, err := importcli.Import(ctx, a.Importer(), importer.Upload{
			Kind: importer.Kind(c.Kind), Name: filepath.Base(c.File), Source: c.Source, Mapping: mapping, Body: file,
		}, screen(), nil)
		if err != nil {
			return err
		}
		if job.Rejected > 0 {
			fmt.Printf("rejected rows: GET /api/v1/imports/%s/rejected.csv of the server\n", job.ID)
		}
		return app.ErrDone
	})
}

// screen is standard output.
func screen() importcli.Screen {
	info, err := os.Stdout.Stat()
	return importcli.Screen{Out: os.Stdout, Terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, Clock: clock.System{}}
}
