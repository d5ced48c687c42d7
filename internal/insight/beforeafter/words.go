package beforeafter

import "fmt"

// assumptions are what the figures take for granted, and how they are made.
func (s *study) assumptions() []Text {
	p := s.p
	out := []Text{
		{
			fmt.Sprintf("加入 = 首个 Contact Added。之前 = 加入当周开始前 %d 天，之后 = 当周结束后 %d 天；加入当周不计，因为加入常由一次购买引起。", p.PreDays, p.PostDays),
			fmt.Sprintf("Joining is the first Contact Added. Before is the %d days that end with the beginning of that week, after the %d days that begin with its end. The week itself is left out: a purchase often leads to joining.", p.PreDays, p.PostDays),
		},
		{
			"对照为截至比较期末尚未加入的客户，在同一周内按之前的订单数、净收入与最近一次下单时间分组相同者精确匹配（粗化精确匹配）。",
			"The others had not joined by the end of the comparison, and fall into the same bins of orders, net revenue and time since the last order at the beginning of the same week (coarsened exact matching).",
		},
		{
			"假设：若没有加入，匹配上的两类客户此后的变化相同。未观测到的差异（例如当时正好更有购买意愿）无法排除；加入前趋势检验不通过时请勿采信。",
			"It is assumed that without joining, the matched customers of both kinds would have changed alike. Differences that nobody recorded, such as an intention to buy at that moment, cannot be ruled out. Do not rely on the estimate where the pre-trend is not parallel.",
		},
		{
			"假设：一位客户的加入不影响其他客户的购买；加入前后的身份识别同样完整。加入后更容易被识别会高估效果。",
			"It is assumed that one customer's joining does not change what others buy, and that orders are recognised as the customer's equally well before and after. If joining makes orders easier to recognise, the effect is overstated.",
		},
		{
			"结论只适用于匹配上的加入者；新客户（加入前不为品牌所知）没有“之前”，不在其中。",
			"The estimate is about the matched customers who joined. New ones, not known before, have no before and are not among them.",
		},
		{
			fmt.Sprintf("区间为按客户的自助法 95%% 区间（%d 次，种子 %d）；金额为每位客户每 30 天的净收入（扣退款）。", p.Bootstrap, p.Seed),
			fmt.Sprintf("Intervals are 95 %% of %d bootstrap samples of customers, seed %d. Money is net revenue per customer per 30 days, after refunds.", p.Bootstrap, p.Seed),
		},
	}
	if s.sample < 1 {
		out = append(out, Text{
			fmt.Sprintf("客户众多：对照按 %.1f%% 抽样。", 100*s.sample), fmt.Sprintf("There are many customers: %.1f %% of the others were looked at.", 100*s.sample),
		})
	}
	return out
}
