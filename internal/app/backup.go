package app

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
)

// backupFormat is the version of the archive's layout.
const backupFormat = 1

// Manifest describes a backup: the archive's first file.
type Manifest struct {
	Format  int       `json:"format"`
	Program string    `json:"program"`
	Made    time.Time `json:"made_at"`
	Events  uint64    `json:"events"`
	Bytes   int64     `json:"database_bytes"`
	SHA256  string    `json:"database_sha256"`
}

// Backup writes a consistent copy of the database, and the asset files, to path, while a
// server may run. The key file is not in it: keep a copy elsewhere, without it the backup cannot be read.
func Backup(ctx context.Context, cfg Config, path string) (m Manifest, err error) {
	cfg = cfg.Defaults()
	if cfg.Database != "" {
		return m, fault.New(fault.Precondition, "use_pg_dump",
			"on PostgreSQL the database makes its own backups: pg_dump --format=custom --file=%s DATABASE", path)
	}
	source := cfg.DatabaseURL()
	if _, err := os.Stat(source); err != nil {
		return m, fault.New(fault.NotFound, "no_database", "%s holds no database; name the data directory with --data", cfg.Data)
	}
	copyPath := path + ".database"
	defer os.Remove(copyPath)
	if err := db.CopySQLite(ctx, source, copyPath); err != nil {
		return m, fmt.Errorf("copy database: %w", err)
	}
	m = Manifest{Format: backupFormat, Program: cfg.Version, Made: cfg.Clock.Now()}
	if m.Events, err = db.CheckSQLite(ctx, copyPath); err != nil {
		return m, fmt.Errorf("check copy: %w", err)
	}
	if m.SHA256, m.Bytes, err = digest(copyPath); err != nil {
		return m, err
	}
	if err := writeArchive(path, copyPath, filepath.Join(cfg.Data, assetsDir), m); err != nil {
		return m, err
	}
	return m, markBackup(cfg)
}

func digest(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// writeArchive makes the backup under another name first: a file named path is whole.
func writeArchive(path, database, assets string, m Manifest) (err error) {
	part := path + ".part"
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	defer os.Remove(part)
	w := tar.NewWriter(out)
	err = errors.Join(addManifest(w, m), addDatabase(w, database, m), addAssets(w, assets, m), w.Close(), out.Sync(), out.Close())
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return os.Rename(part, path)
}

func addManifest(w *tar.Writer, m Manifest) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	err = w.WriteHeader(&tar.Header{Name: "manifest.json", Mode: 0o600, Size: int64(len(raw)), ModTime: m.Made})
	if err == nil {
		_, err = w.Write(raw)
	}
	return err
}

func addDatabase(w *tar.Writer, path string, m Manifest) error {
	return addFile(w, path, databaseFile, m.Made)
}

// addAssets adds the sealed files of package content. They never change, and are copied
// after the database: what its rows name is there.
func addAssets(w *tar.Writer, dir string, m Manifest) error {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !assetName.MatchString(e.Name()) {
			return err
		}
		return addFile(w, path, assetsDir+"/"+e.Name(), m.Made)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func addFile(w *tar.Writer, path, name string, made time.Time) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	err = w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: made})
	if err == nil {
		_, err = io.Copy(w, io.LimitReader(f, info.Size()))
	}
	return err
}

// Restore makes a new data directory from a backup and a copy of its key file. Sending is
// held until somebody releases it: the original may still be running.
func Restore(ctx context.Context, cfg Config, path, key string) (m Manifest, err error) {
	cfg = cfg.Defaults()
	target := filepath.Join(cfg.Data, databaseFile)
	if _, err := os.Stat(target); err == nil {
		return m, fault.New(fault.Conflict, "data_exists", "%s holds a database already; restore into a new directory", cfg.Data)
	}
	release, err := lockDir(cfg.Data)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, release()) }()
	if m, err = unpack(path, target); err != nil {
		return m, errors.Join(fmt.Errorf("restore: %w", err), os.Remove(target))
	}
	if _, err := db.CheckSQLite(ctx, target); err != nil {
		return m, fmt.Errorf("check restored database: %w", err)
	}
	if key != "" {
		if err := copyKey(key, cfg.KeyFile); err != nil {
			return m, err
		}
	}
	return m, holdSending(ctx, cfg)
}

// unpack writes the archive's database to target and checks it against the manifest.
func unpack(path, target string) (m Manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, err
	}
	defer f.Close()
	r := tar.NewReader(f)
	head, err := r.Next()
	if err != nil || head.Name != "manifest.json" {
		return m, fault.New(fault.Invalid, "not_a_backup", "%s is not a backup of yutang", path)
	}
	if err := json.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&m); err != nil || m.Format != backupFormat {
		return m, fault.New(fault.Invalid, "not_a_backup", "the backup has a layout that this program does not know")
	}
	if head, err = r.Next(); err != nil || head.Name != databaseFile {
		return m, fault.New(fault.Invalid, "not_a_backup", "the backup holds no database")
	}
	out, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return m, err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), r) //nolint:gosec // a tar is not compressed
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return m, err
	}
	if hex.EncodeToString(h.Sum(nil)) != m.SHA256 {
		return m, fault.New(fault.Invalid, "damaged", "the backup is damaged: its checksum does not match")
	}
	return m, unpackAssets(r, filepath.Join(filepath.Dir(target), assetsDir))
}

// unpackAssets writes what follows the database. Each asset's hash is checked when it is
// read.
func unpackAssets(r *tar.Reader, dir string) error {
	for {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		place, name := filepath.Split(head.Name)
		if place != assetsDir+"/" || !assetName.MatchString(name) {
			return fault.New(fault.Invalid, "not_a_backup", "the backup holds a file that does not belong there: %q", head.Name)
		}
		to := filepath.Join(dir, name[:2])
		if err := os.MkdirAll(to, 0o700); err != nil {
			return err
		}
		out, err := os.OpenFile(filepath.Join(to, name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, r)
		if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
			return err
		}
	}
}

// assetName is how package content names its files.
var assetName = regexp.MustCompile(`^[0-9a-f]{64}$`)

func copyKey(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read key file: %w", err)
	}
	if err := os.WriteFile(to, raw, 0o600); err != nil { //nolint:gosec // the operator names the file
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}
