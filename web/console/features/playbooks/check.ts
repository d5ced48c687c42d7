import { texts, words } from '@shared/i18n'
import { type Condition, type Content, type Doc, type Step } from './document'
import { walk, type Issue } from './model'

const said = texts({
  name: ['写上名称', 'Give it a name'],
  trigger: ['选择什么时候开始', 'Say what starts it'],
  empty: ['至少加一个步骤', 'Add a step'],
  channel: ['选择渠道', 'Choose a channel'],
  endpoint: ['选择发送账号', 'Choose the account to send by'],
  content: ['写上内容，或选择素材', 'Write a text or choose a material'],
  percent: ['各版本的比例相加要等于 100', 'Shares must add up to 100'],
  title: ['写上任务标题', 'Give the task a title'],
  duration: ['写上时长，例如 2 天', 'Say how long, such as 2 days'],
  moment: ['至少写时刻、星期或日期之一', 'Say a time, weekdays or a date'],
  condition: ['选择等什么', 'Say what it waits for'],
  goal: ['目标还没有选择条件', 'The goal has no condition'],
  exit: ['退出条件还没有写完', 'An exit has no condition'],
  case: ['每种情况都要有名称和条件', 'Each case needs a name and a rule'],
  arm: ['每一组都要有名称', 'Each arm needs a name'],
  update: ['至少改一样', 'Change at least one thing'],
  template: ['填写券模板', 'Name the coupon template'],
  playbook: ['选择一条 SOP', 'Choose a playbook'],
  unique: ['名称不能重复', 'Names must differ'],
})

const long = /^[1-9]\d*[smhdw]$/

const isSaid = (c: Content | undefined) => Object.values(c ?? {}).some((v) => v !== '' && v !== undefined && !(Array.isArray(v) && v.length === 0))

const isWhole = (c: Condition | undefined) => Boolean(c?.event || c?.audience || c?.task || (c?.rule && Object.keys(c.rule).length > 0))

type Fault = [path: string, detail: string]

function shares(list: readonly { name: string; percent: number }[], path: string): Fault[] {
  const t = words(said)
  const out: Fault[] = []
  if (Math.abs(list.reduce((n, v) => n + (v.percent || 0), 0) - 100) > 1e-6) out.push([path, t.percent])
  if (list.some((v) => !v.name)) out.push([path, t.arm])
  if (new Set(list.map((v) => v.name)).size < list.length) out.push([path, t.unique])
  return out
}

function check(step: Step): Fault[] {
  const t = words(said)
  const out: Fault[] = []
  const need = (ok: unknown, path: string, detail: string) => { if (!ok) out.push([path, detail]) }
  const { send, task, post, wait, wait_until: until, wait_for: event, branch, split, update, webhook } = step
  if (send) {
    need(send.channel, '/send/channel', t.channel)
    need(send.endpoint || !send.channel, '/send/endpoint', t.endpoint)
    if (send.variants?.length) {
      out.push(...shares(send.variants, '/send/variants'))
      send.variants.forEach((v, i) => need(v.material || isSaid(v.content), `/send/variants/${i}/content`, t.content))
    } else need(send.material || isSaid(send.content), '/send/content', t.content)
  }
  if (task) {
    need(task.title, '/task/title', t.title)
    need(!task.deadline || long.test(task.deadline), '/task/deadline', t.duration)
    if (task.variants?.length) out.push(...shares(task.variants, '/task/variants'))
  }
  if (post) need(post.material || isSaid(post.content), '/post/content', t.content)
  if (wait) need(long.test(wait.for), '/wait/for', t.duration)
  if (until) need(until.time || until.date || until.weekdays?.length, '/wait_until', t.moment)
  if (event) {
    need(isWhole(event), '/wait_for', t.condition)
    need(long.test(event.timeout), '/wait_for/timeout', t.duration)
  }
  if (branch) {
    need(branch.cases.every((c) => c.name && (c.where?.length || (c.rule && Object.keys(c.rule).length > 0))), '/branch/cases', t.case)
    need(new Set(branch.cases.map((c) => c.name)).size === branch.cases.length, '/branch/cases', t.unique)
  }
  if (split) out.push(...shares(split.arms, '/split/arms'))
  if (update) need(Object.values(update).some((v) => v && Object.keys(v as object).length > 0), '/update', t.update)
  if (step.coupon) need(step.coupon.template, '/coupon/template', t.template)
  if (step.start) need(step.start.playbook, '/start/playbook', t.playbook)
  if (step.stop) need(step.stop.playbook, '/stop/playbook', t.playbook)
  if (webhook) need(webhook.endpoint, '/webhook/endpoint', t.endpoint)
  return out
}

/** What is plainly unfinished, before the server is asked. */
export function unfinished(doc: Doc): Issue[] {
  const t = words(said)
  const g = doc.trigger
  const whole: Issue[] = []
  const need = (ok: unknown, path: string, detail: string) => { if (!ok) whole.push({ step: '', path, detail }) }
  need(doc.name.trim(), '/name', t.name)
  need(g.event || g.audience || g.date?.trait || g.schedule || g.api, '/trigger', t.trigger)
  need(doc.steps.length > 0, '/steps', t.empty)
  need(!doc.goal || isWhole(doc.goal), '/goal', t.goal)
  doc.exit?.forEach((c, i) => need(isWhole(c), `/exit/${i}`, t.exit))
  return [...whole, ...walk(doc.steps).flatMap((f) => check(f.step).map(([path, detail]) => ({ step: f.step.id, path, detail })))]
}
