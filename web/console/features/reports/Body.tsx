import { ago, brandZone, day, exactly, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { Alert, App, Button, Segmented, Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { download } from '../../ui/Drill'
import { FilterBar } from '../../ui/FilterBar'
import { DaySpan } from '../../ui/DaySpan'
import { AudiencePicker } from '../../ui/pickers'
import { Failure, Loading } from '../../ui/states'
import { csvOf, type Table } from '../../ui/csv'
import './reports.css'
import type { Choice, Preset } from './span'
import type { Spanned } from './useSpan'
import { eventName } from './words'

const said = texts({
  d7: ['7 天', '7 d'], d30: ['30 天', '30 d'], d90: ['90 天', '90 d'], y1: ['12 个月', '12 mo'], all: ['全部历史', 'All time'],
  preset: ['时间范围', 'Time range'],
  shown: [(from: string, to: string) => `统计区间 ${from} – ${to}`, (from: string, to: string) => `Showing ${from} – ${to}`],
  until: [(to: string) => `截至 ${to}`, (to: string) => `Until ${to}`],
  thin: ['默认显示数据最多的一段', 'the stretch with the most data'],
  zone: [(z: string) => `时区 ${z}`, (z: string) => `Time zone ${z}`],
  asOf: [(s: string) => `数据截至 ${s}`, (s: string) => `As of ${s}`],
  mark: [(at: string, seq: string, ms: string) => `${at} · 事件日志第 ${seq} 条 · 计算用时 ${ms} ms`, (at: string, seq: string, ms: string) => `${at} · event ${seq} of the log · computed in ${ms} ms`],
  link: ['复制链接', 'Copy link'], copied: ['链接已复制，同事打开即是同一视图', 'Copied: whoever opens it sees the same view'],
  csv: ['导出 CSV', 'Export CSV'],
  reading: ['结论', 'What this says'],
  unknown: [(names: string) => `这些事件从未出现过：${names}。请检查名称，或确认数据源已接入。`, (names: string) => `These events were never seen: ${names}. Check the name, or whether their source is connected.`],
})

/** What every answer says about itself. */
interface Meta {
  as_of: string
  seq: number
  timezone: string
  took_ms: number
  unknown_events?: string[]
}

/** The common filters: presets, typed days and the audience. `until` asks for an end only. */
export function Common({ spanned, choice, audience, onChange, children, noAudience, noSpan }: {
  spanned: Spanned
  choice: Choice
  audience?: string
  onChange: (patch: { span?: Preset; from?: string; to?: string; audience?: string }) => void
  children?: ReactNode
  noAudience?: boolean
  noSpan?: boolean
}) {
  const t = useText(said)
  const { span, eras } = spanned
  const rich = eras.length > 1 ? eras.reduce((best, e) => (e.events > best.events ? e : best)) : undefined
  const presets: { value: string; label: string }[] = (['d7', 'd30', 'd90', 'y1', 'all'] as const).map((value) => ({ value, label: t[value] }))
  if (rich) presets.push({ value: 'rich', label: `${rich.from.slice(0, 7)} – ${rich.to.slice(0, 7)}` })
  return (
    <FilterBar active={Boolean(choice.span || choice.from || audience)} onReset={() => onChange({ span: undefined, from: undefined, to: undefined, audience: undefined })}>
      {!noSpan && (
        <>
          <div className="y-reports-presets"><Segmented aria-label={t.preset} value={span.kind} options={presets} onChange={(v) => onChange({ span: v as Preset, from: undefined, to: undefined })} /></div>
          <DaySpan value={span} onChange={(s) => onChange({ span: undefined, ...s })} />
        </>
      )}
      {!noAudience && <AudiencePicker value={audience} onChange={(id) => onChange({ audience: id })} />}
      {children}
    </FilterBar>
  )
}

/** The body of a report: filters, what the answer is as of, what it says in a sentence, and the numbers. */
export function Body<A extends Meta>({ asked, spanned, until, filters, reading, grid, unasked, children }: {
  asked: { data: A | undefined; error: unknown; isPending: boolean; isFetching: boolean; refetch: () => unknown }
  spanned?: Spanned
  /** Instead of a span: the last day. */
  until?: string
  filters: ReactNode
  reading?: (answer: A) => string | undefined
  grid?: (answer: A) => Table & { name: string }
  /** The viewer named no events, so that unknown ones are no fault of theirs. */
  unasked?: boolean
  children: (answer: A) => ReactNode
}) {
  const t = useText(said)
  const { message } = App.useApp()
  const a = asked.data
  const copy = () => void navigator.clipboard.writeText(location.href).then(() => message.success(t.copied))
  const save = () => { if (a && grid) { const g = grid(a); download(csvOf(g), `${g.name}.csv`) } }
  const words = a && !asked.error ? reading?.(a) : undefined
  return (
    <>
      <div className="y-reports-filters">{filters}</div>
      <div className="y-reports-mark">
        <span>
          {spanned ? t.shown(day(spanned.span.from), day(spanned.span.to)) : until && t.until(day(until))}
          {spanned?.span.fallback && <em>{t.thin}</em>}
        </span>
        <span>{t.zone(a?.timezone ?? brandZone())}</span>
        {a && <Tooltip title={t.mark(exactly(a.as_of), num(a.seq), num(a.took_ms))}><span tabIndex={0}>{t.asOf(ago(a.as_of))}</span></Tooltip>}
        <span className="y-grow" />
        <Button size="small" type="text" onClick={copy}>{t.link}</Button>
        {grid && <Button size="small" type="text" disabled={!a} onClick={save}>{t.csv}</Button>}
      </div>
      {words && <p className="y-reports-reading"><b>{t.reading}</b><span>{words}</span></p>}
      {!unasked && a?.unknown_events && a.unknown_events.length > 0 && <Alert type="warning" showIcon title={t.unknown(a.unknown_events.map((n) => (eventName(n) === n ? n : `${eventName(n)} (${n})`)).join('、'))} />}
      {asked.error ? <Failure error={asked.error} onRetry={() => void asked.refetch()} /> : a ? <div className={asked.isFetching ? 'y-reports-content y-reports-busy' : 'y-reports-content'} aria-busy={asked.isFetching}>{children(a)}</div> : <Loading rows={8} />}
    </>
  )
}
