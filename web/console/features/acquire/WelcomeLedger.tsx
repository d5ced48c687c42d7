import { api, byCursor, type Schema } from '@shared/api/client'
import { exactly, num, when } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link } from '@tanstack/react-router'
import { Select, Tooltip } from 'antd'
import { FilterBar } from '../../ui/FilterBar'
import { State } from '../../ui/PageShell'
import { StaffPicker } from '../../ui/pickers'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { useStaffName, Who } from '../../ui/Who'
import { outcomes, reasons, sources } from './welcomeWords'

type Entry = Schema<'WelcomeEntry'>

const said = texts({
  title: ['发送记录', 'Ledger of greetings'],
  at: ['时间', 'Time'],
  staff: ['员工', 'Member'],
  customer: ['客户', 'Customer'],
  outcome: ['结果', 'Outcome'],
  all: ['全部结果', 'All outcomes'],
  reason: ['原因', 'Reason'],
  source: ['用的欢迎语', 'Greeting'],
  latency: ['耗时', 'Took'],
  attachments: ['附件', 'Attachments'],
  fallback: ['附件被拒，只发了文字', 'Text alone; attachments refused'],
  ms: [(n: string) => `${n} 毫秒`, (n: string) => `${n} ms`],
  code: [(n: string) => `错误码 ${n}`, (n: string) => `code ${n}`],
  emptyTitle: ['还没有发送过欢迎语', 'Nobody greeted yet'],
  empty: ['客户添加员工后，每一次欢迎的结果和原因都记在这里。', 'Each greeting is listed here with what became of it and why.'],
})

interface Search {
  outcome?: 'sent' | 'missed' | 'failed'
  user?: string
}

/** What became of each greeting, newest first. */
export function WelcomeLedger({ corp, search, set }: { corp: string; search: Search; set: (next: Search) => void }) {
  const t = useText(said)
  const o = useText(outcomes)
  const r = useText(reasons)
  const s = useText(sources)
  const name = useStaffName(corp)
  const { outcome, user } = search
  const list = api.useInfiniteQuery('get', '/welcome/ledger', { params: { query: { corp, outcome, user } } }, byCursor)
  const active = Boolean(outcome || user)
  const columns: Column<Entry>[] = [
    { key: 'at', title: t.at, width: 170, always: true, render: (_, x) => <Tooltip title={exactly(x.received_at)}>{when(x.received_at)}</Tooltip> },
    { key: 'staff', title: t.staff, width: 120, render: (_, x) => name(x.staff) },
    { key: 'customer', title: t.customer, width: 140, render: (_, x) => <Who id={x.customer} corp={x.corp} external={x.external_userid} /> },
    { key: 'outcome', title: t.outcome, width: 110, render: (_, x) => <State tone={x.outcome === 'sent' ? (x.fallback ? 'warn' : 'good') : x.outcome === 'missed' ? 'warn' : 'bad'}>{named(o, x.outcome)}</State> },
    { key: 'reason', title: t.reason, width: 250, render: (_, x) => <>{x.fallback && t.fallback}{x.reason && named(r, x.reason)}{x.errcode ? <span className="y-faint"> {t.code(String(x.errcode))}</span> : null}</> },
    { key: 'source', title: t.source, width: 150, render: (_, x) => (x.source === 'code' ? <Link to={`/codes/${x.origin}` as string}>{named(s, x.source)}</Link> : named(s, x.source)) },
    { key: 'attachments', title: t.attachments, width: 90, num: true, render: (_, x) => num(x.attachments) },
    { key: 'latency', title: t.latency, width: 100, num: true, render: (_, x) => (x.latency_ms === undefined ? '–' : t.ms(num(x.latency_ms))) },
  ]
  return (
    <>
      <FilterBar active={active} onReset={() => set({ outcome: undefined, user: undefined })}>
        <Select style={{ width: 140 }} aria-label={t.outcome} value={outcome ?? ''} onChange={(v) => set({ outcome: (v || undefined) as Search['outcome'] })} options={[{ value: '', label: t.all }, ...(['sent', 'missed', 'failed'] as const).map((k) => ({ value: k, label: o[k] }))]} />
        <StaffPicker single corp={corp} value={user ? [user] : []} onChange={([u]) => set({ user: u })} />
      </FilterBar>
      <QueryTable id="welcome-ledger" label={t.title} query={list} columns={columns} rowKey="id" empty={active ? <NoMatch onClear={() => set({ outcome: undefined, user: undefined })} /> : <Empty title={t.emptyTitle}>{t.empty}</Empty>} />
    </>
  )
}
