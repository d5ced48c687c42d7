import { call, must, type Schema } from '@shared/api/client'
import { useQuery } from '@tanstack/react-query'
import { moves } from './words'

/** Everybody who was asked to publish a moment, and the sums over them. */
export function useMomentStaff(m: Schema<'Moment'>) {
  return useQuery({
    queryKey: ['get', '/moments/{id}/staff', m.id, 'all'], enabled: Boolean(m.moment_id), refetchInterval: moves(m.state) ? 10_000 : false, staleTime: 5000,
    queryFn: async ({ signal }) => {
      const staff: Schema<'MomentStaff'>[] = []
      let cursor: string | undefined
      do {
        const page = await must(call.GET('/moments/{id}/staff', { params: { path: { id: m.id }, query: { cursor, limit: 1000 } }, signal }))
        staff.push(...page.items)
        cursor = page.next || undefined
      } while (cursor)
      const sum = (of: (s: Schema<'MomentStaff'>) => number) => staff.reduce((n, s) => n + of(s), 0)
      return { staff, asked: staff.length, published: sum((s) => (s.published ? 1 : 0)), likes: sum((s) => s.likes), comments: sum((s) => s.comments) }
    },
  })
}
