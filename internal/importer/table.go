package importer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"

	"yutang/internal/fault"
)

// row is one row of a file. bad says why it could not be read; cells may then be short.
type row struct {
	line  int // in the file, from 1; of an XLSX the row number
	cells []string
	bad   string
}

// table reads a file row by row. header is trimmed. next gives io.EOF at the end; the
// cells of a row are valid until the next call.
type table interface {
	header() []string
	next() (row, error)
	excel() bool
	io.Closer
}

// opener opens the same file again from its start.
type opener func() (io.ReadCloser, error)

// format is how to read a file; see Mapping.
type format struct {
	sheet, encoding, delimiter string
}

const (
	maxColumns = 1000
	maxRecord  = 1 << 20
	chunkSize  = 64 << 10 // bytes read at a time
)

// openTable finds out what the file is by its first bytes and reads its header.
func openTable(open opener, f format) (table, error) {
	src, err := open()
	if err != nil {
		return nil, err
	}
	t, err := openBytes(src, open, f)
	if err != nil {
		return nil, errors.Join(err, src.Close())
	}
	if len(t.header()) > maxColumns {
		return nil, errors.Join(fault.BadField("file", "has more than %d columns", maxColumns), t.Close())
	}
	return t, nil
}

func openBytes(src io.ReadCloser, open opener, f format) (table, error) {
	in := bufio.NewReaderSize(src, chunkSize)
	head, _ := in.Peek(4)
	switch {
	case len(head) == 0:
		return nil, fault.BadField("file", "is empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return openXLSX(in, src, f.sheet)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return openGzip(in, src, open, f)
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, fault.BadField("file", "is an old .xls workbook or has a password; save it as .xlsx or CSV")
	}
	charset, err := charsetOf(open, f.encoding)
	if err != nil {
		return nil, err
	}
	return openCSV(charset.reader(in), src, f.delimiter)
}

func openGzip(in io.Reader, src io.Closer, open opener, f format) (table, error) {
	inner := func() (io.ReadCloser, error) {
		again, err := open()
		if err != nil {
			return nil, err
		}
		zr, err := gzip.NewReader(bufio.NewReaderSize(again, chunkSize))
		if err != nil {
			return nil, errors.Join(badGzip(), again.Close())
		}
		return joined{zr, again}, nil
	}
	charset, err := charsetOf(inner, f.encoding)
	if err != nil {
		return nil, err
	}
	zr, err := gzip.NewReader(in)
	if err != nil {
		return nil, badGzip()
	}
	return openCSV(charset.reader(bufio.NewReaderSize(zr, chunkSize)), src, f.delimiter)
}

func badGzip() error { return fault.BadField("file", "is not a whole gzip file") }

// joined reads from one thing and closes another.
type joined struct {
	io.Reader
	io.Closer
}

func trimHeader(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.TrimSpace(strings.TrimPrefix(c, "\ufeff"))
	}
	return out
}
