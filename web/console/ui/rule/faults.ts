import { bare, bounds, comparisons, isNever, readDid, readLast, readSequence, readStage, readTest } from './parts'
import { depth, leafKind, leaves, parse, pointers } from './model'
import type { Fault, Node, Rule, Selection, Test } from './types'

/** How deep a rule may be, and how many conditions it may have. */
export const limits = { depth: 8, leaves: 100, where: 32, steps: 32 }

type Say = (pointer: string, zh: string, en: string) => void

const isDate = (v: unknown) => typeof v === 'string' && /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(v) && !Number.isNaN(Date.parse(v))
const isText = (v: unknown) => typeof v === 'string' && v !== ''
const isNumber = (v: unknown) => typeof v === 'number' && Number.isFinite(v)

function pair(value: unknown, at: string, say: Say, right: (v: unknown) => boolean) {
  if (!Array.isArray(value) || value.length !== 2 || !right(value[0]) || !right(value[1])) return say(at, '两端都要填', 'Fill in both ends')
  if ((value[0] as never) > (value[1] as never)) say(at, '起点不能大于终点', 'The low end is above the high end')
}

function checkTest(t: Test, key: 'trait' | 'prop', at: string, say: Say) {
  if (!t.name) say(`${at}/${key}`, key === 'trait' ? '请选择客户属性' : '请选择事件属性', key === 'trait' ? 'Choose a trait' : 'Choose a property')
  if (!(comparisons as readonly string[]).includes(t.op)) return say(`${at}/op`, '不认识的比较方式', 'Unknown comparison')
  if (bare(t.op)) return
  const value = `${at}/value`
  switch (t.op) {
    case 'in': case 'not_in':
      if (!Array.isArray(t.value) || t.value.length === 0) say(value, '至少填一个值', 'Give at least one value')
      return
    case 'between': return pair(t.value, value, say, (v) => isText(v) || isNumber(v))
    case 'before': case 'after':
      if (!isDate(t.value)) say(value, '请选择日期', 'Choose a date')
      return
    case 'within_last':
      if (!readLast(t.value)?.n) say(value, '请填写时长', 'Give a length of time')
      return
    case 'gt': case 'gte': case 'lt': case 'lte':
      if (!isNumber(t.value) && !isText(t.value)) say(value, '请填写数值', 'Give a number')
      return
    default:
      if (!isText(t.value) && !isNumber(t.value) && typeof t.value !== 'boolean') say(value, '请填写值', 'Give a value')
  }
}

function checkSelection(s: Selection, at: string, say: Say) {
  if (!s.any && s.events.length === 0) say(`${at}/event`, '请选择事件', 'Choose an event')
  if (s.where.length > limits.where) say(`${at}/where`, `事件属性条件最多 ${limits.where} 个`, `At most ${limits.where} tests`)
  s.where.forEach((t, i) => checkTest(t, 'prop', `${at}/where/${i}`, say))
}

function checkDid(rule: Rule, at: string, say: Say) {
  const d = readDid(rule)
  checkSelection(d, at, say)
  if (d.span.kind === 'within' && !readLast(d.span.last)?.n) say(`${at}/within`, '请填写大于 0 的时长', 'Give a length of time above zero')
  if (d.span.kind === 'between') pair([d.span.from, d.span.to], `${at}/between`, say, isDate)
  const m = d.measure
  if (m.kind === 'once' || isNever(m)) return
  if ('test' in m) return checkTest(m.test, 'prop', `${at}/${m.kind}`, say)
  if ('of' in m && !m.of) say(`${at}/${m.kind}/of`, '请选择要统计的事件属性', 'Choose the property to measure')
  if (!(bounds as readonly string[]).includes(m.op)) return say(`${at}/${m.kind}`, '不认识的比较方式', 'Unknown comparison')
  const whole = m.kind === 'count' || m.kind === 'distinct_days' || m.kind === 'distinct'
  const right = (v: unknown) => isNumber(v) && (!whole || (Number.isInteger(v) && (v as number) >= 0))
  if (m.op === 'between') pair(m.value, `${at}/${m.kind}/between`, say, right)
  else if (!right(m.value)) say(`${at}/${m.kind}/${m.op}`, whole ? '请填写不小于 0 的整数' : '请填写数字', whole ? 'Give a whole number, zero or more' : 'Give a number')
}

function checkSequence(rule: Rule, at: string, say: Say) {
  const s = readSequence(rule)
  if (s.steps.length === 0) say(`${at}/steps`, '至少要有一步', 'Add at least one step')
  if (s.steps.length > limits.steps) say(`${at}/steps`, `最多 ${limits.steps} 步`, `At most ${limits.steps} steps`)
  s.steps.forEach((step, i) => checkSelection(step, `${at}/steps/${i}`, say))
  if (s.within !== undefined && !readLast(s.within)?.n) say(`${at}/within`, '请填写大于 0 的时长', 'Give a length of time above zero')
  if (s.inLast !== undefined && !readLast(s.inLast)?.n) say(`${at}/in_last`, '请填写大于 0 的时长', 'Give a length of time above zero')
}

function checkLeaf(rule: Rule, at: string, say: Say) {
  switch (leafKind(rule)) {
    case 'trait': return checkTest(readTest(rule, 'trait'), 'trait', at, say)
    case 'tag': return isText(rule.tag) ? undefined : say(`${at}/tag`, '请选择标签', 'Choose a tag')
    case 'audience': return isText(rule.audience) ? undefined : say(`${at}/audience`, '请选择人群', 'Choose an audience')
    case 'stage': case 'tier': return readStage(rule).name ? undefined : say(at, '请选择阶段或等级', 'Choose a stage or tier')
    case 'did': return checkDid(rule, `${at}/did`, say)
    case 'sequence': return checkSequence(rule, `${at}/sequence`, say)
    case 'raw': return say(at, '不认识的条件，请检查 JSON', 'Not a known condition; check the JSON')
  }
}

/** What is wrong in a rule as far as can be told without the server. Pointers are those of the server. */
export function ruleFaults(rule: Rule): Fault[] {
  const out: Fault[] = []
  const say: Say = (pointer, zh, en) => { out.push({ pointer, zh, en }) }
  const tree = parse(rule)
  const at = pointers(tree)
  const walk = (n: Node) => (n.kind === 'leaf' ? checkLeaf(n.rule, at.get(n.id) ?? '', say) : n.kids.forEach(walk))
  walk(tree.root)
  const deep = tree.bare && tree.root.kids[0] ? depth(tree.root.kids[0]) : depth(tree.root)
  if (deep > limits.depth) say('', `嵌套最多 ${limits.depth} 层，请把里层另存为人群再引用`, `At most ${limits.depth} levels deep: make the inner part an audience of its own`)
  if (leaves(tree.root) > limits.leaves) say('', `条件最多 ${limits.leaves} 个，请拆成几个人群`, `At most ${limits.leaves} conditions: split it into audiences`)
  return out
}
