package app

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/exporter"
	"yutang/internal/fault"
)

// buildExports makes the room of files of customers. Jobs, search and reports are there already.
func (a *App) buildExports() {
	sheet := &exporter.Sheet{Customers: a.customers, Identity: a.identity, StaffNames: a.staff.Names}
	a.exports = exporter.New(exporter.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Access: a.access, Timeline: a.timeline, Search: a.search,
		Zone: brandZone{a.access}.Zone, Dir: filepath.Join(a.Data, "exports"), Rows: sheet.Rows, People: a.behind,
	})
}

// behind finds the customers behind a number of a report.
func (a *App) behind(ctx context.Context, b exporter.Behind) (*roaring.Bitmap, error) {
	r, err := a.reports.Report(b.Report)
	if err != nil {
		return nil, err
	}
	people, err := r.People(ctx, b.Query, b.Cell)
	return people, fault.Moved(err, func(pointer string) string {
		if strings.HasPrefix(pointer, "/cell") {
			return "/behind" + pointer
		}
		return "/behind/query" + pointer
	})
}
