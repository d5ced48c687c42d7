package planner

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"yutang/internal/job"
)

// notice is what a corp's people are told.
type notice struct {
	Corp string `json:"corp"`
	Text string `json:"text"`
}

// told are the corps whose people hear of alarms.
func (s *Service) told(ctx context.Context) ([]string, error) {
	if s.Tell == nil || s.Jobs == nil {
		return nil, nil
	}
	return s.Tell.Corps(ctx)
}

// putTell puts a message for each corp, in ctx's transaction.
func (s *Service) putTell(ctx context.Context, corps []string, fresh []Alarm) error {
	if len(fresh) == 0 {
		return nil
	}
	for _, corp := range corps {
		payload, err := json.Marshal(notice{corp, words(fresh)})
		if err != nil {
			return fmt.Errorf("tell of alarms: %w", err)
		}
		now := s.Clock.Now()
		key := fmt.Sprintf("%s/%s/%d", fresh[0].Plan, corp, now.UnixMilli())
		if err := s.Jobs.Put(ctx, job.Job{Kind: tellKind, Key: key, Queue: corp, Due: now, Payload: payload}); err != nil {
			return fmt.Errorf("tell of alarms: %w", err)
		}
	}
	return nil
}

func (s *Service) tell(ctx context.Context, j job.Job) error {
	var n notice
	if err := json.Unmarshal(j.Payload, &n); err != nil {
		return fmt.Errorf("read what to tell of alarms: %w", err)
	}
	return s.Tell.Tell(ctx, n.Corp, n.Text)
}

// The nodes in the words of staff.
var nodeWords = map[string]string{
	NodeRevenue: "收入", NodeOrders: "订单", NodeBuyers: "购买客户", NodeReturning: "复购客户", NodeFirstTime: "首购客户", NodeAdds: "新增好友",
	NodeBudget: "费用", NodeTouches: "触达", NodeTasks: "任务", NodeLoyal: "忠诚客户", NodeReferred: "转介绍客户", NodeInterest: "新增兴趣客户",
}

// shownAlarms is how many one message names.
const shownAlarms = 8

// words is the message about alarms of one plan and day.
func words(list []Alarm) string {
	var b strings.Builder
	fmt.Fprintf(&b, "增长规划「%s」%s 有 %d 项偏离计划：", list[0].Name, list[0].Day, len(list))
	for i, a := range list {
		if i == shownAlarms {
			fmt.Fprintf(&b, "\n… 另有 %d 项", len(list)-shownAlarms)
			break
		}
		name := nodeWords[a.Node]
		if a.Channel != "" {
			name += "（" + a.Channel + "）"
		}
		kind := "落后"
		if a.Kind == "over" {
			kind = "超出"
		}
		fmt.Fprintf(&b, "\n· %s：%s，计划至今 %s，实际 %s", name, kind, amount(a.Planned), amount(a.Actual))
	}
	return b.String()
}

func amount(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
