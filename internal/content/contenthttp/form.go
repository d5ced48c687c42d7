package contenthttp

import (
	"errors"
	"io"
	"net/http"

	"yutang/internal/content"
	"yutang/internal/fault"
)

// maxField bounds a field of the form beside the file.
const maxField = 1 << 10

// readForm reads the fields up to the file, which is left to be streamed.
func readForm(in *createInput) (content.NewAsset, error) {
	var n content.NewAsset
	for {
		part, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			return n, fault.BadField("file", "is required: send the file as the last part, named file")
		}
		if err != nil {
			return n, fault.BadField("", "the multipart form cannot be read: %v", err)
		}
		name := part.FormName()
		if name == "file" {
			n.Body = part
			if n.Name == "" {
				n.Name = part.FileName()
			}
			return n, nil
		}
		text, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil || len(text) > maxField {
			return n, fault.BadField(name, "has at most %d bytes", maxField)
		}
		switch name {
		case "kind":
			n.Kind = string(text)
		case "name":
			n.Name = string(text)
		default:
			return n, fault.BadField(name, "is not a field of this form; the fields are kind, name and file")
		}
	}
}

// tooLarge says what a body beyond the route's limit means.
func tooLarge(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.BadField("file", "has more than %d MB", content.MaxFile>>20)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.BadField("file", "broke off before its end")
	}
	return err
}
