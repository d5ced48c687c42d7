import type { Schema } from '@shared/api/client'
import { money, num, pct } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useMemo } from 'react'
import { Chart } from '../../charts/Chart'
import { Card, State } from '../../ui/PageShell'
import { points, pText } from './kit'
import { axisOf, intervalOf, place, verdictOf } from './reading'
import { armWords, eventWords } from './words'

const said = texts({
  against: [(a: string, b: string) => `${a} 与 ${b} 相比`, (a: string, b: string) => `${a} against ${b}`], conversion: ['转化率', 'Conversion'], revenue: ['人均收入', 'Revenue each'], revenue_adjusted: ['人均收入（CUPED 校正）', 'Revenue each (CUPED)'], revenue_capped: ['人均收入（封顶）', 'Revenue each (capped)'], order_value: ['客单价', 'Order value'],
  points: [(n: string) => `${n} 个百分点`, (n: string) => `${n} points`], always: ['随时可看', 'valid at any look'], fixed: ['计划时点', 'at the planned moment'], early: ['还没有结论：每组满 100 位已满观察期的客户后显示', 'Too early: shows from 100 mature customers an arm'], up: ['更高', 'Higher'], down: ['更低', 'Lower'], same: ['看不出差别', 'No difference found'], soon: ['还早', 'Too early'],
  lift: [(n: string) => `相对 ${n}`, (n: string) => `lift ${n}`], interval: [(a: string, b: string) => `${a} 至 ${b}`, (a: string, b: string) => `${a} to ${b}`], brings: ['增量收入', 'Incremental revenue'], of: [(n: string) => `来自 ${n} 位已满观察期的客户`, (n: string) => `from ${n} mature customers`], guard: ['护栏：不该变多的事', 'Guardrails: must not grow'],
  harmed: ['变差', 'Harmed'], calm: ['没有变差', 'Not harmed'], chart: ['转化率差异的变化', 'Difference of conversion over time'], unit: ['百分点，阴影为随时有效的区间', 'points; shaded: interval valid at any look'], low: ['下限', 'Low'], high: ['上限', 'High'], diff: ['差异', 'Difference'], date: ['日期', 'Day'], one_look: ['只看一次的区间', 'interval for one look'],
})

/** One arm against the control: each measure with its interval, what it brought, and how it developed. */
export function Comparison({ outcome: o, comparison: c }: { outcome: Schema<'ExperimentOutcome'>; comparison: Schema<'ExperimentComparison'> }) {
  const t = useText(said)
  const arms = useText(armWords)
  const events = useText(eventWords)
  const cash = (n: number) => `${n > 0 ? '+' : ''}${money(n, o.currency)}`
  const share = (n: number) => t.points(points(n))
  const rows = [
    { key: 'conversion', metric: c.conversion, say: share }, { key: 'revenue', metric: c.revenue, say: cash }, { key: 'revenue_adjusted', metric: c.revenue_adjusted, say: cash }, { key: 'revenue_capped', metric: c.revenue_capped, say: cash }, { key: 'order_value', metric: c.order_value, say: cash },
  ] as const
  const inc = c.incremental_revenue
  return (
    <Card title={t.against(named(arms, c.arm), named(arms, c.control))}>
      <div className="y-outreach-plot">{rows.map((r) => r.metric && <Row key={r.key} label={t[r.key]} metric={r.metric} say={r.say} />)}</div>
      {inc && (
        <p><b>{t.brings} {money(inc.amount, o.currency)}</b>{inc.low !== undefined && inc.high !== undefined && `（${t.interval(money(inc.low, o.currency), money(inc.high, o.currency))}，${inc.valid === 'fixed' ? t.fixed : inc.valid === 'one_look' ? t.one_look : t.always}）`} <span className="y-faint">{t.of(num(inc.treated))}</span></p>
      )}
      <h3 className="y-h3">{t.guard}</h3>
      <div className="y-rowline">{c.guardrails.map((g) => <span key={g.event}>{named(events, g.event)} <State tone={g.harmed ? 'bad' : 'good'}>{g.harmed ? t.harmed : t.calm}</State> <small className="y-faint">{share(g.difference)}</small></span>)}</div>
      <Series outcome={o} arm={c.arm} />
    </Card>
  )
}

function Row({ label, metric: m, say }: { label: string; metric: Schema<'ExperimentMetric'>; say: (n: number) => string }) {
  const t = useText(said)
  const i = intervalOf(m)
  const v = verdictOf(m)
  const axis = axisOf(i ? [i] : [])
  const tone = { up: 'good', down: 'bad', same: 'quiet', early: 'quiet' } as const
  const x = (n: number) => `${place(n, axis.low, axis.high)}%`
  return (
    <>
      <div><b>{label}</b><small>{i ? (m.fixed_horizon ? t.fixed : t.always) : ''}</small></div>
      <div>
        {i ? (
          <svg role="img" aria-label={`${label}：${say(m.difference)}，${t.interval(say(i.low), say(i.high))}`}>
            <line x1="0%" x2="100%" y1="17" y2="17" /><line className="zero" x1={x(0)} x2={x(0)} y1="2" y2="32" />
            <line className={`span ${tone[v]}`} x1={x(i.low)} x2={x(i.high)} y1="17" y2="17" /><line className={`mark ${tone[v]}`} x1={x(m.difference)} x2={x(m.difference)} y1="9" y2="25" />
          </svg>
        ) : <small>{t.early}</small>}
      </div>
      <div>
        {i ? <><b>{say(m.difference)}</b> <State tone={tone[v]}>{v === 'early' ? t.soon : t[v]}</State><small>{t.interval(say(i.low), say(i.high))} · p {pText(i.p_adjusted)}{m.lift !== undefined && ` · ${t.lift(`${m.lift > 0 ? '+' : ''}${pct(m.lift)}`)}`}</small></> : <State tone="quiet">{t.soon}</State>}
      </div>
    </>
  )
}

function Series({ outcome: o, arm }: { outcome: Schema<'ExperimentOutcome'>; arm: string }) {
  const t = useText(said)
  const days = useMemo(() => o.series.flatMap((d) => { const p = d.comparisons.find((x) => x.arm === arm)?.conversion; return p ? [{ day: d.day, ...p }] : [] }), [o.series, arm])
  const option = useMemo(() => (look: { base: object; series: string[]; faint: string }) => {
    const band = (data: number[], fill: boolean) => ({ type: 'line', stack: 'band', data, symbol: 'none', lineStyle: { opacity: 0 }, silent: true, ...(fill && { areaStyle: { color: look.series[0], opacity: 0.18 } }) })
    return {
      ...look.base, legend: { show: false }, xAxis: { ...(look.base as { xAxis: object }).xAxis, data: days.map((d) => d.day.slice(5)) },
      series: [band(days.map((d) => d.low * 100), false), band(days.map((d) => (d.high - d.low) * 100), true), { type: 'line', name: t.diff, data: days.map((d) => d.difference * 100), symbolSize: 5, color: look.series[0], markLine: { silent: true, symbol: 'none', data: [{ yAxis: 0 }], lineStyle: { color: look.faint }, label: { show: false } } }],
    }
  }, [days, t])
  if (days.length < 2) return null
  return <Chart title={t.chart} unit={t.unit} height={220} option={option} sheet={{ columns: [t.date, t.diff, t.low, t.high], rows: days.map((d) => [d.day, points(d.difference), points(d.low), points(d.high)]) }} />
}
