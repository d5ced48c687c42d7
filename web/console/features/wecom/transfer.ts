import { texts } from '@shared/i18n'

/** Words for transfers and the states of their items. */
export const transferWords = texts({
  active: ['在职继承', 'Active staff'],
  resigned: ['离职继承', 'Resigned staff'],
  customer: ['客户', 'Customers'],
  group: ['客户群', 'Groups'],
  t_running: ['进行中', 'Running'],
  t_done: ['已结束', 'Ended'],
  planned: ['待发起', 'Planned'],
  asking: ['发起中', 'Asking'],
  waiting: ['等待客户 24 小时', 'Waits 24 hours'],
  done: ['已接替', 'Handed over'],
  refused: ['客户拒绝', 'Refused'],
  full: ['接替人客户已满', 'Successor is full'],
  failed: ['失败', 'Failed'],
})

/** The states of an item, in the order in which they come. */
export const itemStates = ['planned', 'asking', 'waiting', 'done', 'refused', 'full', 'failed'] as const

/** How many items of a transfer are settled, of all. */
export function doneShare(counts: Record<string, number> | undefined): { settled: number; all: number; share: number } {
  const all = Object.values(counts ?? {}).reduce((a, b) => a + b, 0)
  const settled = (['done', 'refused', 'full', 'failed'] as const).reduce((sum, k) => sum + (counts?.[k] ?? 0), 0)
  return { settled, all, share: all ? settled / all : 0 }
}
