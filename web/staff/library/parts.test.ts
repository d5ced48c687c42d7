import { expect, it } from 'vitest'
import { narrow, tagsOf } from '../customers/filter'
import type { Brief } from '../types'
import { below, forAnybody, messagesOf, posterUrl } from './parts'

it('takes a material apart into messages, the text first', () => {
  expect(messagesOf({ text: '你好', body: { attachments: [{ kind: 'image', asset: 'ast_1' }, { kind: 'link', url: 'https://a.example', title: '' }, { kind: 'miniprogram', app_id: 'wx1', page: 'p', title: '商城' }, { kind: 'odd' }] } })).toEqual([
    { type: 'text', text: '你好' }, { type: 'image', asset: 'ast_1', name: undefined }, { type: 'link', url: 'https://a.example', title: 'https://a.example', description: undefined }, { type: 'miniprogram', appId: 'wx1', page: 'p', title: '商城' },
  ])
  expect(messagesOf({})).toEqual([])
})

it('fills in a script for nobody in particular', () => {
  expect(forAnybody('{{customer.name|default:"您"}}好，我是{{ staff.name }}。{{points}}', '李静')).toBe('您好，我是李静。{{points}}')
})

it('orders folders and names posters', () => {
  expect(below([{ id: 'b', parent: '', position: 2 }, { id: 'a', parent: '', position: 1 }, { id: 'c', parent: 'a', position: 1 }], '').map((f) => f.id)).toEqual(['a', 'b'])
  expect(posterUrl('m/1', 'wm 1')).toBe('/api/v1/panel/posters/m%2F1?customer=wm%201')
})

it('narrows customers by words, stage and tag', () => {
  const one = (name: string, tags: string[], aipl: string): Brief => ({ customer: name, external_userid: name, staff: 'li', state: 'active', name, tags, lifecycle: { aipl, aarrr: '' }, tier: '' })
  const all = [one('张三', ['来源/门店', '意向/高'], 'loyal'), one('李四', ['来源/门店'], 'aware')]
  expect(narrow(all, { q: '门店', stage: 'aware', tag: '' }).map((c) => c.name)).toEqual(['李四'])
  expect(narrow(all, { q: '张', stage: '', tag: '意向/高' }).map((c) => c.name)).toEqual(['张三'])
  expect(tagsOf(all)).toEqual(['来源/门店', '意向/高'])
})
