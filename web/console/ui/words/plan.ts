import { texts } from '@shared/i18n'

/** What a growth plan counts, by the names of its nodes. */
export const planNodes = texts({
  revenue: ['收入', 'Revenue'], orders: ['订单', 'Orders'], buyers: ['购买客户', 'Buyers'], returning: ['复购客户', 'Returning buyers'], first_time: ['首购客户', 'First-time buyers'], from_known: ['已知未购转化', 'Known, first order'], new_buyers: ['新客购买', 'New buyers'], from_referral: ['推荐带来', 'From referral'], from_channels: ['渠道带来', 'From channels'],
  adds: ['新增好友', 'Adds'], adds_beyond_capacity: ['超出渠道能力的新增', 'Adds beyond capacity'], budget: ['预算', 'Budget'], aware: ['认知', 'Aware'], interest: ['兴趣', 'Interest'], purchase: ['购买', 'Purchase'], loyal: ['忠诚', 'Loyal'], referred: ['推荐别人', 'Refer others'], new_aware: ['还缺的认知', 'Aware, missing'], new_interest: ['还缺的兴趣', 'Interest, missing'], referral_adds: ['推荐新增', 'Referral adds'],
  touches: ['触达', 'Touches'], tasks: ['员工任务', 'Staff tasks'], staff_for_adds: ['加好友所需员工', 'Staff for adds'], staff_for_tasks: ['任务所需员工', 'Staff for tasks'], staff: ['员工', 'Staff'],
  seeds: ['种子（忠诚客户）', 'Seeds: loyal customers'], referrers: ['推荐别人', 'Refer others'], reached: ['触达的多数', 'The many reached'], brought: ['被推荐来', 'Brought by them'],
})
