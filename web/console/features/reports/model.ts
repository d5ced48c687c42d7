/** One condition on a property of an event. */
export interface Cond {
  prop: string
  op: string
  value?: unknown
}

/** Events of a name that hold to conditions. */
export interface Pick {
  event: string
  where?: Cond[]
}

/** Reads a selection of events from an address. */
export function pick(raw: unknown): Pick | undefined {
  if (!raw || typeof raw !== 'object') return undefined
  const { event, where } = raw as Record<string, unknown>
  if (typeof event !== 'string') return undefined
  const list = Array.isArray(where) ? where.flatMap((w) => cond(w) ?? []) : []
  return list.length > 0 ? { event, where: list } : { event }
}

function cond(raw: unknown): Cond | undefined {
  if (!raw || typeof raw !== 'object') return undefined
  const { prop, op, value } = raw as Record<string, unknown>
  return typeof prop === 'string' && typeof op === 'string' ? { prop, op, value } : undefined
}

/** Reads selections from an address. */
export const picks = (raw: unknown): Pick[] | undefined => {
  const list = Array.isArray(raw) ? raw.flatMap((p) => pick(p) ?? []) : []
  return list.length > 0 ? list : undefined
}

/** A selection as the API takes it: conditions that are not whole yet are left out. */
export function whole(p: Pick): Pick {
  const where = p.where?.filter((w) => w.prop && (!takesValue(w.op) || (w.value !== undefined && w.value !== '')))
  return where && where.length > 0 ? { ...p, where } : { event: p.event }
}

/** Whether a comparison stands beside a value. */
export const takesValue = (op: string) => op !== 'exists' && op !== 'missing'

/** A typed value: numbers and yes or no as what they are, lists for "one of". */
export function literal(op: string, typed: string): unknown {
  const one = (s: string): unknown => (/^-?\d+(\.\d+)?$/.test(s) ? Number(s) : s === 'true' ? true : s === 'false' ? false : s)
  return op === 'in' || op === 'not_in' ? typed.split(/[,，]/).map((s) => one(s.trim())).filter((s) => s !== '') : one(typed)
}

/** A breakdown as it stands in an address: "level:aipl", "trait:channel", "prop:browser". */
export function byOf(text: string | undefined): { level?: string; trait?: string; prop?: string } | undefined {
  const [kind, ...rest] = (text ?? '').split(':')
  const name = rest.join(':')
  return name && (kind === 'level' || kind === 'trait' || kind === 'prop') ? { [kind]: name } : undefined
}
