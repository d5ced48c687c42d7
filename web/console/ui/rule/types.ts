/** A rule of the rule language (docs/rules.md). */
export type Rule = Record<string, unknown>

/** A test of a trait or of a property: what is compared, how, and with what. */
export interface Test {
  name: string
  op: string
  value?: unknown
}

/** The time in which events count. */
export type Span = { kind: 'ever' } | { kind: 'within'; last: string } | { kind: 'between'; from: string; to: string }

/** Which events: names, or any of them, with tests of their properties. */
export interface Selection {
  any: boolean
  events: string[]
  where: Test[]
}

/** What is measured of the events that count, and what it is compared with. */
export type Measure =
  | { kind: 'once' }
  | { kind: 'count' | 'distinct_days'; op: string; value: unknown }
  | { kind: 'sum' | 'avg' | 'min' | 'max' | 'distinct'; of: string; op: string; value: unknown }
  | { kind: 'first' | 'last'; test: Test }

/** The content of {"did": ...}. */
export interface Did extends Selection {
  span: Span
  measure: Measure
}

/** The content of {"sequence": ...}. */
export interface Sequence {
  steps: Selection[]
  within?: string
  inLast?: string
}

/** What a condition is about. `raw` is one that this program does not know: it is kept as it is. */
export type LeafKind = 'trait' | 'tag' | 'stage' | 'tier' | 'audience' | 'did' | 'sequence' | 'raw'

/** A group of conditions or one condition. `not` counts the negations around it, `id` names it on the screen. */
export type Node = { id: number; not: number } & ({ kind: 'group'; join: 'all' | 'any'; kids: Node[] } | { kind: 'leaf'; rule: Rule })

/** A group. */
export type Group = Extract<Node, { kind: 'group' }>

/** A rule as it is edited. `bare` says that its one condition stands without a group around it. */
export interface Tree {
  root: Group
  bare: boolean
}

/** Something that is wrong in a rule: where, and what in both languages. */
export interface Fault {
  pointer: string
  zh: string
  en: string
}
