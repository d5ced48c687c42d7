import { api, type Schema } from '@shared/api/client'
import { day, num, pct } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi } from '@tanstack/react-router'
import { Select } from 'antd'
import { useState } from 'react'
import { Spark } from '../../charts/Chart'
import { useDrill } from '../../ui/Drill'
import { Card, Number, Stat } from '../../ui/PageShell'
import { PlainTable } from '../../ui/QueryTable'
import { Body, Common } from './Body'
import { boardName, definition, groupName, lessIsBetter, sayBoard, shown } from './boardWords'
import { lasting } from './lasting'
import { reportPeople } from './people'
import { Plot, Sankey } from './Plot'
import { usePatch } from './search'
import { autoPeriod, type Span } from './span'
import { useSpan } from './useSpan'
import { valueName } from './words'

const route = getRouteApi('/shell/reports/boards')

const said = texts({
  compare: ['对比', 'Compare with'], previous: ['对比上一段', 'vs. time before'], year: ['对比去年同期', 'vs. last year'], none: ['不对比', 'No comparison'],
  period: ['粒度', 'By'], day: ['按天', 'by day'], week: ['按周', 'by week'], month: ['按月', 'by month'], quarter: ['按季', 'by quarter'], yearly: ['按年', 'by year'],
  change: [(share: string, before: string) => `${share}（此前 ${before}）`, (share: string, before: string) => `${share} (before: ${before})`], wasNone: ['此前为 0', 'was 0 before'],
  of: [(a: string, b: string) => `${a} ÷ ${b}`, (a: string, b: string) => `${a} ÷ ${b}`],
  trend: ['各期走势', 'By period'], at: ['时间', 'Period'], number: ['数字', 'Number'], compared: [(a: string, b: string) => `对比区间 ${a} – ${b}`, (a: string, b: string) => `Compared with ${a} – ${b}`],
  kind: ['看哪种阶段', 'Stages of'], aipl: ['AIPL', 'AIPL'], aarrr: ['AARRR', 'AARRR'], tier: ['会员等级', 'Tiers'],
  flow: ['阶段流转', 'Moves between stages'], people: ['人数', 'customers'], from: ['从', 'From'], to: ['到', 'To'], moves: ['次数', 'Moves'],
  stage: ['阶段', 'Stage'], start: ['期初', 'Start'], end: ['期末', 'End'], present: ['期间经过', 'Passed through'], rose: ['升到下一阶段', 'Rose'], conversion: ['升级转化率', 'Conversion'], days: ['平均停留', 'Mean stay'], median: ['中位停留', 'Median stay'], outside: ['未进入', 'Outside'],
  levels: ['各阶段人数', 'Customers by stage'], row: ['名称', 'Name'], total: ['合计', 'Total'], rows: ['逐行对比', 'Row by row'], ofStart: [(s: string) => `期初在“${s}”`, (s: string) => `At “${s}” at the start`], ofEnd: [(s: string) => `期末在“${s}”`, (s: string) => `At “${s}” at the end`],
  otherRows: [(n: string) => `另有 ${n} 行并入“其他”。`, (n: string) => `${n} more rows are joined as “other”.`], chart: ['比较', 'Comparison'],
})

type Name = 'aarrr' | 'aipl' | 'five_stage' | 'efficiency' | 'unit' | 'channel' | 'staff' | 'campaign'

/** One board: its numbers with what they were before, or its rows, or its stages. */
export function Board({ board }: { board: Name }) {
  const t = useText(said)
  const search = route.useSearch()
  const patch = usePatch<typeof search>()
  const spanned = useSpan(search, '*')
  const { from, to } = spanned.span
  const period = search.period ?? autoPeriod(spanned.span)
  const compare = search.compare ?? (spanned.span.kind === 'all' ? 'none' : 'previous')
  const query = { from, to, period, compare: compare === 'none' ? undefined : compare, audience: search.audience, kind: board === 'aipl' ? search.kind : undefined }
  const asked = api.useQuery('post', `/insight/boards/${board}`, { body: query }, { enabled: spanned.ready, placeholderData: (old) => old })
  const full = { ...query, board }
  return (
    <Body
      asked={asked} spanned={spanned} reading={(a) => sayBoard(a, valueName)} grid={(a) => gridOf(a, board)}
      filters={(
        <Common spanned={spanned} choice={search} audience={search.audience} onChange={patch}>
          <Select aria-label={t.period} value={period} style={{ width: 118 }} onChange={(v) => patch({ period: v })} options={(['day', 'week', 'month', 'quarter'] as const).map((value) => ({ value, label: t[value] }))} />
          {board === 'aipl' ? <Select aria-label={t.kind} value={search.kind ?? 'aipl'} style={{ width: 120 }} onChange={(kind) => patch({ kind })} options={(['aipl', 'aarrr', 'tier'] as const).map((value) => ({ value, label: t[value] }))} />
            : <Select aria-label={t.compare} value={compare} popupMatchSelectWidth={false} style={{ minWidth: 140 }} onChange={(v) => patch({ compare: v })} options={(['previous', 'year', 'none'] as const).map((value) => ({ value, label: t[value] }))} />}
        </Common>
      )}
    >
      {(a) => (
        <>
          {a.compare && !a.stages && <p className="y-faint" style={{ margin: '-8px 0 0', fontSize: 12.5 }}>{t.compared(day(a.compare.from), day(a.compare.to))}</p>}
          {a.stages ? <Stages a={a} query={full} /> : a.rows ? <Rows a={a} query={full} /> : <Numbers a={a} query={full} span={spanned.span} />}
        </>
      )}
    </Body>
  )
}

type Answer = Schema<'BoardAnswer'>

const short = (period: string | undefined) => (at: string) => (period === 'month' || period === 'quarter' ? at.slice(0, 7) : at.slice(0, 10))

function gridOf(a: Answer, board: string) {
  if (a.stages) return { name: board, columns: ['stage', 'start', 'end', 'present', 'rose', 'conversion', 'days'], rows: a.stages.levels.map((l) => [l.stage, l.start, l.end, l.present, l.rose, l.conversion, l.days]) }
  if (a.rows) return { name: board, columns: ['row', ...a.numbers.map((v) => boardName(v))], rows: a.rows.map((r) => [r.row, ...a.numbers.map((v) => r.values[v.id])]) }
  return { name: board, columns: ['number', 'value', 'before', 'change', 'numerator', 'denominator', 'definition'], rows: a.numbers.map((v) => [boardName(v), v.value, v.before, v.change, v.numerator, v.denominator, definition(v)]) }
}

function Numbers({ a, query, span }: { a: Answer; query: object & { period: string; compare?: string }; span: Span }) {
  const t = useText(said)
  const drill = useDrill()
  const [picked, setPicked] = useState(a.numbers.find((v) => v.id === 'net_revenue')?.id ?? a.numbers[0]?.id)
  const groups = [...new Set(a.numbers.map((v) => v.group))]
  const open = (v: Schema<'BoardValue'>, more?: object) => v.cell && drill(reportPeople('boards', query, { ...v.cell, ...more }, boardName(v), !more && v.unit === 'count' ? (v.value ?? undefined) : undefined))
  const one = a.numbers.find((v) => v.id === picked)
  const label = short(query.period)
  return (
    <>
      {groups.map((g) => (
        <div className="y-reports-group" key={g ?? ''}>
          {g && <h2>{groupName(g)}</h2>}
          <div className="y-stats">
            {a.numbers.filter((v) => v.group === g).map((v) => (
              <Stat
                key={v.id} label={boardName(v)} hint={definition(v)} value={shown(v.unit, v.value, a.currency)} onOpen={v.cell && v.value ? () => open(v) : undefined}
                note={v.value === null ? v.reason : v.numerator != null && v.denominator != null ? t.of(shown(v.unit === 'money' ? 'money' : 'count', v.numerator, a.currency), shown('count', v.denominator)) : undefined}
                delta={query.compare && v.value != null && v.before != null ? { share: v.change, good: !lessIsBetter.has(v.id), text: v.change == null ? (v.value ? t.wasNone : '') : t.change(v.change >= 9 ? `×${num(v.change + 1)}` : pct(Math.abs(v.change)), shown(v.unit, v.before, a.currency)) } : undefined}
                spark={v.value !== null && (v.series?.filter((x) => x).length ?? 0) > 0 && (v.series?.length ?? 0) > 2 ? <Spark values={(v.series ?? []).map((x) => x ?? 0)} width={64} height={22} /> : undefined}
              />
            ))}
          </div>
        </div>
      ))}
      {one?.series && (
        <Card>
          <Plot
            title={t.trend} unit={boardName(one)} first={t.at} x={a.periods.map(label)} series={[{ name: boardName(one), values: one.series, area: true }]} format={(n) => shown(one.unit, n, a.currency)}
            onPick={one.cell && ((_, i) => open(one, { period: i }))} extra={<Select aria-label={t.number} size="small" value={picked} popupMatchSelectWidth={false} onChange={setPicked} options={a.numbers.filter((v) => v.value !== null).map((v) => ({ value: v.id, label: boardName(v) }))} />} key={`${one.id}${span.from}`}
          />
        </Card>
      )}
    </>
  )
}

function Rows({ a, query }: { a: Answer; query: object }) {
  const t = useText(said)
  const drill = useDrill()
  const rows = a.rows ?? []
  const [by, setBy] = useState('net_revenue')
  const chosen = a.numbers.find((v) => v.id === by) ?? a.numbers[0]
  const open = (v: Schema<'BoardValue'>, row?: string, count?: number | null) => v.cell && drill(reportPeople('boards', query, { ...v.cell, row }, row === undefined ? boardName(v) : `${valueName(row)} · ${boardName(v)}`, v.unit === 'count' ? (count ?? undefined) : undefined))
  const top = chosen ? rows.filter((r) => r.values[chosen.id] != null).sort((x, y) => (y.values[chosen.id] ?? 0) - (x.values[chosen.id] ?? 0)).slice(0, 12) : []
  return (
    <>
      {chosen && top.length > 0 && (
        <Card>
          <Plot flat kind="bar" title={t.chart} unit={boardName(chosen)} first={t.row} x={top.map((r) => valueName(r.row))} series={[{ name: boardName(chosen), values: top.map((r) => r.values[chosen.id]) }]} format={(n) => shown(chosen.unit, n, a.currency)} onPick={chosen.cell && ((_, i) => open(chosen, top[i]?.row))} extra={<Select aria-label={t.number} size="small" value={chosen.id} popupMatchSelectWidth={false} onChange={setBy} options={a.numbers.map((v) => ({ value: v.id, label: boardName(v) }))} />} />
        </Card>
      )}
      <Card flush title={t.rows}>
        <PlainTable
          label={t.rows} rows={[{ row: '\u0000', values: Object.fromEntries(a.numbers.map((v) => [v.id, v.value])) }, ...rows]} rowKey="row"
          columns={[
            { key: 'row', title: t.row, width: 170, fixed: 'left', render: (_, r) => (r.row === '\u0000' ? <b>{t.total}</b> : valueName(r.row)) },
            ...a.numbers.map((v) => ({
              key: v.id, title: <span title={definition(v)}>{boardName(v)}</span>, width: 140, num: true, sorter: (x: Schema<'BoardRow'>, y: Schema<'BoardRow'>) => (x.row === '\u0000' || y.row === '\u0000' ? 0 : (x.values[v.id] ?? 0) - (y.values[v.id] ?? 0)),
              render: (_: unknown, r: Schema<'BoardRow'>) => { const n = r.values[v.id]; return <Number onOpen={v.cell && n ? () => open(v, r.row === '\u0000' ? undefined : r.row, n) : undefined}>{shown(v.unit, n, a.currency)}</Number> },
            })),
          ]}
        />
      </Card>
      {a.other_rows ? <p className="y-faint">{t.otherRows(num(a.other_rows))}</p> : null}
    </>
  )
}

function Stages({ a, query }: { a: Answer; query: { period: string } & object }) {
  const t = useText(said)
  const drill = useDrill()
  const s = a.stages
  if (!s) return null
  const name = (stage: string) => (stage === '' ? t.outside : valueName(stage))
  const rank = new Map(s.levels.map((l, i) => [l.stage, i]))
  const rising = s.flows.filter((f) => (rank.get(f.from) ?? 0) < (rank.get(f.to) ?? 0))
  const flow = (f: string, to: string) => { const x = s.flows.find((y) => y.from === f && y.to === to); drill(reportPeople('boards', query, { flow: [f, to] }, `${name(f)} → ${name(to)}`, x?.people)) }
  const at = (stage: string, when: 'start' | 'end', n: number) => drill(reportPeople('boards', query, { stage, at: when }, (when === 'start' ? t.ofStart : t.ofEnd)(name(stage)), n))
  const used = new Set(rising.flatMap((f) => [f.from, f.to]))
  return (
    <>
      {rising.length > 0 && (
        <Card>
          <Sankey
            title={t.flow} unit={t.people} nodes={s.levels.filter((l) => used.has(l.stage)).map((l) => ({ id: l.stage || 'outside', label: `${name(l.stage)} ${num(l.end)}` }))} links={rising.map((f) => ({ from: f.from || 'outside', to: f.to, value: f.people }))}
            sheet={{ columns: [t.from, t.to, t.people, t.moves], rows: s.flows.map((f) => [name(f.from), name(f.to), <Number key="n" onOpen={() => flow(f.from, f.to)}>{num(f.people)}</Number>, num(f.moves)]) }}
            onLink={(f, to) => flow(f === 'outside' ? '' : f, to)} onNode={(id) => { const l = s.levels.find((x) => (x.stage || 'outside') === id); if (l) at(l.stage, 'end', l.end) }} height={320}
          />
        </Card>
      )}
      <Card flush>
        <PlainTable
          label={t.levels} rows={s.levels} rowKey="stage"
          columns={[
            { key: 'stage', title: t.stage, width: 130, render: (_, l) => <b>{name(l.stage)}</b> },
            { key: 'start', title: t.start, width: 100, num: true, render: (_, l) => <Number onOpen={l.start ? () => at(l.stage, 'start', l.start) : undefined}>{num(l.start)}</Number> },
            { key: 'end', title: t.end, width: 100, num: true, render: (_, l) => <Number onOpen={l.end ? () => at(l.stage, 'end', l.end) : undefined}>{num(l.end)}</Number> },
            { key: 'present', title: t.present, width: 120, num: true, render: (_, l) => num(l.present) }, { key: 'rose', title: t.rose, width: 130, num: true, render: (_, l) => num(l.rose) },
            { key: 'conversion', title: t.conversion, width: 130, num: true, render: (_, l) => pct(l.conversion) },
            { key: 'days', title: t.days, width: 120, num: true, render: (_, l) => lasting(l.days == null ? null : l.days * 86_400) }, { key: 'median', title: t.median, width: 120, num: true, render: (_, l) => lasting(l.median == null ? null : l.median * 86_400) },
          ]}
        />
      </Card>
      <Card><Plot title={t.levels} unit={t.people} first={t.at} x={a.periods.map(short(query.period))} series={s.levels.filter((l) => l.stage).map((l) => ({ name: name(l.stage), values: l.series, stack: 'all', kind: 'bar' as const }))} onPick={(k, i) => { const l = s.levels.filter((x) => x.stage)[k]; if (l) drill(reportPeople('boards', query, { stage: l.stage, period: i }, `${name(l.stage)} · ${short(query.period)(a.periods[i] ?? '')}`, l.series[i])) }} /></Card>
    </>
  )
}
