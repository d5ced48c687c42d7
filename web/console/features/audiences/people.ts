import { call, must } from '@shared/api/client'
import type { Rule } from '../../ui/rule'

/** How many match a rule, at a past moment if one is given. */
export function countOf(rule: Rule, signal: AbortSignal, at?: string) {
  return must(call.POST('/audiences/preview', { body: { rule, at }, signal }))
}
