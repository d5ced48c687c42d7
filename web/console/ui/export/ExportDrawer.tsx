import ArrowDownOutlined from '@ant-design/icons/ArrowDownOutlined'
import ArrowUpOutlined from '@ant-design/icons/ArrowUpOutlined'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import { call, must } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form, Input, Select } from 'antd'
import { useRef, useState } from 'react'
import { useMay } from '../../app/session'
import { showWork } from '../../app/work'
import type { Filter } from '../customers'
import { useExpecting } from '../expecting'
import { DrawerForm } from '../forms'
import { propLabel } from '../rule/labels'
import { useWords } from '../rule/words'
import { fields, kept, moved, ofTrait, traitOf, usual, type Column } from './columns'
import { fieldNames } from './words'
import './export.css'

const said = texts({
  title: [(n: string) => `导出 ${n} 人`, (n: string) => `Export ${n} customers`], go: ['开始导出', 'Export'], name: ['文件名', 'Name of the file'],
  columns: ['列', 'Columns'], lead: ['从上到下就是文件里从左到右的列；表头可以改成接收系统要的名字。', 'From top to bottom is from left to right in the file. A header can be what the other system wants.'],
  header: [(field: string) => `“${field}”的表头`, (field: string) => `Header of ${field}`], up: [(field: string) => `上移“${field}”`, (field: string) => `Move ${field} up`], down: [(field: string) => `下移“${field}”`, (field: string) => `Move ${field} down`], drop: [(field: string) => `去掉“${field}”`, (field: string) => `Remove ${field}`],
  add: ['添加列', 'Add a column'], basic: ['基本', 'Basic'], traits: ['属性', 'Traits'], reset: ['恢复默认列', 'Back to the usual columns'], need: ['至少要一列', 'At least one column'],
  masked: ['手机号、邮箱等会脱敏：你没有查看明文的权限，或品牌默认脱敏。', 'Phone numbers, e-mail addresses and the like are masked: you may not see them in clear, or the brand masks by default.'],
  clear: ['文件里会有未脱敏的手机号、邮箱等个人信息，请妥善保管。', 'The file holds phone numbers, e-mail addresses and the like in clear. Keep it safe.'],
  logged: ['导出和下载都会记入操作日志。文件在后台生成，加密存放 7 天，只有你和所有者能下载。', 'The export and each download are logged. The file is made in the background and kept encrypted for 7 days, for you and the owner alone.'],
})

const store = 'y-export-columns'

/** Asks which columns a file of customers has, and has it made. `count` is how many the viewer was shown. */
export function ExportDrawer({ filter, count, name, onClose }: { filter: Filter; count: number; name: string; onClose: () => void }) {
  const t = useText(said)
  const names = useText(fieldNames) as Record<string, string>
  const lang = useLang()
  const words = useWords()
  const act = useExpecting()
  const client = useQueryClient()
  const may = useMay()
  const labelOf = (field: string) => names[field] ?? propLabel(traitOf(field) ?? field, lang)
  const column = (field: string): Column => ({ field, header: labelOf(field) })
  const [columns, setColumns] = useState<Column[]>(() => kept(localStorage.getItem(store)) ?? usual.map(column))
  const [called, call_] = useState(name)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const list = useRef<HTMLOListElement>(null)
  const open = may('customers.unmask')
  const has = new Set(columns.map((c) => c.field))
  const options = [
    { label: t.basic, options: fields.filter((f) => !has.has(f)).map((f) => ({ value: f as string, label: labelOf(f) })) },
    { label: t.traits, options: words.traits.filter((x) => !has.has(ofTrait(x.value))).map((x) => ({ value: ofTrait(x.value), label: x.label === x.value ? x.label : `${x.label} (${x.value})` })) },
  ]
  const move = (at: number, by: number) => {
    const field = columns[at]?.field
    setColumns(moved(columns, at, by))
    // The button that was pressed has moved: the focus goes with it, or to its twin at an end.
    requestAnimationFrame(() => {
      const row = list.current?.querySelector(`[data-field="${CSS.escape(field ?? '')}"]`)
      const pressed = row?.querySelector<HTMLButtonElement>(by < 0 ? '.y-export-up' : '.y-export-down')
      ;(pressed?.disabled ? row?.querySelector<HTMLButtonElement>(by < 0 ? '.y-export-down' : '.y-export-up') : pressed)?.focus()
    })
  }
  const go = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      const begin = (expect: number) => must(call.POST('/exports', { body: { ...filter, name: called.trim(), columns, expect } }))
      const made = await act(filter, count, begin)
      if (!made) return
      localStorage.setItem(store, JSON.stringify(columns))
      await client.invalidateQueries({ queryKey: ['get', '/exports'] })
      onClose()
      showWork()
    } catch (thrown) {
      setProblem(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <DrawerForm open title={t.title(num(count))} onClose={onClose} onSave={() => void go()} saving={busy} problem={problem} okText={t.go} disabled={columns.length === 0} size={560}>
      <Form layout="vertical">
        <Form.Item label={t.name} htmlFor="export-name"><Input id="export-name" value={called} maxLength={60} suffix=".csv" onChange={(e) => call_(e.target.value)} /></Form.Item>
        <section aria-label={t.columns}>
          <div className="y-export-head"><h3>{t.columns} <small>{num(columns.length)}</small></h3><Button type="link" size="small" onClick={() => setColumns(usual.map(column))}>{t.reset}</Button></div>
          <p className="y-faint">{t.lead}</p>
          {columns.length === 0 && <Alert type="warning" showIcon title={t.need} />}
          <ol className="y-export-columns" ref={list}>
            {columns.map((c, i) => {
              const label = labelOf(c.field)
              return (
                <li key={c.field} data-field={c.field}>
                  <span title={label}>{label}</span>
                  <Input value={c.header} maxLength={100} aria-label={t.header(label)} onChange={(e) => setColumns(columns.map((x, k) => (k === i ? { ...x, header: e.target.value } : x)))} />
                  <Button className="y-export-up" type="text" size="small" icon={<ArrowUpOutlined />} aria-label={t.up(label)} disabled={i === 0} onClick={() => move(i, -1)} />
                  <Button className="y-export-down" type="text" size="small" icon={<ArrowDownOutlined />} aria-label={t.down(label)} disabled={i === columns.length - 1} onClick={() => move(i, 1)} />
                  <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t.drop(label)} onClick={() => setColumns(columns.filter((_, k) => k !== i))} />
                </li>
              )
            })}
          </ol>
          <Select<string> className="y-export-add" aria-label={t.add} placeholder={t.add} value={null} showSearch={{ optionFilterProp: 'label' }} options={options} onChange={(field) => { if (field) setColumns([...columns, column(field)]) }} />
        </section>
      </Form>
      <Alert type={open ? 'warning' : 'info'} showIcon className="y-export-note" title={open ? t.clear : t.masked} description={t.logged} />
    </DrawerForm>
  )
}
