import type { Schema } from '@shared/api/client'
import { object, oneOf, reads, text } from '../../ui/search'

/** What narrows the list, as the API takes it. */
export type Filter = Schema<'SearchFilter'>

/** Texts, of which one may stand alone in an address. */
export const many = (raw: unknown): string[] | undefined => {
  const all = (Array.isArray(raw) ? raw : [raw]).map(text).filter((x): x is string => Boolean(x))
  return all.length > 0 ? all : undefined
}

/** What the list can be sorted by. */
export const sorts = ['id', '-id', 'last_seen', '-last_seen', 'first_seen', '-first_seen', 'orders', '-orders', 'net_revenue', '-net_revenue'] as const

/** The address of the list: the filter and the order. */
export const readSearch = reads({
  q: text, identity: text, audience: text, tag: many, no_tag: many, aipl: text, aarrr: text, tier: text, channel: text, staff: text, contact: oneOf('in', 'lost', 'none'), trait: many,
  orders: text, net_revenue: text, first_seen: text, last_seen: text, active: text, idle: text, rule: object, sort: oneOf(...sorts),
})

/** What the address of the list holds. */
export type Search = ReturnType<typeof readSearch>

/** The filter of an address. */
export function filterOf({ sort: _, ...rest }: Search): Filter {
  return Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== undefined && v !== '')) as Filter
}

/** Filters that stand in the panel that opens. */
export const further = ['no_tag', 'aarrr', 'channel', 'contact', 'identity', 'trait', 'orders', 'net_revenue', 'first_seen', 'last_seen', 'active', 'idle', 'rule'] as const

/** The name of a filter. */
export type Term = keyof Filter

/** The two ends of a range LOW..HIGH. */
export function ends(range: string | undefined): [string | undefined, string | undefined] {
  if (!range) return [undefined, undefined]
  const at = range.indexOf('..')
  if (at < 0) return [range, range]
  return [range.slice(0, at) || undefined, range.slice(at + 2) || undefined]
}

/** A range of two ends; nothing if both are open. */
export function range(low: string | number | null | undefined, high: string | number | null | undefined): string | undefined {
  const [a, b] = [low ?? '', high ?? '']
  return a === '' && b === '' ? undefined : `${a}..${b}`
}

/** The name and the value of NAME:VALUE. */
export function pair(of: string): [string, string] {
  const at = of.indexOf(':')
  return at < 0 ? [of, ''] : [of.slice(0, at), of.slice(at + 1)]
}

/** Lists that operators open daily. */
export const views = ['all', 'fresh', 'valuable', 'asleep', 'gone', 'stranger'] as const

/** The name of a quick view. */
export type View = (typeof views)[number]

/** The filter of a quick view. `since` is the day 30 days ago. */
export function viewFilter(view: View, since: string): Filter {
  const of: Record<View, Filter> = {
    all: {}, fresh: { first_seen: `${since}..` }, valuable: { tier: '>=V4' }, asleep: { orders: '1..', idle: '90d' }, gone: { contact: 'lost' }, stranger: { contact: 'none', orders: '1..' },
  }
  return of[view]
}

/** The quick view that a filter is, if it is one. */
export function viewOf(filter: Filter, since: string): View | undefined {
  return views.find((v) => same(viewFilter(v, since), filter))
}

/** Whether two filters ask the same. */
export function same(a: Filter, b: Filter): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

const sorted = (f: Filter) => Object.entries(f).filter(([, v]) => v !== undefined).sort(([x], [y]) => (x < y ? -1 : 1))

/** The order after a click on a column: descending, ascending, none. */
export function nextSort(column: 'last_seen' | 'first_seen' | 'orders' | 'net_revenue', now: Search['sort']): Search['sort'] {
  if (now === `-${column}`) return column
  return now === column ? undefined : `-${column}`
}

/** The parts of a tag's label. */
export function labelParts(label: string): { group?: string; name: string } {
  const at = label.indexOf('/')
  return at < 0 ? { name: label } : { group: label.slice(0, at), name: label.slice(at + 1) }
}
