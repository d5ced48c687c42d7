import { api, type Schema } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Button, InputNumber, Segmented } from 'antd'
import { useDrill } from '../../ui/Drill'
import { Card, Columns, Facts, Number, Stat } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { Body, Common } from './Body'
import { reportPeople } from './people'
import { Phases } from './CacPhases'
import { Plot } from './Plot'
import { sayCac } from './readings'
import { usePatch } from './search'
import { useSpan } from './useSpan'
import { both, valueName } from './words'

const route = getRouteApi('/shell/reports/cac')

const said = texts({
  margin: ['毛利率', 'Gross margin'], by: ['拆分', 'By'], channel: ['渠道', 'Channel'], month: ['批次（月）', 'Cohort (month)'], staff: ['员工', 'Staff'], campaign: ['活动', 'Campaign'], phase: ['阶段', 'Phase'],
  connected: ['新连接客户', 'Connected'], cost: ['花费', 'Cost'], cac: ['CAC（单粉成本）', 'CAC (cost per fan)'], success: ['加好友成功率', 'Add success'], firstCac: ['首单获客成本', 'Cost per first order'], ratio: ['LTV:CAC 已实现', 'LTV:CAC realised'], predicted: ['LTV:CAC 含预测', 'LTV:CAC with forecast'], payback: ['回本', 'Payback'], paybackDay: [(n: string) => `第 ${n} 天`, (n: string) => `day ${n}`], notYet: ['未回本', 'not yet'], noCost: ['没有成本记录', 'no costs'],
  asks: ['邀请', 'Asks'], firstOrders: ['首单客户', 'First orders'], buyers: ['购买客户', 'Buyers'], retained: ['留存', 'Retained'], lost: ['流失', 'Lost'], revenue: ['连接后净收入', 'Revenue since'], ltv: ['人均净收入', 'Revenue each'], half: ['待通过', 'Half added'],
  chart: ['各行对比', 'Comparison'], curve: ['回本曲线', 'Payback curve'], curveUnit: ['每位客户累计净收入 × 毛利率', 'cumulative net revenue per customer × margin'], dayNo: ['连接后第几天', 'Days since the connection'], line: ['CAC', 'CAC'],
  rows: ['逐行', 'Row by row'], value: ['名称', 'Name'], total: ['合计', 'Total'],
  reconciled: ['与订单台账对账', 'Against the order ledger'], after: ['这批客户连接之后', 'These customers, since the connection'], before: ['这批客户连接之前', 'These customers, before it'], others: ['其他客户', 'Other customers'], nobody: ['无法识别的订单', 'Orders of nobody known'], ledger: ['订单台账合计', 'The whole ledger'], difference: ['差额', 'Difference'],
  notes: ['口径', 'Definitions'], none: ['这段时间没有新连接的客户', 'Nobody was connected in this span'], noneLead: ['换一段时间；连接 = 首次加为好友。', 'Choose another span; connected means the first contact added.'], all: ['看全部历史', 'Show all time'],
  enter: ['录入成本', 'Enter costs'],
})

type By = 'channel' | 'month' | 'staff' | 'campaign'

/** CAC with what it consists of, by channel, cohort, staff and campaign. */
export function Cac() {
  const t = useText(said)
  const drill = useDrill()
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const spanned = useSpan(search.span || search.from ? search : { span: 'y1' }, 'Contact Added')
  const by: By = search.by && search.by !== 'phase' ? search.by : 'channel'
  const query = { from: spanned.span.from, to: spanned.span.to, audience: search.audience, by: ['channel', 'month', 'staff', 'campaign'], margin: search.margin ? search.margin / 100 : undefined, step: search.step ?? 'week' }
  const asked = api.useQuery('post', '/insight/cac', { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const people = (number: string, title: string, count: number, value?: string) => (count > 0 ? () => drill(reportPeople('cac', query, value === undefined ? { number } : { by, value, number }, `${value === undefined ? '' : `${valueName(value)} · `}${title}`, count)) : undefined)
  return (
    <Body
      asked={asked} spanned={spanned} reading={sayCac}
      grid={(a) => ({ name: 'cac', columns: [t.value, t.cost, t.connected, t.asks, t.success, t.firstOrders, t.cac, t.firstCac, t.revenue, t.ratio, t.predicted, t.payback], rows: (a.groups.find((g) => g.by === by)?.rows ?? []).map((r) => [r.value, r.cost, r.connected, r.asks, r.add_success_rate, r.first_orders, r.cac, r.cac_first_order, r.revenue, r.ltv_cac_realised, r.ltv_cac_predicted, r.payback_days]) })}
      filters={(
        <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch}>
          <span className="y-reports-field">{t.margin}<InputNumber aria-label={t.margin} style={{ width: 90 }} min={1} max={100} suffix="%" value={search.margin ?? (asked.data ? Math.round(asked.data.margin * 1000) / 10 : undefined)} onChange={(n) => patch({ margin: n ?? undefined })} /></span>
        </Common>
      )}
    >
      {(a) => {
        const m = (n: number | null | undefined, digits = 2) => money(n, a.currency, digits)
        const r = a.total
        if (r.connected === 0) return <Card><Empty title={t.none} action={<Button onClick={() => patch({ span: 'all', from: undefined, to: undefined })}>{t.all}</Button>}>{t.noneLead}</Empty></Card>
        const rows = a.groups.find((g) => g.by === by)?.rows ?? []
        const define = (key: string) => both(a.definitions[key]) || undefined
        const free = r.cost === 0
        const top = [...rows].sort((x, y) => y.connected - x.connected).slice(0, 12)
        const curves = free ? [] : [...rows].filter((x) => x.curve.length > 1).sort((x, y) => y.connected - x.connected).slice(0, 4)
        const days = r.curve.map((p) => p.day)
        const parts = a.reconciled
        const rest = Math.round((parts.ledger - parts.cohort_after - parts.cohort_before - parts.other_customers - parts.nobody) * 100) / 100
        const columns: Column<Schema<'CacRow'>>[] = [
          { key: 'value', title: t.value, width: 160, fixed: 'left', render: (_, x) => (x === r ? <b>{t.total}</b> : valueName(x.value)) },
          { key: 'cost', title: t.cost, width: 110, num: true, render: (_, x) => m(x.cost, 0) },
          ...([['connected', t.connected], ['first_orders', t.firstOrders], ['buyers', t.buyers], ['retained', t.retained], ['lost', t.lost]] as const).map(([key, title]) => ({ key, title, width: 115, num: true, render: (_: unknown, x: Schema<'CacRow'>) => <Number onOpen={people(key, title, x[key], x === r ? undefined : x.value)}>{num(x[key])}</Number> })),
          { key: 'success', title: t.success, width: 130, num: true, render: (_, x) => pct(x.add_success_rate) },
          { key: 'cac', title: t.cac, width: 150, num: true, render: (_, x) => (x.cost ? m(x.cac) : '–') }, { key: 'first', title: t.firstCac, width: 150, num: true, render: (_, x) => (x.cost ? m(x.cac_first_order) : '–') },
          { key: 'revenue', title: t.revenue, width: 130, num: true, render: (_, x) => m(x.revenue, 0) }, { key: 'ltv', title: t.ltv, width: 120, num: true, render: (_, x) => m(x.ltv_realised) },
          { key: 'ratio', title: t.ratio, width: 140, num: true, render: (_, x) => num(x.ltv_cac_realised, 2) }, { key: 'predicted', title: t.predicted, width: 150, num: true, render: (_, x) => num(x.ltv_cac_predicted, 2) },
          { key: 'payback', title: t.payback, width: 110, num: true, render: (_, x) => (x.payback_days != null ? t.paybackDay(num(x.payback_days)) : x.cost ? t.notYet : '–') },
        ]
        return (
          <>
            <div className="y-stats">
              <Stat label={t.connected} hint={define('connected')} value={num(r.connected)} onOpen={people('connected', t.connected, r.connected)} />
              <Stat label={t.cost} hint={define('cost')} value={m(r.cost, 0)} note={free ? <Link to={'/reports/cac' as string} search={{ ...search, tab: 'costs' } as never}>{t.enter}</Link> : undefined} />
              <Stat label={t.cac} hint={define('cac')} value={free ? '–' : m(r.cac)} note={free ? t.noCost : `${t.firstCac} ${m(r.cac_first_order)}`} />
              <Stat label={t.success} hint={define('add_success_rate')} value={pct(r.add_success_rate)} note={`${num(r.connected)} ÷ ${num(r.asks)}`} />
              <Stat label={t.payback} hint={define('payback_days') ?? define('curve')} value={r.payback_days != null ? t.paybackDay(num(r.payback_days)) : free ? '–' : t.notYet} />
              <Stat label={t.ratio} hint={define('ltv_cac_realised')} value={num(r.ltv_cac_realised, 2)} note={r.ltv_cac_predicted != null ? `${t.predicted} ${num(r.ltv_cac_predicted, 2)}` : `${t.ltv} ${m(r.ltv_realised)}`} />
            </div>
            <Segmented aria-label={t.by} style={{ alignSelf: 'flex-start' }} value={by} onChange={(v) => patch({ by: v as By })} options={(['channel', 'month', 'staff', 'campaign'] as const).map((value) => ({ value, label: t[value] }))} />
            <Columns min={460}>
              <Card><Plot flat kind="bar" title={t.chart} unit={free ? t.connected : t.cac} first={t.value} x={top.map((x) => valueName(x.value))} series={[{ name: free ? t.connected : t.cac, values: top.map((x) => (free ? x.connected : x.cac)) }]} format={free ? num : (n) => m(n)} onPick={(_, i) => { const x = top[i]; if (x) people('connected', t.connected, x.connected, x.value)?.() }} /></Card>
              <Card><Plot title={t.curve} unit={t.curveUnit} first={t.dayNo} x={days.map(String)} series={[{ name: t.total, values: r.curve.map((p) => p.value) }, ...curves.map((x) => ({ name: valueName(x.value), values: days.map((d) => x.curve.find((p) => p.day === d)?.value), dashed: true }))]} format={(n) => m(n)} line={!free && r.cac != null ? { value: r.cac, name: `${t.line} ${m(r.cac)}` } : undefined} /></Card>
            </Columns>
            <Card flush title={t.rows}><PlainTable label={t.rows} rows={[r, ...rows]} rowKey={(x) => (x === r ? '\u0000' : x.value)} columns={columns} height={rows.length > 14 ? 460 : undefined} /></Card>
            <Phases answer={a} query={query} />
            <Columns min={380}>
              <Card title={t.reconciled}><Facts items={[[t.after, m(parts.cohort_after)], [t.before, m(parts.cohort_before)], [t.others, m(parts.other_customers)], [t.nobody, m(parts.nobody)], [<b key="l">{t.ledger}</b>, <b key="v">{m(parts.ledger)}</b>], [t.difference, m(rest)]]} /></Card>
              <Card title={t.notes}><ul className="y-reports-notes">{[...(a.notes ?? []), ...Object.values(a.definitions)].map((n) => <li key={n.en}>{both(n)}</li>)}</ul></Card>
            </Columns>
          </>
        )
      }}
    </Body>
  )
}

