package importcli

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/importer"
)

// story is an importer that reports and ends as told.
type story struct {
	reports []importer.Progress
	job     *importer.Job
	err     error
	clock   *clock.Manual
}

func (s *story) Import(_ context.Context, _ importer.Upload, report func(importer.Progress)) (*importer.Job, error) {
	for _, p := range s.reports {
		s.clock.Advance(time.Second)
		report(p)
	}
	return s.job, s.err
}

func TestImport_ShowsProgressAndSummary(t *testing.T) {
	t.Parallel()
	clk := clock.NewManual(time.Unix(1e9, 0))
	imp := &story{clock: clk, reports: []importer.Progress{
		{Counting: true, Rows: 8192},
		{Rows: 500_000, Total: 1_000_000, Rate: 250_000, Left: 2 * time.Second},
		{Rows: 1_000_000, Total: 1_000_000, Rate: 250_000},
	}, job: &importer.Job{
		Kind: importer.Orders, Total: 1_000_000, Accepted: 999_990, Rejected: 10, Events: 1234,
		Reasons: map[string]int64{"few": 1, "many": 9},
	}}
	more := func() ([]Line, error) { return []Line{{"customers", "7", ""}}, nil }
	for terminal, want := range map[bool]string{
		false: "counting rows: 8,192\n" +
			"[██████████████████████████████] 100 %  1,000,000 of 1,000,000 rows  250,000 rows/s  0s left\n",
		true: "\rcounting rows: 8,192\x1b[K" +
			"\r[███████████████···············]  50 %  500,000 of 1,000,000 rows  250,000 rows/s  2s left\x1b[K" +
			"\r[██████████████████████████████] 100 %  1,000,000 of 1,000,000 rows  250,000 rows/s  0s left\x1b[K\n",
	} {
		var out bytes.Buffer
		if _, err := Import(context.Background(), imp, importer.Upload{}, Screen{&out, terminal, clk}, more); err != nil {
			t.Fatal(err)
		}
		want += "" +
			"        rows  1,000,000  in 3.0 s\n" +
			"    accepted    999,990  as 1,234 orders and refunds\n" +
			"  duplicates          0  exact duplicate lines, or stored before\n" +
			"    rejected         10  \n" +
			"                      9  many\n" +
			"                      1  few\n" +
			"   customers          7  \n"
		if out.String() != want {
			t.Errorf("terminal %v:\n%q\nwant\n%q", terminal, out.String(), want)
		}
	}
	imp.err = errors.New("no")
	if _, err := Import(context.Background(), imp, importer.Upload{}, Screen{&bytes.Buffer{}, false, clk}, more); err == nil {
		t.Error("the error is lost")
	}
}

func TestGroupedDecimal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"1": "1", "999": "999", "1000": "1,000", "-1234567.80": "-1,234,567.80", "-999": "-999"} {
		if got := GroupedDecimal(in); got != want {
			t.Errorf("%s is written %s, want %s", in, got, want)
		}
	}
	if strings.Contains(Grouped(123), ",") {
		t.Error("123 has no thousands")
	}
}
