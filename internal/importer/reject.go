package importer

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"yutang/internal/seal"
)

// Rejected is a row that was not imported.
type Rejected struct {
	Line   int    // in the file, from 1
	Column string // at fault, "" if it is the row as a whole
	Reason string
}

// maxReasons bounds how many different reasons are counted; the rest count as others.
const maxReasons = 50

// rejects writes the file of rejected rows: line, column, reason and the original
// columns, sealed on disk.
type rejects struct {
	header []string // not written yet; nil once it is
	sealed *seal.FileWriter
	csv    *csv.Writer
	record []string
}

func rejectScope(id string) string { return "import_rejected/" + id + "/" }

func openRejects(path string, box *seal.Box, job *Job, header []string) (*rejects, error) {
	w, err := seal.OpenFileWriter(path, box, rejectScope(job.ID), job.rejectedBytes)
	if err != nil {
		return nil, err
	}
	r := &rejects{sealed: w, csv: csv.NewWriter(w)}
	if job.rejectedBytes == 0 {
		r.header = append([]string{"line", "column", "reason"}, header...)
	}
	return r, nil
}

func (r *rejects) add(it *item) error {
	if r.header != nil {
		if err := r.write(r.header); err != nil {
			return err
		}
		r.header = nil
	}
	return r.write(append([]string{strconv.Itoa(it.line), it.problem.column, it.problem.reason}, it.cells...))
}

func (r *rejects) write(cells []string) error {
	r.record = r.record[:0]
	for _, c := range cells {
		r.record = append(r.record, harmless(c))
	}
	return r.csv.Write(r.record)
}

// sync makes what was written durable and gives the size of the file.
func (r *rejects) sync() (int64, error) {
	r.csv.Flush()
	err := errors.Join(r.csv.Error(), r.sealed.Sync())
	return r.sealed.Size(), err
}

func (r *rejects) close() error {
	_, err := r.sync()
	return errors.Join(err, r.sealed.Close())
}

// harmless keeps a spreadsheet from running a cell as a formula. Plain numbers stay.
func harmless(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if _, ok := parseNumber(cell); ok {
		return cell
	}
	return "'" + cell
}

// readRejects gives the first n rejected rows of the file's text.
func readRejects(in io.Reader, n int) ([]Rejected, error) {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return nil, ignoreEOF(err)
	}
	var out []Rejected
	for len(out) < n {
		cells, err := r.Read()
		if err != nil {
			return out, ignoreEOF(err)
		}
		line, err := strconv.Atoi(cells[0])
		if err != nil {
			return out, err
		}
		out = append(out, Rejected{Line: line, Column: cells[1], Reason: cells[2]})
	}
	return out, nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
