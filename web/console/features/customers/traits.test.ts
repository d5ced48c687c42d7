import { expect, test } from 'vitest'
import { asTyped, readTyped } from './traits'

test('values are written and read back by kind', () => {
  for (const [v, type] of [['上海', 'text'], [12.5, 'number'], [true, 'bool'], [['a', 'b'], 'list']] as const) expect(readTyped(asTyped(v), type, v)).toEqual(v)
})

test('a new value takes the kind of the vocabulary, and nothing removes', () => {
  expect(readTyped('12', 'number', undefined)).toBe(12)
  expect(readTyped('12', 'text', undefined)).toBe('12')
  expect(readTyped(' ', 'text', 'x')).toBeNull()
})
