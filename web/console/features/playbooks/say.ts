import { named, texts, words, type Words } from '@shared/i18n'
import { kindOf, type Condition, type Content, type Doc, type Does, type Send, type Step, type Task, type Trigger, type Where } from './document'
import { channelWords, eventWords, opWords, reasonWords, stageWords, traitWords, unitWords, weekdayWords } from './words'

const said = texts({
  nothing: ['还没有设置', 'Not set yet'],
  on: [(e: string) => `客户「${e}」时`, (e: string) => `When a customer does “${e}”`],
  where: [(w: string) => `且 ${w}`, (w: string) => `where ${w}`],
  rule: ['且符合规则', 'and matches a rule'],
  entered: [(a: string) => `进入人群「${a}」时`, (a: string) => `On entering “${a}”`],
  left: [(a: string) => `离开人群「${a}」时`, (a: string) => `On leaving “${a}”`],
  existing: ['（含发布时已在其中的人）', ' (members at publishing too)'],
  date: [(trait: string, shift: string, at: string) => `${trait}${shift} ${at}`, (trait: string, shift: string, at: string) => `${shift || 'On'} ${trait}, ${at}`],
  yearly: ['每年', 'Each year: '],
  monthOf: ['所在月的 1 日', ' (the first of its month)'],
  beforeDay: [(n: string) => `前 ${n} 天`, (n: string) => `${n} days before`],
  afterDay: [(n: string) => `后 ${n} 天`, (n: string) => `${n} days after`],
  day: ['每天', 'Every day'],
  week: [(d: string) => `每${d}`, (d: string) => `Every ${d}`],
  month: [(d: string) => `每月 ${d} 日`, (d: string) => `Each month on ${d}`],
  lastDay: ['最后一', 'the last'],
  once: [(at: string) => `${at} 一次`, (at: string) => `Once, ${at}`],
  forAudience: [(a: string) => `，对人群「${a}」`, (a: string) => `, for “${a}”`],
  api: ['由接口或人工启动', 'Started by the API or by hand'],
  audienceMet: [(a: string) => `在人群「${a}」中`, (a: string) => `is in “${a}”`],
  audienceLeft: [(a: string) => `离开人群「${a}」`, (a: string) => `leaves “${a}”`],
  ruleHolds: ['符合规则', 'matches a rule'],
  taskDone: [(s: string, r: string) => `任务「${s}」${r || '完成'}`, (s: string, r: string) => `task “${s}” is ${r || 'done'}`],
  sameKey: ['（同一编号）', ' (same key)'],
  service: [' · 服务通知', ' · service message'],
  material: [(m: string) => `素材 ${m}`, (m: string) => `Material ${m}`],
  variants: [(n: string) => `${n} 个版本测试`, (n: string) => `${n} variants`],
  owner: ['客户的跟进员工', 'who has the customer'],
  leader: ['员工的上级', 'the member’s leader'],
  taskFor: [(who: string, span: string) => `派给${who}，${span}内完成`, (who: string, span: string) => `For ${who}, within ${span}`],
  taskWaits: ['，等完成再往下', '; waits for it'],
  groups: ['发到客户群', 'To groups'],
  moments: ['发朋友圈', 'To Moments'],
  rest: [(s: string) => `等待 ${s}`, (s: string) => `Wait ${s}`],
  until: [(s: string) => `等到 ${s}`, (s: string) => `Until ${s}`],
  atMost: [(c: string, s: string) => `${c}，最多等 ${s}`, (c: string, s: string) => `${c}, at most ${s}`],
  cases: [(n: string) => `${n} 种情况，走第一条符合的`, (n: string) => `${n} cases; the first that fits`],
  arms: [(s: string) => `随机 ${s}`, (s: string) => `By chance ${s}`],
  held: [(p: string) => `${p}% 的客户此后不触达`, (p: string) => `${p}% are not touched from here on`],
  tag: [(s: string) => `打标签 ${s}`, (s: string) => `tag ${s}`],
  untag: [(s: string) => `去标签 ${s}`, (s: string) => `untag ${s}`],
  sets: [(s: string) => `设置 ${s}`, (s: string) => `set ${s}`],
  coupon: [(s: string) => `券模板 ${s}`, (s: string) => `Template ${s}`],
  ends: ['达成目标，结束', 'Reached, ends'],
  leaves: ['到此退出', 'Leaves here'],
  space: ['', ' '],
  comma: ['、', ', '],
  goal: ['目标', 'Goal'],
})

/** Looks names up: of audiences, playbooks, endpoints, steps. */
export type NameOf = (kind: 'audience' | 'playbook' | 'endpoint' | 'step', id: string) => string

const same: NameOf = (_, id) => id

type Said = Words<typeof said>

/** A duration such as 36h, in words. */
export function span(text: string | undefined): string {
  const m = /^(\d+)([smhdw])$/.exec(text ?? '')
  return m ? `${m[1]} ${words(unitWords)[m[2] as 's']}` : (text ?? '')
}

/** An event's name in words. */
export const eventName = (e: string | undefined) => named(words(eventWords), e)

/** The reason, way or variant beside an outcome. */
export const detailName = (d: string | undefined) => named(words(reasonWords), d)

function whereText(t: Said, list: readonly Where[] | undefined): string {
  const ops = words(opWords)
  return (list ?? []).map((w) => `${w.prop} ${named(ops, w.op)} ${w.value === undefined ? '' : Array.isArray(w.value) ? w.value.join(t.comma) : String(w.value)}`.trim()).join(t.comma)
}

const weekdays = (t: Said, days: readonly string[] | undefined) => (days ?? []).map((d) => named(words(weekdayWords), d)).join(t.comma)

/** What starts a playbook, as a sentence. */
export function triggerText(trigger: Trigger | undefined, nameOf: NameOf = same): string {
  const t = words(said)
  if (!trigger) return t.nothing
  if (trigger.event !== undefined) {
    return [trigger.event ? t.on(eventName(trigger.event)) : t.nothing, trigger.where?.length ? t.where(whereText(t, trigger.where)) : '', trigger.rule ? t.rule : ''].filter(Boolean).join(t.space || '，')
  }
  if (trigger.audience !== undefined) {
    if (!trigger.audience) return t.nothing
    return `${(trigger.on === 'left' ? t.left : t.entered)(nameOf('audience', trigger.audience))}${trigger.existing ? t.existing : ''}`
  }
  if (trigger.date) {
    const { trait, offset, at, match, repeat } = trigger.date
    const days = Number.parseInt(offset ?? '0', 10)
    const shift = days < 0 ? t.beforeDay(String(-days)) : days > 0 ? t.afterDay(String(days)) : ''
    return `${repeat === 'once' ? '' : t.yearly}${t.date(named(words(traitWords), trait), match === 'month' ? t.monthOf : shift, at ?? '09:00')}${trigger.rule ? ` ${t.rule}` : ''}`
  }
  if (trigger.schedule) {
    const s = trigger.schedule
    const time = s.time ?? '09:00'
    const on = s.at ? t.once(s.at.replace('T', ' ')) : s.every === 'week' ? `${t.week(weekdays(t, s.weekdays))} ${time}` : s.every === 'month'
      ? `${t.month((s.days ?? []).map((d) => (d === -1 ? t.lastDay : String(d))).join(t.comma))} ${time}` : `${t.day} ${time}`
    return `${on}${s.audience ? t.forAudience(nameOf('audience', s.audience)) : ''}`
  }
  return trigger.api ? t.api : t.nothing
}

/** A condition in words. */
export function conditionText(c: Condition | undefined, nameOf: NameOf = same): string {
  const t = words(said)
  if (!c) return t.nothing
  if (c.event) return `${eventName(c.event)}${c.where?.length ? ` ${t.where(whereText(t, c.where))}` : ''}${c.same_key ? t.sameKey : ''}`
  if (c.audience) return (c.on === 'left' ? t.audienceLeft : t.audienceMet)(nameOf('audience', c.audience))
  if (c.rule) return t.ruleHolds
  if (c.task) return t.taskDone(nameOf('step', c.task), detailName(c.result))
  return t.nothing
}

/** What a content says first: its text, its title, or all of it. */
export function contentText(content: Content | undefined): string {
  for (const key of ['text', 'title', 'subject', 'body', 'template', 'template_id']) {
    const said0 = content?.[key]
    if (typeof said0 === 'string' && said0) return said0
  }
  return content && Object.keys(content).some((k) => content[k] !== '') ? JSON.stringify(content) : ''
}

function sendText(t: Said, s: Send): [string, string] {
  const says = `${named(words(channelWords), s.channel)}${s.transactional ? t.service : ''}`
  if (s.variants?.length) return [`${says} · ${t.variants(String(s.variants.length))}`, s.variants.map((v) => `${v.name} ${v.percent}%: ${v.material ?? contentText(v.content)}`).join('\n')]
  return [says, s.material ? t.material(s.material) : contentText(s.content)]
}

function taskText(t: Said, x: Task): [string, string] {
  const who = !x.assign || x.assign === 'owner' ? t.owner : x.assign === 'leader' ? t.leader : x.assign
  return [`${t.taskFor(who, span(x.deadline ?? '1d'))}${x.wait ? t.taskWaits : ''}`, x.title]
}

function updateText(t: Said, u: Does['update']): string {
  const sets = [...Object.entries(u.set ?? {}), ...Object.entries(u.set_once ?? {})].map(([k, v]) => `${k} = ${String(v)}`)
  const plus = Object.entries(u.increase ?? {}).map(([k, v]) => `${k} + ${v}`)
  const stages = Object.entries(u.stage ?? {}).map(([k, v]) => `${k.toUpperCase()} → ${named(words(stageWords), v)}`)
  return [
    u.tag?.length ? t.tag(u.tag.join(t.comma)) : '', u.untag?.length ? t.untag(u.untag.join(t.comma)) : '',
    sets.length + plus.length > 0 ? t.sets([...sets, ...plus].join(t.comma)) : '', u.unset?.length ? `− ${u.unset.join(t.comma)}` : '', ...stages,
  ].filter(Boolean).join(' · ')
}

/** What a step does in one line, and what it says to whom it reaches. */
export function stepText(step: Step, nameOf: NameOf = same): { says: string; quote?: string } {
  const t = words(said)
  const pair = ([says, quote]: [string, string]) => ({ says, quote })
  switch (kindOf(step)) {
    case 'send': return pair(sendText(t, step.send as Send))
    case 'task': return pair(taskText(t, step.task as Task))
    case 'post': return { says: step.post?.to === 'groups' ? t.groups : t.moments, quote: step.post?.material ? t.material(step.post.material) : contentText(step.post?.content) }
    case 'wait': return { says: t.rest(span(step.wait?.for)) }
    case 'wait_until': {
      const u = step.wait_until
      return { says: t.until([u?.date, weekdays(t, u?.weekdays), u?.until ? `${u.time}–${u.until}` : u?.time].filter(Boolean).join(' ')) }
    }
    case 'wait_for': return { says: t.atMost(conditionText(step.wait_for, nameOf), span(step.wait_for?.timeout)) }
    case 'branch': return { says: t.cases(String(step.branch?.cases.length ?? 0)) }
    case 'split': return { says: t.arms((step.split?.arms ?? []).map((a) => `${a.name} ${a.percent}%`).join(' / ')) }
    case 'holdout': return { says: t.held(String(step.holdout?.percent ?? 0)) }
    case 'update': return { says: updateText(t, step.update ?? {}) || t.nothing }
    case 'coupon': return { says: step.coupon?.template ? t.coupon(step.coupon.template) : t.nothing }
    case 'start': return { says: step.start?.playbook ? nameOf('playbook', step.start.playbook) : t.nothing }
    case 'stop': return { says: step.stop?.playbook ? nameOf('playbook', step.stop.playbook) : t.nothing }
    case 'webhook': return { says: step.webhook?.endpoint ? nameOf('endpoint', step.webhook.endpoint) : t.nothing }
    case 'goal': return { says: step.goal?.name || t.ends }
    default: return { says: step.exit?.name || t.leaves }
  }
}

/** The name of a way inside a step. */
export const wayName = (step: Step, name: string) => (step.split || (step.branch && name !== 'else') ? name : detailName(name))

/** Where a run ended or waits, from the words of the server: a pointer to the goal or an exit, or a reason. */
export function endText(doc: Doc | undefined, detail: string | undefined, nameOf: NameOf = same): string {
  const t = words(said)
  if (!detail) return ''
  if (detail === '/goal') return doc?.goal ? conditionText(doc.goal, nameOf) : t.goal
  const exit = /^\/exit\/(\d+)$/.exec(detail)
  return exit ? conditionText(doc?.exit?.[Number(exit[1])], nameOf) : detailName(detail)
}
