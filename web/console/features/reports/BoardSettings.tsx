import { api } from '@shared/api/client'
import { brandCurrency } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, InputNumber } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm } from '../../ui/forms'
import { Asked } from '../../ui/states'
import { pick, whole } from './model'
import { PickEditor } from './Picks'

const said = texts({
  open: ['看板口径', 'What counts'], title: ['看板口径', 'What boards count'],
  lead: ['这些设置对所有人的看板生效。', 'These hold for everybody’s boards.'],
  margin: ['毛利率（%）', 'Gross margin (%)'], marginHelp: ['毛利 = 净收入 × 毛利率。没填时，毛利、回本等数字不显示。', 'Gross profit is net revenue times this. Without it profit and payback cannot be shown.'],
  team: ['团队成本，每月', 'Team cost, each month'], teamHelp: ['按天折算到所选时间。', 'Taken by day of each month.'],
  activation: ['激活（首个关键行为）', 'Activation: the first key action'], active: ['活跃', 'Being active'], scan: ['扫码与点击', 'Scans and clicks'], usual: ['用默认口径', 'Use the default'], choose: ['自定义', 'Choose'],
  saved: ['已保存', 'Saved'],
})

interface Values {
  margin?: number | null
  team?: number | null
}

/** The brand's own settings of its boards, behind a button. */
export function Settings() {
  const t = useText(said)
  const may = useMay()
  const [open, setOpen] = useState(false)
  return may('insight.write') ? <><Button onClick={() => setOpen(true)}>{t.open}</Button>{open && <Editor onClose={() => setOpen(false)} />}</> : null
}

function Editor({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const { message } = App.useApp()
  const client = useQueryClient()
  const [form] = Form.useForm<Values>()
  const [own, setOwn] = useState<Partial<Record<'activation' | 'active' | 'scan', unknown>>>()
  const kept = api.useQuery('get', '/insight/boards/settings', {})
  const save = api.useMutation('put', '/insight/boards/settings', {
    onSuccess: () => { void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/insight/') }); message.success(t.saved); onClose() },
  })
  const now = { activation: kept.data?.activation, active: kept.data?.active, scan: kept.data?.scan, ...own }
  const go = () => {
    const { margin, team } = form.getFieldsValue()
    const clean = (raw: unknown) => { const p = pick(raw); return p && whole(p) }
    save.mutate({ body: { gross_margin: margin == null ? undefined : margin / 100, team_cost_per_month: team ?? undefined, activation: clean(now.activation), active: clean(now.active), scan: clean(now.scan) } })
  }
  return (
    <DrawerForm open title={t.title} onClose={onClose} onSave={go} saving={save.isPending} problem={save.error} disabled={!kept.data}>
      <p className="y-faint">{t.lead}</p>
      <Asked query={kept}>
        {(s) => (
          <Form form={form} layout="vertical" initialValues={{ margin: s.gross_margin === undefined ? undefined : Math.round(s.gross_margin * 1000) / 10, team: s.team_cost_per_month }}>
            <Form.Item name="margin" label={t.margin} help={t.marginHelp}><InputNumber min={0} max={100} style={{ width: 160 }} suffix="%" /></Form.Item>
            <Form.Item name="team" label={t.team} help={t.teamHelp}><InputNumber min={0} style={{ width: 160 }} prefix={brandCurrency()} /></Form.Item>
            {(['activation', 'active', 'scan'] as const).map((key) => {
              const p = pick(now[key])
              return (
                <Form.Item key={key} label={t[key]}>
                  {p ? <><PickEditor label={t[key]} value={p} onChange={(next) => setOwn({ ...own, [key]: next })} /><Button size="small" type="link" onClick={() => setOwn({ ...own, [key]: undefined })}>{t.usual}</Button></> : <Button size="small" onClick={() => setOwn({ ...own, [key]: { event: 'Order Completed' } })}>{t.choose}</Button>}
                </Form.Item>
              )
            })}
          </Form>
        )}
      </Asked>
    </DrawerForm>
  )
}
