import type { Schema } from '@shared/api/client'

/** A column of a file: what of a customer, under which header. */
export type Column = Required<Schema<'ExporterColumn'>>

/** What of a customer a column can hold, beside traits, in the order in which they are offered. */
export const fields = [
  'id', 'name', 'phone', 'email', 'aipl', 'aarrr', 'tier', 'tags', 'staff', 'channel', 'orders', 'net_revenue', 'currency', 'last_order', 'first_seen', 'last_seen', 'events',
] as const

/** The columns that a first file has. */
export const usual: readonly string[] = ['id', 'name', 'phone', 'aipl', 'tier', 'tags', 'staff', 'channel', 'orders', 'net_revenue', 'last_seen']

/** The field of a trait. */
export const ofTrait = (name: string) => `trait:${name}`

/** The trait of a field; undefined if it is none. */
export const traitOf = (field: string) => (field.startsWith('trait:') ? field.slice(6) : undefined)

/** The columns with one moved by so many places; it stays where it is at the ends. */
export function moved<T>(columns: readonly T[], from: number, by: number): T[] {
  const out = [...columns]
  const to = from + by
  const [one] = out.slice(from, from + 1)
  if (one === undefined || to < 0 || to >= out.length) return out
  out.splice(from, 1)
  out.splice(to, 0, one)
  return out
}

/** What was chosen the last time, from a text of the browser's store; undefined if that is none. */
export function kept(text: string | null): Column[] | undefined {
  try {
    const list: unknown = JSON.parse(text ?? '')
    const good = Array.isArray(list) && list.length > 0 && list.every((c: Partial<Column>) => typeof c?.header === 'string' && typeof c.field === 'string' && ((fields as readonly string[]).includes(c.field) || traitOf(c.field)))
    return good ? (list as Column[]) : undefined
  } catch {
    return undefined
  }
}
