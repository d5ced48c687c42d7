import { texts } from '@shared/i18n'
import type { Schema } from '@shared/api/client'

/** A provider that messages go through. */
export type Kind = Schema<'ChannelEndpoint'>['kind']

/** A setting that a provider's form asks for. */
export type Setting = Exclude<keyof Schema<'ChannelSettings'>, 'templates'>

/** All providers, in the order in which they are offered. */
export const kinds: readonly Kind[] = ['aliyun_sms', 'tencent_sms', 'smtp', 'wechat_official', 'wechat_mini']

/** Their names. */
export const kindNames = texts({ aliyun_sms: ['阿里云短信', 'Aliyun SMS'], tencent_sms: ['腾讯云短信', 'Tencent Cloud SMS'], smtp: ['邮件（SMTP）', 'E-mail (SMTP)'], wechat_official: ['微信公众号', 'WeChat Official Account'], wechat_mini: ['微信小程序', 'WeChat Mini Program'] })

/** What each is for. */
export const kindNotes = texts({
  aliyun_sms: ['发短信；只用已审核的签名和模板', 'SMS with approved signature and templates'], tencent_sms: ['发短信；只用已审核的签名和模板', 'SMS with approved signature and templates'], smtp: ['用自己的邮箱服务器发邮件，自带退订链接', 'Mails through a server of yours, with a way out'],
  wechat_official: ['模板消息，以及 48 小时内的客服消息', 'Template messages, and service messages within 48 hours'], wechat_mini: ['小程序订阅消息', 'Subscribe messages of a mini-program'],
})

/** What each secret is called at the provider. */
export const secretNames = texts({ aliyun_sms: ['AccessKey Secret', 'AccessKey Secret'], tencent_sms: ['SecretKey', 'SecretKey'], smtp: ['密码或授权码', 'Password'], wechat_official: ['AppSecret', 'AppSecret'], wechat_mini: ['AppSecret', 'AppSecret'] })

/** The settings that each needs, in order; the second list may be left empty. */
export const settings: Record<Kind, { needs: readonly Setting[]; may: readonly Setting[]; templates: boolean }> = {
  aliyun_sms: { needs: ['key_id', 'sign'], may: ['reports', 'public_url', 'base_url'], templates: true },
  tencent_sms: { needs: ['key_id', 'app_id', 'sign'], may: ['region', 'reports', 'public_url', 'base_url'], templates: true },
  smtp: { needs: ['host', 'from'], may: ['port', 'security', 'user', 'from_name', 'reply_to', 'public_url'], templates: false },
  wechat_official: { needs: ['app_id'], may: ['base_url'], templates: true },
  wechat_mini: { needs: ['app_id'], may: ['base_url'], templates: true },
}

/** An example of a message for each channel, for a test. */
export const examples: Record<string, unknown> = {
  sms: { template: 'SMS_123456789', params: { name: '测试' } }, email: { subject: '测试', text: '这是一封测试邮件。' }, wechat_template: { template_id: '', data: {} }, wechat_service: { text: '测试' }, mini_subscribe: { template_id: '', data: {} },
}
