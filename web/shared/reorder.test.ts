import { expect, test } from 'vitest'
import { reorder } from './reorder'

test('reorder moves one item and stays in the list', () => {
  expect(reorder(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
  expect(reorder(['a', 'b', 'c'], 2, -4)).toEqual(['c', 'a', 'b'])
  expect(reorder(['a'], 5, 0)).toEqual(['a'])
})
