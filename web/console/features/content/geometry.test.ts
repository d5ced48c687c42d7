import { describe, expect, test } from 'vitest'
import { align, clamp, least, lines, move, resize, snapMove, snapResize } from './geometry'

const sheet = { width: 750, height: 1334 }
const box = { x: 100, y: 200, w: 300, h: 100 }

describe('move', () => {
  test('goes by the distance and gives whole pixels', () => expect(move(box, 10.4, -20.6, sheet)).toEqual({ ...box, x: 110, y: 179 }))
  test('leaves a part on the poster at every side', () => {
    expect(move(box, -5000, -5000, sheet)).toMatchObject({ x: 16 - 300, y: 16 - 100 })
    expect(move(box, 5000, 5000, sheet)).toMatchObject({ x: 750 - 16, y: 1334 - 16 })
  })
})

describe('resize', () => {
  test.each([
    ['e', 50, 9, { x: 100, y: 200, w: 350, h: 100 }],
    ['w', 50, 9, { x: 150, y: 200, w: 250, h: 100 }],
    ['n', 9, -30, { x: 100, y: 170, w: 300, h: 130 }],
    ['s', 9, 30, { x: 100, y: 200, w: 300, h: 130 }],
    ['nw', -10, -20, { x: 90, y: 180, w: 310, h: 120 }],
    ['se', 10, 20, { x: 100, y: 200, w: 310, h: 120 }],
  ] as const)('pulls %s', (handle, dx, dy, want) => expect(resize(box, handle, dx, dy, sheet)).toEqual(want))
  test('never turns a box inside out', () => {
    expect(resize(box, 'w', 900, 0, sheet)).toEqual({ x: 400 - least, y: 200, w: least, h: 100 })
    expect(resize(box, 'n', 0, 900, sheet)).toEqual({ x: 100, y: 300 - least, w: 300, h: least })
  })
  test('keeps proportions from a corner and from a side', () => {
    expect(resize(box, 'se', 150, 0, sheet, true)).toEqual({ x: 100, y: 200, w: 450, h: 150 })
    expect(resize(box, 'e', -150, 0, sheet, true)).toEqual({ x: 100, y: 200, w: 150, h: 50 })
    expect(resize(box, 'nw', 150, 0, sheet, true)).toEqual({ x: 250, y: 250, w: 150, h: 50 })
  })
})

test('clamp gives sides that can be drawn', () => expect(clamp({ x: 0, y: 0, w: 0, h: 99_999 }, sheet)).toEqual({ x: 8, y: 0, w: least, h: 2668 }))

describe('snap', () => {
  const to = lines([{ x: 500, y: 900, w: 100, h: 40 }], sheet)
  test('lines are edges and middles', () => expect(to.x).toEqual([0, 375, 750, 500, 550, 600]))
  test('a moved box meets the middle of the poster', () => {
    expect(snapMove({ ...box, x: 222 }, to, 6)).toEqual({ box: { ...box, x: 225 }, guides: [{ axis: 'x', at: 375 }] })
  })
  test('a moved box meets another layer in both axes', () => {
    expect(snapMove({ x: 203, y: 797, w: 300, h: 100 }, to, 6)).toEqual({ box: { x: 200, y: 800, w: 300, h: 100 }, guides: [{ axis: 'x', at: 500 }, { axis: 'y', at: 900 }] })
  })
  test('beyond reach nothing happens', () => expect(snapMove(box, to, 6)).toEqual({ box, guides: [] }))
  test('only the pulled edge is drawn', () => {
    expect(snapResize({ x: 100, y: 200, w: 272, h: 100 }, 'e', to, 6)).toEqual({ box: { x: 100, y: 200, w: 275, h: 100 }, guides: [{ axis: 'x', at: 375 }] })
    expect(snapResize({ x: 3, y: 200, w: 300, h: 100 }, 'w', to, 6).box).toEqual({ x: 0, y: 200, w: 303, h: 100 })
  })
})

test('align puts a box at edges and in the middle', () => {
  expect(align(box, 'center', sheet).x).toBe(225)
  expect(align(box, 'right', sheet).x).toBe(450)
  expect(align(box, 'bottom', sheet).y).toBe(1234)
})
