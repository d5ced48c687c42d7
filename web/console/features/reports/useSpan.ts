import { api } from '@shared/api/client'
import { isoDay } from '@shared/format'
import { useMemo } from 'react'
import { eras, resolve, type Choice, type Era, type Span } from './span'

/** The days a report shows, and what there is to choose from. */
export interface Spanned {
  span: Span
  /** Stretches with data, the oldest first. */
  eras: Era[]
  /** How often the event happened this month and the month before. */
  recent: number
  ready: boolean
}

/** Finds useful days for a report about an event: the viewer's choice, else the last 30 days, else where the data are. */
export function useSpan(choice: Choice, event = '*', prefer: 'recent' | 'rich' = 'recent'): Spanned {
  const today = isoDay(Date.now())
  const asked = api.useQuery('post', '/insight/trends', { body: { period: 'month', from: `${Number(today.slice(0, 4)) - 30}-01-01`, series: [{ event, measure: 'count' }] } }, { staleTime: 600_000 })
  const lately = api.useQuery('post', '/insight/trends', { body: { period: 'day', series: [{ event, measure: 'count' }] } }, { staleTime: 600_000 })
  const busy = lately.data?.series[0]?.values.filter((n) => n).length ?? 0
  const { periods, series } = asked.data ?? {}
  const { from, to, span } = choice
  return useMemo(() => {
    const counts = series?.[0]?.values ?? []
    const known = eras(periods ?? [], counts, today)
    const recent = counts.slice(-2).reduce<number>((sum, n) => sum + (n ?? 0), 0)
    const total = known.reduce((sum, e) => sum + e.events, 0)
    const thin = busy < 4 || recent < 20 || recent < total / 50
    return { span: resolve({ from, to, span }, today, known, thin, prefer), eras: known, recent, ready: !asked.isPending && !lately.isPending }
  }, [periods, series, from, to, span, today, prefer, busy, asked.isPending, lately.isPending])
}
