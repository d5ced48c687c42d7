package console

import (
	"net/url"
	"strings"
	"time"
)

// showBudgetRules says the brand's policy in words, and how far quotas are used.
func showBudgetRules(v *visit) error {
	var policy struct {
		Words struct {
			Zh []string `json:"zh"`
			En []string `json:"en"`
		} `json:"in_words"`
	}
	if err := v.get("/outreach/policy", nil, &policy); err != nil {
		return err
	}
	words := policy.Words.Zh
	if v.Lang == "en" {
		words = policy.Words.En
	}
	t := &table{Head: []head{{}}}
	rules := section{Table: t, Title: v.Say("现行规则", "The rules in force"), Note: v.Say("每个旅程还可以有自己的上限与免打扰。", "Each playbook may have caps and quiet hours of its own.")}
	for _, line := range words {
		if channel, rest, ok := strings.Cut(line, ":"); ok {
			line = v.Name("channel", channel) + ":" + rest
		}
		t.add(text(line))
	}
	var quotas struct {
		Items []struct {
			Account  string    `json:"account"`
			Channel  string    `json:"channel"`
			Rule     string    `json:"rule"`
			Limit    int       `json:"limit"`
			End      time.Time `json:"end"`
			Messages int       `json:"messages"`
			Full     int       `json:"full"`
			Used     []struct {
				Messages  int `json:"messages"`
				Customers int `json:"customers"`
			} `json:"used"`
		} `json:"items"`
	}
	if err := v.get("/budget/quota", nil, &quotas); err != nil {
		return err
	}
	d := desk{Title: v.Say("触达预算", "Touch budget"), Tabs: v.budgetTabs("rules"), Sections: []section{rules}}
	for _, x := range quotas.Items {
		s := section{Title: v.Name("channel", x.Channel) + " · " + x.Account, Half: true, Note: v.Sayf("平台额度：每位客户 %d 条（%s），到 %s 重置；本期已用 %s 条。", "The platform allows %d for each customer (%s) until %s; %s used so far.", x.Limit, v.Name("quota", x.Rule), v.Clock(x.End), number(x.Messages))}
		most := 1
		for _, u := range x.Used {
			most = max(most, u.Customers)
		}
		for _, u := range x.Used {
			s.Bars = append(s.Bars, bar{Name: v.Sayf("已用 %d 条的客户", "customers with %d", u.Messages), N: int64(u.Customers), Of: int64(most)})
		}
		if len(s.Bars) == 0 {
			s.Empty = v.Say("本期还没有用。", "Nothing used yet.")
		}
		d.Sections = append(d.Sections, s)
	}
	return v.show(d)
}

type delivery struct {
	ID        string    `json:"id"`
	Customer  string    `json:"customer"`
	Playbook  string    `json:"playbook"`
	Run       string    `json:"run"`
	Step      string    `json:"step"`
	Channel   string    `json:"channel"`
	State     string    `json:"state"`
	Reason    string    `json:"reason"`
	PlannedAt time.Time `json:"planned_at"`
}

func (v *visit) deliveries(q url.Values) (p listed[delivery], err error) {
	err = v.get("/deliveries", q, &p)
	return p, err
}

func (v *visit) deliveryTable(list []delivery) *table {
	names := v.bookNames()
	t := &table{
		Head:  []head{{Name: v.Say("客户", "Customer")}, {Name: v.Say("来自", "From")}, {Name: v.Say("渠道", "Channel")}, {Name: v.Say("时间", "When")}, {Name: v.Say("状态", "State")}},
		Empty: v.Say("没有这样的记录。", "Nothing of that kind."),
	}
	for _, x := range list {
		from := v.bookCell(names, x.Playbook, "")
		from.Note = x.Step
		state := v.state("state", x.State)
		state.Note = v.reason(x.Reason)
		t.add(v.customerCell(x.Customer, ""), from, text(v.Name("channel", x.Channel)), text(v.Stamp(x.PlannedAt)), state)
	}
	return t
}

// showLedger is what was planned and sent in the last days, and the people behind it.
func showLedger(v *visit) error {
	if v.asked("state") != "" || v.asked("day") != "" {
		p, err := v.deliveries(v.page("state", "reason", "channel", "day", "playbook"))
		if err != nil {
			return err
		}
		return v.show(desk{Crumb: link{Name: v.Say("送达台账", "Ledger"), Href: "/budget/ledger"}, Title: v.ledgerTitle(), Sections: []section{{Table: v.deliveryTable(p.Items).paged(v.r, p.Next)}}})
	}
	to := v.Now.In(v.Zone)
	from := to.AddDate(0, 0, -13)
	var p struct {
		Items []struct {
			Day     string `json:"day"`
			Channel string `json:"channel"`
			State   string `json:"state"`
			Reason  string `json:"reason"`
			Count   int    `json:"count"`
		} `json:"items"`
	}
	if err := v.get("/budget/ledger", url.Values{"from": {from.Format(time.DateOnly)}, "to": {to.Format(time.DateOnly)}}, &p); err != nil {
		return err
	}
	t := &table{
		Head:  []head{{Name: v.Say("日期", "Day")}, {Name: v.Say("渠道", "Channel")}, {Name: v.Say("状态", "State")}, {Name: v.Say("原因", "Why")}, {Name: v.Say("条数", "Touches"), N: true}},
		Empty: v.Say("最近 14 天没有触达。", "Nothing in the last 14 days."),
	}
	for _, x := range p.Items {
		t.add(text(x.Day), text(v.Name("channel", x.Channel)), v.state("state", x.State), text(v.reason(x.Reason)), num(x.Count, query("/budget/ledger", "day", x.Day, "channel", x.Channel, "state", x.State, "reason", x.Reason)))
	}
	return v.show(desk{Title: v.Say("触达预算", "Touch budget"), Tabs: v.budgetTabs("ledger"), Sections: []section{{Title: v.Say("最近 14 天", "Last 14 days"), Table: t}}})
}

func (v *visit) ledgerTitle() string {
	out := v.asked("day")
	for kind, s := range map[string]string{"channel": v.asked("channel"), "state": v.asked("state"), "reason": v.asked("reason")} {
		if s != "" {
			out += " · " + v.Name(kind, s)
		}
	}
	return out
}
