import type { Schema } from '@shared/api/client'
import type { Doc, Step } from './document'
import { walk, waysOf } from './model'

type Change = Schema<'FlowChange'>

/** A step without the steps inside it. */
function own(step: Step): Record<string, unknown> {
  const bare = structuredClone(step)
  if (bare.wait_for) { delete bare.wait_for.steps; delete bare.wait_for.else }
  if (bare.branch) { delete bare.branch.else; for (const c of bare.branch.cases) delete c.steps }
  for (const a of bare.split?.arms ?? []) delete a.steps
  return bare as Record<string, unknown>
}

const sorted = (v: unknown): unknown => (Array.isArray(v) ? v.map(sorted)
  : v && typeof v === 'object' ? Object.fromEntries(Object.entries(v).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([k, x]) => [k, sorted(x)])) : v)

const isSame = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

/** What is different between two published versions: first the whole, then steps as they stand in the later one. */
export function differences(a: Doc, b: Doc): Change[] {
  const out: Change[] = []
  const { steps: _, ...wholeA } = a
  const { steps: __, ...wholeB } = b
  compare(out, '', wholeA, wholeB)
  const [was, now] = [walk(a.steps), walk(b.steps)]
  const place = (f: (typeof was)[number]) => `${f.slot.owner}/${f.slot.owner ? waysOf((was.find((x) => x.step.id === f.slot.owner) ?? now.find((x) => x.step.id === f.slot.owner))?.step as Step).find((w) => w.key === f.slot.way)?.name ?? '' : ''}`
  for (const f of now) {
    const before = was.find((x) => x.step.id === f.step.id)
    if (!before) { out.push({ step: f.step.id, what: 'added', to: own(f.step) }); continue }
    if (place(before) !== place(f)) out.push({ step: f.step.id, what: 'moved', from: place(before), to: place(f) })
    compare(out, f.step.id, own(before.step), own(f.step))
  }
  for (const f of was) if (!now.some((x) => x.step.id === f.step.id)) out.push({ step: f.step.id, what: 'removed', from: own(f.step) })
  return out
}

function compare(out: Change[], step: string, a: Record<string, unknown>, b: Record<string, unknown>) {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (isSame(a[key], b[key])) continue
    const common = { ...(step ? { step } : {}), path: key }
    if (a[key] === undefined) out.push({ ...common, what: 'added', to: b[key] })
    else if (b[key] === undefined) out.push({ ...common, what: 'removed', from: a[key] })
    else out.push({ ...common, what: 'changed', from: a[key], to: b[key] })
  }
}
