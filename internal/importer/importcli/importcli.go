// Package importcli shows an import on a terminal: a progress bar while it runs (plain
// lines where the output is not a terminal) and a summary when it is done.
package importcli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"yutang/internal/clock"
	"yutang/internal/importer"
)

// Importer takes in a file; importer.Service is one.
type Importer interface {
	Import(ctx context.Context, up importer.Upload, report func(importer.Progress)) (*importer.Job, error)
}

// Screen is where to show it.
type Screen struct {
	Out      io.Writer
	Terminal bool // Out can move its cursor
	Clock    clock.Clock
}

// Line is one line of the summary.
type Line struct{ Name, Figure, Note string }

// Import runs an import with its progress shown, and prints the summary. more gives lines
// to add to the summary; it may be nil.
func Import(ctx context.Context, imp Importer, up importer.Upload, s Screen, more func() ([]Line, error)) (*importer.Job, error) {
	b := &bar{Screen: s}
	began := s.Clock.Now()
	job, err := imp.Import(ctx, up, b.show)
	b.end()
	if err != nil {
		return job, err
	}
	lines := summary(job, s.Clock.Now().Sub(began).Seconds())
	if more != nil {
		added, err := more()
		if err != nil {
			return job, err
		}
		lines = append(lines, added...)
	}
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t  %s\n", l.Name, l.Figure, l.Note)
	}
	return job, w.Flush()
}

func summary(j *importer.Job, seconds float64) []Line {
	lines := []Line{
		{"rows", Grouped(j.Total), fmt.Sprintf("in %.1f s", seconds)},
		{"accepted", Grouped(j.Accepted), stored(j)},
		{"duplicates", Grouped(j.Duplicates), "exact duplicate lines, or stored before"},
		{"rejected", Grouped(j.Rejected), ""},
	}
	for _, reason := range sortedReasons(j.Reasons) {
		lines = append(lines, Line{"", Grouped(j.Reasons[reason]), reason})
	}
	return lines
}

func stored(j *importer.Job) string {
	if j.Kind == importer.Orders {
		return fmt.Sprintf("as %s orders and refunds", Grouped(j.Events))
	}
	return ""
}

// sortedReasons gives reasons, the commonest first.
func sortedReasons(reasons map[string]int64) []string {
	out := make([]string, 0, len(reasons))
	for reason := range reasons {
		out = append(out, reason)
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(reasons[b], reasons[a]), cmp.Compare(a, b))
	})
	return out
}

// Grouped writes n with commas between thousands.
func Grouped(n int64) string { return GroupedDecimal(fmt.Sprint(n)) }

// GroupedDecimal puts commas between the thousands of a decimal.
func GroupedDecimal(s string) string {
	whole, frac, dot := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-")
	sign := whole[:len(whole)-len(digits)]
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if dot {
		digits += "." + frac
	}
	return sign + digits
}
