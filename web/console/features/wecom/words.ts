import { texts } from '@shared/i18n'

/** Words for what several pages of this part name. */
export const common = texts({
  save: ['保存', 'Save'],
  saved: ['已保存', 'Saved'],
  cancel: ['取消', 'Cancel'],
  edit: ['修改', 'Change'],
  required: ['请填写', 'Enter this'],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
  started: ['已开始', 'Begun'],
  more: ['加载更多', 'Load more'],
  state: ['状态', 'State'],
  staff: ['员工', 'Member'],
  customer: ['客户', 'Customer'],
  at: ['时间', 'Time'],
  none: ['无', 'None'],
  all: ['全部', 'All'],
  connect: ['接入企业微信', 'Connect WeCom'],
  notConnected: ['还没有接入企业微信', 'WeCom is not connected'],
  whyConnect: ['接入后，员工的好友、客户群、活码、欢迎语和群发才能工作。准备好企业 ID、自建应用的 Secret 和回调的 Token、EncodingAESKey，约 10 分钟。没有企业微信时可以用模拟器体验。', 'Contacts, groups, codes, greetings and sends need it. Have the corpid, the secret of a self-built app, and token and EncodingAESKey of its callback ready; it takes ten minutes. Without a corp, use the simulator.'],
})

/** Words for the kinds of apps and what each is for. */
export const appWords = texts({
  main: ['自建应用（必需）', 'Self-built app (needed)'],
  directory: ['通讯录同步', 'Contacts Sync'],
  kf: ['微信客服', 'Customer service'],
  archive: ['会话存档', 'Conversation archive'],
  main_note: ['客户联系、群发与消息都走它', 'Customer contact, sends and messages'],
  directory_note: ['可选：自建应用看不到全部成员时', 'Optional: if the app may not list members'],
  kf_note: ['可选：接待微信客服', 'Optional: WeChat customer service'],
  archive_note: ['可选：合规存档', 'Optional: compliance'],
})

/** How customers came into contact. */
export const wayWords = texts({
  qr: ['扫码', 'QR code'],
  phone: ['搜手机号', 'Phone search'],
  card: ['名片分享', 'Card'],
  group: ['群聊', 'Group'],
  link: ['获客链接', 'Link'],
  unknown: ['未知', 'Unknown'],
  search: ['搜索', 'Search'],
  wechat_contact: ['微信联系人', 'WeChat contact'],
  assigned: ['管理员分配', 'Assigned'],
  shared: ['内部共享', 'Shared'],
})
