import type { Schema } from '@shared/api/client'
import { num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Segmented } from 'antd'
import { Fragment, type ReactNode } from 'react'
import { Card, Columns, Hint, State } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { formula, nodeName, nodeOf, planNotes, rateName, showNode } from './planWords'
import { Plot } from './Plot'
import { usePatch } from './search'
import { slabs } from './shape'
import { valueName } from './words'

const route = getRouteApi('/shell/reports/planner')

const said = texts({
  ladder: ['从目标倒推', 'From the target back'], range: [(a: string, b: string) => `${a} – ${b}`, (a: string, b: string) => `${a} – ${b}`], rangeHint: ['小字是第 10 至 90 百分位的区间。', 'Small print: the range from the 10th to the 90th percentile.'], set: ['需设定参数', 'rates to be set'],
  stages: ['各阶段需要的客户', 'Customers per stage'], channels: ['各渠道新增', 'Adds per channel'], channel: ['渠道', 'Channel'], before: ['历史新增', 'Adds before'], capacity: ['上限', 'Capacity'], adds: ['新增', 'Adds'], buyers: ['购买', 'Buyers'], budget: ['预算', 'Budget'], beyond: ['超出历史最好', 'beyond its best'], unbounded: ['不限', 'none'],
  noChannels: ['历史里没有能看出转化率的渠道。在下面“添加渠道”设定转化率与成本。', 'No channel’s conversion is known. Add one below with its conversion and cost.'],
  hourglass: ['沙漏', 'Hourglass'], diamond: ['钻石', 'Diamond'], shape: ['形状', 'Shape'], need: [(n: string, r: string) => `需要 ${n}${r && `（${r}）`}`, (n: string, r: string) => `need ${n}${r && ` (${r})`}`], have: [(n: string) => `现有 ${n}`, (n: string) => `have ${n}`], gap: [(n: string) => `还差 ${n}`, (n: string) => `${n} missing`], rate: [(r: string) => `转化 ${r}`, (r: string) => `rate ${r}`],
  hourglassLead: ['从认知收窄到购买，再由忠诚与推荐放宽。', 'Awareness narrows to purchase; loyal customers who refer others widen it again.'], diamondLead: ['少数种子带动多数，其中一部分购买，更少的人留下。', 'A few seeds carry it to the many, of whom some buy and fewer stay.'],
  sensitivity: ['什么最影响结果', 'What matters most'], swing: [(m: string) => `把一个参数从第 10 移到第 90 百分位，${m}变化多少`, (m: string) => `how far ${m} moves from a rate’s 10th to its 90th percentile`], rateCol: ['参数', 'Rate'], low: ['参数偏低时', 'At its low'], high: ['参数偏高时', 'At its high'],
  nodes: ['全部数字', 'All numbers'], number: ['数字', 'Number'], how: ['怎么算', 'How'], point: ['中间值', 'Point'], notes: ['说明', 'Notes'],
})

/** What a scenario takes: the ladder from the target down, stages, channels, what matters most. */
export function PlanAnswer({ answer: a, levers, learned }: { answer: Schema<'PlannerAnswer'>; levers?: ReactNode; learned: string }) {
  const t = useText(said)
  const steps = ['revenue', 'orders', 'buyers', 'first_time', 'adds', 'budget', 'staff', 'touches']
  const show = (n: Schema<'PlannerNode'> | undefined) => showNode(n?.unit ?? '', n?.point, a.currency)
  const range = (n: { p10: number | null; p90: number | null } | undefined, unit: string) => (n?.p10 == null || n.p90 == null || n.p10 === n.p90 ? '' : t.range(showNode(unit, n.p10, a.currency), showNode(unit, n.p90, a.currency)))
  const swings = a.sensitivity.filter((s) => s.swing > 0).slice(0, 10)
  return (
    <>
      <Card title={<>{t.ladder} <Hint>{`${t.rangeHint} ${learned}`}</Hint></>}>
        <div className="y-reports-tree y-reports-ladder">
          {steps.map((name, i) => {
            const n = nodeOf(a, name)
            return <Fragment key={name}>{i > 0 && <i>→</i>}<div><span className="y-stat-label">{nodeName(name)}{formula(name) && <Hint>{formula(name)}</Hint>}</span><b>{show(n)}</b><small>{n?.point == null ? t.set : range(n, n.unit)}</small></div></Fragment>
          })}
        </div>
      </Card>
      <Columns min={540}>
        <Shape answer={a} range={range} />
        <Card flush title={t.channels}>
          {a.channels.length === 0 ? <p className="y-faint" style={{ margin: '8px 16px 16px' }}>{t.noChannels}</p> : (
            <PlainTable
              label={t.channels} rows={a.channels} rowKey="channel"
              columns={[
                { key: 'c', title: t.channel, width: 110, render: (_, c) => <>{valueName(c.channel)}{c.beyond_capacity && <><br /><State tone="warn">{t.beyond}</State></>}</> }, { key: 'b', title: t.before, width: 84, num: true, render: (_, c) => num(c.adds_before) }, { key: 'cap', title: t.capacity, width: 70, num: true, render: (_, c) => (c.capacity === null ? t.unbounded : num(c.capacity)) },
                { key: 'adds', title: t.adds, width: 96, num: true, render: (_, c) => <>{show(c.adds)}<br /><small className="y-faint">{range(c.adds, '')}</small></> }, { key: 'buyers', title: t.buyers, width: 70, num: true, render: (_, c) => show(c.buyers) }, { key: 'budget', title: t.budget, width: 106, num: true, render: (_, c) => <>{show(c.budget)}<br /><small className="y-faint">{range(c.budget, 'money')}</small></> },
              ]}
            />
          )}
        </Card>
      </Columns>
      {levers}
      {swings.length > 0 && <Card><Plot flat kind="bar" title={t.sensitivity} unit={t.swing(nodeName(swings[0]?.measure ?? 'budget'))} first={t.rateCol} x={swings.map((s) => rateName(s.rate))} series={[{ name: t.low, values: swings.map((s) => s.low) }, { name: t.high, values: swings.map((s) => s.high) }]} format={(n) => showNode(swings[0]?.measure === 'budget' ? 'money' : '', n, a.currency)} /></Card>}
      <Card flush title={t.nodes}>
        <PlainTable
          label={t.nodes} rows={a.nodes} rowKey="name"
          columns={[
            { key: 'n', title: t.number, width: 180, render: (_, n) => nodeName(n.name) }, { key: 'how', title: t.how, width: 320, render: (_, n) => <span className="y-faint">{formula(n.name) ?? ''}</span> }, { key: 'p', title: t.point, width: 130, num: true, render: (_, n) => <b>{show(n)}</b> },
            { key: 'p10', title: 'P10', width: 120, num: true, render: (_, n) => showNode(n.unit, n.p10, a.currency) }, { key: 'p50', title: 'P50', width: 120, num: true, render: (_, n) => showNode(n.unit, n.p50, a.currency) }, { key: 'p90', title: 'P90', width: 120, num: true, render: (_, n) => showNode(n.unit, n.p90, a.currency) },
          ]}
        />
      </Card>
      <Card title={t.notes}><ul className="y-reports-notes">{planNotes(a).map((n) => <li key={n}>{n}</li>)}</ul></Card>
    </>
  )
}

function Shape({ answer: a, range }: { answer: Schema<'PlannerAnswer'>; range: (n: { p10: number | null; p90: number | null }, unit: string) => string }) {
  const t = useText(said)
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const view = search.view ?? 'hourglass'
  const layers = a[view]
  const height = 62
  const drawn = slabs(layers.map((l) => l.need), { middle: 250, widest: 220, height })
  return (
    <Card title={t.stages} extra={<Segmented size="small" aria-label={t.shape} value={view} onChange={(v) => patch({ view: v as typeof view })} options={[{ value: 'hourglass', label: t.hourglass }, { value: 'diamond', label: t.diamond }]} />}>
      <p className="y-faint" style={{ margin: '0 0 10px' }}>{view === 'hourglass' ? t.hourglassLead : t.diamondLead}</p>
      <svg className="y-reports-shape" viewBox={`0 0 640 ${layers.length * height}`} role="img" aria-label={`${t.stages}: ${layers.map((l) => `${nodeName(l.name)} ${showNode('', l.need, a.currency)}`).join(', ')}`}>
        {layers.map((l, i) => {
          const s = drawn[i]
          if (!s) return null
          const at = (s.top + s.bottom) / 2
          const after = [l.have != null ? t.have(num(l.have)) : '', l.gap ? t.gap(num(Math.ceil(l.gap))) : '', l.rate != null ? t.rate(pct(l.rate, l.rate < 0.01 ? 3 : 1)) : ''].filter(Boolean).join(' · ')
          return (
            <g key={l.name}>
              <path d={s.path} style={{ opacity: 1 - i * 0.1 }} />
              <text x={0} y={at + 4}>{nodeName(l.name)}</text>
              <text x={385} y={at - 3}>{t.need(showNode('', l.need, a.currency), range(l, ''))}</text>
              <text x={385} y={at + 15} className="y-reports-light">{after}</text>
            </g>
          )
        })}
      </svg>
    </Card>
  )
}
