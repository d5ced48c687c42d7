import { api, call, must, type Schema } from '@shared/api/client'
import { when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { App, Button, Dropdown, Typography } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops, useSure } from '../../ui/forms'
import { Card, PageShell, State } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { ChannelDrawer } from './ChannelForm'
import { TestDrawer } from './ChannelTest'
import { HoldSwitch } from './HoldSwitch'
import { useStatus } from './kit'
import { kinds, kindNames, kindNotes, type Kind } from './providers'
import { WebhookDrawer } from './WebhookForm'
import { channelWords, reasonOf, reasonWords } from './words'

const said = texts({
  title: ['发送渠道', 'Sending channels'], lead: ['短信、邮件、公众号、小程序的发送账号，以及接收消息的接口。企微群发不用在这里设置。', 'Accounts for SMS, e-mail, WeChat, and endpoints that take messages. WeCom mass sends need nothing here.'], accounts: ['发送账号', 'Accounts'], hooks: ['接口推送', 'Webhooks'], add: ['添加', 'Add'], name: ['名称', 'Name'], kind: ['服务商', 'Provider'], channels: ['用于渠道', 'Channels'],
  state: ['状态', 'State'], on: ['可用', 'On'], off: ['已停用', 'Off'], resting: ['休息中', 'Resting'], noSecret: ['缺少密钥', 'No secret'], receipt: ['回执地址', 'Address for receipts'], changed: ['更改', 'Changed'], edit: ['编辑', 'Edit'], test: ['测试发送', 'Send a test'], rotate: ['更换回执地址', 'New receipt address'], remove: ['删除', 'Delete'],
  rotateSure: ['更换回执地址？', 'Open another address?'], rotateNote: ['旧地址立即失效，要到服务商后台填上新地址，否则收不到回执和退订。', 'The old one closes at once. Give the new one to the provider, or reports and replies are lost.'], removeSure: [(n: string) => `删除「${n}」？`, (n: string) => `Delete “${n}”?`], removeNote: ['用到它的 SOP 步骤会停止发送，原因为“发送账号不存在”。', 'Steps of playbooks that use it send no more.'],
  none: ['选择要接入的服务商', 'Choose a provider'], noHooks: ['还没有接口', 'No endpoints yet'], hooksFor: ['把消息推给你自己的系统，由它发出。每个请求都有签名。', 'Messages are posted to a system of yours, signed.'], addHook: ['添加接口', 'Add endpoint'], url: ['地址', 'Address'], idem: ['可去重', 'Deduplicates'], yes: ['是', 'Yes'], no: ['否', 'No'],
  secrets: ['密钥', 'Secrets'], two: ['两个（更换中）', 'Two (being replaced)'], one: ['一个', 'One'], newSecret: ['更换密钥', 'New secret'], retire: ['停用旧密钥', 'Retire the old'], rotateHook: ['生成新密钥？', 'Make a new secret?'], rotateHookNote: ['旧密钥继续有效，直到你停用它。新密钥只显示一次。', 'The old one stays valid until you retire it. The new one is shown once.'], retireSure: ['停用旧密钥？', 'Retire the old secret?'],
  retireNote: ['请先确认对方已换用新密钥。', 'Make sure first that the other side uses the new one.'], secret: ['新密钥，只显示这一次', 'The secret, shown this once'], fine: ['测试成功', 'The test went through'], failed: ['测试失败', 'The test failed'], done: ['已完成', 'Done'],
})

const route = getRouteApi('/shell/settings/channels')
type Account = Schema<'ChannelEndpoint'>
type Hook = Schema<'OutreachEndpoint'>

/** The accounts and endpoints through which messages go out. */
export function ChannelsPage() {
  const t = useText(said)
  return <PageShell title={t.title} lead={t.lead}><HoldSwitch /><Accounts /><Hooks /></PageShell>
}

function Accounts() {
  const t = useText(said)
  const names = useText(kindNames)
  const notes = useText(kindNotes)
  const channels = useText(channelWords)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const go = route.useNavigate()
  const { add } = route.useSearch()
  const [edit, setEdit] = useState<Account>()
  const [test, setTest] = useState<Account>()
  const list = api.useQuery('get', '/channels', { params: { query: { limit: 200 } } })
  const resting = useStatus().data?.resting ?? {}
  const can = may('outreach.write')
  const fresh = () => client.invalidateQueries({ queryKey: ['get', '/channels'] })
  const start = (kind?: string) => void go({ search: { add: kind }, replace: true })
  const kind = kinds.find((k) => k === add)
  const state = (a: Account) => (a.disabled ? <State tone="quiet">{t.off}</State> : !a.has_secret && a.kind !== 'smtp' ? <State tone="bad">{t.noSecret}</State> : a.channels.some((c) => resting[`${c}/${a.id}`]) ? <State tone="warn">{t.resting}</State> : <State tone="good">{t.on}</State>)
  const params = (a: Account) => ({ params: { path: { id: a.id } } })
  const act = (a: Account) => ({
    items: [{ key: 'edit', label: t.edit }, { key: 'test', label: t.test }, ...(a.receipt_url ? [{ key: 'rotate', label: t.rotate }] : []), { key: 'remove', label: t.remove, danger: true }],
    onClick: ({ key }: { key: string }) => {
      if (key === 'edit') setEdit(a)
      else if (key === 'test') setTest(a)
      else if (key === 'rotate') sure({ title: t.rotateSure, content: t.rotateNote, ok: t.rotate, go: async () => { await must(call.POST('/channels/{id}/rotate', params(a))); await fresh() } })
      else sure({ title: t.removeSure(a.name), content: t.removeNote, danger: true, ok: t.remove, go: async () => { await must(call.DELETE('/channels/{id}', params(a))); await fresh() } })
    },
  })
  return (
    <Card title={t.accounts} extra={can && <Dropdown trigger={['click']} menu={{ items: kinds.map((k) => ({ key: k, label: names[k] })), onClick: ({ key }) => start(key) }}><Button type="primary" size="small">{t.add}</Button></Dropdown>}>
      <Asked query={list}>
        {({ items }) => (items.length === 0 ? (
          <><p className="y-faint">{t.none}</p><div className="y-outreach-kinds">{kinds.map((k) => <button type="button" key={k} disabled={!can} onClick={() => start(k)}><b>{names[k]}</b><small>{notes[k]}</small></button>)}</div></>
        ) : (
          <PlainTable
            label={t.accounts} rows={items} rowKey="id" onOpen={can ? setEdit : undefined}
            columns={[
              { key: 'name', title: t.name, width: 150, render: (_, a) => <b>{a.name}</b> }, { key: 'kind', title: t.kind, width: 140, render: (_, a) => names[a.kind] }, { key: 'channels', title: t.channels, width: 200, render: (_, a) => a.channels.map((c) => named(channels, c)).join('、') },
              { key: 'state', title: t.state, width: 110, render: (_, a) => state(a) }, { key: 'receipt', title: t.receipt, width: 230, render: (_, a) => (a.receipt_url ? <Typography.Text copyable ellipsis style={{ maxWidth: 210 }}>{a.receipt_url}</Typography.Text> : '–') }, { key: 'changed', title: t.changed, width: 150, render: (_, a) => when(a.updated_at) },
              { key: 'do', title: '', width: 60, render: (_, a) => can && <Dropdown trigger={['click']} menu={act(a)}><Button size="small" type="text" aria-label={`${a.name} …`}>⋯</Button></Dropdown> },
            ]}
          />
        ))}
      </Asked>
      {(kind || edit) && <ChannelDrawer kind={(edit?.kind ?? kind) as Kind} account={edit} onClose={() => { setEdit(undefined); start() }} onDone={() => { void fresh(); setEdit(undefined); start() }} />}
      {test && <TestDrawer account={test} onClose={() => setTest(undefined)} />}
    </Card>
  )
}

function Hooks() {
  const t = useText(said)
  const reasons = useText(reasonWords)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const oops = useOops()
  const { message, modal } = App.useApp()
  const [edit, setEdit] = useState<Hook | 'new'>()
  const list = api.useQuery('get', '/webhooks', { params: { query: { limit: 200 } } })
  const can = may('outreach.write')
  const fresh = () => client.invalidateQueries({ queryKey: ['get', '/webhooks'] })
  const show = (secret: string | undefined) => { if (secret) modal.info({ title: t.secret, content: <Typography.Text code copyable>{secret}</Typography.Text>, width: 520 }) }
  const params = (h: Hook) => ({ params: { path: { id: h.id } } })
  const test = async (h: Hook) => {
    try {
      const r = await must(call.POST('/webhooks/{id}/test', params(h)))
      if (r.verdict === 'accepted') message.success(t.fine)
      else message.error([t.failed, reasonOf(reasons, r.reason), r.detail].filter(Boolean).join(' · '))
    } catch (thrown) {
      oops(thrown)
    }
  }
  const act = (h: Hook) => ({
    items: [{ key: 'edit', label: t.edit }, { key: 'test', label: t.test }, { key: 'rotate', label: t.newSecret }, ...(h.secrets > 1 ? [{ key: 'retire', label: t.retire }] : []), { key: 'remove', label: t.remove, danger: true }],
    onClick: ({ key }: { key: string }) => {
      if (key === 'edit') setEdit(h)
      else if (key === 'test') void test(h)
      else if (key === 'rotate') sure({ title: t.rotateHook, content: t.rotateHookNote, ok: t.newSecret, go: async () => { const made = await must(call.POST('/webhooks/{id}/rotate', params(h))); await fresh(); show(made.secret) } })
      else if (key === 'retire') sure({ title: t.retireSure, content: t.retireNote, ok: t.retire, go: async () => { await must(call.POST('/webhooks/{id}/retire', params(h))); await fresh() } })
      else sure({ title: t.removeSure(h.name), content: t.removeNote, danger: true, ok: t.remove, go: async () => { await must(call.DELETE('/webhooks/{id}', params(h))); await fresh() } })
    },
  })
  return (
    <Card title={t.hooks} extra={can && <Button size="small" onClick={() => setEdit('new')}>{t.addHook}</Button>}>
      <Asked query={list}>
        {({ items }) => (items.length === 0 ? <Empty title={t.noHooks}>{t.hooksFor}</Empty> : (
          <PlainTable
            label={t.hooks} rows={items} rowKey="id" onOpen={can ? setEdit : undefined}
            columns={[
              { key: 'name', title: t.name, width: 170, render: (_, h) => <b>{h.name}</b> }, { key: 'url', title: t.url, width: 300, ellipsis: true, render: (_, h) => <code>{h.url}</code> }, { key: 'state', title: t.state, width: 100, render: (_, h) => (h.disabled ? <State tone="quiet">{t.off}</State> : <State tone="good">{t.on}</State>) },
              { key: 'idem', title: t.idem, width: 100, render: (_, h) => (h.idempotent ? t.yes : t.no) }, { key: 'secrets', title: t.secrets, width: 150, render: (_, h) => (h.secrets > 1 ? t.two : t.one) },
              { key: 'do', title: '', width: 60, render: (_, h) => can && <Dropdown trigger={['click']} menu={act(h)}><Button size="small" type="text" aria-label={`${h.name} …`}>⋯</Button></Dropdown> },
            ]}
          />
        ))}
      </Asked>
      {edit && <WebhookDrawer hook={edit === 'new' ? undefined : edit} onClose={() => setEdit(undefined)} onDone={(h) => { setEdit(undefined); void fresh(); show(h.secret) }} />}
    </Card>
  )
}
