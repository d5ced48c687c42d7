import { api, byCursor, call, must, type Schema } from '@shared/api/client'
import { ago, bytes, exactly, num } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Progress, Tooltip } from 'antd'
import { useMay } from '../../app/session'
import { underWay } from '../../app/work'
import { exportKinds, exportStates, exportTone } from '../../ui/export/words'
import { useSure } from '../../ui/forms'
import { State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'

type Export = Schema<'Export'>

const said = texts({
  title: ['导出', 'Exports'], file: ['文件', 'File'], kind: ['内容', 'Holds'], state: ['状态', 'State'], people: ['人数', 'Customers'], columns: ['列', 'Columns'], size: ['大小', 'Size'], by: ['谁', 'Who'], me: ['我', 'Me'], at: ['时间', 'When'], until: ['保存到', 'Kept until'], values: ['个人信息', 'Personal data'], clear: ['明文', 'In clear'], masked: ['已脱敏', 'Masked'],
  actions: ['操作', 'Actions'], get: ['下载', 'Download'], getName: [(n: string) => `下载“${n}”`, (n: string) => `Download ${n}`], cancel: ['取消', 'Cancel'], cancelName: [(n: string) => `取消“${n}”`, (n: string) => `Cancel ${n}`], remove: ['删除', 'Delete'], removeName: [(n: string) => `删除“${n}”`, (n: string) => `Delete ${n}`],
  sure: [(n: string) => `删除“${n}”？`, (n: string) => `Delete ${n}?`], sureText: ['文件会立刻删除，操作日志里的记录保留。', 'The file goes at once. The audit log keeps what it says.'], stop: [(n: string) => `取消导出“${n}”？`, (n: string) => `Cancel the export ${n}?`], stopText: ['已生成的部分会删除。', 'What was made so far is deleted.'],
  none: ['还没有导出过', 'Nothing was exported yet'], noneText: ['在客户列表或人群里点“导出”，选好列；文件在后台生成，好了就能在这里下载。', 'Choose Export in the list of customers or in an audience, and the columns. The file is made in the background and can be fetched here.'], go: ['去客户列表', 'To the customers'],
})

/** The files of customers that were made: one's own, to an owner all. */
export function Exports() {
  const t = useText(said)
  const kinds = useText(exportKinds)
  const states = useText(exportStates)
  const sure = useSure()
  const may = useMay()
  const client = useQueryClient()
  const list = api.useInfiniteQuery('get', '/exports', { params: { query: { limit: 100 } } }, { ...byCursor, refetchInterval: (q) => (q.state.data?.pages.some((p) => p.items?.some(underWay)) ? 1500 : false) })
  const others = Boolean(list.data?.pages.some((p) => p.items?.some((x) => !x.mine)))
  const accounts = api.useQuery('get', '/accounts', { params: { query: { limit: 1000 } } }, { enabled: others && may('accounts.read'), retry: false })
  const names = new Map(accounts.data?.items?.map((a) => [a.id, a.name]))
  const nameOf = (x: Export) => x.name || named(kinds, x.kind)
  const remove = (x: Export) => {
    const live = underWay(x)
    sure({
      title: (live ? t.stop : t.sure)(nameOf(x)), content: live ? t.stopText : t.sureText, ok: live ? t.cancel : t.remove, danger: true,
      go: async () => { await must(call.DELETE('/exports/{id}', { params: { path: { id: x.id } } })); await client.invalidateQueries({ queryKey: ['get', '/exports'] }) },
    })
  }
  const columns: Column<Export>[] = [
    { key: 'file', title: t.file, width: 160, always: true, render: (_, x) => <><b>{nameOf(x)}</b>{x.kind !== 'customers' && <span className="y-faint"> {x.kind === 'audience' ? <Link to={`/audiences/${x.subject}` as string}>{named(kinds, x.kind)}</Link> : named(kinds, x.kind)}</span>}</> },
    { key: 'state', title: t.state, width: 130, render: (_, x) => (x.state === 'running' ? <Progress percent={Math.floor(x.percent)} size="small" aria-label={named(states, x.state)} /> : <Tooltip title={x.problem}><span tabIndex={x.problem ? 0 : undefined}><State tone={exportTone(x.state)}>{named(states, x.state)}</State></span></Tooltip>) },
    { key: 'people', title: t.people, width: 95, num: true, render: (_, x) => num(x.rows) },
    { key: 'columns', title: t.columns, width: 85, num: true, hidden: true, render: (_, x) => <Tooltip title={x.columns.map((c) => c.header).join('、')}><span tabIndex={0}>{num(x.columns.length)}</span></Tooltip> },
    { key: 'size', title: t.size, width: 90, num: true, render: (_, x) => (x.state === 'done' ? bytes(x.bytes) : '–') },
    { key: 'values', title: t.values, width: 110, render: (_, x) => (x.unmasked ? t.clear : <span className="y-faint">{t.masked}</span>) },
    { key: 'by', title: t.by, width: 70, render: (_, x) => (x.mine ? t.me : (names.get(x.by) ?? x.by)) },
    { key: 'at', title: t.at, width: 115, render: (_, x) => <Tooltip title={exactly(x.created_at)}>{ago(x.created_at)}</Tooltip> },
    { key: 'until', title: t.until, width: 95, render: (_, x) => (x.state === 'done' ? <Tooltip title={exactly(x.expires_at)}>{ago(x.expires_at)}</Tooltip> : '–') },
    {
      key: 'actions', title: t.actions, width: 165, always: true, render: (_, x) => (
        <>
          {x.state === 'done' && <Button type="link" size="small" href={`/api/v1/exports/${x.id}/file`} download aria-label={t.getName(nameOf(x))}>{t.get}</Button>}
          <Button type="link" size="small" danger aria-label={(underWay(x) ? t.cancelName : t.removeName)(nameOf(x))} onClick={() => remove(x)}>{underWay(x) ? t.cancel : t.remove}</Button>
        </>
      ),
    },
  ]
  return <QueryTable<Export> id="exports" label={t.title} query={list} rowKey="id" columns={columns} empty={<Empty title={t.none} action={<Link to={'/customers' as string}><Button type="primary">{t.go}</Button></Link>}>{t.noneText}</Empty>} />
}
