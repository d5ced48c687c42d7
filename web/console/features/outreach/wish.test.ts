import { expect, test } from 'vitest'
import { begin, countable, missing, wishOf } from './wish'

const base = { ...begin(), corp: 'ww1' }

test('a new mass send misses everything', () => {
  expect(missing(base)).toEqual(['name', 'target', 'content'])
  expect(countable(base)).toBeUndefined()
})

test('only what belongs to the chosen way is sent', () => {
  const d = { ...base, name: ' a ', audience: 'a1', customers: ['c1'], chats: ['wr1'], staff: ['ma'], content: { text: 'hi', attachments: [] } }
  expect(wishOf({ ...d, mode: 'audience' })).toEqual({ corp: 'ww1', name: 'a', chat: 'single', target: { audience: 'a1', staff: ['ma'] }, options: {}, priority: 0, content: { text: 'hi' } })
  expect(wishOf({ ...d, mode: 'groups', ab: true, holdout: 10 })).toEqual({ corp: 'ww1', name: 'a', chat: 'group', target: { chats: ['wr1'] }, options: {}, priority: 0, content: { text: 'hi' } })
})

test('variants replace the content and are counted once their shares fit', () => {
  const d = { ...base, mode: 'all' as const, name: 'a', ab: true, holdout: 10, variants: [{ name: 'A', percent: 60, content: { text: 'x' } }, { name: 'B', percent: 50, content: { text: 'y' } }] }
  expect(missing(d)).toEqual(['shares'])
  expect(countable(d)?.variants).toBeUndefined()
  const fits = { ...d, variants: d.variants.map((v) => ({ ...v, percent: 50 })) }
  expect(missing(fits)).toEqual([])
  expect(countable(fits)?.variants?.map((v) => v.percent)).toEqual([50, 50])
  expect(wishOf(fits).content).toBeUndefined()
  expect(wishOf(fits).options).toEqual({ holdout_percent: 10 })
})
