import type { Schema } from '@shared/api/client'
import { num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Button } from 'antd'
import { useCallback, useMemo, type ReactNode } from 'react'
import { Chart, type Colours } from '../../charts/Chart'
import { Card, Stat } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import type { Who } from './codeDrill'

type Stats = Schema<'LivecodeStats'>

const said = texts({
  title: ['获客效果', 'What came of it'],
  added: ['添加', 'Added'],
  addedHint: ['这段时间通过此码新增的好友关系，删除后再加算两次', 'Contacts added through the code in these days; who comes back counts twice'],
  people: [(n: string) => `${n} 位客户`, (n: string) => `${n} customers`],
  kept: ['仍是好友', 'Kept'],
  lost: ['流失', 'Lost'],
  lostHint: ['其中现在已不是好友的', 'Of these, no longer in contact'],
  buyers: ['下单客户', 'Buyers'],
  buyersHint: ['添加之后有订单的客户', 'Those with an order since they were added'],
  revenue: ['带来的净销售额', 'Net revenue'],
  revenueHint: ['这些客户添加后的订单，扣除退款', 'Their orders since, net of refunds'],
  stay: [(d: string) => `${d} 天留存`, (d: string) => `Kept ${d} days`],
  stayNote: [(k: string, n: string) => `${k} / ${n}`, (k: string, n: string) => `${k} of ${n}`],
  byDay: ['每日添加与流失', 'Added and lost by day'],
  byStaff: ['按员工', 'By staff'],
  day: ['日期', 'Day'],
  unit: ['人次', 'contacts'],
  staff: ['员工', 'Member'],
  today: ['今日', 'Today'],
  rate: ['流失率', 'Lost share'],
  lostOf: ['当日添加中已流失', 'Of these, lost'],
  none: ['这段时间没有人扫码', 'Nobody came in these days'],
  noneText: ['换一段时间，或把二维码放到更多地方：门店台卡、包裹卡、公众号菜单。', 'Choose other days, or put the code in more places: counters, parcels, menus.'],
})

/** What a code brought in a span of days: figures, days, staff. Each number opens its people. */
export function CodeFigures({ stats, drill, span, corp, extra, revenue }: {
  stats: { data: Stats | undefined; error: unknown; isPending: boolean; refetch: () => unknown }
  drill: (who: Who) => void
  span: { from: string; to: string }
  corp: string
  extra: ReactNode
  revenue: string
}) {
  const t = useText(said)
  return (
    <div className="y-stack">
      <Card title={t.title} extra={extra}>
        <Asked query={stats}>
          {(v) => (
            <div className="y-stats y-acquire-stats">
              <Stat label={t.added} hint={t.addedHint} value={num(v.added)} note={t.people(num(v.customers))} onOpen={v.added ? () => drill({ of: 'added', ...span }) : undefined} />
              <Stat label={t.kept} value={num(v.added - v.lost)} note={pct(v.added ? (v.added - v.lost) / v.added : null)} onOpen={v.added - v.lost ? () => drill({ of: 'kept', ...span }) : undefined} />
              <Stat label={t.lost} hint={t.lostHint} value={num(v.lost)} note={pct(v.added ? v.lost / v.added : null)} onOpen={v.lost ? () => drill({ of: 'lost', ...span }) : undefined} />
              <Stat label={t.buyers} hint={t.buyersHint} value={num(v.buyers)} note={pct(v.customers ? v.buyers / v.customers : null)} />
              <Stat label={t.revenue} hint={t.revenueHint} value={revenue} />
              {v.stays?.map((x) => <Stat key={x.days} label={t.stay(num(x.days))} value={x.of ? pct(x.kept / x.of) : '–'} note={t.stayNote(num(x.kept), num(x.of))} />)}
            </div>
          )}
        </Asked>
      </Card>
      {stats.data && (stats.data.added === 0 ? <Card><Empty title={t.none}>{t.noneText}</Empty></Card> : (
        <>
          <Card><ByDay days={stats.data.by_day ?? []} drill={drill} /></Card>
          <Card title={t.byStaff} flush><ByStaff rows={stats.data.by_staff ?? []} drill={drill} span={span} corp={corp} /></Card>
        </>
      ))}
    </div>
  )
}

function ByDay({ days, drill }: { days: Stats['by_day']; drill: (who: Who) => void }) {
  const t = useText(said)
  const option = useCallback((look: Colours) => ({
    ...look.base,
    xAxis: { ...(look.base.xAxis as object), data: days.map((d) => d.day.slice(5)) },
    yAxis: { ...(look.base.yAxis as object), minInterval: 1 },
    series: [
      { type: 'bar', stack: 'a', name: t.kept, data: days.map((d) => d.added - d.lost), barMaxWidth: 22 },
      { type: 'bar', stack: 'a', name: t.lost, data: days.map((d) => d.lost), barMaxWidth: 22, color: look.series[2] },
    ],
  }), [days, t])
  const sheet = useMemo(() => ({
    columns: [t.day, t.added, t.lostOf],
    rows: days.map((d) => [d.day, <Button key="a" type="link" className="y-number" disabled={!d.added} onClick={() => drill({ of: 'added', from: d.day, to: d.day })}>{num(d.added)}</Button>, num(d.lost)]),
  }), [days, t, drill])
  return <Chart title={t.byDay} unit={t.unit} option={option} sheet={sheet} onPick={({ series, index }) => { const d = days[index]; if (d) drill({ of: series === 0 ? 'kept' : 'lost', from: d.day, to: d.day }) }} />
}

function ByStaff({ rows, drill, span, corp }: { rows: Stats['by_staff']; drill: (who: Who) => void; span: { from: string; to: string }; corp: string }) {
  const t = useText(said)
  const name = useStaffName(corp)
  const number = (n: number, who: Who) => (n ? <Button type="link" className="y-number" onClick={() => drill(who)}>{num(n)}</Button> : num(n))
  const columns: Column<Stats['by_staff'][number]>[] = [
    { key: 'staff', title: t.staff, width: 160, render: (_, x) => name(x.staff) },
    { key: 'added', title: t.added, width: 110, num: true, sorter: (a, b) => a.added - b.added, defaultSortOrder: 'descend', render: (_, x) => number(x.added, { of: 'added', staff: x.staff, ...span }) },
    { key: 'lost', title: t.lost, width: 110, num: true, sorter: (a, b) => a.lost - b.lost, render: (_, x) => number(x.lost, { of: 'lost', staff: x.staff, ...span }) },
    { key: 'rate', title: t.rate, width: 110, num: true, render: (_, x) => pct(x.added ? x.lost / x.added : null) },
    { key: 'today', title: t.today, width: 100, num: true, render: (_, x) => num(x.today) },
  ]
  return <PlainTable label={t.byStaff} rows={rows} columns={columns} rowKey="staff" />
}
