import { api, byCursor } from '@shared/api/client'
import { num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Drawer, Progress } from 'antd'
import { useEffect } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Facts, State } from '../../ui/PageShell'
import { Asked } from '../../ui/states'
import { bulkKinds, bulkStates, bulkTones, tagReasons } from './words'

const said = texts({
  title: ['批量操作', 'Operation'], add: ['打上', 'Adds'], remove: ['去掉', 'Removes'], total: ['客户', 'Customers'], done: ['已处理', 'Done'], changed: ['有变化', 'Changed'], failed: ['失败', 'Failed'], pause: ['暂停', 'Pause'], resume: ['继续', 'Go on'], leave: ['关掉窗口也会继续，进度在「标签 → 批量操作」里。', 'It goes on when you leave. See Tags, Operations.'],
  failures: ['没有成功的客户', 'Who could not be changed'], more: ['加载更多', 'Load more'], progress: ['进度', 'Progress'],
})

/** An operation on many customers as it goes: progress, pause, and who could not be changed. */
export function BulkDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const kinds = useText(bulkKinds)
  const states = useText(bulkStates)
  const may = useMay()
  const client = useQueryClient()
  const oops = useOops()
  const asked = api.useQuery('get', '/tags/bulk/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (q.state.data?.state === 'running' ? 500 : false) })
  const again = () => void asked.refetch()
  const pause = api.useMutation('post', '/tags/bulk/{id}/pause', { onSuccess: again, onError: oops })
  const resume = api.useMutation('post', '/tags/bulk/{id}/resume', { onSuccess: again, onError: oops })
  const state = asked.data?.state
  useEffect(() => {
    if (state !== 'done') return
    for (const path of ['/customers', '/tags', '/tags/bulk', '/tags/groups', '/tags/defined']) void client.invalidateQueries({ queryKey: ['get', path] })
  }, [state, client])
  return (
    <Drawer open onClose={onClose} size={480} title={t.title}>
      <Asked query={asked}>
        {(b) => (
          <div className="y-stack">
            <div className="y-rowline"><b>{named(kinds, b.kind)}</b><State tone={bulkTones[b.state]}>{named(states, b.state)}</State></div>
            <Progress aria-label={t.progress} percent={b.total === 0 ? 100 : Math.floor((b.done / b.total) * 100)} status={b.state === 'done' ? 'success' : b.state === 'paused' ? 'normal' : 'active'} />
            <Facts items={[b.add.length > 0 && [t.add, b.add.join('、')], b.remove.length > 0 && [t.remove, b.remove.join('、')], [t.total, num(b.total)], [t.done, num(b.done)], [t.changed, num(b.changed)], [t.failed, num(b.failed)]]} />
            {b.state !== 'done' && (
              <div className="y-rowline">
                {may('tags.write') && (b.state === 'running' ? <Button loading={pause.isPending} onClick={() => pause.mutate({ params: { path: { id } } })}>{t.pause}</Button> : <Button type="primary" loading={resume.isPending} onClick={() => resume.mutate({ params: { path: { id } } })}>{t.resume}</Button>)}
                <span className="y-faint">{t.leave}</span>
              </div>
            )}
            {b.failed > 0 && <Failures id={id} />}
          </div>
        )}
      </Asked>
    </Drawer>
  )
}

function Failures({ id }: { id: string }) {
  const t = useText(said)
  const reasons = useText(tagReasons)
  const list = api.useInfiniteQuery('get', '/tags/bulk/{id}/failures', { params: { path: { id } } }, byCursor)
  return (
    <section>
      <h3 className="y-h3">{t.failures}</h3>
      <ul className="y-people">{list.data?.pages.flatMap((p) => p.items).map((f) => <li key={f.customer}><Link to={`/customers/${f.customer}` as string}>{f.customer}</Link><span>{named(reasons, f.reason)}</span></li>)}</ul>
      {list.hasNextPage && <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
    </section>
  )
}
