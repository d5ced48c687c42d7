import { texts } from '@shared/i18n'

/** The figures of the overview. */
export const numberNames = texts({
  net_revenue: ['净收入', 'Net revenue'], lift: ['触达带来的增量', 'Lift from touching'], orders: ['订单', 'Orders'], new_contacts: ['新增好友', 'New contacts'], losses: ['流失好友', 'Lost contacts'], spend: ['获客花费', 'Acquisition spend'], ltv_to_cac: ['LTV : CAC', 'LTV : CAC'], cac: ['获客成本 CAC', 'CAC'],
})

/** What the figures mean. */
export const numberHints = texts({
  net_revenue: ['近 30 天完成的订单减去退款，与订单账一分不差', 'Orders completed in the last 30 days less refunds, equal to the order ledger to the cent'],
  orders: ['近 30 天完成的订单数', 'Orders completed in the last 30 days'], new_contacts: ['近 30 天新加的企业微信好友关系', 'WeCom relations that began in the last 30 days'], losses: ['近 30 天结束的好友关系，不论谁删的谁', 'Relations that ended in the last 30 days, whoever ended them'],
  spend: ['近 30 天录入的获客成本', 'Acquisition costs of the last 30 days'], ltv_to_cac: ['客户生命周期价值除以获客成本；3 以上较健康', 'Lifetime value over the cost of a customer; above 3 is healthy'], cac: ['近 30 天获客花费除以新客户', 'Spend of the last 30 days by new customers'],
})

/** What needs attention, with how many. */
export const matters = texts({
  sending_held: ['所有发送已暂停', 'All sending is held'],
  make_backup: ['还没有备份', 'There is no backup'], free_disk: ['磁盘快满了', 'The disk is nearly full'], tasks_overdue: ['任务已超时', 'tasks are overdue'], tasks_unassigned: ['任务没有人负责', 'tasks have nobody'], playbooks_to_approve: ['SOP 等待审批', 'playbooks wait for approval'],
  playbooks_paused: ['SOP 已暂停', 'playbooks are paused'], playbooks_resting: ['SOP 因故障停下', 'playbooks rest with a fault'], content_to_approve: ['素材等待审批', 'materials wait for approval'], losses_lately: ['好友最近流失', 'contacts were lost lately'], connect_corp: ['还没有接入企业微信', 'WeCom is not connected'],
  sync_drift: ['同步发现差异', 'differences found by sync'], quota_low: ['获客额度快用完', 'acquisition quota runs low'], quota_exhausted: ['获客额度已用完', 'acquisition quota is used up'], quota_expiring: ['获客额度即将过期', 'acquisition quota expires soon'], tags_held: ['标签超出企业额度', 'tags exceed the corp’s quota'],
  jobs_failed: ['后台任务失败', 'background jobs failed'], corp_sync_failed: ['企业同步失败', 'corps failed to sync'], corp_sync_first: ['企业还没有同步', 'corps were never synced'], corp_callbacks_missing: ['企业没有配置回调', 'corps have no callback'], corp_callbacks_silent: ['企业很久没有回调', 'corps are silent'],
  see_jobs: ['后台任务失败', 'background jobs failed'], plan_behind: ['目标落后于计划', 'goals are behind the plan'],
})

/** The page that deals with it. */
export const places: Record<string, string> = {
  budget: '/budget', links: '/acquisition', system: '/settings/system', tasks: '/tasks', playbooks: '/playbooks', losses: '/losses', wecom: '/settings/wecom', library: '/library', materials: '/library', content: '/library', tags: '/tags', acquisition: '/acquisition', plans: '/reports/planner', planner: '/reports/planner', outreach: '/deliveries', deliveries: '/deliveries', sync: '/settings/wecom', experiments: '/experiments',
}
