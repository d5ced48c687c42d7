import { api, call, must, type Schema } from '@shared/api/client'
import { ago, num, pct, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { useSure } from '../../ui/forms'
import { Card, Columns, Number } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Asked } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { Bar } from './kit'
import { armWords, reasonNotes, reasonOf, reasonWords } from './words'

const said = texts({
  title: ['谁会收到，谁收不到', 'Who will get it, and who will not'], gets: ['会收到', 'Will get it'], not: ['收不到', 'Will not'], of: [(n: string) => `共 ${n} 位`, (n: string) => `of ${n}`], ofGroups: [(n: string) => `共 ${n} 个群`, (n: string) => `of ${n} groups`], later: [(n: string) => `其中 ${n} 位在免打扰时段，结束后再派发`, (n: string) => `${n} of them after quiet hours`],
  shared: [(n: string) => `${n} 位是多名员工的好友，只由一人发`, (n: string) => `${n} are contacts of several members; one is asked`], calls: [(n: string) => `${n} 名员工需要确认`, (n: string) => `${n} members are asked`], quota: [(n: string) => `平台规定每位客户本月最多 ${n} 条`, (n: string) => `The platform allows each customer ${n} this month`],
  staff: ['员工', 'Staff'], count: ['客户', 'Customers'], asked: ['由谁发', 'Who is asked'], why: ['收不到的原因', 'Why not'], everyone: ['所有人都会收到', 'Everybody will get it'], arms: ['版本与对照组', 'Variants and control group'], send: ['确认发送', 'Send'],
  sure: [(n: string) => `发给 ${n} 位客户？`, (n: string) => `Send to ${n} customers?`], sureGroup: ['发到所选客户群？', 'Send to the chosen groups?'], sureNote: [(staff: string, at: string, no: string) => `${at}派发给 ${staff} 名员工，他们在手机上确认后客户才会收到。${no} 位客户收不到。`, (staff: string, at: string, no: string) => `${staff} members are asked ${at}; customers get it when they confirm on the phone. ${no} customers will not get it.`],
  now: ['立即', 'at once'], at: [(at: string) => `${at} `, (at: string) => `at ${at}`], sent: ['已安排，等员工确认', 'Scheduled; staff are asked to confirm'], checked: [(at: string) => `${at} 核对`, (at: string) => `checked ${at}`], again: ['重新核对', 'Check again'], group: ['群消息由群主在手机上确认后发到群里。', 'Owners of the groups confirm on the phone, then it is posted.'],
})

type Preview = Schema<'MasssendPreview'>

/** What narrows the people of a preview. */
export interface Picked {
  title: string
  count: number
  gets?: boolean
  reason?: string
  staff?: string
}

/** The result of a preview. `onOpen` opens the people behind a number. */
export function PreviewView({ preview: p, corp, onOpen, narrow, groups }: { preview: Preview; corp: string; onOpen?: (picked: Picked) => void; narrow?: boolean; groups?: boolean }) {
  const t = useText(said)
  const reasons = useText(reasonWords)
  const notes = useText(reasonNotes)
  const arms = useText(armWords)
  const staff = useStaffName(corp)
  const not = p.total - p.gets
  const lines = [p.staff.length > 0 && t.calls(num(p.staff.length)), p.later > 0 && t.later(num(p.later)), p.shared > 0 && t.shared(num(p.shared)), !groups && p.quota > 0 && t.quota(num(p.quota))].filter(Boolean)
  const body = [
    <div key="why">
      <h3 className="y-h3">{t.why}</h3>
      {p.refused.length === 0 ? <p className="y-faint">{t.everyone}</p> : (
        <ul className="y-outreach-reasons">
          {p.refused.map((r) => (
            <li key={r.reason}>
              <span>{reasonOf(reasons, r.reason)}</span><Number onOpen={onOpen && (() => onOpen({ title: reasonOf(reasons, r.reason), count: r.count, gets: false, reason: r.reason }))}>{num(r.count)}</Number>
              {r.reason in notes && <small>{named(notes, r.reason)}</small>}
            </li>
          ))}
        </ul>
      )}
    </div>,
    p.staff.length > 0 && (
      <div key="staff">
        <h3 className="y-h3">{t.asked}</h3>
        <PlainTable
          label={t.asked} rows={p.staff} rowKey="staff" height={260}
          columns={[
            { key: 'staff', title: t.staff, width: 120, render: (_, x) => staff(x.staff) }, { key: 'bar', title: '', width: 90, render: (_, x) => <Bar of={p.staff[0]?.count} parts={[{ tone: 'live', name: staff(x.staff), count: x.count }]} /> },
            { key: 'count', title: t.count, width: 70, num: true, render: (_, x) => <Number onOpen={onOpen && (() => onOpen({ title: `${t.gets} · ${staff(x.staff)}`, count: x.count, gets: true, staff: x.staff }))}>{num(x.count)}</Number> },
          ]}
        />
      </div>
    ),
    p.arms.length > 0 && (
      <div key="arms">
        <h3 className="y-h3">{t.arms}</h3>
        <ul className="y-outreach-reasons">{p.arms.map((a) => <li key={a.arm}><span>{named(arms, a.arm)}</span><b>{num(a.count)}</b></li>)}</ul>
      </div>
    ),
  ]
  return (
    <div className="y-stack">
      <div className="y-rowline">
        <span><Number onOpen={onOpen && p.gets > 0 ? () => onOpen({ title: t.gets, count: p.gets, gets: true }) : undefined}><b className="y-outreach-big">{num(p.gets)}</b></Number> {t.gets}</span>
        <span><Number onOpen={onOpen && not > 0 ? () => onOpen({ title: t.not, count: not, gets: false }) : undefined}><b className="y-outreach-big">{num(not)}</b></Number> {t.not}</span>
        <span className="y-faint">{groups ? t.ofGroups(num(p.total)) : t.of(num(p.total))}{p.total > 0 && ` · ${pct(p.gets / p.total, 0)}`}</span>
      </div>
      <Bar parts={[{ tone: 'good', name: t.gets, count: p.gets }, { tone: 'warn', name: t.not, count: not }]} />
      {lines.length > 0 && <small className="y-faint">{lines.join(' · ')}</small>}
      {narrow ? body : <Columns min={280}>{body}</Columns>}
    </div>
  )
}

/** Opens the people of a draft's preview. */
export function usePreviewDrill() {
  const drill = useDrill()
  const reasons = useText(reasonWords)
  return (id: string, picked: Picked, staff: (user: string | undefined) => string) => drill({
    key: ['preview', id, picked.gets, picked.reason, picked.staff, Date.now()], title: picked.title, count: picked.count,
    list: async (cursor, signal) => {
      const query = { gets: picked.gets, reason: picked.reason, staff: picked.staff, cursor, limit: 100 }
      const page = await must(call.GET('/mass-sends/{id}/preview/customers', { params: { path: { id }, query }, signal }))
      return { items: page.items.map((c) => ({ id: c.customer, detail: [c.gets ? staff(c.staff) : reasonOf(reasons, c.reason), c.arm, c.due && when(c.due)].filter(Boolean).join(' · ') })), next: page.next }
    },
  })
}

/** Asks once more with the counts, then lets a draft go. */
export function useSendOff() {
  const t = useText(said)
  const sure = useSure()
  const client = useQueryClient()
  const { message } = App.useApp()
  return (s: Schema<'MasssendSend'>, p: Preview | undefined, then?: () => void) => sure({
    title: s.chat === 'group' ? t.sureGroup : t.sure(num(p?.gets ?? 0)), ok: t.send,
    content: s.chat === 'group' ? t.group : p && t.sureNote(num(p.staff.length), s.scheduled_at && Date.parse(s.scheduled_at) > Date.now() ? t.at(when(s.scheduled_at)) : t.now, num(p.total - p.gets)),
    go: async () => {
      await must(call.POST('/mass-sends/{id}/schedule', { params: { path: { id: s.id } } }))
      await client.invalidateQueries({ predicate: (q) => String(q.queryKey[1]).startsWith('/mass-sends') })
      message.success(t.sent)
      then?.()
    },
  })
}

/** The preview of a saved draft, with the way to send it. */
export function DraftCheck({ send: s }: { send: Schema<'MasssendSend'> }) {
  const t = useText(said)
  const may = useMay()
  const preview = api.useQuery('get', '/mass-sends/{id}/preview', { params: { path: { id: s.id } } }, { staleTime: 10_000 })
  const open = usePreviewDrill()
  const sendOff = useSendOff()
  const staff = useStaffName(s.corp)
  const send = s.state === 'draft' && may('outreach.write') && <Button type="primary" disabled={!preview.data?.gets} onClick={() => sendOff(s, preview.data)}>{t.send}</Button>
  return (
    <Card title={t.title} extra={<>{preview.data && <small className="y-faint">{t.checked(ago(preview.data.at))}</small>}<Button size="small" loading={preview.isFetching} onClick={() => void preview.refetch()}>{t.again}</Button>{send}</>}>
      <Asked query={preview}>{(p) => <PreviewView preview={p} corp={s.corp} onOpen={s.chat === 'single' ? (picked) => open(s.id, picked, staff) : undefined} groups={s.chat === 'group'} />}</Asked>
    </Card>
  )
}
