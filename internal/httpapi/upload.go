package httpapi

import (
	"mime/multipart"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Upload is embedded in the input of an operation with Op.Upload. It streams the parts of
// a multipart/form-data body, so that a big file never lies in memory or in clear on disk.
type Upload struct {
	parts *multipart.Reader
	err   error
}

// Resolve is called by huma before the handler runs.
func (u *Upload) Resolve(ctx huma.Context) []error {
	r, _ := humago.Unwrap(ctx)
	u.parts, u.err = r.MultipartReader()
	if u.err != nil {
		return []error{&huma.ErrorDetail{Location: "body", Message: "wants multipart/form-data"}}
	}
	return nil
}

// NextPart is the next part of the body, io.EOF after the last.
func (u *Upload) NextPart() (*multipart.Part, error) { return u.parts.NextPart() }
