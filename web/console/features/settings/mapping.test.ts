import { describe, expect, test } from 'vitest'
import { aim, columnsOf, missing, targetOf, type Mapping } from './mapping'

const mapping: Mapping = { time: { zone: 'Asia/Shanghai' }, fields: { order_id: '单号', currency: { value: 'CNY' } }, identities: { phone: { column: '手机', transform: 'integer' } } }

describe('the mapping of an import', () => {
  test('tells where a column goes', () => {
    expect(targetOf(mapping, '单号')).toBe('fields.order_id')
    expect(targetOf(mapping, '手机')).toBe('identities.phone')
    expect(targetOf(mapping, '备注')).toBe('')
  })

  test('moves a column and keeps the rest', () => {
    const moved = aim(mapping, '手机', 'traits.contact')
    expect(targetOf(moved, '手机')).toBe('traits.contact')
    expect(moved.identities).toBeUndefined()
    expect(moved.time).toEqual(mapping.time)
    expect(moved.fields).toEqual(mapping.fields)
  })

  test('leaves a column out', () => {
    expect(columnsOf(aim(mapping, '单号', ''))).toEqual(['手机'])
  })

  test('names what is missing', () => {
    expect(missing(mapping, 'orders')).toEqual(['at'])
    expect(missing(aim(mapping, '付款时间', 'fields.at'), 'orders')).toEqual([])
    expect(missing({}, 'customers')).toEqual([])
  })
})
