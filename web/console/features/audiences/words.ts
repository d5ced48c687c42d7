import { texts } from '@shared/i18n'

/** States of an audience. */
export const states = texts({ live: ['实时', 'Live'], building: ['构建中', 'Building'], updating: ['更新中', 'Updating'] })

/** Why a membership changed. */
export const causes = texts({ event: ['发生了行为', 'An event'], time: ['时间到了', 'Time passed'], merge: ['客户合并', 'A merge'], edit: ['规则变化', 'A changed rule'] })

/** How a state looks. */
export const toneOf = (state: string, error?: string) => (error ? 'bad' : state === 'live' ? 'good' : 'live') as 'bad' | 'good' | 'live'
