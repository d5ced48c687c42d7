import { named, texts, type Lang, words } from '@shared/i18n'
import { channelWords, touchWords } from '../../ui/words/touch'

/** Where customers come from, as far as the platform names it. */
export const channelNames = texts({
  ...channelWords,
  wecom_qr: ['扫二维码', 'QR code'], wecom_phone_search: ['搜索手机号', 'Phone search'], wecom_card: ['名片分享', 'Name card'], wecom_phone_book: ['手机通讯录', 'Phone book'], wecom_wechat_friend: ['微信好友', 'WeChat friend'],
  wecom_service_app: ['客服应用', 'Service app'], wecom_mail_search: ['搜索邮箱', 'E-mail search'], wecom_channels: ['视频号', 'Channels'], wecom_calendar: ['日程', 'Calendar'], wecom_meeting: ['会议', 'Meeting'], wecom_wecom_of_wechat: ['微信里的企微', 'WeCom in WeChat'],
  wecom_device: ['智慧硬件', 'Device'], wecom_door_service: ['上门服务', 'Door service'], wecom_acquisition_link: ['获客链接', 'Acquisition link'], wecom_custom: ['定制开发', 'Custom'], wecom_demand: ['需求回复', 'Demand'], wecom_presales: ['售前咨询', 'Pre-sales'],
  wecom_partner: ['合作伙伴', 'Partner'], wecom_friend_request: ['好友申请', 'Friend request'], wecom_shared: ['内部共享', 'Shared'], wecom_assigned: ['管理员分配', 'Assigned'],
  wecom: ['企业微信', 'WeCom'], group: ['客户群', 'Group'], live: ['直播间', 'Live room'], xiaohongshu: ['小红书', 'Xiaohongshu'], douyin: ['抖音', 'Douyin'], store: ['门店', 'Store'], parcel: ['包裹卡', 'Parcel card'], referral: ['老客推荐', 'Referral'],
  official: ['公众号', 'Official account'], mp: ['公众号', 'Official account'], card: ['员工名片', 'Staff card'], ads: ['信息流广告', 'Ads'], 'member-day': ['会员日', 'Member day'], wechat_official: ['公众号', 'Official account'], staff: ['员工名片', 'Staff card'], kf: ['微信客服', 'WeChat service'], welcome: ['欢迎语', 'Welcome'],
  wechat_mini: ['小程序', 'Mini program'], moments: ['朋友圈', 'Moments'], website: ['官网', 'Website'], tmall: ['天猫', 'Tmall'], jd: ['京东', 'JD'], '*': ['所有渠道', 'All channels'],
})

/** A channel in the operator's words. */
export const channelName = (channel: string | undefined, lang: Lang) => named(words(channelNames, lang), channel)

const types = texts({
  member_no: ['会员号', 'Member number'], user_id: ['用户 ID', 'User id'], unionid: ['微信 unionid', 'WeChat unionid'], external_userid: ['企微外部联系人', 'WeCom contact id'], openid: ['公众号 / 小程序 openid', 'WeChat openid'], phone: ['手机号', 'Phone'],
  email: ['邮箱', 'E-mail'], device: ['设备', 'Device'], cookie: ['浏览器', 'Browser'], anonymous_id: ['匿名 ID', 'Anonymous id'], '*': ['其他类型', 'Other types'],
})

/** A type of identity in the operator's words: openid:wx1 is an openid. */
export function typeName(type: string, lang: Lang): string {
  const [kind = type] = type.split(':')
  return named(words(types, lang), kind)
}

/** The types that a value can be of. */
export const idTypes = ['phone', 'member_no', 'user_id', 'unionid', 'external_userid', 'openid', 'email', 'device', 'cookie', 'anonymous_id'] as const

/** Kinds of operations on many customers. */
export const bulkKinds = texts({ tags: ['批量打标签', 'Tags of many'], rename: ['改名', 'Rename'], delete: ['删除标签', 'Delete a tag'], spread: ['同步到好友', 'Spread to contacts'], rule: ['规则标签', 'Rule tag'] })

/** States of operations on many customers. */
export const bulkStates = texts({ running: ['进行中', 'Running'], paused: ['已暂停', 'Paused'], done: ['已完成', 'Done'] })

/** The colour of an operation's state. */
export const bulkTones = { running: 'live', paused: 'warn', done: 'good' } as const

/** Why the platform did not take a tag, or a customer was not changed. */
export const tagReasons = texts({
  no_contact: ['不是好友关系', 'Not in contact'], not_allowed: ['员工无权限', 'The member may not'], pair_quota: ['该好友的标签已满', 'The contact carries all it can'], unreachable: ['平台无应答', 'No answer from the platform'], quota: ['企业标签数已满', 'The corp has no room for tags'],
  not_found: ['客户不存在', 'No such customer'], customer_not_found: ['客户不存在', 'No such customer'],
})

/** Why two customers were not joined. */
export const conflictReasons = texts({
  exclusive: ['一人一号的标识不同', 'Each has an own one'], limit: ['标识数量会超限', 'Too many values'], identified: ['共用浏览器或设备', 'Shared browser or device'], separated: ['曾被人工拆开', 'Taken apart by hand'], not_allowed: ['策略不允许', 'Not allowed by policy'],
})

/** What each reason of a conflict means, and what to do. */
export const conflictAdvice = texts({
  exclusive: ['双方各有一个「一人只有一个」的标识，例如两个会员号。通常就是两个人，不用处理；确认是同一人再手工合并。', 'Both hold a value of a type of which a person has one, such as two member numbers. Usually two people: nothing to do. Merge by hand if you know better.'],
  limit: ['合并后这种标识的数量会超过上限。若这个值是多人共用的（门店热线、公用邮箱），请屏蔽它；否则可以调高上限或手工合并。', 'The customer would hold too many values of a type. Block the value if people share it (a shop’s hotline); else raise the limit or merge by hand.'],
  identified: ['同一浏览器或设备上出现了两位已知客户，可能是家人共用。确认是同一人时手工合并。', 'One browser or device links two known customers, perhaps a family. Merge by hand if they are one.'],
  separated: ['之前有人把这两位拆开过，系统不会再自动合并。要恢复时手工合并。', 'Somebody took these two apart, so events do not join them again. Merge by hand to take that back.'],
  not_allowed: ['策略规定这种标识只用来归属，不用来合并客户。不用处理，或在「策略」里放开。', 'The policy forbids this type to join customers. Nothing to do, or change the policy.'],
})

/** The rooms that an erasure counts. */
export const roomNames = texts({
  identity: ['标识与冲突', 'Identities'], orders: ['订单（保留金额）', 'Orders (amounts stay)'], outreach: ['授权与额度', 'Consents, caps'], deliveries: ['触达记录', 'Deliveries'], runs: ['SOP 实例', 'Runs'], experiments: ['实验分组', 'Experiments'], tasks: ['员工任务', 'Tasks'],
  links: ['专属链接', 'Links'], 'mass sends': ['群发名单', 'Mass sends'], 'live codes': ['活码来访', 'Live codes'], handover: ['继承与流失', 'Hand-over, losses'], contacts: ['好友关系', 'Contacts'], tags: ['企业标签', 'Corp tags'], groups: ['群成员', 'Groups'], welcomes: ['欢迎语记录', 'Welcomes'],
  moments: ['朋友圈互动', 'Moments'], archive: ['会话存档', 'Archive'], desk: ['客服消息', 'Customer service'], jobs: ['排队的工作', 'Jobs'], exports: ['导出文件', 'Exports'], events: ['行为事件（去标识保留）', 'Events (stay without a name)'], callbacks: ['平台回调', 'Callbacks'], profile: ['档案', 'Profile'], answers: ['接口应答', 'Kept answers'], blocked: ['加入屏蔽名单', 'Blocked values'],
})

/** What became of a run. */
export const runOutcomes = texts({ goal: ['达成目标', 'Goal reached'], exited: ['已退出', 'Exited'], stopped: ['被停止', 'Stopped'], done: ['走完', 'Done'], failed: ['失败', 'Failed'], moved: ['转入新版', 'Moved'], held_out: ['对照组', 'Held out'], timed_out: ['超时', 'Timed out'] })

/** What became of a touch, or of a run in place of one. */
export const touchStates = texts({ ...touchWords, held_out: ['对照组', 'Held out'], refused: ['未进入', 'Refused'], skipped: ['跳过', 'Skipped'], done: ['完成', 'Done'] })
