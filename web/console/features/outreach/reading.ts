import type { Schema } from '@shared/api/client'

type Metric = Schema<'ExperimentMetric'>

/** The interval that may be read now: the fixed-horizon one once the plan is reached, else the always-valid one. */
export const intervalOf = (m: Metric) => m.fixed_horizon ?? m.always_valid

/** What a metric says about its arm against the control. */
export function verdictOf(m: Metric): 'up' | 'down' | 'same' | 'early' {
  const i = intervalOf(m)
  if (!i) return 'early'
  return i.low > 0 ? 'up' : i.high < 0 ? 'down' : 'same'
}

/** Where a value lies between two ends, in percent of the way, kept within them. */
export const place = (value: number, low: number, high: number) => Math.min(100, Math.max(0, ((value - low) / (high - low || 1)) * 100))

/** The ends of an axis that shows intervals and zero, with some air. */
export function axisOf(intervals: readonly { low: number; high: number }[]): { low: number; high: number } {
  const low = Math.min(0, ...intervals.map((i) => i.low))
  const high = Math.max(0, ...intervals.map((i) => i.high))
  const air = (high - low || 1) * 0.06
  return { low: low - air, high: high + air }
}
