import { lang, texts, words } from '@shared/i18n'

/** Standard events as operators call them. */
export const eventWords = texts({
  'Product Viewed': ['浏览商品', 'Product viewed'],
  'Product Added': ['加入购物车', 'Added to cart'],
  'Checkout Started': ['提交订单', 'Checkout started'],
  'Order Created': ['下单', 'Order created'],
  'Order Completed': ['付款成功', 'Order completed'],
  'Order Refunded': ['退款', 'Order refunded'],
  'Order Cancelled': ['取消订单', 'Order cancelled'],
  'Contact Added': ['加为好友', 'Contact added'],
  'Contact Half Added': ['待通过好友', 'Contact half added'],
  'Contact Lost': ['被客户删除', 'Removed by customer'],
  'Contact Deleted': ['员工删除好友', 'Removed by staff'],
  'Message Delivered': ['消息送达', 'Message delivered'],
  'Message Failed': ['发送失败', 'Message failed'],
  'Message Sent': ['员工发消息', 'Staff wrote'],
  'Message Replied': ['客户回复', 'Customer replied'],
  'Link Clicked': ['点击链接', 'Link clicked'],
  'Material Opened': ['打开素材', 'Material opened'],
  'Material Forwarded': ['转发素材', 'Material forwarded'],
  'Form Submitted': ['提交表单', 'Form submitted'],
  'Group Joined': ['加入客户群', 'Group joined'],
  'Group Left': ['退出客户群', 'Group left'],
  'Moment Liked': ['点赞朋友圈', 'Moment liked'],
  'Moment Commented': ['评论朋友圈', 'Moment commented'],
  'Coupon Issued': ['发放优惠券', 'Coupon issued'],
  'Coupon Applied': ['使用优惠券', 'Coupon applied'],
  'Coupon Redeemed': ['核销优惠券', 'Coupon redeemed'],
  'Referral Completed': ['推荐成功', 'Referral completed'],
  'Service Started': ['进入客服', 'Service started'],
  'Service Ended': ['客服结束', 'Service ended'],
  'Page Viewed': ['浏览页面', 'Page viewed'],
  'Screen Viewed': ['浏览屏幕', 'Screen viewed'],
  'Livestream Watched': ['观看直播', 'Livestream watched'],
  'Tag Added': ['打标签', 'Tag added'],
  'Tag Removed': ['去标签', 'Tag removed'],
  'Task Completed': ['任务完成', 'Task completed'],
  'Task Overdue': ['任务逾期', 'Task overdue'],
  'Consent Given': ['授权', 'Consent given'],
  'Consent Withdrawn': ['撤回授权', 'Consent withdrawn'],
  'Identified': ['资料更新', 'Profile updated'],
  'Identity Linked': ['身份关联', 'Identity linked'],
  'Stage Changed': ['阶段变化', 'Stage changed'],
  'Tier Changed': ['等级变化', 'Tier changed'],
  '*': ['任意事件', 'Any event'],
})

/** Stages, odd values and other words that answers name. */
const valueWords = texts({
  '': ['（无）', '(none)'],
  '(none)': ['（无归属）', '(nobody)'],
  '(other)': ['（其他）', '(other)'],
  '(unknown)': ['（未知）', '(unknown)'],
  '(direct)': ['（无触点）', '(no touch)'],
  '(nobody)': ['（无法识别）', '(unidentified)'],
  aware: ['认知', 'Aware'], interest: ['兴趣', 'Interest'], purchase: ['购买', 'Purchase'], loyal: ['忠诚', 'Loyal'],
  acquisition: ['获客', 'Acquisition'], activation: ['激活', 'Activation'], retention: ['留存', 'Retention'], revenue: ['收入', 'Revenue'], referral: ['转介绍', 'Referral'],
  contact: ['好友', 'Contact'], link: ['短链', 'Link'], group: ['客户群', 'Group'], material: ['素材', 'Material'], moment: ['朋友圈', 'Moment'], service: ['客服', 'Service'], coupon: ['优惠券', 'Coupon'],
  wecom_qr: ['企微活码', 'WeCom QR'], store: ['门店', 'Store'], card: ['名片', 'Card'], parcel: ['包裹卡', 'Parcel'], xiaohongshu: ['小红书', 'Xiaohongshu'], douyin: ['抖音', 'Douyin'],
  wecom_card: ['企微名片', 'WeCom card'], wecom_group: ['企微群', 'WeCom group'], wecom_phone_search: ['搜手机号', 'Phone search'], live: ['直播', 'Livestream'], mp: ['公众号', 'Official account'], demo: ['演示', 'Demo'],
  'message:webhook': ['消息·Webhook', 'Message · webhook'], 'message:welcome': ['消息·欢迎语', 'Message · welcome'], 'message:kf': ['消息·微信客服', 'Message · service'], message: ['消息', 'Message'], 'message:wecom_mass': ['消息·群发', 'Message · mass send'],
})

/** An event in the viewer's words, or its own name if it is none of the standard ones. */
export function eventName(name: string): string {
  return (words(eventWords, lang()) as Record<string, string>)[name] ?? name
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
