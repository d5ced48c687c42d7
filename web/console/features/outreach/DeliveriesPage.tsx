import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, day, exactly, isoDay, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Input, Select, Tooltip } from 'antd'
import { DatePicker } from '@/ui/dates'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import { Chart } from '../../charts/Chart'
import { FilterBar } from '../../ui/FilterBar'
import { Card, PageShell, State } from '../../ui/PageShell'
import { CustomerPicker } from '../../ui/pickers'
import { QueryTable } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { Who } from '../../ui/Who'
import { DeliveryDrawer } from './DeliveryDrawer'
import { HeldNotice } from './HoldSwitch'
import { Origin, useBooks } from './kit'
import { daysOf } from './planModel'
import { channels, channelWords, reasonOf, reasonWords, touchTone, touchWords } from './words'

const said = texts({
  title: ['触达记录', 'Deliveries'], lead: ['每一条发出的和没发的都在这里，没发的写明原因。', 'Everything that was sent, and everything that was not, with the reason.'], state: ['状态', 'State'], reason: ['原因', 'Why'], channel: ['渠道', 'Channel'], book: ['SOP', 'Playbook'], step: ['步骤', 'Step'], day: ['计划日期', 'Planned on'],
  customer: ['客户', 'Customer'], from: ['来自', 'From'], planned: ['计划时间', 'Planned'], sent: ['发送时间', 'Sent'], detail: ['详情', 'Detail'], priority: ['优先级', 'Priority'], attempts: ['尝试', 'Attempts'], none: ['还没有触达记录', 'No deliveries yet'], about: ['SOP 和群发产生的每条触达都会记在这里。', 'Every touch of playbooks and mass sends is kept here.'],
  counts: ['按状态和原因', 'By state and reason'], chart: ['最近 14 天', 'Last 14 days'], unit: ['条触达，按状态', 'touches by state'], date: ['日期', 'Day'], run: [(id: string) => `实例 ${id}`, (id: string) => `Run ${id}`],
})

const route = getRouteApi('/shell/deliveries')
const states = ['planned', 'attempting', 'handed', 'accepted', 'rejected', 'suppressed', 'expired', 'unknown'] as const

/** The ledger of everything that was sent or not. */
export function DeliveriesPage() {
  const t = useText(said)
  const touch = useText(touchWords)
  const why = useText(reasonWords)
  const names = useText(channelWords)
  const books = useBooks()
  const search = route.useSearch()
  const go = route.useNavigate()
  const { open, ...filter } = search
  const set = (part: Partial<typeof search>) => void go({ search: (s) => ({ ...s, ...part }), replace: true })
  const query = { ...filter, state: filter.state as Schema<'OutreachDelivery'>['state'] | undefined, limit: 100 }
  const list = api.useInfiniteQuery('get', '/deliveries', { params: { query } }, byCursor)
  const counts = api.useQuery('get', '/deliveries/counts', { params: { query: { playbook: filter.playbook } } })
  const filtered = Object.keys(filter).length > 0
  const clear = () => void go({ search: {}, replace: true })
  const piles = [...(counts.data?.items ?? [])].sort((a, b) => b.count - a.count)
  return (
    <PageShell title={t.title} lead={t.lead}>
      <HeldNotice />
      <Ledger playbook={filter.playbook} onPick={(d, state) => set({ day: d, state })} />
      <FilterBar active={filtered} onReset={clear}>
        <span style={{ width: 220 }}><CustomerPicker value={filter.customer} onChange={(customer) => set({ customer })} style={{ width: '100%' }} /></span>
        <Select allowClear placeholder={t.state} aria-label={t.state} style={{ width: 130 }} value={filter.state} onChange={(state?: string) => set({ state })} options={states.map((s) => ({ value: s, label: named(touch, s) }))} />
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t.reason} aria-label={t.reason} style={{ width: 180 }} value={filter.reason} onChange={(reason?: string) => set({ reason })} options={Object.keys(reasonWords).map((r) => ({ value: r, label: named(why, r) }))} />
        <Select allowClear placeholder={t.channel} aria-label={t.channel} style={{ width: 150 }} value={filter.channel} onChange={(channel?: string) => set({ channel })} options={channels.map((c) => ({ value: c, label: named(names, c) }))} />
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t.book} aria-label={t.book} style={{ width: 180 }} value={filter.playbook} onChange={(playbook?: string) => set({ playbook, step: undefined })} options={books.items.map((b) => ({ value: b.id, label: b.name }))} />
        {filter.playbook && <Input allowClear aria-label={t.step} placeholder={t.step} style={{ width: 130 }} defaultValue={filter.step} onPressEnter={(e) => set({ step: e.currentTarget.value || undefined })} onBlur={(e) => set({ step: e.currentTarget.value || undefined })} />}
        <DatePicker aria-label={t.day} placeholder={t.day} value={filter.day ? dayjs(filter.day) : null} onChange={(d) => set({ day: d?.format('YYYY-MM-DD') })} />
        {filter.run && <State tone="live">{t.run(filter.run)}</State>}
      </FilterBar>
      {piles.length > 0 && (
        <div className="y-outreach-chips" role="group" aria-label={t.counts}>
          {piles.map((c) => {
            const on = filter.state === c.state && (filter.reason ?? '') === (c.reason ?? '')
            return <button type="button" key={c.state + c.reason} aria-pressed={on} onClick={() => set(on ? { state: undefined, reason: undefined } : { state: c.state, reason: c.reason || undefined })}>{named(touch, c.state)}{c.reason && ` · ${reasonOf(why, c.reason)}`} <b>{num(c.count)}</b></button>
          })}
        </div>
      )}
      <QueryTable
        id="deliveries" label={t.title} query={list} rowKey="id" height={560} onOpen={(x) => set({ open: x.id })} empty={filtered ? <NoMatch onClear={clear} /> : <Empty title={t.none}>{t.about}</Empty>}
        columns={[
          { key: 'customer', title: t.customer, width: 150, always: true, render: (_, x) => <Who id={x.customer} /> }, { key: 'state', title: t.state, width: 140, render: (_, x) => <State tone={touchTone(x.state)}>{named(touch, x.state)}</State> },
          { key: 'reason', title: t.reason, width: 160, render: (_, x) => reasonOf(why, x.reason) }, { key: 'from', title: t.from, width: 190, render: (_, x) => <Origin id={x.playbook} /> }, { key: 'step', title: t.step, width: 110, render: (_, x) => x.step },
          { key: 'channel', title: t.channel, width: 120, render: (_, x) => named(names, x.channel) }, { key: 'planned', title: t.planned, width: 120, render: (_, x) => <Tooltip title={exactly(x.planned_at)}><span>{ago(x.planned_at)}</span></Tooltip> },
          { key: 'sent', title: t.sent, width: 120, render: (_, x) => (x.dispatched_at ? ago(x.dispatched_at) : '–') }, { key: 'detail', title: t.detail, width: 220, render: (_, x) => <span className="y-faint">{x.detail}</span> },
          { key: 'priority', title: t.priority, width: 80, num: true, hidden: true, render: (_, x) => num(x.priority) }, { key: 'attempts', title: t.attempts, width: 80, num: true, hidden: true, render: (_, x) => num(x.attempts) },
        ]}
      />
      {open && <DeliveryDrawer id={open} onClose={() => set({ open: undefined })} />}
    </PageShell>
  )
}

const shown = ['accepted', 'handed', 'planned', 'suppressed', 'rejected', 'expired', 'unknown'] as const

/** What became of the touches of the last 14 days. A bar sets the filters below. */
function Ledger({ playbook, onPick }: { playbook?: string; onPick: (day: string, state: string) => void }) {
  const t = useText(said)
  const touch = useText(touchWords)
  const to = isoDay(new Date())
  const days = useMemo(() => daysOf(isoDay(Date.now() - 13 * 86_400_000), 14), [to])
  const ledger = api.useQuery('get', '/budget/ledger', { params: { query: { from: days[0] ?? to, to, playbook } } }, { staleTime: 30_000 })
  const series = useMemo(() => shown.flatMap((s) => {
    const items = (ledger.data?.items ?? []).filter((x) => x.state === s)
    return items.length > 0 ? [{ state: s, counts: days.map((d) => items.reduce((n, x) => (x.day === d ? n + x.count : n), 0)) }] : []
  }), [ledger.data, days])
  const option = useMemo(() => (look: { base: object; series: string[]; faint: string }) => ({
    ...look.base, xAxis: { ...(look.base as { xAxis: object }).xAxis, data: days.map((d) => d.slice(5)) },
    series: series.map((s, i) => ({ type: 'bar', stack: 'all', name: named(touch, s.state), data: s.counts, barMaxWidth: 36, itemStyle: s.state === 'suppressed' ? { color: look.faint, opacity: 0.5 } : { color: look.series[i % look.series.length] } })),
  }), [series, days, touch])
  if (series.length === 0) return null
  return (
    <Card>
      <Chart
        title={t.chart} unit={t.unit} height={190} option={option} onPick={(at) => { const s = series[at.series]; const d = days[at.index]; if (s && d) onPick(d, s.state) }}
        sheet={{ columns: [t.date, ...series.map((s) => named(touch, s.state))], rows: days.map((d, i) => [day(d), ...series.map((s) => num(s.counts[i]))]) }}
      />
    </Card>
  )
}
