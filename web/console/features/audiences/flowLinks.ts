const order: Record<string, string[]> = {
  aipl: ['', 'aware', 'interest', 'purchase', 'loyal'], aarrr: ['', 'acquisition', 'activation', 'retention', 'revenue', 'referral'], tier: ['', 'V1', 'V2', 'V3', 'V4', 'V5'],
}

/** A move between levels and whether it goes up. */
export interface Link {
  from: string
  to: string
  count: number
  up: boolean
}

/** The moves between levels in the order of the levels; the outside, without a name, is lowest. */
export function links(kind: string, flows: readonly { from: string; to: string; count: number }[]): Link[] {
  const at = (level: string) => order[kind]?.indexOf(level) ?? -1
  return flows.filter((f) => f.from !== f.to && f.count > 0).map((f) => ({ ...f, up: at(f.to) > at(f.from) })).toSorted((x, y) => at(x.from) - at(y.from) || at(x.to) - at(y.to))
}
