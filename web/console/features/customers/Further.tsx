import { texts, useLang, useText } from '@shared/i18n'
import { Button, Input, InputNumber, Select } from 'antd'
import { useId, useState, type ReactNode } from 'react'
import { DaySpan } from '../../ui/DaySpan'
import { TagPicker } from '../../ui/pickers'
import { propLabel, stageLabel } from '../../ui/rule/labels'
import { useWords } from '../../ui/rule/words'
import { ends, pair, range, type Search } from './filter'
import { channelName, idTypes, typeName } from './words'

const said = texts({
  noTag: ['没有这些标签', 'Has none of these tags'], aarrr: ['AARRR 阶段', 'AARRR stage'], channel: ['来源渠道', 'Channel'], contact: ['好友关系', 'Contact with staff'], in: ['现在是好友', 'In contact'], lost: ['已流失', 'Lost'], none: ['从未加过', 'Never added'],
  identity: ['标识', 'Identity'], type: ['类型', 'Type'], value: ['完整的值', 'The whole value'], trait: ['属性', 'Trait'], name: ['属性名', 'Name'], equals: ['等于', 'Equals'], add: ['添加', 'Add'],
  orders: ['订单数', 'Orders'], net: ['净消费', 'Net revenue'], first: ['首次出现', 'First seen'], last: ['最近活跃', 'Last seen'], active: ['最近有行为', 'Active in the last'], idle: ['没有行为已有', 'Idle for'], low: ['不少于', 'At least'], high: ['不超过', 'At most'], any: ['不限', 'Any'],
  days: [(n: number) => `${n} 天`, (n: number) => `${n} days`],
})

type Set = (next: Partial<Search>) => void

/** The filters that are not needed every day. */
export function Further({ search, set }: { search: Search; set: Set }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const days = [7, 14, 30, 60, 90, 180, 365].map((n) => ({ value: `${n}d`, label: t.days(n) }))
  const channels = words.traitValues('channel').filter((c): c is string => typeof c === 'string')
  const choice = (label: string, value: string | undefined, options: { value: string; label: string }[], tell: (v?: string) => void) => (
    <Field label={label}><Select allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t.any} aria-label={label} value={value} onChange={tell} options={options} /></Field>
  )
  return (
    <div className="y-customers-more">
      <Field label={t.noTag}><TagPicker value={search.no_tag} onChange={(no_tag) => set({ no_tag: no_tag.length > 0 ? no_tag : undefined })} placeholder={t.any} aria-label={t.noTag} /></Field>
      {choice(t.contact, search.contact, [{ value: 'in', label: t.in }, { value: 'lost', label: t.lost }, { value: 'none', label: t.none }], (contact) => set({ contact: contact as Search['contact'] }))}
      {choice(t.channel, search.channel, channels.map((c) => ({ value: c, label: channelName(c, lang) })), (channel) => set({ channel }))}
      {choice(t.aarrr, search.aarrr, words.levels.aarrr.map((s) => ({ value: s, label: stageLabel(s, lang) })), (aarrr) => set({ aarrr }))}
      <Between label={t.orders} value={search.orders} tell={(orders) => set({ orders })} whole />
      <Between label={t.net} value={search.net_revenue} tell={(net_revenue) => set({ net_revenue })} />
      <Days label={t.first} value={search.first_seen} tell={(first_seen) => set({ first_seen })} />
      <Days label={t.last} value={search.last_seen} tell={(last_seen) => set({ last_seen })} />
      {choice(t.active, search.active, days, (active) => set({ active }))}
      {choice(t.idle, search.idle, days, (idle) => set({ idle }))}
      <Identity value={search.identity} tell={(identity) => set({ identity })} />
      <Trait names={words.traits.map((x) => ({ value: x.value, label: propLabel(x.value, lang) }))} add={(one) => set({ trait: [...(search.trait ?? []), one] })} />
    </div>
  )
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return <div><span>{label}</span>{children}</div>
}

function Between({ label, value, tell, whole }: { label: string; value?: string; tell: (v?: string) => void; whole?: boolean }) {
  const t = useText(said)
  const [low, high] = ends(value)
  const of = (v?: string) => (v === undefined || v === '' ? null : Number(v))
  return (
    <Field label={label}>
      <div className="y-customers-range">
        <InputNumber aria-label={`${label} ${t.low}`} placeholder={t.low} precision={whole ? 0 : undefined} value={of(low)} changeOnWheel={false} onChange={(v) => tell(range(v, high))} />
        <span>–</span>
        <InputNumber aria-label={`${label} ${t.high}`} placeholder={t.high} precision={whole ? 0 : undefined} value={of(high)} onChange={(v) => tell(range(low, v))} />
      </div>
    </Field>
  )
}

function Days({ label, value, tell }: { label: string; value?: string; tell: (v?: string) => void }) {
  const [low, high] = ends(value)
  return <Field label={label}><DaySpan allowClear value={low && high ? { from: low, to: high } : undefined} onChange={({ from, to }) => tell(range(from, to))} /></Field>
}

function Identity({ value, tell }: { value?: string; tell: (v?: string) => void }) {
  const t = useText(said)
  const lang = useLang()
  const id = useId()
  const [was, is] = value ? [value.slice(0, value.lastIndexOf(':')), value.slice(value.lastIndexOf(':') + 1)] : ['phone', '']
  const [type, setType] = useState(was)
  const [typed, setTyped] = useState(is)
  const go = () => tell(typed.trim() ? `${type}:${typed.trim()}` : undefined)
  return (
    <Field label={t.identity}>
      <div className="y-customers-range">
        <Select aria-label={t.type} value={type} onChange={setType} popupMatchSelectWidth={200} options={idTypes.map((k) => ({ value: k, label: typeName(k, lang) }))} />
        <Input id={id} aria-label={t.value} placeholder={t.value} value={typed} onChange={(e) => setTyped(e.target.value)} onPressEnter={go} onBlur={go} />
      </div>
    </Field>
  )
}

function Trait({ names, add }: { names: { value: string; label: string }[]; add: (one: string) => void }) {
  const t = useText(said)
  const [[name, value], setTyped] = useState(pair(''))
  return (
    <Field label={t.trait}>
      <div className="y-customers-range">
        <Select showSearch={{ optionFilterProp: 'label' }} aria-label={t.name} placeholder={t.name} value={name || undefined} onChange={(n: string) => setTyped([n, value])} options={names} />
        <Input aria-label={t.equals} placeholder={t.equals} value={value} onChange={(e) => setTyped([name, e.target.value])} />
        <Button style={{ flex: 'none' }} disabled={!name || !value.trim()} onClick={() => { add(`${name}:${value.trim()}`); setTyped(['', '']) }}>{t.add}</Button>
      </div>
    </Field>
  )
}
