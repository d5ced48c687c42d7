package livecode

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yutang/internal/fault"
)

// Limits of a batch.
const (
	MaxBatchRows  = 20_000
	MaxBatchBytes = 8 << 20
)

// Reject is a row of a file that made no code, and why.
type Reject struct {
	Line   int    `json:"line"`
	Column string `json:"column,omitempty"`
	Reason string `json:"reason" say:"zh"`
}

// row is a readable row of a file.
type row struct {
	line int
	spec Spec
}

// columns maps the headings that are understood to fields.
var columns = map[string]string{
	"name": "name", "名称": "name", "活码名称": "name",
	"channel": "channel", "渠道": "channel",
	"staff": "staff", "员工": "staff", "成员": "staff",
	"backup": "backup", "备用员工": "backup", "备用": "backup",
	"tags": "tags", "标签": "tags",
	"place": "place", "地点": "place", "门店": "place",
	"remark": "remark", "备注": "remark",
	"daily_cap": "daily_cap", "每日上限": "daily_cap",
	"skip_verify": "skip_verify", "免验证": "skip_verify", "自动通过": "skip_verify",
}

// pointers maps the first part of a field pointer back to a column.
var pointers = map[string]string{"members": "staff", "schedule": "staff"}

// parseBatch reads a CSV file in UTF-8 or GB18030. What a row leaves empty comes from
// defaults. Rows that cannot be are rejected; only a file without usable headings, or too
// large, is an error.
func parseBatch(raw []byte, defaults Spec, now time.Time) ([]row, []Reject, error) {
	if len(raw) > MaxBatchBytes {
		return nil, nil, fault.BadField("file", "has more than %d MB", MaxBatchBytes>>20)
	}
	r := csv.NewReader(bytes.NewReader(asUTF8(raw)))
	r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = -1, true, true
	fields, err := headings(r)
	if err != nil {
		return nil, nil, err
	}
	var rows []row
	var rejects []Reject
	names := map[string]int{}
	for {
		cells, err := r.Read()
		line, _ := r.FieldPos(0)
		switch {
		case errors.Is(err, io.EOF):
			return rows, rejects, nil
		case err != nil:
			return nil, nil, fault.BadField("file", "cannot be read as CSV: %v", err)
		case len(rows)+len(rejects) >= MaxBatchRows:
			return nil, nil, fault.BadField("file", "has more than %d rows; split it", MaxBatchRows)
		case blank(cells):
			continue
		}
		spec, reject := readRow(fields, cells, defaults)
		if reject == nil {
			reject = rejectOf(spec.Check(now))
		}
		if first := names[spec.Name]; reject == nil && first > 0 {
			reject = &Reject{Column: "name", Reason: fmt.Sprintf("stands already on line %d", first)}
		}
		if reject != nil {
			reject.Line = line
			rejects = append(rejects, *reject)
			continue
		}
		names[spec.Name] = line
		rows = append(rows, row{line, spec})
	}
}

// asUTF8 is the file as UTF-8 without a byte order mark. What is not UTF-8 is taken for
// GB18030, which contains GBK.
func asUTF8(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if utf8.Valid(raw) {
		return raw
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil {
		return bytes.ToValidUTF8(raw, []byte("\ufffd"))
	}
	return out
}

// headings reads the first row: which field each column is, "" for one that is not known.
func headings(r *csv.Reader) ([]string, error) {
	cells, err := r.Read()
	if err != nil {
		return nil, fault.BadField("file", "is empty or no CSV; the first row names the columns")
	}
	fields := make([]string, len(cells))
	for i, cell := range cells {
		f := columns[strings.ToLower(strings.TrimSpace(cell))]
		if f != "" && slices.Contains(fields[:i], f) {
			return nil, fault.BadField("file", "has the column %s twice", f)
		}
		fields[i] = f
	}
	if !slices.Contains(fields, "name") {
		return nil, fault.BadField("file", "has no column name (名称); known are name, channel, staff, backup, tags, place, remark, daily_cap, skip_verify")
	}
	return fields, nil
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// readRow writes the cells over the defaults.
func readRow(fields, cells []string, defaults Spec) (Spec, *Reject) {
	spec := defaults
	spec.Members, spec.Tags = slices.Clone(defaults.Members), slices.Clone(defaults.Tags)
	dailyCap := -1
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" || i >= len(fields) {
			continue
		}
		var err error
		switch fields[i] {
		case "name":
			spec.Name = cell
		case "channel":
			spec.Channel = cell
		case "place":
			spec.Place = cell
		case "remark":
			spec.Remark = cell
		case "staff":
			spec.Members, err = readMembers(cell)
		case "backup":
			spec.Backup = split(cell)
		case "tags":
			spec.Tags = split(cell)
		case "daily_cap":
			dailyCap, err = strconv.Atoi(cell)
		case "skip_verify":
			spec.SkipVerify, err = readBool(cell)
		}
		if err != nil {
			return spec, &Reject{Column: fields[i], Reason: "cannot be read: " + strings.ToValidUTF8(cut(cell, 40), "?")}
		}
	}
	if dailyCap >= 0 {
		for i := range spec.Members {
			spec.Members[i].DailyCap = dailyCap
		}
	}
	return spec, nil
}

// split reads a list in a cell. Western and Chinese separators are understood.
func split(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(";,|；，、 \n\t", r) })
}

// readMembers reads "zhang;li:3": userids with weights.
func readMembers(cell string) ([]Member, error) {
	var out []Member
	for _, part := range split(cell) {
		user, weight, found := strings.Cut(strings.ReplaceAll(part, "：", ":"), ":")
		m := Member{User: user}
		if found {
			n, err := strconv.Atoi(weight)
			if err != nil {
				return nil, err
			}
			m.Weight = n
		}
		out = append(out, m)
	}
	return out, nil
}

func readBool(cell string) (bool, error) {
	switch strings.ToLower(cell) {
	case "是", "1", "true", "yes", "y":
		return true, nil
	case "否", "0", "false", "no", "n":
		return false, nil
	}
	return false, errors.New("neither yes nor no")
}

// rejectOf is the first fault of a spec as a row's.
func rejectOf(err error) *Reject {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if !asFault(err, &f) || len(f.Fields) == 0 {
		return &Reject{Reason: err.Error()}
	}
	column, _, _ := strings.Cut(strings.TrimPrefix(f.Fields[0].Pointer, "/"), "/")
	if c := pointers[column]; c != "" {
		column = c
	}
	return &Reject{Column: column, Reason: f.Fields[0].Detail}
}
