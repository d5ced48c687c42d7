import type { Schema } from '@shared/api/client'
import { money, none, num, pct } from '@shared/format'
import { lang, texts, words } from '@shared/i18n'
import { lasting } from './lasting'
import { cap } from './words'

const said = texts({
  acquisition: ['获客', 'Acquisition'], activation: ['激活', 'Activation'], retention: ['留存', 'Retention'], revenue: ['收入', 'Revenue'], referral: ['转介绍', 'Referral'],
  source: ['源头', 'Source'], reception: ['承接', 'Reception'], settling: ['沉淀', 'Settling'], conversion: ['转化', 'Conversion'], service: ['服务', 'Service'], traffic: ['引流', 'Acquisition'], cost: ['引流', 'Acquisition'], team: ['团队', 'Team'],
  best: [(name: string, share: string) => `升得最多的是“${name}”（${share}）`, (name: string, share: string) => `“${name}” rose most (${share})`],
  worst: [(name: string, share: string) => `降得最多的是“${name}”（${share}），先看它`, (name: string, share: string) => `“${name}” fell most (${share}): look there first`],
  none: [(n: string) => `${n} 个数字还算不出来，卡片上写明了缺什么`, (n: string) => `${n} numbers cannot be told yet; their cards say what is missing`],
  first: [(name: string, value: string) => `${name} ${value}`, (name: string, value: string) => `${name}: ${value}`],
  stage: [(n: string, top: string, topN: string) => `现有 ${n} 位客户在流程里，最多的在“${top}”（${topN}）`, (n: string, top: string, topN: string) => `${n} customers are in the flow now, most of them at “${top}” (${topN})`],
  move: [(a: string, b: string, n: string) => `这段时间流转最多的是“${a} → ${b}”，${n} 人`, (a: string, b: string, n: string) => `the largest move was “${a} → ${b}”: ${n} customers`],
  rows: [(top: string, adds: string, money: string) => `净收入最高的是“${top}”：${money}，新增好友 ${adds}`, (top: string, adds: string, money: string) => `“${top}” leads by net revenue: ${money}, with ${adds} adds`],
  costless: [(top: string) => `“${top}”花了钱但没有带来好友`, (top: string) => `“${top}” cost money and brought nobody`],
  month: [(n: string) => `${n} 个月`, (n: string) => `${n} months`],
})

/** Numbers of which less is better. */
export const lessIsBetter = new Set(['cost_per_fan', 'cac', 'payback_months', 'answer_seconds', 'losses', 'deletions', 'cost', 'lost'])

/** A number of a board in its unit. */
export function shown(unit: string, n: number | null | undefined, currency?: string): string {
  if (n == null) return none
  if (unit === 'share') return pct(n)
  if (unit === 'money') return money(n, currency, Math.abs(n) >= 10_000 ? 0 : 2)
  if (unit === 'seconds') return lasting(n)
  if (unit === 'months') return words(said).month(num(n, 1))
  return num(n, unit === 'times' ? 2 : 0)
}

/** The name of a group of numbers. */
export function groupName(group: string | undefined): string {
  return (words(said) as unknown as Record<string, string>)[group ?? ''] ?? group ?? ''
}

/** A number's name and definition in the language of the moment. */
export const boardName = (v: { zh: string; en: string }) => (lang() === 'zh-CN' ? v.zh : cap(v.en))
export const definition = (v: { definition: string; definition_zh: string }) => (lang() === 'zh-CN' ? v.definition_zh : v.definition)

const glue = (parts: string[]) => (parts.length === 0 ? undefined : lang() === 'zh-CN' ? `${parts.join('；')}。` : `${parts.join('; ')}.`)

/** What a board says in a sentence. */
export function sayBoard(a: Schema<'BoardAnswer'>, name: (v: string) => string): string | undefined {
  const t = words(said)
  if (a.stages) {
    const inside = a.stages.levels.filter((l) => l.stage)
    const top = [...inside].sort((x, y) => y.end - x.end)[0]
    const flow = [...a.stages.flows].filter((f) => f.from).sort((x, y) => y.people - x.people)[0]
    if (!top) return undefined
    return glue([t.stage(num(inside.reduce((s, l) => s + l.end, 0)), name(top.stage), num(top.end)), ...(flow ? [t.move(name(flow.from), name(flow.to), num(flow.people))] : [])])
  }
  if (a.rows) {
    const top = a.rows.filter((r) => !r.row.startsWith('('))[0]
    const wasted = a.rows.find((r) => (r.values.cost ?? 0) > 0 && !r.values.adds)
    return top && glue([t.rows(name(top.row), num(top.values.adds), money(top.values.net_revenue, a.currency, 0)), ...(wasted ? [t.costless(name(wasted.row))] : [])])
  }
  const moved = a.numbers.filter((v) => v.change != null && Math.abs(v.change) >= 0.01)
  const good = (v: Schema<'BoardValue'>) => (lessIsBetter.has(v.id) ? -1 : 1) * (v.change ?? 0)
  moved.sort((x, y) => good(y) - good(x))
  const [best, worst] = [moved[0], moved.at(-1)]
  const share = (v: Schema<'BoardValue'>) => ((v.change ?? 0) >= 9 ? `×${num((v.change ?? 0) + 1)}` : `${(v.change ?? 0) > 0 ? '+' : ''}${pct(v.change)}`)
  const unknown = a.numbers.filter((v) => v.value === null).length
  const parts: string[] = []
  const main = a.numbers.find((v) => v.id === 'net_revenue') ?? a.numbers[0]
  if (main?.value != null) parts.push(t.first(boardName(main), shown(main.unit, main.value, a.currency)))
  if (best && good(best) > 0) parts.push(t.best(boardName(best), share(best)))
  if (worst && good(worst) < 0) parts.push(t.worst(boardName(worst), share(worst)))
  if (unknown > 0) parts.push(t.none(num(unknown)))
  return glue(parts)
}
