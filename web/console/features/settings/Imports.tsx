import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Progress, Tabs, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { PageShell, State } from '../../ui/PageShell'
import { QueryTable } from '../../ui/QueryTable'
import { Empty, Only } from '../../ui/states'
import { Exports } from './Exports'
import { kindNames, stateNames, stateTone } from './importWords'
import './settings.css'

type Import = Schema<'Import'>

const said = texts({
  title: ['导入导出', 'Import and export'], lead: ['订单、事件、客户从 CSV、XLSX 导入；同一份文件再导一次不会多出数据。', 'Orders, events and customers from CSV and XLSX. The same file again adds nothing.'],
  imports: ['导入', 'Imports'], exports: ['导出', 'Exports'], exportLead: ['在客户列表或人群里发起的导出。文件加密保存 7 天，下载会记入操作日志。', 'Begun in the list of customers or in an audience. Files are kept encrypted for 7 days; downloads are logged.'],
  add: ['导入文件', 'Import a file'], file: ['文件', 'File'], kind: ['内容', 'Holds'], state: ['状态', 'State'], rows: ['行数', 'Rows'], accepted: ['写入', 'Stored'], duplicates: ['重复', 'Duplicates'], rejected: ['拒绝', 'Rejected'], at: ['时间', 'When'], source: ['来源', 'Source'],
  empty: ['还没有导入过文件', 'No file was imported yet'], emptyLead: ['先把历史订单导进来：客户、RFM、LTV 和人群立刻就有数。常见的中文表头会自动识别。', 'Begin with the order history: customers, RFM, LTV and audiences follow at once. Usual headers are understood.'],
})

const route = getRouteApi('/shell/settings/imports')

/** Files that came in and files that were made. */
export function Imports() {
  const t = useText(said)
  const may = useMay()
  const { tab = 'imports' } = route.useSearch()
  const go = route.useNavigate()
  const shown = may('customers.read') ? tab : 'imports'
  return (
    <PageShell title={t.title} lead={shown === 'exports' ? t.exportLead : t.lead} actions={shown === 'imports' && <Add />} fill>
      {may('customers.read') && (
        <Tabs
          className="y-settings-tabs-fill" activeKey={shown} items={[{ key: 'imports', label: t.imports }, { key: 'exports', label: t.exports }]}
          onChange={(key) => void go({ search: { tab: key === 'exports' ? 'exports' : undefined }, replace: true })}
        />
      )}
      {shown === 'exports' ? <Exports /> : <Came />}
    </PageShell>
  )
}

function Add() {
  const t = useText(said)
  return <Only needs="imports.write"><Link to="/settings/imports/new"><Button type="primary">{t.add}</Button></Link></Only>
}

/** The files that were imported. */
function Came() {
  const t = useText(said)
  const kinds = useText(kindNames)
  const states = useText(stateNames)
  const go = useNavigate()
  const list = api.useInfiniteQuery('get', '/imports', {}, { ...byCursor, refetchInterval: (q) => (q.state.data?.pages.some((p) => p.items?.some((i) => ['queued', 'running'].includes(i.state))) ? 1500 : false) })
  return (
    <QueryTable<Import>
      id="imports" label={t.title} query={list as never} rowKey="id" onOpen={(i) => void go({ to: '/settings/imports/$id', params: { id: i.id } })}
      empty={<Empty title={t.empty} action={<Add />}>{t.emptyLead}</Empty>}
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
  )
}
