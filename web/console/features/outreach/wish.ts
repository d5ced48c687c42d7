import type { Schema } from '@shared/api/client'
import { isEmpty, tidy, type Message } from '../../ui/message/message'

type Wish = Schema<'MasssendWish'>

/** Who gets a mass send: all contacts, an audience, chosen customers, or customer groups. */
export type Mode = 'all' | 'audience' | 'customers' | 'groups'

/** A mass send as the form keeps it: nothing is lost while the viewer tries one way and another. */
export interface Draft {
  corp: string
  name: string
  mode: Mode
  audience?: string
  customers: string[]
  staff: string[]
  chats: string[]
  content: Message
  ab: boolean
  variants: { name: string; percent: number; content: Message }[]
  holdout: number
  transactional: boolean
  select: boolean
  late: boolean
  remind: number[]
  priority: number
  start?: string
  deadline?: string
}

/** An empty mass send, or a copy of one. A copy keeps neither times nor name. */
export function begin(from?: Schema<'MasssendSend'>, copyName?: string): Draft {
  const target = from?.target ?? {}
  const mode = from?.chat === 'group' ? 'groups' : target.audience ? 'audience' : target.customers?.length ? 'customers' : 'all'
  const variants = from?.variants?.map((v) => ({ name: v.name, percent: v.percent, content: v.content })) ?? []
  return {
    corp: from?.corp ?? '', name: copyName ?? from?.name ?? '', mode: from ? mode : 'audience', audience: target.audience, customers: target.customers ?? [], staff: target.staff ?? [], chats: target.chats ?? [],
    content: from?.content ?? {}, ab: variants.length > 0, variants: variants.length > 0 ? variants : [{ name: 'A', percent: 50, content: {} }, { name: 'B', percent: 50, content: {} }],
    holdout: from?.options.holdout_percent ?? 0, transactional: from?.options.transactional ?? false, select: from?.options.allow_select ?? false, late: from?.options.finish_late ?? false,
    remind: from?.options.remind_after_minutes ?? [], priority: from?.priority ?? 0, ...(from && copyName === undefined && { start: from.scheduled_at, deadline: from.deadline }),
  }
}

/** What is sent to the server. Only what belongs to the chosen way goes along. */
export function wishOf(d: Draft): Wish {
  const group = d.mode === 'groups'
  const target = group ? (d.chats.length > 0 ? { chats: d.chats } : { staff: d.staff }) : {
    ...(d.mode === 'audience' && d.audience && { audience: d.audience }), ...(d.mode === 'customers' && { customers: d.customers }), ...(d.staff.length > 0 && { staff: d.staff }),
  }
  const testing = d.ab && !group
  const options = {
    ...(d.select && { allow_select: true }), ...(d.late && { finish_late: true }), ...(d.remind.length > 0 && { remind_after_minutes: [...d.remind].sort((a, b) => a - b) }),
    ...(!group && d.holdout > 0 && { holdout_percent: d.holdout }), ...(d.transactional && { transactional: true }),
  }
  return {
    corp: d.corp, name: d.name.trim(), chat: group ? 'group' : 'single', target, options, priority: d.priority,
    ...(testing ? { variants: d.variants.map((v) => ({ name: v.name.trim(), percent: v.percent, content: tidy(v.content) })) } : { content: tidy(d.content) }),
    ...(d.start && { scheduled_at: d.start }), ...(d.deadline && { deadline: d.deadline }),
  }
}

/** The same, so far as it decides who gets it: the server counts before name and text are written. Nothing if nobody is chosen. */
export function countable(d: Draft): Wish | undefined {
  if (!d.corp || (d.mode === 'audience' && !d.audience) || (d.mode === 'customers' && d.customers.length === 0) || (d.mode === 'groups' && d.chats.length + d.staff.length === 0)) return undefined
  const { content: _content, variants, deadline: _deadline, ...rest } = wishOf(d)
  const names = new Set(variants?.map((v) => v.name))
  const fits = variants && names.size === variants.length && !names.has('') && !names.has('control') && Math.abs(variants.reduce((sum, v) => sum + v.percent, 0) - 100) < 0.01 && variants.every((v) => v.percent > 0)
  return { ...rest, name: '-', ...(fits ? { variants: variants.map((v) => ({ ...v, content: { text: '-' } })) } : { content: { text: '-' } }) }
}

/** What is still missing before it can go. */
export function missing(d: Draft): ('name' | 'target' | 'content' | 'shares')[] {
  const out: ('name' | 'target' | 'content' | 'shares')[] = []
  if (!d.name.trim()) out.push('name')
  if (!countable(d)) out.push('target')
  const testing = d.ab && d.mode !== 'groups'
  if (testing ? d.variants.some((v) => isEmpty(v.content)) : isEmpty(d.content)) out.push('content')
  if (testing && Math.abs(d.variants.reduce((sum, v) => sum + v.percent, 0) - 100) >= 0.01) out.push('shares')
  return out
}
