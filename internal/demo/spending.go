package demo

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"
)

// grossMargin and teamCost are what the demo brand says of itself. They are made up, as
// is what it spends: the history of the shop has no costs.
const (
	grossMargin  = 0.42
	teamCost     = 5_200 // GBP a month
	monthsTarget = 120_000
)

// spent is what a channel cost in a month, in GBP.
var spent = map[string]float64{
	"parcel": 180, "store": 420, "live": 450, "xiaohongshu": 280, "mp": 90, "member-day": 60, "ads": 360, "douyin": 150,
}

// spending enters what the channels cost since they began, the margin and a plan for the month, where there are none.
func (c *setup) spending(ctx context.Context) error {
	had, err := c.api.do(ctx, "GET", "/insight/costs?limit=1", nil)
	if err != nil || had.Get("items.#").Int() > 0 {
		return err
	}
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	now := c.d.Clock.Now()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for from := now.Add(-weeksBefore); from.Before(first.AddDate(0, 1, 0)); {
		month := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
		last := month.AddDate(0, 1, -1)
		share := float64(last.Day()-from.Day()+1) / float64(last.Day())
		for _, key := range slices.Sorted(maps.Keys(spent)) {
			if _, err := c.api.do(ctx, "POST", "/insight/costs", map[string]any{
				"date": day(from), "to": day(last), "channel": key, "amount": math.Round(spent[key] * share), "note": "演示数据",
			}); err != nil {
				return err
			}
		}
		from = month.AddDate(0, 1, 0)
	}
	if _, err := c.api.do(ctx, "PUT", "/insight/boards/settings", map[string]any{"gross_margin": grossMargin, "team_cost_per_month": teamCost}); err != nil {
		return err
	}
	_, err = c.api.do(ctx, "POST", "/insight/plans", map[string]any{
		"name": "本月收入目标", "note": "演示数据：转化率取自 2010-11 至 2011-10 的真实订单",
		"scenario": map[string]any{
			"target": monthsTarget, "from": day(first), "to": day(first.AddDate(0, 1, -1)), "history_from": "2010-11-01", "history_to": "2011-10-31",
		},
	})
	return err
}
