import { api, byCursor, type Schema } from '@shared/api/client'
import { texts, useText } from '@shared/i18n'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useMay } from '../../app/session'
import { FilterBar } from '../../ui/FilterBar'
import { Card, PageShell } from '../../ui/PageShell'
import { CustomerPicker } from '../../ui/pickers'
import { Asked, Empty, NoMatch } from '../../ui/states'
import { Blocked } from './Blocked'
import { ConflictList } from './ConflictList'
import { MergeDrawer } from './MergeDrawer'
import { MergeList } from './MergeList'
import { Policy } from './Policy'
import { TabBar } from './TabBar'
import './customers.css'

const said = texts({
  title: ['身份合并', 'Identity'], lead: ['系统按标识自动判断谁是同一个人。这里能看到合并了谁、没敢合并谁，并随时改正。', 'Identities decide who is one person. See who was joined, who was not, and correct it at any time.'], merges: ['合并记录', 'Merges'], conflicts: ['待判断', 'Conflicts'], blocked: ['屏蔽的值', 'Blocked values'], policy: ['识别策略', 'Policy'],
  merge: ['手工合并', 'Merge by hand'], first: ['选择第一位客户', 'Choose the first customer'], none: ['还没有合并过', 'No merges yet'], noneText: ['当一个事件带着两个人的标识时，系统会把他们合并，并记在这里。', 'When an event carries identities of two people they are joined, and it is noted here.'],
  noConflicts: ['没有待判断的', 'No conflicts'], noConflictsText: ['系统觉得可能是同一个人、但策略不允许自动合并的，会列在这里。', 'Links that events suggested and the policy refused are listed here.'], more: ['加载更多', 'Load more'], about: ['只看某位客户的合并', 'Merges of one customer'],
})

const tabs = ['merges', 'conflicts', 'blocked', 'policy'] as const

/** Who is who: merges, links that were refused, values that identify nobody, and the policy. */
export function IdentityPage() {
  const t = useText(said)
  const may = useMay()
  const { tab = 'merges', customer } = useSearch({ from: '/shell/identity' })
  const go = useNavigate({ from: '/identity' })
  const [picked, setPicked] = useState<string>()
  const [open, setOpen] = useState(false)
  return (
    <PageShell title={t.title} lead={t.lead} fill={tab === 'blocked'} actions={may('customers.merge') && <Button onClick={() => setOpen(true)}>{t.merge}</Button>}>
      <TabBar at={tab} tabs={tabs.map((k) => [k, t[k]])} onChange={(k) => void go({ search: { tab: k }, replace: true })} />
      {tab === 'merges' && <Merges customer={customer} onCustomer={(c) => void go({ search: (old) => ({ ...old, customer: c }), replace: true })} />}
      {tab === 'conflicts' && <Conflicts />}
      {tab === 'blocked' && <Blocked />}
      {tab === 'policy' && <Policy />}
      {open && !picked && <Card title={t.first}><CustomerPicker style={{ width: 320 }} value={picked} onChange={setPicked} /></Card>}
      {open && picked && <MergeDrawer a={picked} onClose={() => { setOpen(false); setPicked(undefined) }} />}
    </PageShell>
  )
}

function Merges({ customer, onCustomer }: { customer?: string; onCustomer: (id?: string) => void }) {
  const t = useText(said)
  const list = api.useInfiniteQuery('get', '/identity/merges', { params: { query: { customer, limit: 100 } } }, byCursor)
  return (
    <>
      <FilterBar active={Boolean(customer)} onReset={() => onCustomer(undefined)}><CustomerPicker value={customer} onChange={onCustomer} placeholder={t.about} style={{ width: 260 }} /></FilterBar>
      <Card>
        <Asked query={{ ...list, data: list.data?.pages.flatMap((p) => p.items) }}>
          {(all: Schema<'IdentityMerge'>[]) => (all.length > 0 ? <MergeList items={all} /> : customer ? <NoMatch onClear={() => onCustomer(undefined)} /> : <Empty title={t.none}>{t.noneText}</Empty>)}
        </Asked>
        {list.hasNextPage && <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
      </Card>
    </>
  )
}

function Conflicts() {
  const t = useText(said)
  const list = api.useInfiniteQuery('get', '/identity/conflicts', { params: { query: { limit: 100 } } }, byCursor)
  return (
    <Card>
      <Asked query={{ ...list, data: list.data?.pages.flatMap((p) => p.items) }}>
        {(all: Schema<'IdentityConflict'>[]) => (all.length > 0 ? <ConflictList items={all} /> : <Empty title={t.noConflicts}>{t.noConflictsText}</Empty>)}
      </Asked>
      {list.hasNextPage && <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t.more}</Button>}
    </Card>
  )
}
