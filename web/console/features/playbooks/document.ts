import type { Rule } from '../../ui/rule'

/** The document of a playbook, as docs/playbooks.md has it. */
export interface Doc {
  name: string
  description?: string
  subject?: Subject
  audiences?: Record<string, { name: string; rule: Rule }>
  trigger: Trigger
  key?: string
  steps: Step[]
  goal?: Condition
  exit?: Condition[]
  reentry?: string
  limit?: { concurrent?: number; per_customer?: number }
  priority?: number
  quiet_hours?: { from: string; to: string }
  cap?: { per_day?: number; per_week?: number; per_month?: number }
  holdout_percent?: number
  experiment?: string
}

/** Who goes through a playbook. */
export type Subject = 'customer' | 'staff' | 'group' | 'brand'

/** A condition on one property of an event. */
export interface Where {
  prop: string
  op: string
  value?: unknown
}

/** What starts runs: one of event, audience, date, schedule and api. */
export interface Trigger {
  event?: string
  where?: Where[]
  audience?: string
  on?: 'entered' | 'left'
  existing?: boolean
  date?: { trait: string; repeat?: string; match?: string; offset?: string; at?: string }
  schedule?: Schedule
  api?: boolean
  rule?: Rule
  late?: string
}

/** Moments of the brand's calendar. */
export interface Schedule {
  at?: string
  every?: 'day' | 'week' | 'month'
  weekdays?: string[]
  days?: number[]
  time?: string
  from?: string
  until?: string
  audience?: string
  select?: Select
}

/** Members or group chats. */
export interface Select {
  corp?: string
  staff?: string[]
  departments?: number[]
  groups?: string[]
  tags?: string[]
}

/** Something that may happen: one of event, audience, rule and task. */
export interface Condition {
  event?: string
  where?: Where[]
  same_key?: boolean
  audience?: string
  on?: 'entered' | 'left'
  rule?: Rule
  task?: string
  result?: string
}

/** What a message says: keys depend on the channel. */
export type Content = Record<string, unknown>

/** An arm of a message or of a task. */
export interface Variant {
  name: string
  percent: number
  content?: Content
  material?: string
  script?: string
}

/** Reaches the customer over a channel. */
export interface Send {
  channel: string
  endpoint?: string
  content?: Content
  material?: string
  missing?: 'empty' | 'skip'
  traits?: string[]
  identities?: string[]
  track_links?: boolean
  transactional?: boolean
  expires_in?: string
  variants?: Variant[]
  experiment?: string
}

/** Work for a member of staff. */
export interface Task {
  title: string
  script?: string
  script_id?: string
  materials?: string[]
  checklist?: string[]
  assign?: string
  corp?: string
  deadline?: string
  remind?: string[]
  escalate?: string
  results?: string[]
  wait?: boolean
  experiment?: string
  variants?: Variant[]
}

/** Rests until something happens. */
export interface WaitFor extends Condition {
  timeout: string
  steps?: Step[]
  else?: Step[]
}

/** One way of a branch. */
export interface Case {
  name: string
  rule?: Rule
  where?: Where[]
  steps?: Step[]
}

/** One way of a split. */
export interface Arm {
  name: string
  percent: number
  steps?: Step[]
}

/** What an update changes. */
export interface Update {
  set?: Record<string, unknown>
  set_once?: Record<string, unknown>
  increase?: Record<string, number>
  unset?: string[]
  tag?: string[]
  untag?: string[]
  stage?: Record<string, string>
}

/** Everything a step can do, by its key. */
export interface Does {
  send: Send
  task: Task
  post: { to: string; corp?: string; select?: Select; content?: Content; material?: string }
  wait: { for: string }
  wait_until: { time?: string; until?: string; weekdays?: string[]; date?: string; zone?: 'customer' | 'brand' }
  wait_for: WaitFor
  branch: { cases: Case[]; else?: Step[] }
  split: { arms: Arm[]; experiment?: string; by?: string }
  holdout: { percent: number; experiment?: string }
  update: Update
  coupon: { template: string; expires_in?: string }
  start: { playbook: string }
  stop: { playbook: string }
  webhook: { endpoint: string; content: Content; traits?: string[]; identities?: string[] }
  goal: { name?: string }
  exit: { name?: string }
}

/** The kinds of step. */
export type Kind = keyof Does

/** One thing that a playbook does: an id and one kind. */
export type Step = { id: string; name?: string } & Partial<Does>

/** All kinds, in the order in which they are offered. */
export const kinds: readonly Kind[] = [
  'send', 'task', 'post', 'wait', 'wait_until', 'wait_for', 'branch', 'split', 'holdout', 'update', 'coupon', 'start', 'stop', 'webhook', 'goal', 'exit',
]

/** The kinds that subjects other than customers may have. */
const forOthers: readonly Kind[] = ['task', 'post', 'wait', 'wait_until', 'wait_for', 'split', 'webhook', 'goal', 'exit']

/** The kinds of step that a playbook of a subject may have. */
export function kindsOf(subject: Subject | undefined): readonly Kind[] {
  return subject && subject !== 'customer' ? forOthers : kinds.filter((k) => k !== 'post')
}

/** What a step does. An unknown step counts as an exit. */
export function kindOf(step: Step): Kind {
  return kinds.find((k) => step[k] !== undefined) ?? 'exit'
}
