import { api, byCursor, call, must, type Schema } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { App, Button, Tooltip } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Card, Number, State } from '../../ui/PageShell'
import { PlainTable, QueryTable } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { Bar } from './kit'
import { moves, receiverWords, reasonOf, reasonWords, touchTone } from './words'

const said = texts({
  title: ['按员工', 'By member of staff'], staff: ['员工', 'Staff'], size: ['客户', 'Customers'], sent: ['已发', 'Sent'], waiting: ['待确认', 'Waiting'], lost: ['未发成', 'Lost'], confirmed: ['确认', 'Confirmed'], remind: ['提醒', 'Remind'],
  all: [(n: string) => `提醒未确认的 ${n} 人`, (n: string) => `Remind the ${n} who have not`], limit: ['24 小时内最多提醒 3 次，企业微信的规定。', 'At most three reminders in 24 hours, as WeCom allows.'], times: [(n: string) => `已提醒 ${n} 次`, (n: string) => `reminded ${n}×`],
  did: [(n: string) => `已提醒 ${n} 人`, (n: string) => `Reminded ${n}`], limited: [(n: string) => `${n} 人今天已提醒 3 次`, (n: string) => `${n} had three today`], already: [(n: string) => `${n} 人刚刚已确认`, (n: string) => `${n} confirmed just now`], progress: ['进度', 'Progress'],
  groups: ['客户群', 'Groups'], owner: ['群主', 'Owner'], state: ['状态', 'State'], reason: ['原因', 'Why'], chat: ['群', 'Group'], none: ['还没有群', 'No groups yet'], variants: ['各版本结果', 'By variant'], variant: ['版本', 'Variant'], share: ['比例', 'Share'],
  results: ['转化与收入看实验', 'Conversion and revenue: experiment'], expired: ['过期', 'Expired'],
})

const route = getRouteApi('/shell/sends/$id')

/** What each member was asked, has confirmed and still has to, with reminders. */
export function SendStaff({ send: s, progress: p }: { send: Schema<'MasssendSend'>; progress: Schema<'MasssendProgress'> }) {
  const t = useText(said)
  const may = useMay()
  const go = route.useNavigate()
  const name = useStaffName(s.corp)
  const client = useQueryClient()
  const oops = useOops()
  const { message } = App.useApp()
  const [busy, setBusy] = useState<string>()
  const open = p.staff.filter((x) => x.open > 0)
  const can = may('outreach.write') && s.state === 'waiting'
  const remind = async (staff?: string) => {
    setBusy(staff ?? '*')
    try {
      const r = await must(call.POST('/mass-sends/{id}/remind', { params: { path: { id: s.id } }, body: { staff } }))
      message.info([t.did(num(r.reminded)), r.limited > 0 && t.limited(num(r.limited)), r.confirmed > 0 && t.already(num(r.confirmed))].filter(Boolean).join('；'))
      await client.invalidateQueries({ queryKey: ['get', '/mass-sends/{id}/progress', s.id] })
    } catch (thrown) {
      oops(thrown)
    } finally {
      setBusy(undefined)
    }
  }
  const people = (staff: string, state?: string) => () => void go({ search: { tab: 'receivers', staff, state } })
  return (
    <Card title={t.title} extra={can && open.length > 0 && <Tooltip title={t.limit}><Button size="small" loading={busy === '*'} onClick={() => void remind()}>{t.all(num(open.length))}</Button></Tooltip>}>
      <PlainTable
        label={t.title} rows={p.staff} rowKey="staff" height={420}
        columns={[
          { key: 'staff', title: t.staff, width: 88, render: (_, x) => name(x.staff) },
          { key: 'size', title: t.size, width: 74, num: true, render: (_, x) => <Number onOpen={s.chat === 'single' ? people(x.staff) : undefined}>{num(x.size)}</Number> },
          { key: 'bar', title: t.progress, width: 84, render: (_, x) => <Bar parts={[{ tone: 'good', name: t.sent, count: x.accepted }, { tone: 'bad', name: t.lost, count: x.rejected }, { tone: 'warn', name: t.expired, count: x.expired }, { tone: 'live', name: t.waiting, count: x.size - x.accepted - x.rejected - x.expired }]} /> },
          { key: 'sent', title: t.sent, width: 60, num: true, render: (_, x) => <Number onOpen={x.accepted > 0 && s.chat === 'single' ? people(x.staff, 'accepted') : undefined}>{num(x.accepted)}</Number> },
          { key: 'lost', title: t.lost, width: 66, num: true, render: (_, x) => <Number onOpen={x.rejected > 0 && s.chat === 'single' ? people(x.staff, 'rejected') : undefined}>{num(x.rejected)}</Number> },
          {
            key: 'confirmed', title: t.confirmed, width: 104, render: (_, x) => (x.open === 0 && x.confirmed_at ? <Tooltip title={exactly(x.confirmed_at)}><span tabIndex={0}>{ago(x.confirmed_at)}</span></Tooltip>
              : <span className="y-rowline"><State tone="warn">{t.waiting}</State>{x.reminded > 0 && <small className="y-faint">{t.times(num(x.reminded))}</small>}</span>),
          },
          ...(can ? [{ key: 'do', title: '', width: 70, render: (_: unknown, x: Schema<'MasssendStaffProgress'>) => x.open > 0 && <Button size="small" type="link" loading={busy === x.staff} aria-label={`${t.remind} ${name(x.staff)}`} onClick={() => void remind(x.staff)}>{t.remind}</Button> }] : []),
        ]}
      />
    </Card>
  )
}

/** What came of each variant. */
export function SendVariants({ send: s, progress: p }: { send: Schema<'MasssendSend'>; progress: Schema<'MasssendProgress'> }) {
  const t = useText(said)
  const share = (name: string) => s.variants?.find((v) => v.name === name)?.percent
  return (
    <Card title={t.variants} extra={s.experiment && <Link to={`/experiments/${encodeURIComponent(s.experiment)}` as string}>{t.results}</Link>}>
      <PlainTable
        label={t.variants} rows={p.variants} rowKey="name"
        columns={[
          { key: 'name', title: t.variant, width: 140, render: (_, v) => v.name }, { key: 'share', title: t.share, width: 80, num: true, render: (_, v) => (share(v.name) === undefined ? '' : `${num(share(v.name), 1)}%`) },
          { key: 'size', title: t.size, width: 90, num: true, render: (_, v) => num(v.size) }, { key: 'sent', title: t.sent, width: 90, num: true, render: (_, v) => num(v.accepted) },
          { key: 'lost', title: t.lost, width: 90, num: true, render: (_, v) => num(v.rejected) }, { key: 'expired', title: t.expired, width: 90, num: true, render: (_, v) => num(v.expired) },
        ]}
      />
    </Card>
  )
}

/** The groups of a group send with what became of each. */
export function Chats({ send: s }: { send: Schema<'MasssendSend'> }) {
  const t = useText(said)
  const states = useText(receiverWords)
  const reasons = useText(reasonWords)
  const name = useStaffName(s.corp)
  const list = api.useInfiniteQuery('get', '/mass-sends/{id}/chats', { params: { path: { id: s.id }, query: { limit: 100 } } }, { ...byCursor, refetchInterval: moves(s.state) ? 15_000 : false })
  const groups = api.useQuery('get', '/groups', { params: { query: { corp: s.corp, limit: 1000, dismissed: true } } })
  const titles = new Map(groups.data?.items?.map((g) => [g.id, g.name]))
  return (
    <QueryTable
      id="send-chats" label={t.groups} query={list} rowKey="chat" height={460} empty={<Empty title={t.none} />}
      columns={[
        { key: 'chat', title: t.chat, width: 200, always: true, render: (_, c) => <Link to={`/groups/${c.chat}` as string}>{titles.get(c.chat) || c.chat}</Link> }, { key: 'owner', title: t.owner, width: 110, render: (_, c) => name(c.owner) },
        { key: 'state', title: t.state, width: 130, render: (_, c) => <State tone={touchTone(c.state)}>{named(states, c.state)}</State> }, { key: 'reason', title: t.reason, width: 160, render: (_, c) => reasonOf(reasons, c.reason) },
      ]}
    />
  )
}
