package exporter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/seal"
)

const (
	chunk      = 500    // customers that are read together
	checkpoint = 10_000 // customers between two moments at which the file is durable
)

// errEnded says that the export was cancelled, deleted or expired meanwhile.
var errEnded = errors.New("the export has ended")

// run makes a file, from where it is.
func (s *Service) run(ctx context.Context, j job.Job) error {
	x, err := s.read(ctx, j.Key)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || x.State != Queued && x.State != Running {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.working, cancel)()
	err = s.make(ctx, &x)
	switch {
	case errors.Is(err, errEnded):
		return s.drop(x.ID)
	case ctx.Err() != nil:
		return &job.Later{At: s.Clock.Now().Add(time.Second), Reason: "the server stopped"}
	case err != nil && j.Attempts >= maxAttempts:
		slog.Error("export failed", "export", x.ID, "error", err)
		return errors.Join(s.end(ctx, x.ID, Failed, "the server could not make the file; see its log, and ask again"), s.drop(x.ID))
	}
	return err
}

// make writes the rows that are missing and ends the export.
func (s *Service) make(ctx context.Context, x *Export) (err error) {
	people := roaring.New()
	if err := people.UnmarshalBinary(x.people); err != nil {
		return fmt.Errorf("read who is in export %s: %w", x.ID, err)
	}
	file, err := s.openAt(x)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := s.note(ctx, x, file); err != nil {
		return err
	}
	out := &counted{file, &x.Bytes}
	if x.Bytes == 0 {
		if err := Head(out, x.Columns); err != nil {
			return err
		}
	}
	if err := s.writeRows(ctx, x, people, file, out); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("make export durable: %w", err)
	}
	x.fileBytes, x.State, x.FinishedAt = file.Size(), Done, s.Clock.Now()
	return s.save(ctx, x)
}

func (s *Service) writeRows(ctx context.Context, x *Export, people *roaring.Bitmap, file *seal.FileWriter, out io.Writer) error {
	look := Look{Columns: x.Columns, Open: x.Unmasked, Time: s.stamp()}
	left := people.Clone()
	left.RemoveRange(0, uint64(x.next))
	it := left.ManyIterator()
	some, unsaved := make([]uint32, chunk), 0
	for n := it.NextMany(some); n > 0; n = it.NextMany(some) {
		rows, err := s.Rows(ctx, s.survivors(some[:n], people), look)
		if err == nil {
			err = Lines(out, rows)
		}
		if err != nil {
			return fmt.Errorf("write rows of export %s: %w", x.ID, err)
		}
		x.Done, x.next = x.Done+int64(n), some[n-1]+1
		if unsaved += n; unsaved >= checkpoint {
			unsaved = 0
			if err := s.note(ctx, x, file); err != nil {
				return err
			}
		}
	}
	return nil
}

// survivors are who is left of some customers of the set: who was merged away meanwhile is in the
// row of the survivor.
func (s *Service) survivors(some []uint32, people *roaring.Bitmap) []uint32 {
	out := make([]uint32, 0, len(some))
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	for _, ord := range some {
		if root := s.Timeline.Root(ord); root == ord || !people.Contains(root) {
			out = append(out, root)
		}
	}
	return out
}

// note makes the file durable up to here and says so.
func (s *Service) note(ctx context.Context, x *Export, file *seal.FileWriter) error {
	if err := file.Sync(); err != nil {
		return fmt.Errorf("make export durable: %w", err)
	}
	if x.fileBytes, x.State = file.Size(), Running; x.StartedAt.IsZero() {
		x.StartedAt = s.Clock.Now()
	}
	return s.save(ctx, x)
}

// openAt opens the file where it was last durable. One that is not what was noted begins anew.
func (s *Service) openAt(x *Export) (*seal.FileWriter, error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make directory of exports: %w", err)
	}
	if x.fileBytes > 0 {
		if info, err := os.Stat(s.path(x.ID)); err == nil && info.Size() >= x.fileBytes {
			return seal.OpenFileWriter(s.path(x.ID), s.Box, scope(x.ID), x.fileBytes)
		}
		x.Done, x.next, x.fileBytes, x.Bytes = 0, 0, 0, 0
	}
	return seal.OpenFileWriter(s.path(x.ID), s.Box, scope(x.ID), 0)
}

// stamp writes moments as spreadsheets read them, in the brand's zone.
func (s *Service) stamp() func(t time.Time) string {
	zone := s.Zone()
	return func(t time.Time) string { return t.In(zone).Format(time.DateTime) }
}

// counted counts what goes through it.
type counted struct {
	io.Writer
	n *int64
}

// Write counts what was written.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	*c.n += int64(n)
	return n, err
}
