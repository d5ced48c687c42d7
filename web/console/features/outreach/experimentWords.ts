import { texts } from '@shared/i18n'

/** Names of what an experiment's numbers mean. */
export const terms = texts({
  customer: ['客户', 'Customer'], exposed: ['入组', 'Exposed'], mature: ['已满观察期', 'Mature'], conversion: ['转化', 'Conversion'], revenue: ['收入', 'Revenue'], revenue_adjusted: ['CUPED 校正', 'Adjusted revenue'], revenue_capped: ['封顶收入', 'Capped revenue'], always_valid: ['随时有效', 'Always valid'],
  fixed_horizon: ['计划时点', 'Fixed horizon'], split: ['分流检查', 'Split'], incremental_revenue: ['增量收入', 'Incremental revenue'], guardrail: ['护栏指标', 'Guardrails'], cluster: ['团队', 'Clusters'], several_arms: ['多个组', 'Several arms'],
})

/** What they mean, in Chinese; the server says it in English. */
export const definitions = texts({
  customer: ['一个人，合并后的全部记录算一位。无论收到什么，都算在第一次入组的那组；因合并落入两组的不计。', 'One person.'], exposed: ['组别第一次对客户起作用：走到这一步，或消息即将发出。', 'The arm first makes a difference.'], mature: ['入组已满 {days} 天，该发生的都发生了。比较只用这些客户。', 'The horizon is over.'],
  conversion: ['入组后 {days} 天内「{event}」。', 'The event within the horizon.'], revenue: ['入组后 {days} 天内完成的订单，按品牌货币，减去至今的退款；没有订单的客户按零计。', 'Orders within the horizon, net.'], revenue_adjusted: ['用入组前的消费预测并扣除，得到同样的差异、更小的波动（CUPED）。', 'CUPED.'],
  revenue_capped: ['最高的极少数金额按封顶值计，避免个别大单左右结果。', 'The largest amounts are cut off.'], always_valid: ['不管看多少次、什么时候停，结论都有效（混合序贯检验）；每组满 100 位已满期的客户才显示。', 'Holds however often you look.'], fixed_horizon: ['只在计划的时点看一次的检验；没到之前不显示。', 'For one look at the planned moment.'],
  split: ['各组人数与计划的卡方检验：p < 0.01 提醒，p < 0.001 视为分流有错。', 'Chi-square test of the sizes.'], incremental_revenue: ['人均收入的差异 × 触达组已满期的客户数。', 'Difference times mature customers.'], guardrail: ['不该变多的事：删除好友、撤回授权、发送失败。', 'Must not become more frequent.'],
  several_arms: ['组数多于两个时，p 值按 Holm 校正，区间同时成立。', 'Holm’s p; intervals hold together.'],
})

/** What to know before a decision, in Chinese; the server says it in English. */
export const warnings = texts({
  not_mature: ['还没有客户满观察期，暂时没有结论。', 'Nobody is mature yet.'], shares_changed: ['实验进行中改过分组比例，各组的客户来自不同日期。请另开一个实验。', 'Shares were changed.'], merged: ['部分客户因记录合并落入两组，没有计入。', 'Merged customers are left out.'], empty_arm: ['有一组还没有客户。', 'An arm is empty.'],
  few_clusters: ['团队数少于 10 个，区间只是粗略的。', 'Few clusters.'], cluster_one_look: ['按团队的实验没有随时有效的结果：先定好时点，到时只看一次。', 'Read it once.'], guardrail: ['有护栏指标明显变多，看下面的比较。', 'A guardrail is harmed.'],
})
