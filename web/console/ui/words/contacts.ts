import { texts } from '@shared/i18n'
import type { Tone } from './touch'

/** States of a relation with staff. */
export const contactWords = texts({ active: ['好友', 'In contact'], half: ['待通过', 'Not confirmed'], lost: ['被客户删除', 'Lost'], deleted: ['员工已删除', 'Removed by staff'], transferred: ['已移交', 'Handed over'] })

/** The colour of a relation. */
export const contactTones: Record<string, Tone> = { active: 'good', half: 'warn', lost: 'bad', deleted: 'bad', transferred: 'quiet' }
