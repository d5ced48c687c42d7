import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Button, Select, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { FilterBar } from '../../ui/FilterBar'
import { PageShell, State } from '../../ui/PageShell'
import { CorpPicker } from '../../ui/pickers'
import { QueryTable } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { Names } from '../../ui/Who'
import { HeldNotice } from './HoldSwitch'
import { Bar, useAudienceName, useProgress } from './kit'
import { tally, type Tally } from './tally'
import { moves, sendTone, sendWords } from './words'

const said = texts({
  title: ['群发', 'Mass sends'], lead: ['企业微信群发由员工在手机上确认后才发出。发之前就能看到谁会收到、谁收不到、为什么。', 'Staff confirm a mass send on the phone. Before that you see who will get it, who will not, and why.'],
  add: ['新建群发', 'New mass send'], state: ['状态', 'State'], name: ['名称', 'Name'], to: ['发给', 'To'], progress: ['进度', 'Progress'], waiting: ['待确认', 'Waiting'], sent: ['已发', 'Sent'], quota: ['对方达上限', 'Over quota'],
  lost: ['未发成', 'Lost'], left: ['不发送', 'Left out'], begins: ['时间', 'When'], draft: ['未安排', 'Not scheduled'], everybody: ['全部好友', 'All contacts'], groups: ['客户群', 'Groups'], chosen: [(n: string) => `指定 ${n} 位客户`, (n: string) => `${n} chosen customers`],
  chats: [(n: string) => `${n} 个群`, (n: string) => `${n} groups`], via: ['经', 'by'], empty: ['还没有群发', 'No mass sends yet'], about: ['一次发给很多客户：选人群、写内容、看谁收得到，员工确认后发出。', 'One message to many: choose an audience, write, see who gets it; it goes when staff confirm.'],
  group: ['群消息', 'To groups'], test: ['A/B', 'A/B'], holdout: [(n: string) => `对照 ${n}%`, (n: string) => `holdout ${n}%`],
})

const route = getRouteApi('/shell/sends')

/** All mass sends with their live progress. */
export function SendsPage() {
  const t = useText(said)
  const states = useText(sendWords)
  const may = useMay()
  const search = route.useSearch()
  const go = route.useNavigate()
  const query = { state: search.state as Schema<'MasssendSend'>['state'] | undefined, corp: search.corp, limit: 50 }
  const list = api.useInfiniteQuery('get', '/mass-sends', { params: { query } }, { ...byCursor, refetchInterval: 15_000 })
  const filtered = Boolean(search.state || search.corp)
  const clear = () => void go({ search: {}, replace: true })
  const add = may('outreach.write') && <Link to="/sends/new"><Button type="primary" icon={<PlusOutlined />}>{t.add}</Button></Link>
  return (
    <PageShell title={t.title} lead={t.lead} fill actions={add}>
      <HeldNotice />
      <FilterBar active={filtered} onReset={clear}>
        <Select
          allowClear placeholder={t.state} aria-label={t.state} style={{ width: 150 }} value={search.state} onChange={(state?: string) => void go({ search: (s) => ({ ...s, state }), replace: true })}
          options={Object.keys(sendWords).map((s) => ({ value: s, label: named(states, s) }))}
        />
        <CorpPicker value={search.corp} allowClear onChange={(corp) => void go({ search: (s) => ({ ...s, corp }), replace: true })} />
      </FilterBar>
      <QueryTable
        id="sends" label={t.title} query={list} rowKey="id" onOpen={(row) => void go({ to: '/sends/$id', params: { id: row.id } } as never)}
        empty={filtered ? <NoMatch onClear={clear} /> : <Empty title={t.empty} action={add}>{t.about}</Empty>}
        columns={[
          { key: 'name', title: t.name, width: 220, always: true, render: (_, s) => <SendName send={s} /> },
          { key: 'state', title: t.state, width: 130, render: (_, s) => <State tone={sendTone(s.state)}>{named(states, s.state)}</State> },
          { key: 'to', title: t.to, width: 210, render: (_, s) => <Target send={s} /> },
          { key: 'progress', title: t.progress, width: 170, render: (_, s) => <RowBar send={s} /> },
          { key: 'waiting', title: t.waiting, width: 90, num: true, render: (_, s) => <Cell send={s} of="waiting" /> },
          { key: 'sent', title: t.sent, width: 80, num: true, render: (_, s) => <Cell send={s} of="sent" /> },
          { key: 'quota', title: t.quota, width: 110, num: true, render: (_, s) => <Cell send={s} of="quota" /> },
          { key: 'lost', title: t.lost, width: 90, num: true, render: (_, s) => <Cell send={s} of="failed" /> },
          { key: 'left', title: t.left, width: 90, num: true, hidden: true, render: (_, s) => <Cell send={s} of="left" /> },
          { key: 'begins', title: t.begins, width: 130, render: (_, s) => (s.state === 'draft' ? <span className="y-faint">{t.draft}</span> : <Tooltip title={exactly(s.started_at ?? s.scheduled_at)}>{ago(s.started_at ?? s.scheduled_at ?? s.created_at)}</Tooltip>) },
        ]}
      />
    </PageShell>
  )
}

function SendName({ send: s }: { send: Schema<'MasssendSend'> }) {
  const t = useText(said)
  const marks = [s.chat === 'group' && t.group, s.variants?.length && t.test, s.options.holdout_percent && t.holdout(num(s.options.holdout_percent, 1))].filter(Boolean)
  return <><Link to={`/sends/${s.id}` as string}>{s.name}</Link>{marks.length > 0 && <small className="y-faint"> · {marks.join(' · ')}</small>}</>
}

/** Whom a mass send is for, in words. */
export function Target({ send: s }: { send: Schema<'MasssendSend'> }) {
  const t = useText(said)
  const audience = useAudienceName(s.target.audience)
  const { chats, customers, staff } = s.target
  const what = s.target.audience ? <Link to={`/audiences/${s.target.audience}` as string}>{audience.data?.name ?? s.target.audience}</Link>
    : customers?.length ? t.chosen(num(customers.length)) : chats?.length ? t.chats(num(chats.length)) : s.chat === 'group' ? t.groups : t.everybody
  return <>{what}{staff?.length ? <span className="y-faint"> · {t.via} <Names of={staff} most={2} corp={s.corp} /></span> : null}</>
}

function RowBar({ send: s }: { send: Schema<'MasssendSend'> }) {
  const t = useText(said)
  const p = useProgress(s.id, moves(s.state))
  const n = tally(p.data)
  if (s.state === 'draft' || n.all === 0) return <span className="y-faint">–</span>
  return <Bar parts={[{ tone: 'good', name: t.sent, count: n.sent }, { tone: 'live', name: t.waiting, count: n.waiting }, { tone: 'warn', name: t.quota, count: n.quota }, { tone: 'bad', name: t.lost, count: n.failed + n.expired }, { tone: 'quiet', name: t.left, count: n.left }]} />
}

function Cell({ send: s, of }: { send: Schema<'MasssendSend'>; of: keyof Tally }) {
  const p = useProgress(s.id, moves(s.state))
  const n = tally(p.data)[of]
  return s.state === 'draft' || !n ? <span className="y-faint">–</span> : <>{num(n)}</>
}
