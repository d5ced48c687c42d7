import { texts } from '@shared/i18n'

/** Words for what several pages of this part name. */
export const common = texts({
  new: ['新建', 'New'],
  edit: ['编辑', 'Edit'],
  delete: ['删除', 'Delete'],
  retry: ['重试', 'Try again'],
  cancel: ['取消', 'Cancel'],
  save: ['保存', 'Save'],
  saved: ['已保存', 'Saved'],
  deleted: ['已删除', 'Deleted'],
  done: ['已完成', 'Done'],
  download: ['下载', 'Download'],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
  name: ['名称', 'Name'],
  channel: ['渠道', 'Channel'],
  staff: ['员工', 'Staff'],
  state: ['状态', 'State'],
  created: ['创建时间', 'Created'],
  customers: ['客户', 'Customers'],
  corp: ['企业', 'Corp'],
  required: ['请填写', 'Enter this'],
  added: ['添加', 'Added'],
  lost: ['流失', 'Lost'],
  tags: ['标签', 'Tags'],
  off: ['停用', 'Off'],
  on: ['启用', 'On'],
  clear: ['清除筛选', 'Clear filters'],
  listSep: ['、', ', '],
  connect: ['先接入企业微信', 'Connect WeCom first'],
  connectWhy: ['接入后才能使用这里的功能。没有企业微信也可以用模拟器体验。', 'This needs a connected corp. Without one, the simulator will do.'],
  toConnect: ['去接入', 'Connect'],
})

/** The days of the week, Monday first. */
export const week = texts({
  d1: ['周一', 'Mon'], d2: ['周二', 'Tue'], d3: ['周三', 'Wed'], d4: ['周四', 'Thu'], d5: ['周五', 'Fri'], d6: ['周六', 'Sat'], d7: ['周日', 'Sun'],
})

/** The name of a day, 1 is Monday. */
export const dayName = (w: { [K in keyof typeof week]: string }, d: number) => w[`d${d}` as keyof typeof week]
