package rule

// tongue holds the words of one language. {name}s are filled in by with.
type tongue struct {
	open, close, and, or, comma, to, then string
	either                                string // between event names
	left, right                           string // quotes
	everyone, nobody, anything            string
	not, tag, stage, audience             string
	where, within, between, span, order   string
	once, never, times                    string
	plural                                string
	units                                 map[byte]string
	kinds                                 map[string]string
	ops, signs, counts, bounds            map[op]string
	folds                                 map[string]string
}

var tierMarks = map[op]string{opNe: "≠", opGt: ">", opGte: "≥", opLt: "<", opLte: "≤"}

var english = tongue{
	open: "(", close: ")", and: " and ", or: " or ", comma: ", ", to: " and ", then: ", then ", either: " or ",
	left: `"`, right: `"`,
	everyone: "every customer", nobody: "no customer", anything: "any event",
	not: "not ({rule})", tag: "has the tag {name}", stage: "{kind} {cmp} {name}", audience: "is in audience {name}",
	where: " where {tests}", within: " in the last {time}", between: " from {from} to {to}",
	span: " within {time}", order: "did {steps}{span}{when}",
	once: "did {events}{when}", never: "did not do {events}{when}", times: "did {events} {n}{when}",
	plural: "s",
	units:  map[byte]string{'s': " second", 'm': " minute", 'h': " hour", 'd': " day", 'w': " week"},
	kinds:  map[string]string{"aipl": "AIPL stage", "aarrr": "AARRR stage", "tier": "tier"},
	ops: map[op]string{
		opEq: "{name} is {value}", opNe: "{name} is not {value}", opIn: "{name} is one of {value}",
		opNotIn: "{name} is none of {value}", opContains: "{name} contains {value}",
		opStartsWith: "{name} starts with {value}", opGt: "{name} > {value}", opGte: "{name} ≥ {value}",
		opLt: "{name} < {value}", opLte: "{name} ≤ {value}", opBetween: "{name} is between {value}",
		opExists: "{name} is known", opMissing: "{name} is not known", opBefore: "{name} is before {value}",
		opAfter: "{name} is after {value}", opWithinLast: "{name} is in the last {value}",
	},
	signs: signs("is"),
	counts: map[op]string{
		opEq: "exactly {a} times", opNe: "not exactly {a} times", opGt: "more than {a} times",
		opGte: "at least {a} times", opLt: "fewer than {a} times", opLte: "at most {a} times",
		opBetween: "{a} to {b} times",
	},
	bounds: limits("is", "is between {a} and {b}"),
	folds: map[string]string{
		"distinct_days": "number of days with {events}{when} {n}",
		"sum":           "sum of {of} of {events}{when} {n}", "avg": "average {of} of {events}{when} {n}",
		"min": "smallest {of} of {events}{when} {n}", "max": "largest {of} of {events}{when} {n}",
		"distinct": "number of different {of} of {events}{when} {n}",
		"first":    "of the first {events}{when}, {test}", "last": "of the last {events}{when}, {test}",
	},
}

var chinese = tongue{
	open: "（", close: "）", and: " 且 ", or: " 或 ", comma: "、", to: " 到 ", then: " → ", either: "、",
	left: "「", right: "」",
	everyone: "所有客户", nobody: "没有客户", anything: "任意事件",
	not: "不满足（{rule}）", tag: "有标签{name}", stage: "{kind} {cmp} {name}", audience: "属于人群 {name}",
	where: "（{tests}）", within: "近{time}", between: "{from} 至 {to} ",
	span: "在{time}内", order: "{when}{span}依次做过{steps}",
	once: "{when}做过{events}", never: "{when}未做过{events}", times: "{when}做过{events}{n}",
	units: map[byte]string{'s': "秒", 'm': "分钟", 'h': "小时", 'd': "天", 'w': "周"},
	kinds: map[string]string{"aipl": "AIPL 阶段", "aarrr": "AARRR 阶段", "tier": "等级"},
	ops: map[op]string{
		opEq: "{name} 等于{value}", opNe: "{name} 不等于{value}", opIn: "{name} 是{value}之一",
		opNotIn: "{name} 不是{value}中的任何一个", opContains: "{name} 包含{value}",
		opStartsWith: "{name} 以{value}开头", opGt: "{name} > {value}", opGte: "{name} ≥ {value}",
		opLt: "{name} < {value}", opLte: "{name} ≤ {value}", opBetween: "{name} 介于 {value} 之间",
		opExists: "{name} 有值", opMissing: "{name} 无值", opBefore: "{name} 早于 {value}",
		opAfter: "{name} 晚于 {value}", opWithinLast: "{name} 在近{value}内",
	},
	signs: signs("为"),
	counts: map[op]string{
		opEq: "恰好 {a} 次", opNe: "不是 {a} 次", opGt: "超过 {a} 次", opGte: "至少 {a} 次",
		opLt: "少于 {a} 次", opLte: "至多 {a} 次", opBetween: " {a} 至 {b} 次",
	},
	bounds: limits("等于", "介于 {a} 到 {b} 之间"),
	folds: map[string]string{
		"distinct_days": "{when}做过{events}的天数 {n}",
		"sum":           "{when}{events}的 {of} 合计 {n}", "avg": "{when}{events}的 {of} 平均 {n}",
		"min": "{when}{events}的 {of} 最小 {n}", "max": "{when}{events}的 {of} 最大 {n}",
		"distinct": "{when}{events}的 {of} 种类数 {n}",
		"first":    "{when}首次{events}的 {test}", "last": "{when}最近一次{events}的 {test}",
	},
}

// signs are the comparisons of a tier; eq is a word.
func signs(eq string) map[op]string {
	m := map[op]string{opEq: eq}
	for o, mark := range tierMarks {
		m[o] = mark
	}
	return m
}

// limits are the comparisons of a number.
func limits(eq, between string) map[op]string {
	m := map[op]string{opEq: eq + " {a}", opBetween: between}
	for o, mark := range tierMarks {
		m[o] = mark + " {a}"
	}
	return m
}
