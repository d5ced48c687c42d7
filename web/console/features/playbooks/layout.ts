import { kindOf, type Doc, type Step } from './document'
import { waysOf, type Slot, type Way } from './model'

/** How large things on the canvas are, in pixels. */
export const size = { width: 252, card: 92, way: 28, plus: 24, gap: 16, between: 40, end: 30 } as const

/** Something on the canvas, by its top left corner. */
export interface Box {
  id: string
  kind: 'trigger' | 'step' | 'plus' | 'way' | 'join' | 'end'
  x: number
  y: number
  width: number
  height: number
  step?: Step
  owner?: Step
  way?: Way
  slot?: Slot
}

/** A line between two boxes. */
export interface Line {
  from: string
  to: string
}

/** A drawn playbook. */
export interface Drawing {
  boxes: Box[]
  lines: Line[]
  width: number
  height: number
}

/** Whether a run never goes on behind a step. */
const isLast = (step: Step) => ['goal', 'exit'].includes(kindOf(step))

/** Draws a playbook from top to bottom; ways stand beside each other and join again. `plus` leaves places to insert, `card` says how high a step is. */
export function layout(doc: Doc, plus: boolean, card: (step?: Step) => number = () => size.card): Drawing {
  const d = new Draughtsman(plus, card)
  const width = d.widthOf(doc.steps)
  const middle = width / 2
  const trigger = d.put({ id: '@trigger', kind: 'trigger', width: size.width, height: card() }, middle, 0)
  const end = d.list(doc.steps, '', '', middle, card(), [trigger])
  d.put({ id: '@end', kind: 'end', width: 120, height: size.end }, middle, end.y + size.gap, end.open)
  return { boxes: d.boxes, lines: d.lines, width, height: end.y + size.gap + size.end }
}

class Draughtsman {
  boxes: Box[] = []
  lines: Line[] = []
  private widths = new Map<Step, number>()

  constructor(private plus: boolean, private card: (step?: Step) => number) {}

  widthOf(steps: readonly Step[]): number {
    return steps.reduce<number>((widest, s) => Math.max(widest, this.width(s)), size.width)
  }

  private width(step: Step): number {
    const known = this.widths.get(step)
    if (known) return known
    const ways = waysOf(step)
    const sum = ways.reduce<number>((total, w) => total + this.widthOf(w.steps) + size.between, -size.between)
    const width = Math.max(size.width, sum)
    this.widths.set(step, width)
    return width
  }

  put(box: Omit<Box, 'x' | 'y'>, middle: number, y: number, from: string[] = []): string {
    this.boxes.push({ ...box, x: middle - box.width / 2, y })
    for (const f of from) this.lines.push({ from: f, to: box.id })
    return box.id
  }

  /** Draws a list below y, and says which boxes lead on from it. */
  list(steps: readonly Step[], owner: string, way: string, middle: number, y: number, open: string[]): { y: number; open: string[] } {
    for (let index = 0; index <= steps.length; index++) {
      y += size.gap
      if (this.plus) {
        open = [this.put({ id: `+${owner}/${way}/${index}`, kind: 'plus', width: size.plus, height: size.plus, slot: { owner, way, index } }, middle, y, open)]
        y += size.plus + size.gap
      }
      const step = steps[index]
      if (!step) break
      const at = this.put({ id: step.id, kind: 'step', width: size.width, height: this.card(step), step }, middle, y, open)
      y += this.card(step)
      const after = this.ways(step, middle, y, at)
      y = after.y
      open = isLast(step) ? [] : after.open
    }
    return { y: y - size.gap, open }
  }

  private ways(step: Step, middle: number, y: number, from: string): { y: number; open: string[] } {
    const ways = waysOf(step)
    if (ways.length === 0) return { y, open: [from] }
    const widths = ways.map((w) => this.widthOf(w.steps))
    let left = middle - (widths.reduce((a, b) => a + b, 0) + size.between * (ways.length - 1)) / 2
    const top = y + size.gap * 2
    let bottom = top
    const open: string[] = []
    ways.forEach((w, i) => {
      const width = widths[i] ?? size.width
      const centre = left + width / 2
      const head = this.put({ id: `${step.id}@${w.key}`, kind: 'way', width: 180, height: size.way, owner: step, way: w }, centre, top, [from])
      const end = this.list(w.steps, step.id, w.key, centre, top + size.way, [head])
      bottom = Math.max(bottom, end.y)
      open.push(...end.open)
      left += width + size.between
    })
    const join = this.put({ id: `${step.id}@join`, kind: 'join', width: 8, height: 8 }, middle, bottom + size.gap * 2, open)
    return { y: bottom + size.gap * 2 + 8, open: open.length > 0 ? [join] : [] }
  }
}
