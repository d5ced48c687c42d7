import { api, problemOf, type Problem, type Schema } from '@shared/api/client'
import { ago, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { DrawerForm, useOops, useSure } from '../../ui/forms'
import { Card, Columns, Facts, State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { useStaffName } from '../../ui/Who'

import { common } from './words'

const said = texts({
  title: ['会话存档', 'Conversation archive'],
  lead: ['只保存已同意的客户、有存档席位的员工之间的消息，加密存放。腾讯的存档库不在本程序内，目前来源只有模拟器。', 'Kept sealed, only with the customer’s consent and of members with a seat. Tencent’s library is not in this program; the only source today is the simulator.'],
  not_configured: ['未设置', 'Not set up'],
  running: ['运行中', 'Running'],
  failing: ['出错', 'Failing'],
  source: ['来源', 'Source'],
  keys: ['私钥版本', 'Versions of the private key'],
  stored: ['已保存', 'Kept'],
  withheld: ['未保存', 'Withheld'],
  withheldHint: ['同事之间、无席位员工、未同意的客户', 'Between colleagues, of members without a seat, without consent'],
  unread: ['损坏', 'Damaged'],
  pulled: ['上次拉取', 'Pulled'],
  setup: ['设置', 'Set up'],
  pull: ['立即拉取', 'Pull now'],
  drop: ['移除凭证', 'Take credentials away'],
  dropSure: ['移除会话存档的凭证？', 'Take the credentials away?'],
  dropText: ['不再拉取新消息，已保存的消息保留。', 'No new messages are pulled; those kept stay.'],
  secret: ['存档 Secret', 'Secret of the archive'],
  secretHint: ['管理工具 → 会话内容存档', 'Tools, conversation archive'],
  key: ['私钥（PEM）', 'Private key (PEM)'],
  version: ['公钥版本号', 'Version of the public key'],
  kept: ['已保存的留空不改', 'Empty keeps what is stored'],
  replies: ['员工回复速度（近 30 天）', 'How fast staff reply, last 30 days'],
  answered: ['已回复', 'Answered'],
  open: ['待回复', 'Open'],
  median: ['回复中位数', 'Median'],
  minutes: [(n: string) => `${n} 分钟`, (n: string) => `${n} min`],
  none: ['还没有会话', 'No conversations yet'],
  noneText: ['存档运行后，这里显示每位员工多久回复客户。', 'With the archive running this shows how fast each member replies.'],
})

/** The conversation archive of a corp: whether it runs, what it kept, and how fast staff reply. */
export function ArchiveTab({ corp }: { corp: string }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const { message } = App.useApp()
  const name = useStaffName(corp)
  const [editing, edit] = useState(false)
  const at = { params: { path: { corp } } }
  const status = api.useQuery('get', '/wecom/corps/{corp}/archive', at)
  const replies = api.useQuery('get', '/wecom/corps/{corp}/archive/replies', { params: { path: { corp }, query: { days: 30 } } }, { enabled: may('contacts.read') })
  const fresh = () => void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/wecom/corps/{corp}/archive') })
  const pull = api.useMutation('post', '/wecom/corps/{corp}/archive/pull', { onSuccess: () => { message.success(c.started); fresh() }, onError: useOops() })
  const remove = api.useMutation('delete', '/wecom/corps/{corp}/archive')
  const columns: Column<Schema<'ArchiveReply'>>[] = [
    { key: 'staff', title: c.staff, width: 140, render: (_, x) => name(x.staff) },
    { key: 'answered', title: t.answered, width: 100, num: true, render: (_, x) => num(x.answered) },
    { key: 'open', title: t.open, width: 100, num: true, render: (_, x) => num(x.open) },
    { key: 'median', title: t.median, width: 120, num: true, render: (_, x) => (x.median_seconds === null ? '–' : t.minutes(num(x.median_seconds / 60, 1))) },
  ]
  const write = may('wecom.write')
  return (
    <Columns min={420}>
      <Asked query={status}>
        {(x) => (
          <Card title={t.title} extra={write && <>{x.state !== 'not_configured' && <Button loading={pull.isPending} onClick={() => pull.mutate(at)}>{t.pull}</Button>}<Button type="primary" onClick={() => edit(true)}>{t.setup}</Button></>}>
            <p className="y-faint">{t.lead}</p>
            {x.state === 'failing' && x.reason && <Alert type="error" showIcon title={x.reason} style={{ marginBottom: 12 }} />}
            <Facts items={[
              [c.state, <State key="s" tone={x.state === 'running' ? 'good' : x.state === 'failing' ? 'bad' : 'quiet'}>{t[x.state]}</State>],
              Boolean(x.source) && [t.source, x.source], Boolean(x.keys?.length) && [t.keys, x.keys.join('、')],
              [t.stored, num(x.stored)], [t.withheld, <span key="w">{num(x.withheld)} <span className="y-faint">{t.withheldHint}</span></span>], x.unread > 0 && [t.unread, num(x.unread)],
              [t.pulled, x.pulled_at ? ago(x.pulled_at) : '–'],
            ]} />
            {write && x.state !== 'not_configured' && <Button size="small" danger onClick={() => sure({ title: t.dropSure, content: t.dropText, danger: true, ok: t.drop, go: () => remove.mutateAsync(at).then(fresh) })}>{t.drop}</Button>}
            {editing && <ArchiveForm corp={corp} fresh={x.state === 'not_configured'} source={x.source} onClose={() => edit(false)} onSaved={() => { fresh(); edit(false) }} />}
          </Card>
        )}
      </Asked>
      {may('contacts.read') && <Card title={t.replies} flush><Asked query={replies}>{(v) => <PlainTable label={t.replies} rows={v.items ?? []} columns={columns} rowKey="staff" empty={<Empty title={t.none}>{t.noneText}</Empty>} />}</Asked></Card>}
    </Columns>
  )
}

function ArchiveForm({ corp, fresh, source, onClose, onSaved }: { corp: string; fresh: boolean; source?: string; onClose: () => void; onSaved: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const { message } = App.useApp()
  const [problem, setProblem] = useState<Problem>()
  const [form] = Form.useForm<{ source: string; secret?: string; version?: number; key?: string }>()
  const need = fresh ? [{ required: true, whitespace: true, message: c.required }] : []
  const save = api.useMutation('put', '/wecom/corps/{corp}/archive', { onSuccess: () => { message.success(c.saved); onSaved() }, onError: (thrown: unknown) => setProblem(problemOf(thrown)) })
  return (
    <DrawerForm open title={t.title} onClose={onClose} onSave={() => form.submit()} saving={save.isPending} problem={problem}>
      <Form form={form} layout="vertical" initialValues={{ source: source ?? 'simulator', version: 1 }} onFinish={(v) => save.mutate({ params: { path: { corp } }, body: { source: v.source, secret: v.secret || undefined, keys: v.key ? { [String(v.version ?? 1)]: v.key } : undefined } })}>
        <Form.Item name="source" label={t.source}><Select options={[...new Set(['simulator', ...(source ? [source] : [])])].map((s) => ({ value: s, label: s }))} /></Form.Item>
        <Form.Item name="secret" label={t.secret} extra={fresh ? t.secretHint : `${t.secretHint} · ${t.kept}`} rules={need}><Input.Password autoComplete="off" visibilityToggle={false} /></Form.Item>
        <Form.Item name="version" label={t.version}><InputNumber min={1} /></Form.Item>
        <Form.Item name="key" label={t.key} extra={fresh ? undefined : t.kept} rules={need}><Input.TextArea autoSize={{ minRows: 4, maxRows: 10 }} className="y-mono" spellCheck={false} /></Form.Item>
      </Form>
    </DrawerForm>
  )
}
