import { api, type Schema } from '@shared/api/client'
import { ago, day, isoDay, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button, Segmented, Tooltip } from 'antd'
import { useCallback, useMemo } from 'react'
import { Chart, type Colours } from '../../charts/Chart'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { useOops } from '../../ui/forms'
import { Card, PageShell, Stat, State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import './acquire.css'

type Member = Schema<'GroupchatMember'>

const said = texts({
  noName: ['（未命名）', '(no name)'],
  dismissed: ['已解散', 'Dismissed'],
  open: ['正常', 'Open'],
  pull: ['立即更新', 'Pull now'],
  pulled: ['已从企业微信更新', 'Pulled from WeCom'],
  drift: [(n: string) => `已更新，补上 ${n} 处差异`, (n: string) => `Pulled; ${n} differences put right`],
  owner: ['群主', 'Owner'],
  members: ['成员', 'Members'],
  customers: ['客户', 'Customers'],
  joined30: ['近 30 天入群', 'Joined, 30 days'],
  left30: ['近 30 天退群', 'Left, 30 days'],
  room: ['还能进', 'Room left'],
  roomNote: ['群上限 200 人（扫码）', 'A group takes 200 by code'],
  chart: ['每日入群与退群', 'Joins and leaves by day'],
  joined: ['入群', 'Joined'],
  left: ['退群', 'Left'],
  unit: ['人', 'people'],
  day: ['日期', 'Day'],
  who: ['成员', 'Who'],
  scene: ['方式', 'How'],
  invited: ['被邀请', 'Invited'],
  link: ['邀请链接', 'Link'],
  code: ['扫码', 'QR code'],
  inviter: ['邀请人', 'Invited by'],
  at: ['入群时间', 'Joined'],
  quitAt: ['退群时间', 'Left'],
  quit: ['退群原因', 'Why'],
  removed: ['被移出', 'Removed'],
  unknown: ['未知', 'Unknown'],
  staff: ['员工', 'Staff'],
  customer: ['客户', 'Customer'],
  now: ['当前成员', 'In it now'],
  past: ['含已退群', 'With who left'],
  stays: [(n: string) => `第 ${n} 次入群`, (n: string) => `joined ${n} times`],
  state: ['来源码', 'Code'],
  asOf: [(at: string) => `${at}更新`, (at: string) => `pulled ${at}`],
  created: [(d: string) => `建于 ${d}`, (d: string) => `created ${d}`],
  none: ['没有成员', 'No members'],
})

/** One customer group: its members, who joined and who left. */
export function GroupPage() {
  const { id } = useParams({ from: '/shell/groups/$id' })
  const group = api.useQuery('get', '/groups/{id}', { params: { path: { id } } })
  return <Asked query={group}>{(g) => <Shown group={g} />}</Asked>
}

function Shown({ group: g }: { group: Schema<'GroupchatGroup'> }) {
  const t = useText(said)
  const may = useMay()
  const drill = useDrill()
  const client = useQueryClient()
  const { message } = App.useApp()
  const name = useStaffName(g.corp)
  const { past } = useSearch({ from: '/shell/groups/$id' })
  const go = useNavigate({ from: '/groups/$id' })
  const all = api.useQuery('get', '/groups/{id}/members', { params: { path: { id: g.id }, query: { past: true, limit: 1000 } } })
  const members = useMemo(() => all.data?.items ?? [], [all.data])
  const since = isoDay(Date.now() - 29 * 86_400_000)
  const joined = members.filter((m) => m.external && isoDay(m.joined_at) >= since)
  const left = members.filter((m) => m.external && m.left_at && isoDay(m.left_at) >= since)
  const codes = api.useQuery('get', '/groups/codes', { params: { query: { corp: g.corp, limit: 200 } } }, { staleTime: 60_000 })
  const codeOf = (state: string) => codes.data?.items?.find((x) => x.state === state)?.name ?? <code>{state}</code>
  const pull = api.useMutation('post', '/groups/{id}/pull', {
    onSuccess: (x) => {
      const n = Object.values(x.drift ?? {}).reduce((a, b) => a + b, 0)
      message.success(n > 0 ? t.drift(num(n)) : t.pulled)
      void client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/groups/{id}') })
    },
    onError: useOops(),
  })
  const open = (title: string, list: Member[], at: (m: Member) => string | undefined) => drill({
    key: ['group', g.id, title], title, count: list.length,
    list: async () => ({ items: list.filter((m) => m.customer).map((m) => ({ id: m.customer ?? '', name: m.name, detail: when(at(m)) })) }),
  })
  const columns: Column<Member>[] = [
    { key: 'who', title: t.who, width: 180, render: (_, m) => (m.customer ? <Link to={`/customers/${m.customer}` as string}>{m.name || m.customer}</Link> : m.external ? <Who corp={g.corp} external={m.id} /> : <b>{m.name || name(m.id)}</b>) },
    { key: 'kind', title: '', width: 80, render: (_, m) => <State tone={m.external ? 'live' : 'quiet'}>{m.external ? t.customer : t.staff}</State> },
    { key: 'scene', title: t.scene, width: 100, render: (_, m) => named(t, m.scene) },
    { key: 'inviter', title: t.inviter, width: 110, render: (_, m) => name(m.inviter) },
    { key: 'state', title: t.state, width: 120, ellipsis: true, render: (_, m) => m.state && codeOf(m.state) },
    { key: 'at', title: t.at, width: 170, sorter: (a, b) => a.joined_at.localeCompare(b.joined_at), render: (_, m) => <>{when(m.joined_at)}{m.stays > 1 && <small className="y-faint"> {t.stays(num(m.stays))}</small>}</> },
    ...(past ? [
      { key: 'left', title: t.quitAt, width: 150, render: (_: unknown, m: Member) => (m.left_at ? when(m.left_at) : '–') },
      { key: 'quit', title: t.quit, width: 110, render: (_: unknown, m: Member) => named(t, m.quit) },
    ] : []),
  ]
  return (
    <PageShell
      title={g.name || t.noName} back="/groups" extra={<><State tone={g.dismissed_at ? 'quiet' : 'good'}>{g.dismissed_at ? t.dismissed : t.open}</State><Tooltip title={when(g.pulled_at)}><span className="y-asof" tabIndex={0}>{t.asOf(ago(g.pulled_at))}</span></Tooltip></>}
      actions={may('groups.write') && !g.dismissed_at && <Button loading={pull.isPending} onClick={() => pull.mutate({ params: { path: { id: g.id } } })}>{t.pull}</Button>}
    >
      <div className="y-stats y-acquire-stats">
        <Stat label={t.owner} value={name(g.owner)} note={g.created_at && t.created(day(g.created_at))} />
        <Stat label={t.members} value={num(g.size)} />
        <Stat label={t.customers} value={num(g.customers)} onOpen={g.customers ? () => open(t.customers, members.filter((m) => m.external && !m.left_at), (m) => m.joined_at) : undefined} />
        <Stat label={t.joined30} value={all.data ? num(joined.length) : '–'} onOpen={joined.length ? () => open(t.joined30, joined, (m) => m.joined_at) : undefined} />
        <Stat label={t.left30} value={all.data ? num(left.length) : '–'} onOpen={left.length ? () => open(t.left30, left, (m) => m.left_at) : undefined} />
        <Stat label={t.room} value={num(Math.max(0, 200 - g.size))} hint={t.roomNote} />
      </div>
      <Card><Moves members={members} onOpen={(d, which) => open(`${d} ${which === 'joined' ? t.joined : t.left}`, members.filter((m) => m.external && (which === 'joined' ? isoDay(m.joined_at) === d : m.left_at && isoDay(m.left_at) === d)), (m) => (which === 'joined' ? m.joined_at : m.left_at))} /></Card>
      <Card title={t.members} flush extra={<Segmented size="small" value={past ? 'past' : 'now'} onChange={(v) => void go({ search: { past: v === 'past' || undefined }, replace: true })} options={[{ value: 'now', label: t.now }, { value: 'past', label: t.past }]} />}>
        <Asked query={all}>{() => <PlainTable label={t.members} rows={members.filter((m) => past || !m.left_at)} columns={columns} rowKey={(m) => `${m.id}${m.joined_at}`} height={480} empty={<p className="y-faint" style={{ padding: '0 16px' }}>{t.none}</p>} />}</Asked>
      </Card>
    </PageShell>
  )
}

function Moves({ members, onOpen }: { members: Member[]; onOpen: (day: string, which: 'joined' | 'left') => void }) {
  const t = useText(said)
  const days = useMemo(() => Array.from({ length: 30 }, (_, i) => isoDay(Date.now() - (29 - i) * 86_400_000)).map((d) => ({
    day: d, joined: members.filter((m) => m.external && isoDay(m.joined_at) === d).length, left: members.filter((m) => m.external && m.left_at && isoDay(m.left_at) === d).length,
  })), [members])
  const option = useCallback((look: Colours) => ({
    ...look.base, xAxis: { ...(look.base.xAxis as object), data: days.map((d) => d.day.slice(5)) }, yAxis: { ...(look.base.yAxis as object), minInterval: 1 },
    series: [{ type: 'bar', name: t.joined, data: days.map((d) => d.joined), barMaxWidth: 14 }, { type: 'bar', name: t.left, data: days.map((d) => d.left), barMaxWidth: 14, color: look.series[2] }],
  }), [days, t])
  return <Chart title={t.chart} unit={t.unit} height={220} option={option} sheet={{ columns: [t.day, t.joined, t.left], rows: days.map((d) => [d.day, num(d.joined), num(d.left)]) }} onPick={({ series, index }) => { const d = days[index]; if (d) onOpen(d.day, series === 0 ? 'joined' : 'left') }} />
}
