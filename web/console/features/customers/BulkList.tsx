import { api, byCursor, type Schema } from '@shared/api/client'
import { num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Progress } from 'antd'
import { State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty } from '../../ui/states'
import { BulkDrawer } from './BulkDrawer'
import { bulkKinds, bulkStates, bulkTones } from './words'

type Bulk = Schema<'TagBulk'>

const said = texts({
  title: ['批量操作', 'Operations'], at: ['时间', 'Time'], what: ['操作', 'Operation'], tags: ['标签', 'Tags'], progress: ['进度', 'Progress'], changed: ['有变化', 'Changed'], failed: ['失败', 'Failed'], state: ['状态', 'State'], by: ['操作人', 'By'], system: ['系统', 'System'], none: ['还没有批量操作', 'No operations yet'], noneText: ['在客户列表选中客户或全部结果打标签、改名或删除标签时，进度会显示在这里。', 'Tagging many customers, renaming and deleting tags show their progress here.'],
})

/** Operations on many customers, the newest first, as they go. */
export function BulkList({ open, onOpen }: { open?: string; onOpen: (id?: string) => void }) {
  const t = useText(said)
  const kinds = useText(bulkKinds)
  const states = useText(bulkStates)
  const list = api.useInfiniteQuery('get', '/tags/bulk', {}, { ...byCursor, refetchInterval: (q) => (q.state.data?.pages.some((p) => p.items.some((b) => b.state === 'running')) ? 1500 : false) })
  const columns: Column<Bulk>[] = [
    { key: 'at', title: t.at, width: 150, always: true, render: (_, b) => when(b.created_at) },
    { key: 'what', title: t.what, width: 120, render: (_, b) => named(kinds, b.kind) },
    { key: 'tags', title: t.tags, width: 240, render: (_, b) => [...b.add.map((x) => `+ ${x}`), ...b.remove.map((x) => `− ${x}`)].join('、') },
    { key: 'state', title: t.state, width: 110, render: (_, b) => <State tone={bulkTones[b.state]}>{named(states, b.state)}</State> },
    { key: 'progress', title: t.progress, width: 180, render: (_, b) => (b.state === 'done' ? num(b.done) : <Progress size="small" aria-label={t.progress} percent={b.total === 0 ? 100 : Math.floor((b.done / b.total) * 100)} />) },
    { key: 'changed', title: t.changed, width: 90, num: true, render: (_, b) => num(b.changed) },
    { key: 'failed', title: t.failed, width: 80, num: true, render: (_, b) => <span className={b.failed > 0 ? 'y-tone-bad' : undefined}>{num(b.failed)}</span> },
    { key: 'by', title: t.by, width: 130, render: (_, b) => (b.by === 'system' ? t.system : b.by) },
  ]
  return (
    <>
      <QueryTable id="tags-bulk" label={t.title} query={list} columns={columns} rowKey="id" onOpen={(b) => onOpen(b.id)} empty={<Empty title={t.none}>{t.noneText}</Empty>} />
      {open && <BulkDrawer id={open} onClose={() => onOpen(undefined)} />}
    </>
  )
}
