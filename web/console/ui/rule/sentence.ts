import type { Lang } from '@shared/i18n'
import { eventLabel, kindLabel, propLabel, stageLabel } from './labels'
import { leafKind, parse } from './model'
import { isNever, isOnce, readDid, readLast, readSequence, readStage, readTest } from './parts'
import type { Measure, Node, Rule, Selection, Span, Test } from './types'

/** Names that a rule does not tell. */
export interface Names {
  audience?: (id: string) => string | undefined
}

interface Tongue {
  lang: Lang
  names: Names
}

const zhOf = (t: Tongue) => t.lang === 'zh-CN'
const quote = (t: Tongue, s: string) => (zhOf(t) ? `「${s}」` : `“${s}”`)

const units = { 'zh-CN': { s: '秒', m: '分钟', h: '小时', d: '天', w: '周' }, 'en-US': { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' } } as Record<Lang, Record<string, string>>

/** A duration such as "30d" in words. */
export function lastWords(raw: unknown, lang: Lang): string {
  const last = readLast(raw)
  if (!last) return String(raw ?? '…')
  const unit = units[lang][last.unit] ?? last.unit
  return lang === 'zh-CN' ? `${last.n} ${unit}` : `${last.n} ${unit}${last.n === 1 ? '' : 's'}`
}

function number(v: unknown, lang: Lang): string {
  return typeof v === 'number' ? new Intl.NumberFormat(lang, { maximumFractionDigits: 6 }).format(v) : v === undefined ? '…' : String(v)
}

function value(v: unknown, t: Tongue): string {
  if (v === undefined || v === null || v === '') return '…'
  if (typeof v === 'boolean') return zhOf(t) ? (v ? '是' : '否') : v ? 'yes' : 'no'
  if (typeof v === 'number') return number(v, t.lang)
  return typeof v === 'string' ? quote(t, v) : JSON.stringify(v)
}

const list = (v: unknown, t: Tongue) => (Array.isArray(v) && v.length > 0 ? v.map((x) => value(x, t)).join(zhOf(t) ? '、' : ', ') : '…')
const ends = (v: unknown): [unknown, unknown] => (Array.isArray(v) ? [v[0], v[1]] : [undefined, undefined])

const signs: Record<string, string> = { gt: '>', gte: '≥', lt: '<', lte: '≤', eq: '=', ne: '≠' }

/** A test in words, such as 城市是「杭州」. */
export function testWords(test: Test, lang: Lang): string {
  const t: Tongue = { lang, names: {} }
  const name = propLabel(test.name, lang) || '…'
  const v = test.value
  const [low, high] = ends(v)
  const zh: Record<string, () => string> = {
    eq: () => `${name}是${value(v, t)}`, ne: () => `${name}不是${value(v, t)}`, in: () => `${name}是${list(v, t)}之一`, not_in: () => `${name}不是${list(v, t)}中的任何一个`,
    contains: () => `${name}包含${value(v, t)}`, starts_with: () => `${name}以${value(v, t)}开头`, between: () => `${name}在 ${plain(low, lang)} 到 ${plain(high, lang)} 之间`,
    exists: () => `${name}有值`, missing: () => `${name}没有值`, before: () => `${name}早于 ${plain(v, lang)}`, after: () => `${name}晚于 ${plain(v, lang)}`, within_last: () => `${name}在最近 ${lastWords(v, lang)}内`,
  }
  const en: Record<string, () => string> = {
    eq: () => `${name} is ${value(v, t)}`, ne: () => `${name} is not ${value(v, t)}`, in: () => `${name} is one of ${list(v, t)}`, not_in: () => `${name} is none of ${list(v, t)}`,
    contains: () => `${name} contains ${value(v, t)}`, starts_with: () => `${name} starts with ${value(v, t)}`, between: () => `${name} is between ${plain(low, lang)} and ${plain(high, lang)}`,
    exists: () => `${name} is known`, missing: () => `${name} is not known`, before: () => `${name} is before ${plain(v, lang)}`, after: () => `${name} is after ${plain(v, lang)}`, within_last: () => `${name} is in the last ${lastWords(v, lang)}`,
  }
  const said = (zhOf(t) ? zh : en)[test.op]
  if (said) return said()
  return signs[test.op] ? `${name} ${signs[test.op]} ${plain(v, lang)}` : `${name} ${test.op} ${JSON.stringify(v)}`
}

/** A value without quotes. */
const plain = (v: unknown, lang: Lang) => (typeof v === 'number' ? number(v, lang) : v === undefined || v === '' ? '…' : String(v))

function selection(s: Selection, t: Tongue): string {
  const or = zhOf(t) ? '或' : ' or '
  const what = s.any ? (zhOf(t) ? '任意行为' : 'anything') : s.events.length === 0 ? '…' : s.events.map((e) => quote(t, eventLabel(e, t.lang))).join(or)
  if (s.where.length === 0) return what
  const tests = s.where.map((w) => testWords(w, t.lang)).join(zhOf(t) ? '，' : ' and ')
  return zhOf(t) ? `${what}（${tests}）` : `${what} (where ${tests})`
}

function span(s: Span, t: Tongue): string {
  if (s.kind === 'within') return zhOf(t) ? `最近 ${lastWords(s.last, t.lang)}内` : ` in the last ${lastWords(s.last, t.lang)}`
  if (s.kind === 'between') return zhOf(t) ? `${s.from || '…'} 至 ${s.to || '…'} 期间` : ` from ${s.from || '…'} to ${s.to || '…'}`
  return ''
}

function compared(op: string, v: unknown, t: Tongue, unit = ''): string {
  const [low, high] = ends(v)
  const n = (x: unknown) => number(x, t.lang)
  if (op === 'between') return zhOf(t) ? `在 ${n(low)} 到 ${n(high)}${unit && ` ${unit}`}之间` : `between ${n(low)} and ${n(high)}${unit && ` ${unit}`}`
  return `${signs[op] ?? op} ${n(v)}${unit && ` ${unit}`}`
}

function times(op: string, v: unknown, t: Tongue): string {
  const n = number(v, t.lang)
  const [low, high] = ends(v)
  const s = v === 1 ? '' : 's'
  const zh: Record<string, string> = { eq: `正好 ${n} 次`, ne: `不是 ${n} 次`, gt: `超过 ${n} 次`, gte: `至少 ${n} 次`, lt: `少于 ${n} 次`, lte: `最多 ${n} 次`, between: ` ${number(low, t.lang)} 到 ${number(high, t.lang)} 次` }
  const en: Record<string, string> = { eq: `exactly ${n} time${s}`, ne: `not exactly ${n} time${s}`, gt: `more than ${n} time${s}`, gte: `at least ${n} time${s}`, lt: `fewer than ${n} time${s}`, lte: `at most ${n} time${s}`, between: `${number(low, t.lang)} to ${number(high, t.lang)} times` }
  return (zhOf(t) ? zh : en)[op] ?? `${op} ${n}`
}

const folds: Record<string, readonly [string, string]> = { sum: ['合计', 'total'], avg: ['平均', 'average'], min: ['最小值', 'smallest'], max: ['最大值', 'largest'] }

function did(rule: Rule, t: Tongue): string {
  const d = readDid(rule)
  const [what, when, m] = [selection(d, t), span(d.span, t), d.measure]
  if (isNever(m)) return zhOf(t) ? `${when}没有${d.any ? '任何行为' : `做过${what}`}` : `did not do ${d.any ? 'anything' : what}${when}`
  if (isOnce(m)) return zhOf(t) ? `${when}${d.any ? `有过${what}` : `做过${what}`}` : `did ${what}${when}`
  return measured(m, what, when, t)
}

function measured(m: Measure, what: string, when: string, t: Tongue): string {
  switch (m.kind) {
    case 'once': return what
    case 'count': return zhOf(t) ? `${when}做过${what}${times(m.op, m.value, t)}` : `did ${what} ${times(m.op, m.value, t)}${when}`
    case 'distinct_days': return zhOf(t) ? `${when}做过${what}的天数 ${compared(m.op, m.value, t, '天')}` : `did ${what} on ${compared(m.op, m.value, t)} days${when}`
    case 'first': case 'last': {
      const test = testWords(m.test, t.lang)
      if (zhOf(t)) return `${when}${m.kind === 'first' ? '第一次' : '最近一次'}${what}的${test}`
      return `${m.kind === 'first' ? 'the first' : 'the latest'} ${what}${when}: ${test}`
    }
    case 'distinct': return zhOf(t) ? `${when}${what}涉及的不同${propLabel(m.of, t.lang) || '…'} ${compared(m.op, m.value, t, '种')}` : `number of different ${propLabel(m.of, t.lang) || '…'} of ${what}${when} ${compared(m.op, m.value, t)}`
    default: {
      const fold = folds[m.kind]?.[zhOf(t) ? 0 : 1]
      const of = propLabel(m.of, t.lang) || '…'
      return zhOf(t) ? `${when}${what}的${of}${fold} ${compared(m.op, m.value, t)}` : `${fold} ${of} of ${what}${when} ${compared(m.op, m.value, t)}`
    }
  }
}

function sequence(rule: Rule, t: Tongue): string {
  const s = readSequence(rule)
  const steps = s.steps.map((step) => selection(step, t)).join(zhOf(t) ? ' → ' : ', then ') || '…'
  if (zhOf(t)) return `${s.inLast ? `最近 ${lastWords(s.inLast, t.lang)}内` : ''}先后做过 ${steps}${s.within ? `（${lastWords(s.within, t.lang)}内走完）` : ''}`
  return `did ${steps}${s.within ? ` within ${lastWords(s.within, t.lang)}` : ''}${s.inLast ? `, all in the last ${lastWords(s.inLast, t.lang)}` : ''}`
}

const tierSigns: Record<string, readonly [string, string]> = { '': ['是', 'is'], '=': ['是', 'is'], '>=': ['不低于', 'is at least'], '>': ['高于', 'is above'], '<=': ['不高于', 'is at most'], '<': ['低于', 'is below'], '!=': ['不是', 'is not'] }

function leafWords(rule: Rule, t: Tongue): string {
  switch (leafKind(rule)) {
    case 'trait': return testWords(readTest(rule, 'trait'), t.lang)
    case 'tag': return zhOf(t) ? `有标签${value(rule.tag, t)}` : `has the tag ${value(rule.tag, t)}`
    case 'audience': {
      const id = typeof rule.audience === 'string' ? rule.audience : ''
      return zhOf(t) ? `在人群${value(t.names.audience?.(id) ?? id, t)}中` : `is in the audience ${value(t.names.audience?.(id) ?? id, t)}`
    }
    case 'stage': {
      const s = readStage(rule)
      return zhOf(t) ? `${kindLabel(s.kind, t.lang)} 阶段是${value(stageLabel(s.name, t.lang), t)}` : `${kindLabel(s.kind, t.lang)} stage is ${value(stageLabel(s.name, t.lang), t)}`
    }
    case 'tier': {
      const s = readStage(rule)
      return zhOf(t) ? `等级${tierSigns[s.sign]?.[0] ?? s.sign} ${s.name || '…'}` : `tier ${tierSigns[s.sign]?.[1] ?? s.sign} ${s.name || '…'}`
    }
    case 'did': return did(rule, t)
    case 'sequence': return sequence(rule, t)
    case 'raw': return JSON.stringify(Object.keys(rule).join() === '' ? rule[''] : rule)
  }
}

function words(n: Node, t: Tongue, top: boolean): string {
  let out: string
  if (n.kind === 'leaf') out = leafWords(n.rule, t)
  else if (n.kids.length === 0) out = n.join === 'all' ? (zhOf(t) ? '所有客户' : 'every customer') : zhOf(t) ? '没有客户' : 'nobody'
  else if (n.kids.length === 1) out = words(n.kids[0] as Node, t, top && n.not === 0)
  else {
    const joint = zhOf(t) ? (n.join === 'all' ? '，并且' : '，或者') : n.join === 'all' ? ', and ' : ', or '
    out = n.kids.map((kid) => words(kid, t, false)).join(joint)
    if (!top || n.not > 0) out = zhOf(t) ? `（${out}）` : `(${out})`
  }
  for (let i = 0; i < n.not; i++) out = zhOf(t) ? (out.startsWith('（') ? `不满足${out}` : `不满足（${out}）`) : out.startsWith('(') ? `not ${out}` : `not (${out})`
  return out
}

/** A rule as a sentence. It never throws: what it does not know it shows as JSON. */
export function ruleSentence(rule: unknown, lang: Lang, names: Names = {}): string {
  try {
    return words(parse(rule).root, { lang, names }, true)
  } catch {
    return JSON.stringify(rule) ?? ''
  }
}
