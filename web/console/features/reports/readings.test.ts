import type { Schema } from '@shared/api/client'
import { beforeEach, expect, test } from 'vitest'
import { setLang } from '@shared/i18n'
import { sayCac, sayDistribution, sayFunnel, sayRetention, sayTrend } from './readings'

beforeEach(() => setLang('en-US'))

const step = (count: number, first: number, before: number, median: number | null): Schema<'FunnelStep'> => ({ count, conversion: count / first, from_previous: count / before, median_seconds: median, average_seconds: median })

test('a funnel names its largest leak and how long the way is', () => {
  const steps = [step(1000, 1000, 1000, null), step(600, 1000, 1000, 30), step(570, 1000, 600, 7200)]
  expect(sayFunnel(['View', 'Cart', 'Pay'], steps)).toBe('1,000 customers did “View”; 57% of them went all the way to “Pay”. Most leave between “View” and “Cart”: 400 (40%). Work on that step first. Those who go on reach “Cart” in 30 s (median).')
  setLang('zh-CN')
  expect(sayFunnel(['浏览', '加购', '付款'], steps)).toContain('流失最多的是“浏览 → 加购”，走掉 400 人（40%）')
})

test('an empty funnel says nothing', () => {
  expect(sayFunnel(['View'], [step(0, 1, 1, null)])).toBeUndefined()
})

test('retention compares the first period with a later one and names the best cohort', () => {
  const a = { cohorts: [{ start: '2026-01-01T00:00:00Z', size: 100, counts: [100, 30, 20] }, { start: '2026-02-01T00:00:00Z', size: 50, counts: [50, 25] }], mean: [{ interval: 0, share: 1, cohorts: 2 }, { interval: 1, share: 0.37, cohorts: 2 }, { interval: 2, share: 0.2, cohorts: 1 }] } as Schema<'RetentionAnswer'>
  expect(sayRetention(a, (s) => s.slice(0, 7))).toBe('150 customers in all cohorts; on average 37% come back one period later, 20% after 2. The best cohort one period later is 2026-02 (50%).')
})

test('a trend leaves the running period out', () => {
  expect(sayTrend('Orders', [10, 20, 15, 1], ['a', 'b', 'c', 'd'], (n) => String(n))).toBe('Orders: 15 in the last whole period, 25% less than before; the peak was 20 in b.')
})

test('a skewed distribution warns of its mean', () => {
  const a = { customers: 10, bins: [], summary: { count: 10, sum: 100, mean: 10, median: 2, p25: 1, p75: 4, p90: 30, min: 0, max: 80, sd: 9 } } as unknown as Schema<'DistributionAnswer'>
  expect(sayDistribution(a, String)).toContain('trust the median')
})

test('without costs CAC is not told as free', () => {
  const a = { total: { connected: 12, cost: 0 } } as Schema<'CacAnswer'>
  expect(sayCac(a)).toContain('no costs are recorded')
})
