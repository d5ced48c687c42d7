import { expect, test } from 'vitest'
import { below, placed, type Folder } from './folders'

const folder = (id: string, parent = '', position = 0): Folder => ({ id, parent, position, name: id.toUpperCase(), panel: false, departments: [], space: 'materials' })

test('folders stand below their parent, by position', () => {
  const list = [folder('b', '', 2), folder('c', 'a'), folder('a', '', 1), folder('d', 'gone', 3)]
  expect(placed(list).map((f) => [f.path, f.depth])).toEqual([['A', 0], ['A / C', 1], ['B', 0], ['D', 0]])
})

test('a folder cannot go below itself: these are all within it', () => {
  expect([...below([folder('a'), folder('c', 'b'), folder('b', 'a'), folder('x')], 'a')]).toEqual(['a', 'b', 'c'])
})
