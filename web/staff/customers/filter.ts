import type { Brief } from '../types'
import { nameOf, tagName } from '../ui/bits'

/** What a list of customers is narrowed by. */
export interface Narrow { q: string; stage: string; tag: string }

/** The customers that fit. The list is on the phone, since names are sealed on the server and cannot be searched there. */
export function narrow(all: readonly Brief[], by: Narrow): Brief[] {
  const q = by.q.trim().toLowerCase()
  return all.filter((c) =>
    (!q || [nameOf(c), typeof c.name === 'string' ? c.name : '', ...c.tags.map(tagName)].some((x) => x.toLowerCase().includes(q)))
    && (!by.stage || c.lifecycle.aipl === by.stage)
    && (!by.tag || c.tags.includes(by.tag)))
}

/** Tags of these customers, the most frequent first. */
export function tagsOf(all: readonly Brief[], most = 12): string[] {
  const count = new Map<string, number>()
  for (const c of all) for (const tag of c.tags) count.set(tag, (count.get(tag) ?? 0) + 1)
  return [...count].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most).map(([tag]) => tag)
}
