import { describe, expect, it } from 'vitest'
import { unfinished } from './check'
import type { Doc } from './document'
import { blank } from './model'
import { kinds } from './document'
import { conditionText, stepText, triggerText } from './say'

describe('sentences', () => {
  it('say what starts a playbook', () => {
    expect(triggerText({ event: 'Order Completed', where: [{ prop: 'total', op: 'gte', value: 100 }] })).toBe('客户「付款成功」时，且 total 不小于 100')
    expect(triggerText({ audience: 'aud_1', on: 'entered', existing: true }, () => '沉睡')).toBe('进入人群「沉睡」时（含发布时已在其中的人）')
    expect(triggerText({ schedule: { every: 'week', weekdays: ['mon', 'thu'], time: '10:00' } })).toBe('每周一、周四 10:00')
    expect(triggerText({ date: { trait: 'birthday', offset: '-3d' } })).toBe('每年生日前 3 天 09:00')
  })

  it('say what a step does', () => {
    expect(stepText({ id: 'a', wait: { for: '2d' } }).says).toBe('等待 2 天')
    expect(stepText({ id: 'a', send: { channel: 'sms', content: { template: 'SMS_1' } } })).toEqual({ says: '短信', quote: 'SMS_1' })
    expect(stepText({ id: 'a', wait_for: { event: 'Message Replied', timeout: '3d' } }).says).toBe('回复消息，最多等 3 天')
    expect(conditionText({ task: 'call', result: 'done' })).toBe('任务「call」已完成')
  })
})

describe('unfinished', () => {
  const doc: Doc = { name: 'n', trigger: { event: 'Order Completed' }, steps: [{ id: 'a', wait: { for: '1d' } }] }

  it('finds nothing in a whole document', () => {
    expect(unfinished(doc)).toEqual([])
  })

  it('finds what new steps lack', () => {
    const lacking = kinds.filter((k) => unfinished({ ...doc, steps: [blank(k, new Set())] }).length > 0)
    expect(lacking).toEqual(['send', 'task', 'post', 'wait_for', 'update', 'coupon', 'start', 'stop', 'webhook'])
    expect(unfinished({ ...doc, steps: [] }).map((i) => i.path)).toEqual(['/steps'])
  })
})
