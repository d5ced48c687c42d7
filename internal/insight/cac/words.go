package cac

import "fmt"

// definitions say what each number is, as the query asks for it.
func definitions(p *plan) map[string]Text {
	return map[string]Text{
		"connected": {
			"在查询时段内第一次成为好友（首个 Contact Added）的客户，每位只计一次。",
			"Customers whose first Contact Added ever falls into the span, each counted once.",
		},
		"half_added": {
			fmt.Sprintf("客户已添加但 %d 天内未完成（Contact Half Added 之后没有 Contact Added）的客户。", p.PendingDays),
			fmt.Sprintf("Customers half added (Contact Half Added) who were not connected within %d days of it.", p.PendingDays),
		},
		"pending": {
			fmt.Sprintf("仍在 %d 天等待期内的半添加或失败，暂不计入。", p.PendingDays),
			fmt.Sprintf("Asks of the last %d days that may still be accepted; not counted as asks yet.", p.PendingDays),
		},
		"add_success_rate": {
			"加好友成功率 = 已连接 ÷（已连接 + 半添加未完成 + 失败）。群发、朋友圈等触达不算邀请。",
			"connected / (connected + half added and not completed + failed). Mass messages and other touches are not asks.",
		},
		"cost": {
			"时段内各日的成本；跨多日的成本按天均摊，精确到分。",
			"Costs of the days of the span; a cost over several days spreads evenly, to the cent.",
		},
		"cac": {"获客成本 = 成本 ÷ 已连接客户（每粉成本同此）。", "Cost / connected customers; cost per fan is the same."},
		"cac_first_order": {
			"首单获客成本 = 成本 ÷ 连接后首次下单的新客户（连接前从未下单，且订单未全部退款）。",
			"Cost / connected customers whose first order ever, not given back as a whole, came after the connection.",
		},
		"retained": {
			fmt.Sprintf("连接满 %d 天的客户中，第 %d 天仍至少是一位员工好友的人数；不足 %d 天的不计。", p.RetainedDays, p.RetainedDays, p.RetainedDays),
			fmt.Sprintf("Of those connected for %d days or more, who still had a contact with some member then.", p.RetainedDays),
		},
		"revenue": {
			"连接之后的订单净收入（已扣退款，来自订单账本）。",
			"Net revenue of orders since the connection, after refunds, by the order ledger.",
		},
		"curve": {
			"每位客户的累计净收入 × 毛利率，按连接后天数；每天只除以观察满该天的客户（平均累积函数，Nelson 2003）。首次不低于获客成本之日为回本日。",
			"Cumulative net revenue per customer times margin, by days since the connection; each day is divided by those who were seen through it (mean cumulative function, Nelson 2003). The cost is paid back on the first day at or above the CAC.",
		},
		"ltv_cac_predicted": {
			fmt.Sprintf("（已实现 + 模型预测未来 %g 周）× 毛利率 ÷ 成本。从未下单的客户按 0 计，因此偏保守。", p.PredictWeeks),
			fmt.Sprintf("(realised + predicted for the next %g weeks) times margin / cost. Customers who never bought count as 0, which is cautious.", p.PredictWeeks),
		},
		"channel": {
			"客户属性“channel”（只设一次）；没有时取首个好友事件的渠道；再没有为 (unknown)。",
			"The trait channel, which is set once; without it the channel of the first contact event; else (unknown).",
		},
		"campaign": {
			"首个好友事件的 campaign、code_name 或 code；成本行的活动名称按此对应。",
			"campaign, else code_name, else code of the first contact event; the campaign of a cost names the same.",
		},
	}
}
