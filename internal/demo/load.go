package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"yutang/internal/demo/retail"
	"yutang/internal/importer"
)

// Load imports the history with a progress bar and prints a summary. A second Load adds
// nothing.
func Load(ctx context.Context, d Deps) (*importer.Job, error) {
	history := retail.CSV()
	defer history.Close()
	bar := &bar{out: d.Out, terminal: d.Terminal, clock: d.Clock}
	fmt.Fprintf(d.Out, "Loading the Online Retail history (%s order lines; D. Chen, UCI, CC BY 4.0)\n", grouped(retail.Rows))
	began := d.Clock.Now()
	job, err := d.Importer.Import(ctx, importer.Upload{
		Kind: importer.Orders, Name: "online_retail.csv", Source: Source, Mapping: mapping, Body: history,
	}, bar.show)
	bar.end()
	if err != nil {
		return nil, err
	}
	took := d.Clock.Now().Sub(began)
	totals, err := d.Totals(ctx)
	if err != nil {
		return nil, err
	}
	return job, summary(d.Out, job, totals, took.Seconds())
}

// summary prints what became of the rows.
func summary(out io.Writer, j *importer.Job, t Totals, seconds float64) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, n int64, note string) { fmt.Fprintf(w, "%s\t%s\t  %s\n", name, grouped(n), note) }
	row("rows", j.Total, fmt.Sprintf("in %.1f s", seconds))
	row("accepted", j.Accepted, fmt.Sprintf("as %s orders and refunds", grouped(j.Events)))
	row("duplicates", j.Duplicates, "exact duplicate lines, or stored before")
	row("rejected", j.Rejected, "")
	for _, reason := range sortedReasons(j.Reasons) {
		row("", j.Reasons[reason], reason)
	}
	row("customers", int64(t.Customers), "")
	fmt.Fprintf(w, "net revenue\t%s\t  %s, refunds taken off\n", groupedDecimal(t.NetRevenue.String()), t.NetRevenue.Currency)
	return w.Flush()
}

// grouped writes n with commas between thousands.
func grouped(n int64) string { return groupedDecimal(fmt.Sprint(n)) }

func groupedDecimal(s string) string {
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
