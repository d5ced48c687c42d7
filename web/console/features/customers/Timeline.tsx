import { api, byCursor } from '@shared/api/client'
import { clock, day, exactly, isoDay, num } from '@shared/format'
import { groupBy } from '@shared/group'
import { texts, useLang, useText } from '@shared/i18n'
import { Button, Segmented } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Empty, Failure, Loading } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { eventKind, kinds, lineOf, type CustomerEvent, type Names } from './events'
import { useTitles } from './titles'

const said = texts({
  all: ['全部', 'All'], trade: ['交易', 'Orders'], browse: ['浏览', 'Browsing'], talk: ['互动', 'Talk'], touch: ['触达', 'Touches'], group: ['社群', 'Groups'], profile: ['标签与属性', 'Tags, traits'], other: ['其他', 'Other'],
  kind: ['事件类型', 'Kind of event'], none: ['还没有行为', 'No events yet'], noneOf: ['没有这类行为', 'None of this kind'], more: ['加载更早的', 'Load earlier'], raw: ['原始数据', 'Raw'], times: [(n: string) => `${n} 条`, (n: string) => `${n}`], clamped: ['来源时间不可信，按接收时间记', 'The sender’s time was not believable'],
})

const enough = 20

/** What a customer did and what happened to them, newest first, by day. */
export function Timeline({ id }: { id: string }) {
  const t = useText(said)
  const [kind, setKind] = useState<string>('all')
  const list = api.useInfiniteQuery('get', '/customers/{id}/events', { params: { path: { id }, query: { limit: 100 } } }, byCursor)
  const all = useMemo(() => list.data?.pages.flatMap((p) => p.items) ?? [], [list.data])
  const rows = useMemo(() => (kind === 'all' ? all : all.filter((e) => eventKind(e.name) === kind)), [all, kind])
  const days = useMemo(() => [...groupBy(rows, (e) => isoDay(e.at))], [rows])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const short = rows.length < enough && hasNextPage && !isFetchingNextPage
  useEffect(() => { if (short) void fetchNextPage() }, [short, fetchNextPage])
  const end = useSeen(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() })
  if (list.error) return <Failure error={list.error} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Loading rows={8} />
  return (
    <>
      <div style={{ overflowX: 'auto' }}><Segmented aria-label={t.kind} value={kind} onChange={(v) => setKind(String(v))} options={['all', ...kinds].map((k) => ({ value: k, label: t[k as 'all'] }))} /></div>
      {days.map(([on, events]) => (
        <section key={on}>
          <h3 className="y-customers-day">{day(on)}<small>{t.times(num(events.length))}</small></h3>
          <ul className="y-customers-events">{events.map((e) => <Event key={e.seq} event={e} />)}</ul>
        </section>
      ))}
      {rows.length === 0 && !hasNextPage && <Empty title={kind === 'all' ? t.none : t.noneOf} />}
      <div ref={end}>{hasNextPage && <Button block loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t.more}</Button>}</div>
    </>
  )
}

function Event({ event: e }: { event: CustomerEvent }) {
  const t = useText(said)
  const lang = useLang()
  const staff = useStaffName()
  const title = useTitles()
  const [open, setOpen] = useState(false)
  const names: Names = { staff, title }
  const line = lineOf(e, lang, names)
  return (
    <li className="y-customers-event">
      <time dateTime={e.at} title={exactly(e.at)}>{clock(e.at)}</time>
      <i className={`y-customers-dot-${eventKind(e.name)}`} aria-hidden="true" />
      <div>{line.title} <button type="button" className="y-customers-raw" aria-expanded={open} aria-label={`${t.raw} ${line.title}`} onClick={() => setOpen(!open)}>{'{ }'}</button>{(line.detail || e.clamped) && <small>{line.detail}{e.clamped && ` · ${t.clamped}`}</small>}</div>
      <span className={line.tone ? `y-tone-${line.tone}` : undefined}>{line.amount}</span>
      {open && <pre className="y-json" tabIndex={0}>{JSON.stringify(e, null, 2)}</pre>}
    </li>
  )
}

/** Tells when an element comes into sight. */
function useSeen(tell: () => void) {
  const on = useRef<HTMLDivElement>(null)
  const now = useRef(tell)
  now.current = tell
  useEffect(() => {
    if (!on.current) return
    const watch = new IntersectionObserver((seen) => { if (seen.some((x) => x.isIntersecting)) now.current() }, { rootMargin: '400px' })
    watch.observe(on.current)
    return () => watch.disconnect()
  }, [])
  return on
}
