import { call, must, type Schema } from '@shared/api/client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useSettled } from '../../app/search'
import { ruleFaults, type Rule } from '../../ui/rule'
import { countOf } from './people'

/** Milliseconds of stillness before a rule is counted. */
const still = 150

/** How a set of customers splits by the channels that reach them. */
export type Reach = NonNullable<ReturnType<typeof useReach>['data']>

/** Counts who matches a rule while it is being written. Requests that are overtaken are aborted; a rule that is not finished is not asked. */
export function usePreview(rule: Rule) {
  const text = useSettled(JSON.stringify(rule), still)
  const settled = JSON.parse(text) as Rule
  const whole = ruleFaults(settled).length === 0
  const count = useQuery({
    queryKey: ['audience-preview', text], queryFn: ({ signal }) => countOf(settled, signal), enabled: whole, placeholderData: keepPreviousData, retry: false, staleTime: 15_000,
  })
  const idle = useSettled(text, 500)
  const calm = whole && idle === text && count.isSuccess && !count.isPlaceholderData
  const sample = useQuery({
    queryKey: ['audience-sample', idle], enabled: calm, placeholderData: keepPreviousData, retry: false, staleTime: 30_000,
    queryFn: ({ signal }): Promise<Schema<'CustomerListed'>> => must(call.POST('/customers/query', { body: { rule: settled, limit: 8, sort: '-last_seen' }, signal })),
  })
  const reach = useReach(calm ? settled : undefined)
  return { whole, count, sample, reach, stale: text !== JSON.stringify(rule) || count.isPlaceholderData }
}

/** How many who match a rule can be written to; nothing while no rule is given. */
export function useReach(rule: Rule | undefined) {
  return useQuery({
    queryKey: ['audience-reach', JSON.stringify(rule)], enabled: rule !== undefined, placeholderData: keepPreviousData, retry: false, staleTime: 30_000,
    queryFn: ({ signal }) => must(call.POST('/audiences/reach', { body: { rule }, signal })),
  })
}

/** How many customers there are. */
export function useEverybody(): number | undefined {
  return useQuery({ queryKey: ['audience-preview', 'everybody'], queryFn: ({ signal }) => countOf({ all: [] }, signal), staleTime: 60_000 }).data?.count
}
