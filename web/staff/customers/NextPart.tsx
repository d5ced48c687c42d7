import { lazy, Suspense } from 'react'
import { api } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useMe } from '../tasks/acts'
import { isOpen } from '../tasks/list'
import { DoneRow, TaskRow } from '../tasks/TaskRow'
import type { Customer } from '../types'
import { Asked, Empty, Loading } from '../ui/states'

const Library = lazy(() => import('../library/Library').then((m) => ({ default: m.Library })))

const said = texts({
  open: ['现在要做', 'To do now'], done: ['做过的', 'Done before'], none: ['没有未完成的任务', 'No open task'], noneWhy: ['这位客户的 SOP 现在不需要你做什么。可以用下面的话术主动问候。', 'No playbook needs you for this customer now. You can greet with a script from below.'], scripts: ['合适的话术', 'Scripts that fit'],
})

/** What to do next for a customer: the open tasks of playbooks, then scripts in the words for this customer. */
export function NextPart({ of: c }: { of: Customer }) {
  const t = useText(said)
  const me = useMe()
  const q = api.useQuery('get', '/panel/customers/{external}/tasks', { params: { path: { external: c.external_userid } } })
  return (
    <Asked of={q} rows={1}>{({ items }) => {
      const open = items?.filter(isOpen) ?? []
      const done = items?.filter((x) => x.state === 'done').slice(0, 5) ?? []
      return (
        <>
          {open.length > 0 ? <h2 className="s-label">{t.open}</h2> : <Empty icon="today" title={t.none}>{t.noneWhy}</Empty>}
          <ul className="s-list">{open.map((x) => <TaskRow key={x.id} of={x} mine={x.staff === me?.staff} inside />)}</ul>
          <h2 className="s-label">{t.scripts}</h2>
          <Suspense fallback={<Loading />}><Library space="scripts" customer={c.external_userid} most={3} /></Suspense>
          {done.length > 0 && <h2 className="s-label">{t.done}</h2>}
          <ul className="s-list">{done.map((x) => <DoneRow key={x.id} of={{ ...x, customer_name: x.title }} />)}</ul>
        </>
      )
    }}</Asked>
  )
}
