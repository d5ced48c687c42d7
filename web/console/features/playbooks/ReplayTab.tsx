import { api, byCursor, problemOf, type Schema } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, InputNumber, Progress, Segmented, Select, Tooltip } from 'antd'
import { useEffect, useState } from 'react'
import { useMay } from '../../app/session'
import { Faults } from '../../ui/forms'
import { Card, State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Asked, Empty, Failure } from '../../ui/states'
import type { Draft, Playbook } from './data'
import { Field } from './fields'
import { ReplayView } from './ReplayView'

type Replay = Schema<'RehearseReplay'>

const said = texts({
  title: ['用过去的真实事件回放', 'Replay on real events of the past'],
  note: ['看这条 SOP 如果过去 N 天就在运行，会有多少人进入、每天发多少、谁忙不过来。什么都不会发出。', 'What if it had run for the last days: who would enter, how much is sent each day, who would be too busy. Nothing is sent.'],
  what: ['回放哪个', 'What'],
  draft: ['草稿', 'Draft'],
  published: ['已发布版本', 'Published version'],
  days: ['最近几天', 'Last days'],
  sample: ['客户抽样', 'Sample of customers'],
  all: ['全部', 'All'],
  go: ['开始回放', 'Replay'],
  past: ['历次回放', 'Past replays'],
  when: ['时间', 'When'],
  state: ['状态', 'State'],
  entries: ['版本', 'Version'],
  none: ['还没有回放过', 'No replays yet'],
  noneText: ['发布前先回放一次，能提前发现发得太多、没人进入、员工做不完。', 'Replay before you publish: it shows too many messages, nobody entering, or staff who cannot keep up.'],
  waiting: ['排队中', 'Waiting'], running: ['回放中', 'Running'], done: ['完成', 'Done'], failed: ['失败', 'Failed'],
  back: ['返回列表', 'Back to the list'],
  only: ['只能由接口启动的 SOP 没有历史可回放', 'What only programs start has no history to replay'],
  dirty: ['含未保存的修改', 'with unsaved changes'],
})

/** Replays on history: a new one, and past ones. */
export function ReplayTab({ book, draft }: { book: Playbook; draft: Draft }) {
  const t = useText(said)
  const may = useMay()
  const go = useNavigate()
  const client = useQueryClient()
  const search = useSearch({ from: '/shell/playbooks/$id' })
  const [days, setDays] = useState(90)
  const [sample, setSample] = useState(100)
  const [of, setOf] = useState<'draft' | 'published'>('draft')
  const list = api.useInfiniteQuery('get', '/replays', { params: { query: { playbook: book.id } } }, byCursor)
  const show = (replay?: string) => void go({ to: '/playbooks/$id', params: { id: book.id }, search: { tab: 'replay', replay } })
  const order = api.useMutation('post', '/playbooks/{id}/replay', { onSuccess: (r) => { void client.invalidateQueries({ queryKey: ['get', '/replays'] }); show(r.id) } })
  const start = () => order.mutate({ params: { path: { id: book.id } }, body: {
    days, customers: sample < 100 ? sample : undefined, version: of === 'published' ? book.version : undefined, definition: of === 'draft' && draft.isDirty ? draft.doc : undefined,
  } as never })
  if (search.replay) return <><div><Button onClick={() => show()}>← {t.back}</Button></div><OneReplay id={search.replay} /></>
  const tones = { waiting: 'quiet', running: 'live', done: 'good', failed: 'bad' } as const
  const columns: Column<Replay>[] = [
    { key: 'when', title: t.when, width: 160, render: (_, r) => <Tooltip title={exactly(r.created_at)}><span>{ago(r.created_at)}</span></Tooltip> },
    { key: 'days', title: t.days, width: 110, num: true, dataIndex: 'days' },
    { key: 'sample', title: t.sample, width: 120, num: true, render: (_, r) => (r.customers && r.customers < 100 ? `${num(r.customers, 1)}%` : t.all) },
    { key: 'version', title: t.entries, width: 110, render: (_, r) => (r.version ? `v${r.version}` : t.draft) },
    { key: 'state', title: t.state, width: 140, render: (_, r) => <State tone={tones[r.state]}>{t[r.state]}</State> },
  ]
  return (
    <>
      {may('playbooks.write') && (
        <Card title={t.title}>
          <p className="y-faint">{draft.doc.trigger.api ? t.only : t.note}</p>
          <div className="y-rowline">
            {book.version > 0 && <Segmented aria-label={t.what} value={of} onChange={(v) => setOf(v as 'draft')} options={[{ value: 'draft', label: draft.isDirty ? `${t.draft} (${t.dirty})` : t.draft }, { value: 'published', label: `${t.published} v${book.version}` }]} />}
            <Field inline label={t.days}><InputNumber aria-label={t.days} min={1} max={365} value={days} onChange={(n) => setDays(n ?? 90)} /></Field>
            <Field inline label={t.sample}><Select aria-label={t.sample} style={{ width: 100 }} value={sample} onChange={setSample} options={[100, 50, 20, 10, 1].map((v) => ({ value: v, label: v === 100 ? t.all : `${v}%` }))} /></Field>
            <Button type="primary" loading={order.isPending} disabled={draft.doc.trigger.api} onClick={start}>{t.go}</Button>
          </div>
          {order.error ? <Faults problem={problemOf(order.error)} /> : null}
        </Card>
      )}
      <QueryTable id="playbook-replays" label={t.past} query={list} columns={columns} rowKey="id" onOpen={(r) => show(r.id)} empty={<Empty title={t.none}>{t.noneText}</Empty>} />
    </>
  )
}

/** A replay: its progress while it runs, then what it found. */
export function OneReplay({ id }: { id: string }) {
  const t = useText(said)
  const client = useQueryClient()
  const asked = api.useQuery('get', '/replays/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (['waiting', 'running'].includes(q.state.data?.state ?? '') ? 700 : false) })
  const state = asked.data?.state
  useEffect(() => { if (state === 'done' || state === 'failed') void client.invalidateQueries({ queryKey: ['get', '/replays'] }) }, [state])
  return (
    <Asked query={asked}>{(r) => (
      r.state === 'failed' ? <Failure error={{ status: 409, code: 'failed', detail: r.error ?? t.failed }} />
        : r.result ? <ReplayView replay={r} result={r.result} />
          : <Card><Progress percent={Math.round(r.progress * 100)} status="active" aria-label={t.running} /><p className="y-faint">{t[r.state]}</p></Card>
    )}</Asked>
  )
}
