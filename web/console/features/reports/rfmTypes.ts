import type { Schema } from '@shared/api/client'

/** The eight types, from the most valuable down; h is above the middle of recency, frequency and money. */
export const rfmTypes = ['hhh', 'hlh', 'lhh', 'llh', 'hhl', 'hll', 'lhl', 'lll'] as const

export type RfmType = (typeof rfmTypes)[number]

/** The type of a segment such as "543": each score above the middle of 1 to `buckets` is high. */
export function typeOf(segment: string, buckets = 5): RfmType {
  const middle = (1 + buckets) / 2
  const scores = segment.includes('-') ? segment.split('-') : [...segment]
  return scores.slice(0, 3).map((s) => (Number(s) > middle ? 'h' : 'l')).join('') as RfmType
}

/** Segments gathered by type, with means over their customers. */
export function byType(segments: readonly Schema<'RfmSegment'>[], buckets: number) {
  return rfmTypes.map((type) => {
    const list = segments.filter((s) => typeOf(s.name, buckets) === type)
    const count = list.reduce((sum, s) => sum + s.count, 0)
    const mean = (of: (s: Schema<'RfmSegment'>) => number) => (count ? list.reduce((sum, s) => sum + s.count * of(s), 0) / count : 0)
    return { type, segments: list.map((s) => s.name), count, days: mean((s) => s.days_since), often: mean((s) => s.often), money: mean((s) => s.money) }
  })
}

/** Who moved from which level to which between two days. Level 0 had not bought yet. */
export function moves(before: readonly Schema<'RfmRow'>[], after: readonly Schema<'RfmRow'>[]): Map<string, string[]> {
  const was = new Map(before.map((c) => [c.id, c.level]))
  const out = new Map<string, string[]>()
  for (const c of after) {
    const key = `${was.get(c.id) ?? 0}>${c.level}`
    const list = out.get(key)
    if (list) list.push(c.id)
    else out.set(key, [c.id])
  }
  return out
}
