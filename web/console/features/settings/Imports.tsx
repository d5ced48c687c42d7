import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Progress, Tooltip } from 'antd'
import { PageShell, State } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { Empty, Only } from '../../ui/states'
import { kindNames, stateNames, stateTone } from './importWords'

type Import = Schema<'Import'>

const said = texts({
  title: ['导入导出', 'Import and export'], lead: ['订单、事件、客户从 CSV、XLSX 导入；同一份文件再导一次不会多出数据。列表页和报表的「导出」都在各自页面，且写入操作日志。', 'Orders, events and customers from CSV and XLSX. The same file again adds nothing. Lists and reports are exported on their own pages, and the audit log says so.'],
  add: ['导入文件', 'Import a file'], file: ['文件', 'File'], kind: ['内容', 'Holds'], state: ['状态', 'State'], rows: ['行数', 'Rows'], accepted: ['写入', 'Stored'], duplicates: ['重复', 'Duplicates'], rejected: ['拒绝', 'Rejected'], at: ['时间', 'When'], source: ['来源', 'Source'],
  empty: ['还没有导入过文件', 'No file was imported yet'], emptyLead: ['先把历史订单导进来：客户、RFM、LTV 和人群立刻就有数。常见的中文表头会自动识别。', 'Begin with the order history: customers, RFM, LTV and audiences follow at once. Usual headers are understood.'],
})

/** The files that were imported. */
export function Imports() {
  const t = useText(said)
  const kinds = useText(kindNames)
  const states = useText(stateNames)
  const go = useNavigate()
  const list = api.useInfiniteQuery('get', '/imports', {}, { ...byCursor, refetchInterval: (q) => (q.state.data?.pages.some((p) => p.items?.some((i) => ['queued', 'running'].includes(i.state))) ? 1500 : false) })
  const add = <Only needs="imports.write"><Link to="/settings/imports/new"><Button type="primary">{t.add}</Button></Link></Only>
  return (
    <PageShell title={t.title} lead={t.lead} actions={add} fill>
      <QueryTable<Import>
        id="imports" label={t.title} query={list as never} rowKey="id" onOpen={(i) => void go({ to: '/settings/imports/$id', params: { id: i.id } })}
        empty={<Empty title={t.empty} action={add}>{t.emptyLead}</Empty>}
        columns={[
          { key: 'file', title: t.file, width: 240, always: true, render: (_, i) => <Link to="/settings/imports/$id" params={{ id: i.id }}>{i.name || i.id}</Link> },
          { key: 'kind', title: t.kind, width: 90, render: (_, i) => named(kinds, i.kind) },
          { key: 'state', title: t.state, width: 190, render: (_, i) => (i.state === 'running' ? <Progress percent={Math.floor(i.progress.percent)} size="small" aria-label={named(states, i.state)} /> : <State tone={stateTone(i.state)}>{named(states, i.state)}</State>) },
          { key: 'rows', title: t.rows, width: 100, num: true, render: (_, i) => num(i.rows) },
          { key: 'accepted', title: t.accepted, width: 100, num: true, render: (_, i) => num(i.accepted) },
          { key: 'duplicates', title: t.duplicates, width: 100, num: true, render: (_, i) => num(i.duplicates) },
          { key: 'rejected', title: t.rejected, width: 100, num: true, render: (_, i) => <span className={i.rejected_count ? 'y-tone-bad' : undefined}>{num(i.rejected_count)}</span> },
          { key: 'source', title: t.source, width: 110, dataIndex: 'source' },
          { key: 'at', title: t.at, width: 130, render: (_, i) => <Tooltip title={exactly(i.created_at)}>{ago(i.created_at)}</Tooltip> },
        ]}
      />
    </PageShell>
  )
}
