import { describe, expect, it } from 'vitest'
import type { Pile, Task } from '../types'
import { due, near } from './due'
import { canUndo, finished, otherResults, progress, reopened, sameScript, sortPiles } from './list'

const pile = (id: string, open: number, overdue: number, done: number): Pile => ({ id, title: id, open, overdue, done })
const task = (more: Partial<Task>): Task => ({
  id: 'tsk_1', state: 'open', kind: 'customer', customer: 'c1', priority: 50, title: '回访', results: ['done', 'unreachable', 'refused'], created_at: '2026-11-22T01:00:00Z', deadline: '2026-11-22T10:00:00Z', orders: 0, ...more,
})

describe('today', () => {
  const cards = [pile('a', 1, 2, 0), pile('b', 3, 0, 1), pile('c', 0, 0, 4)]
  it('puts overdue cards first and done ones last', () => {
    const { late, open, done } = sortPiles(cards)
    expect([late, open, done].map((x) => x.map((p) => p.id))).toEqual([['a'], ['b'], ['c']])
  })
  it('counts what is left with what was done today', () => {
    expect(progress(cards, 5)).toEqual({ done: 5, total: 11 })
  })
})

describe('a task', () => {
  const now = new Date('2026-11-22T09:00:00Z')
  it('is done and taken back', () => {
    const done = finished(task({}), 'refused', '明年再说', now)
    expect(done).toMatchObject({ state: 'done', result: 'refused', note: '明年再说', late: undefined })
    expect(reopened(done, now).state).toBe('open')
    expect(reopened(done, new Date('2026-11-22T11:00:00Z')).state).toBe('overdue')
  })
  it('can be taken back for some minutes, until the playbook knows', () => {
    const done = finished(task({}), 'done', '', now)
    expect(canUndo(done, 10, now.getTime() + 9 * 60_000)).toBe(true)
    expect(canUndo(done, 10, now.getTime() + 10 * 60_000)).toBe(false)
    expect(canUndo({ ...done, settled_at: now.toISOString() }, 10, now.getTime())).toBe(false)
  })
  it('about nobody is not refused', () => {
    expect(otherResults(task({ customer: undefined }))).toEqual([])
    expect(otherResults(task({}))).toEqual(['unreachable', 'refused'])
    expect(otherResults(task({ customer: undefined, results: ['yes', 'no'] }))).toEqual(['no'])
  })
  it('shares its script with the card only if all have the same', () => {
    expect(sameScript([task({ script: 'a' }), task({ script: 'a' })])).toBe('a')
    expect(sameScript([task({ script: 'a' }), task({ script: 'b' })])).toBeUndefined()
    expect(sameScript([])).toBeUndefined()
  })
})

it('says deadlines as people do', () => {
  const now = Date.parse('2026-11-22T01:00:00Z')
  expect(near('2026-11-22T10:00:00Z', 'zh-CN', now)).toBe('今天 18:00')
  expect(near('2026-11-21T10:00:00Z', 'en-US', now)).toBe('yesterday 18:00')
  expect(due('2026-11-22T16:30:00Z', 'zh-CN', now)).toBe('明天 00:30 截止')
})
