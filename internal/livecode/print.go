package livecode

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/fault"
)

// Printable is what a sheet shows of a code.
type Printable struct {
	Name  string
	Place string
	Image []byte
}

// Print gives what a sheet shows of codes, in the order asked for. A code without its QR
// image is an error.
func (s *Service) Print(ctx context.Context, ids []string) ([]Printable, error) {
	out := make([]Printable, 0, len(ids))
	for i, codeID := range ids {
		code, err := s.Get(ctx, codeID)
		if fault.Is(err, fault.NotFound) {
			return nil, fault.BadField(fmt.Sprintf("ids/%d", i), "%q is no live code", codeID)
		}
		if err != nil {
			return nil, err
		}
		img, err := s.Image(ctx, codeID)
		if err != nil {
			return nil, err
		}
		out = append(out, Printable{code.Spec.Name, code.Spec.Place, img})
	}
	return out, nil
}

// PrintBatch gives what a sheet shows of up to limit codes of a batch, in the order of its
// file, leaving out the first from.
func (s *Service) PrintBatch(ctx context.Context, batchID string, from, limit int) ([]Printable, error) {
	b, err := s.GetBatch(ctx, batchID)
	if err != nil {
		return nil, err
	}
	if missing := b.Progress.Codes - b.Progress.Images; missing > 0 {
		return nil, fault.New(fault.Precondition, "no_qr_image", "%d of %d codes have no QR image yet; the batch shows the progress and the problems", missing, b.Progress.Codes)
	}
	ids, err := s.batchIDs(ctx, batchID)
	if err != nil {
		return nil, err
	}
	if from >= len(ids) {
		return nil, fault.BadField("from", "the batch has %d codes", len(ids))
	}
	ids = ids[from:]
	if len(ids) > limit {
		ids = ids[:limit]
	}
	return s.Print(ctx, ids)
}

// Preview plans a code that is not made yet, with nobody arrived, at a moment (zero: now).
func (s *Service) Preview(ctx context.Context, corpID string, spec Spec, at time.Time) (Allocation, error) {
	if err := s.check(ctx, corpID, spec); err != nil {
		return Allocation{}, err
	}
	if at.IsZero() {
		at = s.Clock.Now()
	}
	in, err := s.input(ctx, Code{Corp: corpID, Spec: spec}, at)
	if err != nil {
		return Allocation{}, err
	}
	return Plan(in), nil
}
