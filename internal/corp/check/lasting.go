package check

import (
	"fmt"
	"time"
)

// lasting is a length of time as people say it: in the largest unit that it fills.
func lasting(d time.Duration) Text {
	for _, unit := range []struct {
		of     time.Duration
		zh, en string
	}{{24 * time.Hour, "天", "day"}, {time.Hour, "小时", "hour"}, {time.Minute, "分钟", "minute"}} {
		if n := d / unit.of; n > 0 {
			return counted(int64(n), unit.zh, unit.en)
		}
	}
	return counted(int64(d/time.Second), "秒", "second")
}

func counted(n int64, zh, en string) Text {
	if n != 1 {
		en += "s"
	}
	return Text{ZH: fmt.Sprintf("%d %s", n, zh), EN: fmt.Sprintf("%d %s", n, en)}
}

// since says how long ago something happened, after what it is.
func since(zh, en string, age time.Duration) Text {
	if age < time.Minute {
		return Text{ZH: zh + "刚刚", EN: en + "just now"}
	}
	l := lasting(age)
	return Text{ZH: zh + l.ZH + "前", EN: en + l.EN + " ago"}
}
