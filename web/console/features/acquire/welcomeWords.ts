import type { Schema } from '@shared/api/client'
import { texts } from '@shared/i18n'

/** A rule for greeting new contacts. */
export type Rule = Schema<'WelcomeRule'>

/** What became of a greeting. */
export const outcomes = texts({ sent: ['已发送', 'Sent'], missed: ['错过', 'Missed'], failed: ['失败', 'Failed'] })

/** Which greeting it was. */
export const sources = texts({
  code: ['活码专属', 'The code’s own'], rule: ['员工或部门规则', 'Rule of staff or departments'], default: ['企业默认', 'The corp’s default'], none: ['没有欢迎语', 'No greeting'],
})

/** Why a contact was not greeted. */
export const reasons = texts({
  taken: ['其他应用已抢先发送，或双方已在聊天', 'Another app was faster, or they talk already'],
  busy: ['其他应用正在发送', 'Another app was sending'],
  expired: ['超过 20 秒，欢迎码已过期', 'The 20 seconds were over'],
  late: ['处理时已超过 20 秒', 'It was later than 20 seconds'],
  no_answer: ['企业微信没有回应', 'WeCom did not answer'],
  no_consent: ['客户已撤回同意', 'The customer has withdrawn consent'],
  overload: ['同时添加的人太多', 'Too many at once'],
  stopped: ['服务正在停止', 'The server was stopping'],
  refused: ['企业微信拒绝了内容', 'WeCom refused the content'],
  rate_limited: ['调用过于频繁', 'Too many calls'],
  permission: ['应用没有权限', 'The app has no permission'],
  auth: ['凭证无效', 'The credentials were refused'],
  media_missing: ['附件未就绪', 'Attachments were not ready'],
})
