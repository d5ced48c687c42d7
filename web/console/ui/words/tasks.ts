import { texts } from '@shared/i18n'
import type { Tone } from './touch'

/** Where a task stands. */
export const taskWords = texts({
  planned: ['待开始', 'Planned'], unassigned: ['无人负责', 'Nobody has it'], queued: ['排队', 'Queued'], open: ['进行中', 'Open'], overdue: ['已超时', 'Overdue'], done: ['已完成', 'Done'], cancelled: ['已取消', 'Cancelled'],
})

/** The colour of a task's state. */
export const taskTones: Record<string, Tone> = { planned: 'quiet', unassigned: 'bad', queued: 'quiet', open: 'live', overdue: 'bad', done: 'good', cancelled: 'quiet' }
