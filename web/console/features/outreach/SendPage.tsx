import { api, call, must, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { App, Button, Tabs } from 'antd'
import { useMay } from '../../app/session'
import { useSure } from '../../ui/forms'
import { bubbles } from '../../ui/message/message'
import { Card, Columns, Facts, PageShell, Stat, State } from '../../ui/PageShell'
import { PhonePreview } from '../../ui/PhonePreview'
import { Asked } from '../../ui/states'
import { HeldNotice } from './HoldSwitch'
import { Bar, Legend, useProgress } from './kit'
import { SendCalls } from './SendCalls'
import { DraftCheck } from './SendCheck'
import { Receivers } from './SendReceivers'
import { SendReasons } from './SendReasons'
import { Chats, SendStaff, SendVariants } from './SendStaff'
import { Target } from './SendsPage'
import { pileOf, tally, type Tally } from './tally'
import { moves, sendTone, sendWords } from './words'

const said = texts({
  progress: ['进度', 'Progress'], receivers: ['收件客户', 'Receivers'], calls: ['派发批次', 'Requests'], message: ['内容与设置', 'Message'],
  waiting: ['待员工确认', 'Waits for staff'], sent: ['已发', 'Sent'], quota: ['对方已达上限', 'Over the quota'], failed: ['未发成', 'Not delivered'], expired: ['未确认过期', 'Not confirmed'], left: ['不发送', 'Left out'],
  waitingHint: ['已派发到员工手机、还没点确认的客户数。', 'Handed to staff, who have not confirmed yet.'], sentHint: ['企业微信报告送达的客户数。', 'WeCom reports that these got it.'],
  quotaHint: ['客户本周期能收到的群发条数已满：我们提前排除的，加上平台发送时拒绝的。', 'The customer may get no more in this period: left out by us, or refused by the platform.'],
  failedHint: ['确认后没有送达，例如客户已删除好友。', 'Confirmed but not delivered, for instance because the contact has ended.'], leftHint: ['规则不允许发送：未授权、频次上限、对照组等。', 'The rules forbid it: no consent, caps, control group.'],
  edit: ['编辑', 'Edit'], clone: ['复制一份', 'Copy'], schedule: ['确认发送', 'Send'], unschedule: ['撤回定时', 'Unschedule'], stop: ['停止', 'Stop'], remove: ['删除草稿', 'Delete draft'], experiment: ['看效果', 'Results'],
  stopSure: ['停止这次群发？', 'Stop this mass send?'], stopNote: [(n: string) => `员工还没确认的 ${n} 位客户将收不到，手机上的待办也会撤回。已确认的不受影响。`, (n: string) => `${n} customers whose message nobody has confirmed will not get it; it is taken back from staff. What was confirmed stays sent.`],
  removeSure: ['删除这个草稿？', 'Delete this draft?'], gone: ['草稿已删除', 'Draft deleted'], stopped: ['已停止', 'Stopped'], back: ['已改回草稿', 'It is a draft again'],
  to: ['发给', 'To'], starts: ['开始', 'Begins'], deadline: ['确认截止', 'Confirm until'], priority: ['优先级', 'Priority'], reminders: ['自动提醒', 'Reminders'], minutes: [(n: string) => `派发后 ${n} 分钟`, (n: string) => `after ${n} minutes`], none: ['无', 'None'],
  transactional: ['服务通知', 'Transactional'], yes: ['是：不受频次与免打扰限制', 'Yes: exempt from caps and quiet hours'], no: ['否', 'No'], select: ['员工可去掉部分客户', 'Staff may leave customers out'], late: ['截止后仍可确认', 'May confirm after the deadline'],
  holdout: ['对照组', 'Control group'], created: ['创建', 'Created'], reason: ['说明', 'Note'], asap: ['确认后立即', 'At once'], variant: [(n: string, p: string) => `版本 ${n} · ${p}%`, (n: string, p: string) => `Variant ${n} · ${p}%`], total: ['共', 'In all'],
})

const route = getRouteApi('/shell/sends/$id')

type Send = Schema<'MasssendSend'>

/** One mass send: its progress while it runs, who got it and who not, and its message. */
export function SendPage() {
  const { id } = route.useParams()
  const send = api.useQuery('get', '/mass-sends/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (moves(q.state.data?.state) ? 5000 : false) })
  return <Asked query={send}>{(s) => <Sent send={s} />}</Asked>
}

function Sent({ send: s }: { send: Send }) {
  const t = useText(said)
  const states = useText(sendWords)
  const search = route.useSearch()
  const go = route.useNavigate()
  const draft = s.state === 'draft' || s.state === 'scheduled'
  const items = [
    { key: 'progress', label: t.progress, children: <Progress send={s} /> },
    ...(s.chat === 'group' ? [] : [{ key: 'receivers', label: t.receivers, children: <Receivers send={s} /> }]),
    { key: 'calls', label: t.calls, children: <SendCalls send={s} /> },
    { key: 'message', label: t.message, children: <MessageTab send={s} /> },
  ]
  return (
    <PageShell title={s.name} back="/sends" extra={<State tone={sendTone(s.state)}>{named(states, s.state)}</State>} actions={<Actions send={s} />}>
      <HeldNotice />
      {draft ? <><MessageTab send={s} /><DraftCheck send={s} /></> : (
        <Tabs activeKey={search.tab ?? 'progress'} items={items} destroyOnHidden onChange={(key) => void go({ search: { tab: key as 'progress' }, replace: true })} tabBarStyle={{ marginBottom: 14 }} />
      )}
    </PageShell>
  )
}

function Actions({ send: s }: { send: Send }) {
  const t = useText(said)
  const may = useMay()
  const sure = useSure()
  const client = useQueryClient()
  const { message } = App.useApp()
  const go = route.useNavigate()
  const fresh = () => client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/mass-sends') })
  const path = { path: { id: s.id } }
  const progress = useProgress(s.id, false)
  if (!may('outreach.write')) return null
  const after = async (answer: Promise<unknown>, words: string) => { await answer; await fresh(); message.success(words) }
  const waiting = tally(progress.data).waiting
  return (
    <>
      {s.experiment && <Link to={`/experiments/${encodeURIComponent(s.experiment)}` as string}><Button>{t.experiment}</Button></Link>}
      <Link to={'/sends/new' as string} search={{ from: s.id } as never}><Button>{t.clone}</Button></Link>
      {s.state === 'draft' && (
        <>
          <Button danger onClick={() => sure({ title: t.removeSure, danger: true, ok: t.remove, go: async () => { await must(call.DELETE('/mass-sends/{id}', { params: path })); await fresh(); message.success(t.gone); void go({ to: '/sends' } as never) } })}>{t.remove}</Button>
          <Link to={'/sends/new' as string} search={{ edit: s.id } as never}><Button type="primary">{t.edit}</Button></Link>
        </>
      )}
      {s.state === 'scheduled' && <Button onClick={() => sure({ title: t.unschedule, go: () => after(must(call.POST('/mass-sends/{id}/unschedule', { params: path })), t.back) })}>{t.unschedule}</Button>}
      {['collecting', 'preparing', 'waiting'].includes(s.state) && (
        <Button danger onClick={() => sure({ title: t.stopSure, content: t.stopNote(num(waiting)), danger: true, ok: t.stop, go: () => after(must(call.POST('/mass-sends/{id}/stop', { params: path })), t.stopped) })}>{t.stop}</Button>
      )}
    </>
  )
}

const piles = [['sent', 'good'], ['waiting', 'live'], ['quota', 'warn'], ['failed', 'bad'], ['expired', 'bad'], ['left', 'quiet']] as const

function Progress({ send: s }: { send: Send }) {
  const t = useText(said)
  const go = route.useNavigate()
  const progress = useProgress(s.id, moves(s.state), s.state === 'stopped')
  return (
    <Asked query={progress}>
      {(p) => {
        const n = tally(p)
        const open = (pile: keyof Tally) => {
          const states = [...new Set(p.counts.filter((c) => pileOf(c.state, c.reason) === pile).map((c) => c.state))]
          void go({ search: { tab: 'receivers', state: states.length === 1 ? states[0] : undefined, reason: pile === 'quota' ? 'quota' : undefined } })
        }
        const hints = { sent: t.sentHint, waiting: t.waitingHint, quota: t.quotaHint, failed: t.failedHint, expired: undefined, left: t.leftHint }
        return (
          <div className="y-stack">
            <div className="y-stats">
              {piles.filter(([k]) => k !== 'expired' || n.expired > 0).map(([k]) => <Stat key={k} label={t[k]} hint={hints[k]} value={num(n[k])} onOpen={n[k] > 0 && s.chat === 'single' ? () => open(k) : undefined} />)}
            </div>
            <Card title={`${t.progress} · ${t.total} ${num(n.all)}`}>
              <Bar parts={piles.map(([k, tone]) => ({ tone, name: t[k], count: n[k] }))} />
              <Legend parts={piles.map(([k, tone]) => ({ tone, name: t[k], count: n[k] }))} />
            </Card>
            {p.variants.length > 0 && <SendVariants send={s} progress={p} />}
            <Columns min={420}>
              {p.staff.length > 0 && <SendStaff send={s} progress={p} />}
              {s.chat === 'single' ? <SendReasons send={s} progress={p} /> : <Chats send={s} />}
            </Columns>
          </div>
        )
      }}
    </Asked>
  )
}

function MessageTab({ send: s }: { send: Send }) {
  const t = useText(said)
  const o = s.options
  return (
    <Columns min={300}>
      <Card>
        <Facts
          items={[
            [t.to, <Target key="to" send={s} />], [t.starts, when(s.started_at ?? s.scheduled_at) === '–' ? t.asap : when(s.started_at ?? s.scheduled_at)], [t.deadline, when(s.deadline)], [t.priority, num(s.priority)],
            [t.reminders, o.remind_after_minutes?.length ? o.remind_after_minutes.map((m) => t.minutes(num(m))).join('、') : t.none], [t.transactional, o.transactional ? t.yes : t.no],
            Boolean(o.holdout_percent) && [t.holdout, `${num(o.holdout_percent, 1)}%`], [t.select, o.allow_select ? '✓' : t.no], [t.late, o.finish_late ? '✓' : t.no], [t.created, when(s.created_at)], Boolean(s.reason) && [t.reason, s.reason],
          ]}
        />
      </Card>
      {s.variants?.length
        ? s.variants.map((v) => <div key={v.name} className="y-stack"><b>{t.variant(v.name, num(v.percent, 1))}</b><PhonePreview bubbles={bubbles(v.content)} title={v.name} /></div>)
        : <PhonePreview bubbles={bubbles(s.content)} />}
    </Columns>
  )
}
