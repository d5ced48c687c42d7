import { texts } from '@shared/i18n'

/** Texts that many pages share. */
export const common = texts({
  back: ['返回', 'Back'], retry: ['重试', 'Try again'], cancel: ['取消', 'Cancel'], save: ['保存', 'Save'], confirm: ['确定', 'Yes'], undo: ['撤销', 'Undo'], more: ['更多', 'More'], all: ['全部', 'All'],
  today: ['今日', 'Today'], customers: ['客户', 'Customers'], scripts: ['话术', 'Scripts'], materials: ['素材', 'Materials'], me: ['我的', 'Me'],
  send: ['发送', 'Send'], copy: ['复制', 'Copy'], chat: ['去聊天', 'Open chat'], sent: ['已发送', 'Sent'], copied: ['已复制', 'Copied'], opened: ['已复制，在聊天里粘贴发送', 'Copied. Paste it in the chat'],
  silent: ['企业微信没有回应，已改为复制', 'WeCom did not answer; copied instead'], sendFailed: ['没有发出：', 'Not sent: '], notCopied: ['没有复制成功，请长按选择文字', 'Not copied. Hold the text to select it'],
  needsChat: ['请打开与客户的聊天，从侧边栏发送', 'Open the chat with the customer and send from its side panel'],
  offline: ['网络断开了，显示的是之前的内容', 'No connection. This is what was loaded before'],
  failed: ['没有加载出来', 'This did not load'], failedOffline: ['网络断开了，连上后再试。', 'There is no connection. Try again when it is back.'],
  notFound: ['没有找到', 'Not found'], notFoundWhy: ['它可能已经转给同事，或不再是你的客户。', 'It may be with a colleague now, or is no longer your customer.'],
  forbidden: ['没有权限', 'Not allowed'], forbiddenWhy: ['请确认你用的是员工身份，或联系管理员。', 'Make sure that you are here as a member of staff, or ask your administrator.'],
  request: ['编号', 'Request'], failedWhy: ['服务器没有给出结果，请稍后再试。', 'The server gave no result. Try again later.'],
})

/** Results of tasks. */
export const results = texts({
  done: ['完成', 'Done'], unreachable: ['没联系上', 'Not reached'], refused: ['客户拒绝', 'Refused'], later: ['稍后再联系', 'Later'], interested: ['有意向', 'Interested'], bought: ['已成交', 'Bought'], yes: ['是', 'Yes'], no: ['否', 'No'],
})

/** Stages of the AIPL model, as staff say them. */
export const stages = texts({ aware: ['新认识', 'New'], interest: ['有兴趣', 'Interested'], purchase: ['已购买', 'Customer'], loyal: ['忠实客户', 'Loyal'] })
