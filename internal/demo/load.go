package demo

import (
	"context"
	"fmt"
	"io"

	"yutang/internal/demo/retail"
	"yutang/internal/importer"
	"yutang/internal/importer/importcli"
)

// history is the past that the demo loads and learns from.
type history struct {
	csv  func() io.ReadCloser
	each func(visit func(retail.Line) error) error
}

var onlineRetail = history{retail.CSV, retail.Each}

// Load imports the history with a progress bar and prints a summary. A second Load adds
// nothing.
func Load(ctx context.Context, d Deps) (*importer.Job, error) {
	return d.load(ctx, onlineRetail)
}

func (d Deps) load(ctx context.Context, h history) (*importer.Job, error) {
	in := h.csv()
	defer in.Close()
	fmt.Fprintln(d.Out, "Loading the Online Retail history (D. Chen, UCI Machine Learning Repository, CC BY 4.0)")
	up := importer.Upload{Kind: importer.Orders, Name: "online_retail.csv", Source: Source, Mapping: mapping, Body: in}
	screen := importcli.Screen{Out: d.Out, Terminal: d.Terminal, Clock: d.Clock}
	return importcli.Import(ctx, d.Importer, up, screen, func() ([]importcli.Line, error) {
		t, err := d.Totals(ctx)
		return []importcli.Line{
			{Name: "customers", Figure: importcli.Grouped(int64(t.Customers))},
			{Name: "net revenue", Figure: importcli.GroupedDecimal(t.NetRevenue.String()), Note: t.NetRevenue.Currency + ", refunds taken off"},
		}, err
	})
}
