import { api, byCursor, call, must, type Schema } from '@shared/api/client'
import { ago, day, money, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber, Tooltip } from 'antd'
import { DateRangePicker } from '@/ui/dates'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { DaySpan } from '../../ui/DaySpan'
import { DrawerForm, showFaults, useSure } from '../../ui/forms'
import { Card, State } from '../../ui/PageShell'
import { StaffPicker } from '../../ui/pickers'
import { QueryTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { CostImport } from './CostImport'
import { Plot } from './Plot'
import { usePatch } from './search'
import { valueName } from './words'

const route = getRouteApi('/shell/reports/cac')

const said = texts({
  add: ['录入成本', 'Add a cost'], edit: ['修改成本', 'Edit cost'], import: ['导入 CSV', 'Import CSV'], label: ['成本', 'Costs'],
  date: ['日期', 'Date'], dates: ['日期（跨多天按天均摊）', 'Days (spread evenly)'], channel: ['渠道', 'Channel'], channelBox: ['按渠道筛选（完整名称）', 'Filter by channel (whole name)'], staff: ['员工', 'Staff'], campaign: ['活动', 'Campaign'], phase: ['阶段', 'Phase'], amount: ['金额', 'Amount'], amountHelp: ['负数表示退回的钱', 'Below 0 is money that came back'], note: ['备注', 'Note'], noteHelp: ['加密保存', 'Sealed at rest'], hidden: ['有备注，你无权查看', 'There is a note that you may not see'],
  origin: ['来源', 'Origin'], manual: ['录入', 'By hand'], imported: ['导入', 'Imported'], created: ['记录时间', 'Recorded'],
  del: ['删除', 'Delete'], sure: ['删除这笔成本？', 'Delete this cost?'], sureText: [(s: string) => `${s} 会从所有报表里消失。`, (s: string) => `${s} disappears from all reports.`], deleted: ['已删除', 'Deleted'], saved: ['已保存', 'Saved'],
  none: ['还没有成本记录', 'No costs yet'], noneLead: ['录入或导入花费之后，才能算出获客成本、回本时间和预算。表格里有日期和金额两列就够了。', 'Enter or import what you spend to see CAC, payback and budgets. Two columns, date and amount, are enough.'],
  byMonth: ['按月', 'By month'], byChannel: ['按渠道', 'By channel'], month: ['月份', 'Month'], total: [(s: string) => `合计 ${s}`, (s: string) => `${s} in all`], required: ['必填', 'Required'],
})

type Cost = Schema<'InsightCost'>

/** The book of costs: list, add, edit, import. */
export function Costs() {
  const t = useText(said)
  const may = useMay()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const [editing, setEditing] = useState<Cost | 'new'>()
  const [importing, setImporting] = useState(false)
  const filter = { from: search.from, to: search.to, channel: search.channel }
  const list = api.useInfiniteQuery('get', '/insight/costs', { params: { query: filter } }, byCursor)
  const months = api.useQuery('get', '/insight/costs/summary', { params: { query: { ...filter, by: 'month' } } })
  const channels = api.useQuery('get', '/insight/costs/summary', { params: { query: { ...filter, by: 'channel' } } })
  const write = may('insight.write')
  const actions = write && <><Button onClick={() => setImporting(true)}>{t.import}</Button><Button type="primary" onClick={() => setEditing('new')}>{t.add}</Button></>
  const sums = (s: Schema<'InsightCostSummary'>, title: string, flat: boolean) => s.sums.length > 0 && <Card><Plot kind="bar" flat={flat} title={title} unit={t.total(money(s.total, s.currency))} first={flat ? t.channel : t.month} x={s.sums.map((x) => (flat ? valueName(x.value) : x.value))} series={[{ name: t.amount, values: s.sums.map((x) => x.amount) }]} format={(n) => money(n, s.currency, 0)} height={220} onPick={flat ? (_, i) => { const v = s.sums[i]?.value; if (v && !v.startsWith('(')) patch({ channel: v }) } : undefined} /></Card>
  return (
    <div className="y-reports-content">
      <div className="y-rowline">
        <FilterBar active={Boolean(search.from || search.channel)} onReset={() => patch({ from: undefined, to: undefined, channel: undefined })}>
          <DaySpan allowClear value={search} onChange={(s) => patch({ from: s.from, to: s.to, span: undefined })} />
          <SearchBox value={search.channel ?? ''} placeholder={t.channelBox} onChange={(channel) => patch({ channel: channel || undefined })} />
        </FilterBar>
        <span className="y-grow" />
        {actions}
      </div>
      {months.data && months.data.sums.length > 0 && <div className="y-columns" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(min(420px, 100%), 1fr))' }}>{sums(months.data, t.byMonth, false)}<Asked query={channels}>{(s) => sums(s, t.byChannel, true)}</Asked></div>}
      <QueryTable
        id="costs" label={t.label} query={list} rowKey="id" height={460} onOpen={write ? (r) => setEditing(r) : undefined} empty={<Empty title={t.none} action={actions}>{t.noneLead}</Empty>}
        columns={[
          { key: 'date', title: t.date, width: 210, render: (_, r) => (r.to && r.to !== r.date ? `${day(r.date)} – ${day(r.to)}` : day(r.date)) },
          { key: 'amount', title: t.amount, width: 130, num: true, render: (_, r) => money(r.amount, r.currency) },
          { key: 'channel', title: t.channel, width: 130, render: (_, r) => (r.channel ? valueName(r.channel) : '–') }, { key: 'staff', title: t.staff, width: 120, render: (_, r) => r.staff || '–' }, { key: 'campaign', title: t.campaign, width: 130, render: (_, r) => r.campaign || '–' }, { key: 'phase', title: t.phase, width: 100, hidden: true, render: (_, r) => r.phase || '–' },
          { key: 'note', title: t.note, width: 180, render: (_, r) => (r.note_hidden ? <span className="y-faint">{t.hidden}</span> : (r.note ?? '–')) },
          { key: 'origin', title: t.origin, width: 100, render: (_, r) => <State tone="quiet">{r.origin === 'manual' ? t.manual : t.imported}</State> }, { key: 'created', title: t.created, width: 120, render: (_, r) => <Tooltip title={when(r.created_at)}>{ago(r.created_at)}</Tooltip> },
        ]}
      />
      {editing && <CostForm cost={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
      {importing && <CostImport onClose={() => setImporting(false)} />}
    </div>
  )
}

/** Everything that the book of costs changes. */
export function useCostsChanged() {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ predicate: (q) => /^\/insight\/(costs|cac|boards)/.test(String(q.queryKey[1])) })
}

interface Values {
  days: [Dayjs, Dayjs]
  amount: number
  channel?: string
  staff?: string[]
  campaign?: string
  phase?: string
  note?: string
}

function CostForm({ cost, onClose }: { cost?: Cost; onClose: () => void }) {
  const t = useText(said)
  const { message } = App.useApp()
  const sure = useSure()
  const changed = useCostsChanged()
  const [form] = Form.useForm<Values>()
  const [saving, setSaving] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const done = (text: string) => { changed(); message.success(text); onClose() }
  const save = async () => {
    const v = await form.validateFields().catch(() => undefined)
    if (!v) return
    setSaving(true)
    setProblem(undefined)
    const body = { date: v.days[0].format('YYYY-MM-DD'), to: v.days[1].format('YYYY-MM-DD'), amount: v.amount, channel: v.channel?.trim(), staff: v.staff?.[0], campaign: v.campaign?.trim(), phase: v.phase?.trim(), note: cost?.note_hidden && !v.note ? undefined : v.note }
    try {
      await must<unknown>(cost ? call.PUT('/insight/costs/{id}', { params: { path: { id: cost.id } }, body }) : call.POST('/insight/costs', { body }))
      done(t.saved)
    } catch (thrown) {
      if (showFaults(form, thrown).length > 0) setProblem(thrown)
    } finally {
      setSaving(false)
    }
  }
  const remove = () => cost && sure({ title: t.sure, content: t.sureText(money(cost.amount, cost.currency)), danger: true, ok: t.del, go: async () => { await must<unknown>(call.DELETE('/insight/costs/{id}', { params: { path: { id: cost.id } } })); done(t.deleted) } })
  return (
    <DrawerForm open title={cost ? t.edit : t.add} onClose={onClose} onSave={() => void save()} saving={saving} problem={problem}>
      <Form form={form} layout="vertical" initialValues={{ days: cost ? [dayjs(cost.date), dayjs(cost.to ?? cost.date)] : [dayjs(), dayjs()], amount: cost?.amount, channel: cost?.channel, staff: cost?.staff ? [cost.staff] : [], campaign: cost?.campaign, phase: cost?.phase, note: cost?.note }}>
        <Form.Item name="days" label={t.dates} rules={[{ required: true, message: t.required }]}><DateRangePicker allowClear={false} /></Form.Item>
        <Form.Item name="amount" label={t.amount} extra={t.amountHelp} rules={[{ required: true, message: t.required }]}><InputNumber precision={2} style={{ width: 180 }} /></Form.Item>
        <Form.Item name="channel" label={t.channel}><Input maxLength={200} /></Form.Item>
        <Form.Item name="staff" label={t.staff}><StaffPicker single /></Form.Item>
        <Form.Item name="campaign" label={t.campaign}><Input maxLength={200} /></Form.Item>
        <Form.Item name="phase" label={t.phase}><Input maxLength={200} /></Form.Item>
        <Form.Item name="note" label={t.note} extra={cost?.note_hidden ? t.hidden : t.noteHelp}><Input.TextArea autoSize={{ minRows: 2 }} maxLength={2000} /></Form.Item>
      </Form>
      {cost && <Button danger onClick={remove}>{t.del}</Button>}
    </DrawerForm>
  )
}
