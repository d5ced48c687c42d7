package importhttp

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"

	"yutang/internal/fault"
	"yutang/internal/importer"
)

// maxField bounds a field of the form beside the file.
const maxField = 256 << 10

// readForm reads the form up to the file, which is left to be streamed; fields that come
// after it are read when it is over.
func readForm(in *uploadInput) (importer.Upload, error) {
	f := &form{in: in}
	err := f.fields(&f.up)
	if err == nil && f.up.Body == nil {
		err = fault.BadField("file", "is required: send the file as a part named file")
	}
	f.up.Fill = f.fields
	return f.up, err
}

type form struct {
	in *uploadInput
	up importer.Upload
}

// fields reads parts until the file comes or the form ends.
func (f *form) fields(up *importer.Upload) error {
	for {
		part, err := f.in.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if part.FormName() == "file" {
			if up.Body != nil {
				return fault.BadField("file", "only one file can be sent at a time")
			}
			up.Body, up.Name = body{part}, part.FileName()
			return nil
		}
		text, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil {
			return unreadable(err)
		}
		if len(text) > maxField {
			return fault.BadField(part.FormName(), "is longer than %d bytes", maxField)
		}
		if err := set(up, part.FormName(), text); err != nil {
			return err
		}
	}
}

func set(up *importer.Upload, name string, text []byte) error {
	switch name {
	case "kind":
		up.Kind = importer.Kind(text)
	case "source":
		if len(text) > 100 {
			return fault.BadField("source", "has at most 100 bytes")
		}
		up.Source = string(text)
	case "map":
		if len(text) > 0 {
			up.Mapping = text
		}
	default:
		return fault.BadField(name, "is not a field of this form; the fields are file, kind, map and source")
	}
	return nil
}

// body is the file's part; its errors are the sender's.
type body struct{ io.Reader }

// Read reads on.
func (b body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unreadable(err)
	}
	return n, err
}

func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.BadField("file", "is larger than %d bytes; split it", large.Limit)
	}
	return fault.BadField("", "the multipart form cannot be read: %v", err)
}

// writeRejected copies the file of rejected rows, with a byte order mark for Excel.
func writeRejected(w io.Writer, file io.Reader, originals bool) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	if originals {
		_, err := io.Copy(w, file)
		return err
	}
	in, out := csv.NewReader(file), csv.NewWriter(w)
	in.FieldsPerRecord, in.ReuseRecord = -1, true
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			out.Flush()
			return out.Error()
		}
		if err != nil {
			return fmt.Errorf("read rejected rows: %w", err)
		}
		if err := out.Write(cells[:3]); err != nil {
			return err
		}
	}
}
