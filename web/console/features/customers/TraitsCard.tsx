import EditOutlined from '@ant-design/icons/EditOutlined'
import { call, must, problemOf, type Schema } from '@shared/api/client'
import { day, num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm } from '../../ui/forms'
import { Card, Facts } from '../../ui/PageShell'
import { propLabel } from '../../ui/rule/labels'
import { useWords } from '../../ui/rule/words'
import { useStaffName } from '../../ui/Who'
import { asTyped, readTyped } from './traits'
import { channelName } from './words'

const said = texts({
  title: ['属性', 'Traits'], edit: ['修改属性', 'Change traits'], none: ['还没有属性', 'No traits yet'], more: [(n: number) => `再显示 ${n} 个`, (n: number) => `Show ${n} more`], less: ['收起', 'Show less'], add: ['加一个属性', 'Add a trait'], name: ['属性名', 'Name'], help: ['清空表示删除。手工修改也会记进时间线。', 'Empty removes it. Changes by hand stand in the timeline.'],
  masked: ['已脱敏，只能填新值覆盖', 'Masked: type a new value to replace it'], saved: ['已保存', 'Saved'], contacts: ['员工好友数', 'Staff in contact'], external: ['微信或企微', 'WeChat or WeCom'], male: ['男', 'Male'], female: ['女', 'Female'], yes: ['是', 'Yes'], no: ['否', 'No'], list: ['多个值用逗号分开', 'Separate values by commas'],
})

const first = 10

/** What is known of a customer, and changes by hand. */
export function TraitsCard({ customer: c }: { customer: Schema<'CustomerView'> }) {
  const t = useText(said)
  const lang = useLang()
  const may = useMay()
  const [all, setAll] = useState(false)
  const [editing, setEditing] = useState(false)
  const names = Object.keys(c.traits).sort()
  const shown = all ? names : names.slice(0, first)
  const staff = useStaffName()
  const value = (v: unknown, name?: string): string => {
    if (name === 'channel' && typeof v === 'string') return channelName(v, lang)
    if (name === 'staff' && Array.isArray(v)) return v.map((u) => staff(String(u))).join('、')
    if (name === 'gender' && (v === 'male' || v === 'female')) return t[v]
    if (typeof v === 'boolean') return v ? t.yes : t.no
    if (typeof v === 'number') return num(v, 4)
    if (Array.isArray(v)) return v.map((x) => value(x)).join('、')
    return typeof v === 'string' ? (/^\d{4}-\d{2}-\d{2}($|T)/.test(v) ? day(v) : v) : JSON.stringify(v)
  }
  return (
    <Card title={t.title} extra={may('customers.write') && <Button size="small" type="text" icon={<EditOutlined />} aria-label={t.edit} onClick={() => setEditing(true)} />}>
      {names.length === 0 ? <span className="y-faint">{t.none}</span> : <Facts items={shown.map((n) => [<span key={n} title={n}>{n === 'contacts' ? t.contacts : n === 'external_type' ? t.external : propLabel(n, lang)}</span>, value(c.traits[n], n)])} />}
      {names.length > first && <Button size="small" type="link" onClick={() => setAll(!all)}>{all ? t.less : t.more(names.length - first)}</Button>}
      {editing && <Edit customer={c} onClose={() => setEditing(false)} />}
    </Card>
  )
}

function Edit({ customer: c, onClose }: { customer: Schema<'CustomerView'>; onClose: () => void }) {
  const t = useText(said)
  const lang = useLang()
  const words = useWords()
  const client = useQueryClient()
  const { message } = App.useApp()
  const start = Object.fromEntries(Object.entries(c.traits).map(([n, v]) => [n, asTyped(v)]))
  const [typed, setTyped] = useState<Record<string, string>>(start)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const changed = Object.keys(typed).filter((n) => typed[n] !== start[n])
  const spare = words.traits.filter((x) => !(x.value in typed))
  const save = async () => {
    setBusy(true)
    try {
      await must(call.PATCH('/customers/{id}/traits', { params: { path: { id: c.id } }, body: { traits: Object.fromEntries(changed.map((n) => [n, readTyped(typed[n] ?? '', words.traitType(n), c.traits[n])])) } }))
      void message.success(t.saved)
      void client.invalidateQueries({ queryKey: ['get', '/customers/{id}'] })
      void client.invalidateQueries({ queryKey: ['get', '/customers/{id}/events'] })
      onClose()
    } catch (thrown) {
      setProblem(problemOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <DrawerForm open title={t.edit} onClose={onClose} onSave={() => void save()} saving={busy} problem={problem} disabled={changed.length === 0}>
      <p className="y-faint" style={{ marginTop: 0 }}>{t.help}</p>
      <Form layout="vertical">
        {Object.keys(typed).sort().map((n) => {
          const masked = typeof c.traits[n] === 'string' && c.traits[n].includes('***')
          return <Form.Item key={n} label={propLabel(n, lang)} htmlFor={`trait-${n}`} extra={masked ? t.masked : Array.isArray(c.traits[n]) ? t.list : undefined}><Input id={`trait-${n}`} value={typed[n]} onChange={(e) => setTyped({ ...typed, [n]: e.target.value })} /></Form.Item>
        })}
        <Form.Item label={t.add}><Select mode="tags" maxCount={1} value={[]} aria-label={t.name} placeholder={t.name} onChange={([n]: string[]) => n && setTyped({ ...typed, [n.trim()]: typed[n.trim()] ?? '' })} options={spare.map((x) => ({ value: x.value, label: x.label }))} /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
