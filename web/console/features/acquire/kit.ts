import { must, type Problem, problemOf } from '@shared/api/client'
import type { FormInstance } from 'antd'

/** One page of what a list gives. */
export interface Page<T> {
  items: T[] | null
  next?: string
}

/** Reads pages until at least one item passes, so that a filtered list never looks empty while there is more. */
export async function sift<T, R>(page: (cursor: string | undefined) => Promise<{ data?: Page<T>; error?: unknown }>, cursor: string | undefined, keep: (item: T) => boolean, as: (item: T) => R): Promise<{ items: R[]; next?: string }> {
  let at = cursor
  for (;;) {
    const got = await must(page(at))
    const items = (got.items ?? []).filter(keep).map(as)
    at = got.next || undefined
    if (items.length > 0 || !at) return { items, next: at }
  }
}

/** Puts the server's faults at the field whose name begins the pointer, and gives back what fits none. */
export function placeFaults(form: FormInstance, thrown: unknown, names: readonly string[]): Problem | undefined {
  const p = problemOf(thrown)
  const at = new Map<string, string[]>()
  const rest: NonNullable<Problem['errors']> = []
  for (const fault of p.errors ?? []) {
    const [top, ...below] = fault.pointer.replace(/^\/body/, '').split('/').filter(Boolean)
    if (top && names.includes(top)) at.set(top, [...(at.get(top) ?? []), below.length > 0 ? `${placeOf(below)}${fault.detail}` : fault.detail])
    else rest.push(fault)
  }
  form.setFields(names.map((name) => ({ name, errors: at.get(name) ?? [] })))
  const first = names.find((n) => at.has(n))
  if (first) form.scrollToField(first, { block: 'center' })
  return p.errors?.length && rest.length === 0 ? undefined : { ...p, errors: rest }
}

const placeOf = (path: string[]) => {
  const row = path.find((s) => /^\d+$/.test(s))
  return row === undefined ? '' : `#${Number(row) + 1}: `
}
