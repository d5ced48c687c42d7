import { expect, test } from 'vitest'
import { byMember, progress } from './audit'

const at = '2026-11-01T00:00:00Z'
const answer = (verdict: 'ok' | 'not_ok' | 'without') => ({ verdict, by: 'x', at })
const audit = (staff: string, verdicts: ('ok' | 'not_ok' | 'without')[], state: 'open' | 'done' = 'done', due_at = at) => ({
  id: staff, checklist: 'c', name: 'n', about: 'account' as const, subject: staff, corp: 'w', staff, state, due_at, created_at: at,
  items: ['a', 'b', 'c', 'd'].map((id) => ({ id, title: id })), answers: Object.fromEntries(verdicts.map((v, i) => [String(i), answer(v)])),
})

test('progress counts answers and what is not in order', () => expect(progress(audit('li', ['ok', 'not_ok']))).toEqual({ answered: 2, items: 4, failed: 1, share: 50 }))

test('members are held by what applies, the worst first, the unanswered last', () => {
  const rows = byMember([audit('li', ['ok', 'ok', 'without', 'not_ok']), audit('han', ['not_ok', 'ok']), audit('wu', [], 'open'), audit('li', ['ok'], 'open', '2027-01-01T00:00:00Z')], Date.parse('2026-12-01T00:00:00Z'))
  expect(rows).toEqual([
    { staff: 'han', audits: 1, done: 1, late: 0, failed: 1, score: 50 },
    { staff: 'li', audits: 2, done: 1, late: 0, failed: 1, score: 75 },
    { staff: 'wu', audits: 1, done: 0, late: 1, failed: 0 },
  ])
})
