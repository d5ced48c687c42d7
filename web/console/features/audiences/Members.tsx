import { api, byCursor, type Schema } from '@shared/api/client'
import { ago, exactly, money, num } from '@shared/format'
import { texts, useLang, useText } from '@shared/i18n'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Tooltip } from 'antd'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { stageLabel } from '../../ui/rule'
import { Empty, NoMatch } from '../../ui/states'

const said = texts({
  search: ['在成员中查找：姓名、手机尾号或编号', 'Find a member: name, end of phone number or id'], members: ['成员', 'Members'], customer: ['客户', 'Customer'], tier: ['等级', 'Tier'], stage: ['AIPL 阶段', 'AIPL stage'], orders: ['订单', 'Orders'], spent: ['净消费', 'Spent'], seen: ['最近活跃', 'Last seen'],
  tags: ['标签', 'Tags'], staff: ['员工', 'Staff'], why: ['为什么', 'Why'], none: ['现在没有成员', 'There are no members now'], noneText: ['规则没有命中任何人。可以放宽时间范围或数字。', 'The rule matches nobody. Try a longer time or a smaller number.'], actions: ['操作', 'Actions'],
})

/** Who is in an audience now. */
export function Members({ audience: a }: { audience: Schema<'Audience'> }) {
  const t = useText(said)
  const lang = useLang()
  const { q } = useSearch({ from: '/shell/audiences/$id' })
  const go = useNavigate({ from: '/audiences/$id' })
  const open = useNavigate()
  const find = (next?: string) => void go({ search: (old) => ({ ...old, q: next || undefined }), replace: true })
  const list = api.useInfiniteQuery('get', '/customers', { params: { query: { audience: a.id, q, limit: 100 } } }, byCursor)
  const columns: Column<Schema<'CustomerView'>>[] = [
    { key: 'customer', title: t.customer, width: 180, always: true, render: (_, c) => <><Link to={`/customers/${c.id}` as string}><b>{c.name || c.id}</b></Link>{c.name && <span className="y-faint"> {c.id}</span>}</> },
    { key: 'tier', title: t.tier, width: 60, render: (_, c) => c.tier },
    { key: 'stage', title: t.stage, width: 95, render: (_, c) => stageLabel(c.lifecycle.aipl, lang) },
    { key: 'orders', title: t.orders, width: 70, num: true, render: (_, c) => num(c.orders.count) },
    { key: 'spent', title: t.spent, width: 110, num: true, render: (_, c) => (c.orders.count > 0 ? money(c.orders.net_revenue, c.orders.currency) : '') },
    { key: 'tags', title: t.tags, width: 165, render: (_, c) => c.tags.join('、') },
    { key: 'staff', title: t.staff, width: 110, render: (_, c) => c.staff.map((x) => x.name || x.id).join('、') },
    { key: 'seen', title: t.seen, width: 135, render: (_, c) => c.last_seen && <Tooltip title={exactly(c.last_seen)}>{ago(c.last_seen)}</Tooltip> },
    { key: 'why', title: t.actions, width: 85, render: (_, c) => <Button type="link" size="small" onClick={() => void go({ search: { tab: 'why', customer: c.id } })}>{t.why}</Button> },
  ]
  return (
    <>
      <FilterBar active={Boolean(q)} onReset={() => find()}><SearchBox value={q ?? ''} placeholder={t.search} width={340} onChange={find} /></FilterBar>
      <QueryTable
        id="audience-members" label={t.members} rowKey="id" query={list} columns={columns} total={list.data?.pages[0]?.total} onOpen={(c) => void open({ to: `/customers/${c.id}` as string })}
        empty={q ? <NoMatch onClear={() => find()} /> : <Empty title={t.none}>{t.noneText}</Empty>}
      />
    </>
  )
}
