import { expect, test } from 'vitest'
import { eventKind, lineOf, type CustomerEvent } from './events'
import { ordersOf } from './orders'

const names = { staff: (u: string | undefined) => (u === 'ma001' ? '马浩' : (u ?? '')) }
const event = (name: string, properties: Record<string, unknown>, more: Partial<CustomerEvent> = {}): CustomerEvent => ({ seq: 1, name, at: '2026-01-02T03:04:05Z', received_at: '2026-01-02T03:04:05Z', customer: 'c1', properties, ...more })

test('an order tells what was bought, and how much was paid', () => {
  const e = event('Order Completed', { order_id: 'A7', revenue: 30, currency: 'CNY', products: [{ name: '茶', quantity: 2 }, { name: '杯' }, { name: '盘' }] })
  expect(lineOf(e, 'zh-CN', names)).toEqual({ title: '下单', detail: '茶 ×2、杯 等 3 种商品 · 订单 A7', amount: '+¥30.00', tone: 'good' })
  expect(eventKind(e.name)).toBe('trade')
})

test('a contact is told with the name of the member and the code', () => {
  const e = event('Contact Added', { staff: 'ma001', code_name: '包裹卡', channel: 'wecom_qr' })
  expect(lineOf(e, 'zh-CN', names).title).toBe('添加 马浩 为好友')
  expect(lineOf(e, 'en-US', names).detail).toBe('code “包裹卡” · QR code')
})

test('an unknown event shows its name and first properties, no ids', () => {
  const e = event('Quiz Ended', { quiz_id: 'q1', score: 7, corp: 'ww1' })
  expect(lineOf(e, 'en-US', names)).toEqual({ title: 'Quiz Ended', detail: 'score: 7' })
  expect(eventKind('Quiz Ended')).toBe('other')
})

test('members and playbooks are told by name', () => {
  const titled = { ...names, title: (id: string | undefined) => (id === 'pb_1' ? '新客承接' : undefined) }
  expect(lineOf(event('Task Overdue', { playbook: 'pb_1', staff: 'ma001' }), 'zh-CN', titled)).toEqual({ title: '马浩 的任务超时', detail: '新客承接', tone: 'warn' })
  expect(lineOf(event('Identified', {}, { traits: [{ name: 'staff', value: 'ma001, li003', action: 'set' }] as never }), 'zh-CN', titled).detail).toBe('员工: 马浩、li003')
})

test('an order counts once, with what was given back', () => {
  const orders = ordersOf([
    event('Order Refunded', { order_id: 'A', revenue: 5 }, { seq: 3 }), event('Order Completed', { order_id: 'A', revenue: 20, currency: 'CNY' }, { seq: 2 }),
    event('Order Completed', { order_id: 'A', revenue: 22, currency: 'CNY' }, { seq: 4 }), event('Order Cancelled', { order_id: 'B' }, { seq: 5, at: '2026-01-01T00:00:00Z' }),
  ])
  expect(orders.map((o) => [o.id, o.total, o.refunded, o.cancelled])).toEqual([['A', 22, 5, false], ['B', 0, 0, true]])
})
