import { api, byCursor } from '@shared/api/client'
import { when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMay } from '../../app/session'
import { State } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { useTitles } from './titles'
import { taskTones, taskWords } from '../../ui/words/tasks'
import { runOutcomes } from './words'

const said = texts({
  runs: ['SOP 实例', 'Runs of playbooks'], noRuns: ['没有进入过 SOP', 'In no playbook so far'], live: ['进行中', 'Under way'], holdout: ['对照组', 'Control group'], at: [(step: string) => `停在 ${step}`, (step: string) => `at ${step}`], due: [(at: string) => `${at} 前继续`, (at: string) => `goes on by ${at}`], more: ['加载更多', 'Load more'],
  tasks: ['员工任务', 'Staff tasks'], noTasks: ['没有任务', 'No tasks'], deadline: [(at: string) => `截止 ${at}`, (at: string) => `due ${at}`], groups: ['客户群', 'Groups'], noGroups: ['不在任何客户群', 'In no group'], joined: [(at: string) => `${at} 进群`, (at: string) => `joined ${at}`], left: [(at: string) => `${at} 退群`, (at: string) => `left ${at}`], inside: ['在群', 'In it'], out: ['已退', 'Left'],
})

/** What is under way with a customer: runs, tasks, groups. */
export function WorkTab({ id }: { id: string }) {
  const may = useMay()
  return <div className="y-stack">{may('playbooks.read') && <Runs id={id} />}{may('tasks.read') && <Tasks id={id} />}{may('groups.read') && <Groups id={id} />}</div>
}

function Runs({ id }: { id: string }) {
  const t = useText(said)
  const outcomes = useText(runOutcomes)
  const title = useTitles()
  const list = api.useInfiniteQuery('get', '/runs', { params: { query: { customer: id } } }, byCursor)
  const rows = list.data?.pages.flatMap((p) => p.items)
  return (
    <section>
      <h3 className="y-h3">{t.runs}</h3>
      <Asked query={{ ...list, data: rows }} rows={2}>
        {(all) => (
          <ul className="y-customers-list">
            {all.length === 0 && <li className="y-faint">{t.noRuns}</li>}
            {all.map((r) => (
              <li key={r.id}>
                <span><Link to={`/runs/${r.id}` as string}>{title(r.playbook) ?? r.playbook}</Link><small>{[when(r.started_at), r.step && t.at(r.step), r.due && t.due(when(r.due))].filter(Boolean).join(' · ')}</small></span>
                <State tone={r.ended_at ? (r.outcome === 'goal' ? 'good' : r.outcome === 'failed' ? 'bad' : 'quiet') : 'live'}>{r.holdout ? t.holdout : r.ended_at ? named(outcomes, r.outcome) : t.live}</State>
              </li>
            ))}
          </ul>
        )}
      </Asked>
      {list.hasNextPage && <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
    </section>
  )
}

function Tasks({ id }: { id: string }) {
  const t = useText(said)
  const states = useText(taskWords)
  const name = useStaffName()
  const list = api.useInfiniteQuery('get', '/tasks', { params: { query: { customer: id } } }, byCursor)
  const rows = list.data?.pages.flatMap((p) => p.items)
  return (
    <section>
      <h3 className="y-h3">{t.tasks}</h3>
      <Asked query={{ ...list, data: rows }} rows={2}>
        {(all) => (
          <ul className="y-customers-list">
            {all.length === 0 && <li className="y-faint">{t.noTasks}</li>}
            {all.map((x) => <li key={x.id}><span><Link to={`/tasks?customer=${id}` as string}>{x.title}</Link><small>{[name(x.staff), t.deadline(when(x.deadline)), x.result].filter(Boolean).join(' · ')}</small></span><State tone={taskTones[x.state] ?? 'quiet'}>{named(states, x.state)}</State></li>)}
          </ul>
        )}
      </Asked>
      {list.hasNextPage && <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
    </section>
  )
}

function Groups({ id }: { id: string }) {
  const t = useText(said)
  const asked = api.useQuery('get', '/customers/{id}/groups', { params: { path: { id } } })
  const known = api.useQuery('get', '/groups', { params: { query: { limit: 1000 } } }, { staleTime: 60_000, retry: false })
  const name = (group: string) => known.data?.items?.find((g) => g.id === group)?.name || `${group.slice(0, 12)}…`
  return (
    <section>
      <h3 className="y-h3">{t.groups}</h3>
      <Asked query={asked} rows={2}>
        {(p) => (
          <ul className="y-customers-list">
            {p.items.length === 0 && <li className="y-faint">{t.noGroups}</li>}
            {p.items.map((m) => <li key={m.group + m.joined_at}><span><Link to={`/groups/${m.group}` as string}>{name(m.group)}</Link><small>{[t.joined(when(m.joined_at)), m.left_at && t.left(when(m.left_at))].filter(Boolean).join(' · ')}</small></span><State tone={m.left_at ? 'quiet' : 'good'}>{m.left_at ? t.out : t.inside}</State></li>)}
          </ul>
        )}
      </Asked>
    </section>
  )
}
