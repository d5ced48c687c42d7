import { lang, texts, words } from '@shared/i18n'
import { eventLabel } from '../../ui/words/events'
import { stageWords } from '../../ui/words/stages'

const anyWords = texts({ event: ['任意事件', 'Any event'] })

/** Stages, odd values and other words that answers name. */
const valueWords = texts({
  '': ['（无）', '(none)'],
  '(none)': ['（无归属）', '(nobody)'],
  '(other)': ['（其他）', '(other)'],
  '(unknown)': ['（未知）', '(unknown)'],
  '(direct)': ['（无触点）', '(no touch)'],
  '(nobody)': ['（无法识别）', '(unidentified)'],
  ...stageWords,
  contact: ['好友', 'Contact'], link: ['短链', 'Link'], group: ['客户群', 'Group'], material: ['素材', 'Material'], moment: ['朋友圈', 'Moment'], service: ['客服', 'Service'], coupon: ['优惠券', 'Coupon'],
  wecom_qr: ['企微活码', 'WeCom QR'], store: ['门店', 'Store'], card: ['名片', 'Card'], parcel: ['包裹卡', 'Parcel'], xiaohongshu: ['小红书', 'Xiaohongshu'], douyin: ['抖音', 'Douyin'],
  wecom_card: ['企微名片', 'WeCom card'], wecom_group: ['企微群', 'WeCom group'], wecom_phone_search: ['搜手机号', 'Phone search'], live: ['直播', 'Livestream'], ads: ['信息流广告', 'Ads'], 'member-day': ['会员日', 'Member day'], referral: ['老客推荐', 'Referral'], mp: ['公众号', 'Official account'], demo: ['演示', 'Demo'],
  'message:webhook': ['消息·Webhook', 'Message · webhook'], 'message:welcome': ['消息·欢迎语', 'Message · welcome'], 'message:kf': ['消息·微信客服', 'Message · service'], message: ['消息', 'Message'], 'message:wecom_mass': ['消息·群发', 'Message · mass send'],
})

/** An event in the viewer's words, or its own name if it is none of the standard ones. */
export function eventName(name: string): string {
  return name === '*' ? words(anyWords, lang()).event : eventLabel(name, lang())
}

/** A value of a breakdown, a stage or a channel in the viewer's words. */
export function valueName(value: string): string {
  return (words(valueWords, lang()) as Record<string, string>)[value] ?? eventName(value)
}

/** One of the server's sentences that come in both languages. */
export function both(text: { zh: string; en: string } | undefined): string {
  return text ? (lang() === 'zh-CN' ? text.zh : text.en) : ''
}

/** An English phrase with a capital at its beginning. */
export const cap = (s: string) => s.charAt(0).toUpperCase() + s.slice(1)
