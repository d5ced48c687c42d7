import type { Schema } from '@shared/api/client'
import { money, num } from '@shared/format'
import type { Lang } from '@shared/i18n'
import { eventLabel, kindLabel, propLabel, stageLabel } from '../../ui/rule/labels'
import { reasonWords } from '../../ui/words/touch'
import { channelName, typeName } from './words'

/** One event of a customer. */
export type CustomerEvent = Schema<'CustomerEvent'>

/** What an event is about, to filter a timeline by. */
export const kinds = ['trade', 'browse', 'talk', 'touch', 'group', 'profile', 'other'] as const

/** The kind of an event. */
export type Kind = (typeof kinds)[number]

const kindOf: Record<string, Kind> = {
  'Order Completed': 'trade', 'Order Refunded': 'trade', 'Order Cancelled': 'trade', 'Checkout Started': 'trade', 'Coupon Applied': 'trade', 'Coupon Issued': 'trade', 'Coupon Redeemed': 'trade',
  'Product Viewed': 'browse', 'Product Added': 'browse', 'Page Viewed': 'browse', 'Screen Viewed': 'browse', 'Material Opened': 'browse', 'Link Clicked': 'browse', 'Form Submitted': 'browse',
  'Contact Added': 'talk', 'Contact Deleted': 'talk', 'Contact Lost': 'talk', 'Contact Half Added': 'talk', 'Contact Edited': 'talk', 'Message Replied': 'talk', 'Message Sent': 'talk', 'Moment Liked': 'talk', 'Moment Commented': 'talk', 'Material Forwarded': 'talk', 'Referral Completed': 'talk',
  'Service Started': 'talk', 'Service Transferred': 'talk', 'Service Ended': 'talk', 'Transfer Started': 'talk', 'Transfer Completed': 'talk', 'Transfer Failed': 'talk',
  'Message Delivered': 'touch', 'Message Failed': 'touch', 'Message Read': 'touch', 'Task Completed': 'touch', 'Task Overdue': 'touch',
  'Group Joined': 'group', 'Group Left': 'group',
  'Tag Added': 'profile', 'Tag Removed': 'profile', Identified: 'profile', 'Tier Changed': 'profile', 'Stage Changed': 'profile', 'Consent Given': 'profile', 'Consent Withdrawn': 'profile', 'Identity Linked': 'profile', 'Profile Erased': 'profile',
}

/** What an event is about. */
export const eventKind = (name: string): Kind => kindOf[name] ?? 'other'

/** An event as a line of the timeline. */
export interface Line {
  title: string
  detail?: string
  /** Money at the right, with its sign. */
  amount?: string
  tone?: 'good' | 'bad' | 'warn'
}

/** What the sentences look up: names of staff, of what a playbook's id says, and how many events stand together. */
export interface Names {
  staff: (user: string | undefined) => string
  title?: (id: string | undefined) => string | undefined
}

type Props = Record<string, unknown>

const word = (v: unknown): string => (typeof v === 'string' ? v : typeof v === 'number' ? num(v, 2) : '')
const amountOf = (p: Props) => (typeof p.revenue === 'number' ? p.revenue : typeof p.total === 'number' ? p.total : undefined)

interface Product { name?: string; product_id?: string; quantity?: number }

function goods(p: Props, lang: Lang): string | undefined {
  const all = (Array.isArray(p.products) ? p.products : []) as Product[]
  if (all.length === 0) return undefined
  const names = all.slice(0, 2).map((x) => `${x.name ?? x.product_id ?? ''}${x.quantity && x.quantity > 1 ? ` ×${x.quantity}` : ''}`).join(lang === 'zh-CN' ? '、' : ', ')
  const rest = all.length - 2
  if (rest <= 0) return names
  return lang === 'zh-CN' ? `${names} 等 ${all.length} 种商品` : `${names} and ${rest} more`
}

const joined = (parts: (string | undefined | false)[]) => parts.filter(Boolean).join(' · ') || undefined

/** An event in a sentence. An unknown one shows its name and its first properties. */
export function lineOf(e: CustomerEvent, lang: Lang, names: Names): Line {
  const p = (e.properties ?? {}) as Props
  const zh = lang === 'zh-CN'
  const say = (a: string, b: string) => (zh ? a : b)
  const staff = names.staff(word(p.staff) || undefined)
  const cash = amountOf(p)
  const cost = cash === undefined ? undefined : money(cash, word(p.currency) || undefined)
  const order = p.order_id === undefined ? undefined : say(`订单 ${String(p.order_id)}`, `order ${String(p.order_id)}`)
  const made: Record<string, () => Line> = {
    'Order Completed': () => ({ title: say('下单', 'Placed an order'), detail: joined([goods(p, lang), order]), amount: cost && `+${cost}`, tone: 'good' }),
    'Order Refunded': () => ({ title: say('退款', 'Got a refund'), detail: joined([goods(p, lang), order, word(p.reason)]), amount: cost && `−${cost}`, tone: 'bad' }),
    'Order Cancelled': () => ({ title: say('取消订单', 'Cancelled an order'), detail: joined([order, word(p.reason)]), amount: cost && `−${cost}`, tone: 'bad' }),
    'Checkout Started': () => ({ title: say('去结算', 'Started to check out'), detail: joined([goods(p, lang), cost]) }),
    'Product Viewed': () => ({ title: say(`浏览「${product(p)}」`, `Viewed “${product(p)}”`), detail: price(p) }),
    'Product Added': () => ({ title: say(`加购「${product(p)}」`, `Added “${product(p)}” to the cart`), detail: joined([typeof p.quantity === 'number' && `×${num(p.quantity)}`, price(p)]) }),
    'Contact Added': () => ({ title: say(`添加 ${staff} 为好友`, `Added ${staff} as a contact`), detail: joined([word(p.code_name) && say(`活码「${word(p.code_name)}」`, `code “${word(p.code_name)}”`), channelName(word(p.channel) || undefined, lang)]), tone: 'good' }),
    'Contact Lost': () => ({ title: say(`删除了 ${staff}`, `Removed ${staff}`), tone: 'bad' }),
    'Contact Deleted': () => ({ title: say(`被 ${staff} 删除`, `Was removed by ${staff}`), tone: 'bad' }),
    'Contact Half Added': () => ({ title: say(`申请添加 ${staff}，待通过`, `Asked to add ${staff}`) }),
    'Contact Edited': () => ({ title: say(`${staff} 修改了备注或标签`, `${staff} changed remark or tags`) }),
    'Group Joined': () => ({ title: say(`进群「${groupOf(p)}」`, `Joined the group “${groupOf(p)}”`), detail: p.inviter ? say(`${names.staff(word(p.inviter))} 邀请`, `invited by ${names.staff(word(p.inviter))}`) : undefined, tone: 'good' }),
    'Group Left': () => ({ title: say(`退群「${groupOf(p)}」`, `Left the group “${groupOf(p)}”`), tone: 'warn' }),
    'Message Delivered': () => ({ title: say(`收到${channelName(word(p.channel) || undefined, lang)}消息`, `Got a message by ${channelName(word(p.channel) || undefined, lang)}`), detail: joined([names.title?.(word(p.playbook)), staff && say(`${staff} 发出`, `from ${staff}`)]) }),
    'Message Failed': () => ({ title: say(`${channelName(word(p.channel) || undefined, lang)}消息没有送达`, `A message by ${channelName(word(p.channel) || undefined, lang)} failed`), detail: joined([names.title?.(word(p.playbook)), reason(word(p.reason), lang)]), tone: 'bad' }),
    'Message Replied': () => ({ title: say(`回复了消息`, 'Replied'), detail: joined([staff, channelName(word(p.channel) || undefined, lang)]), tone: 'good' }),
    'Message Sent': () => ({ title: say(`${staff || '员工'} 发来消息`, `${staff || 'Staff'} wrote`) }),
    'Task Completed': () => ({ title: say(`${staff || '员工'} 完成了任务`, `${staff || 'Staff'} did a task`), detail: joined([names.title?.(word(p.playbook)), word(p.result)]), tone: 'good' }),
    'Task Overdue': () => ({ title: say(`${staff || '员工'} 的任务超时`, `A task of ${staff || 'staff'} is overdue`), detail: names.title?.(word(p.playbook)), tone: 'warn' }),
    'Link Clicked': () => ({ title: say('点开了链接', 'Opened a link'), detail: joined([names.title?.(word(p.playbook)), word(p.url)]), tone: 'good' }),
    'Moment Liked': () => ({ title: say(`点赞了 ${staff} 的朋友圈`, `Liked a Moment of ${staff}`) }),
    'Moment Commented': () => ({ title: say(`评论了 ${staff} 的朋友圈`, `Commented on a Moment of ${staff}`) }),
    'Service Started': () => ({ title: say('进入微信客服', 'Opened customer service'), detail: staff || undefined }),
    'Tag Added': () => ({ title: say(`打上标签「${tagsOf(e, p)}」`, `Got the tag “${tagsOf(e, p)}”`), detail: joined([staff, why(word(p.why), lang)]) }),
    'Tag Removed': () => ({ title: say(`去掉标签「${tagsOf(e, p)}」`, `Lost the tag “${tagsOf(e, p)}”`), detail: joined([staff, why(word(p.why), lang)]) }),
    'Tier Changed': () => ({ title: say(`等级${p.direction === 'up' ? '上升' : '下降'}到 ${word(p.to) || '无'}`, `Tier ${p.direction === 'up' ? 'up' : 'down'} to ${word(p.to) || 'none'}`), detail: p.from ? say(`之前 ${word(p.from)}`, `was ${word(p.from)}`) : undefined, tone: p.direction === 'up' ? 'good' : 'warn' }),
    'Stage Changed': () => ({ title: say(`${kindLabel(word(p.kind), lang)} 阶段变为${stageLabel(word(p.to), lang)}`, `${kindLabel(word(p.kind), lang)} stage is ${stageLabel(word(p.to), lang)}`), detail: p.from ? say(`之前 ${stageLabel(word(p.from), lang)}`, `was ${stageLabel(word(p.from), lang)}`) : undefined }),
    'Consent Given': () => ({ title: say(`同意接收${channelName(word(p.channel) || '*', lang)}`, `Agreed to messages by ${channelName(word(p.channel) || '*', lang)}`), tone: 'good' }),
    'Consent Withdrawn': () => ({ title: say(`拒绝接收${channelName(word(p.channel) || '*', lang)}`, `Refused messages by ${channelName(word(p.channel) || '*', lang)}`), tone: 'warn' }),
    Identified: () => ({ title: identified(e, lang), detail: traitsOf(e, lang, names) }),
  }
  const known = made[e.name]
  return known ? known() : { title: eventLabel(e.name, lang), detail: traitsOf(e, lang, names) ?? firstProps(p, lang, names) }
}

const product = (p: Props) => word(p.name) || word(p.product_id) || '–'
const groupOf = (p: Props) => word(p.group_name) || word(p.group).slice(0, 10)
const price = (p: Props) => (typeof p.price === 'number' ? money(p.price, word(p.currency) || undefined) : undefined)
const tagsOf = (e: CustomerEvent, p: Props) => e.tags?.map((x) => x.tag).join('、') || word(p.tag)

function reason(code: string, lang: Lang): string | undefined {
  if (!code) return undefined
  const known = (reasonWords as Record<string, readonly [string, string]>)[code]
  return known ? known[lang === 'zh-CN' ? 0 : 1] : code
}

function why(code: string, lang: Lang): string | undefined {
  const zh = lang === 'zh-CN'
  if (code === 'rule') return zh ? '规则标签' : 'rule tag'
  if (code === 'member') return zh ? '员工打的' : 'by staff'
  if (code.startsWith('live code')) return zh ? '来自活码' : 'by a live code'
  return undefined
}

function identified(e: CustomerEvent, lang: Lang): string {
  const ids = ((e.context as { externalIds?: { type: string }[] } | undefined)?.externalIds ?? []).map((x) => typeName(x.type, lang))
  if (ids.length > 1) return lang === 'zh-CN' ? `识别为同一人：${ids.join(' + ')}` : `Known as one: ${ids.join(' + ')}`
  return lang === 'zh-CN' ? '更新属性' : 'Traits changed'
}

function traitsOf(e: CustomerEvent, lang: Lang, names: Names): string | undefined {
  const all = e.traits ?? []
  if (all.length === 0) return undefined
  const shown = all.slice(0, 4).map((x) => (x.action === 'unset' ? `${propLabel(x.name, lang)} –` : `${propLabel(x.name, lang)}: ${short(told(x.name, x.value, names))}`))
  return joined([...shown, all.length > 4 && `+${all.length - 4}`])
}

function firstProps(p: Props, lang: Lang, names: Names): string | undefined {
  const shown = Object.entries(p).filter(([k, v]) => !/(^|_)id$|^corp$/.test(k) && (typeof v === 'string' || typeof v === 'number')).slice(0, 3)
  return joined(shown.map(([k, v]) => `${propLabel(k, lang)}: ${short(told(k, v, names))}`))
}

/** A value with names in place of the ids of staff and playbooks. */
function told(name: string, v: unknown, names: Names): unknown {
  if (name === 'staff') return Array.isArray(v) ? v.map((x) => names.staff(word(x))) : word(v).split(/,\s*/).map(names.staff)
  return name === 'playbook' ? (names.title?.(word(v)) ?? v) : v
}

function short(v: unknown): string {
  const text = typeof v === 'string' ? v : Array.isArray(v) ? v.map(short).join('、') : JSON.stringify(v) ?? ''
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
