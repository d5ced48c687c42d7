import type { ReactNode } from 'react'
import type { People } from '../../ui/Drill'

export { reportPeople } from '../../ui/people'

/** People whose ids are known already. */
export function knownPeople(key: readonly unknown[], title: ReactNode, ids: readonly string[]): People {
  return {
    key: ['known', ...key], title, count: ids.length,
    list: async (cursor) => { const at = Number(cursor ?? 0); return { items: ids.slice(at, at + 100).map((id) => ({ id })), next: at + 100 < ids.length ? String(at + 100) : undefined } },
    csv: async () => new Blob([['customer', ...ids].join('\r\n')], { type: 'text/csv' }),
  }
}
