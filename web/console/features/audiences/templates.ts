import type { Rule } from '../../ui/rule'

/** A rule to begin with. */
export interface Template {
  key: string
  group: 'buy' | 'care' | 'new' | 'risk'
  zh: string
  en: string
  zhWhy: string
  enWhy: string
  rule: Rule
}

const order = 'Order Completed'

/** Rules that are worth having, each showing another part of the language. */
export const templates: Template[] = [
  {
    key: 'cart', group: 'buy', zh: '加购未付款', en: 'Left in the cart', zhWhy: '30 分钟内加购还没下单，趁热提醒', enWhy: 'Put into the cart half an hour ago, and no order: remind while it is warm',
    rule: { all: [{ did: { event: 'Product Added', within: '30m' } }, { did: { event: order, within: '30m', count: { eq: 0 } } }] },
  },
  {
    key: 'intent', group: 'buy', zh: '高意向未下单', en: 'High intent, no order', zhWhy: '一周内反复看或加购，但没买', enWhy: 'Looked again and again within a week or put into the cart, and did not buy',
    rule: { all: [{ any: [{ did: { event: 'Product Viewed', within: '7d', count: { gte: 3 } } }, { did: { event: 'Product Added', within: '7d' } }] }, { not: { did: { event: order, within: '7d' } } }] },
  },
  {
    key: 'second', group: 'buy', zh: '首单客户促复购', en: 'One order: bring the second', zhWhy: '只买过一次，首单在 7 到 60 天前', enWhy: 'Bought once, and not in the last week',
    rule: { all: [{ trait: 'orders_count', op: 'eq', value: 1 }, { did: { event: order, within: '60d' } }, { did: { event: order, within: '7d', count: { eq: 0 } } }] },
  },
  {
    key: 'decided', group: 'buy', zh: '看了就买', en: 'Decided buyers', zhWhy: '浏览后一天内下单，适合上新首发', enWhy: 'Viewed and ordered within a day: the people for something new',
    rule: { sequence: { steps: [{ event: 'Product Viewed' }, { event: order }], within: '1d', in_last: '90d' } },
  },
  {
    key: 'big', group: 'buy', zh: '近 90 天消费满 1000', en: 'Spent 1,000 in 90 days', zhWhy: '按金额合计圈出大客户', enWhy: 'A sum over orders finds those who spend',
    rule: { did: { event: order, within: '90d', sum: { of: 'revenue', gte: 1000 } } },
  },
  {
    key: 'loyal', group: 'care', zh: '忠诚老客', en: 'Loyal customers', zhWhy: '一年内在 4 个以上不同日子下过单，等级 V3 及以上', enWhy: 'Ordered on four days or more in a year, tier V3 and above',
    rule: { all: [{ did: { event: order, within: '365d', distinct_days: { gte: 4 } } }, { tier: '>=V3' }] },
  },
  {
    key: 'advocate', group: 'care', zh: '推荐潜力', en: 'Could recommend', zhWhy: '高等级、近期活跃、还没推荐过别人', enWhy: 'High tier, active, and has not recommended yet',
    rule: { all: [{ tier: '>=V4' }, { did: { event: '*', within: '30d' } }, { did: { event: 'Referral Completed', count: { eq: 0 } } }] },
  },
  {
    key: 'fresh', group: 'new', zh: '新加好友 7 天内', en: 'Contacts of the last week', zhWhy: '新好友培育期，还没下过单', enWhy: 'New contacts who have not ordered yet',
    rule: { all: [{ did: { event: 'Contact Added', within: '7d' } }, { did: { event: order, count: { eq: 0 } } }] },
  },
  {
    key: 'silent', group: 'new', zh: '加了好友没说过话', en: 'Contacts who never replied', zhWhy: '30 天内添加、从未回复消息', enWhy: 'Added within 30 days, never answered a message',
    rule: { all: [{ did: { event: 'Contact Added', within: '30d' } }, { not: { did: { event: 'Message Replied' } } }] },
  },
  {
    key: 'group', group: 'new', zh: '进群未下单', en: 'In a group, no order', zhWhy: '30 天内进群且没退群，还没买', enWhy: 'Joined a group in the last 30 days, stayed, and did not buy',
    rule: { all: [{ did: { event: 'Group Joined', within: '30d' } }, { not: { any: [{ did: { event: 'Group Left', within: '30d' } }, { did: { event: order } }] } }] },
  },
  {
    key: 'sleeping', group: 'risk', zh: '沉睡客户', en: 'Sleeping customers', zhWhy: '买过，但 180 天没再买', enWhy: 'Bought before, nothing for 180 days',
    rule: { all: [{ did: { event: order } }, { did: { event: order, within: '180d', count: { eq: 0 } } }] },
  },
  {
    key: 'valuable', group: 'risk', zh: '高价值流失预警', en: 'Valuable and slipping', zhWhy: '累计消费 5000 以上，60 天没有任何行为', enWhy: 'Spent 5,000 in all, and did nothing for 60 days',
    rule: { all: [{ trait: 'net_revenue', op: 'gte', value: 5000 }, { did: { event: '*', within: '60d', count: { eq: 0 } } }] },
  },
  {
    key: 'refunds', group: 'risk', zh: '反复退款', en: 'Refunds again and again', zhWhy: '90 天内退款 2 次以上，最近一单也退了', enWhy: 'Two refunds or more in 90 days',
    rule: { all: [{ did: { event: 'Order Refunded', within: '90d', count: { gte: 2 } } }, { did: { event: order, within: '180d' } }] },
  },
]
