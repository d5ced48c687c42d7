package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/seal"
	"yutang/internal/snapshot"
)

// Finding is the result of one check of Doctor.
type Finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Remedy string `json:"remedy,omitempty"`
}

// diskWanted is how much room Doctor wants beside the database.
const diskWanted = 1 << 30

// Doctor checks what a server needs, changing nothing. It may run beside a server.
func Doctor(ctx context.Context, cfg Config) []Finding {
	cfg = cfg.Defaults()
	checks := []struct {
		name   string
		run    func(context.Context, Config) (string, error)
		remedy string
	}{
		{"data directory", checkDir, "choose a directory of this user with --data"},
		{"room on disk", checkRoom, "free some room or move the data directory"},
		{"key file", checkKey, "restore the key file from where you keep its copy; chmod 600"},
		{"database", checkDatabase, "see the detail; restore the last backup if the file is damaged"},
		{"sealed data", checkSealed, "this database was sealed with another key file: restore that key file"},
		{"snapshot", checkSnapshot, "nothing to do: the next start takes longer and writes a new one"},
		{"durable writes", checkSync, "choose a disk whose writes reach it; avoid network file systems"},
		{"time zones", checkZones, "install the package tzdata"},
	}
	var out []Finding
	for _, c := range checks {
		detail, err := c.run(ctx, cfg)
		f := Finding{Check: c.name, OK: err == nil, Detail: detail}
		if err != nil {
			f.Detail, f.Remedy = err.Error(), c.remedy
		}
		out = append(out, f)
	}
	return out
}

func checkDir(_ context.Context, cfg Config) (string, error) {
	info, err := os.Stat(cfg.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return "does not exist yet; serve makes it", nil
	}
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by other users (mode %o); run: chmod 700 %s", cfg.Data, info.Mode().Perm(), cfg.Data)
	}
	if err := unix.Access(cfg.Data, unix.W_OK); err != nil {
		return "", fmt.Errorf("%s cannot be written: %w", cfg.Data, err)
	}
	return cfg.Data, nil
}

func checkRoom(_ context.Context, cfg Config) (string, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(existing(cfg.Data), &s); err != nil {
		return "", err
	}
	free := s.Bavail * uint64(s.Bsize)
	if free < diskWanted {
		return "", fmt.Errorf("only %d MiB free, want at least %d", free>>20, diskWanted>>20)
	}
	return fmt.Sprintf("%d MiB free", free>>20), nil
}

// existing is the nearest directory above path that exists.
func existing(path string) string {
	for {
		if _, err := os.Stat(path); err == nil {
			return path
		}
		up := filepath.Dir(path)
		if up == path {
			return path
		}
		path = up
	}
}

func checkKey(_ context.Context, cfg Config) (string, error) {
	if _, err := os.Stat(cfg.KeyFile); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(cfg.Data, databaseFile)); err == nil {
			return "", fmt.Errorf("%s is missing, but there is a database that needs it", cfg.KeyFile)
		}
		return "does not exist yet; serve makes it", nil
	}
	_, err := seal.OpenKeyFile(cfg.KeyFile)
	return cfg.KeyFile + " (keep a copy apart from the backups)", err
}

func checkDatabase(ctx context.Context, cfg Config) (string, error) {
	if cfg.Database != "" {
		d, err := db.Open(ctx, cfg.Database)
		if err != nil {
			return "", err
		}
		defer d.Close()
		version, err := d.ServerVersion(ctx)
		return "PostgreSQL " + version, err
	}
	path := cfg.DatabaseURL()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "does not exist yet; serve makes it", nil
	}
	events, err := db.CheckSQLite(ctx, path)
	return fmt.Sprintf("SQLite, integrity ok, %d events", events), err
}

func checkSealed(ctx context.Context, cfg Config) (string, error) {
	if _, err := os.Stat(cfg.KeyFile); err != nil {
		return "no key file yet", nil
	}
	if _, err := os.Stat(cfg.DatabaseURL()); cfg.Database == "" && err != nil {
		return "no database yet", nil
	}
	return "the latest event opens with the key", openLatest(ctx, cfg)
}

func checkSnapshot(_ context.Context, cfg Config) (string, error) {
	path := filepath.Join(cfg.Data, snapshotFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "none: the next start reads the whole log", nil
	}
	if err != nil {
		return "", err
	}
	box, err := seal.OpenKeyFile(cfg.KeyFile)
	if err != nil {
		return "", err
	}
	r, err := snapshot.Open(path, box)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d MiB of %s", info.Size()>>20, info.ModTime().UTC().Format(time.RFC3339)), r.Close()
}

// checkSync measures one durable write where the database lies.
func checkSync(_ context.Context, cfg Config) (string, error) {
	dir := existing(cfg.Data)
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	started := cfg.Clock.Now()
	const rounds = 10
	for range rounds {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return "", err
		}
		if err := f.Sync(); err != nil {
			return "", err
		}
	}
	each := cfg.Clock.Now().Sub(started) / rounds
	if each > 100*time.Millisecond {
		return "", fmt.Errorf("one fsync takes %s: every acknowledgement waits that long", each)
	}
	return fmt.Sprintf("one fsync takes %s", each.Round(time.Microsecond)), nil
}

func checkZones(context.Context, Config) (string, error) {
	if _, err := time.LoadLocation("Asia/Shanghai"); err != nil {
		return "", fault.New(fault.Internal, "no_zones", "the time zone data base is missing: %v", err)
	}
	return "known", nil
}
