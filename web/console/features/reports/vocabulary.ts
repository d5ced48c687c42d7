import { eventWords } from './words'

/** Names that reports can be asked about. */
export interface Vocabulary {
  events: string[]
  props: string[]
  traits: string[]
}

const usual: Vocabulary = {
  events: Object.keys(eventWords),
  props: ['channel', 'category', 'revenue', 'product_id', 'order_id', 'coupon', 'utm_source', 'utm_campaign', 'page', 'playbook', 'campaign', 'staff', 'code_name', 'country'],
  traits: ['channel', 'country', 'city', 'gender', 'member_level', 'birthday'],
}

/** Events, properties and traits to offer; others may be typed. */
export function useVocabulary(): Vocabulary {
  return usual
}
