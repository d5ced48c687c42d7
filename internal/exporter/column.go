package exporter

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"yutang/internal/fault"
)

// Column is one column of a file: what of a customer, under which header.
type Column struct {
	Field  string `json:"field" doc:"a field, or trait:NAME"`
	Header string `json:"header,omitempty" maxLength:"100" doc:"the field's name if absent"`
}

// Fields are what of a customer a column can hold, beside traits.
var Fields = []string{
	"id", "name", "phone", "email", "tags", "aipl", "aarrr", "tier", "orders", "net_revenue", "currency", "last_order", "channel", "staff",
	"first_seen", "last_seen", "events",
}

// traitPrefix leads the field of a trait.
const traitPrefix = "trait:"

// maxColumns is how many columns a file may have.
const maxColumns = 100

// checkColumns refuses what is no field, and fills in the headers that are left out.
func checkColumns(columns []Column) ([]Column, error) {
	if len(columns) == 0 || len(columns) > maxColumns {
		return nil, fault.BadField("/columns", "wants 1 to %d columns", maxColumns)
	}
	out := slices.Clone(columns)
	for i, c := range out {
		name, isTrait := strings.CutPrefix(c.Field, traitPrefix)
		if isTrait && name == "" || !isTrait && !slices.Contains(Fields, c.Field) {
			return nil, fault.BadField("/columns/"+strconv.Itoa(i)+"/field", "must be one of %s, or trait:NAME", strings.Join(Fields, ", "))
		}
		if c.Header == "" {
			out[i].Header = strings.TrimPrefix(c.Field, traitPrefix)
		}
	}
	return out, nil
}

// byteOrder tells spreadsheets that the text is UTF-8.
const byteOrder = "\ufeff"

// Head begins a CSV file.
func Head(w io.Writer, columns []Column) error {
	if _, err := io.WriteString(w, byteOrder); err != nil {
		return err
	}
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = c.Header
	}
	return Lines(w, [][]string{head})
}

// Lines writes rows as CSV in which no cell is run by a spreadsheet.
func Lines(w io.Writer, rows [][]string) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, cells := range rows {
		if err := out.Write(inert(cells)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// inert keeps spreadsheets from running a cell: one that begins like a formula begins with
// an apostrophe. Numbers stay numbers.
func inert(cells []string) []string {
	for i, c := range cells {
		if c == "" || !strings.ContainsRune("=+-@\t\r\n", rune(c[0])) {
			continue
		}
		if _, err := strconv.ParseFloat(c, 64); err != nil || c[0] == '+' {
			cells[i] = "'" + c
		}
	}
	return cells
}
