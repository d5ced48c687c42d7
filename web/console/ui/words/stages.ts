import { texts } from '@shared/i18n'

/** Stages of a customer's life. */
export const stageWords = texts({
  aware: ['认知', 'Aware'], interest: ['兴趣', 'Interest'], purchase: ['购买', 'Purchase'], loyal: ['忠诚', 'Loyal'],
  acquisition: ['获客', 'Acquisition'], activation: ['激活', 'Activation'], retention: ['留存', 'Retention'], revenue: ['变现', 'Revenue'], referral: ['推荐', 'Referral'],
})
