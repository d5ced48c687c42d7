import DownOutlined from '@ant-design/icons/DownOutlined'
import { call, must, type Schema } from '@shared/api/client'
import { ago, day, exactly, isoDay, money, none, num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useMemo, useState } from 'react'
import { useMay } from '../../app/session'
import { PageShell } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { stageLabel } from '../../ui/rule/labels'
import { Empty, NoMatch } from '../../ui/states'
import { ActionDrawer, actions, actionNeeds, type Action, type Target } from './Actions'
import { Avatar, Tags } from './bits'
import { filterOf, nextSort, type Filter, type Search } from './filter'
import { Filters } from './Filters'
import { channelName } from './words'
import './customers.css'

type Customer = Schema<'CustomerView'>

const said = texts({
  title: ['客户列表', 'Customers'], who: ['客户', 'Customer'], stage: ['阶段', 'Stage'], tier: ['等级', 'Tier'], tags: ['标签', 'Tags'], orders: ['订单', 'Orders'], net: ['净消费', 'Net revenue'], seen: ['最近活跃', 'Last seen'], first: ['首次出现', 'First seen'], staff: ['员工', 'Staff'], channel: ['来源渠道', 'Channel'], events: ['事件', 'Events'], aarrr: ['AARRR', 'AARRR'], lastOrder: ['最近下单', 'Last order'],
  none: ['还没有客户', 'No customers yet'], noneText: ['客户从企业微信好友、数据源上报和文件导入中来。先接入一个，几分钟后这里就有人了。', 'Customers come from WeCom contacts, data sources and files. Connect one and people show up here within minutes.'],
  import: ['导入文件', 'Import a file'], wecom: ['接入企业微信', 'Connect WeCom'], sources: ['接入数据源', 'Connect a source'], nobody: ['未命名客户', 'No name yet'],
  tag: ['打标签', 'Add tags'], untag: ['去标签', 'Remove tags'], audience: ['存为人群', 'Save as audience'], export: ['导出 CSV', 'Export CSV'], send: ['群发', 'Mass send'], playbook: ['用于 SOP', 'Use in a playbook'],
  act: [(n: string) => `对这 ${n} 人…`, (n: string) => `With these ${n}…`], more: ['更多', 'More'], noStaff: ['没有员工', 'None'],
})

const pageSize = 100

/** The list of customers: filters in the address, and work on whatever passes them. */
export function CustomerList() {
  const t = useText(said)
  const lang = useLang()
  const may = useMay()
  const search = useSearch({ from: '/shell/customers' })
  const navigate = useNavigate({ from: '/customers' })
  const open = useNavigate()
  const [target, setTarget] = useState<Target>()
  const set = (next: Partial<Search>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  const show = (filter: Filter) => void navigate({ search: { ...(filter as Search), sort: search.sort }, replace: true })
  const filter = useMemo(() => filterOf(search), [search])
  const sort = search.sort ?? '-last_seen'
  const list = useInfiniteQuery({
    queryKey: ['get', '/customers', 'list', filter, sort],
    queryFn: ({ pageParam, signal }) => must(call.POST('/customers/query', { body: { ...filter, sort, cursor: pageParam, limit: pageSize }, signal })),
    initialPageParam: undefined as string | undefined, getNextPageParam: (last) => last.next || undefined, placeholderData: keepPreviousData,
  })
  const total = list.data?.pages[0]?.total
  // A router's Link subscribes to the address: too much for every row of a list that is scrolled fast.
  const follow = (e: React.MouseEvent, id: string) => {
    if (e.metaKey || e.ctrlKey || e.shiftKey || e.button !== 0) return
    e.preventDefault()
    void open({ to: `/customers/${id}` as string })
  }
  const active = Object.keys(filter).length > 0
  const columns = useMemo(() => {
    const sorted = (key: 'orders' | 'net_revenue' | 'last_seen' | 'first_seen') => ({
      onHeaderCell: () => ({
        tabIndex: 0, className: `y-customers-sort${sort === key ? ' y-customers-up' : sort === `-${key}` ? ' y-customers-down' : ''}`,
        'aria-sort': sort === key ? ('ascending' as const) : sort === `-${key}` ? ('descending' as const) : ('none' as const),
        onClick: () => set({ sort: nextSort(key, sort) }),
        onKeyDown: (e: React.KeyboardEvent) => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); set({ sort: nextSort(key, sort) }) } },
      }),
    })
    const moment = (at: string | null) => (at ? <span title={exactly(at)}>{ago(at)}</span> : none)
    return [
      { key: 'who', title: t.who, width: 200, always: true, fixed: 'left' as const, render: (_, c) => <a className="y-person y-customers-who" href={`/console/customers/${c.id}`} onClick={(e) => follow(e, c.id)}><Avatar of={c} /><span><b>{c.name || c.id}</b><small>{[c.name ? c.id : t.nobody, c.phone].filter(Boolean).join(' · ')}</small></span></a> },
      { key: 'stage', title: t.stage, width: 90, render: (_, c) => stageLabel(c.lifecycle.aipl, lang) || none },
      { key: 'aarrr', title: t.aarrr, width: 90, hidden: true, render: (_, c) => stageLabel(c.lifecycle.aarrr, lang) || none },
      { key: 'tier', title: t.tier, width: 70, render: (_, c) => (c.tier ? <b className={`y-customers-tier y-customers-tier-${c.tier}`}>{c.tier}</b> : none) },
      { key: 'tags', title: t.tags, width: 224, render: (_, c) => <Tags of={c.tags} most={3} /> },
      { key: 'orders', title: t.orders, width: 90, num: true, ...sorted('orders'), render: (_, c) => num(c.orders.count) },
      { key: 'net', title: t.net, width: 130, num: true, ...sorted('net_revenue'), render: (_, c) => (c.orders.count ? money(c.orders.net_revenue, c.orders.currency) : none) },
      { key: 'seen', title: t.seen, width: 120, ...sorted('last_seen'), render: (_, c) => moment(c.last_seen) },
      { key: 'first', title: t.first, width: 120, hidden: true, ...sorted('first_seen'), render: (_, c) => (c.first_seen ? <span title={exactly(c.first_seen)}>{day(c.first_seen)}</span> : none) },
      { key: 'staff', title: t.staff, width: 120, render: (_, c) => c.staff.map((s) => s.name || s.id).join('、') || <span className="y-faint">{t.noStaff}</span> },
      { key: 'channel', title: t.channel, width: 120, render: (_, c) => channelName(c.channel, lang) || none },
      { key: 'lastOrder', title: t.lastOrder, width: 120, hidden: true, render: (_, c) => moment(c.orders.last_at) },
      { key: 'events', title: t.events, width: 80, num: true, hidden: true, render: (_, c) => num(c.events) },
    ] satisfies Column<Customer>[]
  }, [t, lang, sort])
  const mine = actions.filter((a) => actionNeeds[a].every(may))
  const begin = (action: Action, rows?: Customer[]) => setTarget({ action, filter, rule: list.data?.pages[0]?.rule, count: rows?.length ?? total ?? 0, customers: rows?.map((r) => r.id) })
  return (
    <PageShell
      title={t.title} fill
      actions={(
        <>
          {may('imports.write') && <Link to={'/settings/imports/new' as string}><Button>{t.import}</Button></Link>}
          {mine.length > 0 && Boolean(total) && (
            <Dropdown trigger={['click']} menu={{ items: mine.map((a) => ({ key: a, label: t[a] })), onClick: ({ key }) => begin(key as Action) }}>
              <Button type="primary">{t.act(num(total))} <DownOutlined /></Button>
            </Dropdown>
          )}
        </>
      )}
    >
      <Filters search={search} set={set} show={show} since={isoDay(Date.now() - 30 * 86_400_000)} />
      <QueryTable
        key={JSON.stringify(filter)} id="customers" label={t.title} query={list} columns={columns} rowKey="id" total={total} onOpen={(c) => void open({ to: `/customers/${c.id}` as string })}
        empty={active ? <NoMatch onClear={() => show({})} /> : (
          <Empty title={t.none} action={<><Link to={'/settings/wecom' as string}><Button type="primary">{t.wecom}</Button></Link><Link to={'/settings/sources' as string}><Button>{t.sources}</Button></Link><Link to={'/settings/imports/new' as string}><Button>{t.import}</Button></Link></>}>{t.noneText}</Empty>
        )}
        bulk={mine.length === 0 ? undefined : (chosen) => {
          const rows = chosen.all ? undefined : chosen.rows
          return mine.map((a) => <Button key={a} size="small" onClick={() => begin(a, rows)}>{t[a]}</Button>)
        }}
      />
      {target && <ActionDrawer target={target} onClose={() => setTarget(undefined)} />}
    </PageShell>
  )
}
