import { texts, useText } from '@shared/i18n'
import { Input, InputNumber, Select, Space } from 'antd'
import { DatePicker } from '../dates'
import dayjs from 'dayjs'
import { useMemo, useState } from 'react'
import { readLast } from './parts'
import type { Choice } from './words'

const said = texts({
  amount: ['时长', 'How long'], unit: ['时间单位', 'Unit of time'],
  s: ['秒', 'seconds'], m: ['分钟', 'minutes'], h: ['小时', 'hours'], d: ['天', 'days'], w: ['周', 'weeks'],
  from: ['开始', 'From'], to: ['结束', 'To'], low: ['最小', 'Lowest'], high: ['最大', 'Highest'], and: ['到', 'to'],
  yes: ['是', 'Yes'], no: ['否', 'No'], use: [(name: string) => `使用“${name}”`, (name: string) => `Use “${name}”`],
  asText: ['文本', 'Text'], asNumber: ['数字', 'Number'], asBool: ['是/否', 'Yes/no'], type: ['值的类型', 'Type of value'], value: ['值', 'Value'], dateTime: ['日期或时间', 'Date or time'],
})

/** Chooses one name of many, or types one that is not there yet. */
export function NamePicker({ value, onChange, choices, label, say, width = 160, status }: {
  value: string | undefined
  onChange: (name: string) => void
  choices: Choice[]
  label: string
  /** Words for a name that is not among the choices. */
  say?: (name: string) => string | undefined
  width?: number
  status?: 'error'
}) {
  const { search, options } = useTyped(choices, value ? [value] : [], say)
  return (
    <Select
      showSearch={{ filterOption: fits, onSearch: search }} popupMatchSelectWidth={false} style={{ minWidth: width, maxWidth: 320 }} status={status} value={value || undefined}
      placeholder={label} aria-label={label} options={options} optionRender={(o) => <Line choice={o.data as Choice} />} onChange={(name: string) => { search(''); onChange(name) }}
    />
  )
}

/** Chooses some names. */
export function NamesPicker({ value, onChange, choices, label, say, width = 150, status }: {
  value: string[]
  onChange: (names: string[]) => void
  choices: Choice[]
  label: string
  /** Words for a name that is not among the choices. */
  say?: (name: string) => string | undefined
  width?: number
  status?: 'error'
}) {
  const { search, options } = useTyped(choices, value, say)
  return (
    <Select
      mode="multiple" showSearch={{ filterOption: fits, onSearch: search }} popupMatchSelectWidth={false} style={{ minWidth: width, maxWidth: 460 }} status={status} value={value}
      placeholder={label} aria-label={label} options={options} optionRender={(o) => <Line choice={o.data as Choice} />} onChange={(names: string[]) => { search(''); onChange(names) }}
    />
  )
}

function useTyped(choices: Choice[], used: readonly string[], say?: (name: string) => string | undefined) {
  const t = useText(said)
  const [typed, search] = useState('')
  const inUse = used.join('\n')
  const options = useMemo(() => {
    const used = inUse ? inUse.split('\n') : []
    const known = new Set(choices.map((c) => c.value))
    const more = used.filter((u) => !known.has(u)).map((u) => ({ value: u, label: say?.(u) ?? u }))
    const free = typed.trim()
    const own = free && !known.has(free) && !used.includes(free) ? [{ value: free, label: free, note: t.use(free) }] : []
    return [...choices, ...more, ...own]
  }, [choices, inUse, typed, t, say])
  return { search, options }
}

const fits = (typed: string, option?: { value?: unknown; label?: unknown }) => `${String(option?.label)}\n${String(option?.value)}`.toLowerCase().includes(typed.trim().toLowerCase())

function Line({ choice }: { choice: Choice }) {
  return <span className="y-rule-option"><span>{choice.label}</span>{choice.note && <small>{choice.note}</small>}</span>
}

/** A length of time with its unit in words. */
export function LastField({ value, onChange, label }: { value: unknown; onChange: (last: string) => void; label?: string }) {
  const t = useText(said)
  const last = readLast(value) ?? { n: undefined, unit: 'd' }
  return (
    <Space.Compact>
      <InputNumber min={1} max={36_500} precision={0} style={{ width: 72 }} aria-label={label ?? t.amount} value={last.n} status={last.n ? undefined : 'error'} onChange={(n) => onChange(`${n ?? ''}${last.unit}`)} />
      <Select
        popupMatchSelectWidth={false} style={{ width: 92 }} aria-label={t.unit} value={last.unit} onChange={(unit: string) => onChange(`${last.n ?? ''}${unit}`)}
        options={(['s', 'm', 'h', 'd', 'w'] as const).map((u) => ({ value: u, label: t[u] }))}
      />
    </Space.Compact>
  )
}

/** A plain date, or a time as it was written. */
export function DateField({ value, onChange, label }: { value: unknown; onChange: (date: string) => void; label: string }) {
  const t = useText(said)
  const raw = typeof value === 'string' ? value : ''
  if (raw.includes('T')) return <Input style={{ width: 230 }} value={raw} aria-label={t.dateTime} onChange={(e) => onChange(e.target.value)} />
  return <DatePicker style={{ width: 140 }} value={raw ? dayjs(raw) : null} placeholder={label} aria-label={label} onChange={(d) => onChange(d ? d.format('YYYY-MM-DD') : '')} />
}

/** Two dates, both included. */
export function DatesField({ from, to, onChange }: { from: string; to: string; onChange: (from: string, to: string) => void }) {
  const t = useText(said)
  return (
    <span className="y-rule-pair">
      <DateField value={from} label={t.from} onChange={(d) => onChange(d, to)} /><i>{t.and}</i><DateField value={to} label={t.to} onChange={(d) => onChange(from, d)} />
    </span>
  )
}

/** A number, or two for "between". */
export function AmountField({ op, value, onChange, whole, label }: { op: string; value: unknown; onChange: (v: unknown) => void; whole?: boolean; label?: string }) {
  const t = useText(said)
  const one = (v: unknown, set: (n: number | null) => void, name: string) => (
    <InputNumber style={{ width: 104 }} aria-label={name} min={whole ? 0 : undefined} precision={whole ? 0 : undefined} value={typeof v === 'number' ? v : undefined} status={typeof v === 'number' ? undefined : 'error'} onChange={(n) => set(n as number | null)} />
  )
  if (op !== 'between') return one(value, (n) => onChange(n ?? undefined), label ?? t.value)
  const [low, high] = Array.isArray(value) ? (value as unknown[]) : [undefined, undefined]
  return <span className="y-rule-pair">{one(low, (n) => onChange([n ?? undefined, high]), t.low)}<i>{t.and}</i>{one(high, (n) => onChange([low, n ?? undefined]), t.high)}</span>
}

const guess = (v: unknown): 'text' | 'number' | 'bool' => (typeof v === 'number' ? 'number' : typeof v === 'boolean' ? 'bool' : 'text')

/** The value of a test. Where nobody knows the type it is chosen beside. */
export function ValueField({ op, type, value, values, onChange, label }: { op: string; type: string; value: unknown; values: unknown[]; onChange: (v: unknown) => void; label: string }) {
  const t = useText(said)
  const [as, setAs] = useState(() => guess(Array.isArray(value) ? value[0] : value))
  if (op === 'exists' || op === 'missing') return null
  if (op === 'within_last') return <LastField value={value} onChange={onChange} />
  if (op === 'before' || op === 'after') return <DateField value={value} label={label} onChange={onChange} />
  const [low, high] = Array.isArray(value) ? (value as unknown[]) : []
  if (op === 'between' && (type === 'date' || typeof low === 'string')) return <DatesField from={String(low ?? '')} to={String(high ?? '')} onChange={(a, b) => onChange([a, b])} />
  if (['gt', 'gte', 'lt', 'lte', 'between'].includes(op) && typeof value !== 'string') return <AmountField op={op} value={value} onChange={onChange} label={label} />
  const shape = type === 'number' || type === 'bool' || type === 'text' ? type : as
  const field = <Plain op={op} shape={shape} value={value} values={values} onChange={onChange} label={label} />
  if (type === 'number' || type === 'bool' || type === 'text' || op === 'starts_with') return field
  return (
    <Space.Compact>
      {field}
      <Select
        style={{ width: 86 }} popupMatchSelectWidth={false} aria-label={t.type} value={as} onChange={(next: 'text' | 'number' | 'bool') => { setAs(next); onChange(op === 'in' || op === 'not_in' ? [] : next === 'bool' ? true : undefined) }}
        options={[{ value: 'text', label: t.asText }, { value: 'number', label: t.asNumber }, { value: 'bool', label: t.asBool }]}
      />
    </Space.Compact>
  )
}

function Plain({ op, shape, value, values, onChange, label }: { op: string; shape: string; value: unknown; values: unknown[]; onChange: (v: unknown) => void; label: string }) {
  const t = useText(said)
  const choices = values.filter((v) => typeof v === (shape === 'number' ? 'number' : 'string')).map((v) => ({ value: String(v), label: String(v) }))
  const back = (raw: string) => (shape === 'number' ? Number(raw) : raw)
  if (op === 'in' || op === 'not_in') {
    const list = Array.isArray(value) ? value.map(String) : []
    return <Select mode="tags" tokenSeparators={[',', '，', '\n']} popupMatchSelectWidth={false} style={{ minWidth: 200, maxWidth: 420 }} value={list} status={list.length ? undefined : 'error'} placeholder={label} aria-label={label} options={choices} onChange={(all: string[]) => onChange(all.map(back).filter((v) => v === v))} />
  }
  if (shape === 'bool') return <Select style={{ width: 80 }} value={value !== false} aria-label={label} onChange={onChange} options={[{ value: true, label: t.yes }, { value: false, label: t.no }] as never} />
  if (shape === 'number') return <AmountField op="eq" value={value} onChange={onChange} label={label} />
  return <NamePicker value={typeof value === 'string' ? value : undefined} choices={choices} label={label} onChange={onChange} status={value ? undefined : 'error'} />
}
