import { call, must, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useDrill } from '../../ui/Drill'
import { Card, Number } from '../../ui/PageShell'
import { Empty } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { Bar } from './kit'
import { receiverWords, reasonNotes, reasonOf, reasonWords, touchTone } from './words'

const said = texts({ title: ['谁没收到，为什么', 'Who did not get it, and why'], none: ['目前没有人被排除或发送失败', 'Nobody is left out or failed so far'], by: ['员工', 'Staff'] })

/** Everybody who did not get the message, by reason; each number opens its people. */
export function SendReasons({ send: s, progress: p }: { send: Schema<'MasssendSend'>; progress: Schema<'MasssendProgress'> }) {
  const t = useText(said)
  const states = useText(receiverWords)
  const reasons = useText(reasonWords)
  const notes = useText(reasonNotes)
  const staff = useStaffName(s.corp)
  const drill = useDrill()
  const rows = p.counts.filter((c) => ['rejected', 'suppressed', 'expired', 'unknown'].includes(c.state)).sort((a, b) => b.count - a.count)
  const most = Math.max(1, ...rows.map((r) => r.count))
  const open = (c: Schema<'OutreachCount'>) => drill({
    key: ['send', s.id, c.state, c.reason], title: `${named(states, c.state)} · ${reasonOf(reasons, c.reason)}`, count: c.count,
    list: async (cursor, signal) => {
      const query = { state: c.state as Schema<'MasssendReceiver'>['state'], reason: c.reason, cursor, limit: 100 }
      const page = await must(call.GET('/mass-sends/{id}/customers', { params: { path: { id: s.id }, query }, signal }))
      return { items: page.items.map((x) => ({ id: x.customer, detail: [x.staff && `${t.by} ${staff(x.staff)}`, x.detail].filter(Boolean).join(' · ') })), next: page.next }
    },
  })
  return (
    <Card title={t.title}>
      {rows.length === 0 ? <Empty title={t.none} /> : (
        <ul className="y-outreach-reasons">
          {rows.map((c) => (
            <li key={c.state + c.reason}>
              <span>{reasonOf(reasons, c.reason) || named(states, c.state)} <span className="y-faint">· {named(states, c.state)}</span></span>
              <Number onOpen={() => open(c)}>{num(c.count)}</Number>
              {c.reason && c.reason in notes && <small>{named(notes, c.reason)}</small>}
              <Bar parts={[{ tone: touchTone(c.state), name: reasonOf(reasons, c.reason) || named(states, c.state), count: c.count }]} of={most} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
