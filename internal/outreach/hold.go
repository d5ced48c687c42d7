package outreach

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
)

// Hold says why nothing is sent, and since when.
type Hold struct {
	Reason string    `json:"reason"` // "restored", "cloned", or an operator's words
	Since  time.Time `json:"since"`
	By     string    `json:"by"`
}

// Held tells whether sending is held. Touches are planned meanwhile and wait, until they
// expire.
func (s *Service) Held() (Hold, bool) {
	if h := s.held.Load(); h != nil {
		return *h, true
	}
	return Hold{}, false
}

// Hold stops sending. Calls under way are finished.
func (s *Service) Hold(ctx context.Context, reason, by string) error {
	h := &Hold{Reason: reason, Since: s.Clock.Now(), By: by}
	if err := s.saveSetting(ctx, "held", h); err != nil {
		return fmt.Errorf("hold sending: %w", err)
	}
	s.held.Store(h)
	return nil
}

// HoldSending marks a database as held, for a restore: the server that opens it sends
// nothing until a human releases it.
func HoldSending(ctx context.Context, d *db.DB, reason string, since time.Time) error {
	s := &Service{Config: Config{DB: d}}
	if err := s.saveSetting(ctx, "held", Hold{Reason: reason, Since: since, By: "system"}); err != nil {
		return fmt.Errorf("hold sending: %w", err)
	}
	return nil
}

// holdClone holds a copy, unless it is held for a reason that says more.
func (s *Service) holdClone(ctx context.Context) error {
	var former string
	err := s.DB.Get(ctx, "SELECT value FROM outreach_setting WHERE name = 'held'", nil, &former)
	if fault.Is(err, fault.NotFound) {
		err = s.Hold(ctx, "cloned", "system")
	}
	return err
}

// Release lets sending go on. The error is precondition when it is not held.
func (s *Service) Release(ctx context.Context) error {
	if s.held.Load() == nil {
		return fault.New(fault.Precondition, "not_held", "sending is not held")
	}
	if _, err := s.DB.Exec(ctx, deleteSetting, "held"); err != nil {
		return fmt.Errorf("release sending: %w", err)
	}
	s.held.Store(nil)
	s.Jobs.Wake()
	return nil
}

const (
	instanceFile   = "instance"
	selectInstance = `SELECT value FROM outreach_setting WHERE name = 'instance'`
)

// CheckInstance holds sending when the database and the data directory do not belong
// together: one of them is a copy. A mark is kept in both; the database also remembers
// which file on disk carried it, because a copied directory has the same text in another
// file. The mark is renewed, so a release is asked for once.
func (s *Service) CheckInstance(ctx context.Context, dir string) error {
	var stored string
	err := s.DB.Get(ctx, selectInstance, nil, &stored)
	fresh := fault.Is(err, fault.NotFound)
	if err != nil && !fresh {
		return fmt.Errorf("read instance: %w", err)
	}
	path := filepath.Join(dir, instanceFile)
	found, err := s.instanceMark(path)
	if err != nil {
		return err
	}
	if !fresh && found == stored {
		return nil
	}
	if !fresh {
		if err := s.holdClone(ctx); err != nil {
			return err
		}
	}
	if err := writeMark(dir, path); err != nil {
		return fmt.Errorf("mark data directory: %w", err)
	}
	if found, err = s.instanceMark(path); err != nil {
		return err
	}
	if _, err := s.DB.Exec(ctx, upsertSetting, "instance", found); err != nil {
		return fmt.Errorf("mark database: %w", err)
	}
	return nil
}

// instanceMark reads the mark of a data directory, "" if it has none.
func (s *Service) instanceMark(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read instance: %w", err)
	}
	mark := strings.TrimSpace(string(text))
	if s.DB.Dialect() == db.SQLite { // on PostgreSQL several nodes carry copies of the mark
		info, err := os.Stat(path)
		if err != nil {
			return "", fmt.Errorf("read instance: %w", err)
		}
		mark += fileNumber(info)
	}
	return mark, nil
}

// writeMark puts a new mark on disk durably: one lost in a power cut would look like a copy.
func writeMark(dir, path string) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(rand.Text() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
