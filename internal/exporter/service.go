package exporter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/page"
	"yutang/internal/seal"
	"yutang/internal/search"
)

// Create asks for a file in the name of whoever asks; a job makes it.
func (s *Service) Create(ctx context.Context, o Order) (Export, error) {
	columns, err := checkColumns(o.Columns)
	if err != nil {
		return Export{}, err
	}
	people, err := s.who(ctx, o)
	if err != nil {
		return Export{}, err
	}
	now := s.Clock.Now()
	x := Export{
		ID: id.New("exp"), Name: o.Name, Columns: columns, Unmasked: access.Can(ctx, access.CustomersUnmask), State: Queued,
		Total: int64(people.GetCardinality()), By: actor(ctx).ID, CreatedAt: now, ExpiresAt: now.Add(Keep),
	}
	x.Kind, x.Subject = o.kind()
	if x.people, err = people.ToBytes(); err != nil {
		return x, fmt.Errorf("write who is in an export: %w", err)
	}
	detail := map[string]any{"filter": o.Filter.Logged(), "report": o.Behind, "columns": fieldsOf(columns), "customers": x.Total, "unmasked": x.Unmasked}
	return x, s.Access.Audited(ctx, "export.create", func(ctx context.Context) (string, any, error) {
		if err := s.insert(ctx, &x); err != nil {
			return "", nil, err
		}
		return x.ID, detail, s.Jobs.Put(ctx,
			job.Job{Kind: makeKind, Key: x.ID, Due: now},
			job.Job{Kind: expireKind, Key: x.ID, Due: x.ExpiresAt})
	})
}

// who decides who is in a file. The set is the caller's own.
func (s *Service) who(ctx context.Context, o Order) (*roaring.Bitmap, error) {
	if o.Behind == nil {
		found, err := s.Search.Expected(ctx, o.Filter, o.Expect)
		if err != nil {
			return nil, err
		}
		people := found.Set.Clone()
		people.RunOptimize()
		return people, nil
	}
	found, err := s.Search.Find(ctx, o.Filter)
	if err != nil {
		return nil, err
	}
	behind, err := s.People(ctx, *o.Behind)
	if err != nil {
		return nil, err
	}
	people := roaring.And(found.Set, behind)
	people.RunOptimize()
	return people, search.Check(int(people.GetCardinality()), o.Expect)
}

func fieldsOf(columns []Column) (out []string) {
	for _, c := range columns {
		out = append(out, c.Field)
	}
	return out
}

// actor is who asks.
func actor(ctx context.Context) access.Principal {
	p, _ := access.From(ctx)
	return p
}

// Get is an export of whoever asks, or any if an owner does.
func (s *Service) Get(ctx context.Context, id string) (Export, error) {
	x, err := s.read(ctx, id)
	if err == nil && !mine(actor(ctx), &x) {
		err = notFound(id)
	}
	return x, err
}

func mine(who access.Principal, x *Export) bool { return x.By == who.ID || who.Role == access.Owner }

func notFound(id string) error {
	return fault.New(fault.NotFound, "export_not_found", "you have no export %q", id)
}

// List gives the exports of whoever asks, the newest first; to an owner all.
func (s *Service) List(ctx context.Context, cursor string, limit int) (page.Page[Export], error) {
	before := "~"
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Export]{}, err
	}
	who, by := actor(ctx), ""
	if who.Role != access.Owner {
		by = who.ID
	}
	limit = page.Limit(limit)
	found, err := s.list(ctx, before, by, limit+1)
	if err != nil {
		return page.Page[Export]{}, err
	}
	return page.Cut(found, limit, func(x Export) string { return x.ID }), nil
}

// File opens the file of an export that is done. A file with values in clear is only for who
// may see them now. The caller closes it.
func (s *Service) File(ctx context.Context, id string) (Export, io.ReadCloser, error) {
	x, err := s.Get(ctx, id)
	switch {
	case err != nil:
		return x, nil, err
	case x.State == Expired:
		return x, nil, fault.New(fault.NotFound, "export_expired", "the file is gone; ask for a new one")
	case x.State != Done:
		return x, nil, fault.New(fault.Precondition, "export_not_done", "there is no file: the export is %s", x.State)
	case x.Unmasked && !access.Can(ctx, access.CustomersUnmask):
		return x, nil, fault.New(fault.Forbidden, "export_unmasked", "the file holds personal values in clear, which you may not see; ask for a new one")
	}
	in, err := seal.OpenFileReader(s.path(id), s.Box, scope(id), x.fileBytes)
	if errors.Is(err, fs.ErrNotExist) { // a restored database comes without files
		err = errors.Join(s.end(ctx, id, Expired, "the file is missing"), fault.New(fault.NotFound, "export_expired", "the file is gone; ask for a new one"))
	}
	if err != nil {
		return x, nil, err
	}
	if err := s.Access.Audit(ctx, "export.download", id, map[string]any{"customers": x.Total, "unmasked": x.Unmasked}); err != nil {
		return x, nil, errors.Join(err, in.Close())
	}
	return x, in, nil
}

// Remove cancels an export that waits or runs; one that has ended is deleted with its file.
func (s *Service) Remove(ctx context.Context, id string) error {
	x, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	action, live := "export.delete", x.State == Queued || x.State == Running
	if live {
		action = "export.cancel"
	}
	err = s.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		for _, kind := range []string{makeKind, expireKind} {
			if err := s.Jobs.Drop(ctx, kind, id); err != nil {
				return "", nil, err
			}
		}
		if live {
			return id, nil, s.end(ctx, id, Cancelled, "")
		}
		return id, nil, s.delete(ctx, id)
	})
	if err != nil {
		return err
	}
	return s.drop(id)
}

// Forget ends the exports that hold one of these customers, in ctx's transaction; their files
// go at once. An erasure calls it.
func (s *Service) Forget(ctx context.Context, customers []uint32) error {
	held, err := s.holding(ctx, customers)
	if err != nil {
		return err
	}
	for _, id := range held {
		if err := s.end(ctx, id, Expired, "a customer in it was erased"); err != nil {
			return err
		}
		if err := s.Jobs.Hasten(ctx, expireKind, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) expire(ctx context.Context, j job.Job) error {
	if err := s.end(ctx, j.Key, Expired, ""); err != nil {
		return err
	}
	return s.drop(j.Key)
}

func (s *Service) path(id string) string { return filepath.Join(s.Dir, id) }

func scope(id string) string { return "export/" + id + "/" }

// drop removes the file of an export.
func (s *Service) drop(id string) error {
	if err := os.Remove(s.path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove export: %w", err)
	}
	return nil
}

// Start removes files that no export offers or goes on with: a crash left them.
func (s *Service) Start(ctx context.Context) error {
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read exports: %w", err)
	}
	for _, e := range entries {
		x, err := s.read(ctx, e.Name())
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil && (x.State == Done || x.State == Queued || x.State == Running) {
			continue
		}
		if err := s.drop(e.Name()); err != nil {
			return err
		}
	}
	return nil
}
