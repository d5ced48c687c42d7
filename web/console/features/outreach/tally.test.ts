import { expect, test } from 'vitest'
import { pileOf, tally } from './tally'

test('puts each receiver into one pile', () => {
  const counts = [
    { state: 'accepted', count: 40 }, { state: 'handed', count: 60 }, { state: 'planned', count: 1 }, { state: 'rejected', reason: 'quota', count: 2 }, { state: 'suppressed', reason: 'quota', count: 3 },
    { state: 'rejected', reason: 'no_contact', count: 7 }, { state: 'suppressed', reason: 'no_consent', count: 5 }, { state: 'expired', reason: 'unconfirmed', count: 4 },
  ]
  expect(tally({ counts, chats: [{ state: 'accepted', count: 1 }] })).toEqual({ waiting: 61, sent: 41, quota: 5, failed: 7, expired: 4, left: 5, all: 123 })
})

test('a touch whose end is not known still waits', () => expect(pileOf('unknown')).toBe('waiting'))
