import { expect, it } from 'vitest'
import { branches } from './departments'

const d = (id: number, parent: number, order = 0) => ({ id, parent, order, name: `d${id}`, leaders: [] })

it('makes a tree of departments, whatever their order, and keeps those without a known parent', () => {
  const tree = branches([d(3, 1), d(1, 0), d(2, 1, 9), d(7, 99)])
  expect(tree.map((x) => x.key)).toEqual([1, 7])
  expect(tree[0]?.children.map((x) => x.key)).toEqual([2, 3])
})
