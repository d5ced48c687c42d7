import { expect, test } from 'vitest'
import { byDay, bySource, daysOf, drops, totals } from './planModel'

const line = (day: string, channel: string, verdict: string, count: number, value = 0) => ({ day, channel, verdict, count, value, shifted: 0, playbook: 'p', step: 's', source: 'runs' })
const lines = [line('2026-03-02', 'sms', 'send', 3, 6), line('2026-03-03', 'sms', 'send', 1, 2), line('2026-03-02', 'email', 'capped', 4, 5), line('2026-03-03', 'sms', 'quota', 6, 1)]

test('adds up what goes and what does not', () => expect(totals(lines)).toEqual({ send: 4, dropped: 10, value: 8, lost: 6, shifted: 0 }))

test('counts by day and channel, with what is dropped apart', () => {
  expect(byDay(lines, daysOf('2026-03-02', 2))).toEqual([{ key: 'sms', counts: [3, 1] }, { key: 'dropped', counts: [4, 6] }])
})

test('names the most frequent reason first', () => expect(drops(lines).map((d) => [d.reason, d.count])).toEqual([['quota', 6], ['capped', 4]]))

test('adds up by step and channel', () => expect(bySource(lines).map((x) => [x.channel, x.send, x.dropped])).toEqual([['sms', 4, 6], ['email', 0, 4]]))
