import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ruleFaults } from './faults'
import * as m from './model'
import { readDid, readSequence, readStage, writeDid, writeSequence, writeStage } from './parts'
import { ruleSentence } from './sentence'
import type { Group, Node, Rule } from './types'

const read = (path: string) => readFileSync(join(import.meta.dirname, '../../../..', path), 'utf8')

/** Every JSON object in the texts and tables of a page that reads as JSON. */
function examples(page: string): Rule[] {
  const texts = [...page.matchAll(/```json\n([\s\S]*?)```/g), ...page.matchAll(/`(\{.*?\})`/g)].map((x) => x[1] as string)
  return texts.flatMap((t) => {
    try {
      return [JSON.parse(t) as Rule]
    } catch {
      return []
    }
  }).filter((r) => ['all', 'any', 'not', 'trait', 'tag', 'stage', 'tier', 'audience', 'did', 'sequence'].some((k) => k in r))
}

const documented = examples(read('docs/rules.md'))
const demo = (JSON.parse(read('internal/demo/audiences.json')) as { name: string; rule: Rule }[]).map((a) => a.rule)
const golden = read('internal/rule/testdata/rules.txt').split('\n').flatMap((line) => {
  try {
    return [JSON.parse(line) as Rule]
  } catch {
    return []
  }
})
const odd: Rule[] = [
  { not: { not: { tag: 'a' } } }, { all: [] }, { any: [] }, { tier: 'V3' }, { stage: { tier: '!=V2' } }, { aipl: 'loyal' },
  { did: { event: '*', of: 'revenue', sum: { gte: 3 } } }, { did: { event: ['A'], where: [] } }, { unheard: [1, { of: null }] }, { all: [{ all: [{ any: [{ tag: 'x' }] }] }] },
]
const all = [...documented, ...demo, ...golden, ...odd]

describe('the model', () => {
  it('has examples to read', () => {
    expect(documented.length).toBeGreaterThan(8)
    expect(demo.length).toBeGreaterThan(8)
  })
  it.each(all.map((r) => [JSON.stringify(r), r] as const))('gives back %s', (text, rule) => {
    expect(JSON.stringify(m.write(m.parse(rule)))).toBe(text)
  })
  it.each([...documented, ...demo].flatMap(flat).map((r) => [JSON.stringify(r), r] as const))('reads the parts of %s', (_, rule) => {
    const kind = m.leafKind(rule)
    const again = kind === 'did' ? writeDid(readDid(rule)) : kind === 'sequence' ? writeSequence(readSequence(rule)) : kind === 'stage' || kind === 'tier' ? writeStage(readStage(rule)) : rule
    expect(again).toEqual(rule)
  })
})

function flat(rule: Rule): Rule[] {
  const kids = (rule.all ?? rule.any ?? (rule.not ? [rule.not] : undefined)) as Rule[] | undefined
  return kids ? kids.flatMap(flat) : [rule]
}

const rule: Rule = { all: [{ tag: 'a' }, { any: [{ tag: 'b' }, { tag: 'c' }] }, { tag: 'd' }] }
const edited = (by: (root: Group) => Group) => {
  const tree = m.parse(rule)
  return m.write({ ...tree, root: by(tree.root) })
}
const at = (root: Group, ...path: number[]): Node => path.reduce<Node>((n, i) => (n as Group).kids[i] as Node, root as Node)

describe('edits', () => {
  it('moves among neighbours and stays at the ends', () => {
    expect(edited((r) => m.move(r, at(r, 2).id, -1))).toEqual({ all: [{ tag: 'a' }, { tag: 'd' }, { any: [{ tag: 'b' }, { tag: 'c' }] }] })
    expect(edited((r) => m.move(r, at(r, 1, 1).id, -1))).toEqual({ all: [{ tag: 'a' }, { any: [{ tag: 'c' }, { tag: 'b' }] }, { tag: 'd' }] })
    expect(edited((r) => m.move(r, at(r, 2).id, 1))).toEqual(rule)
  })
  it('moves out of a group and into the next one', () => {
    expect(edited((r) => m.moveOut(r, at(r, 1, 0).id))).toEqual({ all: [{ tag: 'a' }, { any: [{ tag: 'c' }] }, { tag: 'b' }, { tag: 'd' }] })
    expect(edited((r) => m.moveIn(r, at(r, 0).id))).toEqual({ all: [{ any: [{ tag: 'a' }, { tag: 'b' }, { tag: 'c' }] }, { tag: 'd' }] })
    expect(edited((r) => m.moveIn(r, at(r, 2).id))).toEqual({ all: [{ tag: 'a' }, { any: [{ tag: 'b' }, { tag: 'c' }, { tag: 'd' }] }] })
    expect(edited((r) => m.moveOut(r, at(r, 0).id))).toEqual(rule)
  })
  it('copies, removes, negates, wraps and joins', () => {
    expect(edited((r) => m.duplicate(r, at(r, 1, 1).id))).toEqual({ all: [{ tag: 'a' }, { any: [{ tag: 'b' }, { tag: 'c' }, { tag: 'c' }] }, { tag: 'd' }] })
    expect(edited((r) => m.remove(r, at(r, 1).id))).toEqual({ all: [{ tag: 'a' }, { tag: 'd' }] })
    expect(edited((r) => m.toggleNot(r, at(r, 1).id))).toEqual({ all: [{ tag: 'a' }, { not: { any: [{ tag: 'b' }, { tag: 'c' }] } }, { tag: 'd' }] })
    expect(edited((r) => m.wrap(r, at(r, 0).id))).toEqual({ all: [{ any: [{ tag: 'a' }] }, { any: [{ tag: 'b' }, { tag: 'c' }] }, { tag: 'd' }] })
    expect(edited((r) => m.setGroup(r, r.id, { join: 'any' }))).toEqual({ any: rule.all })
    expect(edited((r) => m.add(r, at(r, 1).id, m.leaf({ tag: 'z' })))).toEqual({ all: [{ tag: 'a' }, { any: [{ tag: 'b' }, { tag: 'c' }, { tag: 'z' }] }, { tag: 'd' }] })
  })
  it('gives copies names of their own', () => {
    const tree = m.parse(rule)
    const root = m.duplicate(tree.root, at(tree.root, 1).id)
    const ids = [...m.pointers({ root, bare: false }).keys()]
    expect(new Set(ids).size).toBe(ids.length)
  })
  it('puts a group around a lone condition only when there are two', () => {
    const tree = m.parse({ tag: 'a' })
    expect(m.write(tree)).toEqual({ tag: 'a' })
    expect(m.write({ ...tree, root: m.add(tree.root, tree.root.id, m.leaf({ tag: 'b' })) })).toEqual({ all: [{ tag: 'a' }, { tag: 'b' }] })
  })
  it('knows the places of its nodes', () => {
    const tree = m.parse({ all: [{ not: { any: [{ tag: 'b' }] } }] })
    expect([...m.pointers(tree).values()]).toEqual(['', '/all/0/not', '/all/0/not/any/0'])
  })
})

describe('faults', () => {
  it.each([...documented.flatMap(flat), ...demo].map((r) => [JSON.stringify(r), r] as const))('finds none in %s', (_, r) => expect(ruleFaults(r)).toEqual([]))
  it.each([
    [{ all: [{ trait: '', op: 'eq', value: '' }] }, ['/all/0/trait', '/all/0/value']],
    [{ not: { did: { event: '', within: '0d', count: { gte: 1.5 } } } }, ['/not/did/event', '/not/did/within', '/not/did/count/gte']],
    [{ did: { event: 'A', sum: { of: '', gte: 'x' } } }, ['/did/sum/of', '/did/sum/gte']],
    [{ did: { event: 'A', between: ['2025-02-01', '2025-01-01'], where: [{ prop: 'x', op: 'between', value: [2, 1] }] } }, ['/did/where/0/value', '/did/between']],
    [{ sequence: { steps: [] } }, ['/sequence/steps']],
    [{ any: [{ tag: '' }, { audience: '' }, { tier: '>=' }, { odd: 1 }] }, ['/any/0/tag', '/any/1/audience', '/any/2', '/any/3']],
    [{ trait: 'born', op: 'within_last', value: '30' }, ['/value']],
    [{ not: { not: { not: { not: { not: { not: { not: { not: { tag: 'a' } } } } } } } } }, ['']],
    [{ all: Array.from({ length: 101 }, () => ({ tag: 'a' })) }, ['']],
  ] as [Rule, string[]][])('finds what is wrong in %j', (r, want) => {
    expect(ruleFaults(r).map((f) => f.pointer)).toEqual(want)
    for (const f of ruleFaults(r)) expect(f.zh && f.en).toBeTruthy()
  })
})

describe('the sentence', () => {
  it.each([
    [{ all: [] }, '所有客户', 'every customer'],
    [{ any: [] }, '没有客户', 'nobody'],
    [{ tag: 'VIP' }, '有标签「VIP」', 'has the tag “VIP”'],
    [{ tier: '>=V3' }, '等级不低于 V3', 'tier is at least V3'],
    [{ stage: { aipl: 'purchase' } }, 'AIPL 阶段是「购买」', 'AIPL stage is “Purchase”'],
    [{ audience: 'aud_1' }, '在人群「老客」中', 'is in the audience “老客”'],
    [{ trait: 'city', op: 'in', value: ['杭州', '苏州'] }, '城市是「杭州」、「苏州」之一', 'city is one of “杭州”, “苏州”'],
    [{ trait: 'net_revenue', op: 'gte', value: 1000 }, '净消费额 ≥ 1,000', 'net revenue ≥ 1,000'],
    [{ trait: 'last_order_at', op: 'within_last', value: '30d' }, '最近下单时间在最近 30 天内', 'last order at is in the last 30 days'],
    [{ trait: 'birthday', op: 'between', value: ['2025-01-01', '2025-01-31'] }, '生日在 2025-01-01 到 2025-01-31 之间', 'birthday is between 2025-01-01 and 2025-01-31'],
    [{ trait: 'phone', op: 'exists' }, '手机号有值', 'phone is known'],
    [{ did: { event: 'Order Completed' } }, '做过「付款成功」', 'did “Order Completed”'],
    [{ did: { event: 'Order Completed', within: '180d', count: { eq: 0 } } }, '最近 180 天内没有做过「付款成功」', 'did not do “Order Completed” in the last 180 days'],
    [{ did: { event: ['Product Viewed', 'Product Added'], within: '1w', count: { gte: 3 } } }, '最近 1 周内做过「浏览商品」或「加入购物车」至少 3 次', 'did “Product Viewed” or “Product Added” at least 3 times in the last 1 week'],
    [{ did: { event: '*', within: '90d', count: { eq: 0 } } }, '最近 90 天内没有任何行为', 'did not do anything in the last 90 days'],
    [{ did: { event: 'Order Completed', within: '90d', where: [{ prop: 'category', op: 'eq', value: 'rods' }], sum: { of: 'revenue', gte: 1000 } } }, '最近 90 天内「付款成功」（品类是「rods」）的金额合计 ≥ 1,000', 'total revenue of “Order Completed” (where category is “rods”) in the last 90 days ≥ 1,000'],
    [{ did: { event: 'Order Completed', between: ['2025-11-01', '2025-11-11'], distinct_days: { gte: 2 } } }, '2025-11-01 至 2025-11-11 期间做过「付款成功」的天数 ≥ 2 天', 'did “Order Completed” on ≥ 2 days from 2025-11-01 to 2025-11-11'],
    [{ did: { event: 'Order Completed', distinct: { of: 'product_id', between: [2, 4] } } }, '「付款成功」涉及的不同商品编号 在 2 到 4 种之间', 'number of different product id of “Order Completed” between 2 and 4'],
    [{ did: { event: 'Order Refunded', last: { prop: 'revenue', op: 'gte', value: 20 } } }, '最近一次「退款」的金额 ≥ 20', 'the latest “Order Refunded”: revenue ≥ 20'],
    [{ sequence: { steps: [{ event: 'Product Viewed' }, { event: 'Order Completed' }], within: '1d', in_last: '30d' } }, '最近 30 天内先后做过 「浏览商品」 → 「付款成功」（1 天内走完）', 'did “Product Viewed”, then “Order Completed” within 1 day, all in the last 30 days'],
    [{ all: [{ tag: 'a' }, { not: { any: [{ tag: 'b' }, { tag: 'c' }] } }] }, '有标签「a」，并且不满足（有标签「b」，或者有标签「c」）', 'has the tag “a”, and not (has the tag “b”, or has the tag “c”)'],
    [{ wonder: 1 }, '{"wonder":1}', '{"wonder":1}'],
  ] as [Rule, string, string][])('says %j', (r, zh, en) => {
    const names = { audience: (id: string) => ({ aud_1: '老客' })[id] }
    expect(ruleSentence(r, 'zh-CN', names)).toBe(zh)
    expect(ruleSentence(r, 'en-US', names)).toBe(en)
  })
  it.each(all.map((r) => [JSON.stringify(r), r] as const))('has words for %s', (_, r) => {
    expect(ruleSentence(r, 'zh-CN').length).toBeGreaterThan(2)
    expect(ruleSentence(r, 'en-US')).not.toMatch(/undefined|NaN|\[object/)
  })
  it.each([undefined, null, 3, 'x', [], {}, { did: 3 }, { did: { event: 7, where: 'x', count: 3 } }, { all: [null, 3] }, { stage: [] }, { sequence: { steps: [1] } }, { trait: {}, op: [] }])('survives %j', (r) => {
    expect(typeof ruleSentence(r, 'zh-CN')).toBe('string')
    expect(() => ruleFaults(r as unknown as Rule)).not.toThrow()
  })
})
