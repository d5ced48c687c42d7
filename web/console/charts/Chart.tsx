import { texts, useText } from '@shared/i18n'
import { Segmented } from 'antd'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useDark } from '../app/theme'
import type { ECharts, EChartsCoreOption } from './echarts'

/** Colours of series, in order; each at least 3:1 on the card in light and dark. */
export const palette = { light: ['#2e6be6', '#0d8f86', '#c2620a', '#8a4fd0', '#c0357a', '#5a7f1c', '#4a5a72', '#0b7fb5'], dark: ['#6f9bff', '#3fbfb5', '#f0a04b', '#b48cf2', '#ee7fb0', '#9cc457', '#9fb0c8', '#55b7e6'] }

const said = texts({ chart: ['图', 'Chart'], table: ['表', 'Table'] })

/** A table with the same content as a chart, for the keyboard, for readers of screens and for exact values. */
export interface Sheet {
  columns: string[]
  rows: ReactNode[][]
}

/**
 * A chart with a title, its unit, and its table. Loads ECharts when it is first shown.
 * `option` gets the colours of the moment; `onPick` is told the place of a clicked item.
 */
export function Chart({ title, unit, option, sheet, height = 280, onPick, extra }: {
  title: string
  unit?: string
  option: (look: Colours) => EChartsCoreOption
  sheet: Sheet
  height?: number
  onPick?: (item: { series: number; index: number; name: string; data: unknown }) => void
  extra?: ReactNode
}) {
  const t = useText(said)
  const [as, setAs] = useState<'chart' | 'table'>('chart')
  return (
    <figure className="y-chart">
      <figcaption>
        <b>{title}</b>{unit && <span>{unit}</span>}<span className="y-grow" />{extra}
        <Segmented size="small" value={as} onChange={(v) => setAs(v === 'table' ? 'table' : 'chart')} options={[{ value: 'chart', label: t.chart }, { value: 'table', label: t.table }]} aria-label={title} />
      </figcaption>
      {as === 'chart' ? <Canvas title={title} option={option} height={height} onPick={onPick} /> : (
        <div className="y-sheet" style={{ maxHeight: height }} tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead><tr>{sheet.columns.map((c) => <th key={c} scope="col">{c}</th>)}</tr></thead>
            <tbody>{sheet.rows.map((r, i) => <tr key={i}>{r.map((v, j) => <td key={j}>{v}</td>)}</tr>)}</tbody>
          </table>
        </div>
      )}
    </figure>
  )
}

/** The colours that a chart draws with. */
export interface Colours {
  series: string[]
  text: string
  faint: string
  line: string
  card: string
  /** Axes, grid and tooltip in our look, to spread into an option. */
  base: EChartsCoreOption
}

function colours(isDark: boolean): Colours {
  const read = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const [text, faint, line, card] = [read('--y-text'), read('--y-faint'), read('--y-line'), read('--y-card')]
  const series = isDark ? palette.dark : palette.light
  const axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: faint }, splitLine: { lineStyle: { color: line, type: 'dashed' } } }
  return {
    series, text, faint, line, card,
    base: {
      color: series, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text }, animationDuration: 250,
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, textStyle: { color: faint }, type: 'scroll' },
      tooltip: { trigger: 'axis', backgroundColor: card, borderColor: line, textStyle: { color: text, fontSize: 12 }, confine: true },
      xAxis: { type: 'category', ...axis, splitLine: { show: false } }, yAxis: { type: 'value', ...axis },
      aria: { enabled: true },
    },
  }
}

function Canvas({ title, option, height, onPick }: { title: string; option: (look: Colours) => EChartsCoreOption; height: number; onPick?: (item: { series: number; index: number; name: string; data: unknown }) => void }) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<ECharts>(undefined)
  const pick = useRef(onPick)
  pick.current = onPick
  const latest = useRef(option)
  latest.current = option
  const isDark = useDark()
  useEffect(() => {
    const on = box.current
    if (!on) return
    let gone = false
    const watch = new ResizeObserver(() => chart.current?.resize())
    void import('./echarts').then(({ init }) => {
      if (gone) return
      chart.current = init(on)
      chart.current.on('click', (e) => pick.current?.({ series: e.seriesIndex ?? 0, index: e.dataIndex ?? 0, name: e.name, data: e.data }))
      chart.current.setOption(latest.current(colours(isDark)), true)
      watch.observe(on)
    })
    return () => { gone = true; watch.disconnect(); chart.current?.dispose(); chart.current = undefined }
  }, [isDark])
  useEffect(() => { chart.current?.setOption(option(colours(isDark)), true) }, [option])
  return <div ref={box} role="img" aria-label={title} style={{ height, cursor: onPick ? 'pointer' : undefined }} />
}

/** A line in the size of a word, for a figure. It is decoration: the figure says the value. */
export function Spark({ values, width = 96, height = 28 }: { values: readonly number[]; width?: number; height?: number }) {
  if (values.length < 2) return null
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  const points = values.map((v, i) => `${((i / (values.length - 1)) * width).toFixed(1)},${(height - 2 - ((v - low) / span) * (height - 4)).toFixed(1)}`)
  return <svg className="y-spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true"><polyline points={points.join(' ')} /></svg>
}
