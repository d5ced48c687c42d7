import { call } from '@shared/api/client'
import { brandZone } from '@shared/format'
import type { Person } from '../../ui/Drill'

/** Finds the customers behind contacts that are known by external_userid only. */
export async function customersOf<T extends { corp: string; external_userid: string }>(rows: readonly T[], detail: (row: T) => string, signal?: AbortSignal): Promise<Person[]> {
  return Promise.all(rows.map(async (row) => {
    const { data } = await call.GET('/customers', { params: { query: { identity: `external_userid:${row.corp}:${row.external_userid}`, limit: 1 } }, signal })
    const found = data?.items?.[0]
    const name = found?.name || (typeof found?.traits?.name === 'string' ? found.traits.name : undefined)
    return { id: found?.id ?? row.external_userid, name, detail: detail(row) }
  }))
}

/** How far the brand's zone is from UTC on a day, such as +08:00. */
export function offset(day: string): string {
  const part = new Intl.DateTimeFormat('en-US', { timeZone: brandZone(), timeZoneName: 'longOffset' }).formatToParts(new Date(`${day}T12:00:00Z`)).find((p) => p.type === 'timeZoneName')?.value ?? ''
  return part.replace('GMT', '') || 'Z'
}

/** The beginning of the day after, in the brand's zone. */
export function next(day: string): string {
  const after = new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  return `${after}T00:00:00${offset(after)}`
}
