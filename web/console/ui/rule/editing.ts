import { createContext, useContext } from 'react'
import type { Fault, Group, Rule } from './types'
import type { Words } from './words'

/** What the parts of the builder share. */
export interface Editing {
  words: Words
  /** Changes the tree; `focus` is the node whose handle has the focus then. */
  edit: (by: (root: Group) => Group, focus?: number) => void
  pointer: (id: number) => string
  faults: Fault[]
  /** Kinds of condition that cannot be added here. */
  without: readonly string[]
}

/** The builder around. */
export const EditingContext = createContext<Editing | undefined>(undefined)

/** The builder around. */
export function useEditing(): Editing {
  return useContext(EditingContext) as Editing
}

/** The faults at a condition or below it. */
export function faultsAt(e: Editing, id: number): Fault[] {
  const at = e.pointer(id)
  return e.faults.filter((f) => f.pointer === at || f.pointer.startsWith(`${at}/`))
}

/** What a new condition of a kind begins with. */
export const beginnings: Record<string, Rule> = {
  did: { did: { event: '', within: '30d' } },
  never: { did: { event: '', within: '30d', count: { eq: 0 } } },
  trait: { trait: '', op: 'eq' },
  tag: { tag: '' },
  audience: { audience: '' },
  aipl: { stage: { aipl: 'purchase' } },
  aarrr: { stage: { aarrr: 'retention' } },
  tier: { tier: '>=V3' },
  sequence: { sequence: { steps: [{ event: '' }, { event: '' }], within: '7d' } },
}
