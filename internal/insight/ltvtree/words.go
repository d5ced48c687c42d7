package ltvtree

import "fmt"

var definitions = map[Name]Text{
	Frequency: {
		"触达频次 = 尝试的触达数（Message Delivered + Message Failed）÷ 客户数（时段结束前已成为好友或被触达过的客户）。月度值为每月频次。",
		"Touches tried (Message Delivered + Message Failed) / customers connected or touched by the end of the span. By month: touches a month.",
	},
	Delivery: {
		"送达率 = 送达的触达数 ÷ 尝试的触达数。",
		"Touches delivered / touches tried.",
	},
	Conversion: {
		"每次触达转化 = 被转化的客户数 ÷ 送达的触达数。订单归于其前窗口期内最后一次送达的触达；同一客户只计一次；全额退款的订单不计。",
		"Customers converted / touches delivered. An order belongs to the last touch delivered before it within the window; a customer counts once; orders given back as a whole do not count.",
	},
	Spend: {
		"生命周期消费 = 被转化客户至今的全部净收入（已扣退款）÷ 被转化客户数。",
		"Net revenue so far, after refunds, of the customers converted / customers converted.",
	},
	Referral: {
		"推荐率 = 推荐完成数（Referral Completed）÷ 客户数。公式按被推荐客户与推荐者价值相同计。",
		"Referral Completed events / customers. The formula takes who is brought to be worth as much as who brings them.",
	},
}

// notes are what a reader must know.
func (s *study) notes() []Text {
	d := s.p.WindowDays
	return []Text{
		{
			fmt.Sprintf("归因窗口为 %d 天；这是计数规则而非因果证明，因果请看对照组实验。", d),
			fmt.Sprintf("The window is %d days. It is a rule of counting, not a proof of cause; a control group gives that.", d),
		},
		{
			"改善金额假设其他因子不变；以品牌自己的完整月份为准。较早月份转化的客户生命周期更长，因此消费的月度值不可直接外推。",
			"Gains take all other leaves as they are, and whole months of the brand as examples. Customers converted in earlier months have lived longer, so spend by month is not to be extrapolated.",
		},
	}
}
