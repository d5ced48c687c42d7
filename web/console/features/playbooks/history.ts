/** A value with what it was and what was undone. */
export interface History<T> {
  past: readonly T[]
  now: T
  future: readonly T[]
  /** Names what changed last: changes with the same mark become one step of undoing. */
  mark: string
}

/** How many changes can be undone. */
export const depth = 100

/** Where the only text or number that differs between two values stands; "" if anything else differs. */
export function typedAt(a: unknown, b: unknown, at = ''): string {
  if (typeof a === typeof b && (typeof a === 'string' || typeof a === 'number')) return at || '/'
  if (!a || !b || typeof a !== 'object' || typeof b !== 'object') return ''
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const keys = [...new Set([...Object.keys(x), ...Object.keys(y)])].filter((k) => JSON.stringify(x[k]) !== JSON.stringify(y[k]))
  const [only] = keys
  return keys.length === 1 && only !== undefined ? typedAt(x[only], y[only], `${at}/${only}`) : ''
}

/** A history that begins here. */
export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [], mark: '' })

/** Notes a change. Typing in one field has one `mark`, so that undo takes it back at once. */
export function record<T>(h: History<T>, now: T, mark = ''): History<T> {
  if (now === h.now) return h
  if (mark !== '' && mark === h.mark && h.past.length > 0) return { ...h, now, future: [] }
  return { past: [...h.past, h.now].slice(-depth), now, future: [], mark }
}

/** Takes the last change back. */
export function undo<T>(h: History<T>): History<T> {
  const last = h.past.at(-1)
  return last === undefined ? h : { past: h.past.slice(0, -1), now: last, future: [h.now, ...h.future], mark: '' }
}

/** Makes again what was taken back last. */
export function redo<T>(h: History<T>): History<T> {
  const next = h.future[0]
  return next === undefined ? h : { past: [...h.past, h.now].slice(-depth), now: next, future: h.future.slice(1), mark: '' }
}
