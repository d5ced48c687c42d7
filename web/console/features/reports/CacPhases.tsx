import { api, type Schema } from '@shared/api/client'
import { day, money, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import DeleteOutlined from '@ant-design/icons/DeleteOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { DrawerForm } from '../../ui/forms'
import { Card, Number, State } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked } from '../../ui/states'
import { reportPeople } from './people'

const said = texts({
  title: ['三个阶段：计划与实际', 'Phases of growth: plan and actual'], edit: ['设置阶段与计划', 'Set phases and plans'],
  launch: ['启动期', 'Launch'], growth: ['增长期', 'Growth'], steady: ['稳定期', 'Steady'],
  phase: ['阶段', 'Phase'], days: ['时间', 'Days'], over: [(s: string) => `已过 ${s}`, (s: string) => `${s} over`], number: ['指标', 'Number'], actual: ['实际', 'Actual'], plan: ['计划', 'Plan'], toDate: ['截至今日应完成', 'Plan to date'], share: ['完成率', 'Of the plan'],
  cost: ['花费', 'Cost'], connected: ['新连接', 'Connected'], first_orders: ['首单客户', 'First orders'], revenue: ['净收入', 'Net revenue'], cac: ['CAC', 'CAC'], ltv_cac: ['LTV:CAC', 'LTV:CAC'],
  none: ['未计划', 'not planned'], note: ['阶段不受上面时间范围限制。没有设置时，从第一位连接的客户算起：启动 3 个月、增长 3 个月、稳定 6 个月。', 'Phases are of all time, whatever the span. Unless set, they begin with the first connected customer: 3, 3 and 6 months.'],
  name: ['名称', 'Name'], from: ['开始', 'From'], to: ['结束', 'To'], add: ['添加阶段', 'Add a phase'], remove: ['删除', 'Remove'], saved: ['已保存', 'Saved'], dayForm: ['写成 2026-01-31', 'Write 2026-01-31'],
})

/** The phases of growth beside their plans. */
export function Phases({ answer: a, query }: { answer: Schema<'CacAnswer'>; query: object }) {
  const t = useText(said)
  const drill = useDrill()
  const may = useMay()
  const [editing, setEditing] = useState(false)
  const name = (p: string) => (t as unknown as Record<string, string>)[p] ?? p
  const show = (line: string, n: number | null) => (n == null ? '–' : line === 'cost' || line === 'revenue' || line === 'cac' ? money(n, a.currency, line === 'cac' ? 2 : 0) : num(n, line === 'ltv_cac' ? 2 : 0))
  const rows = a.phases.flatMap((p) => p.lines.map((l, i) => ({ ...l, key: `${p.name}${l.name}`, phase: p, first: i === 0, span: p.lines.length })))
  const less = (l: string) => l === 'cac' || l === 'cost'
  return (
    <Card flush title={t.title} extra={may('insight.write') && <Button size="small" onClick={() => setEditing(true)}>{t.edit}</Button>}>
      <p className="y-faint" style={{ margin: '0 16px 8px', fontSize: 12.5 }}>{t.note}</p>
      <PlainTable
        label={t.title} rows={rows} rowKey="key"
        columns={[
          { key: 'phase', title: t.phase, width: 200, onCell: (r) => ({ rowSpan: r.first ? r.span : 0 }), render: (_, r) => <><b>{name(r.phase.name)}</b><br /><span className="y-faint">{day(r.phase.from)} – {day(r.phase.to)}<br />{t.over(pct(r.phase.elapsed, 0))}</span></> },
          { key: 'number', title: t.number, width: 130, className: 'y-reports-second', render: (_, r) => name(r.name) },
          { key: 'actual', title: t.actual, width: 120, num: true, render: (_, r) => <Number onOpen={(r.name === 'connected' || r.name === 'first_orders') && r.actual ? () => drill(reportPeople('cac', query, { by: 'phase', value: r.phase.name, number: r.name }, `${name(r.phase.name)} · ${name(r.name)}`, r.actual ?? undefined)) : undefined}>{show(r.name, r.actual)}</Number> },
          { key: 'plan', title: t.plan, width: 120, num: true, render: (_, r) => (r.plan == null ? <span className="y-faint">{t.none}</span> : show(r.name, r.plan)) },
          { key: 'to', title: t.toDate, width: 140, num: true, render: (_, r) => show(r.name, r.to_date) },
          { key: 'share', title: t.share, width: 120, num: true, render: (_, r) => (r.share == null ? '–' : <State tone={(less(r.name) ? r.share <= 1 : r.share >= 1) ? 'good' : (less(r.name) ? r.share <= 1.2 : r.share >= 0.8) ? 'warn' : 'bad'}>{pct(r.share, 0)}</State>) },
        ]}
      />
      {editing && <Editor onClose={() => setEditing(false)} name={name} />}
    </Card>
  )
}

function Editor({ onClose, name }: { onClose: () => void; name: (p: string) => string }) {
  const t = useText(said)
  const { message } = App.useApp()
  const client = useQueryClient()
  const [form] = Form.useForm<Schema<'InsightPhases'>>()
  const kept = api.useQuery('get', '/insight/costs/phases', {})
  const save = api.useMutation('put', '/insight/costs/phases', {
    onSuccess: () => { void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/insight/') }); message.success(t.saved); onClose() },
  })
  const go = () => void form.validateFields().then((v) => save.mutate({ body: { phases: (v.phases ?? []).map((p) => ({ ...p, plan: Object.fromEntries(Object.entries(p.plan ?? {}).filter(([, n]) => n != null)) })) } }), () => undefined)
  const dayRule = [{ required: true, pattern: /^\d{4}-\d{2}-\d{2}$/, message: t.dayForm }]
  return (
    <DrawerForm open title={t.edit} size={640} onClose={onClose} onSave={go} saving={save.isPending} problem={save.error} disabled={!kept.data}>
      <Asked query={kept}>
        {(k) => (
          <Form form={form} layout="vertical" initialValues={k}>
            <Form.List name="phases">
              {(fields, { add, remove }) => (
                <>
                  {fields.map((f) => (
                    <div key={f.key} style={{ borderBottom: '1px solid var(--y-line-soft)', marginBottom: 12 }}>
                      <div className="y-rowline">
                        <Form.Item name={[f.name, 'name']} label={t.name} rules={[{ required: true, message: t.name }]} extra={name(String(form.getFieldValue(['phases', f.name, 'name']) ?? ''))}><Input style={{ width: 140 }} /></Form.Item>
                        <Form.Item name={[f.name, 'from']} label={t.from} rules={dayRule}><Input style={{ width: 130 }} placeholder="2026-01-01" /></Form.Item>
                        <Form.Item name={[f.name, 'to']} label={t.to} rules={dayRule}><Input style={{ width: 130 }} placeholder="2026-03-31" /></Form.Item>
                        <Button type="text" aria-label={t.remove} icon={<DeleteOutlined />} onClick={() => remove(f.name)} />
                      </div>
                      <div className="y-rowline">
                        {(['cost', 'connected', 'first_orders', 'revenue', 'cac', 'ltv_cac'] as const).map((key) => <Form.Item key={key} name={[f.name, 'plan', key]} label={`${t.plan}: ${t[key]}`}><InputNumber min={0} style={{ width: 130 }} /></Form.Item>)}
                      </div>
                    </div>
                  ))}
                  <Button onClick={() => add({ plan: {} })}>{t.add}</Button>
                </>
              )}
            </Form.List>
          </Form>
        )}
      </Asked>
    </DrawerForm>
  )
}
