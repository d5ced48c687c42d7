package poster

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/page"
)

const (
	kindBatch = "poster.batch"
	kindPurge = "poster.purge"

	// MaxBatch is how many members one batch may have.
	MaxBatch = 500
	// BatchAge is how long the posters of a batch are kept.
	BatchAge = 24 * time.Hour
)

// Batch is the posters of many members.
type Batch struct {
	ID        string
	Material  string // of the library
	Name      string
	Format    string
	CreatedAt time.Time
	CreatedBy string
	Total     int
	Done      int
	Failed    []Failure
}

// Failure is a member whose poster could not be drawn.
type Failure struct {
	Corp, Staff string
	Reason      string
}

// NewBatch asks for posters of many members.
type NewBatch struct {
	Material string // of the library
	Name     string
	Template json.RawMessage
	Corp     string
	Staff    []string
	Format   string // JPEG (default) or PNG
}

// StartBatch writes down whose posters are to be drawn; a job draws them one after another.
func (s *Service) StartBatch(ctx context.Context, n NewBatch) (Batch, error) {
	if _, err := Parse(n.Template); err != nil {
		return Batch{}, err
	}
	if n.Format == "" {
		n.Format = JPEG
	}
	switch {
	case n.Format != PNG && n.Format != JPEG:
		return Batch{}, fault.BadField("/format", "must be png or jpeg")
	case len(n.Staff) == 0 || len(n.Staff) > MaxBatch:
		return Batch{}, fault.BadField("/staff", "name 1 to %d members", MaxBatch)
	}
	who, ok := access.From(ctx)
	if !ok {
		who = access.System
	}
	now := s.Clock.Now()
	b := Batch{ID: id.New("pst"), Material: n.Material, Name: n.Name, Format: n.Format, CreatedAt: now, CreatedBy: who.ID, Total: len(n.Staff)}
	return b, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertBatch(ctx, b, n); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{Kind: kindBatch, Key: b.ID, Due: now}, job.Job{Kind: kindPurge, Key: b.ID, Due: now.Add(BatchAge)})
	})
}

// Batch tells how far a batch is.
func (s *Service) Batch(ctx context.Context, batchID string) (Batch, error) {
	b, err := s.selectBatch(ctx, batchID)
	if err != nil {
		return Batch{}, err
	}
	b.Done, b.Total, b.Failed, err = s.progress(ctx, batchID)
	return b, err
}

// Batches lists the batches of a poster, newest first. Those of the last day are there.
func (s *Service) Batches(ctx context.Context, material, cursor string, limit int) (page.Page[Batch], error) {
	limit, before := page.Limit(limit), "~"
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Batch]{}, err
	}
	all, err := s.listBatches(ctx, material, before, limit+1)
	if err != nil {
		return page.Page[Batch]{}, err
	}
	return page.Cut(all, limit, func(b Batch) string { return b.ID }), nil
}

// drawBatch draws what waits. It takes the members as they are now.
func (s *Service) drawBatch(ctx context.Context, j job.Job) error {
	b, err := s.selectBatch(ctx, j.Key)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	raw, err := s.templateOf(ctx, b.ID)
	if err != nil {
		return err
	}
	t, err := Parse(raw)
	if err != nil {
		return err
	}
	for {
		at, p, found, err := s.nextWaiting(ctx, b.ID)
		if err != nil || !found {
			return err
		}
		pic, err := s.Render(access.As(ctx, access.System), Order{Template: t, Person: p, Format: b.Format})
		switch {
		case err == nil:
			err = s.saveImage(ctx, b.ID, at, pic.Bytes)
		case fault.KindOf(err) == fault.Internal || fault.Is(err, fault.Unavailable):
			return fmt.Errorf("draw poster %d of %s: %w", at, b.ID, err)
		default:
			err = s.failImage(ctx, b.ID, at, err.Error())
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (s *Service) purgeBatch(ctx context.Context, j job.Job) error { return s.deleteBatch(ctx, j.Key) }

// Drawn is one poster of a batch with a name for its file.
type Drawn struct {
	Position int
	Staff    string
}

// Drawn lists the posters that are done.
func (s *Service) Drawn(ctx context.Context, batchID string) ([]Drawn, error) {
	return s.drawn(ctx, batchID)
}

// Bytes reads one of them.
func (s *Service) Bytes(ctx context.Context, batchID string, position int) ([]byte, error) {
	sealed, err := s.selectImage(ctx, batchID, position)
	if err != nil {
		return nil, err
	}
	return s.Box.Open(nil, sealed, imageScope(batchID, position))
}

func imageScope(batchID string, position int) string {
	return fmt.Sprintf("poster_image/%s/%d", batchID, position)
}

// FileName names a member's poster in an archive.
func (d Drawn) FileName(format string) string {
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, d.Staff)
	ending := ".png"
	if format == JPEG {
		ending = ".jpg"
	}
	return fmt.Sprintf("%04d %s%s", d.Position+1, strings.Trim(clean, ". "), ending)
}
