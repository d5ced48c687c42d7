import { texts } from '@shared/i18n'

/** Whom a task is about. */
export const kindNames = texts({ customer: ['客户', 'Customer'], staff: ['员工', 'Staff'], group: ['客户群', 'Group'], brand: ['品牌', 'Brand'] })

/** What happened to a task. */
export const happened = texts({
  created: ['创建', 'Created'], assigned: ['指派', 'Assigned'], queued: ['排队', 'Queued'], opened: ['打开', 'Opened'], told: ['已通知', 'Told'], done: ['完成', 'Done'], undone: ['撤回完成', 'Undone'], overdue: ['超时', 'Overdue'], escalated: ['升级给上级', 'Escalated'],
  handed_over: ['移交', 'Handed over'], hand_over: ['移交', 'Handed over'], cancelled: ['取消', 'Cancelled'], ticked: ['勾选', 'Ticked'], settled: ['已通知 SOP', 'The playbook has heard'], unassigned: ['无人负责', 'Nobody has it'], reminded: ['提醒', 'Reminded'],
})

/** Why nobody has a task, or why it was cancelled. */
export const reasons = texts({
  no_staff: ['客户没有对应的员工', 'The customer has no member of staff'], no_contact: ['客户不是任何员工的好友', 'The customer is nobody’s contact'], staff_left: ['员工已离职', 'The member has left'], by_hand: ['人工取消', 'Cancelled by hand'], run_ended: ['旅程已结束', 'The run has ended'], playbook_ended: ['SOP 已结束', 'The playbook has ended'],
})
