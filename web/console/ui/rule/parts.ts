import type { Did, Measure, Rule, Selection, Sequence, Span, Test } from './types'

const isObject = (v: unknown): v is Rule => typeof v === 'object' && v !== null && !Array.isArray(v)
const text = (v: unknown) => (typeof v === 'string' ? v : '')

/** Comparisons of a measure. */
export const bounds = ['gte', 'gt', 'eq', 'ne', 'lte', 'lt', 'between'] as const

/** Comparisons of a value. */
export const comparisons = ['eq', 'ne', 'in', 'not_in', 'contains', 'starts_with', 'gt', 'gte', 'lt', 'lte', 'between', 'exists', 'missing', 'before', 'after', 'within_last'] as const

/** Whether a comparison takes no value. */
export const bare = (op: string) => op === 'exists' || op === 'missing'

/** Reads a test of a trait (`trait`) or a property (`prop`). */
export function readTest(raw: unknown, key: 'trait' | 'prop'): Test {
  const o = isObject(raw) ? raw : {}
  return { name: text(o[key]), op: text(o.op) || 'eq', ...('value' in o ? { value: o.value } : {}) }
}

/** Writes a test. */
export function writeTest(t: Test, key: 'trait' | 'prop'): Rule {
  return bare(t.op) ? { [key]: t.name, op: t.op } : { [key]: t.name, op: t.op, value: t.value }
}

function readSelection(o: Rule): Selection {
  const names = Array.isArray(o.event) ? o.event.filter((e): e is string => typeof e === 'string') : text(o.event) ? [text(o.event)] : []
  return { any: names.includes('*'), events: names.filter((n) => n !== '*'), where: Array.isArray(o.where) ? o.where.map((w) => readTest(w, 'prop')) : [] }
}

function writeSelection(s: Selection): Rule {
  const event = s.any ? '*' : s.events.length > 1 ? s.events : (s.events[0] ?? '')
  return s.where.length > 0 ? { event, where: s.where.map((w) => writeTest(w, 'prop')) } : { event }
}

function readSpan(o: Rule): Span {
  if (typeof o.within === 'string') return { kind: 'within', last: o.within }
  if (Array.isArray(o.between)) return { kind: 'between', from: text(o.between[0]), to: text(o.between[1]) }
  return { kind: 'ever' }
}

function readMeasure(o: Rule): Measure {
  for (const kind of ['count', 'distinct_days', 'sum', 'avg', 'min', 'max', 'distinct', 'first', 'last'] as const) {
    const m = o[kind]
    if (!isObject(m)) continue
    if (kind === 'first' || kind === 'last') return { kind, test: readTest(m, 'prop') }
    const op = Object.keys(m).find((k) => k !== 'of') ?? 'gte'
    if (kind === 'count' || kind === 'distinct_days') return { kind, op, value: m[op] }
    return { kind, of: text(m.of) || text(o.of), op, value: m[op] }
  }
  return { kind: 'once' }
}

function writeMeasure(m: Measure): Rule {
  switch (m.kind) {
    case 'once': return {}
    case 'first': case 'last': return { [m.kind]: writeTest(m.test, 'prop') }
    case 'count': case 'distinct_days': return { [m.kind]: { [m.op]: m.value } }
    default: return { [m.kind]: { of: m.of, [m.op]: m.value } }
  }
}

/** Reads {"did": ...}. */
export function readDid(rule: Rule): Did {
  const o = isObject(rule.did) ? rule.did : {}
  return { ...readSelection(o), span: readSpan(o), measure: readMeasure(o) }
}

/** Writes {"did": ...}. */
export function writeDid(d: Did): Rule {
  const span: Rule = d.span.kind === 'within' ? { within: d.span.last } : d.span.kind === 'between' ? { between: [d.span.from, d.span.to] } : {}
  return { did: { ...writeSelection(d), ...span, ...writeMeasure(d.measure) } }
}

/** Whether a `did` says "never". */
export const isNever = (m: Measure) => m.kind === 'count' && ((m.op === 'eq' && m.value === 0) || (m.op === 'lte' && m.value === 0) || (m.op === 'lt' && m.value === 1))

/** Whether a `did` says "at least once". */
export const isOnce = (m: Measure) => m.kind === 'once' || (m.kind === 'count' && ((m.op === 'gte' && m.value === 1) || (m.op === 'gt' && m.value === 0)))

/** Reads {"sequence": ...}. */
export function readSequence(rule: Rule): Sequence {
  const o = isObject(rule.sequence) ? rule.sequence : {}
  const steps = Array.isArray(o.steps) ? o.steps.map((s) => readSelection(isObject(s) ? s : {})) : []
  return { steps, ...(typeof o.within === 'string' ? { within: o.within } : {}), ...(typeof o.in_last === 'string' ? { inLast: o.in_last } : {}) }
}

/** Writes {"sequence": ...}. */
export function writeSequence(s: Sequence): Rule {
  return { sequence: { steps: s.steps.map(writeSelection), ...(s.within ? { within: s.within } : {}), ...(s.inLast ? { in_last: s.inLast } : {}) } }
}

/** Reads the stage or the tier that a condition asks for. */
export function readStage(rule: Rule): { kind: 'aipl' | 'aarrr' | 'tier'; sign: string; name: string } {
  const o = isObject(rule.stage) ? rule.stage : rule
  const kind = 'aipl' in o ? 'aipl' : 'aarrr' in o ? 'aarrr' : 'tier'
  const whole = text(o[kind])
  const sign = kind === 'tier' ? (/^(>=|<=|!=|>|<|=)/.exec(whole)?.[1] ?? '') : ''
  return { kind, sign, name: whole.slice(sign.length).trim() }
}

/** Writes a condition on a stage or a tier. */
export function writeStage(s: { kind: 'aipl' | 'aarrr' | 'tier'; sign: string; name: string }): Rule {
  return s.kind === 'tier' ? { tier: s.sign + s.name } : { stage: { [s.kind]: s.name } }
}

/** Splits "30d" into 30 and "d"; undefined if it is no duration. */
export function readLast(raw: unknown): { n: number; unit: string } | undefined {
  const m = typeof raw === 'string' ? /^(\d{1,9})([smhdw])$/.exec(raw) : null
  return m ? { n: Number(m[1]), unit: m[2] as string } : undefined
}
