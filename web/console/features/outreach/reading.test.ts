import { expect, test } from 'vitest'
import { axisOf, place, verdictOf } from './reading'

const metric = (low: number, high: number) => ({ difference: 0, always_valid: { low, high, level: 0.95, p: 0.01, p_adjusted: 0.01 } })

test('an interval that leaves out zero is a finding', () => {
  expect(verdictOf(metric(0.01, 0.02))).toBe('up')
  expect(verdictOf(metric(-0.02, -0.01))).toBe('down')
  expect(verdictOf(metric(-0.01, 0.02))).toBe('same')
  expect(verdictOf({ difference: 0 })).toBe('early')
})

test('the axis holds zero and all intervals', () => {
  const axis = axisOf([{ low: 1, high: 3 }])
  expect(axis.low).toBeLessThan(0)
  expect(axis.high).toBeGreaterThan(3)
  expect(place(0, axis.low, axis.high)).toBeGreaterThan(0)
  expect(place(9, axis.low, axis.high)).toBe(100)
})
