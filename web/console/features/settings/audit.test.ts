import type { Schema } from '@shared/api/client'
import { expect, test } from 'vitest'
import { changesOf, linesOf } from './auditDetail'
import { earlierOf, thingOf } from './auditObjects'
import { actionNames, rooms } from './auditWords'

type Entry = Schema<'AccessEntry'>

const id = (prefix: string) => `${prefix}_01M81D08HKKFPVTFSKSHH40GPP`

test('each action belongs to one part', () => {
  const parts = (action: string) => rooms.filter((r) => (r.of as readonly string[]).includes(action.split('.')[0] ?? '')).length
  expect(Object.keys(actionNames).filter((action) => parts(action) !== 1)).toEqual([])
})

test('an entry leads to the page of its object', () => {
  expect(thingOf({ action: 'customer.tag', object: 'c42' })).toEqual({ kind: 'customer', id: 'c42', to: '/customers/c42' })
  expect(thingOf({ action: 'sop.install', object: id('pb') }).to).toBe(`/playbooks/${id('pb')}`)
  expect(thingOf({ action: 'poster.create', object: id('mat') }).to).toBe(`/posters/${id('mat')}`)
  expect(thingOf({ action: 'plan.update', object: id('pln') })).toMatchObject({ kind: 'plan', to: '/reports/planner', search: { plan: id('pln') } })
  expect(thingOf({ action: 'experiment.stop', object: 'mass_send:spring' })).toMatchObject({ kind: 'experiment', to: '/experiments/mass_send:spring' })
  expect(thingOf({ action: 'task.hand_over_all', object: 'ww1/lin' })).toMatchObject({ kind: 'staff', id: 'lin' })
  expect(thingOf({ action: 'who.knows', object: 'x' })).toEqual({ id: 'x' })
})

test('a detail is said in words', () => {
  const lines = linesOf({ name: '会员日', state: 'draft', minor: 9000, role: 'owner', permissions: ['customers.read'], target: { staff: ['ma001'] }, disabled: false, none: null }, (x) => (x === 'ma001' ? '马丽' : undefined))
  expect(lines.map((l) => `${l.label}=${l.text}`)).toEqual(['名称=会员日', '状态=草稿', '金额=¥90.00', '角色=所有者', '权限=客户 · 查看', '目标 · 员工=马丽', '已停用=否'])
})

test('actions and ids in a detail are short, texts are whole', () => {
  const texts = (detail: object) => linesOf(detail, () => undefined).map((l) => l.text)
  expect(texts({ action: 'tag.bind,tag.create', export: id('exp'), reason: 'https://shop.example/a-long-address' })).toEqual(['标签绑定人群、新建标签', 'exp_01M8…0GPP', 'https://shop.example/a-long-address'])
})

test('what was before comes from the earlier entry of the same thing', () => {
  const e = (n: number, action: string, detail: object) => ({ id: `e${n}`, action, detail })
  const [removed, changed, reminded, made] = [e(4, 'tag.delete', {}), e(3, 'mass_send.update', { name: 'B', state: 'draft' }), e(2, 'mass_send.remind', { asked: 1, name: 'x' }), e(1, 'mass_send.create', { name: 'A', state: 'draft' })] as const
  const list = [removed, changed, reminded, made]
  const before = (of: typeof changed) => earlierOf<Entry>(of as never, list as never)
  const earlier = before(changed)
  expect(earlier?.id).toBe('e1')
  expect(before(made)).toBeUndefined()
  expect(before(reminded)).toBeUndefined()
  const plain = () => undefined
  expect(changesOf(linesOf(earlier?.detail, plain), linesOf({ name: 'B', state: 'draft' }, plain)).map((c) => [c.key, c.was, c.is, c.changed])).toEqual([
    ['name', 'A', 'B', true], ['state', '草稿', '草稿', false],
  ])
})
