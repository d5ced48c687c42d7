import { describe, expect, it } from 'vitest'
import type { Doc, Step } from './document'
import { begin, depth, record, redo, typedAt, undo } from './history'
import { layout, size } from './layout'
import { blank, change, copied, duplicate, find, freshId, idsOf, insert, issuesOf, move, pasted, remove, rename, renamed, walk } from './model'

const rest = (id: string): Step => ({ id, wait: { for: '1d' } })

const doc: Doc = {
  name: 'n',
  trigger: { event: 'Order Completed' },
  steps: [
    rest('first'),
    {
      id: 'fork',
      branch: {
        cases: [{ name: 'big', steps: [rest('gift'), { id: 'asked', wait_for: { task: 'call', timeout: '1d', else: [rest('late')] } }] }, { name: 'small' }],
        else: [rest('other')],
      },
    },
    { id: 'call', task: { title: 'Call' } },
  ],
  goal: { task: 'call' },
}

const order = (d: Doc) => walk(d.steps).map((f) => f.step.id).join(' ')

describe('the tree', () => {
  it('is walked in the order of the document, with pointers as the server has them', () => {
    expect(order(doc)).toBe('first fork gift asked late other call')
    expect(find(doc, 'late')?.pointer).toBe('/steps/1/branch/cases/0/steps/1/wait_for/else/0')
    expect(find(doc, 'other')?.pointer).toBe('/steps/1/branch/else/0')
  })

  it('takes steps at every place, and keeps what did not change', () => {
    const on = insert(doc, { owner: 'fork', way: 'cases/1', index: 0 }, [rest('new')])
    expect(order(on)).toBe('first fork gift asked late new other call')
    expect(on.steps[0]).toBe(doc.steps[0])
    expect(on.steps[2]).toBe(doc.steps[2])
    expect(order(insert(doc, { owner: 'asked', way: 'steps', index: 0 }, [rest('met')]))).toBe('first fork gift asked met late other call')
    expect(order(insert(doc, { owner: '', way: '', index: 3 }, [rest('end')]))).toBe('first fork gift asked late other call end')
  })

  it('loses a step with what is inside, and no empty lists stay', () => {
    expect(order(remove(doc, ['fork']))).toBe('first call')
    expect(remove(doc, ['late']).steps[1]?.branch?.cases[0]?.steps?.[1]?.wait_for).toEqual({ task: 'call', timeout: '1d' })
  })

  it('moves a step, also within its list, and never into itself', () => {
    expect(order(move(doc, 'first', { owner: 'fork', way: 'else', index: 1 }))).toBe('fork gift asked late other first call')
    expect(order(move(doc, 'first', { owner: '', way: '', index: 3 }))).toBe('fork gift asked late other call first')
    expect(order(move(doc, 'call', { owner: '', way: '', index: 0 }))).toBe('call first fork gift asked late other')
    expect(move(doc, 'fork', { owner: 'asked', way: 'else', index: 0 })).toBe(doc)
    expect(move(doc, 'first', { owner: '', way: '', index: 1 })).toBe(doc)
  })

  it('changes and renames, and what names a task follows', () => {
    expect(find(change(doc, 'late', (s) => ({ ...s, name: 'x' })), 'late')?.step.name).toBe('x')
    const on = rename(doc, 'call', 'ring')
    expect(on.goal?.task).toBe('ring')
    expect(find(on, 'asked')?.step.wait_for?.task).toBe('ring')
    expect(idsOf(on).has('call')).toBe(false)
  })

  it('gives ids that are free', () => {
    expect(freshId(new Set(['wait']), 'wait')).toBe('wait_2')
    expect(freshId(new Set(['wait_2', 'wait']), 'wait_2')).toBe('wait_3')
    expect(freshId(new Set(), '问候')).toBe('step')
    expect(blank('send', new Set(['send'])).id).toBe('send_2')
  })

  it('duplicates with new ids inside', () => {
    const { doc: on, id } = duplicate(doc, 'fork')
    expect(id).toBe('fork_2')
    expect(walk(on.steps).length).toBe(12)
    expect(idsOf(on).size).toBe(12)
  })
})

describe('the clipboard', () => {
  it('holds chosen steps once, and gives them back under free ids', () => {
    const text = copied(doc, ['late', 'fork', 'call'])
    const steps = pasted(text)
    expect(steps.map((s) => s.id)).toEqual(['fork', 'call'])
    const again = renamed(steps, idsOf(doc))
    expect(walk(again).find((f) => f.step.wait_for)?.step.wait_for?.task).toBe('call_2')
  })

  it('takes nothing else', () => {
    expect(pasted('hello')).toEqual([])
    expect(pasted('{"steps":[{"id":"a"}]}')).toEqual([])
  })
})

describe('issues', () => {
  it('belong to the innermost step', () => {
    expect(issuesOf(doc, [
      { pointer: '/definition/steps/1/branch/cases/0/steps/1/wait_for/else/0/wait/for', detail: 'a' },
      { pointer: '/definition/steps/1/branch/cases/1/rule', detail: 'b' },
      { pointer: '/trigger/event', detail: 'c' },
      { pointer: '/definition/name', detail: 'd' },
    ])).toEqual([
      { step: 'late', path: '/wait/for', detail: 'a' }, { step: 'fork', path: '/branch/cases/1/rule', detail: 'b' },
      { step: '', path: '/trigger/event', detail: 'c' }, { step: '', path: '/name', detail: 'd' },
    ])
  })
})

describe('history', () => {
  it('undoes and makes again, at most a hundred changes', () => {
    let h = begin(0)
    for (let n = 1; n <= 150; n++) h = record(h, n)
    expect(h.past.length).toBe(depth)
    h = undo(undo(h))
    expect(h.now).toBe(148)
    expect(redo(h).now).toBe(149)
    expect(redo(record(h, 1)).now).toBe(1)
  })

  it('knows which text is typed in', () => {
    expect(typedAt({ a: { b: 'x' }, c: 1 }, { a: { b: 'xy' }, c: 1 })).toBe('/a/b')
    expect(typedAt({ a: 'x', c: 1 }, { a: 'y', c: 2 })).toBe('')
    expect(typedAt({ a: ['x'] }, { a: ['x', 'y'] })).toBe('')
  })

  it('takes what is typed in one field as one change', () => {
    let h = begin('')
    for (const text of ['a', 'ab', 'abc']) h = record(h, text, 'name')
    expect(undo(h).now).toBe('')
    expect(undo(record(h, 'other', 'note')).now).toBe('abc')
  })
})

describe('layout', () => {
  it('sets ways beside each other without overlap and joins them', () => {
    const { boxes, lines } = layout(doc, true)
    for (const a of boxes) {
      for (const b of boxes) {
        if (a === b) continue
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
        expect(apart, `${a.id} and ${b.id}`).toBe(true)
      }
    }
    expect(boxes.filter((b) => b.kind === 'plus').length).toBe(13)
    expect(lines.filter((l) => l.to === 'fork@join').length).toBe(3)
    expect(new Set(boxes.map((b) => b.id)).size).toBe(boxes.length)
  })

  it('leads nowhere behind an end', () => {
    const { lines } = layout({ ...doc, steps: [{ id: 'out', exit: {} }] }, false)
    expect(lines).toEqual([{ from: '@trigger', to: 'out' }])
  })

  it('draws three hundred steps quickly', () => {
    const many: Doc = { ...doc, steps: Array.from({ length: 60 }, (_, i) => ({ id: `b${i}`, split: { arms: [0, 1].map((a) => ({ name: String(a), percent: 50, steps: [rest(`b${i}x${a}`), rest(`b${i}y${a}`)] })) } })) }
    const drawn = layout(many, true)
    expect(walk(many.steps).length).toBe(300)
    expect(drawn.width).toBe(size.width * 2 + size.between)
  })
})
