import { call, must, type Schema } from '@shared/api/client'
import { ago, money } from '@shared/format'
import type { ReactNode } from 'react'
import type { People, Person } from './Drill'

/** What narrows a list of customers. */
export type Filter = Omit<Schema<'QueryInputBody'>, 'cursor' | 'limit' | 'sort'>

/** A customer as a line of a list. */
export function personOf(c: Schema<'CustomerView'>): Person {
  const bought = c.orders.count > 0 ? money(c.orders.net_revenue, c.orders.currency, 0) : ''
  return { id: c.id, name: c.name || undefined, detail: [c.tier, bought, c.last_seen && ago(c.last_seen)].filter(Boolean).join(' · ') }
}

/** The people who pass a filter, for the drawer behind a number. */
export function peopleOf(filter: Filter, title: ReactNode, count?: number): People {
  return {
    key: ['customers', JSON.stringify(filter)], title, count,
    list: async (cursor, signal) => {
      const page = await must(call.POST('/customers/query', { body: { ...filter, cursor, limit: 100 }, signal }))
      return { items: page.items.map(personOf), next: page.next }
    },
    csv: () => fileOf(filter),
    save: async (name) => (await must(call.POST('/customers/audience', { body: { ...filter, name } }))).id,
  }
}

/** The people of a filter as a CSV file. With `expect` the server refuses if they are more or fewer now. */
export async function fileOf(filter: Filter, expect?: number, traits?: string[]): Promise<Blob> {
  return (await must(call.POST('/customers/export', { body: { ...filter, expect, traits }, parseAs: 'blob' }))) as unknown as Blob
}
