import { expect, test } from 'vitest'
import { diff, marked, pieces } from './diff'

const told = (before: string, after: string) =>
  diff(pieces(before), pieces(after)).map((p) => ({ same: '', added: '+', removed: '-' })[p.sort] + p.items.join('')).join('|')

test('says what was put in and left out', () => {
  expect(told('春季新品到店了', '春季新品今天到店')).toBe('春季新品|+今天|到店|-了')
  expect(told('', '新')).toBe('+新')
  expect(told('旧', '')).toBe('-旧')
  expect(told('a b', 'a b')).toBe('a b')
})

test('words of letters are not cut', () => expect(pieces('{{ traits.name }}，hi')).toEqual(['{', '{', ' ', 'traits', '.', 'name', ' ', '}', '}', '，', 'hi']))

test('marks every word that was searched, whatever its case', () => {
  expect(marked('Fahuo 发货时间', '发货 fa')).toEqual([{ text: 'Fa', hit: true }, { text: 'huo ', hit: false }, { text: '发货', hit: true }, { text: '时间', hit: false }])
  expect(marked('a(b', '(')).toEqual([{ text: 'a', hit: false }, { text: '(', hit: true }, { text: 'b', hit: false }])
  expect(marked('没有', '')).toEqual([{ text: '没有', hit: false }])
})
