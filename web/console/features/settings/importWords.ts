import { texts } from '@shared/i18n'

/** What a file holds. */
export const kindNames = texts({ orders: ['订单', 'Orders'], events: ['事件', 'Events'], customers: ['客户', 'Customers'] })

/** Where an import stands. */
export const stateNames = texts({
  queued: ['排队中', 'Waiting'], running: ['导入中', 'Running'], done: ['已完成', 'Done'], failed: ['失败', 'Failed'], cancelled: ['已取消', 'Cancelled'],
})

/** What an import does now. */
export const phaseNames = texts({ waiting: ['等待', 'waiting'], counting: ['数行数', 'counting rows'], importing: ['写入', 'storing'], ended: ['结束', 'ended'] })

/** The colour of a state. */
export function stateTone(state: string): 'good' | 'warn' | 'bad' | 'live' | 'quiet' {
  return state === 'done' ? 'good' : state === 'failed' ? 'bad' : state === 'cancelled' ? 'quiet' : 'live'
}
