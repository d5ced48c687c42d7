import { api, type Problem, problemOf, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Collapse, Form, Input, InputNumber, Select } from 'antd'
import { TimePicker } from '@/ui/dates'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { DrawerForm } from '../../ui/forms'
import { StaffPicker } from '../../ui/pickers'
import { appWords, common } from './words'

type Corp = Schema<'CorpWireCorp'>
type App0 = { agent_id?: number; secret?: string; token?: string; aes_key?: string }

const said = texts({
  title: ['修改接入设置', 'Change the connection'],
  name: ['名称', 'Name'],
  public: ['对外地址', 'Public address'],
  publicHint: ['企业微信和员工访问本服务的地址，不带路径', 'Where WeCom and staff reach this server, without a path'],
  managers: ['流失与异常通知谁', 'Who is told of losses and failures'],
  quota: ['群发额度（与管理后台一致）', 'Mass send quota, as set in the admin console'],
  month: ['每月与天数相同', 'As many a month as it has days'],
  week: ['每周 7 条', '7 a week'],
  day: ['每天 1 条', '1 a day'],
  full: ['每晚全量核对', 'Nightly full comparison'],
  base: ['接口地址（使用网关或模拟器时填写）', 'Address of the API, of a gateway or simulator'],
  apps: ['应用凭证', 'Credentials'],
  kept: ['已保存，留空不改', 'Stored; empty keeps it'],
})

const kinds = ['main', 'directory', 'kf', 'archive'] as const

interface Fields { name: string; base_url?: string; public_url?: string; managers?: string[]; quota?: string; full_at?: Dayjs; apps?: Record<string, App0> }

/** Changes name, settings and credentials of a corp; empty credentials stay. */
export function CorpForm({ corp, onClose }: { corp: Corp; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const w = useText(appWords)
  const client = useQueryClient()
  const { message } = App.useApp()
  const [form] = Form.useForm<Fields>()
  const [problem, setProblem] = useState<Problem>()
  const save = api.useMutation('put', '/wecom/corps/{corp}', {
    onSuccess: () => { void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/wecom') }); message.success(c.saved); onClose() },
    onError: (thrown: unknown) => setProblem(problemOf(thrown)),
  })
  const submit = (v: Fields) => {
    setProblem(undefined)
    const apps = kinds.flatMap((name) => {
      const a = v.apps?.[name]
      const said = Object.fromEntries(Object.entries(a ?? {}).filter(([, x]) => x !== undefined && x !== null && x !== '')) as App0
      const known = corp.apps?.find((x) => x.name === name)
      return Object.keys(said).some((k) => k !== 'agent_id' || said.agent_id !== known?.agent_id) ? [{ name, ...said }] : []
    })
    save.mutate({ params: { path: { corp: corp.id } }, body: {
      name: v.name.trim(), base_url: v.base_url?.trim() || undefined, ...(apps.length > 0 ? { apps } : {}),
      settings: { public_url: v.public_url?.trim() || undefined, managers: v.managers, quota: v.quota, full_at: v.full_at?.format('HH:mm') },
    } })
  }
  const s = corp.settings
  return (
    <DrawerForm open title={t.title} size={600} onClose={onClose} onSave={() => form.submit()} saving={save.isPending} problem={problem}>
      <Form
        form={form} layout="vertical" onFinish={submit}
        initialValues={{ name: corp.name, base_url: corp.base_url, public_url: s.public_url, managers: s.managers ?? [], quota: s.quota || 'month', full_at: s.full_at ? dayjs(`2026-01-01T${s.full_at}`) : undefined, apps: Object.fromEntries((corp.apps ?? []).map((a) => [a.name, { agent_id: a.agent_id }])) }}
      >
        <div className="y-wecom-two">
          <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true, message: c.required }]}><Input maxLength={100} /></Form.Item>
          <Form.Item name="full_at" label={t.full}><TimePicker format="HH:mm" placeholder="03:30" style={{ width: '100%' }} /></Form.Item>
        </div>
        <Form.Item name="public_url" label={t.public} extra={t.publicHint}><Input type="url" placeholder="https://yutang.example.com" /></Form.Item>
        <Form.Item name="managers" label={t.managers}><StaffPicker corp={corp.id} aria-label={t.managers} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="quota" label={t.quota}><Select options={(['month', 'week', 'day'] as const).map((k) => ({ value: k, label: t[k] }))} /></Form.Item>
        <Form.Item name="base_url" label={t.base}><Input placeholder="https://qyapi.weixin.qq.com" /></Form.Item>
        <b>{t.apps}</b>
        <Collapse
          size="small" style={{ marginTop: 8 }} defaultActiveKey={['main']}
          items={kinds.filter((k) => k !== 'archive').map((kind) => {
            const known = corp.apps?.find((a) => a.name === kind)
            return { key: kind, label: w[kind], forceRender: true, children: <Credentials kind={kind} secret={known?.has_secret} callback={known?.has_callback} /> }
          })}
        />
      </Form>
    </DrawerForm>
  )
}

/** The fields of one app's credentials. */
export function Credentials({ kind, secret, callback }: { kind: string; secret?: boolean; callback?: boolean }) {
  const t = useText(said)
  return (
    <div className="y-wecom-two">
      {kind === 'main' && <Form.Item name={['apps', kind, 'agent_id']} label="AgentId"><InputNumber min={1} style={{ width: '100%' }} /></Form.Item>}
      <Form.Item name={['apps', kind, 'secret']} label="Secret" extra={secret ? t.kept : undefined}><Input.Password autoComplete="off" visibilityToggle={false} /></Form.Item>
      <Form.Item name={['apps', kind, 'token']} label="Token" extra={callback ? t.kept : undefined}><Input.Password autoComplete="off" visibilityToggle={false} /></Form.Item>
      <Form.Item name={['apps', kind, 'aes_key']} label="EncodingAESKey" extra={callback ? t.kept : undefined}><Input.Password autoComplete="off" visibilityToggle={false} maxLength={43} /></Form.Item>
    </div>
  )
}
