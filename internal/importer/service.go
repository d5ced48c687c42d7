package importer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/seal"
)

const (
	uploadFile   = "file"
	rejectedFile = "rejected"
	spillFile    = "spill.db"
)

func (s *Service) path(job, name string) string { return filepath.Join(s.cfg.Dir, job, name) }

func uploadScope(id string) string { return "import_file/" + id + "/" }

// Create takes a file in and queues its import. The mapping is checked against the
// header at once. A file that was given before and did not end well goes on instead of
// starting anew; one that is waiting or running is not queued twice.
func (s *Service) Create(ctx context.Context, up Upload) (*Job, error) {
	defer s.poke()
	return s.create(ctx, up, func(string) error { return nil })
}

// create calls claim with the id of the import before the worker can see it.
func (s *Service) create(ctx context.Context, up Upload, claim func(id string) error) (*Job, error) {
	j, err := s.stage(ctx, up)
	if err != nil {
		return nil, err
	}
	before, err := s.same(ctx, j)
	if err != nil {
		return nil, errors.Join(err, s.drop(j.ID))
	}
	for _, old := range before {
		if old.State != Done && bytes.Equal(old.Mapping.JSON(), j.Mapping.JSON()) {
			return s.goOn(ctx, old, j, claim)
		}
	}
	j.State, j.CreatedAt = Queued, s.cfg.Clock.Now()
	if err := errors.Join(claim(j.ID), s.insert(ctx, j)); err != nil {
		return nil, errors.Join(err, s.drop(j.ID))
	}
	return j, nil
}

// goOn queues old again with its own file; the newly staged copy is not needed.
func (s *Service) goOn(ctx context.Context, old, staged *Job, claim func(id string) error) (*Job, error) {
	if err := errors.Join(s.drop(staged.ID), claim(old.ID)); err != nil {
		return nil, err
	}
	if old.State == Failed || old.State == Cancelled {
		old.State, old.Problem = Queued, ""
		if err := s.save(ctx, old); err != nil {
			s.release(old.ID)
			return nil, err
		}
	}
	return old, nil
}

// stage writes the upload sealed to disk and finds its mapping. The job is not in SQL yet.
func (s *Service) stage(ctx context.Context, up Upload) (*Job, error) {
	j, err := s.stageFile(ctx, &up)
	if err != nil {
		return nil, err
	}
	if j.Mapping, err = s.mapping(j, up.Mapping); err != nil {
		return nil, errors.Join(err, s.drop(j.ID))
	}
	return j, nil
}

// stageFile takes a file in and reads the form around it.
func (s *Service) stageFile(ctx context.Context, up *Upload) (j *Job, err error) {
	name := id.New("imp")
	defer func() {
		if err != nil {
			err = errors.Join(err, s.drop(name))
		}
	}()
	j = &Job{ID: name, Reasons: map[string]int64{}}
	if err := s.write(ctx, j, up.Body); err != nil {
		return nil, err
	}
	if up.Fill != nil {
		if err := up.Fill(up); err != nil {
			return nil, err
		}
	}
	if fields[up.Kind] == nil {
		return nil, fault.BadField("kind", "must be orders, events or customers")
	}
	j.Kind, j.Name, j.Source = up.Kind, displayName(up.Name), up.Source
	if j.Source == "" {
		j.Source = DefaultSource
	}
	return j, nil
}

// displayName is the last part of a file's name, fit for every database.
func displayName(name string) string {
	name = strings.ToValidUTF8(strings.ReplaceAll(filepath.Base(name), "\x00", ""), "?")
	return strings.ToValidUTF8(name[:min(len(name), 200)], "")
}

func (s *Service) write(ctx context.Context, j *Job, body io.Reader) error {
	if err := os.MkdirAll(filepath.Join(s.cfg.Dir, j.ID), 0o700); err != nil {
		return fmt.Errorf("take in file: %w", err)
	}
	w, err := seal.OpenFileWriter(s.path(j.ID, uploadFile), s.cfg.Box, uploadScope(j.ID), 0)
	if err != nil {
		return fmt.Errorf("take in file: %w", err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(stoppable{ctx, body}, s.cfg.Limits.File+1))
	if err = errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("take in file: %w", err)
	}
	if n > s.cfg.Limits.File {
		return fault.BadField("file", "is larger than %d bytes; split it", s.cfg.Limits.File)
	}
	j.SHA256, j.fileBytes = hex.EncodeToString(sum.Sum(nil)), w.Size()
	return nil
}

// mapping reads the given document, or makes one, and binds it to the header once.
func (s *Service) mapping(j *Job, doc []byte) (m *Mapping, err error) {
	if doc != nil {
		if m, err = ParseMapping(doc, j.Kind); err != nil {
			return nil, err
		}
	}
	f := format{}
	if m != nil {
		f = format{m.Sheet, m.Encoding, m.Delimiter}
	}
	t, err := openTable(s.opener(j), f)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if m == nil {
		if m, err = AutoMap(j.Kind, t.header(), firstRows(t, 200)); err != nil {
			return nil, err
		}
	}
	_, err = bind(m, t.header(), t.excel(), s.cfg.Zone, s.cfg.Clock.Now())
	return m, err
}

func firstRows(t table, n int) [][]string {
	var out [][]string
	for len(out) < n {
		r, err := t.next()
		if err != nil {
			break // the import itself reports what cannot be read
		}
		if r.bad == "" {
			out = append(out, append([]string(nil), r.cells...))
		}
	}
	return out
}

func (s *Service) opener(j *Job) opener {
	return func() (io.ReadCloser, error) {
		return seal.OpenFileReader(s.path(j.ID, uploadFile), s.cfg.Box, uploadScope(j.ID), j.fileBytes)
	}
}

// drop removes everything of an import from the disk.
func (s *Service) drop(job string) error { return os.RemoveAll(filepath.Join(s.cfg.Dir, job)) }

// Rejected gives the first n rejected rows.
func (s *Service) Rejected(ctx context.Context, id string, n int) ([]Rejected, error) {
	in, err := s.RejectedFile(ctx, id)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return readRejects(in, n)
}

// RejectedFile gives the rejected rows as CSV: line, column, reason, original columns.
// Without rejected rows it is empty. The caller closes it.
func (s *Service) RejectedFile(ctx context.Context, id string) (io.ReadCloser, error) {
	j, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if j.rejectedBytes == 0 {
		return io.NopCloser(eof{}), nil
	}
	return seal.OpenFileReader(s.path(id, rejectedFile), s.cfg.Box, rejectScope(id), j.rejectedBytes)
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// stoppable ends reading with its context.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
