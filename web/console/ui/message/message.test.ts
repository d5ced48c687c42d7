import { expect, test } from 'vitest'
import { below, faultsAt } from './faults'
import { bubbles, isEmpty, messageOf, tidy, type Attachment } from './message'
import { joined, measure, partsOf, places, room } from './places'
import { pointerText } from './words'
import { adapted, filled, longest, strays } from './variables'

const image = (asset: string): Attachment => ({ kind: 'image', asset })
const link: Attachment = { kind: 'link', title: 'Sale', url: 'https://a.example' }

test('a message loses its empty parts', () => {
  expect(tidy({ text: ' ', attachments: [] })).toEqual({})
  expect(tidy({ text: 'a', attachments: [{ kind: 'link', title: '', url: 'https://a.example' }] })).toEqual({ text: 'a', attachments: [{ kind: 'link', url: 'https://a.example' }] })
  expect(isEmpty({ text: '', attachments: [{ kind: 'image' }] })).toBe(true)
  expect(isEmpty({ attachments: [image('x')] })).toBe(false)
})

test('what is no message is an empty one', () => {
  expect(messageOf({ layers: [] })).toEqual({})
  expect(messageOf(null)).toEqual({})
  expect(messageOf({ attachments: [image('x')] })).toEqual({ attachments: [image('x')] })
})

test('the phone shows pictures of images and cards, and names files', () => {
  expect(bubbles({ text: 'a', attachments: [image('x'), link, { kind: 'file', asset: 'f' }] }, (s) => `${s}!`)).toEqual([
    { kind: 'text', text: 'a!' },
    { kind: 'image', title: undefined, detail: undefined, image: '/api/v1/assets/x/content' },
    { kind: 'link', title: 'Sale', detail: 'https://a.example' },
    { kind: 'file', title: undefined, detail: undefined, asset: 'f' },
  ])
})

test('texts are measured in bytes and letters', () => {
  expect(measure('玉堂a', { bytes: 6 })).toEqual({ bytes: 7, letters: 3, bytesOver: 1, lettersOver: 0 })
  expect(measure('😀😀', { bytes: 100, letters: 1 })).toEqual({ bytes: 8, letters: 2, bytesOver: 0, lettersOver: 1 })
})

test('a moment takes images together, a video or link alone', () => {
  expect(room(places.moment, [])).toEqual({ kinds: ['image', 'video', 'link'], left: 9 })
  expect(room(places.moment, [image('x')])).toEqual({ kinds: ['image'], left: 8 })
  expect(room(places.moment, [link])).toEqual({ kinds: [], left: 0 })
  expect(room(places.groupWelcome, [image('x')])).toEqual({ kinds: [], left: 0 })
  expect(room(places.message, [image('x'), link]).left).toBe(7)
})

test('titles are shorter in moments', () => {
  expect(partsOf('link', places.moment)).toContainEqual(['title', 64])
  expect(partsOf('link', places.message)).toContainEqual(['title', 128])
  expect(partsOf('image', places.message)).toEqual([])
})

test('a material is added to what is written, as far as there is room', () => {
  expect(joined(places.message, { text: 'a' }, { text: 'b', attachments: [image('x')] })).toEqual({ message: { text: 'a\n\nb', attachments: [image('x')] }, left: 0 })
  expect(joined(places.moment, { attachments: [image('x')] }, { text: 'b', attachments: [link, image('y')] })).toEqual({ message: { text: 'b', attachments: [image('x'), image('y')] }, left: 1 })
})

test('values that a place does not fill in are found', () => {
  const text = '{{customer|你}}好 {{ traits.name }} {% if event.props.x %}{% endif %}'
  expect(strays(text, 'none')).toHaveLength(4)
  expect(strays(text, 'greeting')).toEqual(['{{ traits.name }}', '{% if event.props.x %}', '{% endif %}'])
  expect(strays('{{ brand.name }} {{ traits.name }}', 'post')).toEqual(['{{ traits.name }}'])
  expect(strays(text, 'step')).toEqual([])
})

test('a greeting is as long as its names can get', () => {
  expect(longest('{{staff}}好', 'greeting')).toHaveLength(97)
  expect(longest('{{staff}}好', 'step')).toBe('{{staff}}好')
})

test('a text of the library greets in the words of greetings', () => {
  expect(adapted("{{ traits.name | default: '朋友' }}好，我是{{ staff.name }}", 'greeting')).toBe('{{customer|朋友}}好，我是{{staff}}')
  expect(adapted('{{ traits.nickname }} {{ traits.city }}', 'greeting')).toBe('{{customer}} {{ traits.city }}')
  expect(adapted('{{ traits.name }}', 'library')).toBe('{{ traits.name }}')
})

test('names are put into a greeting', () => {
  expect(filled('{{ customer | 你 }}好，我是{{staff}} {{other}}', 'Ann', 'Bo')).toBe('Bo好，我是Ann {{other}}')
})

test('faults of a message are told from others', () => {
  const problem = { status: 422, code: 'invalid', detail: 'no', errors: [{ pointer: '/body/greeting/attachments/1/url', detail: 'is needed' }, { pointer: '/greeting/text', detail: 'is too long' }, { pointer: '/name', detail: 'is taken' }] }
  const { faults, rest } = faultsAt(problem, '/greeting')
  expect(faults).toEqual({ '/greeting/attachments/1/url': 'is needed', '/greeting/text': 'is too long' })
  expect(rest?.errors).toEqual([{ pointer: '/name', detail: 'is taken' }])
  expect(below(faults, '/greeting/attachments/1')).toEqual({ '/url': 'is needed' })
  expect(faultsAt({ ...problem, errors: problem.errors.slice(0, 2) }, '/greeting').rest).toBeUndefined()
  expect(faultsAt({ ...problem, errors: undefined }, '/greeting')).toEqual({ faults: {}, rest: { ...problem, errors: undefined } })
  expect(faultsAt({ ...problem, errors: [{ pointer: '/body/text', detail: 'x' }] }, '/body').faults).toEqual({ '/body/text': 'x' })
  expect(faultsAt({ ...problem, errors: [{ pointer: '/body/body/text', detail: 'x' }] }, '/body').faults).toEqual({ '/body/text': 'x' })
  expect(faultsAt({ ...problem, errors: [{ pointer: '/body/variants/1/content/text', detail: 'x' }] }, '/content', '/variants/1/content').faults).toEqual({ '/variants/1/content/text': 'x' })
})

test('a pointer is said in words', () => {
  expect(pointerText('/text', 'zh-CN')).toBe('正文')
  expect(pointerText('/attachments/1/title', 'zh-CN')).toBe('附件 2 · 标题')
  expect(pointerText('/attachments/0', 'en-US')).toBe('Attachment 1')
  expect(pointerText('/attachments', 'en-US')).toBe('Attachments')
  expect(pointerText('/odd', 'en-US')).toBe('odd')
})
