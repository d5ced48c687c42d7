import { texts } from '@shared/i18n'

/** The roles of accounts and tokens. */
export const roleNames = texts({
  owner: ['所有者', 'Owner'], operator: ['运营', 'Operator'], analyst: ['分析', 'Analyst'], viewer: ['只读', 'Viewer'],
})

/** What a role is for. */
export const roleLeads = texts({
  owner: ['全部权限，包括账号、密钥与设置', 'Everything, accounts, keys and settings too'],
  operator: ['管理客户、人群、SOP、触达、导入与企业微信；可看个人信息', 'Works with customers, audiences, playbooks, sending, imports and WeCom; sees personal data'],
  analyst: ['可看全部数据，但个人信息打码，不能修改', 'Sees everything but personal data, changes nothing'],
  viewer: ['只看列表和看板', 'Sees lists and boards'],
})

/** What a permission begins with: the room it belongs to. */
export const roomNames = texts({
  customers: ['客户', 'Customers'], events: ['事件', 'Events'], audiences: ['人群', 'Audiences'], playbooks: ['SOP', 'Playbooks'], tasks: ['任务', 'Tasks'],
  experiments: ['实验', 'Experiments'], insight: ['分析', 'Analysis'], outreach: ['触达', 'Outreach'], imports: ['导入', 'Imports'], sources: ['数据源', 'Sources'],
  identity: ['身份合并', 'Identity'], settings: ['设置', 'Settings'], accounts: ['账号', 'Accounts'], audit: ['操作日志', 'Audit log'], system: ['系统', 'System'],
  wecom: ['企业微信', 'WeCom'], staff: ['员工', 'Staff'], contacts: ['好友关系', 'Contacts'], codes: ['活码', 'Live codes'], content: ['内容', 'Content'], tags: ['标签', 'Tags'],
  groups: ['客户群', 'Groups'], handover: ['继承', 'Hand-over'], panel: ['侧边栏', 'Side panel'],
})

/** What a permission ends with: what may be done. */
export const actNames = texts({
  read: ['查看', 'see'], write: ['修改', 'change'], merge: ['合并', 'merge'], unmask: ['看明文', 'unmask'], approve: ['审批', 'approve'], use: ['使用', 'use'],
})
