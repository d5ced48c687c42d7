import { api, type Schema } from '@shared/api/client'
import { ago, exactly, num, pct } from '@shared/format'
import { named, texts, useLang, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Progress, Select, Tooltip } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { useDrill } from '../../ui/Drill'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { Number, PageShell, State } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { ruleSentence, useWords } from '../../ui/rule'
import { Empty, NoMatch } from '../../ui/states'
import { peopleOf } from '../../ui/customers'
import { TemplateDrawer } from './TemplateDrawer'
import { useEverybody } from './usePreview'
import { useUsers } from './useUsers'
import { states, toneOf } from './words'
import './audiences.css'

type Audience = Schema<'Audience'>

const said = texts({
  title: ['人群', 'Audiences'], lead: ['用规则圈出一群客户，实时进出：事件一到、时间一到就更新。可用于 SOP 触发、群发和分析。', 'A rule says who. Members enter and leave by themselves, on each event and on each passing of time. Playbooks, mass sends and reports use them.'],
  new: ['新建人群', 'New audience'], template: ['从模板开始', 'From a template'], search: ['名称、说明或规则', 'Name, description or rule'], every: ['全部状态', 'All states'], building: ['构建或更新中', 'Being built'],
  name: ['人群', 'Audience'], rule: ['规则', 'Rule'], count: ['人数', 'People'], share: ['占比', 'Share'], state: ['状态', 'State'], used: ['被引用', 'Used by'], changed: ['修改时间', 'Changed'], version: ['版本', 'Version'], created: ['创建时间', 'Created'],
  others: [(n: number) => `${n} 处`, (n: number) => `${n} place${n === 1 ? '' : 's'}`],
  emptyTitle: ['还没有人群', 'No audiences yet'], empty: ['从一个模板开始，比如“加购未付款”或“沉睡客户”，改几个数字就能用。', 'Begin with a template, such as “Left in the cart” or “Sleeping customers”, and change a number or two.'],
})

/** The list of audiences. */
export function AudienceList() {
  const t = useText(said)
  const s = useText(states)
  const lang = useLang()
  const may = useMay()
  const drill = useDrill()
  const words = useWords()
  const everybody = useEverybody()
  const search = useSearch({ from: '/shell/audiences' })
  const go = useNavigate({ from: '/audiences' })
  const open = useNavigate()
  const [choosing, choose] = useState(false)
  const set = (next: Partial<typeof search>) => void go({ search: (old) => ({ ...old, ...next }), replace: true })
  const list = api.useQuery('get', '/audiences', { params: { query: { limit: 1000 } } }, { refetchInterval: (q) => (q.state.data?.items.some((a) => a.state !== 'live') ? 2000 : 15_000) })
  const rows = useMemo(() => {
    const like = (search.q ?? '').toLowerCase()
    return (list.data?.items ?? [])
      .filter((a) => !like || `${a.name}\n${a.description ?? ''}\n${ruleSentence(a.rule, lang, words)}`.toLowerCase().includes(like))
      .filter((a) => !search.state || (search.state === 'live') === (a.state === 'live'))
      .toReversed()
  }, [list.data, search.q, search.state, lang, words])
  const users = useUsers()
  const columns: Column<Audience>[] = [
    { key: 'name', title: t.name, width: 230, always: true, sorter: (a, b) => a.name.localeCompare(b.name, 'zh'), render: (_, a) => <span className="y-audience-name"><Link to={`/audiences/${a.id}` as string}><b>{a.name}</b></Link>{a.description && <small>{a.description}</small>}</span> },
    { key: 'count', title: t.count, width: 100, num: true, sorter: (a, b) => a.count - b.count, render: (_, a) => <Number label={`${a.name}: ${num(a.count)}`} onOpen={() => drill(peopleOf({ audience: a.id }, a.name, a.count))}>{num(a.count)}</Number> },
    { key: 'share', title: t.share, width: 90, num: true, render: (_, a) => (everybody ? pct(a.count / everybody) : '') },
    { key: 'rule', title: t.rule, width: 400, render: (_, a) => { const text = ruleSentence(a.rule, lang, words); return <Tooltip title={text} placement="topLeft"><span>{text}</span></Tooltip> } },
    { key: 'state', title: t.state, width: 130, render: (_, a) => (a.state !== 'live' && !a.build_error ? <span className="y-audience-building"><State tone="live">{named(s, a.state)}</State><Progress percent={Math.round(a.progress * 100)} size="small" aria-label={named(s, a.state)} /></span> : <Tooltip title={a.build_error}><span><State tone={toneOf(a.state, a.build_error)}>{named(s, a.state)}</State></span></Tooltip>) },
    { key: 'used', title: t.used, width: 110, render: (_, a) => { const by = users(a.id); return by.length > 0 && <Tooltip styles={{ root: { whiteSpace: 'pre-line' } }} title={by.map((u) => `${u.kind} · ${u.name}`).join('\n')}><span tabIndex={0}>{t.others(by.length)}</span></Tooltip> } },
    { key: 'changed', title: t.changed, width: 120, sorter: (a, b) => a.updated_at.localeCompare(b.updated_at), render: (_, a) => <Tooltip title={exactly(a.updated_at)}>{ago(a.updated_at)}</Tooltip> },
    { key: 'version', title: t.version, width: 70, num: true, hidden: true, render: (_, a) => `v${a.version}` },
    { key: 'created', title: t.created, width: 120, hidden: true, render: (_, a) => <Tooltip title={exactly(a.created_at)}>{ago(a.created_at)}</Tooltip> },
  ]
  const active = Boolean(search.q || search.state)
  const clear = () => set({ q: undefined, state: undefined })
  const write = may('audiences.write')
  const begin = write && <><Button onClick={() => choose(true)}>{t.template}</Button><Link to={'/audiences/new' as string}><Button type="primary">{t.new}</Button></Link></>
  return (
    <PageShell fill title={t.title} lead={t.lead} actions={begin}>
      <FilterBar active={active} onReset={clear}>
        <SearchBox value={search.q ?? ''} placeholder={t.search} onChange={(q) => set({ q: q || undefined })} />
        <Select allowClear style={{ width: 160 }} placeholder={t.every} aria-label={t.state} value={search.state} onChange={(state) => set({ state })} options={[{ value: 'live', label: s.live }, { value: 'building', label: t.building }]} />
      </FilterBar>
      <QueryTable
        id="audiences" label={t.title} rowKey="id" columns={columns} total={rows.length} onOpen={(a) => void open({ to: `/audiences/${a.id}` as string })}
        query={{ data: list.data && { pages: [{ items: rows }] }, error: list.error, isPending: list.isPending, isFetching: list.isFetching, hasNextPage: false, isFetchingNextPage: false, fetchNextPage: () => undefined, refetch: list.refetch }}
        empty={active ? <NoMatch onClear={clear} /> : <Empty title={t.emptyTitle} action={begin}>{t.empty}</Empty>}
      />
      <TemplateDrawer open={choosing} onClose={() => choose(false)} />
    </PageShell>
  )
}
