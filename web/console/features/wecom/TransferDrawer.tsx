import { api, byCursor, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Button, Drawer, Progress } from 'antd'
import { useMemo, useState } from 'react'
import { Card, Facts, State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Asked } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import { doneShare, itemStates, transferWords } from './transfer'
import { common } from './words'

type Item = Schema<'HandoverWireItem'>

const said = texts({
  title: [(a: string, b: string) => `${a} → ${b}`, (a: string, b: string) => `${a} → ${b}`],
  what: ['内容', 'What'],
  begun: ['开始', 'Begun'],
  ended: ['结束', 'Ended'],
  message: ['告知客户', 'Customers are told'],
  items: ['明细', 'One by one'],
  item: ['客户 / 群', 'Customer or group'],
  reason: ['原因', 'Reason'],
  settled: ['结束时间', 'Settled'],
  settledOf: [(n: string, all: string) => `${n} / ${all} 已有结果`, (n: string, all: string) => `${n} of ${all} settled`],
  group: ['客户群', 'Group'],
})

/** A transfer: how far it is, and what became of each customer or group. */
export function TransferDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText(said)
  const c = useText(common)
  const w = useText(transferWords)
  const [state, setState] = useState<(typeof itemStates)[number]>()
  const one = api.useQuery('get', '/handover/transfers/{id}', { params: { path: { id } } }, { refetchInterval: (q) => (q.state.data?.state === 'running' ? 3000 : false) })
  const running = one.data?.state === 'running'
  const list = api.useInfiniteQuery('get', '/handover/transfers/{id}/items', { params: { path: { id }, query: { state } } }, { ...byCursor, refetchInterval: running ? 3000 : false })
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const name = useStaffName(one.data?.corp)
  const corp = one.data?.corp
  const group = one.data?.object === 'group'
  const columns: Column<Item>[] = [
    { key: 'item', title: t.item, width: 170, render: (_, x) => (group ? <Link to={`/groups/${x.item}` as string}>{t.group} {x.item.slice(0, 8)}…</Link> : <Who id={x.customer} corp={corp} external={x.item} />) },
    { key: 'state', title: c.state, width: 150, render: (_, x) => <State tone={x.state === 'done' ? 'good' : x.state === 'failed' || x.state === 'full' ? 'bad' : x.state === 'refused' ? 'warn' : 'live'}>{named(w, x.state)}</State> },
    { key: 'reason', title: t.reason, width: 160, dataIndex: 'reason' },
    { key: 'at', title: t.settled, width: 140, render: (_, x) => (x.settled_at ? when(x.settled_at) : '–') },
  ]
  return (
    <Drawer open size={680} title={one.data ? t.title(name(one.data.from), name(one.data.to)) : undefined} onClose={onClose}>
      <Asked query={one}>
        {(x) => {
          const s = doneShare(x.counts)
          return (
            <div className="y-stack">
              <div>
                <Progress percent={Math.round(s.share * 100)} status={running ? 'active' : undefined} aria-label={t.settledOf(num(s.settled), num(s.all))} />
                <div className="y-faint">{t.settledOf(num(s.settled), num(s.all))}</div>
              </div>
              <div className="y-rowline">
                <Button size="small" type={state ? 'default' : 'primary'} onClick={() => setState(undefined)}>{c.all} {num(s.all)}</Button>
                {itemStates.filter((k) => x.counts?.[k]).map((k) => <Button size="small" key={k} type={state === k ? 'primary' : 'default'} aria-pressed={state === k} onClick={() => setState(k)}>{w[k]} {num(x.counts[k])}</Button>)}
              </div>
              <Card title={t.items} flush>
                <PlainTable label={t.items} rows={items} columns={columns} rowKey="item" loading={list.isPending} height={380} />
                {list.hasNextPage && <Button type="text" block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{c.more}</Button>}
              </Card>
              <Facts items={[[t.what, `${named(w, x.kind)} · ${named(w, x.object)}`], [t.begun, when(x.created_at)], Boolean(x.ended_at) && [t.ended, when(x.ended_at)], Boolean(x.message) && [t.message, x.message]]} />
            </div>
          )
        }}
      </Asked>
    </Drawer>
  )
}
