import { expect, it } from 'vitest'
import { doneShare } from './transfer'

it('counts what is settled of a transfer', () => {
  expect(doneShare({ planned: 1, waiting: 2, done: 4, refused: 1 })).toEqual({ settled: 5, all: 8, share: 0.625 })
  expect(doneShare({})).toEqual({ settled: 0, all: 0, share: 0 })
})
