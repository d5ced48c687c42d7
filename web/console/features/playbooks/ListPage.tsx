import { api } from '@shared/api/client'
import { ago, exactly, num, pct } from '@shared/format'
import { named, texts, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Dropdown, Select, Tooltip } from 'antd'
import { useMemo, useState } from 'react'
import PlusOutlined from '@ant-design/icons/PlusOutlined'
import { useMay } from '../../app/session'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { Hint, PageShell, State } from '../../ui/PageShell'
import { PlainTable, type Column } from '../../ui/QueryTable'
import { Empty, Failure, Loading, NoMatch } from '../../ui/states'
import { docOf, useNameOf, usePlaybooks, type Playbook } from './data'
import { Lift, useLifts } from './Lift'
import { SettingsDrawer } from './SettingsDrawer'
import { triggerText } from './say'
import type { NameOf } from './say'
import { stateTone, stateWords, subjectWords } from './words'
import './playbooks.css'

const said = texts({
  title: ['SOP 旅程', 'Playbooks'],
  lead: ['什么事发生以后，对谁、隔多久、做什么。发布后自动运行，每一步都有数。', 'What happens to whom after something happened. Published, they run by themselves, and every step counts.'],
  make: ['新建 SOP', 'New playbook'],
  blank: ['从空白开始', 'Blank'],
  template: ['从模板库', 'From the library'],
  yaml: ['导入 YAML', 'Import YAML'],
  settings: ['设置', 'Settings'],
  search: ['名称或触发条件', 'Name or trigger'],
  state: ['状态', 'State'],
  subject: ['对象', 'Subject'],
  name: ['名称', 'Name'],
  live: ['进行中', 'Under way'],
  runs: ['累计进入', 'Runs'],
  sent: ['已发送', 'Sent'],
  goal: ['目标达成率', 'Goal rate'],
  lift: ['增量收入', 'Incremental revenue'],
  liftHelp: ['有对照组的 SOP 才有：（触达组人均收入 − 对照组人均收入）× 触达组人数，只算已满观察期的客户，收入扣退款。下面是任何时候看都成立的区间；两组各满 100 人才有区间。', 'For playbooks with a holdout: revenue per customer touched less that of the control, times the customers touched; mature customers only, net of refunds. Below it the interval that holds at any look, from 100 customers an arm.'],
  updated: ['更新', 'Updated'],
  noGoal: ['未设目标', 'No goal'],
  steps: [(n: string) => `${n} 步`, (n: string) => `${n} steps`],
  changed: ['草稿未发布', 'Draft differs'],
  none: ['还没有 SOP', 'No playbooks yet'],
  noneText: ['SOP 让“加好友后第一周”“下单没付款”这样的事自动有人跟、按时跟。先从模板库装一个改一改，最快。', 'A playbook follows up by itself: the first week after a contact is added, an order that is not paid. The quickest start is a template.'],
  sort: ['排序', 'Sort'],
  byNew: ['最近更新', 'Updated last'],
  byRuns: ['进行中最多', 'Most under way'],
  byGoal: ['达成率最高', 'Best goal rate'],
  byLift: ['增量收入最高', 'Most lift'],
})

const goalRate = (p: Playbook) => (p.counts && p.counts.runs > p.counts.live && docOf(p.definition).goal ? p.counts.goal / (p.counts.runs - p.counts.live) : undefined)

/** All playbooks. */
export function ListPage() {
  const t = useText(said)
  const states = useText(stateWords)
  const subjects = useText(subjectWords)
  const may = useMay()
  const go = useNavigate()
  const search = useSearch({ from: '/shell/playbooks' })
  const query = usePlaybooks()
  const lifts = useLifts()
  const nameOf = useNameOf()
  const [isSetting, setSetting] = useState(false)
  const sentence = (p: Playbook) => { const doc = docOf(p.definition); const names: NameOf = (kind, id) => doc.audiences?.[id]?.name ?? nameOf(kind, id); return triggerText(doc.trigger, names) }
  const set = (part: Partial<typeof search>) => void go({ to: '/playbooks', search: { ...search, ...part }, replace: true })
  const rows = useMemo(() => {
    const q = search.q?.toLowerCase()
    const list = (query.data?.items ?? []).filter((p) => (!search.state || p.state === search.state)
      && (!search.subject || (docOf(p.definition).subject ?? 'customer') === search.subject)
      && (!q || `${p.name} ${sentence(p)}`.toLowerCase().includes(q)))
    const by = { runs: (p: Playbook) => p.counts?.live ?? 0, goal: (p: Playbook) => goalRate(p) ?? -1, lift: (p: Playbook) => lifts.by.get(p.id)?.incremental_revenue?.amount ?? -Infinity, new: (p: Playbook) => Date.parse(p.updated_at) }
    const rank = by[search.sort ?? 'new']
    return list.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)))
  }, [query.data, search, nameOf, lifts.by])
  const columns: Column<Playbook>[] = [
    { key: 'name', title: t.name, width: 250, render: (_, p) => (
      <div className="y-playbooks-name"><Link to={`/playbooks/${p.id}` as string}>{p.name}</Link><small title={sentence(p)}>{sentence(p)}</small></div>
    ) },
    { key: 'state', title: t.state, width: 112, render: (_, p) => <span className="y-playbooks-name"><span><State tone={stateTone[p.state]}>{states[p.state]}</State></span>{p.version > 0 && <small>v{p.version}{p.review && ` · ${t.changed}`}</small>}</span> },
    { key: 'subject', title: t.subject, width: 106, render: (_, p) => <span className="y-playbooks-name"><span>{subjects[docOf(p.definition).subject ?? 'customer']}</span><small>{t.steps(num(docOf(p.definition).steps.length))}</small></span> },
    { key: 'live', title: t.live, width: 86, num: true, render: (_, p) => (p.counts ? <Link to={`/playbooks/${p.id}?tab=runs&live=true` as string}>{num(p.counts.live)}</Link> : '–') },
    { key: 'runs', title: t.runs, width: 78, num: true, render: (_, p) => (p.counts ? <Link to={`/playbooks/${p.id}?tab=runs` as string}>{num(p.counts.runs)}</Link> : '–') },
    { key: 'sent', title: t.sent, width: 72, num: true, render: (_, p) => <Sent id={p.id} version={p.version} /> },
    { key: 'goal', title: t.goal, width: 96, num: true, render: (_, p) => (docOf(p.definition).goal ? pct(goalRate(p)) : <span className="y-faint">{t.noGoal}</span>) },
    ...(lifts.isShown ? [{ key: 'lift', title: <>{t.lift} <Hint>{t.liftHelp}</Hint></>, width: 150, num: true, render: (_: unknown, p: Playbook) => <Lift book={p} lift={lifts.by.get(p.id)} isReady={lifts.isReady} /> }] : []),
    { key: 'updated', title: t.updated, width: 100, render: (_, p) => <Tooltip title={exactly(p.updated_at)}><span>{ago(p.updated_at)}</span></Tooltip> },
  ]
  const items = [
    { key: 'blank', label: <Link to={'/playbooks/new' as string}>{t.blank}</Link> }, { key: 'template', label: <Link to={'/sop' as string}>{t.template}</Link> },
    { key: 'yaml', label: <Link to={'/playbooks/new?from=yaml' as string}>{t.yaml}</Link> },
  ]
  return (
    <PageShell
      title={t.title} lead={t.lead}
      actions={(
        <>
          <Button onClick={() => setSetting(true)}>{t.settings}</Button>
          {may('playbooks.write') && <Dropdown menu={{ items }} trigger={['click']}><Button type="primary" icon={<PlusOutlined />}>{t.make}</Button></Dropdown>}
        </>
      )}
    >
      <FilterBar active={Boolean(search.q || search.state || search.subject)} onReset={() => set({ q: undefined, state: undefined, subject: undefined })}>
        <SearchBox value={search.q ?? ''} placeholder={t.search} onChange={(q) => set({ q: q || undefined })} />
        <Select allowClear aria-label={t.state} placeholder={t.state} style={{ width: 130 }} value={search.state} onChange={(state?: string) => set({ state })} options={Object.entries(states).map(([value, label]) => ({ value, label }))} />
        <Select allowClear aria-label={t.subject} placeholder={t.subject} style={{ width: 130 }} value={search.subject} onChange={(subject?: string) => set({ subject })} options={Object.entries(subjects).map(([value, label]) => ({ value, label }))} />
        <Select aria-label={t.sort} style={{ width: 150 }} value={search.sort ?? 'new'} onChange={(v: 'new' | 'runs' | 'goal' | 'lift') => set({ sort: v === 'new' ? undefined : v })} options={[{ value: 'new', label: t.byNew }, { value: 'runs', label: t.byRuns }, { value: 'goal', label: t.byGoal }, ...(lifts.isShown ? [{ value: 'lift' as const, label: t.byLift }] : [])]} />
      </FilterBar>
      {query.error ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : query.isPending ? <Loading rows={8} /> : query.data.items.length === 0 ? (
        <Empty title={t.none} action={may('playbooks.write') && <><Link to={'/sop' as string}><Button type="primary">{t.template}</Button></Link><Link to={'/playbooks/new' as string}><Button>{t.blank}</Button></Link></>}>{t.noneText}</Empty>
      ) : (
        <div className="y-card y-card-flush">
          <PlainTable label={t.title} rows={rows} columns={columns} rowKey="id" onOpen={(p) => void go({ to: `/playbooks/${p.id}` as string })} empty={<NoMatch onClear={() => set({ q: undefined, state: undefined, subject: undefined })} />} />
        </div>
      )}
      {isSetting && <SettingsDrawer onClose={() => setSetting(false)} />}
    </PageShell>
  )
}

/** Touches that have left. */
function Sent({ id, version }: { id: string; version: number }) {
  const asked = api.useQuery('get', '/playbooks/{id}/numbers', { params: { path: { id } } }, { enabled: version > 0, staleTime: 60_000 })
  if (version === 0 || !asked.data) return <>–</>
  const sent = (asked.data.deliveries ?? []).filter((d) => named({ handed: 'y', accepted: 'y' }, d.state) === 'y').reduce((n, d) => n + d.count, 0)
  return <Link to={`/deliveries?playbook=${id}` as string}>{num(sent)}</Link>
}
