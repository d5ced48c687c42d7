import { kindOf, type Does, type Doc, type Kind, type Step } from './document'

/** A place between steps: the list `way` of the step `owner` ("" the trunk), before its item `index`. */
export interface Slot {
  owner: string
  way: string
  index: number
}

/** One way inside a step. `key` is where it stands below the kind: steps, else, cases/0, arms/1. */
export interface Way {
  key: string
  name: string
  percent?: number
  steps: readonly Step[]
}

/** The ways inside a step, in order; none for most kinds. */
export function waysOf(step: Step): Way[] {
  if (step.wait_for) return [{ key: 'steps', name: 'met', steps: step.wait_for.steps ?? [] }, { key: 'else', name: 'timed_out', steps: step.wait_for.else ?? [] }]
  if (step.branch) {
    return [
      ...step.branch.cases.map((c, i) => ({ key: `cases/${i}`, name: c.name, steps: c.steps ?? [] })),
      { key: 'else', name: 'else', steps: step.branch.else ?? [] },
    ]
  }
  return step.split?.arms.map((a, i) => ({ key: `arms/${i}`, name: a.name, percent: a.percent, steps: a.steps ?? [] })) ?? []
}

/** A step with other steps in one of its ways. */
function withWay(step: Step, key: string, steps: Step[]): Step {
  const [list, at] = key.split('/')
  const own = steps.length > 0 ? steps : undefined
  if (step.wait_for) return { ...step, wait_for: clean({ ...step.wait_for, [key]: own }) }
  if (step.branch && key === 'else') return { ...step, branch: clean({ ...step.branch, else: own }) }
  if (step.branch && list === 'cases') return { ...step, branch: { ...step.branch, cases: step.branch.cases.map((c, i) => (i === Number(at) ? clean({ ...c, steps: own }) : c)) } }
  if (step.split) return { ...step, split: { ...step.split, arms: step.split.arms.map((a, i) => (i === Number(at) ? clean({ ...a, steps: own }) : a)) } }
  return step
}

/** An object without the members that are undefined. */
export function clean<T extends object>(o: T): T {
  return Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as T
}

/** A step with where it stands. */
export interface Found {
  step: Step
  slot: Slot
  depth: number
  pointer: string
}

/** Every step in the order of the document. */
export function walk(steps: readonly Step[], pointer = '/steps', owner = '', way = '', depth = 0): Found[] {
  return steps.flatMap((step, index) => {
    const at = `${pointer}/${index}`
    const inside = waysOf(step).flatMap((w) => walk(w.steps, `${at}/${kindOf(step)}/${w.key}${w.key.includes('/') ? '/steps' : ''}`, step.id, w.key, depth + 1))
    return [{ step, slot: { owner, way, index }, depth, pointer: at }, ...inside]
  })
}

/** The step of an id. */
export function find(doc: Doc, id: string): Found | undefined {
  return walk(doc.steps).find((f) => f.step.id === id)
}

type Change = (list: readonly Step[], owner: string, way: string) => readonly Step[]

/** Rebuilds lists from the inside out; a list that `change` gives back as it was is kept. */
function rebuild(steps: readonly Step[], change: Change, owner = '', way = ''): readonly Step[] {
  let same = true
  const inner = steps.map((step) => {
    let next = step
    for (const w of waysOf(step)) {
      const made = rebuild(w.steps, change, step.id, w.key)
      if (made !== w.steps) next = withWay(next, w.key, [...made])
    }
    same &&= next === step
    return next
  })
  return change(same ? steps : inner, owner, way)
}

const withSteps = (doc: Doc, steps: readonly Step[]): Doc => (steps === doc.steps ? doc : { ...doc, steps: [...steps] })

/** Puts steps into a slot. */
export function insert(doc: Doc, slot: Slot, steps: readonly Step[]): Doc {
  return withSteps(doc, rebuild(doc.steps, (list, owner, way) => (owner === slot.owner && way === slot.way ? [...list.slice(0, slot.index), ...steps, ...list.slice(slot.index)] : list)))
}

/** Takes steps out, with what is inside them. */
export function remove(doc: Doc, ids: readonly string[]): Doc {
  const gone = new Set(ids)
  return withSteps(doc, rebuild(doc.steps, (list) => (list.some((s) => gone.has(s.id)) ? list.filter((s) => !gone.has(s.id)) : list)))
}

/** Changes one step. */
export function change(doc: Doc, id: string, to: (step: Step) => Step): Doc {
  return withSteps(doc, rebuild(doc.steps, (list) => (list.some((s) => s.id === id) ? list.map((s) => (s.id === id ? to(s) : s)) : list)))
}

/** Whether a slot lies inside a step. */
export function isInside(doc: Doc, slot: Slot, id: string): boolean {
  const at = find(doc, id)
  return slot.owner === id || Boolean(at && walk([at.step]).some((f) => f.step.id === slot.owner))
}

/** Moves a step to a slot; a slot inside the step itself changes nothing. */
export function move(doc: Doc, id: string, slot: Slot): Doc {
  const at = find(doc, id)
  if (!at || isInside(doc, slot, id)) return doc
  const beside = at.slot.owner === slot.owner && at.slot.way === slot.way
  if (beside && (slot.index === at.slot.index || slot.index === at.slot.index + 1)) return doc
  const index = beside && slot.index > at.slot.index ? slot.index - 1 : slot.index
  return insert(remove(doc, [id]), { ...slot, index }, [at.step])
}

/** An id like the wanted one that nothing has yet. */
export function freshId(taken: ReadonlySet<string>, wanted: string): string {
  const base = wanted.toLowerCase().replace(/[^a-z0-9_-]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 40) || 'step'
  if (!taken.has(base)) return base
  const stem = base.replace(/_?\d+$/, '') || base
  for (let n = 2; ; n++) if (!taken.has(`${stem}_${n}`)) return `${stem}_${n}`
}

/** All ids of a document. */
export const idsOf = (doc: Doc) => new Set(walk(doc.steps).map((f) => f.step.id))

/** Steps under new ids; what names another of these steps follows. */
export function renamed(steps: readonly Step[], taken: ReadonlySet<string>): Step[] {
  const used = new Set(taken)
  const names = new Map<string, string>()
  for (const { step } of walk(steps)) {
    const id = freshId(used, step.id)
    used.add(id)
    names.set(step.id, id)
  }
  const again = (list: readonly Step[]): Step[] => list.map((step) => {
    let next: Step = { ...step, id: names.get(step.id) ?? step.id }
    if (next.wait_for?.task && names.has(next.wait_for.task)) next = { ...next, wait_for: { ...next.wait_for, task: names.get(next.wait_for.task) } }
    for (const w of waysOf(next)) if (w.steps.length > 0) next = withWay(next, w.key, again(w.steps))
    return next
  })
  return again(steps)
}

/** Puts a copy of a step behind it. */
export function duplicate(doc: Doc, id: string): { doc: Doc; id: string } {
  const at = find(doc, id)
  if (!at) return { doc, id }
  const copy = renamed([at.step], idsOf(doc))
  return { doc: insert(doc, { ...at.slot, index: at.slot.index + 1 }, copy), id: copy[0]?.id ?? id }
}

/** Gives a step another id, also where it is named as a task. */
export function rename(doc: Doc, from: string, to: string): Doc {
  const follows = <C extends { task?: string }>(c: C): C => (c.task === from ? { ...c, task: to } : c)
  const steps = rebuild(doc.steps, (list) => (list.some((s) => s.id === from || s.wait_for?.task === from)
    ? list.map((s) => clean({ ...s, id: s.id === from ? to : s.id, wait_for: s.wait_for && follows(s.wait_for) }))
    : list))
  return clean({ ...withSteps(doc, steps), goal: doc.goal && follows(doc.goal), exit: doc.exit?.map(follows) })
}

const clip = 'yutang/steps'

/** Steps as a text for the clipboard, in the order of the document; those inside another chosen one come with it. */
export function copied(doc: Doc, ids: readonly string[]): string {
  const chosen = new Set(ids)
  const all = walk(doc.steps)
  const inner = new Set(all.filter((f) => chosen.has(f.step.id)).flatMap((f) => walk([f.step]).slice(1).map((i) => i.step.id)))
  return JSON.stringify({ kind: clip, steps: all.filter((f) => chosen.has(f.step.id) && !inner.has(f.step.id)).map((f) => f.step) }, null, 2)
}

/** The steps in a text of the clipboard; none if it holds anything else. */
export function pasted(text: string): Step[] {
  try {
    const said = JSON.parse(text) as { kind?: string; steps?: Step[] }
    const steps = said.kind === clip ? said.steps : undefined
    return steps?.every((s) => typeof s.id === 'string') ? steps : []
  } catch {
    return []
  }
}

const blanks: { [K in Kind]: () => Does[K] } = {
  send: () => ({ channel: 'wecom_mass', content: { text: '' } }),
  task: () => ({ title: '', deadline: '1d' }),
  post: () => ({ to: 'moments', content: { text: '' } }),
  wait: () => ({ for: '1d' }),
  wait_until: () => ({ time: '10:00' }),
  wait_for: () => ({ event: '', timeout: '3d' }),
  branch: () => ({ cases: [{ name: 'a', rule: { all: [] } }] }),
  split: () => ({ arms: [{ name: 'a', percent: 50 }, { name: 'b', percent: 50 }] }),
  holdout: () => ({ percent: 10 }),
  update: () => ({ tag: [] }),
  coupon: () => ({ template: '' }),
  start: () => ({ playbook: '' }),
  stop: () => ({ playbook: '' }),
  webhook: () => ({ endpoint: '', content: { customer: '{{ customer.id }}' } }),
  goal: () => ({}),
  exit: () => ({}),
}

/** A new step of a kind. */
export function blank(kind: Kind, taken: ReadonlySet<string>): Step {
  return { id: freshId(taken, kind), [kind]: blanks[kind]() }
}

/** Something wrong with the document: in a step, or, with "", in the whole. `path` says where in it. */
export interface Issue {
  step: string
  path: string
  detail: string
}

/** The server's faults with the steps they are about. */
export function issuesOf(doc: Doc, faults: readonly { pointer: string; detail: string }[]): Issue[] {
  const places = walk(doc.steps).sort((a, b) => b.pointer.length - a.pointer.length)
  return faults.map(({ pointer, detail }) => {
    const at = pointer.replace(/^\/(body\/)?definition(?=\/|$)/, '')
    const on = places.find((f) => at === f.pointer || at.startsWith(`${f.pointer}/`))
    return { step: on?.step.id ?? '', path: on ? at.slice(on.pointer.length) : at, detail }
  })
}
