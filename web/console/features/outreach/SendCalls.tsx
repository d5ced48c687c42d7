import { api, byCursor, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { State } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { useStaffName } from '../../ui/Who'
import { callWords, moves, reasonOf, reasonWords, sendTone } from './words'

const said = texts({
  label: ['派发批次', 'Requests'], n: ['批次', 'No.'], staff: ['员工', 'Staff'], size: ['客户', 'Customers'], state: ['状态', 'State'], tries: ['提交次数', 'Attempts'], handed: ['派发时间', 'Handed out'], confirmed: ['确认时间', 'Confirmed'], sent: ['已发', 'Sent'], lost: ['未发成', 'Lost'],
  expired: ['过期', 'Expired'], reminded: ['提醒', 'Reminders'], msgid: ['平台消息号', 'msgid'], variant: ['版本', 'Variant'], reason: ['原因', 'Why'],
})

/** The requests made to the platform: one for each member and at most 10,000 customers. */
export function SendCalls({ send: s }: { send: Schema<'MasssendSend'> }) {
  const t = useText(said)
  const states = useText(callWords)
  const reasons = useText(reasonWords)
  const staff = useStaffName(s.corp)
  const list = api.useInfiniteQuery('get', '/mass-sends/{id}/calls', { params: { path: { id: s.id }, query: { limit: 100 } } }, { ...byCursor, refetchInterval: moves(s.state) ? 15_000 : false })
  return (
    <QueryTable
      id="send-calls" label={t.label} query={list} rowKey="n" height={520}
      columns={[
        { key: 'n', title: t.n, width: 70, render: (_, c) => `#${c.n}` },
        { key: 'staff', title: t.staff, width: 120, always: true, render: (_, c) => staff(c.staff) },
        ...(s.variants?.length ? [{ key: 'variant', title: t.variant, width: 90, render: (_: unknown, c: Schema<'MasssendCall'>) => s.variants?.[(c.variant ?? 1) - 1]?.name }] : []),
        { key: 'state', title: t.state, width: 130, render: (_, c) => <State tone={sendTone(c.state === 'handed' ? 'waiting' : c.state)}>{named(states, c.state)}</State> },
        { key: 'reason', title: t.reason, width: 130, render: (_, c) => reasonOf(reasons, c.reason) },
        { key: 'size', title: t.size, width: 80, num: true, render: (_, c) => num(c.size) },
        { key: 'sent', title: t.sent, width: 70, num: true, render: (_, c) => num(c.accepted) },
        { key: 'lost', title: t.lost, width: 80, num: true, render: (_, c) => num(c.rejected) },
        { key: 'expired', title: t.expired, width: 80, num: true, hidden: true, render: (_, c) => num(c.expired) },
        { key: 'handed', title: t.handed, width: 150, render: (_, c) => when(c.handed_at) },
        { key: 'confirmed', title: t.confirmed, width: 150, render: (_, c) => when(c.confirmed_at) },
        { key: 'reminded', title: t.reminded, width: 80, num: true, render: (_, c) => num(c.reminded.length) },
        { key: 'tries', title: t.tries, width: 90, num: true, hidden: true, render: (_, c) => num(c.attempts) },
        { key: 'msgid', title: t.msgid, width: 220, hidden: true, render: (_, c) => <code>{c.msgid}</code> },
      ]}
    />
  )
}
