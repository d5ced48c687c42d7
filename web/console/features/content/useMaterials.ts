import { call, must, problemOf } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'

const said = texts({
  moved: [(n: number) => `已移动 ${n} 项`, (n: number) => `${n} moved`],
  trashed: [(n: number) => `已放入回收站 ${n} 项`, (n: number) => `${n} put into the trash`],
  restored: [(n: number) => `已恢复 ${n} 项`, (n: number) => `${n} restored`],
  kept: [(n: number, why: string) => `${n} 项未处理：${why}`, (n: number, why: string) => `${n} left as they are: ${why}`],
})

/** A material as it was when its editor was opened: what others change meanwhile does not come in under the writer's hands. */
export function useOpened(id: string | undefined) {
  return useQuery({ queryKey: ['opened', id], queryFn: () => must(call.GET('/materials/{id}', { params: { path: { id: id ?? '' } } })), enabled: Boolean(id), staleTime: Infinity, gcTime: 0, refetchOnReconnect: false })
}

/** Asks all lists of materials and the materials themselves anew. */
export function useFresh() {
  const client = useQueryClient()
  return () => Promise.all([client.invalidateQueries({ queryKey: ['get', '/materials'] }), client.invalidateQueries({ queryKey: ['get', '/materials/{id}'] }), client.invalidateQueries({ queryKey: ['get', '/materials/{id}/versions'] })])
}

/** Does one thing to several materials and tells how many it worked for. */
export function useBulk() {
  const t = useText(said)
  const { message } = App.useApp()
  const fresh = useFresh()
  const each = async (ids: readonly string[], told: (n: number) => string, go: (id: string) => Promise<unknown>) => {
    const results = await Promise.allSettled(ids.map(go))
    const failed = results.filter((r): r is PromiseRejectedResult => r.status === 'rejected')
    if (failed.length < ids.length) message.success(told(ids.length - failed.length))
    if (failed[0]) message.error(t.kept(failed.length, problemOf(failed[0].reason).detail))
    await fresh()
  }
  const path = (id: string) => ({ params: { path: { id } } })
  return {
    move: (ids: readonly string[], folder: string) => each(ids, t.moved, (id) => must(call.PUT('/materials/{id}', { ...path(id), body: { folder } }))),
    trash: (ids: readonly string[]) => each(ids, t.trashed, (id) => must(call.DELETE('/materials/{id}', path(id)))),
    restore: (ids: readonly string[]) => each(ids, t.restored, (id) => must(call.POST('/materials/{id}/restore', path(id)))),
  }
}
