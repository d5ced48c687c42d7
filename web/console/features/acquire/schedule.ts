import type { Schema } from '@shared/api/client'

/** One shift of the weekly plan. */
export type Shift = Schema<'LivecodeShift'>

/** Minutes of a day in order, [from, to). */
export type Spans = readonly (readonly [number, number])[]

/** Seven days, Monday first. */
export type Week = readonly Spans[]

/** The shifts of the same people. */
export interface Roster {
  /** userids; absent is every member */
  staff?: string[]
  week: Week
}

const all = 24 * 60

/** A week without shifts. */
export const emptyWeek: Week = Array.from({ length: 7 }, () => [])

const minutes = (hhmm: string) => {
  const [h = 0, m = 0] = hhmm.split(':').map(Number)
  return h * 60 + m
}

const hhmm = (m: number) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`

function join(spans: readonly (readonly [number, number])[]): Spans {
  const out: [number, number][] = []
  for (const [from, to] of spans.filter(([f, t]) => f < t).sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else out.push([from, to])
  }
  return out
}

/** Puts a span into a day or takes it out. */
export function paint(week: Week, day: number, from: number, to: number, on: boolean): Week {
  return week.map((spans, d) => {
    if (d !== day) return spans
    if (on) return join([...spans, [from, to]])
    return join(spans.flatMap(([f, t]): [number, number][] => [[f, Math.min(t, from)], [Math.max(f, to), t]]))
  })
}

/** How many minutes of an hour are on duty, 0 to 60. */
export function covered(week: Week, day: number, hour: number): number {
  return (week[day] ?? []).reduce((sum, [f, t]) => sum + Math.max(0, Math.min(t, hour * 60 + 60) - Math.max(f, hour * 60)), 0)
}

const keyOf = (staff: readonly string[] | null | undefined) => (staff?.length ? [...staff].sort().join(' ') : '')

/** Reads shifts as one week for each set of people. A shift past midnight goes on the next day. */
export function rosters(shifts: readonly Shift[] | null | undefined): Roster[] {
  const byStaff = new Map<string, Roster>()
  for (const shift of shifts ?? []) {
    const key = keyOf(shift.staff)
    const roster = byStaff.get(key) ?? { staff: shift.staff?.length ? shift.staff : undefined, week: emptyWeek }
    const [from, to] = [minutes(shift.from), minutes(shift.to)]
    for (const d of shift.days ?? []) {
      if (from < to) roster.week = paint(roster.week, d - 1, from, to, true)
      else {
        roster.week = paint(roster.week, d - 1, from, all, true)
        if (to > 0) roster.week = paint(roster.week, d % 7, 0, to, true)
      }
    }
    byStaff.set(key, roster)
  }
  return [...byStaff.values()]
}

/** Writes weeks as shifts: days with the same span stand together. */
export function shiftsOf(list: readonly Roster[]): Shift[] {
  return list.flatMap(({ staff, week }) => {
    const days = new Map<string, number[]>()
    week.forEach((spans, d) => {
      for (const [from, to] of spans) {
        const key = `${hhmm(from)} ${hhmm(to)}`
        days.set(key, [...(days.get(key) ?? []), d + 1])
      }
    })
    return [...days].map(([key, on]): Shift => {
      const [from = '', to = ''] = key.split(' ')
      return staff?.length ? { days: on, from, to, staff } : { days: on, from, to }
    })
  })
}

/** Days in few words: 1-5 is a run, 1,3 are not. `name` says one day, `dash` stands between the ends of a run. */
export function runs(days: readonly number[]): [number, number][] {
  const out: [number, number][] = []
  for (const d of [...days].sort((a, b) => a - b)) {
    const last = out.at(-1)
    if (last && d === last[1] + 1) last[1] = d
    else out.push([d, d])
  }
  return out
}

/** The hours of a week that are on duty. */
export function hours(week: Week): number {
  return week.reduce((sum, spans) => sum + spans.reduce((s, [f, t]) => s + t - f, 0), 0) / 60
}
