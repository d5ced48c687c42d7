package outreach

import (
	"fmt"
	"maps"
	"slices"
)

// Words tells a policy rule by rule, in the order in which they are asked.
type Words struct {
	Zh []string `json:"zh"`
	En []string `json:"en"`
}

func (w *Words) say(zh, en string, args ...any) {
	w.Zh, w.En = append(w.Zh, fmt.Sprintf(zh, args...)), append(w.En, fmt.Sprintf(en, args...))
}

// Words are the policy's rules for people to read.
func (p Policy) Words() (w Words) {
	for _, channel := range slices.Sorted(maps.Keys(p.Consent)) {
		if p.Consent[channel] == ConsentGiven {
			w.say("%s:只触达明确同意的客户", "%s: only customers who have said yes", channel)
		} else {
			w.say("%s:触达未拒绝的客户", "%s: customers who have not said no", channel)
		}
	}
	if p.Holdout > 0 {
		w.say("%g%% 的客户为全局对照组,不触达", "%g%% of all customers are the control group and are not reached", p.Holdout)
	}
	if p.Quiet != nil && p.Quiet.From != p.Quiet.To {
		w.say("免打扰:客户当地 %s 至 %s,顺延到结束", "quiet from %s to %s where the customer is: touches wait for the end", p.Quiet.From, p.Quiet.To)
	}
	p.Cap.words(&w)
	if p.Cap.limits(PlaybookCap{}) {
		w.say("额度不足时,先给优先级高的;相同则给预期收益高的;再相同则给先到期的,最后按编号",
			"when there are more touches than places, the higher priority goes first, then the higher expected value, then the earlier due time, then the smaller id")
	}
	for _, endpoint := range slices.Sorted(maps.Keys(p.Rates)) {
		w.say("%[1]s:每分钟最多 %[2]d 次", "%[1]s: at most %[2]d calls a minute", endpoint, p.Rates[endpoint])
	}
	if p.StaffPerDay > 0 {
		w.say("每位员工每天最多确认 %d 条群发", "each member of staff confirms at most %d messages a day", p.StaffPerDay)
	}
	w.say("服务类通知不受以上限制", "transactional touches are exempt from consent, holdout, quiet hours and caps")
	return w
}

// words tells the caps.
func (c Cap) words(w *Words) {
	zh, en := [windows]string{"天", "周(周一至周日)", "月"}, [windows]string{"day", "week (Monday to Sunday)", "month"}
	for i, n := range [windows]int{c.PerDay, c.PerWeek, c.PerMonth} {
		if n > 0 {
			w.Zh = append(w.Zh, fmt.Sprintf("每位客户每%s最多 %d 次触达", zh[i], n))
			w.En = append(w.En, fmt.Sprintf("at most %s per customer and %s", times(n), en[i]))
		}
	}
	for i, channels := range [windows]map[string]int{c.Channels, c.ChannelsPerWeek, c.ChannelsPerMonth} {
		for _, name := range slices.Sorted(maps.Keys(channels)) {
			if n := channels[name]; n > 0 {
				w.Zh = append(w.Zh, fmt.Sprintf("%s:每位客户每%s最多 %d 次", name, zh[i], n))
				w.En = append(w.En, fmt.Sprintf("%s: at most %s per customer and %s", name, times(n), en[i]))
			}
		}
	}
}

func times(n int) string {
	if n == 1 {
		return "1 touch"
	}
	return fmt.Sprintf("%d touches", n)
}
