import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Segmented, Tooltip } from 'antd'
import { CustomerPicker } from '../../ui/pickers'
import { FilterBar } from '../../ui/FilterBar'
import { State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { Who } from '../../ui/Who'
import { docOf, type Playbook } from './data'
import { endText, type NameOf } from './say'
import { outcomeTone, outcomeWords } from './words'

type Run = Schema<'PlaybookRun'>

const said = texts({
  label: ['实例', 'Runs'],
  all: ['全部', 'All'],
  live: ['进行中', 'Under way'],
  who: ['谁', 'Who'],
  key: ['编号', 'Key'],
  state: ['状态', 'State'],
  where: ['停在', 'Waits in'],
  due: ['最晚继续', 'Goes on by'],
  started: ['进入', 'Started'],
  ended: ['结束', 'Ended'],
  version: ['版本', 'Version'],
  control: ['对照组', 'Control'],
  none: ['还没有人进入', 'Nobody entered yet'],
  noneText: ['触发条件发生后，这里会列出每一个进入的客户和走到哪一步。', 'Whoever enters is listed here with where they are.'],
  customer: ['按客户筛选', 'Of a customer'],
})

/** Who went through a playbook or is inside. */
export function RunsTab({ book, nameOf }: { book: Playbook; nameOf: NameOf }) {
  const t = useText(said)
  const outcomes = useText(outcomeWords)
  const go = useNavigate()
  const search = useSearch({ from: '/shell/playbooks/$id' })
  const query = api.useInfiniteQuery('get', '/runs', { params: { query: { playbook: book.id, live: search.live, customer: search.customer } } }, { ...byCursor, refetchInterval: 30_000 })
  const set = (part: Partial<typeof search>) => void go({ to: '/playbooks/$id', params: { id: book.id }, search: { ...search, ...part }, replace: true })
  const doc = docOf(book.definition)
  const columns: Column<Run>[] = [
    { key: 'who', title: t.who, width: 150, render: (_, r) => (r.customer ? <Who id={r.customer} /> : (r.subject ?? '–')) },
    ...(doc.key ? [{ key: 'key', title: t.key, width: 140, dataIndex: 'key' }] : []),
    { key: 'state', title: t.state, width: 190, render: (_, r) => (r.outcome ? <><State tone={outcomeTone(r.outcome)}>{named(outcomes, r.outcome)}</State> {endText(doc, r.detail, nameOf)}</> : <State tone="live">{outcomes.open}</State>) },
    { key: 'where', title: t.where, width: 170, render: (_, r) => (r.step ? nameOf('step', r.step) : '–') },
    { key: 'due', title: t.due, width: 150, render: (_, r) => (r.due ? when(r.due) : '–') },
    { key: 'started', title: t.started, width: 130, render: (_, r) => <Tooltip title={exactly(r.started_at)}><span>{ago(r.started_at)}</span></Tooltip> },
    { key: 'ended', title: t.ended, width: 125, render: (_, r) => (r.ended_at ? <Tooltip title={exactly(r.ended_at)}><span>{ago(r.ended_at)}</span></Tooltip> : '–') },
    { key: 'version', title: t.version, width: 110, render: (_, r) => <>v{r.version}{r.holdout && ` · ${t.control}`}</> },
  ]
  return (
    <>
      <FilterBar active={Boolean(search.live || search.customer)} onReset={() => set({ live: undefined, customer: undefined })}>
        <Segmented value={search.live ? 'live' : 'all'} onChange={(v) => set({ live: v === 'live' ? true : undefined })} options={[{ value: 'all', label: t.all }, { value: 'live', label: t.live }]} />
        {(doc.subject ?? 'customer') === 'customer' && <CustomerPicker aria-label={t.customer} value={search.customer} onChange={(customer) => set({ customer })} />}
      </FilterBar>
      <QueryTable
        id="playbook-runs" label={t.label} query={query} columns={columns} rowKey="id" onOpen={(r) => void go({ to: `/runs/${r.id}` as string })}
        empty={search.live || search.customer ? <NoMatch onClear={() => set({ live: undefined, customer: undefined })} /> : <Empty title={t.none}>{t.noneText}</Empty>}
      />
    </>
  )
}
