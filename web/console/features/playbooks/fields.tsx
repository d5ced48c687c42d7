import { texts, useText } from '@shared/i18n'
import { AutoComplete, Button, Input, InputNumber, Segmented, Select, Space } from 'antd'
import { createContext, useContext, useId, useMemo, type ReactNode } from 'react'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { AudiencePicker } from '../../ui/pickers'
import { below, type Faults as MessageFaults } from '../../ui/message/faults'
import { RuleBuilder } from '../../ui/rule/Later'
import type { Condition, Where } from './document'
import { clean, type Issue } from './model'
import { eventWords, opWords, unitWords, weekdayWords } from './words'

const said = texts({
  event: ['事件，可直接输入', 'Event; others may be typed'],
  add: ['添加', 'Add'],
  addWhere: ['按事件属性筛选', 'Filter by the event’s properties'],
  remove: ['删除', 'Remove'],
  prop: ['属性', 'Property'],
  op: ['比较', 'Comparison'],
  value: ['值', 'Value'],
  values: ['多个值，回车分隔', 'Values'],
  unit: ['单位', 'Unit'],
  amount: ['数量', 'Amount'],
  type: ['类型', 'Type'],
  byEvent: ['做了某事', 'Event'],
  byAudience: ['人群', 'Audience'],
  byRule: ['规则', 'Rule'],
  byTask: ['员工任务', 'Task'],
  sameKey: ['与进入时的编号一致（如同一订单）', 'With the run’s key, such as the same order'],
  entered: ['在其中', 'Is in it'],
  left: ['离开', 'Leaves it'],
  result: ['任何结果', 'Any result'],
  ownAudience: ['SOP 自带', 'Of this playbook'],
  key: ['名称', 'Name'],
})

const Faults = createContext<readonly Issue[]>([])

/** Gives the faults of what is edited to the fields below. */
export const FaultsOf = Faults.Provider

/** What is wrong at and below a path, by the rest of the path. */
export function useFaults(path: string): MessageFaults {
  const issues = useContext(Faults)
  return below(Object.fromEntries(issues.map((f) => [f.path, f.detail])), path)
}

/** Says what is wrong at a path and below it; with `exact` only what is wrong at the path itself. */
export function Wrong({ path, exact }: { path: string; exact?: boolean }) {
  const wrong = useContext(Faults).filter((f) => f.path === path || (!exact && f.path.startsWith(`${path}/`)))
  return <>{wrong.map((f) => <small key={f.path + f.detail} className="y-tone-bad" role="alert">{f.detail}</small>)}</>
}

/** A labelled field. What is wrong at `path` stands below it. */
export function Field({ label, path, exact, help, children, inline }: { label: ReactNode; path?: string; exact?: boolean; help?: ReactNode; children: ReactNode; inline?: boolean }) {
  const id = useId()
  return (
    <div className={inline ? 'y-playbooks-field y-playbooks-field-inline' : 'y-playbooks-field'} role="group" aria-labelledby={id}>
      <span className="y-playbooks-label" id={id}>{label}</span>
      {children}
      {help && <small>{help}</small>}
      {path && <Wrong path={path} exact={exact} />}
    </div>
  )
}

/** A duration such as 2d: an amount and a unit. */
export function Duration({ value, onChange, label, units = 'smhdw', allowClear }: { value?: string; onChange: (v: string | undefined) => void; label: string; units?: string; allowClear?: boolean }) {
  const t = useText(said)
  const names = useText(unitWords)
  const m = /^(\d*)([smhdw])$/.exec(value ?? '')
  const amount = m?.[1] ? Number(m[1]) : undefined
  const unit = m?.[2] ?? (units.includes('d') ? 'd' : 'h')
  return (
    <Space.Compact>
      <InputNumber aria-label={`${label} ${t.amount}`} min={1} max={9999} precision={0} style={{ width: 84 }} value={amount} onChange={(n) => onChange(n ? `${n}${unit}` : allowClear ? undefined : '')} />
      <Select aria-label={`${label} ${t.unit}`} style={{ width: 84 }} value={unit} onChange={(u: string) => amount && onChange(`${amount}${u}`)} options={[...units].map((u) => ({ value: u, label: names[u as 's'] }))} />
    </Space.Compact>
  )
}

/** A time of day. */
export function Clock({ value, onChange, label }: { value?: string; onChange: (v: string | undefined) => void; label: string }) {
  return <Input type="time" aria-label={label} style={{ width: 120 }} value={value ?? ''} onChange={(e) => onChange(e.target.value || undefined)} />
}

/** Days of the week. */
export function Weekdays({ value, onChange, label }: { value?: string[]; onChange: (v: string[] | undefined) => void; label: string }) {
  const names = useText(weekdayWords)
  const all = Object.keys(names)
  return (
    <Select
      mode="multiple" aria-label={label} placeholder={label} style={{ width: '100%' }} value={value ?? []} options={all.map((d) => ({ value: d, label: names[d as 'mon'] }))}
      onChange={(v: string[]) => onChange(v.length > 0 ? all.filter((d) => v.includes(d)) : undefined)}
    />
  )
}

/** An event by name. */
export function EventField({ value, onChange, label }: { value?: string; onChange: (v: string) => void; label?: string }) {
  const t = useText(said)
  const names = useText(eventWords)
  const options = useMemo(() => Object.entries(names).map(([v, name]) => ({ value: v, label: name === v ? v : `${name} · ${v}` })), [names])
  return (
    <AutoComplete
      aria-label={label ?? t.event} placeholder={t.event} style={{ width: '100%' }} value={value ?? ''} onChange={(v: string) => onChange(v)} options={options}
      showSearch={{ filterOption: (typed, o) => String(o?.label).toLowerCase().includes(typed.toLowerCase()) }}
    />
  )
}

const many = ['in', 'not_in', 'between']
const bare = ['exists', 'missing']

/** A text as the value that it looks like: a number stays a number. */
export function typed(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return text.trim() !== '' && !Number.isNaN(Number(text)) && String(Number(text)) === text.trim() ? Number(text) : text
}

/** Conditions on the properties of an event; all must hold. */
export function WhereList({ value, onChange }: { value?: Where[]; onChange: (v: Where[] | undefined) => void }) {
  const t = useText(said)
  const ops = useText(opWords)
  const list = value ?? []
  const put = (i: number, w: Where) => onChange(list.map((x, j) => (i === j ? w : x)))
  return (
    <div className="y-playbooks-rows">
      {list.map((w, i) => (
        <div key={i}>
          <Input aria-label={t.prop} placeholder={t.prop} value={w.prop} onChange={(e) => put(i, { ...w, prop: e.target.value })} />
          <Select aria-label={t.op} style={{ width: 104 }} value={w.op} onChange={(op: string) => put(i, clean({ ...w, op, value: bare.includes(op) ? undefined : many.includes(op) ? (Array.isArray(w.value) ? w.value : w.value === undefined ? [] : [w.value]) : Array.isArray(w.value) ? w.value[0] : w.value }))} options={Object.entries(ops).map(([v, label]) => ({ value: v, label }))} />
          {bare.includes(w.op) ? <span className="y-grow" /> : many.includes(w.op) ? (
            <Select mode="tags" aria-label={t.values} placeholder={t.values} className="y-grow" value={((w.value as unknown[] | undefined) ?? []).map(String)} onChange={(v: string[]) => put(i, { ...w, value: v.map(typed) })} open={false} suffixIcon={null} />
          ) : <Input aria-label={t.value} placeholder={t.value} value={w.value === undefined ? '' : String(w.value)} onChange={(e) => put(i, { ...w, value: typed(e.target.value) })} />}
          <Button type="text" icon={<DeleteOutlined />} aria-label={t.remove} onClick={() => onChange(list.length > 1 ? list.filter((_, j) => j !== i) : undefined)} />
        </div>
      ))}
      <Button size="small" type="link" icon={<PlusOutlined />} onClick={() => onChange([...list, { prop: '', op: 'eq', value: '' }])}>{t.addWhere}</Button>
    </div>
  )
}

/** An audience: those of the brand, and those that the playbook brings along. */
export function AudienceField({ value, onChange, own }: { value?: string; onChange: (v: string) => void; own?: Record<string, { name: string }> }) {
  const t = useText(said)
  const keys = Object.entries(own ?? {})
  return (
    <div className="y-rowline">
      <AudiencePicker style={{ flex: 1, minWidth: 160 }} value={value && own?.[value] ? undefined : value} onChange={(v) => onChange(v ?? '')} placeholder={value && own?.[value] ? own[value].name : undefined} />
      {keys.length > 0 && <Select aria-label={t.ownAudience} placeholder={t.ownAudience} style={{ width: 150 }} value={value && own?.[value] ? value : undefined} onChange={(v: string) => onChange(v)} options={keys.map(([k, a]) => ({ value: k, label: a.name || k }))} />}
    </div>
  )
}

/** A condition: an event, an audience, a rule, or the result of a task. */
export function ConditionField({ value, onChange, tasks, own, hasKey, customers = true }: {
  value: Condition
  onChange: (c: Condition) => void
  tasks: readonly { id: string; name: string; results: readonly string[] }[]
  own?: Record<string, { name: string }>
  hasKey?: boolean
  customers?: boolean
}) {
  const t = useText(said)
  const sort = value.task !== undefined ? 'task' : value.rule !== undefined ? 'rule' : value.audience !== undefined ? 'audience' : 'event'
  const blank = { event: { event: '' }, audience: { audience: '' }, rule: { rule: { all: [] } }, task: { task: tasks[0]?.id ?? '' } }
  const results = tasks.find((x) => x.id === value.task)?.results ?? []
  return (
    <div className="y-playbooks-stack">
      {customers && (
        <Segmented
          size="small" aria-label={t.type} value={sort} onChange={(k) => onChange(blank[k as 'event'])}
          options={[{ value: 'event', label: t.byEvent }, { value: 'audience', label: t.byAudience }, { value: 'rule', label: t.byRule }, { value: 'task', label: t.byTask, disabled: tasks.length === 0 }]}
        />
      )}
      {sort === 'event' && customers && (
        <>
          <EventField value={value.event} onChange={(event) => onChange({ ...value, event })} />
          <WhereList value={value.where} onChange={(where) => onChange(clean({ ...value, where }))} />
          {hasKey && <label className="y-playbooks-check"><input type="checkbox" checked={value.same_key ?? false} onChange={(e) => onChange(clean({ ...value, same_key: e.target.checked || undefined }))} /> {t.sameKey}</label>}
        </>
      )}
      {sort === 'audience' && (
        <>
          <AudienceField value={value.audience} own={own} onChange={(audience) => onChange({ ...value, audience })} />
          <Segmented size="small" value={value.on ?? 'entered'} onChange={(on) => onChange(clean({ ...value, on: on === 'left' ? 'left' as const : undefined }))} options={[{ value: 'entered', label: t.entered }, { value: 'left', label: t.left }]} />
        </>
      )}
      {sort === 'rule' && <RuleBuilder compact value={value.rule ?? { all: [] }} onChange={(rule) => onChange({ rule })} />}
      {(sort === 'task' || !customers) && (
        <div className="y-rowline">
          <Select aria-label={t.byTask} style={{ flex: 1, minWidth: 140 }} value={value.task || undefined} onChange={(task: string) => onChange({ task })} options={tasks.map((x) => ({ value: x.id, label: x.name }))} />
          <Select aria-label={t.result} allowClear placeholder={t.result} style={{ width: 150 }} value={value.result} onChange={(result?: string) => onChange(clean({ ...value, result }))} options={results.map((r) => ({ value: r, label: r }))} />
        </div>
      )}
    </div>
  )
}

/** Short texts, one after the other. */
export function TextList({ value, onChange, label }: { value?: string[]; onChange: (v: string[] | undefined) => void; label: string }) {
  return <Select mode="tags" aria-label={label} placeholder={label} style={{ width: '100%' }} value={value ?? []} onChange={(v: string[]) => onChange(v.length > 0 ? v : undefined)} open={false} suffixIcon={null} />
}

/** Names with values. */
export function Pairs({ value, onChange, label, numeric }: { value?: Record<string, unknown>; onChange: (v: Record<string, unknown> | undefined) => void; label: string; numeric?: boolean }) {
  const t = useText(said)
  const list = Object.entries(value ?? {})
  const put = (next: [string, unknown][]) => onChange(next.length > 0 ? Object.fromEntries(next) : undefined)
  return (
    <div className="y-playbooks-rows">
      {list.map(([k, v], i) => (
        <div key={i}>
          <Input aria-label={`${label} ${t.key}`} placeholder={t.key} value={k} onChange={(e) => put(list.map((x, j) => (i === j ? [e.target.value, v] : x)))} />
          {numeric
            ? <InputNumber aria-label={`${label} ${t.value}`} value={Number(v)} onChange={(n) => put(list.map((x, j) => (i === j ? [k, n ?? 0] : x)))} />
            : <Input aria-label={`${label} ${t.value}`} placeholder={t.value} value={typeof v === 'object' ? JSON.stringify(v) : String(v)} onChange={(e) => put(list.map((x, j) => (i === j ? [k, typed(e.target.value)] : x)))} />}
          <Button type="text" icon={<DeleteOutlined />} aria-label={t.remove} onClick={() => put(list.filter((_, j) => j !== i))} />
        </div>
      ))}
      <Button size="small" type="link" icon={<PlusOutlined />} disabled={list.some(([k]) => k === '')} onClick={() => put([...list, ['', numeric ? 1 : '']])}>{t.add}</Button>
    </div>
  )
}
