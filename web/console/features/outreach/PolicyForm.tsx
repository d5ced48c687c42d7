import { api, type Schema } from '@shared/api/client'
import { named, texts, useLang, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber, Select, Switch } from 'antd'
import { useEffect, useState } from 'react'
import { useMay } from '../../app/session'
import { Faults, showFaults, useSure } from '../../ui/forms'
import { Card, Columns } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { formOf, policyOf, type PolicyFields } from './policy'
import { channels, channelWords } from './words'

const said = texts({
  caps: ['频次上限', 'Caps'], capsNote: ['一位客户最多收到多少条。留空为不限。超出的不发，也不会挪到第二天。', 'How many touches one customer gets at most. Empty: no limit. What is over is dropped, not moved.'], all: ['全部渠道合计', 'All channels together'], day: ['每天', 'A day'], week: ['每周', 'A week'], month: ['每月', 'A month'], channel: ['渠道', 'Channel'],
  quiet: ['免打扰时段', 'Quiet hours'], quietNote: ['按客户当地时间；期间的消息等到结束后再发。', 'Where the customer is; touches wait for the end.'], from: ['从', 'From'], to: ['到', 'To'], consent: ['发送前需要的授权', 'Consent needed'], consentNote: ['“明确同意”：没表态就不发。“没有拒绝”：只有退订或拒收的不发。', '“Said yes”: silence is no. “Has not said no”: only who opted out is left out.'],
  given: ['明确同意', 'Said yes'], not_withdrawn: ['没有拒绝', 'Has not said no'], holdout: ['全局对照组', 'Control group of the brand'], holdoutNote: ['这部分客户始终不触达（服务通知除外），用来算全部营销真正带来的增量。', 'These customers are never touched (but for transactional messages), to show what all the marketing really brings.'], salt: ['抽签种子', 'Seed of the draw'],
  saltNote: ['换一个值会重新抽取对照组；进行中的全局实验会重新开始。', 'Another value draws other customers; the global experiment begins anew.'], staff: ['每名员工每天最多确认', 'Messages a member confirms a day'], staffNote: ['留空为不限。超出的顺延到第二天。', 'Empty: no limit. More waits for the next day.'], rates: ['发送速度', 'Rates'], ratesNote: ['每分钟最多调用多少次。', 'Calls in any minute at most.'],
  perMinute: ['次/分钟', 'per minute'], addRate: ['添加限速', 'Add a rate'], remove: ['移除', 'Remove'], save: ['保存规则', 'Save the rules'], sure: ['立即按新规则发送？', 'Send by the new rules at once?'], sureNote: ['对所有 SOP、群发和所有渠道立即生效。已经排好的触达会在发送时按新规则判断。', 'It holds at once for all playbooks, mass sends and channels. Planned touches are judged by the new rules when they go.'],
  saved: ['规则已保存，计划会重新推演', 'Saved; the plan is worked out anew'], now: ['现行规则', 'The rules in force'], own: ['每个 SOP 还可以有自己的上限、免打扰和优先级，在 SOP 的设置里改。', 'Each playbook may have caps, quiet hours and a priority of its own, in its settings.'], reset: ['还原', 'Undo changes'], readOnly: ['你的角色可以查看，不能修改。', 'Your role may look, not change.'],
})

/** The rules of sending, as a form beside their words. */
export function PolicyTab() {
  const policy = api.useQuery('get', '/outreach/policy', {}, { staleTime: 0 })
  return <Asked query={policy}>{(p) => <PolicyForm key={JSON.stringify(p)} policy={p} />}</Asked>
}

function PolicyForm({ policy: p }: { policy: Schema<'OutreachPolicy'> }) {
  const t = useText(said)
  const names = useText(channelWords)
  const zh = useLang() === 'zh-CN'
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<PolicyFields>()
  const [changed, setChanged] = useState(false)
  const put = api.useMutation('put', '/outreach/policy')
  useEffect(() => form.setFieldsValue(formOf(p)), [form, p])
  const accounts = useEndpoints()
  const can = may('outreach.write')
  const save = async () => {
    const fields = await form.validateFields().catch(() => undefined)
    if (!fields) return
    sure({
      title: t.sure, content: t.sureNote, ok: t.save,
      go: async () => {
        try {
          await put.mutateAsync({ body: policyOf(fields) })
        } catch (thrown) {
          showFaults(form, thrown)
          return
        }
        for (const path of ['/outreach/policy', '/budget/plan', '/budget/plan/touches']) void client.invalidateQueries({ queryKey: ['get', path] })
        message.success(t.saved)
      },
    })
  }
  const lines = (zh ? p.in_words?.zh : p.in_words?.en) ?? []
  const cap = (path: (string | number)[], label: string) => <Form.Item name={path} noStyle><InputNumber min={1} precision={0} aria-label={label} placeholder="∞" style={{ width: 84 }} /></Form.Item>
  return (
    <Form form={form} layout="vertical" disabled={!can} initialValues={formOf(p)} onValuesChange={() => setChanged(true)}>
      <div className="y-outreach-edit">
        <div className="y-outreach-part">
          <Card title={t.caps}>
            <p className="y-faint">{t.capsNote}</p>
            <div className="y-outreach-scroll">
              <table className="y-outreach-caps">
                <thead><tr><th scope="col">{t.channel}</th><th scope="col">{t.day}</th><th scope="col">{t.week}</th><th scope="col">{t.month}</th></tr></thead>
                <tbody>
                  <tr><th scope="row"><b>{t.all}</b></th><td>{cap(['cap', 'per_day'], `${t.all} ${t.day}`)}</td><td>{cap(['cap', 'per_week'], `${t.all} ${t.week}`)}</td><td>{cap(['cap', 'per_month'], `${t.all} ${t.month}`)}</td></tr>
                  {channels.map((c) => (
                    <tr key={c}><th scope="row">{named(names, c)}</th><td>{cap(['cap', 'channels', c], `${named(names, c)} ${t.day}`)}</td><td>{cap(['cap', 'channels_per_week', c], `${named(names, c)} ${t.week}`)}</td><td>{cap(['cap', 'channels_per_month', c], `${named(names, c)} ${t.month}`)}</td></tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Card>
          <Columns min={280}>
            <Card title={t.quiet}>
              <p className="y-faint">{t.quietNote}</p>
              <div className="y-rowline">
                <Form.Item name={['quiet', 'on']} valuePropName="checked" noStyle><Switch aria-label={t.quiet} /></Form.Item>
                <Form.Item name={['quiet', 'from']} noStyle><Input type="time" aria-label={`${t.quiet} ${t.from}`} style={{ width: 140 }} /></Form.Item>–<Form.Item name={['quiet', 'to']} noStyle><Input type="time" aria-label={`${t.quiet} ${t.to}`} style={{ width: 140 }} /></Form.Item>
              </div>
            </Card>
            <Card title={t.staff}><Form.Item name="staff_messages_per_day" extra={t.staffNote} style={{ margin: 0 }}><InputNumber min={1} precision={0} aria-label={t.staff} placeholder="∞" style={{ width: 120 }} /></Form.Item></Card>
          </Columns>
          <Card title={t.consent}>
            <p className="y-faint">{t.consentNote}</p>
            <div className="y-outreach-two">
              {channels.map((c) => <Form.Item key={c} name={['consent', c]} label={named(names, c)} style={{ margin: 0 }}><Select options={[{ value: 'given', label: t.given }, { value: 'not_withdrawn', label: t.not_withdrawn }]} /></Form.Item>)}
            </div>
          </Card>
          <Card title={t.holdout}>
            <div className="y-outreach-two">
              <Form.Item name="holdout_percent" label={t.holdout} extra={t.holdoutNote}><InputNumber min={0} max={50} suffix="%" style={{ width: 120 }} /></Form.Item>
              <Form.Item name="holdout_salt" label={t.salt} extra={t.saltNote}><Input maxLength={40} /></Form.Item>
            </div>
          </Card>
          <Card title={t.rates}>
            <p className="y-faint">{t.ratesNote}</p>
            <Form.List name="rates">
              {(rows, { add, remove }) => (
                <div className="y-stack">
                  {rows.map((row) => (
                    <div className="y-rowline" key={row.key}>
                      <Form.Item name={[row.name, 'to']} noStyle><Select showSearch={{ optionFilterProp: 'label' }} aria-label={t.channel} style={{ width: 240 }} options={accounts} /></Form.Item>
                      <Form.Item name={[row.name, 'calls']} noStyle><InputNumber min={1} precision={0} aria-label={t.perMinute} suffix={t.perMinute} style={{ width: 170 }} /></Form.Item>
                      <Button type="text" onClick={() => remove(row.name)}>{t.remove}</Button>
                    </div>
                  ))}
                  <div><Button size="small" onClick={() => add({})}>{t.addRate}</Button></div>
                </div>
              )}
            </Form.List>
          </Card>
          {put.error ? <Faults problem={put.error as never} /> : null}
        </div>
        <aside className="y-outreach-side">
          <Card title={t.now}>
            <ul className="y-outreach-rules">{lines.map((line) => <li key={line}>{line.replace(/^(\w+)(?=:)/, (c) => named(names, c))}</li>)}</ul>
            <p className="y-faint">{t.own}</p>
          </Card>
          {can ? <div className="y-rowline"><Button type="primary" disabled={!changed} loading={put.isPending} onClick={() => void save()}>{t.save}</Button>{changed && <Button onClick={() => { form.setFieldsValue(formOf(p)); setChanged(false) }}>{t.reset}</Button>}</div> : <p className="y-faint">{t.readOnly}</p>}
        </aside>
      </div>
    </Form>
  )
}

/** Channels and their accounts, as rates name them. */
function useEndpoints() {
  const names = useText(channelWords)
  const accounts = api.useQuery('get', '/channels', { params: { query: { limit: 200 } } })
  const hooks = api.useQuery('get', '/webhooks', { params: { query: { limit: 200 } } })
  return [
    ...channels.map((c) => ({ value: c as string, label: named(names, c) })),
    ...(accounts.data?.items ?? []).flatMap((a) => a.channels.map((c) => ({ value: `${c}/${a.id}`, label: `${named(names, c)} · ${a.name}` }))),
    ...(hooks.data?.items ?? []).map((h) => ({ value: `webhook/${h.id}`, label: `${named(names, 'webhook')} · ${h.name}` })),
  ]
}
