import { api, byCursor, type Schema } from '@shared/api/client'
import { num } from '@shared/format'
import { texts, useText } from '@shared/i18n'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useDrill } from '../../ui/Drill'
import { FilterBar, SearchBox } from '../../ui/FilterBar'
import { Number } from '../../ui/PageShell'
import { QueryTable, type Column } from '../../ui/QueryTable'
import { Empty, NoMatch } from '../../ui/states'
import { peopleOf } from '../../ui/customers'
import { Tag } from './bits'

const said = texts({ title: ['使用中的标签', 'Tags in use'], tag: ['标签', 'Tag'], count: ['客户', 'Customers'], search: ['标签名', 'Name of the tag'], none: ['还没有客户带标签', 'Nobody has a tag yet'], have: [(x: string) => `有「${x}」的客户`, (x: string) => `Customers with “${x}”`] })

/** All tags that customers carry, the commonest first, also those that are defined nowhere. */
export function AllTags() {
  const t = useText(said)
  const drill = useDrill()
  const { q = '' } = useSearch({ from: '/shell/tags' })
  const go = useNavigate({ from: '/tags' })
  const set = (next: string) => void go({ search: (old) => ({ ...old, q: next || undefined }), replace: true })
  const list = api.useInfiniteQuery('get', '/tags', { params: { query: { limit: 1000 } } }, byCursor)
  const data = useMemo(() => list.data && { pages: list.data.pages.map((p) => ({ items: p.items.filter((x) => x.tag.toLowerCase().includes(q.toLowerCase())) })) }, [list.data, q])
  const columns: Column<Schema<'CustomerTag'>>[] = [
    { key: 'tag', title: t.tag, width: 320, always: true, render: (_, x) => <Tag label={x.tag} /> },
    { key: 'count', title: t.count, width: 140, num: true, render: (_, x) => <Number label={`${t.have(x.tag)} ${num(x.count)}`} onOpen={() => drill(peopleOf({ tag: [x.tag] }, t.have(x.tag), x.count))}>{num(x.count)}</Number> },
  ]
  return (
    <>
      <FilterBar active={Boolean(q)} onReset={() => set('')}><SearchBox value={q} onChange={set} placeholder={t.search} /></FilterBar>
      <QueryTable id="tags-all" label={t.title} query={{ ...list, data }} columns={columns} rowKey="tag" empty={q ? <NoMatch onClear={() => set('')} /> : <Empty title={t.none} />} />
    </>
  )
}
