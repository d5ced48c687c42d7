import { expect, test } from 'vitest'
import { ends, filterOf, labelParts, many, nextSort, pair, range, readSearch, viewFilter, viewOf } from './filter'

test('an address gives the filter, and one tag may stand alone', () => {
  const s = readSearch({ q: 8000, tag: 'VIP', contact: 'odd', orders: '1..', sort: '-orders', rule: { tag: 'x' } })
  expect(filterOf(s)).toEqual({ q: '8000', tag: ['VIP'], orders: '1..', rule: { tag: 'x' } })
  expect(s.sort).toBe('-orders')
  expect(many([])).toBeUndefined()
})

test('ranges are read and written', () => {
  expect(ends('1..5')).toEqual(['1', '5'])
  expect(ends('..5')).toEqual([undefined, '5'])
  expect(ends('3')).toEqual(['3', '3'])
  expect(range(undefined, 0)).toBe('..0')
  expect(range(null, undefined)).toBeUndefined()
})

test('a quick view is known again', () => {
  expect(viewOf({}, '2026-01-01')).toBe('all')
  expect(viewOf(viewFilter('asleep', '2026-01-01'), '2026-01-01')).toBe('asleep')
  expect(viewOf({ tier: '>=V4', q: 'a' }, '2026-01-01')).toBeUndefined()
})

test('a column is sorted down, up and not', () => {
  expect(nextSort('orders', undefined)).toBe('-orders')
  expect(nextSort('orders', '-orders')).toBe('orders')
  expect(nextSort('orders', 'orders')).toBeUndefined()
})

test('names are cut at the first sign', () => {
  expect(pair('note:a:b')).toEqual(['note', 'a:b'])
  expect(labelParts('来源/门店')).toEqual({ group: '来源', name: '门店' })
  expect(labelParts('VIP')).toEqual({ name: 'VIP' })
})
