package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"yutang/internal/app"
	"yutang/internal/wecomsim"
)

// covers: I4
func TestPlans_ManagersAreToldOfAlarms(t *testing.T) {
	t.Parallel()
	s := serve(t, app.Config{})
	r := connectCorp(t, s, wecomsim.Config{})
	const boss = "boss"
	if err := r.sim.PutMember(wecomsim.NewMember{User: boss, Name: "店长", Departments: []int64{1}}); err != nil {
		t.Fatal(err)
	}
	url := s.ok("GET", "/wecom/corps/"+simCorp, nil).Get("base_url").String()
	s.ok("PUT", "/wecom/corps/"+simCorp, map[string]any{"name": "Simulated", "base_url": url, "settings": map[string]any{"managers": []string{boss}}})
	today := s.clock.Now().UTC()
	s.ok("POST", "/insight/plans", map[string]any{"name": "May", "scenario": map[string]any{
		"target": 9_000_000, "from": today.Format(time.DateOnly), "to": today.AddDate(0, 0, 29).Format(time.DateOnly), "timezone": "UTC",
		"overrides": map[string]any{"average_order": 100},
	}})
	s.clock.Advance(15 * 24 * time.Hour)
	if err := s.app.Idle(context.Background()); err != nil {
		t.Fatal(err)
	}
	if list := s.ok("GET", "/insight/plans/alarms", nil).Get("items"); told(r.sim.AppMessages(boss)) != 1 || list.Get("0.name").String() != "May" {
		t.Errorf("told %d times of %s", told(r.sim.AppMessages(boss)), list.Raw)
	}
}

// told counts the messages about the plan.
func told(list []wecomsim.AppMessage) (n int) {
	for _, m := range list {
		if strings.Contains(string(m.Body), "增长规划「May」") {
			n++
		}
	}
	return n
}
