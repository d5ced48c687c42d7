import type { Box, Sheet } from './geometry'

/** A colour that runs into another. */
export interface Gradient {
  from: string
  to: string
  angle?: number
  radial?: boolean
}

/** The kinds of layer that can be added here. Templates may hold others, which are kept as they are. */
export const added = ['text', 'image', 'qr', 'photo', 'rect', 'ellipse'] as const

/** One thing that is drawn, as docs/content.md says. */
export interface Layer {
  kind: 'rect' | 'ellipse' | 'polygon' | 'rays' | 'confetti' | 'image' | 'photo' | 'text' | 'qr'
  x?: number
  y?: number
  w?: number
  h?: number
  opacity?: number
  fill?: string
  gradient?: Gradient
  stroke?: string
  stroke_width?: number
  radius?: number
  points?: [number, number][]
  count?: number
  seed?: number
  colors?: string[]
  asset?: string
  fit?: 'cover' | 'contain'
  mask?: 'rect' | 'round'
  of?: 'staff' | 'customer' | 'url' | 'link' | 'live_code'
  url?: string
  text?: string
  size?: number
  color?: string
  weight?: number
  align?: 'left' | 'center' | 'right'
  lines?: number
  line_height?: number
  spacing?: number
  shrink?: boolean
}

/** A poster template: layers are drawn in order, the last one on top. */
export interface Doc extends Sheet {
  background?: string
  layers: Layer[]
}

/** Sizes that posters often have. */
export const sheets = [
  { key: 'phone', width: 750, height: 1334 },
  { key: 'tall', width: 1080, height: 1920 },
  { key: 'square', width: 1080, height: 1080 },
  { key: 'wide', width: 900, height: 500 },
  { key: 'card', width: 600, height: 360 },
] as const

/** A template with nothing on it but its ground. */
export const emptyDoc = (sheet: Sheet): Doc => ({ width: sheet.width, height: sheet.height, background: '#ffffff', layers: [] })

/** A template out of what the server keeps. */
export function docOf(body: unknown): Doc {
  const d = (body && typeof body === 'object' ? body : {}) as Partial<Doc>
  return { width: d.width ?? 750, height: d.height ?? 1334, background: d.background, layers: d.layers ?? [] }
}

const lineHeight = 1.35

/** The box of a layer. Texts without a height take their lines', codes are square, polygons are where their points are. */
export function boxOf(l: Layer): Box {
  if (l.kind === 'polygon' && l.points?.length) {
    const xs = l.points.map((p) => p[0])
    const ys = l.points.map((p) => p[1])
    return { x: Math.min(...xs), y: Math.min(...ys), w: Math.max(...xs) - Math.min(...xs), h: Math.max(...ys) - Math.min(...ys) }
  }
  const w = l.w ?? 1
  const h = l.kind === 'qr' ? w : l.h || (l.kind === 'text' ? (l.size ?? 32) * (1 + (l.line_height || lineHeight) * (Math.max(l.lines ?? 1, 1) - 1)) : 1)
  return { x: l.x ?? 0, y: l.y ?? 0, w, h: Math.round(h) }
}

/** A layer in another box. Points go along; a text without a height keeps none while it is only moved. */
export function withBox(l: Layer, b: Box): Layer {
  const old = boxOf(l)
  if (l.kind === 'polygon') {
    const scale = { x: old.w ? b.w / old.w : 1, y: old.h ? b.h / old.h : 1 }
    return { ...l, points: l.points?.map(([x, y]) => [Math.round(b.x + (x - old.x) * scale.x), Math.round(b.y + (y - old.y) * scale.y)]) }
  }
  const points = l.points ? { points: l.points.map(([x, y]): [number, number] => [x + b.x - old.x, y + b.y - old.y]) } : {}
  if (l.kind === 'qr') return { ...l, x: b.x, y: b.y, w: Math.max(b.w, b.h) === old.w ? Math.min(b.w, b.h) : Math.max(b.w, b.h) }
  const keepsHeight = l.kind === 'text' && !l.h && b.h === old.h
  return { ...l, ...points, x: b.x, y: b.y, w: b.w, ...(keepsHeight ? {} : { h: b.h }) }
}

/** A new layer in the middle of a poster. */
export function fresh(kind: (typeof added)[number], sheet: Sheet, more: Partial<Layer> = {}): Layer {
  const side = Math.round(Math.min(sheet.width, sheet.height) * 0.26)
  const centred = (w: number, h: number) => ({ x: Math.round((sheet.width - w) / 2), y: Math.round((sheet.height - h) / 2), w, h })
  const wide = Math.round(sheet.width * 0.7)
  switch (kind) {
    case 'text': {
      const size = Math.max(16, Math.round(sheet.width / 16))
      const { h: _none, ...at } = centred(wide, size)
      return { kind, ...at, size, color: '#1c1f26', weight: 600, align: 'center', lines: 2, shrink: true, ...more }
    }
    case 'qr': { const { h: _none, ...at } = centred(side, side); return { kind, ...at, of: 'live_code', radius: 12, ...more } }
    case 'photo': return { kind, ...centred(side, side), of: 'staff', mask: 'round', ...more }
    case 'image': return { kind, ...centred(wide, wide), fit: 'cover', ...more }
    default: return { kind, ...centred(wide, side), fill: '#e9f0fe', ...(kind === 'rect' ? { radius: 16 } : {}), ...more }
  }
}

/** What of a template is shown while some of its layers are hidden. */
export const visible = (doc: Doc, hidden: ReadonlySet<number>): Doc => ({ ...doc, layers: doc.layers.filter((_, i) => !hidden.has(i)) })

/** The numbers of layers after one of them has moved, for what is kept by number. */
export function renumber(numbers: ReadonlySet<number>, from: number, to: number): Set<number> {
  return new Set([...numbers].map((n) => (n === from ? to : from < n && n <= to ? n - 1 : to <= n && n < from ? n + 1 : n)))
}

/** The numbers of layers after one is gone. */
export const without = (numbers: ReadonlySet<number>, gone: number) => new Set([...numbers].filter((n) => n !== gone).map((n) => (n > gone ? n - 1 : n)))

/** The words of a text as they may read: fallbacks instead of values, the other branch of conditions, else the name of the value. */
export function sample(text: string): string {
  return text
    .replace(/\{%-?\s*if\b.*?%\}(.*?)(?:\{%-?\s*else\s*-?%\}(.*?))?\{%-?\s*endif\s*-?%\}/gs, (_, then: string, other?: string) => other ?? then)
    .replace(/\{\{\s*([^|}]+?)\s*(?:\|\s*default:\s*(?:'([^']*)'|"([^"]*)")[^}]*)?\}\}/g, (_, name: string, a?: string, b?: string) => a ?? b ?? `{${name}}`)
}
