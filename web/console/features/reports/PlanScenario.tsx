import { api, type Schema } from '@shared/api/client'
import { brandCurrency, day, isoDay } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useSettled } from '../../app/search'
import { useMay } from '../../app/session'
import { DaySpan } from '../../ui/DaySpan'
import { DrawerForm } from '../../ui/forms'
import { Body } from './Body'
import { PlanAnswer } from './PlanAnswer'
import { PlanLevers } from './PlanLevers'
import { sayPlan } from './planWords'
import { usePatch } from './search'
import { addDays, daysOf } from './span'
import { useSpan } from './useSpan'

const route = getRouteApi('/shell/reports/planner')

const said = texts({
  target: ['收入目标', 'Revenue target'], span: ['计划时间', 'Time of the plan'], history: ['参数取自', 'Rates from'], allocation: ['渠道分配', 'Channels'], cheapest: ['先用最便宜的渠道', 'Cheapest first'], asBefore: ['按历史比例', 'As before'],
  save: ['保存规划', 'Keep this plan'], version: ['存为新版本', 'Keep as a new version'], name: ['名称', 'Name'], note: ['这一版改了什么', 'What this version is about'], saved: ['已保存', 'Kept'], required: ['起个名字', 'Give it a name'], usual: [(from: string) => `${from} 起的增长规划`, (from: string) => `Growth plan from ${from}`],
  learned: [(a: string, b: string) => `参数取自 ${a} – ${b} 的历史`, (a: string, b: string) => `rates of ${a} – ${b}`],
})

/** A scenario being made: target, time and rates, answered while they change. With a plan, it begins where its newest version is. */
export function PlanScenario({ plan }: { plan?: Schema<'PlannerPlan'> }) {
  const t = useText(said)
  const may = useMay()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const [saving, setSaving] = useState(false)
  const base = plan?.revision.scenario
  const spanned = useSpan({}, 'Order Completed', 'rich')
  const today = isoDay(Date.now())
  const elsewhere = spanned.span.to < addDays(today, -60)
  const learn = { from: search.historyFrom ?? base?.history_from ?? (elsewhere ? addDays(spanned.span.to, -364) : undefined), to: search.historyTo ?? base?.history_to ?? (elsewhere ? spanned.span.to : undefined) }
  const past = { from: learn.from ?? addDays(today, -365), to: learn.to ?? today }
  const earned = api.useQuery('post', '/insight/trends', { body: { period: 'month', from: past.from, to: past.to, series: [{ event: 'Order Completed', measure: 'sum', of: 'revenue' }] } }, { enabled: spanned.ready && !search.target && !base, staleTime: 600_000 })
  const from = search.from ?? base?.from ?? addDays(today, 1)
  const to = search.to ?? base?.to ?? addDays(today, 30)
  const usual = Math.max(1000, round(((earned.data?.series[0]?.total ?? 0) / daysOf(past)) * daysOf({ from, to }) * 1.2))
  const target = search.target ?? base?.target ?? usual
  const [moved, setMoved] = useState<Record<string, number>>()
  const overrides = moved ?? (search.overrides as Record<string, number> | undefined) ?? base?.overrides ?? {}
  const settled = useSettled(JSON.stringify({ target, from, to, history_from: learn.from, history_to: learn.to, allocation: search.allocation ?? base?.allocation, overrides: Object.keys(overrides).length > 0 ? overrides : undefined }), 200)
  const scenario = JSON.parse(settled) as Schema<'PlannerScenario'>
  const asked = api.useQuery('post', '/insight/plans/simulate', { body: scenario }, { enabled: spanned.ready && (Boolean(search.target || base) || !earned.isPending), placeholderData: (old) => old })
  const put = (next: Record<string, number>, final: boolean) => { setMoved(next); if (final) patch({ overrides: Object.keys(next).length > 0 || base?.overrides ? next : undefined }) }
  return (
    <>
      <Body
        asked={asked} reading={sayPlan} until={to}
        grid={(a) => ({ name: 'plan', columns: ['number', 'channel', 'unit', 'point', 'p10', 'p50', 'p90'], rows: [...a.nodes, ...a.channels.flatMap((c) => [c.adds, c.buyers, c.budget])].map((n) => [n.name, n.channel ?? '', n.unit, n.point, n.p10, n.p50, n.p90]) })}
        filters={(
          <div className="y-rowline">
            <span className="y-reports-field">{t.target}<InputNumber aria-label={t.target} style={{ width: 190 }} prefix={brandCurrency()} min={1} step={1000} value={target} formatter={(v) => String(v ?? '').replace(/\B(?=(\d{3})+(?!\d))/g, ',')} parser={(v) => Number((v ?? '').replaceAll(',', ''))} onChange={(n) => n && patch({ target: n })} /></span>
            <span className="y-reports-field">{t.span}<DaySpan value={{ from, to }} onChange={(s) => patch({ from: s.from, to: s.to })} /></span>
            <span className="y-reports-field">{t.history}<DaySpan value={past} onChange={(s) => patch({ historyFrom: s.from, historyTo: s.to })} /></span>
            <Select aria-label={t.allocation} value={scenario.allocation ?? 'cheapest'} popupMatchSelectWidth={false} onChange={(v) => patch({ allocation: v as 'cheapest' })} options={[{ value: 'cheapest', label: t.cheapest }, { value: 'history', label: t.asBefore }]} />
            <span className="y-grow" />
            {may('insight.write') && <Button type="primary" disabled={!asked.data} onClick={() => setSaving(true)}>{plan ? t.version : t.save}</Button>}
          </div>
        )}
      >
        {(a) => <PlanAnswer answer={a} levers={<PlanLevers answer={a} overrides={overrides} onChange={put} />} learned={t.learned(day(a.history_from), day(a.history_to))} />}
      </Body>
      {saving && <Save plan={plan} scenario={scenario} onClose={() => setSaving(false)} />}
    </>
  )
}

function round(n: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1)
  return Math.round(n / unit) * unit
}

function Save({ plan, scenario, onClose }: { plan?: Schema<'PlannerPlan'>; scenario: Schema<'PlannerScenario'>; onClose: () => void }) {
  const t = useText(said)
  const { message } = App.useApp()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [form] = Form.useForm<{ name: string; note?: string }>()
  const done = (p: Schema<'PlannerPlan'>) => {
    void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/insight/plans') && q.queryKey[1] !== '/insight/plans/simulate' })
    message.success(t.saved)
    onClose()
    void navigate({ to: '/reports/planner' as string, search: { plan: p.id } as never })
  }
  const create = api.useMutation('post', '/insight/plans', { onSuccess: done })
  const update = api.useMutation('put', '/insight/plans/{id}', { onSuccess: done })
  const go = () => void form.validateFields().then((v) => (plan ? update.mutate({ params: { path: { id: plan.id } }, body: { ...v, scenario } }) : create.mutate({ body: { ...v, scenario } })), () => undefined)
  return (
    <DrawerForm open title={plan ? t.version : t.save} onClose={onClose} onSave={go} saving={create.isPending || update.isPending} problem={create.error ?? update.error}>
      <Form form={form} layout="vertical" initialValues={{ name: plan?.name ?? t.usual(scenario.from) }}>
        <Form.Item name="name" label={t.name} rules={[{ required: true, message: t.required }]}><Input maxLength={200} /></Form.Item>
        <Form.Item name="note" label={t.note}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
