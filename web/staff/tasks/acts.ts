import { api, call, must, problemOf } from '@shared/api/client'
import { named, texts, useLang, words } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Toast } from 'antd-mobile'
import type { Task } from '../types'
import { offerUndo } from '../ui/Snack'
import { results } from '../ui/words'
import { finished, reopened } from './list'

const said = texts({
  done: [(what: string) => `已标记：${what}`, (what: string) => `Marked: ${what}`], back: ['已撤销，可重新选择结果', 'Taken back. Choose again'],
  changed: ['任务刚刚有变化，已刷新', 'The task has just changed; it is up to date now'], late: ['已超过可撤销的时间', 'It is too late to take this back'], failed: ['没有保存：', 'Not saved: '],
  moved: [(who: string) => `已转交给 ${who}`, (who: string) => `Handed over to ${who}`], all: [(n: number) => `已完成 ${n} 项`, (n: number) => `${n} done`],
})

type List = { items?: Task[] | null } | undefined

const cards = ['get', '/panel/tasks/cards/{id}'] as const
const ofCustomer = ['get', '/panel/customers/{external}/tasks'] as const

/** What can be done to tasks: shown at once, taken back if the server refuses. */
export function useTaskActs() {
  const client = useQueryClient()
  const lang = useLang()
  const t = words(said, lang)
  const patch = (id: string, change: (t: Task) => Task) => {
    for (const queryKey of [cards, ofCustomer]) {
      client.setQueriesData({ queryKey }, (was: List) => was && { ...was, items: was.items?.map((x) => (x.id === id ? change(x) : x)) })
    }
  }
  const refresh = () => {
    for (const queryKey of [cards, ofCustomer, ['get', '/panel/tasks'], ['get', '/panel/tasks/team']]) void client.invalidateQueries({ queryKey })
  }
  const put = (now: Task) => patch(now.id, (was) => ({ ...was, ...now }))
  const refused = (e: unknown) => {
    const p = problemOf(e)
    const known: Record<string, string> = { undo_too_late: t.late, task_changed: t.changed, task_not_open: t.changed }
    Toast.show({ content: known[p.code] ?? t.failed + p.detail })
    refresh()
  }
  const undo = async (task: Task) => {
    patch(task.id, (x) => reopened(x, new Date()))
    try {
      put((await must(call.POST('/panel/tasks/{id}/undo', { params: { path: { id: task.id } } }))) as Task)
      Toast.show({ content: t.back })
      refresh()
    } catch (e) {
      refused(e)
    }
  }
  const finish = async (task: Task, result: string, note?: string) => {
    patch(task.id, (x) => finished(x, result, note, new Date()))
    offerUndo({ text: t.done(named(words(results, lang), result)), undo: () => void undo(task) })
    try {
      put((await must(call.POST('/panel/tasks/{id}/done', { params: { path: { id: task.id } }, body: { result, note: note || undefined } }))) as Task)
      void client.invalidateQueries({ queryKey: ['get', '/panel/tasks'] })
    } catch (e) {
      offerUndo(undefined)
      patch(task.id, () => task)
      refused(e)
    }
  }
  const tick = async (task: Task, item: number, on: boolean) => {
    patch(task.id, (x) => ({ ...x, ticks: on ? [...(x.ticks ?? []), item] : (x.ticks ?? []).filter((n) => n !== item) }))
    try {
      put((await must(call.POST('/panel/tasks/{id}/tick', { params: { path: { id: task.id } }, body: { item, on } }))) as Task)
    } catch (e) {
      patch(task.id, () => task)
      refused(e)
    }
  }
  const finishAll = async (card: string) => {
    try {
      const { tasks } = await must(call.POST('/panel/tasks/cards/{id}/done', { params: { path: { id: card } }, body: {} }))
      Toast.show({ content: t.all(tasks), icon: 'success' })
    } catch (e) {
      refused(e)
      return
    }
    refresh()
  }
  const passOn = async (task: Task, to: { staff: string; name: string }) => {
    try {
      await must(call.POST('/panel/tasks/{id}/hand-over', { params: { path: { id: task.id } }, body: { to: to.staff } }))
      Toast.show({ content: t.moved(to.name), icon: 'success' })
    } catch (e) {
      refused(e)
      return
    }
    refresh()
  }
  const passAll = async (from: string, to: { staff: string; name: string }) => {
    try {
      await must(call.POST('/panel/tasks/hand-over', { body: { from, to: to.staff } }))
      Toast.show({ content: t.moved(to.name), icon: 'success' })
    } catch (e) {
      refused(e)
      return
    }
    refresh()
  }
  return { finish, undo, tick, finishAll, passOn, passAll }
}

/** The member who is here. */
export const useMe = () => api.useQuery('get', '/panel/me', {}, { staleTime: Infinity }).data
