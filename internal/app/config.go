package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"yutang/internal/clock"
)

// Config is what a server needs to know. The zero value of a field is its default.
type Config struct {
	Data     string // data directory; "./yutang-data"
	Listen   string // HOST:PORT; "127.0.0.1:8080"
	Database string // "postgres://..." or "" for SQLite in the data directory
	KeyFile  string // master key of sealed data; "key" in the data directory

	AdminToken   string   // becomes the owner's API token on a new data directory
	WriteKey     string   // becomes the write key of the source "default" likewise
	WebhookAllow []string // HOST:PORT pairs that webhooks may reach although private

	WeComScale float64 // of the platform's published call limits; 1, larger for a simulator that is as generous

	Demo string // where the simulated phones of the demo brand are; "" for a brand of one's own

	SnapshotEvery time.Duration // how often derived state is saved; 5 minutes
	Clock         clock.Clock
	Log           *slog.Logger
	Version       string
}

// Defaults fills what is not set.
func (c Config) Defaults() Config {
	if c.Data == "" {
		c.Data = "./yutang-data"
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	if c.KeyFile == "" {
		c.KeyFile = filepath.Join(c.Data, "key")
	}
	if c.WeComScale == 0 {
		c.WeComScale = 1
	}
	if c.SnapshotEvery == 0 {
		c.SnapshotEvery = 5 * time.Minute
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	return c
}

// DatabaseURL is what to open: the given URL, or the SQLite file of the data directory.
func (c Config) DatabaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, databaseFile)
}

// Files of the data directory.
const (
	databaseFile = "yutang.db"
	snapshotFile = "snapshot"
	assetsDir    = "assets"
)
