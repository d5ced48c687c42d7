import { describe, expect, it } from 'vitest'
import { covered, emptyWeek, hours, paint, rosters, runs, shiftsOf } from './schedule'

describe('schedule', () => {
  it('reads and writes the same shifts', () => {
    const shifts = [
      { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' },
      { days: [6, 7], from: '10:30', to: '24:00', staff: ['b', 'a'] },
    ]
    expect(shiftsOf(rosters(shifts))).toEqual(shifts)
  })

  it('splits a shift at midnight, from Sunday into Monday', () => {
    const [roster] = rosters([{ days: [7], from: '22:00', to: '02:00' }])
    expect(roster?.week[6]).toEqual([[1320, 1440]])
    expect(roster?.week[0]).toEqual([[0, 120]])
  })

  it('joins what touches and cuts what is taken out', () => {
    const on = paint(paint(emptyWeek, 0, 540, 600, true), 0, 600, 660, true)
    expect(on[0]).toEqual([[540, 660]])
    expect(paint(on, 0, 570, 600, false)[0]).toEqual([[540, 570], [600, 660]])
    expect(hours(on)).toBe(2)
  })

  it('says how much of an hour is covered', () => {
    const week = paint(emptyWeek, 2, 570, 660, true)
    expect([covered(week, 2, 8), covered(week, 2, 9), covered(week, 2, 10), covered(week, 2, 11)]).toEqual([0, 30, 60, 0])
  })

  it('finds runs of days', () => {
    expect(runs([5, 1, 2, 3, 7])).toEqual([[1, 3], [5, 5], [7, 7]])
  })
})
