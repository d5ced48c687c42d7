import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, day, num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Progress, Select } from 'antd'
import { useMemo } from 'react'
import { FilterBar } from '../../ui/FilterBar'
import { Card, Stat, State } from '../../ui/PageShell'
import { StaffPicker } from '../../ui/pickers'
import { PlainTable, QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { useStaffName } from '../../ui/Who'
import { AuditDrawer } from './AuditDrawer'
import { byMember, progress, type Row } from './audit'

const said = texts({
  checklist: ['清单', 'Checklist'], state: ['状态', 'State'], staff: ['员工', 'Member'],
  open: ['进行中', 'Open'], done: ['已完成', 'Done'], late: ['已逾期', 'Overdue'],
  subject: ['对象', 'About'], progress: ['进度', 'Progress'], score: ['合格率', 'In order'], failed: ['不合格', 'Not in order'], due: ['截止', 'Due'],
  all: ['检查份数', 'Audits'], mean: ['平均合格率', 'In order, on average'],
  meanHelp: ['合格项 ÷ 适用项；“不适用”不计。', 'Items in order over items that apply.'],
  members: ['员工结果', 'By member'],
  list: ['检查记录', 'Audits'],
  percent: [(n: string) => `${n}%`, (n: string) => `${n}%`],
  of: [(a: string, b: string) => `${a} / ${b} 项`, (a: string, b: string) => `${a} of ${b}`],
  none: ['还没有检查', 'No audits yet'],
  noneHelp: ['在“装修清单”里选一份清单发起检查，员工在手机上逐项确认，结果汇总到这里。', 'Start one from a checklist. Staff tick its items on the phone, and the results come together here.'],
})

/** An audit. */
export type Audit = Schema<'SopAudit'>

const page = getRouteApi('/shell/personas')

/** The audits of dressing and how each member stands. */
export function Audits() {
  const t = useText(said)
  const go = useNavigate()
  const search = page.useSearch()
  const set = (to: Partial<typeof search>) => void go({ to: '/personas', search: { ...search, ...to }, replace: true })
  const name = useStaffName()
  const lists = api.useQuery('get', '/checklists', { params: { query: { limit: 200 } } }, { staleTime: 60_000 })
  const list = api.useInfiniteQuery('get', '/audits', { params: { query: { limit: 100, checklist: search.checklist, staff: search.staff, state: search.state } } }, byCursor)
  const items = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data])
  const rows = useMemo(() => byMember(items, Date.now()), [items])
  const scored = items.filter((a) => a.score !== undefined)
  const filtered = Boolean(search.checklist || search.staff || search.state)
  const late = (a: Audit) => a.state === 'open' && new Date(a.due_at).getTime() < Date.now()
  const columns: Column<Audit>[] = [
    { key: 'subject', title: t.subject, width: 150, always: true, render: (_, a) => (a.about === 'account' ? name(a.subject) : a.subject) },
    { key: 'name', title: t.checklist, width: 140, render: (_, a) => a.name },
    { key: 'state', title: t.state, width: 100, render: (_, a) => <State tone={a.state === 'done' ? 'good' : late(a) ? 'bad' : 'live'}>{a.state === 'done' ? t.done : late(a) ? t.late : t.open}</State> },
    { key: 'progress', title: t.progress, width: 170, render: (_, a) => { const p = progress(a); return <span className="y-audit-progress"><Progress size="small" percent={p.share} showInfo={false} aria-label={t.progress} />{t.of(num(p.answered), num(p.items))}</span> } },
    { key: 'score', title: t.score, width: 90, num: true, render: (_, a) => (a.score === undefined ? '–' : t.percent(num(a.score))) },
    { key: 'failed', title: t.failed, width: 100, num: true, render: (_, a) => num(progress(a).failed) },
    { key: 'staff', title: t.staff, width: 110, render: (_, a) => name(a.staff) },
    { key: 'due', title: t.due, width: 120, render: (_, a) => (a.done_at ? ago(a.done_at) : day(a.due_at)) },
  ]
  const members: Column<Row>[] = [
    { key: 'staff', title: t.staff, width: 130, render: (_, r) => name(r.staff) },
    { key: 'audits', title: t.all, width: 90, num: true, render: (_, r) => num(r.audits) },
    { key: 'done', title: t.done, width: 90, num: true, render: (_, r) => num(r.done) },
    { key: 'late', title: t.late, width: 90, num: true, render: (_, r) => (r.late > 0 ? <b className="y-tone-bad">{num(r.late)}</b> : num(0)) },
    { key: 'failed', title: t.failed, width: 100, num: true, render: (_, r) => num(r.failed) },
    { key: 'score', title: t.score, width: 170, render: (_, r) => (r.score === undefined ? '–' : <span className="y-audit-progress"><Progress size="small" percent={r.score} showInfo={false} status={r.score < 80 ? 'exception' : 'normal'} aria-label={t.score} />{t.percent(num(r.score))}</span>) },
  ]
  const empty = filtered ? <NoMatch onClear={() => void go({ to: '/personas', search: { tab: 'audits' } })} /> : <Empty title={t.none}>{t.noneHelp}</Empty>
  return (
    <div className="y-stack y-content-tab">
      <FilterBar active={filtered} onReset={() => set({ checklist: undefined, staff: undefined, state: undefined })}>
        <Select allowClear placeholder={t.checklist} aria-label={t.checklist} style={{ width: 180 }} value={search.checklist} onChange={(checklist) => set({ checklist })} options={lists.data?.items.map((x) => ({ value: x.id, label: x.name }))} />
        <StaffPicker single placeholder={t.staff} aria-label={t.staff} style={{ width: 170 }} value={search.staff ? [search.staff] : []} onChange={(users) => set({ staff: users[0] })} />
        <Select allowClear placeholder={t.state} aria-label={t.state} style={{ width: 120 }} value={search.state} onChange={(state) => set({ state })} options={(['open', 'done'] as const).map((value) => ({ value, label: t[value] }))} />
      </FilterBar>
      {items.length > 0 && (
        <div className="y-stats">
          <Stat label={t.all} value={num(items.length)} />
          <Stat label={t.done} value={num(items.filter((a) => a.state === 'done').length)} />
          <Stat label={t.late} value={num(items.filter(late).length)} />
          <Stat label={t.mean} hint={t.meanHelp} value={scored.length > 0 ? t.percent(num(scored.reduce((sum, a) => sum + (a.score ?? 0), 0) / scored.length)) : '–'} />
        </div>
      )}
      {rows.length > 0 && <Card title={t.members} flush><PlainTable label={t.members} rows={rows} columns={members} rowKey="staff" onOpen={(r) => set({ staff: r.staff })} /></Card>}
      <QueryTable id="audits" label={t.list} rowKey="id" query={list} columns={columns} empty={empty} height={Math.min(520, 96 + Math.max(4, items.length) * 44)} onOpen={(a) => set({ audit: a.id })} />
      {search.audit && <AuditDrawer id={search.audit} onClose={() => set({ audit: undefined })} />}
    </div>
  )
}
