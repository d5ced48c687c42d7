/** A value of the mapping: a column, or a column with a fixed value or a transform (docs/import.md). */
export type Bind = string | { column?: string; value?: string; transform?: string; type?: string }

/** How a file becomes events. */
export interface Mapping {
  fields?: Record<string, Bind>
  identities?: Record<string, Bind>
  traits?: Record<string, Bind>
  props?: Record<string, Bind>
  [more: string]: unknown
}

/** The parts of a mapping whose entries name columns. */
export const parts = ['fields', 'identities', 'traits', 'props'] as const
export type Part = (typeof parts)[number]

/** What each kind of file can have, in order; the required ones are needed by every file of the kind. */
export const known: Record<string, { fields: string[]; required: string[] }> = {
  orders: { fields: ['order_id', 'at', 'revenue', 'quantity', 'price', 'currency', 'product_id', 'product_name'], required: ['order_id', 'at'] },
  events: { fields: ['event', 'at', 'message_id'], required: ['event', 'at'] },
  customers: { fields: ['at', 'tags'], required: [] },
}

/** The identity types that a column can hold. */
export const identityTypes = ['phone', 'member_no', 'user_id', 'unionid', 'openid', 'external_userid', 'email', 'anonymous_id']

/** The column that a value reads, "" if it is a fixed one. */
export function columnOf(bind: Bind): string {
  return typeof bind === 'string' ? bind : (bind.column ?? '')
}

/** Where a column goes: "fields.at", or "" where it is not used. */
export function targetOf(mapping: Mapping, column: string): string {
  for (const part of parts) {
    for (const [name, bind] of Object.entries(mapping[part] ?? {})) if (columnOf(bind) === column) return `${part}.${name}`
  }
  return ''
}

/** The mapping with a column going to a target; "" leaves the column out. What went to the target before is replaced. */
export function aim(mapping: Mapping, column: string, target: string): Mapping {
  const out: Mapping = { ...mapping }
  for (const part of parts) {
    out[part] = Object.fromEntries(Object.entries(mapping[part] ?? {}).filter(([, bind]) => columnOf(bind) !== column || (typeof bind === 'object' && bind.value !== undefined)))
  }
  const dot = target.indexOf('.')
  if (dot > 0) {
    const part = target.slice(0, dot) as Part
    out[part] = { ...out[part], [target.slice(dot + 1)]: column }
  }
  for (const part of parts) if (Object.keys(out[part] ?? {}).length === 0) delete out[part]
  return out
}

/** Every column that a mapping reads. */
export function columnsOf(mapping: Mapping): string[] {
  return [...new Set(parts.flatMap((part) => Object.values(mapping[part] ?? {}).map(columnOf)).filter(Boolean))]
}

/** The required fields that no column goes to. */
export function missing(mapping: Mapping, kind: string): string[] {
  return (known[kind]?.required ?? []).filter((name) => !mapping.fields?.[name])
}
