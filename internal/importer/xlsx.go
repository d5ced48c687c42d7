package importer

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yutang/internal/fault"
)

// maxWorkbook bounds what a workbook may unpack to. It is held in memory: excelize would
// otherwise leave parts of it in clear in the machine's temporary directory.
const maxWorkbook = 512 << 20

// xlsxTable reads one sheet of a workbook. Cells come raw: numbers unformatted, dates as
// Excel's serial numbers.
type xlsxTable struct {
	book *excelize.File
	rows *excelize.Rows
	src  io.Closer
	head []string
	line int
}

func openXLSX(in io.Reader, src io.Closer, sheet string) (t table, err error) {
	defer survive(&err)
	book, err := excelize.OpenReader(in, excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxWorkbook, UnzipXMLSizeLimit: maxWorkbook,
	})
	if err != nil {
		return nil, fault.BadField("file", "is not a workbook that can be read: %v", err)
	}
	x := &xlsxTable{book: book, src: src}
	if err := x.open(sheet); err != nil {
		return nil, errors.Join(err, book.Close())
	}
	return x, nil
}

// survive makes an error of a panic: a broken workbook must not end the program.
func survive(err *error) {
	if p := recover(); p != nil {
		*err = fault.BadField("file", "is not a workbook that can be read: %v", p)
	}
}

func (t *xlsxTable) open(sheet string) (err error) {
	sheets := t.book.GetSheetList()
	if sheet == "" && len(sheets) > 0 {
		sheet = sheets[0]
	}
	if !slices.Contains(sheets, sheet) {
		return fault.BadField("/sheet", "the workbook has no sheet %q; it has %s", sheet, strings.Join(sheets, ", "))
	}
	if t.rows, err = t.book.Rows(sheet); err != nil {
		return fault.BadField("file", "the sheet cannot be read: %v", err)
	}
	head, err := t.next()
	if errors.Is(err, io.EOF) {
		return fault.BadField("file", "is empty")
	}
	t.head = trimHeader(head.cells)
	return err
}

func (t *xlsxTable) header() []string { return t.head }
func (t *xlsxTable) excel() bool      { return true }

// next gives the next row that is not empty, filled up to the width of the header.
func (t *xlsxTable) next() (r row, err error) {
	defer survive(&err)
	for t.rows.Next() {
		if t.line++; t.line > excelize.TotalRows {
			return row{}, fault.BadField("file", "has a row beyond %d, which no workbook has", excelize.TotalRows)
		}
		cells, err := t.rows.Columns()
		if err != nil {
			return row{}, fault.BadField("file", "row %d cannot be read: %v", t.line, err)
		}
		if !slices.ContainsFunc(cells, func(c string) bool { return c != "" }) {
			continue
		}
		for i, c := range cells {
			cells[i] = shortNumber(c)
		}
		for len(cells) < len(t.head) {
			cells = append(cells, "")
		}
		if t.head != nil {
			cells = cells[:len(t.head)]
		}
		return row{line: t.line, cells: cells}, nil
	}
	if err := t.rows.Error(); err != nil {
		return row{}, fault.BadField("file", "the sheet cannot be read: %v", err)
	}
	return row{}, io.EOF
}

// shortNumber writes a number as a person typed it: Excel keeps 2.55 as
// 2.5499999999999998 and 12345678901.5 as 1.23456789015E10.
func shortNumber(cell string) string {
	if !strings.Contains(cell, ".") || (len(cell) < 16 && !strings.Contains(cell, "E")) {
		return cell
	}
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil || n > 1e15 || n < -1e15 {
		return cell
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// Close frees the workbook and closes the file.
func (t *xlsxTable) Close() error { return errors.Join(t.rows.Close(), t.book.Close(), t.src.Close()) }
