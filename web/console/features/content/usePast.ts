import { useState } from 'react'

const most = 100

interface Past<T> {
  before: T[]
  now: T
  after: T[]
  /** Names the change under way: changes of one name are one step back. */
  name?: string
}

/** A value with the way back and forth, a hundred steps. */
export function usePast<T>(start: T) {
  const [past, set] = useState<Past<T>>({ before: [], now: start, after: [] })
  return {
    now: past.now,
    change: (next: T, name?: string) => set((p) => (name !== undefined && name === p.name
      ? { ...p, now: next, after: [] }
      : { before: [...p.before, p.now].slice(-most), now: next, after: [], name })),
    undo: past.before.length > 0 ? () => set((p) => ({ before: p.before.slice(0, -1), now: p.before.at(-1) as T, after: [p.now, ...p.after] })) : undefined,
    redo: past.after.length > 0 ? () => set((p) => ({ before: [...p.before, p.now], now: p.after[0] as T, after: p.after.slice(1) })) : undefined,
  }
}
