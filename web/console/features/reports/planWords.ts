import type { Schema } from '@shared/api/client'
import { money, none, num, pct } from '@shared/format'
import { texts, words } from '@shared/i18n'
import { planNodes } from '../../ui/words/plan'
import { valueName } from './words'


const formulas = texts({
  revenue: ['目标，扣退款', 'the target, net of refunds'], orders: ['收入 ÷ 客单价', 'revenue ÷ average order'], buyers: ['订单 ÷ 人均订单', 'orders ÷ orders per buyer'], returning: ['历史购买客户 × 复购率，不超过所需', 'earlier buyers × repeat rate, at most all buyers'], first_time: ['购买客户 − 复购', 'buyers − returning'], from_known: ['未购客户 × 其购买率', 'prospects × their rate of buying'], new_buyers: ['首购 − 已知首购', 'first-time − known'], from_referral: ['忠诚 × 推荐率 × 人均推荐 × 渠道转化', 'loyal × referral × referrals each × conversion'], from_channels: ['新客 − 推荐带来', 'new − from referral'],
  adds: ['各渠道：购买 ÷ 渠道转化率', 'of each channel: buyers ÷ conversion'], budget: ['各渠道新增 × 单个新增成本', 'adds × cost of one'], interest: ['首购 ÷ 兴趣→购买', 'first-time ÷ interest-to-purchase'], aware: ['兴趣 ÷ 认知→兴趣', 'interest ÷ aware-to-interest'], loyal: ['购买 × 购买→忠诚', 'buyers × purchase-to-loyal'], touches: ['购买客户 × 人均触达', 'buyers × touches per buyer'], tasks: ['购买客户 × 人均任务', 'buyers × tasks per buyer'], staff: ['加好友与做任务所需员工的较大者', 'the larger of staff for adds and for tasks'], adds_beyond_capacity: ['超过各渠道历史最好一周的部分', 'beyond what channels brought in their best weeks'],
})

const rates = texts({
  average_order: ['客单价', 'Average order'], orders_per_buyer: ['人均订单', 'Orders per buyer'], repeat_rate: ['复购率', 'Repeat rate'], known_to_purchase: ['未购客户购买率', 'Prospects who buy'], aware_to_interest: ['认知→兴趣', 'Aware to interest'], interest_to_purchase: ['兴趣→购买', 'Interest to purchase'], purchase_to_loyal: ['购买→忠诚', 'Purchase to loyal'], loyal_to_referred: ['忠诚→推荐', 'Loyal to referred'], referrals_per_referrer: ['人均推荐', 'Referrals each'], touches_per_buyer: ['人均触达', 'Touches per buyer'], tasks_per_buyer: ['人均任务', 'Tasks per buyer'], contacts_per_member_day: ['每人每天加好友', 'Adds per member and day'], tasks_per_member_day: ['每人每天任务', 'Tasks per member and day'],
  conversion: [(c: string) => `${c}：新增→购买`, (c: string) => `${c}: add to buyer`], cost_per_add: [(c: string) => `${c}：单个新增成本`, (c: string) => `${c}: cost per add`], capacity: [(c: string) => `${c}：渠道上限`, (c: string) => `${c}: capacity`],
})

const notes = texts({
  missing: [(names: string) => `这些参数没有历史数据：${names}。设定之后才能算出依赖它们的数字。`, (names: string) => `Nothing is known of: ${names}. Set them to see what depends on them.`],
  short: [(h: string, d: string) => `历史偏短：转化率按 ${h} 天统计，计划有 ${d} 天。`, (h: string, d: string) => `The history is short: conversions are those of ${h} days, the plan has ${d}.`],
  costless: [(names: string) => `这些渠道没有成本记录，未计入预算：${names}。`, (names: string) => `No costs are known of ${names}: their adds are not in the budget.`],
  beyond: [(names: string) => `这些渠道的任务超过了它们历史最好一周：${names}。`, (names: string) => `${names}: asked for more than they brought in their best week.`],
  method: [(w: string, h: string) => `转化率取自计划前 ${w} 段、每段 ${h} 天的历史；区间是 4,000 次抽样的第 10 至 90 百分位。各数字的中间值彼此严格一致。`, (w: string, h: string) => `Rates are of ${w} stretches of ${h} days each before the plan; ranges are the 10th to 90th percentile of 4,000 draws. Points agree with each other exactly.`],
  say: [(target: string, days: string, buyers: string, first: string) => `${days} 天做到 ${target}，需要 ${buyers} 位购买客户，其中首购 ${first} 位。`, (target: string, days: string, buyers: string, first: string) => `${target} in ${days} days takes ${buyers} buyers, ${first} of them for the first time.`],
  sayAdds: [(adds: string, budget: string) => `要新增好友 ${adds} 位，预算 ${budget}。`, (adds: string, budget: string) => ` That means ${adds} adds and a budget of ${budget}.`],
  sayEnough: ['老客复购就够了，不需要新增好友。', ' Returning buyers are enough; no adds are needed.'],
  sayUnknown: ['渠道转化率未知，先在右侧设定，才能算出新增与预算。', ' The conversion of channels is unknown: set it to see adds and budget.'],
  lever: [(r: string) => `影响最大的是“${r}”。`, (r: string) => ` “${r}” matters most.`],
})

/** A node or a layer of a plan in the viewer's words. */
export const nodeName = (name: string, channel?: string) => ((words(planNodes) as Record<string, string>)[name] ?? name) + (channel ? ` · ${valueName(channel)}` : '')

/** How a node is worked out. */
export const formula = (name: string): string | undefined => (words(formulas) as Record<string, string>)[name]

/** A rate in the viewer's words; those of channels are called "channel:NAME:lever". */
export function rateName(name: string): string {
  const t = words(rates)
  const [kind, ...rest] = name.split(':')
  if (kind !== 'channel') return (t as unknown as Record<string, string>)[name] ?? name
  const lever = rest.pop() as 'conversion' | 'cost_per_add' | 'capacity'
  return t[lever](valueName(rest.join(':')))
}

const shares = new Set(['repeat_rate', 'known_to_purchase', 'aware_to_interest', 'interest_to_purchase', 'purchase_to_loyal', 'loyal_to_referred'])

/** Whether a rate lies between 0 and 1. */
export const isShare = (name: string) => shares.has(name) || name.endsWith(':conversion')

/** A rate as it is read. */
export function showRate(name: string, n: number | null | undefined, currency: string): string {
  if (n == null) return none
  if (isShare(name)) return pct(n, n < 0.01 ? 3 : 1)
  return name === 'average_order' || name.endsWith(':cost_per_add') ? money(n, currency) : num(n, 2)
}

/** A number of a plan in its unit. */
export function showNode(unit: string, n: number | null | undefined, currency: string): string {
  if (n == null) return none
  return unit === 'money' ? money(n || 0, currency, 0) : num(Math.ceil(n - 1e-9) || 0)
}

/** A node of an answer by its name. */
export const nodeOf = (a: Schema<'PlannerAnswer'>, name: string) => a.nodes.find((n) => n.name === name)

/** What a plan takes, in a sentence. */
export function sayPlan(a: Schema<'PlannerAnswer'>): string {
  const t = words(notes)
  const show = (name: string) => { const n = nodeOf(a, name); return showNode(n?.unit ?? '', n?.point, a.currency) }
  const adds = nodeOf(a, 'adds')?.point
  const top = a.sensitivity.find((s) => s.swing > 0)
  return t.say(money(a.scenario.target, a.currency, 0), num(a.days), show('buyers'), show('first_time')) + (adds == null ? t.sayUnknown : adds < 0.5 ? t.sayEnough : t.sayAdds(show('adds'), show('budget'))) + (top ? t.lever(rateName(top.rate)) : '')
}

/** What to know before relying on a plan. */
export function planNotes(a: Schema<'PlannerAnswer'>): string[] {
  const t = words(notes)
  const glue = (list: string[]) => list.join('、')
  const out = [t.method(num(a.windows), num(a.horizon_days))]
  const unknown = a.rates.filter((r) => r.method === 'unknown').map((r) => rateName(r.name))
  const costless = a.channels.filter((c) => c.budget.point === null).map((c) => valueName(c.channel))
  const beyond = a.channels.filter((c) => c.beyond_capacity).map((c) => valueName(c.channel))
  if (unknown.length > 0) out.push(t.missing(glue(unknown)))
  if (costless.length > 0) out.push(t.costless(glue(costless)))
  if (beyond.length > 0) out.push(t.beyond(glue(beyond)))
  if (a.horizon_days < a.days) out.push(t.short(num(a.horizon_days), num(a.days)))
  return out
}
