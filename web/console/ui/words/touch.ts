import { named, texts, type Words } from '@shared/i18n'

/** How a coloured word for a state looks. */
export type Tone = 'good' | 'warn' | 'bad' | 'live' | 'quiet'

/** Channels that reach customers. */
export const channelWords = texts({
  wecom_mass: ['企微群发', 'WeCom mass send'], sms: ['短信', 'SMS'], email: ['邮件', 'E-mail'], wechat_service: ['公众号客服消息', 'Service message'], wechat_template: ['公众号模板消息', 'Template message'],
  mini_subscribe: ['小程序订阅消息', 'Subscribe message'], webhook: ['接口推送', 'Webhook'], wecom_group: ['企微客户群', 'WeCom groups'], wecom_moment: ['企微朋友圈', 'Moments'], task: ['员工任务', 'Staff task'], posts: ['群与朋友圈', 'Posts'],
})

/** States of a touch. */
export const touchWords = texts({
  planned: ['待发送', 'Planned'], attempting: ['发送中', 'Being sent'], handed: ['待确认', 'Waits for confirmation'], accepted: ['已送达', 'Delivered'], rejected: ['发送失败', 'Rejected'],
  suppressed: ['未发送', 'Not sent'], expired: ['已过期', 'Expired'], unknown: ['结果待查', 'Unknown'], held: ['暂停发送', 'Held'], failed: ['失败', 'Failed'],
})

/** The look of a touch's state. */
export function touchTone(state: string): Tone {
  if (state === 'accepted' || state === 'done') return 'good'
  if (state === 'rejected' || state === 'failed') return 'bad'
  if (state === 'unknown' || state === 'expired' || state === 'held') return 'warn'
  return ['suppressed', 'held_out', 'refused', 'skipped'].includes(state) ? 'quiet' : 'live'
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
  erased: ['客户资料已删除', 'Profile erased'], invalid: ['内容不合规', 'Content refused'], outbid: ['被更重要的内容占用额度', 'Outbid by something that matters more'], unknown: ['结果待查', 'Unknown'],
})

/** A reason in words, or its code when it is a new one. */
export const reasonOf = (t: Words<typeof reasonWords>, reason: string | undefined) => (reason ? named(t, reason) : '')
