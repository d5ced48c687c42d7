import { texts } from '@shared/i18n'
import type { Tone } from '../words/touch'

/** What a column of a file can hold; its header if the viewer does not change it. */
export const fieldNames = texts({
  id: ['客户编号', 'Customer'], name: ['姓名', 'Name'], phone: ['手机号', 'Phone'], email: ['邮箱', 'E-mail'], aipl: ['AIPL 阶段', 'AIPL stage'], aarrr: ['AARRR 阶段', 'AARRR stage'], tier: ['等级', 'Tier'], tags: ['标签', 'Tags'],
  staff: ['员工', 'Staff'], channel: ['来源渠道', 'Channel'], orders: ['订单数', 'Orders'], net_revenue: ['净消费', 'Net revenue'], currency: ['币种', 'Currency'], last_order: ['最近下单', 'Last order'],
  first_seen: ['首次出现', 'First seen'], last_seen: ['最近活跃', 'Last seen'], events: ['事件数', 'Events'],
})

/** Where an export stands. */
export const exportStates = texts({
  queued: ['排队中', 'Waiting'], running: ['导出中', 'Running'], done: ['已完成', 'Done'], failed: ['失败', 'Failed'], cancelled: ['已取消', 'Cancelled'], expired: ['已过期', 'Expired'],
})

/** Whose customers a file has. */
export const exportKinds = texts({ customers: ['客户', 'Customers'], audience: ['人群成员', 'Members of an audience'], report: ['报表中的客户', 'Customers of a report'] })

/** The colour of a state. */
export function exportTone(state: string): Tone {
  return state === 'done' ? 'good' : state === 'failed' ? 'bad' : state === 'cancelled' || state === 'expired' ? 'quiet' : 'live'
}
