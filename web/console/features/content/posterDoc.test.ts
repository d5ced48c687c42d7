import { expect, test } from 'vitest'
import { boxOf, fresh, renumber, sample, visible, withBox, without, type Layer } from './posterDoc'

const sheet = { width: 750, height: 1334 }

test('a text takes the height of its lines, and keeps none while it is moved', () => {
  const text: Layer = { kind: 'text', x: 10, y: 20, w: 300, size: 40, lines: 2, text: 'a' }
  expect(boxOf(text)).toEqual({ x: 10, y: 20, w: 300, h: 94 })
  expect(withBox(text, { x: 15, y: 20, w: 300, h: 94 })).toEqual({ ...text, x: 15 })
  expect(withBox(text, { x: 10, y: 20, w: 300, h: 120 }).h).toBe(120)
})

test('a code stays square whichever side is pulled', () => {
  const code: Layer = { kind: 'qr', x: 0, y: 0, w: 100, of: 'live_code' }
  expect(withBox(code, { x: 0, y: 0, w: 140, h: 100 })).toEqual({ ...code, w: 140 })
  expect(withBox(code, { x: 0, y: 0, w: 100, h: 60 })).toEqual({ ...code, w: 60 })
})

test('the points of a polygon move and grow with its box', () => {
  const star: Layer = { kind: 'polygon', points: [[10, 10], [30, 10], [20, 30]] }
  expect(withBox(star, { x: 0, y: 0, w: 40, h: 20 }).points).toEqual([[0, 0], [40, 0], [20, 20]])
})

test('new layers stand in the middle', () => expect(boxOf(fresh('photo', sheet))).toEqual({ x: 278, y: 570, w: 195, h: 195 }))

test('hidden layers follow their number when others move or go', () => {
  expect([...renumber(new Set([0, 2]), 0, 2)].sort()).toEqual([1, 2])
  expect([...renumber(new Set([1]), 2, 0)]).toEqual([2])
  expect([...without(new Set([0, 1, 3]), 1)]).toEqual([0, 2])
  expect(visible({ ...sheet, layers: [{ kind: 'rect' }, { kind: 'qr' }] }, new Set([0])).layers).toEqual([{ kind: 'qr' }])
})

test('a text shows its fallbacks and the other branch of its conditions', () => {
  expect(sample("{{ title | default: '新品' }} · {{ staff.name }}")).toBe('新品 · {staff.name}')
  expect(sample('{% if title %}{{ title }}{% else %}新品\n上市{% endif %}！{% if x %}有{% endif %}')).toBe('新品\n上市！有')
})
