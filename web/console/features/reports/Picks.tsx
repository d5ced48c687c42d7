import { texts, useText } from '@shared/i18n'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import FilterOutlined from '@ant-design/icons/FilterOutlined'
import { AutoComplete, Button, Input, Select, Tooltip } from 'antd'
import { useState } from 'react'
import { literal, takesValue, type Cond, type Pick } from './model'
import { useVocabulary } from './vocabulary'
import { eventName } from './words'

const said = texts({
  event: ['事件', 'Event'], choose: ['选择或输入事件', 'Choose or type an event'], use: [(s: string) => `使用“${s}”`, (s: string) => `Use “${s}”`],
  cond: ['添加条件', 'Add a condition'], prop: ['属性', 'Property'], op: ['比较', 'Comparison'], value: ['值', 'Value'], several: ['多个值用逗号分开', 'Several, with commas'], remove: ['删除条件', 'Remove condition'],
  by: ['拆分方式', 'Break down by'], none: ['不拆分', 'No breakdown'], aipl: ['按 AIPL 阶段', 'By AIPL stage'], aarrr: ['按 AARRR 阶段', 'By AARRR stage'], tier: ['按等级', 'By tier'], channel: ['按来源渠道', 'By channel'], trait: ['按客户属性…', 'By a trait…'], byProp: ['按事件属性…', 'By an event property…'],
  name: ['属性名', 'Name'],
  eq: ['等于', 'is'], ne: ['不等于', 'is not'], in: ['是其中之一', 'is one of'], not_in: ['都不是', 'is none of'], contains: ['包含', 'contains'], starts_with: ['开头是', 'starts with'],
  gt: ['大于', '>'], gte: ['不小于', '≥'], lt: ['小于', '<'], lte: ['不大于', '≤'], exists: ['有值', 'exists'], missing: ['没有值', 'is missing'],
})

const ops = ['eq', 'ne', 'in', 'not_in', 'contains', 'starts_with', 'gt', 'gte', 'lt', 'lte', 'exists', 'missing'] as const

/** Chooses an event by its name in the viewer's words; any other name may be typed. */
export function EventPicker({ value, onChange, any, label, width = 200, allowClear, placeholder }: {
  value?: string
  onChange: (event: string | undefined) => void
  any?: boolean
  label?: string
  width?: number
  allowClear?: boolean
  placeholder?: string
}) {
  const t = useText(said)
  const [typed, setTyped] = useState('')
  const known = useVocabulary().events.filter((e) => any || e !== '*')
  const options = known.map((e) => ({ value: e, label: eventName(e), find: `${e} ${eventName(e)}`.toLowerCase() }))
  if (value && !known.includes(value)) options.unshift({ value, label: eventName(value), find: value.toLowerCase() })
  const fresh = typed.trim()
  if (fresh && !options.some((o) => o.find.includes(fresh.toLowerCase()))) options.push({ value: fresh, label: t.use(fresh), find: fresh.toLowerCase() })
  return (
    <Select
      style={{ width }} allowClear={allowClear} aria-label={label ?? t.event} placeholder={placeholder ?? t.choose} value={value || undefined} options={options} popupMatchSelectWidth={false}
      showSearch={{ onSearch: setTyped, filterOption: (input, o) => Boolean(o?.find.includes(input.trim().toLowerCase())) }} onChange={(v?: string) => { setTyped(''); onChange(v) }}
      optionRender={(o) => <span>{o.label} {o.value !== o.label && <small className="y-faint">{String(o.value)}</small>}</span>}
    />
  )
}

/** An event with conditions on its properties. */
export function PickEditor({ value, onChange, any, label, width }: { value: Pick; onChange: (next: Pick) => void; any?: boolean; label?: string; width?: number }) {
  const t = useText(said)
  const where = value.where ?? []
  const put = (next: Cond[]) => onChange(next.length > 0 ? { ...value, where: next } : { event: value.event })
  return (
    <div className="y-reports-pick">
      <EventPicker any={any} label={label} width={width} value={value.event} onChange={(event) => event && onChange({ ...value, event })} />
      <Tooltip title={t.cond}><Button type="text" aria-label={t.cond} icon={<FilterOutlined />} onClick={() => put([...where, { prop: '', op: 'eq' }])} /></Tooltip>
      {where.map((w, i) => <CondRow key={i} value={w} onChange={(next) => put(where.map((x, j) => (j === i ? next : x)))} onRemove={() => put(where.filter((_, j) => j !== i))} />)}
    </div>
  )
}

function CondRow({ value, onChange, onRemove }: { value: Cond; onChange: (next: Cond) => void; onRemove: () => void }) {
  const t = useText(said)
  const [typed, setTyped] = useState(() => (Array.isArray(value.value) ? value.value.join(', ') : value.value === undefined ? '' : String(value.value)))
  const props = useVocabulary().props.map((p) => ({ value: p }))
  const commit = () => onChange({ ...value, value: literal(value.op, typed) })
  return (
    <div className="y-reports-cond">
      <AutoComplete aria-label={t.prop} placeholder={t.prop} style={{ width: 130 }} defaultValue={value.prop} options={props} showSearch={{ filterOption: (q, o) => String(o?.value).includes(q) }} onBlur={(e) => onChange({ ...value, prop: (e.target as HTMLInputElement).value.trim() })} onSelect={(prop: string) => onChange({ ...value, prop })} />
      <Select aria-label={t.op} style={{ width: 112 }} value={value.op} options={ops.map((op) => ({ value: op, label: t[op] }))} onChange={(op: string) => onChange({ ...value, op, value: takesValue(op) ? literal(op, typed) : undefined })} />
      {takesValue(value.op) && <Input aria-label={t.value} placeholder={value.op.endsWith('in') ? t.several : t.value} style={{ width: 150 }} value={typed} onChange={(e) => setTyped(e.target.value)} onBlur={commit} onPressEnter={commit} />}
      <Button type="text" aria-label={t.remove} icon={<DeleteOutlined />} onClick={onRemove} />
    </div>
  )
}

/** Chooses what a report is divided by. The value stands in the address: "level:aipl", "trait:channel", "prop:category". */
export function ByPicker({ value, onChange, noProp }: { value?: string; onChange: (by: string | undefined) => void; noProp?: boolean }) {
  const t = useText(said)
  const vocabulary = useVocabulary()
  const [asking, setAsking] = useState<'trait' | 'prop'>()
  const fixed = ['level:aipl', 'level:aarrr', 'level:tier', 'trait:channel']
  const kind = asking ?? (value && !fixed.includes(value) ? (value.split(':')[0] as 'trait' | 'prop') : undefined)
  const name = value && !fixed.includes(value) && value.startsWith(`${kind}:`) ? value.slice(value.indexOf(':') + 1) : ''
  const options = [
    { value: '', label: t.none }, { value: 'level:aipl', label: t.aipl }, { value: 'level:aarrr', label: t.aarrr }, { value: 'level:tier', label: t.tier }, { value: 'trait:channel', label: t.channel }, { value: 'trait', label: t.trait },
    ...(noProp ? [] : [{ value: 'prop', label: t.byProp }]),
  ]
  const named = kind === 'trait' ? vocabulary.traits : vocabulary.props
  return (
    <>
      <Select
        aria-label={t.by} style={{ width: 150 }} value={kind ?? value ?? ''} options={options} popupMatchSelectWidth={false}
        onChange={(v: string) => { if (v === 'trait' || v === 'prop') setAsking(v); else { setAsking(undefined); onChange(v || undefined) } }}
      />
      {kind && <AutoComplete key={kind} aria-label={t.name} placeholder={t.name} style={{ width: 140 }} defaultValue={name} options={named.map((n) => ({ value: n }))} showSearch={{ filterOption: (q, o) => String(o?.value).includes(q) }} onSelect={(n: string) => { setAsking(undefined); onChange(`${kind}:${n}`) }} onBlur={(e) => { const n = (e.target as HTMLInputElement).value.trim(); if (n && n !== name) { setAsking(undefined); onChange(`${kind}:${n}`) } }} />}
    </>
  )
}
