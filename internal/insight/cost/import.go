package cost

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/money"
)

// Mapping says which column of a file is which field of a row.
type Mapping map[string]string

// usualHeaders are the headers, in lower case and without separators, that need no mapping.
var usualHeaders = map[string][]string{
	"date":     {"date", "day", "from", "start", "startdate", "日期", "时间", "开始日期", "投放日期", "费用日期"},
	"to":       {"to", "end", "enddate", "until", "结束日期", "截止日期"},
	"channel":  {"channel", "source", "medium", "渠道", "渠道名称", "来源", "投放渠道", "媒体"},
	"staff":    {"staff", "userid", "member", "员工", "员工账号", "员工id", "成员", "导购", "负责人"},
	"campaign": {"campaign", "campaignname", "活动", "活动名称", "计划", "推广计划", "广告计划"},
	"phase":    {"phase", "stage", "阶段"},
	"amount":   {"amount", "cost", "spend", "expense", "金额", "费用", "花费", "消耗", "成本", "支出"},
	"currency": {"currency", "币种", "货币"},
	"note":     {"note", "remark", "memo", "comment", "备注", "说明"},
}

// Rejected is a row of a file that was not taken.
type Rejected struct {
	Line   int // from 1
	Column string
	Reason string
}

// maxRejected is how many rejected rows an answer tells of.
const maxRejected = 1000

// Report says what became of a file.
type Report struct {
	Encoding   string
	Mapping    Mapping
	Rows       int
	Added      int
	Duplicates int // were there before
	Rejected   int
	Rejects    []Rejected // the first of them
}

// Import takes the rows of a CSV file. What is wrong is rejected row by row. A nil mapping
// is found by the usual headers. Errors: invalid, when the file or the mapping as a whole
// cannot be used.
func (s *Service) Import(ctx context.Context, raw []byte, m Mapping, by string) (Report, error) {
	if len(raw) > MaxFile {
		return Report{}, fault.BadField("/file", "is larger than %d bytes; split it", MaxFile)
	}
	text, charset, err := decode(raw)
	if err != nil {
		return Report{}, err
	}
	header, records, err := readTable(text)
	if err != nil {
		return Report{}, err
	}
	f := &file{service: s, by: by, at: s.Clock.Now().UTC().Truncate(time.Millisecond), header: header, seen: map[string]int{}}
	f.out = Report{Encoding: charset, Rows: len(records)}
	if f.out.Mapping, err = f.bind(m); err != nil {
		return Report{}, err
	}
	for _, rec := range records {
		f.take(rec)
	}
	return f.out, f.store(ctx)
}

// file is a file on its way in.
type file struct {
	service *Service
	by      string
	at      time.Time
	header  []string
	place   map[string]int // of fields among the columns
	rows    []Row
	seen    map[string]int // equal rows before
	out     Report
}

// bind finds the columns of fields.
func (f *file) bind(m Mapping) (Mapping, error) {
	if len(m) == 0 {
		m = automap(f.header)
	}
	f.place = map[string]int{}
	for _, field := range slices.Sorted(maps.Keys(m)) {
		if _, ok := usualHeaders[field]; !ok {
			return nil, fault.BadField("/map/"+field, "is no field; the fields are %s", strings.Join(slices.Sorted(maps.Keys(usualHeaders)), ", "))
		}
		at := slices.Index(f.header, m[field])
		if at < 0 {
			return nil, fault.BadField("/map/"+field, "the file has no column %q", m[field])
		}
		f.place[field] = at
	}
	for _, field := range []string{"date", "amount"} {
		if _, ok := f.place[field]; !ok {
			return nil, fault.BadField("/map/"+field, "no column of the file is it; give a mapping, or name a column %q", usualHeaders[field][0])
		}
	}
	return m, nil
}

func automap(header []string) Mapping {
	m := Mapping{}
	for _, column := range header {
		plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "", ".", "", "(元)", "", "（元）", "").Replace(column))
		for _, field := range slices.Sorted(maps.Keys(usualHeaders)) {
			if _, taken := m[field]; !taken && slices.Contains(usualHeaders[field], plain) {
				m[field] = column
				break
			}
		}
	}
	return m
}

// take reads one record.
func (f *file) take(rec record) {
	if rec.bad == "" && len(rec.cells) != len(f.header) {
		rec.bad = fmt.Sprintf("has %d columns, the header has %d", len(rec.cells), len(f.header))
	}
	if rec.bad != "" {
		f.reject(rec.line, "", rec.bad)
		return
	}
	r, field, reason := f.read(rec.cells)
	if reason != "" {
		f.reject(rec.line, f.out.Mapping[field], reason)
		return
	}
	r.mark = f.mark(r)
	f.rows = append(f.rows, r)
}

func (f *file) reject(line int, column, reason string) {
	f.out.Rejected++
	if len(f.out.Rejects) < maxRejected {
		f.out.Rejects = append(f.out.Rejects, Rejected{line, column, reason})
	}
}

// read makes a row, or names the field at fault.
func (f *file) read(cells []string) (r Row, field, reason string) {
	cell := func(field string) string {
		if at, ok := f.place[field]; ok {
			return strings.TrimSpace(cells[at])
		}
		return ""
	}
	r = Row{
		Channel: cell("channel"), Staff: cell("staff"), Campaign: cell("campaign"), Phase: cell("phase"), Currency: cell("currency"),
		Note: cell("note"), Origin: Imported, CreatedAt: f.at, CreatedBy: f.by,
	}
	var ok bool
	if r.First, ok = readDay(cell("date")); !ok {
		return r, "date", "is no day; write 2026-01-31"
	}
	if to := cell("to"); to != "" {
		if r.Last, ok = readDay(to); !ok {
			return r, "to", "is no day; write 2026-01-31"
		}
	}
	amount, err := money.Parse(plainAmount(cell("amount")), f.service.Currency())
	if err != nil {
		return r, "amount", "is no amount; write 1234.50"
	}
	r.Amount = amount.Minor
	if err := f.service.check(&r); err != nil {
		field, reason = told(err)
		return r, field, reason
	}
	return r, "", ""
}

// told is the field and the reason of a fault.
func told(err error) (field, reason string) {
	f, ok := err.(*fault.Error) //nolint:errorlint // check gives nothing else
	if !ok || len(f.Fields) == 0 {
		return "", err.Error()
	}
	return strings.TrimPrefix(f.Fields[0].Pointer, "/"), f.Fields[0].Detail
}

var dayLayouts = []string{"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2006年1月2日"}

// readDay reads a day as people write it, with or without a time of day.
func readDay(text string) (Day, bool) {
	text, _, _ = strings.Cut(text, " ")
	text, _, _ = strings.Cut(text, "T")
	for _, layout := range dayLayouts {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 1 {
			return DayOf(t), true
		}
	}
	return 0, false
}

var unadorned = strings.NewReplacer(",", "", "，", "", "¥", "", "￥", "", "元", "", " ", "", "+", "")

func plainAmount(text string) string { return unadorned.Replace(text) }

// mark is the fingerprint of a row among the equal rows of the file.
func (f *file) mark(r Row) string {
	text := strings.Join([]string{
		r.First.String(), r.Last.String(), r.Channel, r.Staff, r.Campaign, r.Phase, strconv.FormatInt(r.Amount, 10), r.Note,
	}, "\x00")
	f.seen[text]++
	b := f.service.Box.Blind("cost_row", text+"\x00"+strconv.Itoa(f.seen[text]))
	return hex.EncodeToString(b[:])
}

// store keeps what is new.
func (f *file) store(ctx context.Context) error {
	err := f.service.DB.InTx(ctx, func(ctx context.Context) error {
		known, err := f.service.marks(ctx)
		if err != nil {
			return err
		}
		fresh := slices.DeleteFunc(f.rows, func(r Row) bool { return known[r.mark] })
		for i := range fresh {
			fresh[i].ID = id.New("cost")
		}
		f.out.Added = len(fresh)
		f.out.Duplicates = f.out.Rows - f.out.Rejected - f.out.Added
		return f.service.insert(ctx, fresh)
	})
	if err != nil {
		return fmt.Errorf("import costs: %w", err)
	}
	return nil
}
