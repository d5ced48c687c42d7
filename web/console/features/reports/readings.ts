import type { Schema } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { texts, words } from '@shared/i18n'
import { lasting } from './lasting'
import { valueName } from './words'

const said = texts({
  funnel: [(first: string, n: string, last: string, share: string) => `${n} 位客户“${first}”，其中 ${share} 最终“${last}”。`, (first: string, n: string, last: string, share: string) => `${n} customers did “${first}”; ${share} of them went all the way to “${last}”.`],
  worst: [(a: string, b: string, n: string, share: string) => `流失最多的是“${a} → ${b}”，走掉 ${n} 人（${share}），先改这一步。`, (a: string, b: string, n: string, share: string) => ` Most leave between “${a}” and “${b}”: ${n} (${share}). Work on that step first.`],
  pace: [(a: string, time: string) => `走完的人到“${a}”的中位用时 ${time}。`, (a: string, time: string) => ` Those who go on reach “${a}” in ${time} (median).`],
  retained: [(n: string, first: string, later: string, k: string) => `各批共 ${n} 人；平均第 1 期后有 ${first} 回来，第 ${k} 期后还有 ${later}。`, (n: string, first: string, later: string, k: string) => `${n} customers in all cohorts; on average ${first} come back one period later, ${later} after ${k}.`],
  bestCohort: [(c: string, share: string) => `下一期留得最好的是 ${c} 这一批（${share}）。`, (c: string, share: string) => ` The best cohort one period later is ${c} (${share}).`],
  trend: [(name: string, now: string, change: string, peak: string, at: string) => `${name}：最近完整一期 ${now}，比前一期${change}；最高是 ${at} 的 ${peak}。`, (name: string, now: string, change: string, peak: string, at: string) => `${name}: ${now} in the last whole period, ${change} than before; the peak was ${peak} in ${at}.`],
  up: [(s: string) => `高 ${s}`, (s: string) => `${s} more`], down: [(s: string) => `低 ${s}`, (s: string) => `${s} less`], same: ['持平', 'no more'],
  spread: [(n: string, median: string, mean: string, p90: string) => `${n} 位客户有值；一半在 ${median} 以下，平均 ${mean}，最高的一成超过 ${p90}。`, (n: string, median: string, mean: string, p90: string) => `${n} customers have a value; half are below ${median}, the mean is ${mean}, the top tenth is above ${p90}.`],
  skew: ['平均远高于中位数：少数大客户拉高了平均，看中位数更稳。', ' The mean is far above the median: a few large customers pull it up, so trust the median.'],
  spreadText: [(n: string, top: string, share: string) => `${n} 位客户有值，最多的是“${top}”（${share}）。`, (n: string, top: string, share: string) => `${n} customers have a value; the most common is “${top}” (${share}).`],
  paths: [(n: string, p: string, a: string, b: string, share: string) => `${n} 位客户走了 ${p} 条路径；“${a}”之后最常见的是“${b}”（占继续走的 ${share}）。`, (n: string, p: string, a: string, b: string, share: string) => `${n} customers took ${p} ways; after “${a}” most go on to “${b}” (${share} of those who go on).`],
  pathsBack: [(n: string, p: string, a: string, b: string, share: string) => `${n} 位客户有 ${p} 条到达“${a}”的路径；在它之前最常见的是“${b}”（${share}）。`, (n: string, p: string, a: string, b: string, share: string) => `${n} customers came to “${a}” in ${p} ways; most often right after “${b}” (${share}).`],
  stop: [(share: string) => `${share} 的路径到此为止。`, (share: string) => ` ${share} of the ways stop there.`],
  rfm: [(n: string, top: string, topN: string, topShare: string) => `${n} 位买过的客户里，“${top}”有 ${topN} 人（${topShare}）。`, (n: string, top: string, topN: string, topShare: string) => `Of ${n} buyers, ${topN} are “${top}” (${topShare}).`],
  rfmLost: [(n: string, name: string) => `另有 ${n} 位“${name}”：曾经买得多但久未回来，值得先唤醒。`, (n: string, name: string) => ` ${n} are “${name}”: they bought much and have been away for long. Win them back first.`],
  ltv: [(n: string, weeks: string, total: string, share: string) => `${n} 位买过的客户未来 ${weeks} 周预计还会带来 ${total}；最有价值的一成贡献其中 ${share}。`, (n: string, weeks: string, total: string, share: string) => `${n} buyers are expected to bring ${total} in the next ${weeks} weeks; the most valuable tenth brings ${share} of it.`],
  fit: [(error: string) => `模型在检验期的总误差 ${error}。`, (error: string) => ` In the hold-out the model was off by ${error} in total.`],
  undying: ['在这些数据里几乎看不出谁已流失，活跃概率不能区分客户。', ' Hardly anybody is seen to stop for good in these data, so P(alive) does not tell customers apart.'],
  tree: [(ltv: string, leaf: string, gain: string, best: string) => `每位客户经触达带来 ${ltv}。最值得改善的是“${leaf}”：做到自己第 75 百分位月份的水平，多得 ${gain}；做到最好月份，多得 ${best}。`, (ltv: string, leaf: string, gain: string, best: string) => `Touches bring ${ltv} per customer. “${leaf}” moves it most: at the level of your own better months it adds ${gain}, at that of the best month ${best}.`],
  treeOnly: [(ltv: string) => `每位客户经触达带来 ${ltv}。完整月份还不足两个，暂时比不出哪一项最值得改善。`, (ltv: string) => `Touches bring ${ltv} per customer. There are not yet two whole months to tell which factor moves it most.`],
  joined: [(n: string, effect: string, low: string, high: string) => `匹配到 ${n} 位加入者：加入使每人每 30 天净收入变化 ${effect}（95% 区间 ${low} 到 ${high}）。`, (n: string, effect: string, low: string, high: string) => `${n} matched customers: joining changed their net revenue by ${effect} per 30 days each (95 % interval ${low} to ${high}).`],
  certain: ['区间不含 0，效果可信。', ' The interval leaves 0 out.'], unsure: ['区间含 0，还不能说加入有效果。', ' The interval holds 0: no effect can be claimed yet.'],
  parallel: ['但加入前两类客户的走势就不同，结论不可采信。', ' But the two kinds did not go alike before joining: do not rely on it.'],
  cac: [(n: string, cost: string, cac: string) => `新连接 ${n} 位客户，花费 ${cost}，人均获客成本 ${cac}。`, (n: string, cost: string, cac: string) => `${n} customers were connected for ${cost}: ${cac} each.`],
  payback: [(d: string) => `第 ${d} 天回本。`, (d: string) => ` They had paid it back by day ${d}.`], noPayback: ['按观察时间够长的客户看，回本曲线还没到达 CAC。', ' The payback curve of those watched long enough has not reached it yet.'],
  noCosts: [(n: string) => `新连接 ${n} 位客户，但这段时间没有成本记录，所以算不出获客成本与回本。先在“成本”里录入或导入花费。`, (n: string) => `${n} customers were connected, but no costs are recorded for this span, so CAC and payback cannot be told. Enter or import costs first.`],
  ratio: [(r: string) => `已实现 LTV:CAC 为 ${r}。`, (r: string) => ` Realised LTV:CAC is ${r}.`],
  credit: [(orders: string, money: string, touched: string, top: string, share: string) => `${orders} 笔订单共 ${money}，其中 ${touched} 的收入之前有触点。按末次触点，“${top}”最多（${share}）。`, (orders: string, money: string, touched: string, top: string, share: string) => `${orders} orders, ${money}; ${touched} of the revenue had a touch before it. By the last touch “${top}” leads (${share}).`],
  even: ['各部分加总与订单台账分毫不差。', ' All parts add up to the order ledger to the cent.'], uneven: [(d: string) => `与订单台账相差 ${d}，请联系支持。`, (d: string) => ` The parts differ from the order ledger by ${d}.`],
})

/** Where a funnel leaks. */
export function sayFunnel(names: string[], steps: readonly Schema<'FunnelStep'>[]): string | undefined {
  const t = words(said)
  const [first, last] = [steps[0], steps.at(-1)]
  if (!first || !last || first.count === 0) return undefined
  let out = t.funnel(names[0] ?? '', num(first.count), names[steps.length - 1] ?? '', pct(last.conversion))
  let worst = 0
  for (let i = 1; i < steps.length; i++) if (lost(steps, i) > lost(steps, worst)) worst = i
  if (worst > 0) {
    out += t.worst(names[worst - 1] ?? '', names[worst] ?? '', num(lost(steps, worst)), pct(1 - (steps[worst]?.from_previous ?? 0)))
    const median = steps[worst]?.median_seconds
    if (median != null) out += t.pace(names[worst] ?? '', lasting(median))
  }
  return out
}

const lost = (steps: readonly Schema<'FunnelStep'>[], i: number) => (i > 0 ? (steps[i - 1]?.count ?? 0) - (steps[i]?.count ?? 0) : 0)

/** How well customers stay. */
export function sayRetention(a: Schema<'RetentionAnswer'>, label: (start: string) => string): string | undefined {
  const t = words(said)
  const size = a.cohorts.reduce((sum, c) => sum + c.size, 0)
  const [one, late] = [a.mean[1], a.mean[Math.min(6, a.mean.length - 1)]]
  if (size === 0 || !one || !late) return undefined
  const best = a.cohorts.filter((c) => c.size >= 20 && c.counts.length > 1).sort((x, y) => (y.counts[1] ?? 0) / y.size - (x.counts[1] ?? 0) / x.size)[0]
  return t.retained(num(size), pct(one.share), pct(late.share), num(late.interval)) + (best ? t.bestCohort(label(best.start), pct((best.counts[1] ?? 0) / best.size)) : '')
}

/** How a line moved lately. The last period is still running. */
export function sayTrend(name: string, values: readonly (number | null)[], labels: readonly string[], format: (n: number | null) => string): string | undefined {
  const t = words(said)
  const known = values.map((v) => v ?? 0)
  if (known.length < 3 || known.every((v) => v === 0)) return undefined
  const [now, before] = [known.at(-2) ?? 0, known.at(-3) ?? 0]
  const peak = known.indexOf(Math.max(...known))
  const change = before ? now / before - 1 : 0
  const word = Math.abs(change) < 0.005 || !before ? t.same : change > 0 ? t.up(pct(change)) : t.down(pct(-change))
  return t.trend(name, format(now), word, format(known[peak] ?? 0), labels[peak] ?? '')
}

/** What is usual, and what pulls the mean. */
export function sayDistribution(a: Schema<'DistributionAnswer'>, format: (n: number) => string): string | undefined {
  const t = words(said)
  if (a.customers === 0) return undefined
  const s = a.summary
  if (s) return t.spread(num(a.customers), format(s.median), format(s.mean), format(s.p90)) + (s.mean > 1.5 * s.median && s.median > 0 ? t.skew : '')
  const top = [...a.bins].sort((x, y) => y.customers - x.customers)[0]
  return top && t.spreadText(num(a.customers), valueName(top.value ?? ''), pct(top.share))
}

/** Where most go from the first node. */
export function sayPaths(a: Schema<'PathsAnswer'>, backward: boolean): string | undefined {
  const t = words(said)
  const first = a.nodes?.find((n) => n.depth === 0)
  if (!first) return undefined
  const on = a.links?.filter((l) => l.depth === 0 && l.from === first.node) ?? []
  const all = on.reduce((sum, l) => sum + l.paths, 0)
  const next = on[0]
  if (!next || all === 0) return undefined
  const say = backward ? t.pathsBack : t.paths
  return say(num(a.customers), num(a.paths), valueName(first.node), valueName(next.to), pct(next.paths / all)) + (backward ? '' : t.stop(pct(first.dropped / first.paths)))
}

/** Who the best are, and whom to win back. */
export function sayRfm(count: number, types: readonly { type: string; name: string; count: number }[]): string | undefined {
  const t = words(said)
  if (count === 0) return undefined
  const best = types.find((x) => x.type === 'hhh')
  const lapsed = types.find((x) => x.type === 'lhh')
  return (best ? t.rfm(num(count), best.name, num(best.count), pct(best.count / count)) : '') + (lapsed && lapsed.count > 0 ? t.rfmLost(num(lapsed.count), lapsed.name) : '') || undefined
}

/** What is to come, and how far to trust it. */
export function sayLtv(a: Schema<'LtvAnswer'>): string | undefined {
  const t = words(said)
  if (a.count === 0) return undefined
  const out = t.ltv(num(a.count), num(a.horizon), money(a.total_expected_value, undefined, 0), pct(a.total_expected_value ? (a.deciles[0]?.expected_value ?? 0) / a.total_expected_value : 0))
  const error = a.quality?.relative_error
  return out + (error != null ? t.fit(`${error > 0 ? '+' : ''}${pct(error)}`) : '') + (a.count > 0 && a.expected_alive / a.count > 0.999 ? t.undying : '')
}

/** Which factor of lifetime value is worth working on. */
export function sayTree(a: Schema<'LtvtreeAnswer'>, leaf: (name: string) => string): string | undefined {
  const t = words(said)
  if (a.ltv == null) return undefined
  const best = a.levers[0]
  if (!best) return t.treeOnly(money(a.ltv, a.currency))
  return t.tree(money(a.ltv, a.currency), leaf(best.leaf), money(best.total_gain_p75, a.currency, 0), money(best.total_gain_best, a.currency, 0))
}

/** Whether joining did anything. */
export function sayJoining(a: Schema<'BeforeafterAnswer'>): string | undefined {
  const t = words(said)
  const e = a.effect
  if (!e) return undefined
  const m = (n: number) => money(n, a.currency)
  const parallel = a.pre_trend?.parallel ?? true
  return t.joined(num(a.matched), m(e.value), m(e.low), m(e.high)) + (e.certain ? (parallel ? t.certain : '') : t.unsure) + (parallel ? '' : t.parallel)
}

/** What a customer cost, and when it came back. */
export function sayCac(a: Schema<'CacAnswer'>): string | undefined {
  const t = words(said)
  const r = a.total
  if (r.connected === 0) return undefined
  if (r.cost === 0) return t.noCosts(num(r.connected))
  return t.cac(num(r.connected), money(r.cost, a.currency, 0), money(r.cac, a.currency)) + (r.payback_days != null ? t.payback(num(r.payback_days)) : t.noPayback) + (r.ltv_cac_realised != null ? t.ratio(num(r.ltv_cac_realised, 2)) : '')
}

/** What orders are owed to, and whether all of them are there. */
export function sayAttribution(a: Schema<'AttributionAnswer'>): string | undefined {
  const t = words(said)
  const { ledger, touched, difference } = a.reconciliation
  const last = a.models.find((m) => m.model === 'last') ?? a.models[0]
  const top = last?.credits.filter((c) => !c.value.startsWith('('))[0]
  if (ledger.orders === 0 || !top) return undefined
  return t.credit(num(ledger.orders), money(ledger.revenue, a.currency), pct(ledger.revenue ? touched.revenue / ledger.revenue : 0), valueName(top.value), pct(top.share)) + (difference === 0 ? t.even : t.uneven(money(difference, a.currency)))
}
