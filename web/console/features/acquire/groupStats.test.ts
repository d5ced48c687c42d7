import { describe, expect, it } from 'vitest'
import { byOwner, totals, type GroupStat } from './groupStats'

const stat = (owner: string, day: string, n: number): GroupStat => ({ owner, day, active_groups: n, groups: n, members: 10 * n, messages: n, new_groups: 0, new_members: n, talkers: n })

describe('figures of groups', () => {
  const stats = [stat('a', '2026-01-02', 2), stat('b', '2026-01-01', 5), stat('a', '2026-01-01', 1)]

  it('adds owners up by day', () => {
    expect(totals(stats).map((s) => [s.day, s.messages, s.members])).toEqual([['2026-01-01', 6, 60], ['2026-01-02', 2, 20]])
  })

  it('adds days up by owner, with the groups of the last day', () => {
    expect(byOwner(stats).map((s) => [s.owner, s.messages, s.groups])).toEqual([['b', 5, 5], ['a', 3, 2]])
  })
})
