package check

import (
	"testing"
	"time"
)

func TestSince_IsSaidAsPeopleDo(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]Text{
		-time.Second:                 {"同步：刚刚", "synced just now"},
		0:                            {"同步：刚刚", "synced just now"},
		59 * time.Second:             {"同步：刚刚", "synced just now"},
		61 * time.Second:             {"同步：1 分钟前", "synced 1 minute ago"},
		3*time.Minute + time.Second:  {"同步：3 分钟前", "synced 3 minutes ago"},
		2*time.Hour + 59*time.Minute: {"同步：2 小时前", "synced 2 hours ago"},
		49 * time.Hour:               {"同步：2 天前", "synced 2 days ago"},
	} {
		if got := since("同步：", "synced ", age); got != want {
			t.Errorf("%s: %+v, want %+v", age, got, want)
		}
	}
	if got := lasting(45 * time.Second); got != (Text{"45 秒", "45 seconds"}) {
		t.Errorf("below a minute: %+v", got)
	}
}
