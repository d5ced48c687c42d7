import { describe, expect, it } from 'vitest'
import { ruleFaults, ruleSentence } from '../../ui/rule'
import { diff } from './diff'
import { links } from './flowLinks'
import { templates } from './templates'

describe('templates', () => {
  it('are at least eight, each with a name of its own', () => {
    expect(templates.length).toBeGreaterThanOrEqual(8)
    expect(new Set(templates.map((x) => x.key)).size).toBe(templates.length)
  })
  it.each(templates.map((x) => [x.key, x] as const))('%s is a whole rule', (_, x) => {
    expect(ruleFaults(x.rule)).toEqual([])
    expect(ruleSentence(x.rule, 'zh-CN')).not.toMatch(/[{}…]/)
  })
})

describe('the difference of two texts', () => {
  const show = (a: string, b: string) => diff(a, b).map((l) => l.sign + l.text)
  it('keeps what is common', () => {
    expect(show('a\nb\nc', 'a\nx\nc\nd')).toEqual([' a', '-b', '+x', ' c', '+d'])
    expect(show('same', 'same')).toEqual([' same'])
    expect(show('a\nb', '')).toEqual(['-a', '-b', '+'])
  })
})

describe('moves between levels', () => {
  it('stand in the order of the levels and know their direction', () => {
    expect(links('tier', [{ from: 'V2', to: 'V1', count: 3 }, { from: '', to: 'V1', count: 9 }, { from: 'V1', to: 'V3', count: 1 }, { from: 'V1', to: 'V1', count: 5 }, { from: 'V5', to: 'V4', count: 0 }])).toEqual([
      { from: '', to: 'V1', count: 9, up: true }, { from: 'V1', to: 'V3', count: 1, up: true }, { from: 'V2', to: 'V1', count: 3, up: false },
    ])
  })
})
