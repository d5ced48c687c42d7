package livecode

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/page"
)

// maxRejects is how many rejected rows a batch keeps.
const maxRejects = 1000

// Upload is a file of codes. Defaults holds what its rows leave empty; its name is not
// looked at.
type Upload struct {
	Corp     string
	File     string // its name, for people
	Body     []byte
	Defaults Spec
}

// Batch is a file of codes and what came of it.
type Batch struct {
	ID        string
	Corp      string
	File      string
	Rows      int // without empty ones
	Accepted  int
	Rejected  []Reject // the first thousand
	CreatedAt time.Time
	Progress  Progress
}

// Progress counts the codes of a batch that are in use.
type Progress struct {
	Codes    int `json:"codes"`
	Live     int `json:"live" doc:"with a contact way at the platform"`
	Images   int `json:"images" doc:"with their QR image, ready to print"`
	Problems int `json:"problems"`
}

// CreateBatch makes a code of every good row of a file. Their contact ways and QR images
// follow by jobs.
func (s *Service) CreateBatch(ctx context.Context, up Upload) (Batch, error) {
	if _, err := s.Corps.Get(ctx, up.Corp); err != nil {
		if fault.Is(err, fault.NotFound) {
			return Batch{}, fault.BadField("corp", "%q is not a connected corp", up.Corp)
		}
		return Batch{}, err
	}
	if up.Defaults.Kind == "" {
		up.Defaults.Kind = Multi
	}
	if len(up.Defaults.Welcome) > 0 && s.Welcomes != nil {
		if err := s.Welcomes.Check(ctx, up.Corp, up.Defaults.Welcome); err != nil {
			return Batch{}, below("defaults/welcome", err)
		}
	}
	now := s.Clock.Now()
	rows, rejects, err := parseBatch(up.Body, up.Defaults, now)
	if err != nil {
		return Batch{}, err
	}
	total := len(rows) + len(rejects)
	rows, more, err := s.knownStaff(ctx, up.Corp, rows)
	if err != nil {
		return Batch{}, err
	}
	rejects = append(rejects, more...)
	slices.SortStableFunc(rejects, func(a, b Reject) int { return a.Line - b.Line })
	b := Batch{ID: id.New("lcb"), Corp: up.Corp, File: cut(up.File, 200), Rows: total, Accepted: len(rows), CreatedAt: now}
	b.Rejected = rejects[:min(len(rejects), maxRejects)]
	b.Progress.Codes = len(rows)
	return b, s.storeBatch(ctx, b, rows)
}

// knownStaff takes out the rows with staff whom the directory refuses.
func (s *Service) knownStaff(ctx context.Context, corpID string, rows []row) (good []row, rejects []Reject, err error) {
	if s.Staff == nil {
		return rows, nil, nil
	}
	var users []string
	for _, r := range rows {
		users = append(users, r.spec.users()...)
	}
	slices.Sort(users)
	reach, err := s.Staff.Reach(ctx, corpID, slices.Compact(users))
	if err != nil {
		return nil, nil, fmt.Errorf("ask the directory: %w", err)
	}
	for _, r := range rows {
		bad := slices.IndexFunc(r.spec.users(), func(user string) bool {
			ok, known := reach[user]
			return known && !ok || !known && len(reach) > 0
		})
		if bad < 0 {
			good = append(good, r)
			continue
		}
		rejects = append(rejects, Reject{r.line, "staff", r.spec.users()[bad] + " is not in the directory or cannot take customers"})
	}
	return good, rejects, nil
}

// storeBatch stores a batch with its codes and their jobs, all or nothing.
func (s *Service) storeBatch(ctx context.Context, b Batch, rows []row) error {
	codes := make([]*Code, len(rows))
	for i, r := range rows {
		codes[i] = &Code{ID: id.New("lc"), Corp: b.Corp, Batch: b.ID, Spec: r.spec, CreatedAt: b.CreatedAt, UpdatedAt: b.CreatedAt}
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertBatch(ctx, b); err != nil {
			return err
		}
		if err := s.insert(ctx, codes...); err != nil {
			return err
		}
		jobs := make([]job.Job, len(codes))
		for i, c := range codes {
			jobs[i] = job.Job{Kind: syncKind, Key: c.ID, Queue: c.Corp, Due: b.CreatedAt}
			if err := s.keep(ctx, *c); err != nil {
				return err
			}
		}
		return s.Jobs.Put(ctx, jobs...)
	})
	if err != nil {
		return fmt.Errorf("store a batch of %d live codes: %w", len(rows), err)
	}
	for _, c := range codes {
		s.learn(*c)
	}
	return nil
}

// GetBatch is a batch with its progress now.
func (s *Service) GetBatch(ctx context.Context, batchID string) (Batch, error) {
	b, err := s.batch(ctx, batchID)
	if err != nil {
		return Batch{}, err
	}
	b.Progress, err = s.progress(ctx, batchID)
	return b, err
}

// Batches lists the batches of a corp, or of all, newest first. Progress is left out.
func (s *Service) Batches(ctx context.Context, corpID, cursor string, limit int) (page.Page[Batch], error) {
	before := "~"
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Batch]{}, err
	}
	limit = page.Limit(limit)
	all, err := s.listBatches(ctx, corpID, before, limit+1)
	if err != nil {
		return page.Page[Batch]{}, fmt.Errorf("list batches: %w", err)
	}
	return page.Cut(all, limit, func(b Batch) string { return b.ID }), nil
}

// ParseDefaults reads the defaults of a batch, a spec as JSON. Unknown fields are refused.
func ParseDefaults(raw []byte) (Spec, error) {
	var spec Spec
	if len(raw) == 0 {
		return spec, nil
	}
	if err := strictJSON(raw, &spec); err != nil {
		return spec, fault.BadField("defaults", "is not a live code as JSON: %v", err)
	}
	return spec, nil
}

func strictJSON(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
