import { named, texts, type Words } from '@shared/i18n'

/** How a coloured word for a state looks. */
export type Tone = 'good' | 'warn' | 'bad' | 'live' | 'quiet'

/** Channels that reach customers. */
export const channelWords = texts({
  wecom_mass: ['企微群发', 'WeCom mass send'], sms: ['短信', 'SMS'], email: ['邮件', 'E-mail'], wechat_service: ['公众号客服消息', 'Service message'], wechat_template: ['公众号模板消息', 'Template message'],
  mini_subscribe: ['小程序订阅消息', 'Subscribe message'], webhook: ['接口推送', 'Webhook'], wecom_group: ['企微客户群', 'WeCom groups'], wecom_moment: ['企微朋友圈', 'Moments'], task: ['员工任务', 'Staff task'], posts: ['群与朋友圈', 'Posts'],
})

/** The channels that a policy can speak of. */
export const channels = ['wecom_mass', 'sms', 'email', 'wechat_service', 'wechat_template', 'mini_subscribe', 'webhook'] as const

/** States of a touch. */
export const touchWords = texts({
  planned: ['待发送', 'Planned'], attempting: ['发送中', 'Being sent'], handed: ['待确认', 'Waits for confirmation'], accepted: ['已送达', 'Delivered'], rejected: ['发送失败', 'Rejected'],
  suppressed: ['未发送', 'Not sent'], expired: ['已过期', 'Expired'], unknown: ['结果待查', 'Unknown'],
})

/** The same as touchWords where staff confirm on the phone. */
export const receiverWords = texts({
  planned: ['待派发', 'To be handed out'], attempting: ['派发中', 'Being handed out'], handed: ['待员工确认', 'Waits for staff'], accepted: ['已发', 'Sent'], rejected: ['未发成', 'Not delivered'],
  suppressed: ['不发送', 'Left out'], expired: ['员工未确认', 'Not confirmed'], unknown: ['结果待查', 'Unknown'],
})

/** The look of a touch's state. */
export function touchTone(state: string): Tone {
  if (state === 'accepted') return 'good'
  if (state === 'rejected') return 'bad'
  if (state === 'unknown' || state === 'expired') return 'warn'
  return state === 'suppressed' ? 'quiet' : 'live'
}

/** Why something is not sent, or not yet. */
export const reasonWords = texts({
  capped: ['已达频次上限', 'Cap reached'], outranked: ['让位给更重要的消息', 'A better touch took the place'], quota: ['平台额度用尽', 'Platform quota used up'], staff_full: ['员工当日确认已满', 'Staff are full that day'],
  quiet: ['免打扰时段', 'Quiet hours'], no_consent: ['未授权或已拒收', 'No consent'], holdout: ['对照组', 'Control group'], stale: ['已过时', 'Out of date'], no_address: ['没有联系方式', 'No address'],
  missing_value: ['缺少变量', 'A value is missing'], bad_template: ['模板有误', 'Template fails'], no_endpoint: ['发送账号不存在', 'No such account'], playbook_paused: ['SOP 已暂停', 'Playbook paused'],
  playbook_ended: ['SOP 已结束', 'Playbook ended'], retrying: ['重试中', 'Trying again'], gave_up: ['多次失败', 'Gave up'], interrupted: ['发送中断', 'Interrupted'], no_answer: ['无应答', 'No answer'],
  refused: ['对方拒绝', 'Refused'], server_error: ['对方出错', 'The other side failed'], unreachable: ['连不上', 'No connection'], rate_limited: ['对方限流', 'Rate limited'], blocked_address: ['地址不允许', 'Address not allowed'],
  resolved_sent: ['人工确认已发', 'Found to be sent'], resolved_not_sent: ['人工确认未发', 'Found not sent'], no_contact: ['不是好友', 'No contact'], staff_gone: ['员工已离职或无权限', 'Staff have left'],
  other_staff: ['属于其他员工', 'With other staff'], duplicate: ['同一消息已在途', 'On its way already'], stopped: ['已停止', 'Stopped'], unconfirmed: ['员工未在期限内确认', 'Not confirmed in time'],
  not_reported: ['平台结果中没有', 'Not in the result'], account: ['账号不可用', 'Account cannot send'], window_closed: ['超过 48 小时窗口', 'Window closed'], had_already: ['已发过', 'Had it already'], expired: ['过期', 'Expired'],
  permission: ['没有权限', 'No permission'], auth: ['凭证无效', 'Credentials refused'], busy: ['平台繁忙', 'Platform busy'], media_missing: ['附件未就绪', 'Media missing'], overload: ['过载', 'Overload'], held: ['暂停发送', 'Sending is held'],
  erased: ['客户资料已删除', 'Profile erased'], invalid: ['内容不合规', 'Content refused'], unknown: ['结果待查', 'Unknown'],
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

/** Events that results are measured by. */
export const eventWords = texts({
  'Order Completed': ['付款成功', 'Order Completed'], 'Contact Lost': ['被客户删除', 'Contact Lost'], 'Consent Withdrawn': ['撤回授权', 'Consent Withdrawn'], 'Message Failed': ['发送失败', 'Message Failed'],
  'Message Replied': ['回复消息', 'Message Replied'], 'Link Clicked': ['点击链接', 'Link Clicked'], 'Form Submitted': ['提交表单', 'Form Submitted'], 'Product Added': ['加购', 'Product Added'], 'Group Joined': ['加入客户群', 'Group Joined'],
})

/** A reason in words, or its code when it is a new one. */
export const reasonOf = (t: Words<typeof reasonWords>, reason: string | undefined) => (reason ? named(t, reason) : '')
