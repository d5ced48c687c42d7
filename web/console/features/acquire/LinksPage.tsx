import { api, byCursor, call, must, type Schema } from '@shared/api/client'
import { ago, num, pct, when } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import CopyOutlined from '@ant-design/icons/CopyOutlined'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button, Form, Input, Tabs, Tooltip } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { DrawerForm } from '../../ui/forms'
import { MomentPicker } from '../../ui/MomentPicker'
import { PageShell, State } from '../../ui/PageShell'
import { PlainTable, QueryTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { Who } from '../../ui/Who'
import { placeFaults } from './kit'
import { LinkDrawer } from './LinkDrawer'
import { common } from './words'
import './acquire.css'

type ShortLink = Schema<'Link'>
type Figures = Schema<'LinkFigures'>

const said = texts({
  title: ['短链', 'Short links'],
  lead: ['把长网址变短并统计点击。群发和 SOP 勾选“跟踪链接”时会给每位客户生成专属短链，点击直接记到客户时间线。', 'Short addresses that count clicks. A send that tracks links makes one for each customer, and the click goes onto the customer’s timeline.'],
  new: ['新建短链', 'New link'],
  settings: ['设置', 'Settings'],
  links: ['短链', 'Links'],
  figures: ['触达中的点击', 'Clicks of playbooks and sends'],
  short: ['短链', 'Short'],
  url: ['目标网址', 'Leads to'],
  clicks: ['点击', 'Clicks'],
  devices: ['设备数', 'Devices'],
  whom: ['专属客户', 'Made for'],
  expires: ['有效期', 'Ends'],
  forever: ['长期', 'Never'],
  closed: ['已关闭', 'Closed'],
  over: ['已过期', 'Over'],
  open: ['有效', 'Open'],
  emptyTitle: ['还没有短链', 'No short links yet'],
  empty: ['先在“设置”里填写客户能访问的地址，再新建短链；二维码可以直接下载。', 'Say in Settings how customers reach the server, then make a link; its QR code can be downloaded.'],
  name: ['名称（内部可见）', 'Name, for you'],
  address: ['目标网址', 'Leads to'],
  ends: ['有效期至（可空）', 'Ends (may be empty)'],
  made: ['短链已生成', 'The link is made'],
  public: ['对外地址', 'Public address'],
  publicHint: ['客户访问短链的域名，如 https://go.example.com；该域名需把 /l/ 转到本服务。留空则不生成短链。', 'Where customers reach links, such as https://go.example.com; it must pass /l/ to this server. Empty: no links are made.'],
  playbook: ['SOP / 群发', 'Playbook or send'],
  step: ['步骤', 'Step'],
  sent: ['发出', 'Made'],
  opened: ['被点开', 'Opened'],
  people: ['点击人数', 'People'],
  rate: ['点击率', 'Rate'],
  noFigures: ['还没有带短链的触达', 'No tracked links were sent'],
  noFiguresText: ['在 SOP 的消息步骤或群发里打开“跟踪链接”，点击数据会出现在这里。', 'Track the links of a playbook’s message or a mass send, and their clicks stand here.'],
})

/** Short links: those for anybody, and the clicks of what was sent. */
export function LinksPage() {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const { message } = App.useApp()
  const search = useSearch({ from: '/shell/links' })
  const go = useNavigate({ from: '/links' })
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const [making, make] = useState(false)
  const [setting, settings] = useState(false)
  const list = api.useInfiniteQuery('get', '/links', {}, byCursor)
  const tab = search.tab ?? 'links'
  const columns: Column<ShortLink>[] = [
    { key: 'name', title: c.name, width: 180, always: true, render: (_, x) => <Button type="link" className="y-number" onClick={() => set({ link: x.code })}><b>{x.name || x.code}</b></Button> },
    { key: 'short', title: t.short, width: 230, render: (_, x) => <span className="y-acquire-copy"><Button size="small" type="text" icon={<CopyOutlined />} aria-label={`${c.copy} ${x.short}`} onClick={() => { void navigator.clipboard.writeText(x.short); message.success(c.copied) }} /><code>{x.short}</code></span> },
    { key: 'url', title: t.url, width: 260, render: (_, x) => <a href={x.url} target="_blank" rel="noreferrer">{x.url}</a> },
    { key: 'clicks', title: t.clicks, width: 90, num: true, render: (_, x) => num(x.clicks) },
    { key: 'devices', title: t.devices, width: 90, num: true, render: (_, x) => num(x.devices ?? 0) },
    { key: 'customer', title: t.whom, width: 120, render: (_, x) => x.customer && <Who id={x.customer} /> },
    { key: 'state', title: c.state, width: 110, render: (_, x) => <State tone={x.closed_at ? 'quiet' : x.expires_at && x.expires_at < new Date().toISOString() ? 'quiet' : 'good'}>{x.closed_at ? t.closed : x.expires_at && x.expires_at < new Date().toISOString() ? t.over : t.open}</State> },
    { key: 'expires', title: t.expires, width: 150, hidden: true, render: (_, x) => (x.expires_at ? when(x.expires_at) : t.forever) },
    { key: 'created', title: c.created, width: 110, render: (_, x) => <Tooltip title={when(x.created_at)}>{ago(x.created_at)}</Tooltip> },
  ]
  return (
    <PageShell
      fill title={t.title} lead={t.lead}
      actions={<>{may('settings.write') && <Button onClick={() => settings(true)}>{t.settings}</Button>}{may('content.write') && <Button type="primary" onClick={() => make(true)}>{t.new}</Button>}</>}
    >
      <Tabs activeKey={tab} onChange={(k) => set({ tab: k as typeof tab })} items={(['links', 'figures'] as const).map((k) => ({ key: k, label: t[k] }))} />
      {tab === 'links' ? (
        <QueryTable id="links" label={t.title} query={list} columns={columns} rowKey="code" onOpen={(x) => set({ link: x.code })} empty={<Empty title={t.emptyTitle} action={may('content.write') && <Button type="primary" onClick={() => make(true)}>{t.new}</Button>}>{t.empty}</Empty>} />
      ) : <Tracked />}
      {search.link && <LinkDrawer code={search.link} onClose={() => set({ link: undefined })} />}
      {making && <NewLink onClose={() => make(false)} onMade={(code) => { make(false); message.success(t.made); set({ link: code }) }} />}
      {setting && <Settings onClose={() => settings(false)} />}
    </PageShell>
  )
}

function Tracked() {
  const t = useText(said)
  const drill = useDrill()
  const stats = api.useQuery('get', '/links/stats', {})
  const open = (x: Figures) => drill({
    key: ['links', x.playbook, x.step], title: x.url,
    list: async (cursor, signal) => {
      const page = await must(call.GET('/links/customers', { params: { query: { playbook: x.playbook, step: x.step || undefined, cursor, limit: 100 } }, signal }))
      return { items: (page.items ?? []).filter((l) => l.customer).map((l) => ({ id: l.customer ?? '', detail: `${num(l.clicks)} · ${l.last_at ? when(l.last_at) : ''}` })), next: page.next }
    },
  })
  const columns: Column<Figures>[] = [
    { key: 'playbook', title: t.playbook, width: 220, render: (_, x) => (x.playbook.startsWith('pb_') ? <Link to={`/playbooks/${x.playbook}` as string}>{x.playbook}</Link> : x.playbook) },
    { key: 'step', title: t.step, width: 140, dataIndex: 'step' },
    { key: 'url', title: t.url, width: 280, ellipsis: true, dataIndex: 'url' },
    { key: 'sent', title: t.sent, width: 90, num: true, render: (_, x) => num(x.links) },
    { key: 'opened', title: t.opened, width: 90, num: true, render: (_, x) => num(x.opened) },
    { key: 'rate', title: t.rate, width: 90, num: true, render: (_, x) => pct(x.links ? x.opened / x.links : null) },
    { key: 'clicks', title: t.clicks, width: 90, num: true, render: (_, x) => num(x.clicks) },
    { key: 'people', title: t.people, width: 100, num: true, render: (_, x) => (x.people ? <Button type="link" className="y-number" onClick={() => open(x)}>{num(x.people)}</Button> : num(0)) },
  ]
  return <div className="y-card y-card-flush"><Asked query={stats}>{(v) => <PlainTable label={t.figures} rows={v.items} columns={columns} rowKey={(x) => `${x.playbook} ${x.step} ${x.url}`} empty={<Empty title={t.noFigures}>{t.noFiguresText}</Empty>} />}</Asked></div>
}

function NewLink({ onClose, onMade }: { onClose: () => void; onMade: (code: string) => void }) {
  const t = useText(said)
  const c = useText(common)
  const client = useQueryClient()
  const [form] = Form.useForm<{ name?: string; url: string; expires_at?: string }>()
  const [problem, setProblem] = useState<ReturnType<typeof placeFaults>>()
  const create = api.useMutation('post', '/links', {
    onSuccess: (x) => { void client.invalidateQueries({ queryKey: ['get', '/links'] }); onMade(x.code) },
    onError: (thrown: unknown) => setProblem(placeFaults(form, thrown, ['name', 'url', 'expires_at'])),
  })
  return (
    <DrawerForm open title={t.new} onClose={onClose} onSave={() => form.submit()} saving={create.isPending} problem={problem}>
      <Form form={form} layout="vertical" onFinish={(v) => { setProblem(undefined); create.mutate({ body: { url: v.url.trim(), name: v.name?.trim() || undefined, expires_at: v.expires_at } }) }}>
        <Form.Item name="url" label={t.address} rules={[{ required: true, message: c.required }]}><Input type="url" placeholder="https://" autoFocus /></Form.Item>
        <Form.Item name="name" label={t.name}><Input maxLength={80} /></Form.Item>
        <Form.Item name="expires_at" label={t.ends}><MomentPicker only="future" /></Form.Item>
      </Form>
    </DrawerForm>
  )
}

function Settings({ onClose }: { onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const client = useQueryClient()
  const { message } = App.useApp()
  const now = api.useQuery('get', '/links/settings', {})
  const [form] = Form.useForm<{ public_url: string }>()
  const [problem, setProblem] = useState<ReturnType<typeof placeFaults>>()
  const save = api.useMutation('put', '/links/settings', {
    onSuccess: () => { void client.invalidateQueries({ queryKey: ['get', '/links'] }); void client.invalidateQueries({ queryKey: ['get', '/links/settings'] }); message.success(c.saved); onClose() },
    onError: (thrown: unknown) => setProblem(placeFaults(form, thrown, ['public_url'])),
  })
  return (
    <DrawerForm open title={t.settings} onClose={onClose} onSave={() => form.submit()} saving={save.isPending} problem={problem} disabled={!now.data}>
      <Asked query={now}>
        {(v) => <Form form={form} layout="vertical" initialValues={v} onFinish={(x) => save.mutate({ body: { public_url: x.public_url?.trim() ?? '' } })}><Form.Item name="public_url" label={t.public} extra={t.publicHint}><Input type="url" placeholder="https://go.example.com" autoFocus /></Form.Item></Form>}
      </Asked>
    </DrawerForm>
  )
}
