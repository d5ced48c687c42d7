import { texts } from '@shared/i18n'
import type { Tone } from '../../ui/words/touch'

export { eventWords } from '../../ui/words/events'
export { channelWords, reasonOf, reasonWords, touchTone, touchWords, type Tone } from '../../ui/words/touch'

/** The channels that a policy can speak of. */
export const channels = ['wecom_mass', 'sms', 'email', 'wechat_service', 'wechat_template', 'mini_subscribe', 'webhook'] as const

/** The same as touchWords where staff confirm on the phone. */
export const receiverWords = texts({
  planned: ['待派发', 'To be handed out'], attempting: ['派发中', 'Being handed out'], handed: ['待员工确认', 'Waits for staff'], accepted: ['已发', 'Sent'], rejected: ['未发成', 'Not delivered'],
  suppressed: ['不发送', 'Left out'], expired: ['员工未确认', 'Not confirmed'], unknown: ['结果待查', 'Unknown'],
})

/** What can be done about a reason, in words. */
export const reasonNotes = texts({
  quota: ['企业微信规定的每位客户接收条数已用完，下个周期恢复。', 'WeCom lets each customer have only so many; a new period brings new places.'],
  capped: ['我们自己的频次上限。可在触达额度里调整。', 'Our own cap. It can be changed in the touch budget.'],
  no_contact: ['对方不是所选员工的好友，或已删除好友。', 'Nobody of the staff asked has this customer as a contact.'],
  no_consent: ['客户撤回了授权。只有服务通知可以发送。', 'The customer has withdrawn consent. Only transactional messages go.'],
  holdout: ['随机留出不发送，用来比较效果。', 'Drawn by lot and not reached, to compare with.'],
  staff_gone: ['归属员工已离职或不在应用可见范围。', 'The member has left or is out of the app’s view.'],
  other_staff: ['客户归属的员工不在本次选择内。', 'The customer is with staff who were not chosen.'],
  outranked: ['同一天有更高优先级或更高预期收益的消息占了名额。', 'Touches of higher priority or value take the places.'],
  staff_full: ['员工当天需要确认的消息已达上限，顺延到第二天。', 'The member has as many to confirm as the policy allows.'],
  no_address: ['客户没有这个渠道的联系方式。', 'The customer has no address on this channel.'],
})

/** States of a mass send. */
export const sendWords = texts({
  draft: ['草稿', 'Draft'], scheduled: ['已定时', 'Scheduled'], collecting: ['收集中', 'Collecting'], preparing: ['派发中', 'Handing out'], waiting: ['待员工确认', 'Waits for staff'], done: ['已完成', 'Done'], stopped: ['已停止', 'Stopped'],
})

/** States of a moment. */
export const momentWords = texts({
  draft: ['草稿', 'Draft'], scheduled: ['已定时', 'Scheduled'], attempting: ['提交中', 'Being submitted'], unknown: ['核对中', 'Being checked'], making: ['创建中', 'Being made'], publishing: ['待员工发表', 'Waits for staff'],
  done: ['已结束', 'Done'], failed: ['失败', 'Failed'], stopped: ['已停止', 'Stopped'],
})

/** States of a request to the platform. */
export const callWords = texts({ planned: ['待提交', 'Planned'], attempting: ['提交中', 'Being submitted'], unknown: ['核对中', 'Being checked'], handed: ['待员工确认', 'Waits for staff'], done: ['已确认', 'Confirmed'], dropped: ['未提交', 'Dropped'] })

/** The look of a mass send's or a moment's state. */
export function sendTone(state: string): Tone {
  if (state === 'done') return 'good'
  if (state === 'failed') return 'bad'
  if (state === 'waiting' || state === 'publishing' || state === 'unknown') return 'warn'
  return state === 'draft' || state === 'stopped' || state === 'dropped' ? 'quiet' : 'live'
}

/** Whether anything may still change by itself. */
export const moves = (state: string | undefined) => state !== undefined && !['draft', 'done', 'stopped', 'failed'].includes(state)

/** Arms of an experiment that Yutang names itself. */
export const armWords = texts({ control: ['对照组', 'Control'], treatment: ['触达组', 'Treatment'] })

/** Kinds of experiment. */
export const kindWords = texts({ split: ['A/B 分流', 'Split'], holdout: ['对照组', 'Holdout'], variants: ['消息版本', 'Variants'], campaign: ['群发测试', 'Mass send'], cluster: ['按团队', 'Teams'] })

/** Events that results are measured by, besides those that are typed. */
export const resultEvents = ['Order Completed', 'Contact Lost', 'Consent Withdrawn', 'Message Failed', 'Message Replied', 'Link Clicked', 'Form Submitted', 'Product Added', 'Group Joined'] as const
