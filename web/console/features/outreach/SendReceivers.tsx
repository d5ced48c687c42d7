import { api, byCursor, type Schema } from '@shared/api/client'
import { named, texts, useText } from '@shared/i18n'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Select } from 'antd'
import { FilterBar } from '../../ui/FilterBar'
import { State } from '../../ui/PageShell'
import { StaffPicker } from '../../ui/pickers'
import { QueryTable } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import { useProgress } from './kit'
import { moves, receiverWords, reasonNotes, reasonOf, reasonWords, touchTone } from './words'

const said = texts({
  label: ['收件客户', 'Receivers'], customer: ['客户', 'Customer'], state: ['状态', 'State'], reason: ['原因', 'Why'], staff: ['由谁发', 'By'], note: ['说明', 'Meaning'], delivery: ['触达记录', 'Delivery'], open: ['查看', 'Open'], none: ['还没有收件客户', 'No receivers yet'],
  after: ['派发后显示每位客户的结果。', 'Each customer’s result shows once it is handed out.'],
})

const route = getRouteApi('/shell/sends/$id')

/** Everybody in a mass send with what became of each. */
export function Receivers({ send: s }: { send: Schema<'MasssendSend'> }) {
  const t = useText(said)
  const states = useText(receiverWords)
  const reasons = useText(reasonWords)
  const notes = useText(reasonNotes)
  const staff = useStaffName(s.corp)
  const { state, reason, staff: of } = route.useSearch()
  const go = route.useNavigate()
  const known = useProgress(s.id, false).data?.counts ?? []
  const set = (part: { state?: string; reason?: string; staff?: string }) => void go({ search: (x) => ({ ...x, ...part }), replace: true })
  const query = { state: state as Schema<'MasssendReceiver'>['state'] | undefined, reason, staff: of, limit: 100 }
  const list = api.useInfiniteQuery('get', '/mass-sends/{id}/customers', { params: { path: { id: s.id }, query } }, { ...byCursor, refetchInterval: moves(s.state) ? 15_000 : false })
  const filtered = Boolean(state || reason || of)
  const clear = () => set({ state: undefined, reason: undefined, staff: undefined })
  return (
    <div className="y-stack">
      <FilterBar active={filtered} onReset={clear}>
        <Select allowClear placeholder={t.state} aria-label={t.state} style={{ width: 150 }} value={state} onChange={(v?: string) => set({ state: v })} options={[...new Set(known.map((c) => c.state))].map((v) => ({ value: v, label: named(states, v) }))} />
        <Select allowClear placeholder={t.reason} aria-label={t.reason} style={{ width: 190 }} value={reason} onChange={(v?: string) => set({ reason: v })} options={[...new Set(known.flatMap((c) => (c.reason ? [c.reason] : [])))].map((v) => ({ value: v, label: reasonOf(reasons, v) }))} />
        <StaffPicker single corp={s.corp} value={of ? [of] : []} onChange={(users) => set({ staff: users[0] })} />
      </FilterBar>
      <QueryTable
        id="send-receivers" label={t.label} query={list} rowKey="delivery" height={560} empty={filtered ? <NoMatch onClear={clear} /> : <Empty title={t.none}>{t.after}</Empty>}
        columns={[
          { key: 'customer', title: t.customer, width: 170, always: true, render: (_, x) => <Who id={x.customer} /> },
          { key: 'state', title: t.state, width: 130, render: (_, x) => <State tone={touchTone(x.state)}>{named(states, x.state)}</State> },
          { key: 'reason', title: t.reason, width: 180, render: (_, x) => reasonOf(reasons, x.reason) },
          { key: 'staff', title: t.staff, width: 120, render: (_, x) => staff(x.staff) },
          { key: 'note', title: t.note, width: 320, render: (_, x) => <span className="y-faint">{x.detail || (x.reason && x.reason in notes ? named(notes, x.reason) : '')}</span> },
          { key: 'delivery', title: t.delivery, width: 100, hidden: true, render: (_, x) => <Link to={'/deliveries' as string} search={{ open: x.delivery } as never}>{t.open}</Link> },
        ]}
      />
    </div>
  )
}
