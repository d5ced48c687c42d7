import { brandCurrency } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { Select } from 'antd'
import { AddWhere, EventsEditor, WhereEditor } from './EventsEditor'
import { AmountField, DatesField, LastField, NamePicker } from './fields'
import { isMoney } from './labels'
import { bounds, isNever, readDid, writeDid } from './parts'
import { TestEditor, opWords } from './TestEditor'
import type { Did, Measure, Rule, Span } from './types'
import type { Words } from './words'

const said = texts({
  ever: ['有史以来', 'Ever'], within: ['最近', 'In the last'], between: ['日期区间', 'Between dates'], span: ['时间范围', 'Time'], measure: ['怎样算', 'Measure'], how: ['比较方式', 'Comparison'],
  once: ['做过', 'did'], never: ['没做过', 'did not do'], count: ['做的次数', 'number of times'], distinct_days: ['做的天数', 'number of days'], sum: ['属性合计', 'sum of a property'], avg: ['属性平均', 'average of a property'],
  min: ['属性最小值', 'smallest of a property'], max: ['属性最大值', 'largest of a property'], distinct: ['属性去重数', 'different values of a property'], first: ['第一次时的属性', 'property of the first'], last: ['最近一次的属性', 'property of the latest'],
  of: ['统计哪个属性', 'Property'], times: ['次', 'times'], days: ['天', 'days'], kinds: ['种', 'values'],
})

const kinds = ['once', 'never', 'count', 'distinct_days', 'sum', 'avg', 'min', 'max', 'distinct', 'first', 'last'] as const

const shown = (m: Measure): string => (isNever(m) ? 'never' : m.kind)

function next(kind: string, was: Measure): Measure {
  const of = 'of' in was ? was.of : ''
  const [op, value] = 'op' in was && !isNever(was) ? [was.op, was.value] : ['gte', undefined]
  switch (kind) {
    case 'never': return { kind: 'count', op: 'eq', value: 0 }
    case 'count': case 'distinct_days': return { kind, op, value: value ?? 2 }
    case 'sum': case 'avg': case 'min': case 'max': case 'distinct': return { kind, of, op, value }
    case 'first': case 'last': return { kind, test: 'test' in was ? was.test : { name: of, op: 'eq' } }
    default: return { kind: 'once' }
  }
}

/** Edits {"did": ...}: when, whether, what, and how much of it. */
export function DidEditor({ rule, onChange, words }: { rule: Rule; onChange: (rule: Rule) => void; words: Words }) {
  const t = useText(said)
  const did = readDid(rule)
  const set = (part: Partial<Did>) => onChange(writeDid({ ...did, ...part }))
  return (
    <div className="y-rule-did">
      <div className="y-rule-line">
        <SpanField value={did.span} onChange={(span) => set({ span })} />
        <Select
          popupMatchSelectWidth={false} style={{ minWidth: 96 }} aria-label={t.measure} value={shown(did.measure)} onChange={(kind: string) => set({ measure: next(kind, did.measure) })}
          options={kinds.map((k) => ({ value: k, label: t[k] }))}
        />
        <EventsEditor value={did} words={words} onChange={(s) => set(s)} />
        <MeasureField value={did.measure} events={did.events} words={words} onChange={(measure) => set({ measure })} />
        <AddWhere value={did} onChange={(s) => set(s)} />
      </div>
      <WhereEditor value={did} words={words} onChange={(s) => set(s)} />
    </div>
  )
}

function SpanField({ value, onChange }: { value: Span; onChange: (s: Span) => void }) {
  const t = useText(said)
  const choose = (kind: Span['kind']) => onChange(kind === 'within' ? { kind, last: '30d' } : kind === 'between' ? { kind, from: '', to: '' } : { kind })
  return (
    <>
      <Select
        popupMatchSelectWidth={false} style={{ minWidth: 96 }} aria-label={t.span} value={value.kind} onChange={choose}
        options={(['within', 'between', 'ever'] as const).map((k) => ({ value: k, label: t[k] }))}
      />
      {value.kind === 'within' && <LastField value={value.last} onChange={(last) => onChange({ kind: 'within', last })} />}
      {value.kind === 'between' && <DatesField from={value.from} to={value.to} onChange={(from, to) => onChange({ kind: 'between', from, to })} />}
    </>
  )
}

function MeasureField({ value: m, events, words, onChange }: { value: Measure; events: string[]; words: Words; onChange: (m: Measure) => void }) {
  const t = useText(said)
  const ops = useText(opWords) as Record<string, string>
  const lang = useLang()
  if (isNever(m) || m.kind === 'once') return null
  if ('test' in m) return <TestEditor test={m.test} of="prop" events={events} words={words} onChange={(test) => onChange({ ...m, test })} />
  const whole = m.kind === 'count' || m.kind === 'distinct_days' || m.kind === 'distinct'
  const unit = m.kind === 'count' ? t.times : m.kind === 'distinct_days' ? t.days : m.kind === 'distinct' ? t.kinds : 'of' in m && isMoney(m.of) ? brandCurrency() : ''
  const compare = (op: string) => onChange({ ...m, op, value: op === 'between' ? [Array.isArray(m.value) ? m.value[0] : m.value, undefined] : Array.isArray(m.value) ? m.value[0] : m.value })
  return (
    <>
      {'of' in m && <NamePicker value={m.of} choices={words.props(events)} label={t.of} width={120} status={m.of ? undefined : 'error'} onChange={(of) => onChange({ ...m, of })} />}
      <Select
        popupMatchSelectWidth={false} style={{ minWidth: lang === 'zh-CN' ? 96 : 104 }} aria-label={t.how} value={m.op} onChange={compare}
        options={bounds.map((op) => ({ value: op, label: ops[op] ?? op }))}
      />
      <AmountField op={m.op} value={m.value} whole={whole} onChange={(value) => onChange({ ...m, value })} />
      {unit && <i>{unit}</i>}
    </>
  )
}
