import { num, none } from '@shared/format'
import { useCallback, useMemo, type ReactNode } from 'react'
import { Chart, type Colours } from '../../charts/Chart'
import type { EChartsCoreOption } from '../../charts/echarts'
import { Number } from '../../ui/PageShell'

/** A line or a row of bars. */
export interface Series {
  name: string
  values: readonly (number | null | undefined)[]
  kind?: 'line' | 'bar'
  stack?: string
  dashed?: boolean
  area?: boolean
  /** Measured on the right. */
  right?: boolean
}

/** Round amounts need no cents along an axis. */
const axis = (text: string) => text.replace(/\.00$/, '')

type Format = (n: number | null | undefined) => string

/** A chart over named places. Points and table cells open `onPick(series, place)`; the table is made from the same values. */
export function Plot({ title, unit, x, series, format = num, rightFormat, first, onPick, flat, height, bands, line, extra, kind = 'line' }: {
  title: string
  unit?: string
  x: readonly string[]
  series: readonly Series[]
  format?: Format
  rightFormat?: Format
  /** The name of the first column of the table. */
  first: string
  onPick?: (series: number, place: number) => void
  /** Bars lie. */
  flat?: boolean
  height?: number
  /** Places to shade, such as a hold-out. */
  bands?: { from: string; to: string; name: string }[]
  /** A level to draw across. */
  line?: { value: number; name: string }
  extra?: ReactNode
  kind?: 'line' | 'bar'
}) {
  const key = JSON.stringify([x, series, bands, line, flat, kind, unit])
  const option = useCallback((c: Colours): EChartsCoreOption => {
    const base = c.base as Record<string, object>
    const places = { ...base.xAxis, data: [...x], axisLabel: { ...(base.xAxis as { axisLabel: object }).axisLabel, hideOverlap: true, ...(flat ? { width: 130, overflow: 'truncate' } : {}) }, ...(flat ? { inverse: true } : { boundaryGap: series.some((s) => (s.kind ?? kind) === 'bar') }) }
    const amounts = { ...base.yAxis, axisLabel: { ...(base.yAxis as { axisLabel: object }).axisLabel, formatter: (n: number) => axis(format(n)), hideOverlap: true } }
    const right = { ...base.yAxis, splitLine: { show: false }, axisLabel: { ...(base.yAxis as { axisLabel: object }).axisLabel, formatter: (n: number) => axis((rightFormat ?? format)(n)) } }
    const hasRight = series.some((s) => s.right)
    return {
      ...c.base, legend: { ...base.legend, show: series.length > 1 }, grid: { ...base.grid, top: series.length > 1 ? 36 : 12 },
      xAxis: flat ? amounts : places, yAxis: flat ? places : hasRight ? [amounts, right] : amounts, tooltip: { ...base.tooltip, axisPointer: { type: series.some((s) => (s.kind ?? kind) === 'bar') ? 'shadow' : 'line' } },
      series: series.map((s, i) => ({
        type: s.kind ?? kind, name: s.name, data: s.values.map((v) => v ?? null), stack: s.stack, yAxisIndex: s.right && !flat ? 1 : 0, barMaxWidth: 34, itemStyle: (s.kind ?? kind) === 'bar' ? { borderRadius: flat ? [0, 3, 3, 0] : [3, 3, 0, 0] } : undefined,
        showSymbol: x.length <= 90, symbolSize: 6, connectNulls: false, lineStyle: { width: 2, type: s.dashed ? 'dashed' : 'solid' }, areaStyle: s.area ? { opacity: 0.12 } : undefined,
        tooltip: { valueFormatter: (v: unknown) => (typeof v === 'number' ? (s.right ? (rightFormat ?? format) : format)(v) : none) },
        markArea: i === 0 && bands?.length ? { silent: true, itemStyle: { color: c.line, opacity: 0.35 }, label: { color: c.faint, fontSize: 11, position: 'insideTop' }, data: bands.map((b) => [{ xAxis: b.from, name: b.name }, { xAxis: b.to }]) } : undefined,
        markLine: i === 0 && line ? { silent: true, symbol: 'none', lineStyle: { color: c.text, type: 'dashed' }, label: { formatter: line.name, color: c.text, position: 'insideEndTop' }, data: [{ yAxis: line.value }] } : undefined,
      })),
    }
  }, [key])
  const sheet = useMemo(() => ({
    columns: [first, ...series.map((s) => s.name)],
    rows: x.map((name, i) => [name, ...series.map((s, k) => <Number key={k} onOpen={onPick && s.values[i] ? () => onPick(k, i) : undefined}>{(s.right ? (rightFormat ?? format) : format)(s.values[i])}</Number>)]),
  }), [key, onPick])
  return <Chart title={title} unit={unit} option={option} sheet={sheet} height={height ?? (flat ? Math.max(140, 44 + x.length * 30 * (series.some((s) => s.stack) ? 1 : Math.min(series.length, 2))) : 280)} onPick={onPick && ((p) => onPick(p.series, p.index))} extra={extra} />
}

/** A flow between places, from left to right. Names of nodes are shown without what stands before `\u0000`. */
export function Sankey({ title, unit, nodes, links, format = num, sheet, onLink, onNode, height = 380 }: {
  title: string
  unit?: string
  nodes: readonly { id: string; label: string; depth?: number }[]
  links: readonly { from: string; to: string; value: number }[]
  format?: Format
  sheet: { columns: string[]; rows: ReactNode[][] }
  onLink?: (from: string, to: string) => void
  onNode?: (id: string) => void
  height?: number
}) {
  const key = JSON.stringify([nodes, links])
  const option = useCallback((c: Colours): EChartsCoreOption => {
    const label = new Map(nodes.map((n) => [n.id, n.label]))
    const base = c.base as Record<string, object>
    return {
      color: c.series, textStyle: base.textStyle, animationDuration: 250, aria: { enabled: true },
      tooltip: {
        ...base.tooltip, trigger: 'item',
        formatter: (p: { dataType: string; data: { source?: string; target?: string; name?: string }; value: number }) => (p.dataType === 'edge' ? `${label.get(p.data.source ?? '')} → ${label.get(p.data.target ?? '')}: <b>${format(p.value)}</b>` : `${label.get(p.data.name ?? '')}: <b>${format(p.value)}</b>`),
      },
      series: [{
        type: 'sankey', left: 8, right: 130, top: 12, bottom: 12, nodeWidth: 12, nodeGap: 12, layoutIterations: 32, emphasis: { focus: 'adjacency' },
        data: nodes.map((n) => ({ name: n.id, depth: n.depth })), links: links.map((l) => ({ source: l.from, target: l.to, value: l.value })),
        label: { color: c.text, fontSize: 12, formatter: (p: { name: string }) => label.get(p.name) ?? p.name }, lineStyle: { color: 'gradient', opacity: 0.32, curveness: 0.5 }, itemStyle: { borderWidth: 0 },
      }],
    }
  }, [key])
  const pick = (item: { data: unknown }) => {
    const d = item.data as { source?: string; target?: string; name?: string }
    if (d.source !== undefined && d.target !== undefined) onLink?.(d.source, d.target)
    else if (d.name !== undefined) onNode?.(d.name)
  }
  return <Chart title={title} unit={unit} option={option} sheet={sheet} height={height} onPick={onLink || onNode ? pick : undefined} />
}
