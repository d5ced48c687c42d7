import type { Lang } from '@shared/i18n'

const said: Readonly<Record<string, string>> = {
  'Product Viewed': '浏览商品', 'Product Added': '加入购物车', 'Checkout Started': '提交订单', 'Order Created': '下单', 'Order Completed': '付款成功', 'Order Shipped': '订单发货', 'Order Refunded': '退款', 'Order Cancelled': '取消订单',
  'Coupon Issued': '领到优惠券', 'Coupon Applied': '使用优惠券', 'Coupon Redeemed': '核销优惠券', 'Contact Added': '加为好友', 'Contact Half Added': '客户已加、员工未确认', 'Contact Deleted': '员工删除好友', 'Contact Lost': '被客户删除',
  'Contact Edited': '修改备注或标签', 'Transfer Started': '发起继承', 'Transfer Completed': '继承成功', 'Transfer Failed': '继承失败', 'Moment Liked': '点赞朋友圈', 'Moment Commented': '评论朋友圈',
  'Message Delivered': '消息送达', 'Message Failed': '消息发送失败', 'Message Sent': '员工发消息', 'Message Replied': '回复消息', 'Message Read': '消息已读', 'Group Joined': '加入客户群', 'Group Left': '退出客户群',
  'Material Opened': '打开素材', 'Material Forwarded': '转发素材', 'Link Clicked': '点击链接', 'Form Submitted': '提交表单', 'Page Viewed': '浏览页面', 'Screen Viewed': '浏览屏幕', 'Livestream Watched': '观看直播', 'Referral Completed': '推荐成功',
  'Tag Added': '打上标签', 'Tag Removed': '去掉标签', 'Task Completed': '完成任务', 'Task Overdue': '任务逾期', 'Ask Committed': '承诺行动', 'Consent Given': '授权触达', 'Consent Withdrawn': '撤回授权',
  'Service Started': '接入客服', 'Service Transferred': '转接客服', 'Service Ended': '结束客服', Identified: '更新属性', 'Identity Linked': '关联身份', 'Group Identified': '更新组织', 'Item Updated': '更新物品',
  'Profile Erased': '清空档案', 'Tier Changed': '等级变化', 'Stage Changed': '阶段变化',
}

/** The standard events as operators call them. In English they have their own names. */
export const eventWords: Readonly<Record<string, readonly [string, string]>> = Object.fromEntries(Object.entries(said).map(([name, zh]) => [name, [zh, name]]))

/** An event in the operator's words; its own name if it is not a standard one. */
export const eventLabel = (name: string, lang: Lang): string => (lang === 'zh-CN' ? said[name] : undefined) ?? name
