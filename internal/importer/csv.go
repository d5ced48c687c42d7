package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"yutang/internal/fault"
)

// csvTable reads delimited text.
type csvTable struct {
	io.Closer
	guard *guard
	r     *csv.Reader
	head  []string
}

// openCSV reads the header. delimiter "" is the one of tab, comma and semicolon that
// occurs most in the first line.
func openCSV(in io.Reader, src io.Closer, delimiter string) (table, error) {
	lines := bufio.NewReaderSize(in, chunkSize)
	first, _ := lines.Peek(chunkSize)
	t := &csvTable{Closer: src, guard: &guard{r: lines}}
	t.r = csv.NewReader(t.guard)
	t.r.Comma = comma(first, delimiter)
	t.r.FieldsPerRecord = -1
	t.r.ReuseRecord = true
	t.guard.left = maxRecord
	head, err := t.r.Read()
	if err != nil {
		return nil, unreadable(err)
	}
	t.head = trimHeader(head)
	return t, nil
}

func comma(first []byte, delimiter string) rune {
	if delimiter != "" {
		return []rune(delimiter)[0]
	}
	line, _, _ := bytes.Cut(first, []byte("\n"))
	best, most := ',', bytes.Count(line, []byte(","))
	for _, c := range "\t;" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

func (t *csvTable) header() []string { return t.head }
func (t *csvTable) excel() bool      { return false }

// next gives the next record; one that breaks the rules of CSV comes as a bad row.
func (t *csvTable) next() (row, error) {
	t.guard.left = maxRecord
	cells, err := t.r.Read()
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &syntax) && syntax.Err == csv.ErrQuote && t.guard.ended,
		errors.As(err, &syntax) && t.guard.over:
		return row{}, unreadable(err)
	case errors.As(err, &syntax):
		return row{line: syntax.StartLine, bad: "the quotes of the line do not match"}, nil
	case errors.Is(err, io.EOF):
		return row{}, io.EOF
	case err != nil:
		return row{}, unreadable(err)
	}
	line, _ := t.r.FieldPos(0)
	if len(cells) != len(t.head) {
		return row{line: line, cells: cells, bad: fmt.Sprintf("has %d columns, the header has %d", len(cells), len(t.head))}, nil
	}
	return row{line: line, cells: cells}, nil
}

func unreadable(err error) error {
	if errors.Is(err, io.EOF) {
		return fault.BadField("file", "is empty")
	}
	var syntax *csv.ParseError
	if errors.As(err, &syntax) {
		return fault.BadField("file", "cannot be read after line %d: %v", syntax.StartLine, syntax.Err)
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	return fault.BadField("file", "cannot be read: %v", err)
}

// guard bounds how much one record may take: an open quote would swallow the file.
type guard struct {
	r     io.Reader
	left  int
	over  bool
	ended bool
}

func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		g.over = true
		return 0, fault.BadField("file", "has a record longer than %d bytes; is a quote not closed?", maxRecord)
	}
	n, err := g.r.Read(p)
	g.left -= n
	g.ended = g.ended || errors.Is(err, io.EOF)
	return n, err
}
