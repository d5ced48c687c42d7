import { expect, test } from 'vitest'
import { partAt } from './pointer'

test('a pointer finds a part of a rule', () => {
  const rule = { all: [{ not: { tag: 'a' } }, { 'x/y': { 'm~n': 7 } }] }
  expect(partAt(rule, '')).toBe(rule)
  expect(partAt(rule, '/all/0/not')).toEqual({ tag: 'a' })
  expect(partAt(rule, '/all/1/x~1y/m~0n')).toBe(7)
  expect(partAt(rule, '/any/3/tag')).toBeUndefined()
  expect(partAt({ all: [] }, '/all/3/did')).toBeUndefined()
})
