/** A part of a comparison. */
export interface Part<T> {
  sort: 'same' | 'added' | 'removed'
  items: T[]
}

/** The shortest way from one list to another by leaving out and putting in. */
export function diff<T>(before: readonly T[], after: readonly T[]): Part<T>[] {
  const [n, m] = [before.length, after.length]
  const common: Uint16Array[] = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1))
  const at = (i: number, j: number) => common[i]?.[j] ?? 0
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      const row = common[i]
      if (row) row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const out: Part<T>[] = []
  const put = (sort: Part<T>['sort'], item: T) => {
    const last = out.at(-1)
    if (last?.sort === sort) last.items.push(item)
    else out.push({ sort, items: [item] })
  }
  for (let i = 0, j = 0; i < n || j < m;) {
    if (i < n && j < m && before[i] === after[j]) { put('same', before[i++] as T); j++ }
    else if (i < n && (j >= m || at(i + 1, j) >= at(i, j + 1))) put('removed', before[i++] as T)
    else put('added', after[j++] as T)
  }
  return out
}

/** A text in pieces that are worth marking: words of letters, and each other character. */
export const pieces = (text: string): string[] => text.match(/[A-Za-z0-9_]+|\s+|[^A-Za-z0-9_\s]/gu) ?? []

/** A text cut where it holds one of the words, for marking what was searched. */
export function marked(text: string, query: string): { text: string; hit: boolean }[] {
  const words = query.trim().split(/\s+/).filter(Boolean).map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  if (words.length === 0) return [{ text, hit: false }]
  return text.split(new RegExp(`(${words.join('|')})`, 'giu')).map((part, i) => ({ text: part, hit: i % 2 === 1 })).filter((part) => part.text !== '')
}
