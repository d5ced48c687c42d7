package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"yutang/internal/corp"
	"yutang/internal/corp/check"
	"yutang/internal/db"
	"yutang/internal/inbox"
	"yutang/internal/job"
	"yutang/internal/livecode"
	"yutang/internal/reconcile"
	"yutang/internal/seal"
	"yutang/internal/wecom"
)

// CorpFindings is what DoctorWeCom found about one corp.
type CorpFindings struct {
	Corp  string          `json:"corp"`
	Name  string          `json:"name"`
	Items []check.Finding `json:"items"`
}

// DoctorWeCom checks the connected corps live, or the one of the id. It may run beside a
// server.
func DoctorWeCom(ctx context.Context, cfg Config, corpID string) ([]CorpFindings, error) {
	cfg = cfg.Defaults()
	d, box, err := openBeside(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	corps := corp.New(corp.Config{DB: d, Box: box, Clock: cfg.Clock})
	list, err := corps.List(ctx)
	if err != nil {
		return nil, err
	}
	if corpID != "" {
		one, err := corps.Get(ctx, corpID)
		if err != nil {
			return nil, err
		}
		list = []corp.Corp{one}
	}
	jobs := job.New(d, cfg.Clock) // never started: the rooms below only read
	in := inbox.New(inbox.Config{DB: d, Box: box, Clock: cfg.Clock, Log: cfg.Log})
	sync := reconcile.New(reconcile.Config{DB: d, Clock: cfg.Clock, Jobs: jobs})
	codes := livecode.New(livecode.Config{DB: d, Box: box, Clock: cfg.Clock, Jobs: jobs, Corps: corps})
	checker := check.New(check.Config{
		DB: d, Box: box, Clock: cfg.Clock, HTTP: wecomHTTP(),
		Limits: wecom.NewLimits(cfg.Clock, wecom.WithDB(d), wecom.WithScale(cfg.WeComScale)),
		Facts:  check.Facts{Heard: lastCallback(in), Sync: lastSync(sync), Ways: codes.Ways},
	})
	var out []CorpFindings
	for _, c := range list {
		items, err := checker.Run(ctx, c.ID)
		if err != nil {
			return nil, fmt.Errorf("check corp %s: %w", c.ID, err)
		}
		out = append(out, CorpFindings{Corp: c.ID, Name: c.Name, Items: items})
	}
	return out, nil
}

// openBeside opens the database and the key of a data directory that exists, without its
// lock.
func openBeside(ctx context.Context, cfg Config) (*db.DB, *seal.Box, error) {
	for _, path := range []string{cfg.KeyFile, cfg.DatabaseURL()} {
		if path == cfg.Database {
			continue
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("%s does not exist: run serve first, and name its --data directory", path)
		}
	}
	box, err := seal.OpenKeyFile(cfg.KeyFile)
	if err != nil {
		return nil, nil, err
	}
	d, err := db.Open(ctx, cfg.DatabaseURL())
	return d, box, err
}
