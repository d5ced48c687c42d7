import { call, must } from '@shared/api/client'
import type { ReactNode } from 'react'
import type { People } from '../../ui/Drill'

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

/** The people behind several numbers that have nobody in common, one after the other. */
export function chainPeople(report: string, query: unknown, cells: readonly object[], title: ReactNode, count?: number): People {
  const parts = cells.map((cell) => reportPeople(report, query, cell, title))
  return {
    key: ['insight', report, JSON.stringify(query), JSON.stringify(cells)], title, count,
    list: async (cursor, signal) => {
      let [place, inner] = (cursor ?? '0:').split(':') as [string | number, string | undefined]
      const items: Awaited<ReturnType<People['list']>>['items'] = []
      for (let i = Number(place); i < parts.length; i++) {
        const page = await (parts[i] as People).list(inner || undefined, signal)
        items.push(...page.items)
        inner = page.next
        place = inner ? i : i + 1
        if (items.length >= 50 || inner) break
      }
      return { items, next: Number(place) < parts.length ? `${place}:${inner ?? ''}` : undefined }
    },
    csv: async () => {
      const files = await Promise.all(parts.map(async (p) => (await (p.csv as () => Promise<Blob>)()).text()))
      return new Blob([files.map((f, i) => (i ? f.slice(f.indexOf('\n') + 1) : f)).join('')], { type: 'text/csv' })
    },
  }
}

/** People whose ids are known already. */
export function knownPeople(key: readonly unknown[], title: ReactNode, ids: readonly string[]): People {
  return {
    key: ['known', ...key], title, count: ids.length,
    list: async (cursor) => { const at = Number(cursor ?? 0); return { items: ids.slice(at, at + 100).map((id) => ({ id })), next: at + 100 < ids.length ? String(at + 100) : undefined } },
    csv: async () => new Blob([['customer', ...ids].join('\r\n')], { type: 'text/csv' }),
  }
}
