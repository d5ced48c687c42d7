import { api, byCursor } from '@shared/api/client'
import { texts, useLang, useText, words } from '@shared/i18n'
import { InfiniteScroll, SearchBar } from 'antd-mobile'
import { useEffect, useState } from 'react'
import { useMe } from '../tasks/acts'
import { Chip, Face, nameOf, tagName, Tags, useStanding } from '../ui/bits'
import { Link, Page } from '../ui/Page'
import { Empty, Failed, Loading } from '../ui/states'
import { stages } from '../ui/words'
import { narrow, tagsOf } from './filter'

const said = texts({
  title: ['我的客户', 'My customers'], find: ['名字、备注或标签', 'Name, remark or tag'], none: ['还没有客户', 'No customers yet'], noneWhy: ['客户扫你的活码或通过好友申请后，会出现在这里。', 'Who scans your code, or whom you accept, is here.'],
  noMatch: ['没有符合的客户', 'Nobody fits'], clear: ['清除筛选', 'Clear'], count: [(n: number) => `${n} 位`, (n: number) => `${n} found`], loadingAll: [(n: number) => `已查 ${n} 位…`, (n: number) => `${n} looked at…`], half: ['待通过', 'Not confirmed'], whose: ['谁的客户', 'Whose customers'], mine: ['我的', 'Mine'],
})

const page = 100

/** The customers of the member, or of one whom the member leads. */
export function CustomersPage() {
  const t = useText(said)
  const me = useMe()
  const [staff, setStaff] = useState('')
  const [by, setBy] = useState({ q: '', stage: '', tag: '' })
  const list = api.useInfiniteQuery('get', '/panel/customers', { params: { query: { limit: page, staff: staff || undefined } } }, byCursor)
  const all = list.data?.pages.flatMap((p) => p.items ?? []) ?? []
  const found = narrow(all, by)
  const isNarrow = Boolean(by.q || by.stage || by.tag)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  useEffect(() => {
    if (isNarrow && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [isNarrow, hasNextPage, isFetchingNextPage, fetchNextPage])
  const stageWords = words(stages, useLang())
  const pick = (key: 'stage' | 'tag', value: string) => setBy({ ...by, [key]: by[key] === value ? '' : value })
  return (
    <Page title={t.title} right={me?.leads && (
      <select className="s-select" aria-label={t.whose} value={staff} onChange={(e) => setStaff(e.target.value)}>
        <option value="">{t.mine}</option>{me.team?.filter((m) => m.staff !== me.staff).map((m) => <option key={m.staff} value={m.staff}>{m.name}</option>)}
      </select>
    )}>
      <div className="s-tools">
        <SearchBar placeholder={t.find} value={by.q} onChange={(q) => setBy({ ...by, q })} />
        <div className="s-filters">
          {Object.entries(stageWords).map(([key, text]) => <button key={key} type="button" aria-pressed={by.stage === key} onClick={() => pick('stage', key)}>{text}</button>)}
          {tagsOf(all).map((tag) => <button key={tag} type="button" aria-pressed={by.tag === tag} onClick={() => pick('tag', tag)}>{tagName(tag)}</button>)}
        </div>
      </div>
      {list.isPending && <Loading rows={5} />}
      {list.error && all.length === 0 && <Failed error={list.error} again={() => void list.refetch()} />}
      {isNarrow && <p className="s-hint">{hasNextPage ? t.loadingAll(all.length) : t.count(found.length)}<button type="button" className="s-text-button" onClick={() => setBy({ q: '', stage: '', tag: '' })}>{t.clear}</button></p>}
      {list.isSuccess && all.length === 0 && <Empty icon="people" title={t.none}>{t.noneWhy}</Empty>}
      {isNarrow && found.length === 0 && !hasNextPage && <Empty icon="people" title={t.noMatch} />}
      {found.length > 0 && <ul className="s-rows">{found.slice(0, 300).map((x) => <li key={`${x.staff}/${x.external_userid}`}><Row of={x} half={t.half} /></li>)}</ul>}
      {!isNarrow && list.isSuccess && <InfiniteScroll loadMore={async () => { await fetchNextPage() }} hasMore={hasNextPage}>{hasNextPage ? <Loading rows={1} /> : all.length > 20 ? <span className="s-faint">{t.count(all.length)}</span> : <span />}</InfiniteScroll>}
    </Page>
  )
}

function Row({ of: x, half }: { of: Parameters<typeof narrow>[0][number]; half: string }) {
  const standing = useStanding()
  const name = nameOf(x)
  const about = standing({ tier: x.tier, stage: x.lifecycle.aipl })
  return (
    <Link to={`/customers/${x.external_userid}`} className="s-who">
      <Face name={name} of={x.external_userid} />
      <span className="s-grow">
        <span className="s-pile-line"><b className="s-name s-cut">{name}</b>{x.state === 'half' ? <Chip tone="warn">{half}</Chip> : <span className="s-faint s-nowrap">{about.join(' · ')}</span>}</span>
        <Tags of={x.tags} />
      </span>
    </Link>
  )
}
