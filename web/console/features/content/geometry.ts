/** A rectangle on a poster, in the poster's pixels. */
export interface Box {
  x: number
  y: number
  w: number
  h: number
}

/** A size of the poster. */
export interface Sheet {
  width: number
  height: number
}

/** A line that a moved edge or middle has met. */
export interface Guide {
  axis: 'x' | 'y'
  at: number
}

/** The places where a box is pulled: corners and sides by points of the compass. */
export const handles = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const

/** One of the handles. */
export type Handle = (typeof handles)[number]

/** The smallest side of a layer. */
export const least = 8

/** How much of a layer stays on the poster, so that it can be taken again. */
const kept = 16

const whole = (b: Box): Box => ({ x: Math.round(b.x), y: Math.round(b.y), w: Math.round(b.w), h: Math.round(b.h) })

const within = (v: number, low: number, high: number) => Math.min(Math.max(v, low), high)

/** Keeps a box at least partly on the poster, with sides that can be drawn. */
export function clamp(b: Box, sheet: Sheet): Box {
  const w = within(b.w, least, sheet.width * 2)
  const h = within(b.h, least, sheet.height * 2)
  return whole({ w, h, x: within(b.x, kept - w, sheet.width - kept), y: within(b.y, kept - h, sheet.height - kept) })
}

/** A box moved by a distance. */
export function move(b: Box, dx: number, dy: number, sheet: Sheet): Box {
  return clamp({ ...b, x: b.x + dx, y: b.y + dy }, sheet)
}

/** A box pulled at a handle. With `keep` its proportions stay: corners and sides then change both lengths. */
export function resize(b: Box, handle: Handle, dx: number, dy: number, sheet: Sheet, keep = false): Box {
  const [west, east, north, south] = ['w', 'e', 'n', 's'].map((side) => handle.includes(side)) as [boolean, boolean, boolean, boolean]
  let w = Math.max(least, b.w + (east ? dx : west ? -dx : 0))
  let h = Math.max(least, b.h + (south ? dy : north ? -dy : 0))
  if (keep && b.w > 0 && b.h > 0) {
    const byWidth = w / b.w
    const byHeight = h / b.h
    const scale = !(east || west) ? byHeight : !(north || south) ? byWidth : Math.abs(byWidth - 1) > Math.abs(byHeight - 1) ? byWidth : byHeight
    const most = Math.max(scale, least / Math.min(b.w, b.h))
    w = b.w * most
    h = b.h * most
  }
  return clamp({ x: west ? b.x + b.w - w : b.x, y: north ? b.y + b.h - h : b.y, w, h }, sheet)
}

const edges = (from: number, length: number) => [from, from + length / 2, from + length]

/** The lines that a box may meet: edges and middle of the poster and of the other layers. */
export function lines(others: readonly Box[], sheet: Sheet): { x: number[]; y: number[] } {
  const x = new Set(edges(0, sheet.width))
  const y = new Set(edges(0, sheet.height))
  for (const b of others) {
    for (const at of edges(b.x, b.w)) x.add(at)
    for (const at of edges(b.y, b.h)) y.add(at)
  }
  return { x: [...x], y: [...y] }
}

function nearest(places: readonly number[], targets: readonly number[], reach: number): { by: number; at: number } | undefined {
  let best: { by: number; at: number } | undefined
  for (const place of places) {
    for (const at of targets) {
      const by = at - place
      if (Math.abs(by) <= reach && (!best || Math.abs(by) < Math.abs(best.by))) best = { by, at }
    }
  }
  return best
}

/** A moved box drawn to the nearest lines within reach, and the lines it met. */
export function snapMove(b: Box, to: { x: readonly number[]; y: readonly number[] }, reach: number): { box: Box; guides: Guide[] } {
  const x = nearest(edges(b.x, b.w), to.x, reach)
  const y = nearest(edges(b.y, b.h), to.y, reach)
  return { box: whole({ ...b, x: b.x + (x?.by ?? 0), y: b.y + (y?.by ?? 0) }), guides: guides(x, y) }
}

/** A pulled box whose moving edges are drawn to the nearest lines within reach. */
export function snapResize(b: Box, handle: Handle, to: { x: readonly number[]; y: readonly number[] }, reach: number): { box: Box; guides: Guide[] } {
  const side = handle.includes('w') ? b.x : handle.includes('e') ? b.x + b.w : undefined
  const level = handle.includes('n') ? b.y : handle.includes('s') ? b.y + b.h : undefined
  const x = side === undefined ? undefined : nearest([side], to.x, reach)
  const y = level === undefined ? undefined : nearest([level], to.y, reach)
  const out = { ...b }
  if (x && handle.includes('w')) { out.x += x.by; out.w -= x.by } else if (x) out.w += x.by
  if (y && handle.includes('n')) { out.y += y.by; out.h -= y.by } else if (y) out.h += y.by
  return out.w < least || out.h < least ? { box: whole(b), guides: [] } : { box: whole(out), guides: guides(x, y) }
}

function guides(x: { at: number } | undefined, y: { at: number } | undefined): Guide[] {
  return [...(x ? [{ axis: 'x' as const, at: x.at }] : []), ...(y ? [{ axis: 'y' as const, at: y.at }] : [])]
}

/** Where a box goes to stand at an edge or in the middle of the poster. */
export function align(b: Box, to: 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom', sheet: Sheet): Box {
  const at: Partial<Box> = {
    left: { x: 0 }, center: { x: (sheet.width - b.w) / 2 }, right: { x: sheet.width - b.w },
    top: { y: 0 }, middle: { y: (sheet.height - b.h) / 2 }, bottom: { y: sheet.height - b.h },
  }[to]
  return whole({ ...b, ...at })
}
