import { api, byCursor, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Drawer, Progress } from 'antd'
import { useMemo } from 'react'
import { useMay } from '../../app/session'
import { useOops } from '../../ui/forms'
import { Card, Facts, Stat, State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty } from '../../ui/states'
import { common } from './words'

type Run = Schema<'ReconcileRun'>

const said = texts({
  title: ['同步记录', 'Runs'],
  lead: ['回调可能丢失。每小时核对一部分，每晚全量核对，发现的差异（漂移）立即补上。漂移夜夜都多，说明回调没有到达。', 'Callbacks get lost. A share is compared every hour, everything every night, and what differs (drift) is put right at once. Much of it night after night means that callbacks do not arrive.'],
  full: ['立即全量同步', 'Pull everything now'],
  part: ['只核对一部分', 'Compare a share'],
  last: ['最近一次', 'Last run'],
  never: ['还没有同步过', 'No sync yet'],
  neverText: ['第一次全量同步在接入后 5 分钟内开始，也可以现在就开始。', 'The first begins within five minutes of connecting; it can begin now.'],
  drift: ['漂移', 'Drift'],
  driftHint: ['与平台不一致、已在本次补上的条数', 'Differences found and put right'],
  took: ['用时', 'Took'],
  failed: ['出错条目', 'Items with errors'],
  everything: ['全量', 'Everything'],
  share: ['一部分', 'A share'],
  origin: ['触发', 'Why'],
  hour: ['每小时', 'Hourly'],
  night: ['每晚', 'Nightly'],
  hand: ['手动', 'By hand'],
  staff: ['员工', 'Staff'],
  contacts: ['好友关系', 'Contacts'],
  tags: ['标签', 'Tags'],
  groups: ['客户群', 'Groups'],
  running: ['进行中', 'Running'],
  done: ['完成', 'Done'],
  failedState: ['失败', 'Failed'],
  waiting: ['等待', 'Waiting'],
  kinds: ['按类别', 'By kind'],
  errors: ['出错的条目', 'Errors of items'],
  errorsNote: ['单条出错不影响其余，下一次会再试。', 'One that fails does not stop the rest; the next run tries it again.'],
  item: ['条目', 'Item'],
  error: ['错误', 'Error'],
  seconds: [(n: string) => `${n} 秒`, (n: string) => `${n} s`],
  rests: [(at: string, why: string) => `暂停中，${at} 继续：${why}`, (at: string, why: string) => `Resting until ${at}: ${why}`],
  missing: ['缺少', 'missing'],
  ended: ['已结束', 'ended'],
  readded: ['又加回', 'added again'],
  changed: ['有变化', 'changed'],
  person: ['客户资料', 'person'],
  left: ['已离开', 'left'],
  added: ['新标签', 'added'],
  renamed: ['改名', 'renamed'],
  gone: ['已删除', 'gone'],
  department: ['部门', 'department'],
  joined: ['入群', 'joined'],
})

const tone = (s: string) => (s === 'done' ? 'good' : s === 'failed' ? 'bad' : s === 'running' ? 'live' : 'quiet') as 'good' | 'bad' | 'live' | 'quiet'
const seconds = (r: Run) => (r.ended_at ? (Date.parse(r.ended_at) - Date.parse(r.started_at)) / 1000 : undefined)

/** Comparisons with the platform: the last ones, what they found, and the way to start one. */
export function SyncTab({ corp, run, onOpen }: { corp: string; run?: string; onOpen: (id: string | undefined) => void }) {
  const t = useText(said)
  const c = useText(common)
  const may = useMay()
  const client = useQueryClient()
  const { message } = App.useApp()
  const list = api.useInfiniteQuery('get', '/wecom/corps/{corp}/sync', { params: { path: { corp } } }, { ...byCursor, refetchInterval: (q) => (q.state.data?.pages[0]?.items?.[0]?.state === 'running' ? 2000 : 30_000) })
  const runs = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const start = api.useMutation('post', '/wecom/corps/{corp}/sync', { onSuccess: (x) => { void client.invalidateQueries({ queryKey: ['get', '/wecom/corps/{corp}/sync'] }); message.success(c.started); onOpen(x.id) }, onError: useOops() })
  const begin = (full: boolean) => start.mutate({ params: { path: { corp } }, body: { full } })
  const state = (s: string) => named(t, s === 'failed' ? 'failedState' : s)
  const last = runs[0]
  const columns: Column<Run>[] = [
    { key: 'at', title: c.at, width: 160, render: (_, x) => when(x.started_at) },
    { key: 'origin', title: t.origin, width: 150, render: (_, x) => `${named(t, x.origin)} · ${x.full ? t.everything : t.share}` },
    { key: 'state', title: c.state, width: 110, render: (_, x) => <State tone={tone(x.state)}>{state(x.state)}</State> },
    { key: 'drift', title: t.drift, width: 90, num: true, render: (_, x) => <b className={x.drift > 0 ? 'y-tone-warn' : undefined}>{num(x.drift)}</b> },
    { key: 'kinds', title: t.kinds, width: 290, render: (_, x) => <span className="y-faint">{x.kinds?.map((k) => `${named(t, k.name)} ${num(k.done)}`).join(' · ')}</span> },
    { key: 'errors', title: t.failed, width: 110, num: true, render: (_, x) => num(x.errors?.length ?? 0) },
    { key: 'took', title: t.took, width: 90, num: true, render: (_, x) => { const s = seconds(x); return s === undefined ? '–' : t.seconds(num(s, 1)) } },
  ]
  const buttons = may('wecom.write') && <><Button loading={start.isPending} onClick={() => begin(false)}>{t.part}</Button><Button type="primary" loading={start.isPending} onClick={() => begin(true)}>{t.full}</Button></>
  return (
    <div className="y-stack">
      {last && (
        <div className="y-stats">
          <Stat label={t.last} value={state(last.state)} note={`${when(last.started_at)} · ${last.full ? t.everything : t.share}`} />
          <Stat label={t.drift} hint={t.driftHint} value={num(last.drift)} />
          <Stat label={t.failed} value={num(last.errors?.length ?? 0)} onOpen={last.errors?.length ? () => onOpen(last.id) : undefined} />
          <Stat label={t.took} value={seconds(last) === undefined ? '–' : t.seconds(num(seconds(last), 1))} />
        </div>
      )}
      {last?.rests && <Alert type="warning" showIcon title={t.rests(when(last.goes_on_at), last.rests)} />}
      <Card title={t.title} flush extra={buttons}>
        <p className="y-faint" style={{ padding: '0 16px' }}>{t.lead}</p>
        <Asked query={list}>{() => <PlainTable label={t.title} rows={runs} columns={columns} rowKey="id" onOpen={(x) => onOpen(x.id)} empty={<Empty title={t.never} action={buttons}>{t.neverText}</Empty>} />}</Asked>
        {list.hasNextPage && <Button type="text" block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{c.more}</Button>}
      </Card>
      {run && <RunDrawer corp={corp} id={run} onClose={() => onOpen(undefined)} />}
    </div>
  )
}

function RunDrawer({ corp, id, onClose }: { corp: string; id: string; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const one = api.useQuery('get', '/wecom/corps/{corp}/sync/{id}', { params: { path: { corp, id } } }, { refetchInterval: (q) => (q.state.data?.state === 'running' ? 1500 : false) })
  const state = (s: string) => named(t, s === 'failed' ? 'failedState' : s)
  return (
    <Drawer open size={640} title={one.data && `${when(one.data.started_at)} · ${named(t, one.data.origin)}`} onClose={onClose}>
      <Asked query={one}>
        {(x) => (
          <div className="y-stack">
            {x.error && <Alert type="error" showIcon title={x.error} />}
            {x.rests && <Alert type="warning" showIcon title={t.rests(when(x.goes_on_at), x.rests)} />}
            <Facts items={[[c.state, <State key="s" tone={tone(x.state)}>{state(x.state)}</State>], [t.drift, num(x.drift)], [t.took, seconds(x) === undefined ? '–' : t.seconds(num(seconds(x), 1))]]} />
            <Card title={t.kinds}>
              {x.kinds?.map((k) => (
                <div key={k.name} style={{ marginBottom: 12 }}>
                  <div className="y-rowline"><b>{named(t, k.name)}</b><State tone={tone(k.state)}>{state(k.state)}</State><span className="y-grow" /><span className="y-faint">{Object.entries(k.drift ?? {}).map(([d, n]) => `${named(t, d)} ${num(n)}`).join(' · ')}</span></div>
                  <Progress size="small" percent={k.total ? Math.round((k.done / k.total) * 100) : k.state === 'done' ? 100 : 0} format={() => `${num(k.done)} / ${num(k.total)}`} aria-label={named(t, k.name)} />
                  {k.error && <span className="y-tone-bad">{k.error}</span>}
                </div>
              ))}
            </Card>
            {Boolean(x.errors?.length) && (
              <Card title={t.errors} flush>
                <p className="y-faint" style={{ padding: '0 16px' }}>{t.errorsNote}</p>
                <PlainTable label={t.errors} rows={x.errors} rowKey={(e) => `${e.kind}${e.item}${e.at}`} height={300} columns={[
                  { key: 'kind', title: t.kinds, width: 90, render: (_, e) => named(t, e.kind) }, { key: 'item', title: t.item, width: 140, ellipsis: true, dataIndex: 'item' },
                  { key: 'error', title: t.error, width: 260, dataIndex: 'error' }, { key: 'at', title: c.at, width: 140, render: (_, e) => when(e.at) },
                ]} />
              </Card>
            )}
          </div>
        )}
      </Asked>
    </Drawer>
  )
}
