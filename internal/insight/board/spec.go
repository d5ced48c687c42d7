package board

// Unit says how a value is read.
type Unit string

// The units.
const (
	Count   Unit = "count"
	Share   Unit = "share" // 0 to 1
	Money   Unit = "money" // major units of the brand's currency
	Times   Unit = "times" // a ratio that may pass 1
	Seconds Unit = "seconds"
	Months  Unit = "months"
)

// of says what is taken of a measure.
type of uint8

const (
	people of = iota // customers, each once
	often            // how often
	sum              // of its amounts
)

// special is a term that is not a measure.
type special uint8

const (
	plain       special = iota
	spend               // acquisition costs
	team                // costs of the team
	grossProfit         // net revenue times the margin
	profit              // gross profit less both costs
	valueProfit         // net revenue to date of new buyers, times the margin
	payback             // months until an average new buyer has paid for itself
	perHead             // gross profit, of the buyers
)

// term is a part of a formula.
type term struct {
	special special
	m       measure
	of      of
}

func peopleOf(m measure) *term { return &term{m: m} }

func countOf(m measure) *term { return &term{m: m, of: often} }

func sumOf(m measure) *term { return &term{m: m, of: sum} }

func worked(s special) *term { return &term{special: s} }

// Number defines one number of a board.
type Number struct {
	ID       string
	Group    string // of the board five_stage
	Zh, En   string
	Unit     Unit
	num, den *term
}

// Spec defines a board.
type Spec struct {
	Name    string
	Zh, En  string
	Numbers []Number
	Rows    string // "channel", "staff", "campaign" or "": no rows
	stages  bool   // the board of stages
}

func n(id, zh, en string, unit Unit, num, den *term) Number {
	return Number{ID: id, Zh: zh, En: en, Unit: unit, num: num, den: den}
}

var (
	revenueNumber = n("net_revenue", "净收入", "net revenue", Money, sumOf(revenue), nil)
	buyersNumber  = n("buyers", "购买人数", "buyers", Count, peopleOf(orders), nil)
	averageNumber = n("average_order", "客单价", "average order value", Money, sumOf(revenue), countOf(orders))
	successNumber = n("add_success", "加好友成功率", "add success", Share, countOf(attemptsDone), countOf(attempts))
	fanCost       = n("cost_per_fan", "单粉成本", "cost per fan", Money, worked(spend), peopleOf(newContacts))
	repurchase    = n("repurchase_rate", "复购率", "repurchase rate", Share, peopleOf(repeats), peopleOf(orders))
)

var specs = []Spec{
	{Name: "aarrr", Zh: "AARRR 增长看板", En: "AARRR", Numbers: grouped(map[string][]Number{
		"acquisition": {
			n("new_customers", "新客户", "new customers", Count, peopleOf(newCustomers), nil),
			n("new_contacts", "新增好友", "new contacts", Count, peopleOf(newContacts), nil),
		},
		"activation": {
			n("activated", "首次关键行为人数", "first key actions", Count, peopleOf(firstKey), nil),
			n("activation_rate", "激活率", "activation rate", Share, peopleOf(newActivated), peopleOf(newContacts)),
		},
		"retention": {
			n("active", "活跃客户", "active customers", Count, peopleOf(activeIn), nil),
			n("retention_rate", "留存率", "retention rate", Share, peopleOf(activeAgain), peopleOf(activeBefore)),
		},
		"revenue": {buyersNumber, revenueNumber, averageNumber},
		"referral": {
			n("referrals", "转介绍成功", "referrals", Count, countOf(referrals), nil),
			n("referrers", "介绍人数", "referrers", Count, peopleOf(referrals), nil),
			n("referral_share", "新增好友中转介绍占比", "referrals for each new contact", Times, countOf(referrals), peopleOf(newContacts)),
		},
	}, "acquisition", "activation", "retention", "revenue", "referral")},
	{Name: "aipl", Zh: "AIPL 流转看板", En: "AIPL", stages: true},
	{Name: "five_stage", Zh: "私域五段看板", En: "five stages", Numbers: grouped(map[string][]Number{
		"source": {
			n("scans", "扫码与点击人数", "people who scanned or clicked", Count, peopleOf(scanned), nil),
			n("attempts", "加好友请求", "adds asked for", Count, countOf(attempts), nil),
			n("adds", "加好友成功", "adds", Count, countOf(adds), nil), successNumber,
			n("new_contacts", "新增好友", "new contacts", Count, peopleOf(newContacts), nil),
		},
		"reception": {
			n("welcome_rate", "欢迎语送达率", "greeted within 24 h", Share, countOf(welcomed), countOf(adds)),
			n("reply_rate", "24 小时开口率", "replied within 24 h", Share, countOf(replied24), countOf(adds)),
		},
		"settling": {
			n("stay_7d", "7 日留存率", "stayed 7 days", Share, countOf(stayed7), countOf(adds7)),
			n("stay_30d", "30 日留存率", "stayed 30 days", Share, countOf(stayed30), countOf(adds30)),
			n("group_joins", "入群人数", "joined a group", Count, peopleOf(groups), nil),
			n("tagged", "打标签人数", "tagged", Count, peopleOf(tagged), nil),
		},
		"conversion": {
			n("first_buyers", "首单人数", "first orders", Count, peopleOf(firstOrders), nil),
			n("contact_to_buyer", "新增好友转化率", "new contacts who bought", Share, peopleOf(newBought), peopleOf(newContacts)),
			repurchase, revenueNumber,
		},
		"service": {
			n("service_sessions", "客服会话", "service sessions", Count, countOf(sessions), nil),
			n("answer_rate", "24 小时回复率", "answered within 24 h", Share, countOf(answers), countOf(turns)),
			n("answer_seconds", "平均回复时长", "average wait for an answer", Seconds, sumOf(answers), countOf(answers)),
			n("losses", "被客户删除", "removals by customers", Count, countOf(lost), nil),
			n("deletions", "员工删除客户", "removals by staff", Count, countOf(deleted), nil),
		},
	}, "source", "reception", "settling", "conversion", "service")},
	{Name: "efficiency", Zh: "三个效率", En: "the three efficiencies", Numbers: grouped(map[string][]Number{
		"conversion": {
			n("contact_to_buyer", "新增好友转化率", "new contacts who bought", Share, peopleOf(newBought), peopleOf(newContacts)),
			n("active_to_buyer", "活跃客户购买率", "active customers who bought", Times, peopleOf(orders), peopleOf(activeIn)),
		},
		"acquisition": {successNumber, fanCost},
		"people": {
			n("gross_profit", "毛利", "gross profit", Money, worked(grossProfit), nil),
			n("profit_per_team_cost", "团队人效：毛利 / 团队成本", "gross profit per team cost", Times, worked(grossProfit), worked(team)),
			n("profit", "利润", "profit", Money, worked(profit), nil),
		},
	}, "conversion", "acquisition", "people")},
	{Name: "unit", Zh: "0-1 阶段单位经济", En: "unit economics of the 0-1 stage", Numbers: []Number{
		repurchase,
		n("referral_rate", "转介绍率", "referral rate", Share, peopleOf(referrals), peopleOf(activeIn)),
		fanCost,
		n("cac", "获客成本 CAC", "cost per new buyer", Money, worked(spend), peopleOf(firstOrders)),
		n("profit_per_head", "人均毛利", "gross profit per buyer", Money, worked(perHead), peopleOf(orders)),
		n("profit_to_cac", "新客毛利 / 获客成本", "gross profit of new buyers to date, for each unit of cost", Times, worked(valueProfit), worked(spend)),
		n("payback_months", "回本月数", "months to pay back", Months, worked(payback), nil),
	}},
	rowBoard("channel", "渠道看板", "channels"), rowBoard("staff", "员工看板", "staff"), rowBoard("campaign", "活动看板", "campaigns"),
}

func rowBoard(by, zh, en string) Spec {
	return Spec{Name: by, Zh: zh, En: en, Rows: by, Numbers: []Number{
		n("adds", "加好友成功", "adds", Count, countOf(adds), nil), successNumber,
		n("new_contacts", "新增好友", "new contacts", Count, peopleOf(newContacts), nil),
		n("stay_7d", "7 日留存率", "stayed 7 days", Share, countOf(stayed7), countOf(adds7)),
		n("first_buyers", "首单人数", "first orders", Count, peopleOf(firstOrders), nil), buyersNumber,
		n("orders", "订单数", "orders", Count, countOf(orders), nil), revenueNumber,
		n("ltv_to_date", "新增好友至今人均净收入", "net revenue to date per new contact", Money, sumOf(newValue), peopleOf(newContacts)),
		n("losses", "被客户删除", "removals by customers", Count, countOf(lost), nil),
		n("spend", "投放成本", "acquisition costs", Money, worked(spend), nil), fanCost,
	}}
}

func grouped(groups map[string][]Number, order ...string) (out []Number) {
	for _, g := range order {
		for _, x := range groups[g] {
			x.Group = g
			out = append(out, x)
		}
	}
	return out
}

func find(name string) *Spec {
	for i := range specs {
		if specs[i].Name == name {
			return &specs[i]
		}
	}
	return nil
}

func (s *Spec) number(id string) *Number {
	for i := range s.Numbers {
		if s.Numbers[i].ID == id {
			return &s.Numbers[i]
		}
	}
	return nil
}

// Names are the boards.
func Names() (out []string) {
	for i := range specs {
		out = append(out, specs[i].Name)
	}
	return out
}

// formula writes a number in words.
func (x *Number) formula(zh bool) string {
	text := x.num.formula(zh)
	if x.den != nil {
		text += " / " + x.den.formula(zh)
	}
	return text
}

var specialWords = map[special]words{
	spend:       {"spend", "获客投放成本", "acquisition costs"},
	team:        {"team_cost", "团队成本", "costs of the team"},
	grossProfit: {"gross_profit", "净收入 × 毛利率", "net revenue x gross margin"},
	perHead:     {"gross_profit", "净收入 × 毛利率", "net revenue x gross margin"},
	profit:      {"profit", "净收入 × 毛利率 − 获客投放成本 − 团队成本", "net revenue x gross margin - acquisition costs - costs of the team"},
	valueProfit: {"value_profit", "首单客户至今净收入 × 毛利率", "net revenue to date of those whose first order it was x gross margin"},
	payback: {
		"payback", "获客成本 CAC /（每位购买者每月毛利；一月按 30 天）",
		"cost per new buyer / gross profit per buyer and month (of 30 days)",
	},
}

var ofWords = [...][2]string{people: {"人数", "customers"}, often: {"次数", "times"}, sum: {"金额", "sum"}}

func (t *term) formula(zh bool) string {
	if t.special != plain {
		if zh {
			return specialWords[t.special].zh
		}
		return specialWords[t.special].en
	}
	if zh {
		return measureWords[t.m].zh + "（" + ofWords[t.of][0] + "）"
	}
	return measureWords[t.m].en + " (" + ofWords[t.of][1] + ")"
}
