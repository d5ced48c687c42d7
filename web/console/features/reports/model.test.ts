import { expect, test } from 'vitest'
import { whereTo } from './maturityLinks'
import { byOf, literal, pick, picks, whole } from './model'
import { byType, moves, typeOf } from './rfmTypes'
import { slabs } from './shape'
import { addDays, autoPeriod, daysOf, eras, resolve } from './span'

const months = (from: string, n: number) => Array.from({ length: n }, (_, i) => { const d = new Date(`${from}-01T12:00:00Z`); d.setUTCMonth(d.getUTCMonth() + i); return `${d.toISOString().slice(0, 7)}-01T00:00:00Z` })

test('stretches with data are divided by long silence and end no later than today', () => {
  const counts = [5, 0, 7, ...Array<number>(8).fill(0), 3]
  expect(eras(months('2010-12', 12), counts, '2011-11-10')).toEqual([{ from: '2010-12-01', to: '2011-02-28', events: 12 }, { from: '2011-11-01', to: '2011-11-10', events: 3 }])
})

test('a thin present gives way to the richest stretch, a choice does not', () => {
  const known = [{ from: '2010-12-01', to: '2011-12-31', events: 900 }, { from: '2026-11-01', to: '2026-11-22', events: 3 }]
  expect(resolve({}, '2026-11-22', known, true)).toEqual({ from: '2010-12-01', to: '2011-12-31', kind: 'rich', fallback: true })
  expect(resolve({}, '2026-11-22', known, false)).toMatchObject({ from: '2026-10-24', kind: 'd30', fallback: false })
  expect(resolve({ span: 'd7' }, '2026-11-22', known, true)).toMatchObject({ from: '2026-11-16', kind: 'd7' })
  expect(resolve({ span: 'all' }, '2026-11-22', known, true)).toMatchObject({ from: '2010-12-01', to: '2026-11-22' })
  expect(resolve({ from: '2020-01-01', to: '2020-01-31' }, '2026-11-22', known, true).kind).toBe('own')
  expect(resolve({ span: 'rich' }, '2026-11-22', [], true).kind).toBe('rich')
})

test('a thin present that is itself the richest stretch stays at the last 30 days', () => {
  expect(resolve({}, '2026-11-22', [{ from: '2026-11-01', to: '2026-11-22', events: 9 }], true).kind).toBe('d30')
})

test('days cross months and clocks that change', () => {
  expect(addDays('2026-02-27', 2)).toBe('2026-03-01')
  expect(daysOf({ from: '2026-03-01', to: '2026-03-31' })).toBe(31)
  expect([30, 120, 400].map((n) => autoPeriod({ from: '2026-01-01', to: addDays('2026-01-01', n) }))).toEqual(['day', 'week', 'month'])
})

test('selections are read from addresses, and unfinished conditions are not asked', () => {
  expect(pick({ event: 'A', where: [{ prop: 'x', op: 'eq', value: 1 }, 3] })).toEqual({ event: 'A', where: [{ prop: 'x', op: 'eq', value: 1 }] })
  expect(picks('nonsense')).toBeUndefined()
  expect(whole({ event: 'A', where: [{ prop: '', op: 'eq', value: 1 }, { prop: 'x', op: 'eq' }, { prop: 'y', op: 'exists' }] })).toEqual({ event: 'A', where: [{ prop: 'y', op: 'exists', value: undefined }] })
})

test('typed values keep their kind', () => {
  expect(literal('eq', '12.5')).toBe(12.5)
  expect(literal('eq', '2026-01-01')).toBe('2026-01-01')
  expect(literal('in', '1， b,true')).toEqual([1, 'b', true])
  expect(byOf('prop:a:b')).toEqual({ prop: 'a:b' })
  expect(byOf('nothing')).toBeUndefined()
})

test('segments of any width have a type, and types add up', () => {
  expect([typeOf('555'), typeOf('311'), typeOf('154')]).toEqual(['hhh', 'lll', 'lhh'])
  const list = byType([{ name: '555', count: 10, days_since: 1, often: 2, money: 3 }, { name: '544', count: 30, days_since: 5, often: 6, money: 7 }, { name: '111', count: 5, days_since: 9, often: 0, money: 0 }], 5)
  expect(list.find((x) => x.type === 'hhh')).toMatchObject({ count: 40, days: 4, often: 5, money: 6, segments: ['555', '544'] })
  expect(list.reduce((sum, x) => sum + x.count, 0)).toBe(45)
})

test('moves tell who rose, fell and is new', () => {
  const row = (id: string, level: number) => ({ id, level }) as Parameters<typeof moves>[0][number]
  expect([...moves([row('c1', 1), row('c2', 4)], [row('c1', 3), row('c2', 2), row('c3', 1)])]).toEqual([['1>3', ['c1']], ['4>2', ['c2']], ['0>1', ['c3']]])
})

test('a shape is widest where most are needed, and has no gap where nothing is', () => {
  const drawn = slabs([0, 100, null, 25], { middle: 100, widest: 100, height: 50 })
  expect(drawn).toHaveLength(4)
  expect(drawn[1]?.path).toContain('L150 72')
  expect(drawn.every((s) => !s.path.includes('NaN'))).toBe(true)
})

test('next steps lead to pages that exist', () => {
  expect(whereTo({ page: '/insight/costs', report: 'boards/efficiency' })).toEqual([{ to: '/reports/cac', search: { tab: 'costs' } }, { to: '/reports/boards', search: { board: 'efficiency' } }])
  expect(whereTo({ page: '/experiments', report: 'experiments' })).toEqual([{ to: '/experiments' }])
  expect(whereTo({ report: 'ltvtree', playbook: 'welcome' })).toEqual([{ to: '/reports/ltv', search: { tab: 'tree' } }, { to: '/sop', search: { key: 'welcome' } }])
})
