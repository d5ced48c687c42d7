package livecode

import (
	"context"

	"yutang/internal/fault"
)

const (
	insertImage = `INSERT INTO livecode_image (code, url, bytes, fetched_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (code) DO UPDATE SET url = excluded.url, bytes = excluded.bytes, fetched_at = excluded.fetched_at`
	updateImage = `UPDATE livecode SET has_image = TRUE WHERE number = $1 AND qr_url = $2`
	selectImage = `SELECT i.bytes FROM livecode_image i JOIN livecode c ON c.number = i.code AND c.qr_url = i.url
		WHERE c.id = $1 AND c.deleted_at = 0`
)

func (s *Service) saveImage(ctx context.Context, code Code, raw []byte) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, insertImage, code.Number, code.Remote.QRURL, raw, ms(s.Clock.Now())); err != nil {
			return err
		}
		_, err := s.DB.Exec(ctx, updateImage, code.Number, code.Remote.QRURL)
		return err
	})
}

// Image is the QR image of a code, a PNG or JPEG. While the platform has not drawn it or
// it is not fetched yet, the error is precondition.
func (s *Service) Image(ctx context.Context, codeID string) ([]byte, error) {
	var raw []byte
	err := s.DB.Get(ctx, selectImage, []any{codeID}, &raw)
	if !fault.Is(err, fault.NotFound) {
		return raw, err
	}
	if _, err := s.Get(ctx, codeID); err != nil {
		return nil, err
	}
	return nil, fault.New(fault.Precondition, "no_qr_image", "live code %s has no QR image yet: it is being made", codeID)
}
