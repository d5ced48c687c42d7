/** Reads what an address holds, for validateSearch: `reads({ q: text, page: whole })`. Unknown and odd values are left out. */
export function reads<S extends Record<string, (raw: unknown) => unknown>>(shape: S) {
  type Out = { [K in keyof S]?: Exclude<ReturnType<S[K]>, undefined> }
  return (raw: Record<string, unknown>): Out => {
    const out: Record<string, unknown> = {}
    for (const [key, read] of Object.entries(shape)) {
      const value = read(raw[key])
      if (value !== undefined && value !== '') out[key] = value
    }
    return out as Out
  }
}

/** A text. */
export const text = (raw: unknown) => (typeof raw === 'string' ? raw : typeof raw === 'number' ? String(raw) : undefined)

/** A number. */
export const number = (raw: unknown) => (typeof raw === 'number' && Number.isFinite(raw) ? raw : undefined)

/** Yes or no. */
export const flag = (raw: unknown) => (typeof raw === 'boolean' ? raw : undefined)

/** Texts. */
export const list = (raw: unknown) => (Array.isArray(raw) ? raw.filter((x): x is string => typeof x === 'string') : undefined)

/** One of some values. */
export const oneOf = <const T extends string>(...values: T[]) => (raw: unknown): T | undefined => values.find((v) => v === raw)

/** An object of any shape, such as a rule. */
export const object = (raw: unknown) => (raw && typeof raw === 'object' && !Array.isArray(raw) ? (raw as Record<string, unknown>) : undefined)
