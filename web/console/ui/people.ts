import { call, must } from '@shared/api/client'
import type { ReactNode } from 'react'
import type { People } from './Drill'

/** The people behind one number of a report: listed, as a file and as an audience, all by the code that counted them. */
export function reportPeople(report: string, query: unknown, cell: unknown, title: ReactNode, count?: number): People {
  const path = { report }
  const body = { query, cell }
  return {
    key: ['insight', report, JSON.stringify(query), JSON.stringify(cell)], title, count,
    list: (cursor, signal) => must(call.POST('/insight/{report}/people', { params: { path }, body: { ...body, cursor, limit: 100 }, signal })),
    csv: async () => (await must(call.POST('/insight/{report}/people.csv', { params: { path }, body, parseAs: 'blob' }))) as unknown as Blob,
    save: async (name) => (await must(call.POST('/insight/{report}/audience', { params: { path }, body: { ...body, name } }))).id,
  }
}
